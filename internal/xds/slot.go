package xds

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A slot is a named list of values, none of them empty.
type slot struct {
	name   string
	values []string
	at     *element
}

// Lengths that the schema of ebRIM 3.0 gives, in characters.
const (
	maxValue = 256  // LongName: values, codes, identifiers
	maxText  = 1024 // FreeFormText: names and descriptions
)

// slots calls f for each slot of an object.
func (r *reader) slots(o *object, f func(slot)) {
	for e := range o.children() {
		if !e.is("Slot") {
			continue
		}
		s := slot{name: trim(e.attr("name")), at: e}
		if s.name == "" {
			r.problem("slot", o, e, "the slot has no name")
			continue
		}
		if list := e.child("ValueList"); list != nil {
			s.values = make([]string, 0, 1)
			for v := range list.children() {
				if !v.is("Value") {
					continue
				}
				text := trim(string(v.text))
				if text == "" {
					continue
				}
				if utf8.RuneCountInString(text) > maxValue {
					r.problem("slot", o, v, fmt.Sprintf("a value of %s is longer than %d characters", quote(s.name), maxValue))
				}
				s.values = append(s.values, text)
			}
		}
		f(s)
	}
}

// single is a slot that has one value and stands once; the first counts.
func (r *reader) single(o *object, s slot, to *string) {
	switch {
	case len(s.values) == 0:
		r.problem("slot", o, s.at, "the slot "+s.name+" has no value")
		return
	case *to != "":
		r.problem("slot", o, s.at, "the slot "+s.name+" is there twice")
		return
	case len(s.values) > 1:
		r.problem("slot", o, s.at, fmt.Sprintf("the slot %s has %d values instead of one", s.name, len(s.values)))
	}
	*to = s.values[0]
}

// time is a single slot that holds an HL7 DTM: yyyy[MM[dd[HH[mm[ss]]]]] (IHE ITI
// TF-3 table 4.2.3.1.7-2). The value is kept as it is.
func (r *reader) time(o *object, s slot, to *string) {
	before := *to
	if r.single(o, s, to); before == "" && *to != "" && !dtm(*to) {
		r.problem("value", o, s.at, s.name+" is "+quote(*to)+", want yyyyMMddHHmmss in UTC")
	}
}

func dtm(s string) bool {
	if len(s) < 4 || len(s) > 14 || len(s)%2 != 0 || strings.Trim(s, "0123456789") != "" {
		return false
	}
	for i, high := range []string{4: "12", 6: "31", 8: "23", 10: "59", 12: "59"} {
		if high != "" && len(s) > i && (s[i:i+2] > high || i < 8 && s[i:i+2] == "00") {
			return false
		}
	}
	return true
}

// joined is a slot of any number of values, kept as HL7 repetitions.
func (r *reader) joined(o *object, s slot, to *string) {
	if *to != "" {
		r.problem("slot", o, s.at, "the slot "+s.name+" is there twice")
		return
	}
	*to = strings.Join(s.values, "~")
}

// uri puts a URI together that was cut in pieces, "1|http://…", "2|…" (IHE ITI TF-3
// §4.2.3.2.27).
func (r *reader) uri(o *object, s slot, to *string) {
	type piece struct {
		n    int
		text string
	}
	var pieces []piece
	for _, v := range s.values {
		number, text, ok := strings.Cut(v, "|")
		n, err := strconv.Atoi(number)
		if !ok || err != nil {
			r.single(o, s, to)
			return
		}
		pieces = append(pieces, piece{n, text})
	}
	slices.SortStableFunc(pieces, func(a, b piece) int { return a.n - b.n })
	whole := slot{name: s.name, at: s.at}
	var b strings.Builder
	for i, p := range pieces {
		if p.n != i+1 {
			r.problem("slot", o, s.at, "the pieces of the URI are not numbered from 1")
		}
		b.WriteString(p.text)
	}
	if b.Len() > 0 {
		whole.values = []string{b.String()}
	}
	r.single(o, whole, to)
}

// patientInfo reads sourcePatientInfo: "PID-5|NOM^PRENOM^^^^^L", where a field may
// come in several values.
func (r *reader) patientInfo(o *object, s slot, to *map[string]string) {
	fields := make(map[string][]string, len(s.values))
	for name, value := range *to {
		fields[name] = []string{value}
	}
	for _, v := range s.values {
		field, value, ok := strings.Cut(v, "|")
		if field = trim(field); !ok || field == "" {
			r.problem("value", o, s.at, "the sourcePatientInfo "+quote(v)+" is not PID-n|value")
			continue
		}
		fields[field] = append(fields[field], value)
	}
	*to = make(map[string]string, len(fields))
	for name, values := range fields {
		(*to)[name] = strings.Join(values, "~")
	}
}
