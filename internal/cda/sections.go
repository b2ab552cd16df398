package cda

import (
	"slices"
	"strconv"
	"strings"
)

func number(n int) string { return strconv.Itoa(n) }

// structured writes the body of a level 3 document: each section, then the PDF.
func (d *Document) structured(w *writer) {
	w.start("structuredBody")
	for i, s := range d.own() {
		w.start("component")
		mark := "s" + number(i+1)
		switch {
		case d.Code.Code == biologyType && len(s.Observations) > 0:
			biologyChapter(w, s, mark)
		case d.Code.Code == biologyType && s.Code.Code == "":
			comment(w, s, d.uuid(mark))
		default:
			generic(w, s, mark, d.uuid(mark))
		}
		w.end()
	}
	if len(d.PDF) > 0 {
		d.attached(w)
	}
	w.end()
}

// own are the sections to write: of a document that was read, the chapter that only
// heads the next section is one with it, and the PDF copy is written from d.PDF.
func (d *Document) own() []Section {
	var out []Section
	title := ""
	for i, s := range d.Sections {
		if s.Code.Code == copyCode && len(d.PDF) > 0 {
			continue
		}
		bare := s.Text == "" && len(s.Observations) == 0
		if d.Code.Code == biologyType && bare && i+1 < len(d.Sections) && d.Sections[i+1].Title == "" && d.Sections[i+1].Code == s.Code {
			title = s.Title
			continue
		}
		if s.Title == "" {
			s.Title = title
		}
		title = ""
		out = append(out, s)
	}
	return out
}

// generic writes a section of no model: CDA's own template, narrative, and its coded
// values as IHE PCC simple observations.
func generic(w *writer, s Section, mark string, id II) {
	w.start("section")
	w.leaf("templateId", "root", "2.16.840.1.113883.10.12.201")
	w.id("id", id)
	s.Code.write(w)
	w.text("title", s.Title)
	narrative(w, s, mark)
	for i, o := range s.Observations {
		w.start("entry")
		w.start("observation", "classCode", "OBS", "moodCode", "EVN")
		w.leaf("templateId", "root", "1.3.6.1.4.1.19376.1.5.3.1.4.13")
		o.write(w, observationMark(mark, i), false)
		w.end()
		w.end()
	}
	w.end()
}

// write writes the code of a section; LOINC where it names no system.
func (c Code) write(w *writer) {
	if c.System == "" {
		c.System = loinc
	}
	w.code("code", c)
}

// observationMark is the ID of the label of an observation in the narrative.
func observationMark(section string, i int) string {
	return section + "-r" + number(i+1)
}

// narrative writes the text of a section: its lines, then a table of its results. A
// line that the table says already is left out, so that a document that was read can
// be written.
func narrative(w *writer, s Section, mark string) {
	rows := make([][]string, len(s.Observations))
	for i, o := range s.Observations {
		rows[i] = o.row()
	}
	head := []string{"Examen", "Résultat", "Interprétation", "Valeurs de référence"}
	var lines []string
	for line := range strings.Lines(s.Text) {
		line = squeeze(line)
		said := len(rows) > 0 && line == join(head) || slices.ContainsFunc(rows, func(row []string) bool { return line == join(row) })
		if line != "" && !said {
			lines = append(lines, line)
		}
	}
	if len(lines) == 0 && len(rows) == 0 {
		return
	}

	w.start("text")
	for _, line := range lines {
		w.text("paragraph", line)
	}
	if len(rows) > 0 {
		w.start("table", "border", "0")
		w.start("thead")
		w.start("tr")
		for _, cell := range head {
			w.text("th", cell)
		}
		w.end()
		w.end()
		w.start("tbody")
		for i, row := range rows {
			w.start("tr")
			w.start("td")
			w.text("content", row[0], "ID", observationMark(mark, i))
			w.end()
			for _, cell := range row[1:] {
				if cell == "" {
					w.leaf("td")
				} else {
					w.text("td", cell)
				}
			}
			w.end()
		}
		w.end()
		w.end()
	}
	w.end()
}

// join is a row as Parse reads it.
func join(cells []string) string {
	return squeeze(strings.Join(cells, cellSeparator))
}

// row is what the narrative says of an observation: label, value, interpretation,
// range.
func (o Observation) row() []string {
	value := o.Value
	if n := decimal(value); n != "" {
		value = n // as the coded value says it
	}
	return []string{o.label(), squeeze(value + " " + o.Unit), interpretations(o.Interpretation), squeeze(o.Range)}
}

func (o Observation) label() string {
	if display := squeeze(o.Code.Display); display != "" {
		return display
	}
	return o.Code.Code
}

// attached writes the PDF of the whole document: CI-SIS, section
// FR-Document-PDF-copie, whose entry is an attached document.
func (d *Document) attached(w *writer) {
	const title, media = "copie-titre", "copie-pdf"
	w.start("component")
	w.start("section")
	w.leaf("templateId", "root", copyTemplate)
	w.id("id", d.uuid("copie"))
	w.code("code", Code{copyCode, loinc, "Copie du document"})
	w.text("title", "Copie du document")
	w.start("text")
	w.start("paragraph")
	w.text("content", "Copie du document", "ID", title)
	w.leaf("renderMultiMedia", "referencedObject", media)
	w.end()
	w.end()
	w.start("entry")
	w.start("organizer", "classCode", "CLUSTER", "moodCode", "EVN")
	w.leaf("templateId", "root", "1.2.250.1.213.1.1.3.18")
	w.id("id", d.uuid("copie-document"))
	w.code("code", Code{"55107-7", loinc, "Document attaché"})
	w.leaf("statusCode", "code", "completed")
	w.leaf("effectiveTime", "nullFlavor", "NA")
	w.start("component")
	w.start("observation", "classCode", "OBS", "moodCode", "EVN")
	for _, t := range []string{"1.3.6.1.4.1.19376.1.5.3.1.4.13", "1.2.250.1.213.1.1.3.48", "1.2.250.1.213.1.1.3.48.18"} {
		w.leaf("templateId", "root", t)
	}
	w.id("id", d.uuid("copie-type"))
	w.code("code", Code{attachedType, loinc, "Type de document"})
	w.start("text")
	w.leaf("reference", "value", "#"+title)
	w.end()
	w.leaf("statusCode", "code", "completed")
	w.leaf("effectiveTime", "nullFlavor", "NA")
	w.leaf("value", "xsi:type", "CD", "code", copyCode, "displayName", "Copie du document", "codeSystem", loinc)
	w.end()
	w.end()
	w.start("component")
	w.start("observationMedia", "classCode", "OBS", "moodCode", "EVN", "ID", media)
	w.base64("value", d.PDF, "mediaType", "application/pdf", "representation", "B64")
	w.end()
	w.end()
	w.end()
	w.end()
	w.end()
	w.end()
}

// attachedType is the LOINC code of the observation that says what an attached document
// is.
const attachedType = "69764-9"
