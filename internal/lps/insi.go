package lps

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/segursim/segursim/internal/lps/dossier"
	"github.com/segursim/segursim/internal/lps/insi"
	"github.com/segursim/segursim/internal/lps/teleservice"
)

// The profiles of certificates that the scripts use.
const (
	profilePhysician = "cps-medecin-sign"   // a physician's card
	profileService   = "cpe-non-nominative" // a card of nobody in particular
	profileAuto      = "insi-auto"          // a structure, calls made by the software
	profileManual    = "insi-manu"          // a structure, calls made by a user
	profileWrongName = "wrong-cn"           // a structure, not for INSi
)

// readyINSi checks that the simulator has INSi, and opens the record that the
// scenario describes.
func readyINSi(s *session) error {
	if s.endpoints.Services.INSi.URL == "" {
		return errors.New("lps: the endpoints document names no INSi")
	}
	s.open("")
	return nil
}

// open opens a patient's record with the traits that somebody typed. They are
// the scenario's values nom, prenoms, sexe, date and lieu, with a suffix for a
// second patient.
func (s *session) open(suffix string) {
	v := s.given.Vars
	s.record = dossier.New(v["nom"+suffix], v["prenoms"+suffix], v["sexe"+suffix], v["date"+suffix], v["lieu"+suffix])
}

// shown puts the record on the pages.
func (s *session) shown() {
	r := s.record.Copy()
	s.site.set(func(v *view) { v.Record = r })
}

// sheet shows the patient's sheet, and confirms the steps that it makes true.
func (s *session) sheet(ctx context.Context, must string, steps ...string) error {
	s.shown()
	return s.show(ctx, pagePatient, must, steps...)
}

// insiOf makes a client of INSi for who calls.
func (s *session) insiOf(call *teleservice.Client, err error) (*insi.Client, error) {
	if err != nil {
		return nil, err
	}
	return insi.New(call, s.endpoints.Services.INSi.URL)
}

// lookup searches the record's patient as the rules want it, and puts the answer
// beside the local traits.
func (s *session) lookup(ctx context.Context, c *insi.Client) error {
	q, err := s.record.Query()
	if err != nil {
		return err
	}
	a, tried, err := c.Search(ctx, q)
	if err := s.noteAll(ctx, tried, err); err != nil {
		return err
	}
	return s.receive(a)
}

// receive puts an answer beside the local traits. One that the record refuses is
// shown, and no failure of the software.
func (s *session) receive(a insi.Answer) error {
	var refused *dossier.Refusal
	if err := s.record.Receive(a); errors.As(err, &refused) {
		s.say("%s (%s)", "%s (%s)", Text(refused.Text).In(s.opt.Lang), refused.Rule)
	} else if err != nil {
		return err
	}
	switch a.Code {
	case insi.Unknown:
		s.tell("L'INSi ne trouve personne avec ces traits.", "INSi finds nobody with these traits.")
	case insi.Several:
		s.tell("L'INSi trouve plusieurs personnes avec ces traits : aucun INS n'est retenu.", "INSi finds several people with these traits: no INS is kept.")
	default:
		s.tell("", "")
	}
	s.shown()
	return nil
}

// tell puts a message on the pages; an empty one takes it away.
func (s *session) tell(fr, en string) {
	s.site.set(func(v *view) { v.Notice = Text{FR: fr, EN: en} })
}

// noteAll writes the calls of a search into the journal of the software, with
// the fault that stopped it, if any. It returns that fault.
func (s *session) noteAll(ctx context.Context, tried []insi.Attempt, failed error) error {
	for _, t := range tried {
		if err := s.note(ctx, "récupération par traits", traitsOf(t.Traits), t.Answer, nil); err != nil {
			return err
		}
	}
	if failed != nil {
		return s.note(ctx, "récupération par traits", s.record.Name, insi.Answer{}, failed)
	}
	return nil
}

// note writes one call into the journal of the software, and returns why it
// failed, if it did.
func (s *session) note(ctx context.Context, operation, sent string, a insi.Answer, failed error) error {
	at, err := s.now(ctx)
	if err != nil {
		return err
	}
	line := dossier.Line{At: at, User: s.user, Operation: operation, Sent: sent, Code: a.Code, Message: a.Message}
	if failed != nil {
		line.Code = or(teleservice.Code(failed), "erreur")
	}
	if p := a.Person; p != nil {
		line.Matricule, line.OID = p.Active.String(), p.Active.OID
		var former []string
		for _, h := range p.History {
			former = append(former, h.String())
		}
		line.History = strings.Join(former, ", ")
	}
	s.record.Log = append(s.record.Log, line)
	s.shown()
	s.say("INSi, %s (%s) : %s %s", "INSi, %s (%s): %s %s", operation, sent, line.Code, line.Matricule)
	return failed
}

func traitsOf(t insi.Traits) string {
	return strings.TrimSpace(strings.Join([]string{t.Name, t.FirstName, t.Sex, t.Born, t.Place}, " "))
}

// next opens the next patient's sheet and searches their INS, which ends the
// observation of the one before.
func (s *session) next(ctx context.Context, c *insi.Client) error {
	s.tell("", "")
	s.open("_fin")
	if err := s.sheet(ctx, s.record.Name); err != nil {
		return err
	}
	return s.lookup(ctx, c)
}

// accept shows the comparison, accepts the answer and shows the record with it.
func (s *session) accept(ctx context.Context, compared, accepted string) error {
	if s.record.Proposal == nil {
		return errors.New("lps: INSi proposed no identity to accept")
	}
	if err := s.show(ctx, pageCompare, s.record.Proposal.Active.Number, compared); err != nil {
		return err
	}
	if !s.record.Accept() {
		return fmt.Errorf("lps: the record does not take the answer: %s", s.record.Status)
	}
	return s.sheet(ctx, s.record.INS.String(), accepted)
}

// calls shows the journal of the calls to INSi.
func (s *session) calls(ctx context.Context, steps ...string) error {
	must := s.user
	if n := len(s.record.Log); n > 0 {
		must = s.record.Log[n-1].Operation
	}
	return s.show(ctx, pageCalls, must, steps...)
}
