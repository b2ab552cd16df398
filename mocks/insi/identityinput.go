package insi

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/segursim/segursim/internal/registre"
)

// overlay puts the fields of a JSON body, named as in the fixtures, over an
// identity: a field that is not there stays, an unknown one is refused. What the
// registre computes is computed anew where its base changed: the key of another
// matricule, the first of other first names.
func overlay(p registre.Patient, in map[string]any) (registre.Patient, error) {
	in = maps.Clone(in)
	for _, name := range []string{"prenoms", "marqueurs"} { // a text, comma-separated, is a list too
		if text, ok := in[name].(string); ok {
			in[name] = split(text)
		}
	}
	// Decoding writes into the lists that are there: those of the row are not ours.
	p.GivenNames, p.History, p.Marks = slices.Clone(p.GivenNames), slices.Clone(p.History), slices.Clone(p.Marks)
	p.Contact.Lines = slices.Clone(p.Contact.Lines)
	former := p
	former.GivenNames = slices.Clone(p.GivenNames)
	if _, given := in["historique"]; given {
		p.History = nil // whole, or the fields of a former one would show through
	}
	raw, err := json.Marshal(in)
	if err != nil {
		return p, err
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&p); err != nil {
		return p, err
	}
	if number, ok := in["ins"].(map[string]any); ok && p.INS.Matricule != former.INS.Matricule {
		if _, given := number["cle"]; !given {
			p.INS.Key = ""
		}
	}
	if p.INS.Matricule == "" {
		p.INS = registre.INS{}
	}
	if _, given := in["premierPrenom"]; !given && !slices.Equal(p.GivenNames, former.GivenNames) {
		p.FirstGivenName = ""
	}
	return p, together(p.Marks)
}

// split cuts a list typed with commas; an empty text is an empty list.
func split(text string) []string {
	out := []string{}
	for one := range strings.SplitSeq(text, ",") {
		if one = strings.TrimSpace(one); one != "" {
			out = append(out, one)
		}
	}
	return out
}

// marksOf reads marks typed with commas, or a list; the registre judges them.
func marksOf(v any) []registre.Mark {
	var out []registre.Mark
	switch v := v.(type) {
	case string:
		for _, m := range split(v) {
			out = append(out, registre.Mark(m))
		}
	case []any:
		for _, one := range v {
			if m, ok := one.(string); ok {
				out = append(out, registre.Mark(m))
			}
		}
	}
	return out
}
