package registre

import (
	"strings"

	"github.com/google/uuid"
)

// A Kind is what a professional's identifier is made of.
type Kind string

// The kinds: the first digit of an IdNat_PS tells them apart (ANS, NOS
// TRE_G08), except for the two that Pro Santé Connect adds. The strings are the
// `origine` that goes with an identifier; RPPS and EDIT have been seen on the
// wire, the others are inferred.
const (
	ADELI        Kind = "ADELI"         // 0 and 9 characters
	CabinetADELI Kind = "CABINET_ADELI" // 1, cabinet, "/", register
	FINESS       Kind = "FINESS"        // 3, FINESS number, "/", register: an establishment's employee
	SIREN        Kind = "SIREN"         // 4, SIREN, "/", register
	SIRET        Kind = "SIRET"         // 5, SIRET, "/", register
	CabinetRPPS  Kind = "CABINET_RPPS"  // 6, cabinet, "/", register
	RPPS         Kind = "RPPS"          // 8 and 11 digits
	EDIT         Kind = "EDIT"          // ANS and 14 digits: identities made with ANS's EDIT tool
	PSI          Kind = "PSI"           // UUID of Pro Santé Identité
)

// KindOf tells what an identifier of a person is, and false when it has none of
// the known shapes.
func KindOf(id string) (Kind, bool) {
	if isUUID(id) {
		return PSI, true
	}
	if d, ok := strings.CutPrefix(id, "ANS"); ok {
		return EDIT, len(d) == 14 && digits(d)
	}
	if len(id) < 2 {
		return "", false
	}
	rest := id[1:]
	owner, register, employee := strings.Cut(rest, "/")
	employee = employee && upperAlnum(owner) && register != "" && len(register) <= 32 && upperAlnum(register)
	switch id[0] {
	case '0':
		return ADELI, len(rest) == 9 && upperAlnum(rest)
	case '1':
		return CabinetADELI, employee
	case '3':
		return FINESS, employee && len(owner) == 9
	case '4':
		return SIREN, employee && len(owner) == 9
	case '5':
		return SIRET, employee && len(owner) == 14
	case '6':
		return CabinetRPPS, employee
	case '8':
		return RPPS, len(rest) == 11 && digits(rest)
	}
	return "", false
}

// ValidRPPS tells whether 11 digits, or 12 with the leading 8 of the IdNat_PS,
// are an RPPS number with its right Luhn key.
func ValidRPPS(n string) bool {
	if len(n) == 12 && n[0] == '8' {
		n = n[1:]
	}
	return len(n) == 11 && ValidLuhn(n)
}

// InTestRange tells whether an RPPS number, with or without the leading 8, lies in
// a range of test identities: 997 or 999.
func InTestRange(n string) bool {
	if len(n) == 12 && n[0] == '8' {
		n = n[1:]
	}
	return len(n) == 11 && (strings.HasPrefix(n, "997") || strings.HasPrefix(n, "999"))
}

// ValidStructure tells whether id has the shape of a Struct_IdNat (ANS, NOS
// TRE_G07): 0 and an ADELI cabinet, 1 and a FINESS number, 2 and a SIREN, 3 and a
// SIRET, 4 and a cabinet number derived from an RPPS number.
func ValidStructure(id string) bool {
	if len(id) < 2 || !upperAlnum(id) {
		return false
	}
	switch rest := id[1:]; id[0] {
	case '0':
		return len(rest) == 11
	case '1':
		return len(rest) == 9
	case '2':
		return len(rest) == 9 && digits(rest)
	case '3', '4':
		return len(rest) == 14 && digits(rest)
	}
	return false
}

// namespace is the UUID under which technical identifiers are derived.
const namespace = "https://segursim.test/registre/"

// SubOf derives a technical UUID from a national identifier, the same for ever
// (RFC 9562 §5.5): the `sub` of the 2026 tokens, which has no meaning.
func SubOf(id string) string {
	return uuid.NewSHA1(uuid.NameSpaceURL, []byte(namespace+id)).String()
}

func isUUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	_, err := uuid.Parse(s)
	return err == nil && s == strings.ToLower(s)
}

func digits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

func upperAlnum(s string) bool {
	for i := range len(s) {
		if c := s[i]; (c < '0' || c > '9') && (c < 'A' || c > 'Z') {
			return false
		}
	}
	return s != ""
}
