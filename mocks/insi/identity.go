package insi

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/segursim/segursim/internal/ins"
	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/internal/registre"
	"github.com/segursim/segursim/internal/sim"
	"github.com/segursim/segursim/internal/store"
)

// identities is the base of identities as a person changes it: the console's
// page and the actions. It keeps nothing: the identities are in the registre.
type identities struct{ world *sim.World }

// opIdentity is the event of a change to the base.
const opIdentity = "identity.changed"

// identityOps declares what the changes write in the journal.
func identityOps() []sim.Op {
	return []sim.Op{{
		Name: opIdentity, Title: journal.Text{FR: "Changement dans la base d'identités", EN: "Change in the base of identities"},
		Provenance: sim.Invented, Source: "console et actions du simulateur",
		Facts: map[string]sim.FactType{
			"change.kind": sim.String, "change.id": sim.String, "change.count": sim.Int, "patient.id": sim.String,
		},
	}}
}

// changed writes in the journal what was done: to one identity, or to n of them.
func (d identities) changed(kind, id string, n int, fr string) {
	facts := map[string]any{"change": map[string]any{"kind": kind, "id": id, "count": int64(n)}}
	if id != "" {
		facts["patient"] = map[string]any{"id": id}
	}
	d.world.Journal.Append(&journal.Entry{
		Time: d.world.Clock.Now(), Transport: "event", Service: "insi", Op: opIdentity, Outcome: journal.Event,
		Provenance: string(sim.Invented), Summary: fr, Facts: facts,
	})
}

// find returns an identity by its id, or by its active matricule with or without
// the key.
func (d identities) find(tx *store.Txn, ref string) (registre.Patient, bool) {
	if ref == "" {
		return registre.Patient{}, false
	}
	if p, ok := registre.GetPatient(tx, ref); ok {
		return p, true
	}
	for p := range registre.FindPatients(tx, ref) {
		return p, true
	}
	return registre.Patient{}, false
}

func unknownIdentity(ref string) *sim.Error {
	return actionError(sim.NotFound, "unknown_identity", "aucune identité « "+ref+" »", "no identity “"+ref+"”")
}

// badIdentity is the refusal of an identity, in the words of whoever refused it.
func badIdentity(err error) *sim.Error {
	var refusal *sim.Error
	if errors.As(err, &refusal) {
		return refusal
	}
	return actionError(sim.BadRequest, "bad_identity", "identité refusée : "+err.Error(), "identity refused: "+err.Error())
}

// update runs a change and tells it as the refusal that it may be.
func (d identities) update(f func(tx *store.Txn) error) *sim.Error {
	if err := d.world.Store.Update(f); err != nil {
		return sim.AsError(err)
	}
	return nil
}

// put writes an identity. Two may share a matricule under two OIDs only, as the
// official data does with a NIR and a NIA.
func (d identities) put(tx *store.Txn, p registre.Patient) (registre.Patient, error) {
	if refusal := checkIdentity(p); refusal != nil {
		return p, refusal
	}
	if _, ok := registre.GetPatient(tx, p.Holder); p.Holder != "" && !ok {
		return p, unknownIdentity(p.Holder)
	}
	p, err := registre.PutPatient(tx, p)
	if err != nil {
		return p, badIdentity(err)
	}
	if p.INS.Matricule == "" {
		return p, nil
	}
	for other := range registre.FindPatients(tx, p.INS.Matricule) {
		if other.ID != p.ID && other.INS.OID == p.INS.OID {
			return p, actionError(sim.Conflict, "matricule_taken", "le matricule "+p.INS.Matricule+" est déjà celui de « "+other.ID+" »",
				"the matricule "+p.INS.Matricule+" is already that of “"+other.ID+"”")
		}
	}
	return p, nil
}

// set adds an identity, or changes the fields given of the one named.
func (d identities) set(in map[string]any) (p registre.Patient, added bool, refusal *sim.Error) {
	ref, _ := in["id"].(string)
	refusal = d.update(func(tx *store.Txn) error {
		known, ok := d.find(tx, ref)
		if added = !ok; added {
			known = registre.Patient{ID: ref, Source: "console"}
			if ref == "" {
				var err error
				if known.ID, err = d.freshID(); err != nil {
					return err
				}
			}
		}
		next, err := overlay(known, in)
		if err != nil {
			return badIdentity(err)
		}
		next.ID = known.ID
		p, err = d.put(tx, next)
		return err
	})
	if refusal != nil {
		return p, added, refusal
	}
	if added {
		d.changed("add", p.ID, 1, "identité ajoutée : "+p.Name())
	} else {
		d.changed("edit", p.ID, 1, "identité modifiée : "+p.Name())
	}
	return p, added, nil
}

func (d identities) freshID() (string, error) {
	var b [5]byte
	if _, err := io.ReadFull(d.world.Rand, b[:]); err != nil {
		return "", fmt.Errorf("insi: the random source: %w", err)
	}
	return "identite-" + hex.EncodeToString(b[:]), nil
}

