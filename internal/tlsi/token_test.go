package tlsi_test

import (
	"context"
	"errors"

	"github.com/segursim/segursim/internal/sim"
)

// tokens knows two Pro Santé Connect tokens: the doctor's and another's.
type tokens struct{}

func (tokens) VerifyToken(_ context.Context, token string) (sim.Claims, error) {
	switch token {
	case "bon":
		return sim.Claims{SubjectNameID: doctor}, nil
	case "autre":
		return sim.Claims{SubjectNameID: pharmacist}, nil
	}
	return sim.Claims{}, errors.New("signature fausse")
}
