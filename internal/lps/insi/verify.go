package insi

import (
	"context"
	"fmt"
	"strings"

	"github.com/segursim/segursim/internal/lps/teleservice"
)

// The unitary verification. Its contract is not public: the name of the
// operation, IndividuVerifie and its fields, and the namespace of the answer were
// seen in public sources; the rest, with the codes 00 and 01, is the simulator's
// invention. Who knows the real contract changes this file.
const (
	actionVerify = "urn:ServiceIdentiteCertifiee:1.0.0:verifierInsAvecTraitsIdentite"
	nsVerify     = "http://www.cnamts.fr/INSiLot2/REQUnitaire"

	verifyOK = "00"
	verifyKO = "01"
)

// Verify asks whether an INS and strict traits belong together. The traits are
// never answered. An answer that is a no is not an error. message is the
// identifier of the call.
func (c *Client) Verify(ctx context.Context, i INS, q Query) (ok bool, message string, err error) {
	var a struct {
		Code string `xml:"CR>CodeCR"`
	}
	first := ""
	if len(q.FirstNames) > 0 {
		first = q.FirstNames[0]
	}
	e, t, opt := teleservice.E, teleservice.T, teleservice.Opt
	message, err = c.call.Call(ctx, c.url, teleservice.Message{
		Action:   actionVerify,
		Coverage: &teleservice.Coverage{},
		Body: e("ins:IndividuVerifie",
			e("ins:INSFourni",
				e("ins:IdIndividu", t("ins:NumIdentifiant", i.Number), opt("ins:Cle", i.Key), opt("ins:TypeMatricule", i.Type)),
				t("ins:OID", i.OID)),
			e("ins:TraitsIdentiteIndividu",
				t("ins:NomNaissance", q.Name), opt("ins:Prenom", first), opt("ins:ListePrenom", strings.Join(q.FirstNames, " ")),
				t("ins:Sexe", q.Sex), t("ins:DateNaissance", q.Born), opt("ins:LieuNaissance", q.Place)),
		).With("xmlns:ins", nsVerify),
	}, &a)
	switch {
	case err != nil:
		return false, message, fmt.Errorf("insi: verification: %w", err)
	case a.Code != verifyOK && a.Code != verifyKO:
		return false, message, fmt.Errorf("insi: verification: the answer has the code %q", a.Code)
	}
	return a.Code == verifyOK, message, nil
}
