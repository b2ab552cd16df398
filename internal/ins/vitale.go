package ins

import (
	"iter"
	"slices"
	"strconv"

	"github.com/segursim/segursim/internal/registre"
	"github.com/segursim/segursim/internal/store"
)

// Vitale is what a request says from a carte Vitale.
type Vitale struct {
	// Individual is the beneficiary's own matricule, sent when it is certified.
	Individual string
	// Holder is the matricule of the ouvrant droit, whose card it is.
	Holder    string
	BirthName string
	BirthDate string
	Rank      string // rang de naissance; empty when it is not said
	// Covered are the ids of the identities that the card covers, when the
	// caller knows them; nil for the holder and those who depend on them.
	Covered []string
}

// Check returns every rule that what the card says breaks: one matricule at
// least, of 13 characters; the other fields are optional and have their form
// (INSi_RECVITALE_INS.xsd; that INSi checks forms is inferred).
func (v Vitale) Check() []*Refusal {
	var out []*Refusal
	add := func(r *Refusal) {
		if r != nil {
			out = append(out, r)
		}
	}
	if v.Individual == "" && v.Holder == "" {
		r := missing(Holder, "Le matricule de l'ouvrant droit", "The ouvrant droit's matricule", "INSi_RECVITALE_INS.xsd")
		r.Inferred = true
		add(r)
	}
	if v.Individual != "" {
		add(CheckMatricule(Matricule, v.Individual))
	}
	if v.Holder != "" {
		add(CheckMatricule(Holder, v.Holder))
	}
	if v.BirthName != "" {
		add(CheckBirthName(v.BirthName))
	}
	if v.BirthDate != "" {
		add(CheckBirthDate(v.BirthDate))
	}
	if v.Rank != "" {
		add(CheckRank(v.Rank))
	}
	return out
}

// MatchVitale searches the base by what a card says. With the beneficiary's own
// matricule, active or former, that decides, provided the card's holder is the
// person or whom they depend on; without it, birth date, rank and name tell whom
// the holder's card covers. How INSi weighs the fields is not public: inferred.
func MatchVitale(tx *store.Txn, v Vitale) Result {
	covered := v.covered(tx)
	keep := func(p *registre.Patient) bool {
		return p.INS.Matricule != "" && (covered == nil || slices.Contains(covered, p.ID)) &&
			(v.BirthName == "" || p.BirthName == v.BirthName) && (v.BirthDate == "" || p.BirthDate == v.BirthDate) &&
			(v.Rank == "" || strconv.Itoa(p.BirthRank()) == v.Rank)
	}
	if v.Individual == "" {
		return resultOf(filter(byID(tx, covered), keep))
	}
	if r := resultOf(filter(registre.FindPatients(tx, v.Individual), keep)); r.Code != None {
		return r
	}
	return resultOf(filter(registre.FindFormer(tx, v.Individual), keep))
}

// covered are the ids of whom the card covers; nil when the request names no card.
func (v Vitale) covered(tx *store.Txn) []string {
	if v.Covered != nil || v.Holder == "" {
		return v.Covered
	}
	out := []string{}
	for h := range registre.FindPatients(tx, v.Holder) {
		out = append(out, h.ID)
		for p := range registre.FindDependents(tx, h.ID) {
			out = append(out, p.ID)
		}
	}
	return out
}

func byID(tx *store.Txn, ids []string) iter.Seq[registre.Patient] {
	return func(yield func(registre.Patient) bool) {
		for _, id := range ids {
			if p, ok := registre.GetPatient(tx, id); ok && !yield(p) {
				return
			}
		}
	}
}
