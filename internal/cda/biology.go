package cda

import (
	"slices"
	"strconv"
	"strings"
)

// What the model CR-BIO fixes (CI-SIS BIO-CR-BIO 2024.01, header).
const (
	biologyType    = "11502-2"
	biologyTitle   = "Compte rendu d'examens biologiques"
	biologyDisplay = "CR d'examens biologiques"
)

// isBiologyModel tells whether the document has all that the model CR-BIO asks for:
// fixed title and label, a chapter of results, the PDF copy, a named laboratory with a
// named director, a responsible biologist with a profession, results that are coded in
// LOINC.
func (d *Document) isBiologyModel() bool {
	coded := false
	for _, s := range d.Sections {
		for _, o := range s.Observations {
			coded = true
			if o.Code.Code != "" && (o.Code.Display == "" || o.Code.system() != loinc) {
				return false
			}
		}
	}
	return coded && len(d.PDF) > 0 && d.Title == biologyTitle && d.Code.Display == biologyDisplay &&
		d.Performer.Family != "" && d.Performer.Organisation != "" && d.Performer.OrgID.Extension != "" &&
		d.Authenticator.Code.Code != "" && d.Authenticator.ID.Root == professionals
}

// system is the code system, LOINC where none is named.
func (c Code) system() string {
	if c.System == "" {
		return loinc
	}
	return c.System
}

// chapter is the discipline of a section: its code, else LOINC's for laboratory
// studies of any discipline.
func chapter(s Section) Code {
	c := s.Code
	if c.Code == "" {
		return Code{"26436-6", loinc, "Examens de laboratoire"}
	}
	c.System = c.system()
	if c.Display == "" {
		c.Display = c.Code
	}
	return c
}

// biologyChapter writes a section of results in the shape of CR-BIO: a chapter that
// holds one sub-chapter, with the narrative and an entry of results.
func biologyChapter(w *writer, s Section, mark string) {
	code := chapter(s)
	w.start("section")
	w.leaf("templateId", "root", "1.3.6.1.4.1.19376.1.3.3.2.1")
	w.leaf("templateId", "root", "1.2.250.1.213.1.1.2.70")
	w.code("code", code)
	title := s.Title
	if title == "" {
		title = code.Display
	}
	w.text("title", title)
	w.start("component")
	w.start("section")
	w.leaf("templateId", "root", "1.3.6.1.4.1.19376.1.3.3.2.2")
	w.leaf("templateId", "root", "1.2.250.1.213.1.1.2.71")
	w.code("code", code)
	narrative(w, s, mark)
	w.start("entry", "typeCode", "DRIV")
	w.leaf("templateId", "root", "1.3.6.1.4.1.19376.1.3.1")
	w.leaf("templateId", "root", "1.2.250.1.213.1.1.3.21")
	w.start("act", "classCode", "ACT", "moodCode", "EVN")
	if code.System == loinc { // no other system is allowed here
		w.code("code", code)
	} else {
		w.leaf("code", "nullFlavor", "UNK")
	}
	w.leaf("statusCode", "code", "completed")
	for i, o := range s.Observations {
		w.start("entryRelationship", "typeCode", "COMP")
		w.start("observation", "classCode", "OBS", "moodCode", "EVN")
		w.leaf("templateId", "root", "1.3.6.1.4.1.19376.1.3.1.6")
		w.leaf("templateId", "root", "1.2.250.1.213.1.1.3.80")
		o.write(w, observationMark(mark, i), true)
		w.end()
		w.end()
	}
	w.end()
	w.end()
	w.end()
	w.end()
	w.end()
}

// comment writes a section without code: CI-SIS FR-Commentaire-non-code.
func comment(w *writer, s Section, id II) {
	w.start("section")
	for _, t := range []string{"2.16.840.1.113883.10.12.201", "1.3.6.1.4.1.19376.1.4.1.2.16", "1.2.250.1.213.1.1.2.73"} {
		w.leaf("templateId", "root", t)
	}
	w.id("id", id)
	w.code("code", Code{"55112-7", loinc, "Commentaire"})
	title := s.Title
	if title == "" {
		title = "Commentaire"
	}
	w.text("title", title)
	narrative(w, s, "")
	w.end()
}

