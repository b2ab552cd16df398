package insi

import (
	"strings"

	"github.com/segursim/segursim/internal/ins"
	"github.com/segursim/segursim/internal/registre"
	"github.com/segursim/segursim/internal/sim"
)

// checkIdentity refuses, in words for a person, what the base can't hold: the
// rules of INSi on traits and numbers, so that an identity typed here can be
// found. The registre checks the rest.
func checkIdentity(p registre.Patient) *sim.Error {
	refused := []*ins.Refusal{ins.CheckBirthName(p.BirthName), ins.CheckBirthDate(p.BirthDate)}
	if len(p.GivenNames) == 0 {
		refused = append(refused, ins.CheckGivenName(""))
	}
	for _, g := range p.GivenNames {
		refused = append(refused, ins.CheckGivenName(g))
	}
	if p.Sex != "I" { // a person may have it; INSi neither takes nor gives it
		refused = append(refused, ins.CheckSex(p.Sex))
	}
	if p.BirthPlace != "" {
		refused = append(refused, ins.CheckBirthPlace(p.BirthPlace))
	}
	if p.INS.Matricule != "" {
		refused = append(refused, checkINS(p.INS, p.Has(registre.MarkWrongKey))...)
	}
	for _, h := range p.History {
		refused = append(refused, checkINS(h, p.Has(registre.MarkWrongKey))...)
	}
	var fr, en []string
	for _, r := range refused {
		if r != nil {
			fr, en = append(fr, r.FR), append(en, r.EN)
		}
	}
	if fr == nil {
		return nil
	}
	return actionError(sim.BadRequest, "bad_identity", strings.Join(fr, "\n"), strings.Join(en, "\n"))
}

func checkINS(i registre.INS, wrongKey bool) []*ins.Refusal {
	number := ins.CheckMatricule(ins.Matricule, i.Matricule)
	out := []*ins.Refusal{number}
	if i.Key != "" {
		out = append(out, ins.CheckKey(i.Key))
		if want, err := registre.NIRKey(i.Matricule); err == nil && want != i.Key && !wrongKey {
			out = append(out, &ins.Refusal{
				Trait: ins.Key, Rule: ins.WrongKey, Value: i.Key,
				FR: "La clé de " + i.Matricule + " est " + want + ", pas " + i.Key + " ; la marque « clé fausse » la garderait.",
				EN: "The key of " + i.Matricule + " is " + want + ", not " + i.Key + "; the mark “wrong key” would keep it.",
			})
		}
	}
	if i.OID != "" {
		out = append(out, ins.CheckOID(i.OID))
	}
	return out
}
