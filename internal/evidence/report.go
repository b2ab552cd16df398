package evidence

import (
	"bytes"
	_ "embed" // the report's template
	"fmt"
	"html/template"
	"strings"
	"time"

	"github.com/segursim/segursim/internal/journal"
)

//go:embed report.html.tmpl
var reportTemplate string

// reportHTML writes the self-contained report.
func reportHTML(v *view) ([]byte, error) {
	t, err := template.New("report").Funcs(template.FuncMap{
		"verdict": verdictText,
		"mode":    modeText,
		"words":   func(fr, en string) journal.Text { return journal.Text{FR: fr, EN: en} },
		"join":    func(s []string) string { return strings.Join(s, ", ") },
		"stamp":   stamp,
		"clean":   v.both,
	}).Parse(reportTemplate)
	if err != nil {
		return nil, fmt.Errorf("evidence: report template: %w", err)
	}
	var b bytes.Buffer
	data := struct {
		*view
		Linked bool // the exchanges' folders are in the pack
	}{v, v.in.wants("exchanges")}
	if err := t.Execute(&b, data); err != nil {
		return nil, fmt.Errorf("evidence: report: %w", err)
	}
	return b.Bytes(), nil
}

// stamp writes a simulated time with its own offset.
func stamp(t time.Time) string { return t.Format("2006-01-02 15:04:05 -07:00") }