// write writes an observation from its code on. mark is the ID of its label in the
// narrative. In a result of biology a code that is not of LOINC is a translation.
func (o Observation) write(w *writer, mark string, biology bool) {
	local := o.Code.Code == "" || biology && o.Code.system() != loinc
	if local {
		w.start("code", "nullFlavor", "UNK")
	} else {
		w.start("code", "code", o.Code.Code, "displayName", o.label(), "codeSystem", o.Code.system())
	}
	w.start("originalText")
	w.leaf("reference", "value", "#"+mark)
	w.end()
	if local && o.Code.Code != "" {
		w.leaf("translation", "code", o.Code.Code, "displayName", o.label(), "codeSystem", o.Code.System, "codeSystemName", "code local")
	}
	w.end()
	w.leaf("statusCode", "code", "completed")
	o.writeValue(w)
	for code := range strings.SplitSeq(o.Interpretation, ",") {
		if code = strings.TrimSpace(code); code != "" {
			w.code("interpretationCode", Code{code, interpretationSystem, interpretationNames[code]})
		}
	}
	if o.Range == "" {
		return
	}
	w.start("referenceRange", "typeCode", "REFV")
	w.start("observationRange", "classCode", "OBS", "moodCode", "EVN.CRT")
	if low, high, ok := bounds(o.Range); ok {
		w.start("value", "xsi:type", "IVL_PQ")
		for _, bound := range []struct{ name, value string }{{"low", low}, {"high", high}} {
			if bound.value != "" {
				w.leaf(bound.name, "value", bound.value, "unit", ucum(o.Unit))
			}
		}
		w.end()
	} else {
		w.text("text", o.Range)
	}
	w.end()
	w.end()
}

// writeValue writes a quantity where the value is a number, a text else.
func (o Observation) writeValue(w *writer) {
	value := strings.TrimSpace(o.Value)
	unit := strings.TrimSpace(o.Unit)
	n := decimal(value)
	switch {
	case value == "":
	case n == "" || strings.ContainsAny(unit, " \t\n"):
		w.text("value", squeeze(value+" "+unit), "xsi:type", "ST")
	case unit == "":
		w.leaf("value", "xsi:type", "REAL", "value", n)
	default:
		w.leaf("value", "xsi:type", "PQ", "value", n, "unit", unit)
	}
}

// ucum is a unit that the schema takes: without spaces.
func ucum(unit string) string {
	if strings.ContainsAny(strings.TrimSpace(unit), " \t\n") {
		return ""
	}
	return strings.TrimSpace(unit)
}

// decimal is a number as the schema writes it, a French comma made a point; empty if s
// is no number.
func decimal(s string) string {
	s = strings.Replace(strings.TrimSpace(s), ",", ".", 1)
	if strings.Trim(s, "0123456789.+-") != "" {
		return ""
	}
	if _, err := strconv.ParseFloat(s, 64); err != nil {
		return ""
	}
	return s
}

// bounds reads a range: "a - b", "a-b", ">= a", "<= b".
func bounds(s string) (low, high string, ok bool) {
	s = strings.TrimSpace(s)
	if after, found := strings.CutPrefix(s, ">="); found {
		low = decimal(after)
		return low, "", low != ""
	}
	if after, found := strings.CutPrefix(s, "<="); found {
		high = decimal(after)
		return "", high, high != ""
	}
	before, after, found := strings.Cut(s, " - ")
	if !found {
		before, after, found = strings.Cut(s, "-")
	}
	low, high = decimal(before), decimal(after)
	return low, high, found && low != "" && high != ""
}

// interpretationSystem is HL7's ObservationInterpretation.
const interpretationSystem = "2.16.840.1.113883.5.83"

// interpretationNames are labels of that table, in the words of the CI-SIS for N, L
// and H, in ours for the others.
var interpretationNames = map[string]string{
	"N": "Normal", "L": "Anormalement bas", "H": "Anormalement haut", "A": "Anormal",
	"LL": "Critique, trop bas", "HH": "Critique, trop haut", "AA": "Critique",
	"S": "Sensible", "I": "Intermédiaire", "R": "Résistant",
}

// interpretations are the labels of codes separated by commas.
func interpretations(codes string) string {
	var out []string
	for code := range strings.SplitSeq(codes, ",") {
		code = strings.TrimSpace(code)
		if label := interpretationNames[code]; label != "" {
			out = append(out, label)
		} else if code != "" {
			out = append(out, code)
		}
	}
	return strings.Join(out, ", ")
}

// Critical tells whether a result must alert its reader: an interpretation AA, HH or
// LL (Ségur, BIO/va1.01).
func (o Observation) Critical() bool {
	return slices.ContainsFunc(strings.Split(o.Interpretation, ","), func(code string) bool {
		code = strings.TrimSpace(code)
		return code == "AA" || code == "HH" || code == "LL"
	})
}
