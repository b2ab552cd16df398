package datamatrix

import "strings"

func (c checker) oid(v string) {
	at := c.at(1)
	switch v {
	case OIDNIR:
	case OIDNIA:
		c.add(Information, "s2.nia", "S2", at, "Le matricule est un NIA (identité en attente d'immatriculation).", "The matricule is a NIA (an identity that waits for its registration).")
	case OIDTest:
		c.add(Information, "s2.test", "S2", at, "OID de test : l'identité est fictive.", "OID of test: the identity is fictitious.")
	case OIDDemo:
		c.add(Information, "s2.demonstration", "S2", at, "OID de démonstration : l'identité est fictive.", "OID of demonstration: the identity is fictitious.")
	default:
		if !oidShape(v) {
			c.addf(Erreur, "s2.forme", "S2", at, "S2 vaut « %s » : un OID est une suite de nombres séparés par des points, qui commence par 0, 1 ou 2.",
				"S2 is “%s”: an OID is numbers separated by dots, the first of which is 0, 1 or 2.", shown(v))
			return
		}
		c.addf(Avertissement, "s2.inconnu", "S2", at, "L'OID %s n'est d'aucun domaine d'INS connu (.8 NIR, .9 NIA, .10 test, .11 démonstration).",
			"OID %s is of no known domain of INS (.8 NIR, .9 NIA, .10 test, .11 demonstration).", v)
	}
}

// oidShape tells whether s is at least two numbers without leading zeros,
// separated by dots, the first at most 2 (ITU-T X.660).
func oidShape(s string) bool {
	arcs := strings.Split(s, ".")
	for _, a := range arcs {
		if !digits(a) || len(a) > 1 && a[0] == '0' {
			return false
		}
	}
	return len(arcs) > 1 && len(arcs[0]) == 1 && arcs[0][0] <= '2'
}
