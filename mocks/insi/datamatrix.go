package insi

import (
	"errors"
	"fmt"
	"strings"

	"github.com/segursim/segursim/internal/datamatrix"
	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/internal/registre"
	"github.com/segursim/segursim/internal/sim"
	"github.com/segursim/segursim/internal/store"
)

// datamatrixes writes and reads datamatrix INS for the people of the registre: a
// console page and two actions. It keeps nothing.
type datamatrixes struct{ world *sim.World }

// The rules that a patient breaks before the format is looked at.
const (
	ruleNoPatient = "patient.inconnu"
	ruleNoINS     = "patient.sans-ins"
	ruleStatus    = "patient.statut"
)

// patient finds a patient by id or by active matricule, with or without its key.
func (d datamatrixes) patient(ref string) (registre.Patient, bool) {
	var p registre.Patient
	var ok bool
	_ = d.world.Store.View(func(tx *store.Txn) error {
		if p, ok = registre.GetPatient(tx, ref); ok || ref == "" {
			return nil
		}
		for p = range registre.FindPatients(tx, ref) {
			ok = true
			break
		}
		return nil
	})
	return p, ok
}

// search lists a few patients for what was typed.
func (d datamatrixes) search(typed string, limit int) []registre.Patient {
	var out []registre.Patient
	_ = d.world.Store.View(func(tx *store.Txn) error {
		out = registre.SearchPatients(tx, typed, limit)
		return nil
	})
	return out
}

// identityOf is a patient as a datamatrix says it, and what stands against a
// datamatrix for that patient. A birth date out of shape stays as it is, for the
// format to refuse.
func identityOf(p registre.Patient) (datamatrix.Identity, []datamatrix.Finding) {
	id := datamatrix.Identity{
		Matricule: p.INS.Full(), OID: p.INS.OID, GivenNames: strings.Join(p.GivenNames, " "), BirthName: p.BirthName,
		Sex: p.Sex, BirthDate: p.BirthDate, BirthPlace: p.BirthPlace,
	}
	if date, err := datamatrix.FromISO(p.BirthDate); err == nil {
		id.BirthDate = date
	}
	switch {
	case p.INS.Matricule == "":
		return id, []datamatrix.Finding{refusing(ruleNoINS, "Cette personne n'a pas d'INS : il n'y a rien à mettre dans un datamatrix.",
			"This person has no INS: there is nothing to put in a datamatrix.")}
	case p.Has(registre.MarkDoubtful) || p.Has(registre.MarkFictitious):
		// Guide d'implémentation INS v3.0, EXI ID 26 and EXI ID 29.
		return id, []datamatrix.Finding{refusing(ruleStatus, "Identité douteuse ou fictive : son statut est provisoire, le matricule et l'OID ne se transmettent pas (EXI ID 26, EXI ID 29).",
			"Doubtful or fictitious identity: its status is provisional, matricule and OID are not to be transmitted (EXI ID 26, EXI ID 29).")}
	}
	return id, nil
}

func refusing(rule, fr, en string) datamatrix.Finding {
	return datamatrix.Finding{Level: datamatrix.Erreur, Rule: rule, Offset: -1, Text: datamatrix.Text{FR: fr, EN: en}}
}

// written is a datamatrix that was made, or why it was not.
type written struct {
	Identity datamatrix.Identity
	Payload  string // empty when it was refused
	Findings []datamatrix.Finding
	Symbol   *datamatrix.Symbol // nil when it was refused
	Forced   bool               // made in spite of errors
}

// write makes the datamatrix of an identity. before is what was found against it
// already. force makes it in spite of errors, for a reader that must refuse it.
func (d datamatrixes) write(id datamatrix.Identity, before []datamatrix.Finding, force bool) written {
	w := written{Identity: id, Findings: append(before, datamatrix.Check(id)...)}
	if failed := datamatrix.Failed(w.Findings); failed && !force {
		return w
	} else if failed {
		w.Forced = true
	}
	payload, err := datamatrix.Compose(id)
	if err == nil {
		w.Symbol, err = datamatrix.NewSymbol(payload)
	}
	if err != nil {
		w.Findings = append(w.Findings, findingsOf(err)...)
		return w
	}
	w.Payload = payload
	return w
}

// findingsOf are what an error of the codec lists.
func findingsOf(err error) []datamatrix.Finding {
	var refused *datamatrix.Error
	if errors.As(err, &refused) {
		return refused.Findings
	}
	return []datamatrix.Finding{refusing("image", err.Error(), err.Error())}
}

// firstError is the first error of some findings, for an answer, and how many follow.
func firstError(findings []datamatrix.Finding) journal.Cause {
	var c journal.Cause
	more := 0
	for _, f := range findings {
		switch {
		case f.Level != datamatrix.Erreur:
		case c.Rule == "":
			c = journal.Cause{Rule: "insi.datamatrix." + f.Rule, Text: journal.Text(f.Text), Ref: "INS format datamatrix v2.2.20230926"}
		default:
			more++
		}
	}
	if more > 0 {
		c.Text.FR += fmt.Sprintf(" (et %d autre(s))", more)
		c.Text.EN += fmt.Sprintf(" (and %d more)", more)
	}
	return c
}
