package console

import (
	"fmt"
	"html/template"
	"strings"
	"time"

	"github.com/segursim/segursim/internal/journal"
)

// Hour is an instant within a day, to the millisecond.
func (p *page) Hour(t time.Time) string { return t.Format("15:04:05.000") }

// Stamp is an instant in full.
func (p *page) Stamp(t time.Time) string {
	if p.Lang == "en" {
		return t.Format("2006-01-02 15:04:05.000 -07:00")
	}
	return t.Format("02/01/2006 15:04:05.000 -07:00")
}

// Day is the date of an instant.
func (p *page) Day(t time.Time) string {
	if p.Lang == "en" {
		return t.Format("Monday 2 January 2006")
	}
	days := [...]string{"dimanche", "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi"}
	months := [...]string{
		"janvier", "février", "mars", "avril", "mai", "juin",
		"juillet", "août", "septembre", "octobre", "novembre", "décembre",
	}
	return fmt.Sprintf("%s %d %s %d", days[t.Weekday()], t.Day(), months[t.Month()-1], t.Year())
}

// Took is a real duration, short.
func (p *page) Took(d time.Duration) string {
	switch {
	case d <= 0:
		return "–"
	case d < time.Millisecond:
		return fmt.Sprintf("%d µs", d.Microseconds())
	case d < time.Second:
		return p.comma(fmt.Sprintf("%.1f ms", float64(d)/float64(time.Millisecond)))
	}
	return p.comma(fmt.Sprintf("%.2f s", d.Seconds()))
}

func (p *page) comma(s string) string {
	if p.Lang == "fr" {
		return strings.Replace(s, ".", ",", 1)
	}
	return s
}

// Span is a duration in words: "2 min 5 s", "3 j 4 h".
func (p *page) Span(d time.Duration) string {
	d = d.Abs().Truncate(time.Second)
	units := []struct {
		name string
		size time.Duration
	}{
		{p.T("j", "d"), 24 * time.Hour},
		{"h", time.Hour},
		{"min", time.Minute},
		{"s", time.Second},
	}
	var parts []string
	for _, u := range units {
		if n := d / u.size; n > 0 && len(parts) < 2 {
			parts = append(parts, fmt.Sprintf("%d %s", n, u.name))
			d -= n * u.size
		} else if len(parts) > 0 {
			break
		}
	}
	if len(parts) == 0 {
		return "0 s"
	}
	return strings.Join(parts, " ")
}

// Away says how far a token's instant is from the simulated time.
func (p *page) Away(t tokenTime) string {
	if t.Past {
		return p.T("il y a "+p.Span(t.Away), p.Span(t.Away)+" ago")
	}
	return p.T("dans "+p.Span(t.Away), "in "+p.Span(t.Away))
}

// Size is a number of bytes.
func (p *page) Size(n int64) string {
	unit := p.T("o", "B")
	switch {
	case n < 1<<10:
		return fmt.Sprintf("%d %s", n, unit)
	case n < 1<<20:
		return p.comma(fmt.Sprintf("%.1f K%s", float64(n)/(1<<10), unit))
	}
	return p.comma(fmt.Sprintf("%.1f M%s", float64(n)/(1<<20), unit))
}

// Outcome is an outcome in words.
func (p *page) Outcome(o journal.Outcome) string {
	switch o {
	case journal.OK:
		return p.T("accepté", "accepted")
	case journal.Refused:
		return p.T("refusé", "refused")
	case journal.Faulted:
		return p.T("défaut", "fault")
	case journal.Failed:
		return p.T("erreur interne", "internal error")
	case journal.Event:
		return p.T("événement", "event")
	}
	return string(o)
}

// Provenance is a provenance in words.
func (p *page) Provenance(v any) string {
	switch fmt.Sprint(v) {
	case "confirmed":
		return p.T("confirmé", "confirmed")
	case "inferred":
		return p.T("inféré", "inferred")
	case "invented":
		return p.T("inventé", "invented")
	}
	return fmt.Sprint(v)
}

// ProvenanceHelp explains a provenance.
func (p *page) ProvenanceHelp(v any) string {
	switch fmt.Sprint(v) {
	case "confirmed":
		return p.T("Contrat publié, ou vu sur le service réel", "Contract published, or seen on the real service")
	case "inferred":
		return p.T("Déduit de ce qui est publié, jamais observé", "Follows from what is published, never observed")
	case "invented":
		return p.T("Contrat non public : le nôtre en attendant", "Contract not public: ours until it is")
	}
	return ""
}

// Count writes a number with spaces between its thousands.
func (p *page) Count(n any) string {
	s := fmt.Sprint(n)
	sep := p.T("\u202f", ",")
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + sep + s[i:]
	}
	return s
}

// Add is for the templates' arithmetic.
func (p *page) Add(a, b int) int { return a + b }

// Prose is a text in which what stands between backquotes is code.
func (p *page) Prose(t journal.Text) template.HTML {
	parts := strings.Split(template.HTMLEscapeString(p.Text(t)), "`")
	var b strings.Builder
	for i, part := range parts {
		switch {
		case i%2 == 0:
			b.WriteString(part)
		case i == len(parts)-1: // a backquote that nothing closes
			b.WriteString("`" + part)
		default:
			b.WriteString("<code>" + part + "</code>")
		}
	}
	return template.HTML(b.String())
}
