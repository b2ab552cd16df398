package mssante

import (
	"fmt"
	"html/template"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/mocks/mssante/bal"
	"github.com/segursim/segursim/mocks/mssante/mailbox"
)

// What the templates of the pages say and compute: methods of panelData.

// T picks the person's language, with French spaces that do not break.
func (d panelData) T(fr, en string) string {
	if d.Lang == "en" {
		return en
	}
	return unbroken(fr)
}

// Text picks the language of a text.
func (d panelData) Text(t journal.Text) string {
	if d.Lang == "en" {
		return choose(d.Lang, t)
	}
	return unbroken(choose(d.Lang, t))
}

// unbroken keeps French punctuation on the line of its word.
func unbroken(s string) string {
	return strings.NewReplacer("« ", "«\u00a0", " »", "\u00a0»", " ;", "\u202f;", " :", "\u00a0:", " ?", "\u202f?", " !", "\u202f!").Replace(s)
}

// Base is the page's path.
func (d panelData) Base() string { return panelRoot + d.Name }

// Asset is the address of a style or a script: it changes with its content.
func (d panelData) Asset(name string) string {
	return d.Base() + "/assets/" + name + "?v=" + assets().Hash(name)
}

// Stamp is what the script begins from.
func (d panelData) Stamp() string { return d.stamp }

// Of is the same data about one thing: a row's template.
func (d panelData) Of(v any) panelData {
	d.V = v
	return d
}

// kept is the page's query without what belongs to one answer.
func (d panelData) kept() url.Values {
	q := url.Values{}
	for k, v := range d.Query {
		if !slices.Contains([]string{"said", "lang", "stamp"}, k) {
			q[k] = v
		}
	}
	return q
}

// With is the page's address with parameters changed, in pairs; "" removes one.
func (d panelData) With(pairs ...any) (string, error) {
	q := d.kept()
	if err := setPairs(q, pairs); err != nil {
		return "", err
	}
	return d.Base() + "?" + q.Encode(), nil
}

// Link is the address of a page of the service, with parameters in pairs.
func (d panelData) Link(page string, pairs ...any) (string, error) {
	q := url.Values{}
	if err := setPairs(q, pairs); err != nil {
		return "", err
	}
	if len(q) == 0 {
		return panelRoot + page, nil
	}
	return panelRoot + page + "?" + q.Encode(), nil
}

func setPairs(q url.Values, pairs []any) error {
	if len(pairs)%2 != 0 {
		return fmt.Errorf("mssante: page: a name without a value in %v", pairs)
	}
	for i := 0; i < len(pairs); i += 2 {
		name, value := fmt.Sprint(pairs[i]), fmt.Sprint(pairs[i+1])
		q.Set(name, value)
		if value == "" {
			q.Del(name)
		}
	}
	return nil
}

// LiveURL is where the script asks.
func (d panelData) LiveURL() string { return d.Base() + "/live?" + d.kept().Encode() }

// Hidden are form fields that carry the page's query along.
func (d panelData) Hidden(names ...string) template.HTML {
	var b strings.Builder
	for _, name := range names {
		if v := d.Query.Get(name); v != "" {
			b.WriteString(`<input type="hidden" name="` + template.HTMLEscapeString(name) + `" value="` + template.HTMLEscapeString(v) + `">`)
		}
	}
	return template.HTML(b.String()) //nolint:gosec // escaped above
}

// Bytes is a size as a person reads it.
func (d panelData) Bytes(n int64) string {
	unit := func(fr, en string) string { return "\u00a0" + d.T(fr, en) }
	number := func(f float64) string {
		s := fmt.Sprintf("%.1f", f)
		if d.Lang != "en" {
			s = strings.Replace(s, ".", ",", 1)
		}
		return s
	}
	switch {
	case n < 1<<10:
		return fmt.Sprint(n) + unit("octets", "bytes")
	case n < 1<<20:
		return number(float64(n)/(1<<10)) + unit("Kio", "KiB")
	case n < 1<<30:
		return number(float64(n)/(1<<20)) + unit("Mio", "MiB")
	}
	return number(float64(n)/(1<<30)) + unit("Gio", "GiB")
}