// mark gives marks to an identity and takes others away; death, when not nil, is
// the date of death, or "" for somebody alive.
func (d identities) mark(ref string, add, remove []registre.Mark, death *string) (p registre.Patient, refusal *sim.Error) {
	refusal = d.update(func(tx *store.Txn) error {
		known, ok := d.find(tx, ref)
		if !ok {
			return unknownIdentity(ref)
		}
		marks := slices.Clone(known.Marks)
		marks = slices.DeleteFunc(marks, func(m registre.Mark) bool { return slices.Contains(remove, m) })
		for _, m := range add {
			if !slices.Contains(marks, m) {
				marks = append(marks, m)
			}
		}
		if err := together(marks); err != nil {
			return err
		}
		known.Marks = marks
		if death != nil {
			known.Death = *death
		}
		var err error
		p, err = d.put(tx, known)
		return err
	})
	if refusal == nil {
		d.changed("mark", p.ID, 1, "identité marquée : "+p.Name()+markList(p))
	}
	return p, refusal
}

// together refuses attributes that exclude each other: of homonyme, douteux and
// fictif, only douteux and homonyme go together (Guide d'implémentation INS v3.0,
// EXI ID 24).
func together(marks []registre.Mark) error {
	has := func(m registre.Mark) bool { return slices.Contains(marks, m) }
	if has(registre.MarkFictitious) && (has(registre.MarkDoubtful) || has(registre.MarkHomonym)) {
		return actionError(sim.Conflict, "marks_exclude", "une identité fictive n'est ni douteuse ni homonyme (EXI ID 24)",
			"a fictitious identity is neither doubtful nor a homonym (EXI ID 24)")
	}
	return nil
}

func markList(p registre.Patient) string {
	all := make([]string, 0, len(p.Marks)+1)
	for _, m := range p.Marks {
		all = append(all, string(m))
	}
	if p.Death != "" {
		all = append(all, "décès le "+p.Death)
	}
	if len(all) == 0 {
		return ""
	}
	return " (" + strings.Join(all, ", ") + ")"
}

func (d identities) remove(ref string) *sim.Error {
	var p registre.Patient
	refusal := d.update(func(tx *store.Txn) error {
		known, ok := d.find(tx, ref)
		if !ok {
			return unknownIdentity(ref)
		}
		p = known
		_, err := registre.DeletePatient(tx, p.ID)
		return err
	})
	if refusal == nil {
		d.changed("delete", p.ID, 1, "identité retirée : "+p.Name())
	}
	return refusal
}

// generate adds n synthetic identities; an empty seed draws one. It returns the
// first one's id.
func (d identities) generate(n int, seed string) (first string, refusal *sim.Error) {
	source := d.world.Rand
	if seed != "" {
		source = ins.Seed(seed)
	}
	var lot registre.Lot // made outside of the write transaction: calls go on meanwhile
	err := d.world.Store.View(func(tx *store.Txn) (err error) {
		lot, err = ins.Build(tx, n, source)
		return err
	})
	if err == nil {
		err = d.world.Store.Update(func(tx *store.Txn) error { return ins.Add(tx, lot) })
	}
	switch {
	case errors.Is(err, ins.ErrNumber):
		return "", actionError(sim.BadRequest, "bad_number", fmt.Sprintf("de 1 à %d identités", ins.MaxGenerated), fmt.Sprintf("from 1 to %d identities", ins.MaxGenerated))
	case errors.Is(err, ins.ErrTwice):
		return "", actionError(sim.Conflict, "seed_taken", "les identités de la graine « "+seed+" » sont déjà dans la base", "the identities of the seed “"+seed+"” are in the base already")
	case err != nil:
		return "", sim.AsError(err)
	}
	d.changed("generate", "", n, fmt.Sprintf("%d identités générées, à partir de %s", n, lot.ID))
	return lot.ID, nil
}

// reset makes the base of identities what it was at the start; nothing else of
// the simulated world changes.
func (d identities) reset() *sim.Error {
	refusal := d.update(func(tx *store.Txn) error {
		return d.world.Store.ViewBaseline(func(from *store.Txn) error { return registre.ResetPatients(tx, from) })
	})
	if refusal == nil {
		d.changed("reset", "", 0, "base d'identités remise à son état de départ")
	}
	return refusal
}

// variant gives an identity of the CNDA's tests the shape that a test wants.
func (d identities) variant(test string) (p registre.Patient, refusal *sim.Error) {
	id, change, ok := ins.Variant(test)
	if !ok {
		all := strings.Join(ins.Variants(), ", ")
		return p, actionError(sim.BadRequest, "unknown_variant", "« "+test+" » n'est aucune des variantes : "+all, "“"+test+"” is none of the variants: "+all)
	}
	refusal = d.update(func(tx *store.Txn) error {
		known, ok := registre.GetPatient(tx, id)
		if !ok {
			return unknownIdentity(id)
		}
		change(&known)
		var err error
		p, err = d.put(tx, known)
		return err
	})
	if refusal == nil {
		d.changed("variant", p.ID, 1, "variante "+test+" du test CNDA : "+p.Name())
	}
	return p, refusal
}
