package insi

import (
	"context"

	"github.com/segursim/segursim/internal/lps/teleservice"
)

const (
	actionVitale = "urn:ServiceIdentiteCertifiee:1.0.0:rechercherInsAvecCarteVitale"
	nsVitale     = "http://www.cnamts.fr/INSiRecVit"
)

// A Card is what was read from a carte Vitale, or from the application (ApCV),
// about one beneficiary.
type Card struct {
	Insured string // number of the insured person (ouvrant droit), 13 characters
	Number  string // the beneficiary's own certified number, if the card has one
	Name    string // birth name
	Born    string // YYYY-MM-DD, as the card has it
	Rank    string // among twins: "1"
	// Proof is the assertion that the card was there, as XML: a Vitale
	// assertion, or what ApCV stands for it.
	Proof string
}

// Vitale looks a beneficiary of a carte Vitale up.
func (c *Client) Vitale(ctx context.Context, v Card) (Answer, error) {
	body := teleservice.E("ins:RECVITALE").With("xmlns:ins", nsVitale)
	if v.Number != "" {
		body.Children = append(body.Children, teleservice.E("ins:MatriculeIndividu", teleservice.T("ins:NumIdentifiant", v.Number)))
	}
	if v.Insured != "" {
		body.Children = append(body.Children, teleservice.E("ins:MatriculeOD", teleservice.T("ins:NumIdentifiant", v.Insured)))
	}
	body.Children = append(body.Children,
		teleservice.Opt("ins:NomNaissance", v.Name),
		teleservice.Opt("ins:DateNaissance", v.Born),
		teleservice.Opt("ins:RangNaissance", v.Rank),
	)
	m := teleservice.Message{
		Action:   actionVitale,
		Coverage: &teleservice.Coverage{Insured: v.Insured, Beneficiary: v.Number, Born: v.Born, Rank: v.Rank},
		Body:     body,
	}
	if v.Proof != "" {
		m.Proofs = []string{v.Proof}
	}
	return c.search(ctx, m)
}
