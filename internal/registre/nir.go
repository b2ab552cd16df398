package registre

import "fmt"

// OIDs of the national health identities (ANS, Référentiel INS). The
// simulator's own identities carry the test one.
const (
	OIDNIR  = "1.2.250.1.213.1.4.8"  // INS-NIR
	OIDNIA  = "1.2.250.1.213.1.4.9"  // INS-NIA
	OIDTest = "1.2.250.1.213.1.4.10" // INS-NIR of test
	OIDDemo = "1.2.250.1.213.1.4.11" // INS-NIR of demonstration
)

// NIRKey returns the two-digit key of a matricule of 13 characters: 97 minus
// the number modulo 97, where the Corsican departments 2A and 2B count as 19
// and 18 (INSEE). It refuses what is not the shape of a matricule.
func NIRKey(matricule string) (string, error) {
	if len(matricule) != 13 {
		return "", fmt.Errorf("a matricule has 13 characters, %q has %d", matricule, len(matricule))
	}
	n := 0
	for i := range len(matricule) {
		switch c := matricule[i]; {
		case c >= '0' && c <= '9':
			n = n*10 + int(c-'0')
		case i == 6 && matricule[5] == '2' && c == 'A':
			n = n*10 + 9 - 10 // 2A counts as 19
		case i == 6 && matricule[5] == '2' && c == 'B':
			n = n*10 + 8 - 10 // 2B counts as 18
		default:
			return "", fmt.Errorf("character %d of matricule %q is none of a matricule: digits, and 2A or 2B as department", i+1, matricule)
		}
	}
	return fmt.Sprintf("%02d", 97-n%97), nil
}

// ValidNIR tells whether 15 characters are a matricule with its right key.
func ValidNIR(matricule string) bool {
	if len(matricule) != 15 {
		return false
	}
	key, err := NIRKey(matricule[:13])
	return err == nil && key == matricule[13:]
}

// Matricule13 drops the key of a matricule given with it: 13 characters out of
// 13 or 15, and anything else as it is.
func Matricule13(matricule string) string {
	if len(matricule) == 15 {
		return matricule[:13]
	}
	return matricule
}
