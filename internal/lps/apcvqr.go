package lps

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/segursim/segursim/internal/lps/apcv"
	"github.com/segursim/segursim/internal/lps/dossier"
	"github.com/segursim/segursim/internal/lps/insi"
	"github.com/segursim/segursim/internal/lps/teleservice"
)

// readyApCV checks that the simulator has ApCV and INSi.
func readyApCV(s *session) error {
	if s.endpoints.Services.ApCV.Auth == "" {
		return errors.New("lps: the endpoints document names no ApCV")
	}
	return readyINSi(s)
}

// playQR reads the QR code on the patient's phone, looks the patient up by the
// context that it gives, ends the context, then meets the codes that don't serve:
// one that was read before, and one that has expired.
func playQR(ctx context.Context, s *session) error {
	call, err := s.byCard(ctx, profilePhysician)
	if err != nil {
		return err
	}
	a, err := apcv.New(call, s.endpoints.Services.ApCV.Auth, practice())
	if err != nil {
		return err
	}
	scanned, card, err := s.consult(ctx, call, a)
	if err != nil {
		return err
	}
	if s.opt.Misbehave != wrongForget {
		if err := a.Destroy(ctx, card.ID); err != nil {
			return err
		}
		s.say("Contexte ApCV détruit", "ApCV context destroyed")
		if err := s.reach(ctx, "relecture"); err != nil {
			return err
		}
	}
	if err := s.refusedCode(ctx, a, scanned, "relecture-affichee"); err != nil {
		return err
	}
	if scanned, err = s.scan(ctx, "expire"); err != nil {
		return err
	}
	return s.refusedCode(ctx, a, scanned, "expiration-affichee")
}

// consult reads the code and takes the patient's INS in.
func (s *session) consult(ctx context.Context, call *teleservice.Client, a *apcv.Client) (scanned string, card apcv.Context, err error) {
	if scanned, err = s.scan(ctx, "lecture"); err != nil {
		return "", card, err
	}
	text := scanned
	if s.opt.Misbehave == wrongScan {
		text = strings.ToLower(scanned)
	}
	if card, err = a.Read(ctx, text); err != nil {
		return scanned, card, err
	}
	s.say("QR code lu : contexte valable jusqu'à %s", "QR code read: a context valid until %s", card.Until.Format("15:04:05"))
	v := s.given.Vars
	s.record = dossier.New(or(card.Name, v["nom"]), or(card.FirstName, v["prenoms"]), v["sexe"], or(card.Born, v["date"]), "")
	if err := s.sheet(ctx, s.record.Born, "fiche"); err != nil {
		return scanned, card, err
	}
	c, err := insi.New(call, s.endpoints.Services.INSi.URL)
	if err != nil {
		return scanned, card, err
	}
	if s.opt.Misbehave == wrongTraits {
		return scanned, card, s.lookup(ctx, c)
	}
	number := or(card.Number, s.given.Patient)
	proof, err := s.proof(ctx, call, number, card.Token)
	if err != nil {
		return scanned, card, err
	}
	read := insi.Card{Insured: number, Number: number, Name: s.record.Name, Born: s.record.Born, Rank: or(card.Rank, "1"), Proof: proof}
	if err := s.byVitale(ctx, c, read, "récupération par application carte Vitale"); err != nil {
		return scanned, card, err
	}
	return scanned, card, s.accept(ctx, "comparaison", "validation")
}

// scan waits for a step, then points the scanner at the patient's phone: it
// reads the code that was shown there last, which may have expired since.
func (s *session) scan(ctx context.Context, step string) (string, error) {
	if err := s.reach(ctx, step); err != nil {
		return "", err
	}
	var phone struct {
		Codes []struct {
			Payload string `json:"payload"`
		} `json:"codes"`
	}
	in := map[string]string{"patient": s.given.Patient}
	if err := s.control.json(ctx, http.MethodPost, "/api/actions/apcv/contexts", in, &phone); err != nil {
		return "", err
	}
	if len(phone.Codes) == 0 {
		return "", fmt.Errorf("lps: the phone of %s shows no code", s.given.Patient)
	}
	return phone.Codes[0].Payload, nil
}

// refusedCode sends a code that does not serve, and shows that the software says
// so.
func (s *session) refusedCode(ctx context.Context, a *apcv.Client, scanned, step string) error {
	_, err := a.Read(ctx, scanned)
	switch {
	case err == nil:
		return errors.New("lps: a code that does not serve any more was taken")
	case !teleservice.IsFault(err):
		return err
	}
	s.tell("QR code refusé : demandez au patient d'en afficher un nouveau.", "QR code refused: ask the patient to show a new one.")
	s.say("QR code refusé : %s", "QR code refused: %s", teleservice.Code(err))
	refused := Text{FR: "QR code refusé", EN: "QR code refused"}
	return s.sheet(ctx, refused.In(s.opt.Lang), step)
}
