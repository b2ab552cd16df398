package ins

import (
	"slices"
	"strings"

	"github.com/segursim/segursim/internal/registre"
	"github.com/segursim/segursim/internal/store"
)

// A Claim is an identity that somebody wants verified: an INS and its traits.
type Claim struct {
	Matricule string // 13 characters
	Key       string
	OID       string
	Traits
	// List is the whole list of first names, when the request has it.
	List string
	// OIDOf tells the OID that a search answers for an INS, when it is not the
	// one that the base holds; nil for the base's.
	OIDOf func(registre.INS) string
}

// A Verification is OK or KO. INSi tells no more than that: Why is for the
// journal.
type Verification struct {
	OK bool
	// Why are the fields that differ, in the order of the schema; Matricule
	// alone when no identity has it.
	Why []Trait
	// Former says that the matricule is one that the identity no longer has.
	Former bool
	// Patient is the identity that the matricule is of, if any.
	Patient registre.Patient
}

// Check returns every rule that the claim breaks by its form; the key is needed
// (inferred).
func (c Claim) Check() []*Refusal {
	var out []*Refusal
	for _, r := range []*Refusal{CheckMatricule(Matricule, c.Matricule), CheckKey(c.Key), CheckOID(c.OID)} {
		if r != nil {
			out = append(out, r)
		}
	}
	return append(out, c.Traits.Check()...)
}

// Verify holds a claim against the base: OK when an identity has this active
// matricule, key and OID, and these strict traits; the place counts when it is
// sent. What the verification says is known, how it decides is inferred.
func Verify(tx *store.Txn, c Claim) Verification {
	best := Verification{Why: []Trait{Matricule}}
	found := false
	for p := range registre.FindPatients(tx, c.Matricule) {
		v := Verification{Patient: p, Why: c.differences(&p)}
		if v.OK = len(v.Why) == 0; v.OK {
			return v
		}
		if !found || len(v.Why) < len(best.Why) {
			best, found = v, true
		}
	}
	if found {
		return best
	}
	for p := range registre.FindFormer(tx, c.Matricule) {
		best.Former, best.Patient = true, p
		break
	}
	return best
}

func (c Claim) differences(p *registre.Patient) []Trait {
	oid := p.INS.OID
	if c.OIDOf != nil {
		oid = c.OIDOf(p.INS)
	}
	given := p.Given(c.GivenName()) && (c.List == "" || c.List == strings.Join(p.GivenNames, " "))
	var out []Trait
	for _, d := range []struct {
		trait Trait
		same  bool
	}{
		{Key, c.Key == p.INS.Key},
		{OID, c.OID == oid},
		{BirthName, c.BirthName == p.BirthName},
		{GivenName, given},
		{Sex, c.Sex == p.Sex},
		{BirthDate, c.BirthDate == p.BirthDate},
		{BirthPlace, c.BirthPlace == "" || c.BirthPlace == p.BirthPlace},
	} {
		if !d.same {
			out = append(out, d.trait)
		}
	}
	return slices.Clip(out)
}
