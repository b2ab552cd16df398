package cda

import (
	"fmt"
	"strings"
)

// Present makes the PDF/A-1 text of a document, a line each: header and narrative,
// for the copy that goes with a message (ECO.2.1.5: the copy of a level 3 document
// says its header and its narrative; that of a level 1 document is its own PDF).
//
// The text is in French. Results are shown where their section has no narrative, and
// those that must alert are repeated after it.
func Present(d *Document) []string {
	var lines []string
	add := func(format string, args ...any) { lines = append(lines, fmt.Sprintf(format, args...)) }

	add("%s", d.Title)
	add("")
	add("Patient : %s", d.Patient.present())
	for _, id := range d.Patient.IDs {
		if IsINS(id.Root) {
			add("Matricule INS : %s (OID %s)", id.Extension, id.Root)
		} else {
			add("Identifiant du patient : %s", id.Extension)
		}
	}
	if d.Patient.BirthPlace != "" {
		add("Lieu de naissance (code INSEE) : %s", d.Patient.BirthPlace)
	}
	add("Document : %s", labelled(d.Code))
	if when := day(d.Effective); when != "" {
		add("Date : %s", when)
	}
	if d.Version > 1 {
		add("Version : %d", d.Version)
	}
	if d.Replaces != (II{}) {
		add("Annule et remplace le document %s", d.Replaces.present())
	}
	for _, a := range d.Authors {
		add("Auteur : %s", a.present())
	}
	if d.Authenticator.Family != "" {
		add("Responsable : %s", d.Authenticator.present())
	}
	if d.CustodianName != "" {
		add("Conservé par : %s", d.CustodianName)
	}

	for _, s := range d.Sections {
		if s.Code.Code == copyCode {
			continue // the PDF itself
		}
		title := s.Title
		if title == "" && s.Text == "" && len(s.Observations) == 0 {
			title = s.Code.Display
		}
		if title != "" {
			add("")
			add("%s", strings.ToUpper(title))
		}
		if s.Text != "" {
			lines = append(lines, strings.Split(s.Text, "\n")...)
		}
		for _, o := range s.Observations {
			row := o.row()
			line := row[0] + " : " + strings.Join(nonEmpty(row[1:]), ", ")
			switch {
			case o.Code.Code == attachedType || row[1] == "" && row[2] == "":
			case o.Critical():
				add("À SIGNALER, RÉSULTAT CRITIQUE : %s", line)
			case s.Text == "":
				add("%s", line)
			}
		}
	}
	if d.Level == 1 {
		add("")
		add("Le contenu de ce document est le PDF qu'il porte.")
	}
	return lines
}

func nonEmpty(values []string) []string {
	var out []string
	for _, v := range values {
		if v != "" {
			out = append(out, v)
		}
	}
	return out
}

func (p *Patient) present() string {
	first := p.FirstName
	if first == "" {
		first = p.GivenNames
	}
	name := p.BirthName
	if name == "" {
		name = p.UsedName
	}
	s := strings.TrimSpace(name + " " + first)
	if p.UsedName != "" && p.UsedName != name {
		s += ", nom utilisé " + p.UsedName
	}
	if p.GivenNames != "" && p.GivenNames != first {
		s += ", prénoms " + p.GivenNames
	}
	if birth := day(p.BirthDate); birth != "" {
		switch p.Sex {
		case "F":
			s += ", née le " + birth
		case "M":
			s += ", né le " + birth
		default:
			s += ", naissance le " + birth
		}
	}
	switch p.Sex {
	case "F":
		s += ", sexe féminin"
	case "M":
		s += ", sexe masculin"
	}
	return s
}

func (p *Participant) present() string {
	who := strings.TrimSpace(p.Given + " " + p.Family)
	if who == "" {
		who = p.Software
	}
	return strings.Join(nonEmpty([]string{who, p.Code.Display, p.Organisation}), ", ")
}

func (id II) present() string {
	if id.Extension == "" {
		return id.Root
	}
	return id.Root + "^" + id.Extension
}

// labelled is a code for a person: its label, and the code.
func labelled(c Code) string {
	if c.Display == "" {
		return c.Code
	}
	return c.Display + " (" + c.Code + ")"
}

// day writes an HL7 time as French people do: the day, and the hour if it has one. What
// is no such time is given as it is.
func day(t string) string {
	digits, _, _ := strings.Cut(t, "+")
	digits, _, _ = strings.Cut(digits, "-")
	if !isTime(digits) {
		return t
	}
	switch {
	case len(digits) >= 12:
		return digits[6:8] + "/" + digits[4:6] + "/" + digits[:4] + " à " + digits[8:10] + "h" + digits[10:12]
	case len(digits) >= 8:
		return digits[6:8] + "/" + digits[4:6] + "/" + digits[:4]
	case len(digits) == 6:
		return digits[4:6] + "/" + digits[:4]
	}
	return digits
}
