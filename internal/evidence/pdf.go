package evidence

import (
	"bytes"
	"fmt"
	"strings"

	"codeberg.org/go-pdf/fpdf"

	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/internal/scenario"
)

// A document writes the PDF with the core fonts, which know Windows-1252 only.
type document struct {
	*fpdf.Fpdf
	tr func(string) string
}

// reportPDF writes the printable summary: verdict, steps, fidelity, exchanges.
func reportPDF(v *view) ([]byte, error) {
	f := fpdf.New("P", "mm", "A4", "")
	d := &document{f, f.UnicodeTranslatorFromDescriptor("cp1252")}
	// Without these the file would carry the machine's time and map order.
	f.SetCreationDate(v.in.end().UTC())
	f.SetModificationDate(v.in.end().UTC())
	f.SetCatalogSort(true)
	f.SetTitle(v.Scenario.Title.FR+" - "+v.Run.ID, true)
	f.SetCreator("segursim "+v.Version, true)
	f.SetLang("fr")
	f.SetMargins(15, 18, 15)
	f.SetAutoPageBreak(true, 20)
	f.AliasNbPages("{nb}")
	f.SetHeaderFunc(func() { d.banner(v.Disclaimer.FR) })
	f.SetFooterFunc(func() { d.foot(v.Disclaimer) })
	f.AddPage()
	d.front(v)
	d.steps(v)
	d.fidelity(v)
	d.exchanges(v)
	var b bytes.Buffer
	if err := f.Output(&b); err != nil {
		return nil, fmt.Errorf("evidence: pdf: %w", err)
	}
	return b.Bytes(), nil
}

// text prepares a text for the fonts.
func (d *document) text(s string) string {
	s = strings.NewReplacer("→", "->", "≥", ">=", "≤", "<=", "\u202f", "\u00a0", "\uFFFD", "?", "\r", "").Replace(s)
	return d.tr(s)
}

func (d *document) banner(s string) {
	d.SetY(6)
	d.SetFont("Helvetica", "B", 8)
	d.SetFillColor(255, 243, 205)
	d.CellFormat(0, 6, d.text(s), "1", 1, "C", true, 0, "")
	d.SetY(18)
}

func (d *document) foot(t journal.Text) {
	d.SetY(-14)
	d.SetFont("Helvetica", "", 7)
	d.CellFormat(0, 4, d.text(t.EN), "T", 1, "C", false, 0, "")
	d.CellFormat(0, 4, fmt.Sprintf("%d/{nb}", d.PageNo()), "", 0, "C", false, 0, "")
}

func (d *document) heading(fr, en string) {
	d.Ln(4)
	d.SetFont("Helvetica", "B", 12)
	d.CellFormat(0, 7, d.text(fr+" / "+en), "B", 1, "L", false, 0, "")
	d.Ln(1)
}

func (d *document) paragraph(style string, size float64, s string) {
	d.SetFont("Helvetica", style, size)
	d.MultiCell(0, size*0.48, d.text(s), "", "L", false)
}

func (d *document) front(v *view) {
	d.paragraph("B", 16, v.Scenario.Title.FR)
	d.paragraph("", 10, v.Scenario.Title.EN)
	d.Ln(2)
	t := verdictText(v.Run.Verdict)
	d.paragraph("B", 14, t.FR+" / "+t.EN)
	if c := v.Run.Cause; c != nil {
		d.paragraph("B", 10, causeLine(*c))
	}
	d.Ln(2)
	mode := modeText(v.Run.Mode)
	lines := []string{
		"Déroulé / Run : " + v.Run.ID + " - " + mode.FR,
		"Début / Start : " + stamp(v.Run.Started),
	}
	if !v.Run.Ended.IsZero() {
		lines = append(lines, "Fin / End : "+stamp(v.Run.Ended))
	}
	if v.Run.By != "" {
		lines = append(lines, "Par / By : "+v.Run.By)
	}
	for _, x := range []struct {
		name string
		list []string
	}{{"Couloirs", v.Scenario.Couloirs}, {"Exigences / Requirements", v.Scenario.Requirements}, {"Références / References", v.Scenario.References}} {
		if len(x.list) > 0 {
			lines = append(lines, x.name+" : "+strings.Join(x.list, ", "))
		}
	}
	seed := v.Seed
	if seed == "" {
		seed = "-"
	}
	lines = append(lines, "segursim "+v.Version+", graine / seed : "+seed, "Scénario SHA-256 : "+v.Run.Hash)
	for _, s := range lines {
		d.paragraph("", 9, s)
	}
}

func causeLine(c journal.Cause) string {
	s := both(c.Text)
	if c.Ref != "" {
		s += " (" + c.Ref + ")"
	}
	return s
}

func (d *document) steps(v *view) {
	d.heading("Étapes", "Steps")
	for _, s := range v.Steps {
		// A step's first lines stay together.
		if _, h := d.GetPageSize(); d.GetY() > h-45 {
			d.AddPage()
		}
		t := verdictText(s.Verdict)
		at := s.At
		if at == "" {
			at = "--:--:--.---"
		}
		d.paragraph("B", 9.5, fmt.Sprintf("%d. %s   %s   %s", s.Number, at, t.FR, s.ID))
		d.SetLeftMargin(21)
		d.SetX(21)
		d.paragraph("", 9, s.Say.FR)
		if s.Cause != nil {
			d.paragraph("B", 9, causeLine(*s.Cause))
		}
		var notes []string
		if s.By != "" {
			notes = append(notes, "par "+s.By)
		}
		if s.Acted {
			notes = append(notes, "geste fait par le simulateur")
		}
		if s.Reason.FR != "" {
			notes = append(notes, s.Reason.FR)
		}
		for _, l := range s.Links {
			notes = append(notes, l.Label)
		}
		if s.Verdict == scenario.Waiting && s.Near != nil {
			notes = append(notes, v.red.text(s.Near.Text.FR))
		}
		if len(s.Refs) > 0 {
			notes = append(notes, strings.Join(s.Refs, ", "))
		}
		if len(notes) > 0 {
			d.paragraph("I", 8, strings.Join(notes, " ; "))
		}
		d.SetLeftMargin(15)
		d.SetX(15)
		d.Ln(1.5)
	}
}

func (d *document) fidelity(v *view) {
	d.heading("Fidélité", "Fidelity")
	for _, f := range v.Fidelity {
		s := fmt.Sprintf("%s %s (%d) : %s", f.Service, f.Op, f.Count, both(f.Meaning))
		if f.Source != "" {
			s += " - " + f.Source
		}
		d.paragraph("", 8.5, s)
	}
	for _, f := range v.Faults {
		d.paragraph("", 8.5, fmt.Sprintf("Défaut / fault %s : n° %d %s", f.ID, f.Seq, f.Target))
	}
}

func (d *document) exchanges(v *view) {
	d.heading("Échanges", "Exchanges")
	for _, x := range v.Exchanges {
		s := fmt.Sprintf("n° %d   %s   %s %s   %d %s", x.Seq, x.Time, x.Service, x.Op, x.Status, x.Outcome)
		if x.Summary != "" {
			s += "   " + x.Summary
		}
		d.paragraph("", 8, s)
		for _, c := range x.Causes {
			d.paragraph("I", 8, "    "+causeLine(c))
		}
	}
}
