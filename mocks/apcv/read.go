package apcv

import (
	"cmp"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/segursim/segursim/internal/registre"
	"github.com/segursim/segursim/internal/sim"
	"github.com/segursim/segursim/internal/store"
)

// professional is who calls.
type professional struct {
	ID        string // IdNat_PS
	Billing   string // identifiant de facturation
	Specialty string
}

// tokenPrefix makes a TokenApCV visibly fake.
const tokenPrefix = "SEGURSIM-TEST-"

// read trades what was scanned for a context. Reading ends the code, whatever the
// professional then does with the context.
func (s *Service) read(scanned string, who professional) (vitale, *sim.Error) {
	p, err := decodePayload(scanned)
	if err != nil {
		return vitale{}, unreadable(err)
	}
	v := vitale{
		ID: s.world.ID(), Token: tokenPrefix + base64.RawURLEncoding.EncodeToString(s.world.Random(32)), Code: p.Nonce,
		Professional: who.ID, Billing: who.Billing, Specialty: who.Specialty, State: alive,
	}
	var refusal *sim.Error
	var former []vitale
	err = s.world.Store.Update(func(tx *store.Txn) error {
		now := s.now()
		c, ok := codes.Get(tx, p.Nonce)
		if refusal = s.readable(c, ok, p, now); refusal != nil {
			return nil
		}
		if _, ok := registre.GetPatient(tx, c.Patient); !ok {
			refusal = refuse(codeUnknown, "code-patient", "Le patient de ce QR code n'est plus dans la base ("+c.Patient+").", "The patient of this QR code is no longer in the base ("+c.Patient+").")
			return nil
		}
		if err := s.purge(tx); err != nil {
			return err
		}
		if s.config.Contexts == "one" {
			former = s.livingOf(tx, who.ID)
			for i := range former {
				former[i].State, former[i].Ended, former[i].Reason = destroyed, now, "nouvelle lecture"
				if err := contexts.Put(tx, former[i]); err != nil {
					return err
				}
			}
		}
		var err error
		if v.Order, err = next(tx); err != nil {
			return err
		}
		v.Patient, v.Created = c.Patient, now
		v.Expires = now.Add(time.Duration(s.config.Lifetimes.Context))
		c.State, c.Ended, c.Reader, c.Context = used, now, who.ID, v.ID
		if err := codes.Put(tx, c); err != nil {
			return err
		}
		return contexts.Put(tx, v)
	})
	switch {
	case err != nil:
		return v, sim.AsError(fmt.Errorf("apcv: read: %w", err))
	case refusal != nil:
		return v, refusal
	}
	s.disarm(v.Code)
	for _, old := range former {
		s.ended(old)
	}
	s.arm(v.ID, v.Expires)
	s.event("apcv.read", "QR code lu par "+who.ID, v.facts())
	return v, nil
}

// readable refuses a code that can't be read.
func (s *Service) readable(c code, ok bool, p payload, now time.Time) *sim.Error {
	switch {
	case !ok:
		return refuse(codeUnknown, "code-unknown", "Aucun téléphone de ce simulateur n'a affiché ce QR code, ou c'était avant une remise à zéro.", "No phone of this simulator showed this QR code, or it did before a reset.")
	case !c.told().Equal(p.Expires):
		return refuse(codeUnreadable, "code-forged", "La fin de validité du QR code n'est pas celle qui a été affichée.", "The end of validity in the QR code is not the one that was shown.")
	case c.State == used:
		return refuse(codeUsed, "code-used", "Ce QR code a déjà servi, à "+c.Reader+", "+s.moment(c.Ended)+" : il ne sert qu'une fois.", "This QR code has served before, to "+c.Reader+", "+s.moment(c.Ended)+": it serves once.")
	case c.State == replaced:
		return refuse(codeExpired, "code-replaced", "Le téléphone a affiché un QR code plus récent, "+s.moment(c.Ended)+".", "The phone has shown a newer QR code, "+s.moment(c.Ended)+".")
	case !c.live(now):
		return refuse(codeExpired, "code-expired", "Ce QR code a expiré : affiché "+s.moment(c.Created)+", valable jusqu'à "+s.moment(c.Expires)+".", "This QR code has expired: shown "+s.moment(c.Created)+", valid until "+s.moment(c.Expires)+".")
	}
	return nil
}

// unreadable refuses what is not a code.
func unreadable(err error) *sim.Error {
	switch {
	case errors.Is(err, errLayout):
		return refuse(codeUnreadable, "scanner-layout", "La douchette tape comme un clavier d'une autre disposition (AZERTY, QWERTY) que celle du poste : à régler sur la douchette.", "The scanner types as a keyboard of another layout (AZERTY, QWERTY) than the computer's: to be set on the scanner.")
	case errors.Is(err, errCase):
		return refuse(codeUnreadable, "scanner-case", "La casse des lettres a changé entre l'écran et la requête : verrouillage des majuscules, ou douchette mal réglée.", "The case of letters changed between the screen and the request: caps lock, or a scanner set wrongly.")
	}
	return refuse(codeUnreadable, "code-unreadable", "Donnees n'est pas le texte d'un QR code de ce simulateur : "+err.Error()+".", "Donnees is not the text of a QR code of this simulator: "+err.Error()+".")
}

// moment writes an instant for a cause, as the journal beside it does.
func (s *Service) moment(t time.Time) string { return s.local(t).Format("02/01/2006 15:04:05") }

// local is an instant where the simulated clock is.
func (s *Service) local(t time.Time) time.Time { return t.In(s.now().Location()) }

// livingOf are a professional's living contexts, oldest first.
func (s *Service) livingOf(tx *store.Txn, id string) []vitale {
	var out []vitale
	for v := range contexts.Find(tx, "professional", id) {
		if v.live(s.now()) {
			out = append(out, v)
		}
	}
	slices.SortFunc(out, func(a, b vitale) int { return cmp.Compare(a.Order, b.Order) })
	return out
}

// facts are what the journal says of a context.
func (v *vitale) facts() map[string]any {
	f := map[string]any{
		"code": v.Code, "context": v.ID, "patient": v.Patient, "professional": v.Professional,
		"expires": v.Expires.UTC().Format(time.RFC3339),
	}
	if v.Reason != "" {
		f["reason"] = v.Reason
	}
	return f
}
