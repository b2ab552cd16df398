package registre

import (
	"strings"
	"time"
)

// ValidBirthDate tells whether s is a birth date as INSi writes it: AAAA-MM-JJ,
// where 00 stands for an unknown month or day.
func ValidBirthDate(s string) bool { return validDate(s, true) }

// ValidCOG tells whether s is the shape of an INSEE code of a town or, from 99,
// of a country: five digits, or 2A or 2B and three.
func ValidCOG(s string) bool {
	if len(s) != 5 {
		return false
	}
	if strings.HasPrefix(s, "2A") || strings.HasPrefix(s, "2B") {
		s = s[2:]
	}
	return digits(s)
}

// validDate accepts AAAA-MM-JJ; a lunar one may have 00 for month and day, and
// never an unknown month with a known day.
func validDate(s string, lunar bool) bool {
	if len(s) != 10 || s[4] != '-' || s[7] != '-' {
		return false
	}
	if lunar && s[8:] == "00" {
		s = s[:8] + "01"
		if s[5:7] == "00" {
			s = s[:5] + "01" + s[7:]
		}
	}
	_, err := time.Parse(time.DateOnly, s)
	return err == nil
}
