package datamatrix

import (
	"strconv"
	"time"
)

// date is a date of birth in parts, as they are written.
type date struct{ day, month, year string }

// parseDate reads the shape JJ-MM-AAAA, whatever the numbers.
func parseDate(s string) (date, bool) {
	if len(s) != 10 || s[2] != '-' || s[5] != '-' || !digits(s[:2]+s[3:5]+s[6:]) {
		return date{}, false
	}
	return date{s[:2], s[3:5], s[6:]}, true
}

// exists tells whether the day exists; an unknown day, or an unknown day and
// month, is 00.
func (d date) exists() bool {
	day, month := d.day, d.month
	if day == "00" {
		day = "01"
		if month == "00" {
			month = "01"
		}
	}
	_, err := time.Parse("02-01-2006", day+"-"+month+"-"+d.year)
	return err == nil && d.year != "0000"
}

// date checks S6. That 00 may stand for what is unknown is inferred: INSi
// answers such dates, and the datamatrix has to carry what it answered.
func (c checker) date(v string) {
	d, ok := parseDate(v)
	switch {
	case !ok:
		more, plus := "", ""
		if _, err := FromISO(v); err == nil {
			more, plus = " (c'est la forme d'INSi, AAAA-MM-JJ)", " (this is the form of INSi, AAAA-MM-JJ)"
		}
		c.addf(Erreur, "s6.forme", "S6", c.at(5), "S6 vaut « %[1]s »%[2]s : une date s'écrit JJ-MM-AAAA.", "S6 is “%[1]s”%[3]s: a date is written JJ-MM-AAAA.", shown(v), more, plus)
	case !d.exists():
		c.addf(Erreur, "s6.date", "S6", c.at(5), "La date %s n'existe pas.", "There is no such date as %s.", v)
	case d.day == "00":
		c.addf(Information, "s6.incomplete", "S6", c.at(5), "La date %s est incomplète.", "The date %s is incomplete.", v)
	}
}

// FromISO writes a date AAAA-MM-JJ, as INSi has it, in the form of the
// datamatrix, JJ-MM-AAAA. It refuses another shape, and lets the numbers pass.
func FromISO(s string) (string, error) {
	if len(s) != 10 || s[4] != '-' || s[7] != '-' || !digits(s[:4]+s[5:7]+s[8:]) {
		var n notes
		n.add(Erreur, "s6.iso", "S6", -1, "« "+shown(s)+" » n'est pas une date AAAA-MM-JJ.", strconv.Quote(shown(s))+" is not a date AAAA-MM-JJ.")
		return "", &Error{n.found}
	}
	return s[8:] + "-" + s[5:7] + "-" + s[:4], nil
}

// ISOBirthDate is the birth date as INSi has it, AAAA-MM-JJ; false when it is
// not in the form of the datamatrix.
func (id Identity) ISOBirthDate() (string, bool) {
	d, ok := parseDate(id.BirthDate)
	if !ok {
		return "", false
	}
	return d.year + "-" + d.month + "-" + d.day, true
}
