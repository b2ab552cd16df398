package ins

import (
	"fmt"
	"strings"

	"github.com/segursim/segursim/internal/registre"
)

// CheckSex returns the rule that a sex breaks, or nil. INSi knows F and M only
// (SEL-MP-043, EF_INS25_04).
func CheckSex(s string) *Refusal {
	const ref = "SEL-MP-043 (EF_INS25_04)"
	switch s {
	case "":
		return missing(Sex, "Le sexe", "The sex", ref)
	case "F", "M":
		return nil
	}
	return refuse(Sex, Value, s, "INSi ne connaît que F et M", "INSi knows F and M only", ref, false)
}

// CheckBirthDate returns the rule that a date breaks, or nil: AAAA-MM-JJ, 00 for
// an unknown month or day. The schemas give the pattern only; that a date must
// also exist is inferred.
func CheckBirthDate(s string) *Refusal {
	const ref = "INSi_RESULTAT_INS.xsd (DateNaissance)"
	if s == "" {
		return missing(BirthDate, "La date de naissance", "The birth date", "SEL-MP-043 (CharlieLamatte/SAPA)")
	}
	shape := len(s) == 10
	for i := 0; shape && i < len(s); i++ {
		if i == 4 || i == 7 {
			shape = s[i] == '-'
		} else {
			shape = s[i] >= '0' && s[i] <= '9'
		}
	}
	if !shape {
		return refuse(BirthDate, Form, s, "une date s'écrit AAAA-MM-JJ, 00 pour un mois ou un jour inconnu",
			"a date is written YYYY-MM-DD, 00 for an unknown month or day", ref, false)
	}
	if !registre.ValidBirthDate(s) {
		return refuse(BirthDate, Impossible, s, "cette date n'existe pas", "there is no such date", ref, true)
	}
	return nil
}

// CheckBirthPlace returns the rule that a COG code breaks, or nil: five digits,
// or 2A or 2B and three (INSEE). That INSi checks its shape is inferred.
func CheckBirthPlace(s string) *Refusal {
	const ref = "INSEE, code officiel géographique"
	if s == "" {
		return missing(BirthPlace, "Le lieu de naissance", "The birth place", ref)
	}
	if !registre.ValidCOG(s) {
		return refuse(BirthPlace, Form, s, "un code INSEE a cinq chiffres, ou 2A ou 2B et trois chiffres",
			"an INSEE code has five digits, or 2A or 2B and three digits", ref, true)
	}
	return nil
}

// CheckMatricule returns the rule that a matricule of 13 characters breaks, or
// nil: digits, and A or B in the seventh place after a 2. t says which matricule
// it is: Matricule or Holder.
func CheckMatricule(t Trait, s string) *Refusal {
	const ref = "ROOT_ctxbam_CTXBAM_V01_02.xsd (Num)"
	if s == "" {
		return missing(t, "Le matricule", "The matricule", ref)
	}
	if _, err := registre.NIRKey(s); err != nil {
		return refuse(t, Form, s, "un matricule a treize chiffres, ou 2A ou 2B comme département, sans sa clé",
			"a matricule has thirteen digits, or 2A or 2B as department, without its key", ref, false)
	}
	return nil
}

// CheckKey returns the rule that the two-digit key of a matricule breaks by its
// form, or nil. A wrong key is none of form: official test data has some.
func CheckKey(s string) *Refusal {
	const ref = "INSi_RESULTAT_INS.xsd (Cle)"
	if s == "" {
		return missing(Key, "La clé", "The key", ref)
	}
	if len(s) != 2 || strings.Trim(s, "0123456789") != "" {
		return refuse(Key, Form, s, "une clé a deux chiffres", "a key has two digits", ref, false)
	}
	return nil
}

// CheckOID returns the rule that an OID breaks, or nil: one of the four domains
// of the Référentiel INS.
func CheckOID(s string) *Refusal {
	const ref = "ANS, liste des OID des autorités d'affectation des INS"
	switch s {
	case "":
		return missing(OID, "L'OID", "The OID", ref)
	case registre.OIDNIR, registre.OIDNIA, registre.OIDTest, registre.OIDDemo:
		return nil
	}
	return refuse(OID, Value, s, "aucun des OID de l'INS : NIR …4.8, NIA …4.9, test …4.10, démonstration …4.11",
		"none of the OIDs of the INS: NIR …4.8, NIA …4.9, test …4.10, demonstration …4.11", ref, false)
}

// CheckRank returns the rule that a rang de naissance breaks, or nil: one digit
// from 1.
func CheckRank(s string) *Refusal {
	if len(s) == 1 && s[0] >= '1' && s[0] <= '9' {
		return nil
	}
	return refuse(Rank, Form, s, "un rang de naissance va de 1 à 9", "a birth rank goes from 1 to 9", "INSi_RECVITALE_INS.xsd (RangNaissance)", true)
}

func refuse(t Trait, rule Rule, s, fr, en, ref string, inferred bool) *Refusal {
	r := &Refusal{Trait: t, Rule: rule, Value: quoted(strings.ToValidUTF8(s, "\uFFFD")), Ref: ref, Inferred: inferred}
	r.FR = fmt.Sprintf("%s « %s » : %s.", t, r.Value, fr)
	r.EN = fmt.Sprintf("%s “%s”: %s.", t, r.Value, en)
	return r
}
