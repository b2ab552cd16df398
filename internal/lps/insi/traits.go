package insi

import (
	"context"
	"errors"
	"fmt"

	"github.com/segursim/segursim/internal/lps/teleservice"
)

const (
	actionTraits = "urn:ServiceIdentiteCertifiee:1.0.0:rechercherInsAvecTraitsIdentite"
	nsTraits     = "http://www.cnamts.fr/INSiRecSans"
)

// Traits are what a search asks for. They are sent as they are.
type Traits struct {
	Name      string // birth name
	FirstName string // one first name, or the whole list joined by spaces
	Sex       string // "F" or "M"
	Born      string // YYYY-MM-DD
	Place     string // COG of the birth place; empty leaves it out
}

// Traits makes one search by traits. An answer that is no fault is not an error,
// whatever its code.
func (c *Client) Traits(ctx context.Context, t Traits) (Answer, error) {
	return c.search(ctx, teleservice.Message{
		Action:   actionTraits,
		Coverage: &teleservice.Coverage{},
		Body: teleservice.E("ins:RECSANSVITALE",
			teleservice.Opt("ins:NomNaissance", t.Name),
			teleservice.Opt("ins:Prenom", t.FirstName),
			teleservice.Opt("ins:Sexe", t.Sex),
			teleservice.Opt("ins:DateNaissance", t.Born),
			teleservice.Opt("ins:LieuNaissance", t.Place),
		).With("xmlns:ins", nsTraits),
	})
}

// search calls an operation that answers RESULTAT.
func (c *Client) search(ctx context.Context, m teleservice.Message) (Answer, error) {
	var a Answer
	id, err := c.call.Call(ctx, c.url, m, &a)
	a.Message = id
	if err != nil {
		return Answer{Message: id}, fmt.Errorf("insi: %w", err)
	}
	switch {
	case a.Code != Found && a.Code != Unknown && a.Code != Several:
		return a, fmt.Errorf("insi: the answer has the code %q", a.Code)
	case a.Code == Found && a.Person == nil:
		return a, errors.New("insi: an identity was found and none is told")
	case a.Code != Found:
		a.Person = nil
	}
	return a, nil
}
