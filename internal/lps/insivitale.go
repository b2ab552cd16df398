package lps

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/segursim/segursim/internal/lps/dossier"
	"github.com/segursim/segursim/internal/lps/insi"
	"github.com/segursim/segursim/internal/lps/teleservice"
)

// tooOld is the age of a Vitale assertion that does not serve any more: it lasts
// 20 minutes (CNDA INSi, test 1.02).
const tooOld = 25 * time.Minute

// playVitale reads a carte Vitale, chooses a beneficiary and looks them up by
// the card.
func playVitale(ctx context.Context, s *session) error {
	call, err := s.byCard(ctx, profilePhysician)
	c, err := s.insiOf(call, err)
	if err != nil {
		return err
	}
	card, err := s.readCard(ctx)
	if err != nil {
		return err
	}
	if err := s.sheet(ctx, s.record.Born, "lecture"); err != nil {
		return err
	}
	if s.opt.Misbehave == wrongTraits {
		return s.lookup(ctx, c)
	}
	at, err := s.now(ctx)
	if err != nil {
		return err
	}
	if s.opt.Misbehave == wrongOldCard {
		at = at.Add(-tooOld)
	}
	if card.Proof, err = call.Vitale(at, card.Insured, ""); err != nil {
		return err
	}
	if err := s.byVitale(ctx, c, card, "récupération par carte Vitale"); err != nil {
		return err
	}
	if err := s.accept(ctx, "comparaison", "validation"); err != nil {
		return err
	}
	return s.calls(ctx, "journal")
}

// byVitale makes the search by card, and puts the answer beside the record.
func (s *session) byVitale(ctx context.Context, c *insi.Client, card insi.Card, how string) error {
	a, err := c.Vitale(ctx, card)
	if err := s.note(ctx, how, fmt.Sprintf("%s %s rang %s", card.Name, card.Born, card.Rank), a, err); err != nil {
		return err
	}
	return s.receive(a)
}

// readCard reads the simulated carte Vitale that the scenario puts into the
// reader, and opens the record of the beneficiary that it names. A first name on
// a card tells twins apart for a person; for INSi their rank does.
func (s *session) readCard(ctx context.Context) (insi.Card, error) {
	var read struct {
		Insured       string `json:"matricule_od"`
		Beneficiaries []struct {
			Name      string `json:"nom"`
			FirstName string `json:"prenom"`
			Born      string `json:"date"`
			Rank      int    `json:"rang"`
		} `json:"beneficiaires"`
	}
	in := map[string]string{"holder": s.given.Vars["carte"]}
	if err := s.control.json(ctx, http.MethodPost, "/api/actions/insi/card", in, &read); err != nil {
		return insi.Card{}, err
	}
	for _, b := range read.Beneficiaries {
		if b.Name != s.record.Name || b.FirstName != s.record.FirstNames[0] {
			continue
		}
		s.record = dossier.New(b.Name, b.FirstName, s.record.Sex, b.Born, s.record.Place)
		s.say("Carte Vitale lue : %s %s", "Carte Vitale read: %s %s", b.Name, b.FirstName)
		return insi.Card{Insured: read.Insured, Name: b.Name, Born: b.Born, Rank: fmt.Sprint(max(b.Rank, 1))}, nil
	}
	return insi.Card{}, fmt.Errorf("lps: the card %q does not cover %s %s", s.given.Vars["carte"], s.record.Name, s.record.FirstNames)
}

// proof is the assertion of an ApCV context, for a search by card.
func (s *session) proof(ctx context.Context, call *teleservice.Client, number, token string) (string, error) {
	at, err := s.now(ctx)
	if err != nil {
		return "", err
	}
	return call.Vitale(at, number, token)
}