// Count is a number with its thousands apart.
func (d panelData) Count(v any) string {
	s := fmt.Sprint(v)
	sep := "\u202f"
	if d.Lang == "en" {
		sep = ","
	}
	var out []string
	for len(s) > 3 {
		out = append(out, s[len(s)-3:])
		s = s[:len(s)-3]
	}
	out = append(out, s)
	slices.Reverse(out)
	return strings.Join(out, sep)
}

// Time is an instant in legal time, to the second.
func (d panelData) Time(t time.Time) string {
	if t.IsZero() {
		return "–"
	}
	if d.Lang == "en" {
		return paris(t).Format("2006-01-02 15:04:05")
	}
	return paris(t).Format("02/01/2006 15:04:05")
}

// Short is an instant in a list: the day, the hour.
func (d panelData) Short(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	if d.Lang == "en" {
		return paris(t).Format("01-02 15:04")
	}
	return paris(t).Format("02/01 15:04")
}

// Bytes2 is Bytes of an int.
func (d panelData) Bytes2(n int) string { return d.Bytes(int64(n)) }

// Duration writes a duration as the configuration does.
func (d panelData) Duration(v Duration) string { return d.Span(time.Duration(v)) }

// Span leaves out what is zero at the end: "2m", not "2m0s".
func (d panelData) Span(v time.Duration) string {
	s := v.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// Kinds and States are those of a BAL, for the filters.
func (d panelData) Kinds() []bal.Kind {
	return []bal.Kind{bal.Personal, bal.Organisational, bal.Applicative, bal.Cabinet, bal.Patient}
}

// States are those of a BAL, for the filters.
func (d panelData) States() []bal.State {
	return []bal.State{bal.Active, bal.Closed, bal.Opposed, bal.Inaccessible}
}

// choice is an option of a form.
type choice struct{ Value, Text string }

// Dispositions are what a reader may answer.
func (d panelData) Dispositions() []choice {
	return []choice{
		{readDisplayed, d.T("affiché (displayed)", "displayed")},
		{readProcessed, d.T("intégré (processed)", "filed (processed)")},
		{readError, d.T("non intégré (processed/error)", "not filed (processed/error)")},
		{readDeleted, d.T("supprimé sans être lu (deleted)", "deleted unread (deleted)")},
	}
}

// DispositionText is a disposition in words.
func (d panelData) DispositionText(kind, modifier string) string {
	switch {
	case modifier != "":
		return d.T("non intégré", "not filed")
	case kind == readDisplayed:
		return d.T("lu", "read")
	case kind == readProcessed:
		return d.T("intégré", "filed")
	case kind == readDeleted:
		return d.T("supprimé sans être lu", "deleted unread")
	}
	return kind
}

// OutcomeText is what became of a message, in words.
func (d panelData) OutcomeText(outcome string) string {
	switch outcome {
	case delivered:
		return d.T("remis", "delivered")
	case relayed:
		return d.T("relayé", "relayed")
	case bounced:
		return d.T("retourné", "returned")
	case deferred:
		return d.T("en attente", "waiting")
	}
	return outcome
}

// FolderText is a folder's name, in the person's words for the usual ones.
func (d panelData) FolderText(f mailbox.Folder) string {
	switch {
	case f.Name == mailbox.Inbox:
		return d.T("Réception", "Inbox")
	case f.Special == `\Sent`:
		return d.T("Envoyés", "Sent")
	case f.Special == `\Drafts`:
		return d.T("Brouillons", "Drafts")
	case f.Special == `\Trash`:
		return d.T("Corbeille", "Trash")
	case f.Special == `\Junk`:
		return d.T("Indésirables", "Junk")
	case f.Special == `\Archive`:
		return d.T("Archives", "Archive")
	}
	return f.Name
}

// Answered is the subject of an answer.
func (d panelData) Answered(subject string) string { return answered(subject) }

// Plain shows as U+FFFD what of a text would not be seen.
func (d panelData) Plain(s string) string { return visible(s) }

// PartText is where a finding stands, in the person's words.
func (d panelData) PartText(part string) string {
	switch part {
	case "en-tête":
		return d.T("en-tête", "header")
	case "corps":
		return d.T("corps", "body")
	case "enveloppe":
		return d.T("enveloppe", "envelope")
	}
	return visible(part)
}
