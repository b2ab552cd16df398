package mssante

import (
	"context"
	"encoding/csv"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/internal/sim"
	"github.com/segursim/segursim/internal/store"
)

// traced is a line of the server's trace, as the traces of an LPS are to be held
// against it: the authenticated author, the local time, the kind of action, the
// request and the answer, failures too, and never the content (SC.MSS/CONF.17, .18;
// FAQ industriels).
type traced struct {
	BAL      string `json:"bal"`
	Author   string `json:"auteur"` // national identifier, or the certificate's name
	Time     string `json:"date"`   // legal time in Paris, with its offset
	Action   string `json:"action"`
	Request  string `json:"requete"`
	Answer   string `json:"reponse"`
	Success  bool   `json:"succes"`
	Software string `json:"logiciel"`
	Entry    uint64 `json:"journal,omitempty"` // number in the journal; 0 when it has gone

	at time.Time
	id string
}

// maxTrace bounds the lines of an export; the newest count.
const maxTrace = 100_000

// actTrace exports the trace of a BAL, or of all, from the journal; sendings that the
// journal has forgotten come from the table of what was sent.
func (s *Service) actTrace(_ context.Context, in map[string]any) (any, error) {
	var address, since, kind string
	if refusal := texts(in, map[string]*string{"bal": &address, "since": &since, "action": &kind}); refusal != nil {
		return nil, refusal
	}
	address = strings.ToLower(address)
	var from time.Time
	if since != "" {
		var err error
		if from, err = time.Parse(time.RFC3339, since); err != nil {
			return nil, actionError(sim.BadRequest, "bad-value", "since est une date comme 2026-01-15T09:00:00Z", "since is a date such as 2026-01-15T09:00:00Z")
		}
	}
	keep := func(t *traced) bool {
		return (address == "" || t.BAL == address) && !t.at.Before(from) && (kind == "" || t.Action == kind)
	}
	lines, seen := []traced{}, map[string]bool{}
	for _, e := range s.world.Journal.Since(0, 0) {
		t, ok := traceOf(e)
		if !ok {
			continue
		}
		if t.id != "" {
			seen[t.id] = true
		}
		if keep(&t) {
			lines = append(lines, t)
		}
	}
	_ = s.world.Store.View(func(tx *store.Txn) error {
		for m := range sents.Prefix(tx, "order", "") {
			if t := sentTrace(&m); m.Origin == originSession && !seen[m.ID] && keep(&t) {
				lines = append(lines, t)
			}
		}
		return nil
	})
	slices.SortStableFunc(lines, func(a, b traced) int { return a.at.Compare(b.at) })
	if len(lines) > maxTrace {
		lines = lines[len(lines)-maxTrace:]
	}
	table, err := traceCSV(lines)
	if err != nil {
		return nil, err
	}
	return map[string]any{"trace": lines, "csv": table}, nil
}

// traceOf is the line of a journal entry; false for what no BAL did.
func traceOf(e *journal.Entry) (traced, bool) {
	if e.Service != "mssante" || e.Transport != "smtp" && e.Transport != "imap" {
		return traced{}, false
	}
	fact := func(path string) string {
		v, _ := e.Fact(path).(string)
		return v
	}
	t := traced{
		BAL: cmpOr(fact("auth.user"), fact("user")), Author: cmpOr(fact("auth.person"), fact("person")), Software: cmpOr(fact("auth.client"), fact("client")),
		Action: traceAction(e, fact), Success: e.Outcome == journal.OK, Entry: e.Seq, at: e.Time, id: fact("delivery.queue"),
	}
	if t.BAL == "" || t.Action == "" {
		return traced{}, false
	}
	t.Author = cmpOr(t.Author, t.Software)
	t.Time = paris(e.Time).Format(time.RFC3339)
	t.Request = traceRequest(e, fact)
	t.Answer = traceAnswer(e, fact)
	return t, true
}

// cmpOr is the first text that is not empty.
func cmpOr(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// traceAction is the kind of action, in the words of the requirement; empty for what
// is none.
func traceAction(e *journal.Entry, fact func(string) string) string {
	switch e.Op {
	case "smtp.send", "smtp.rcpt", "smtp.mail":
		return "envoi"
	case "smtp.auth", "imap.auth":
		return "connexion"
	case "imap.fetch":
		return "lecture"
	case "imap.expunge", "imap.delete":
		return "suppression"
	case "imap.store":
		if strings.Contains(strings.ToLower(fact("args")), `\deleted`) {
			return "suppression"
		}
		return "marquage"
	case "imap.append":
		return "depot"
	case "imap.move", "imap.copy":
		return "deplacement"
	case "imap.search", "imap.sort", "imap.thread", "imap.list", "imap.select", "imap.status":
		return "consultation"
	case "imap.create", "imap.rename":
		return "dossier"
	case "imap.logout", "smtp.quit", "imap.bye":
		return "deconnexion"
	}
	return ""
}

// maxField bounds a field of the trace.
const maxField = 500

func traceRequest(e *journal.Entry, fact func(string) string) string {
	var out string
	switch {
	case e.Op == "smtp.send" || e.Op == "smtp.rcpt" || e.Op == "smtp.mail":
		out = "MAIL FROM:<" + fact("mail.from") + ">"
		to, _ := e.Fact("mail.to").([]any)
		for _, a := range to {
			out += fmt.Sprintf(" RCPT TO:<%v>", a)
		}
		if one := fact("rcpt.to"); one != "" {
			out += " RCPT TO:<" + one + ">"
		}
		if e.Op == "smtp.send" {
			out += " DATA"
		}
	case e.Transport == "imap":
		out = strings.TrimSpace(fact("command") + " " + fact("args"))
		if folder := fact("folder"); folder != "" && !strings.Contains(out, folder) {
			out += " (" + folder + ")"
		}
	default:
		out = strings.TrimSpace(e.Op + " " + fact("auth.mechanism"))
	}
	return shortened(out)
}

func traceAnswer(e *journal.Entry, fact func(string) string) string {
	out := fact("answer")
	if e.Status > 0 && e.Transport == "smtp" {
		out = fmt.Sprint(e.Status)
	}
	if q := fact("delivery.queue"); q != "" {
		out += " " + q
	}
	return shortened(strings.TrimSpace(out + " " + fact("error.code") + " " + fact("error.text")))
}

func shortened(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "?"))
	if len(s) > maxField {
		s = strings.ToValidUTF8(s[:maxField], "") + "…"
	}
	return s
}

// sentTrace is the line of a sending that only the table remembers.
func sentTrace(m *sent) traced {
	out := "MAIL FROM:<" + m.From + ">"
	for _, f := range m.Recipients {
		out += " RCPT TO:<" + f.Address + ">"
	}
	return traced{
		BAL: m.BAL, Author: cmpOr(m.Person, m.Client), Software: m.Client, Time: paris(m.At).Format(time.RFC3339), Action: "envoi",
		Request: shortened(out + " DATA"), Answer: "250 " + m.ID, Success: true, at: m.At, id: m.ID,
	}
}

// traceCSV is the trace as a table for spreadsheets: semicolons, as French ones
// expect, and UTF-8. A field that begins like a formula is made text.
func traceCSV(lines []traced) (string, error) {
	var b strings.Builder
	w := csv.NewWriter(&b)
	w.Comma = ';'
	w.UseCRLF = true
	rows := [][]string{{"bal", "auteur", "date", "action", "requete", "reponse", "succes", "logiciel"}}
	for _, t := range lines {
		rows = append(rows, []string{t.BAL, t.Author, t.Time, t.Action, t.Request, t.Answer, fmt.Sprint(t.Success), t.Software})
	}
	for _, row := range rows {
		for i, field := range row {
			if field != "" && strings.ContainsRune("=+-@\t", rune(field[0])) {
				row[i] = "'" + field
			}
		}
		if err := w.Write(row); err != nil {
			return "", err
		}
	}
	w.Flush()
	return b.String(), w.Error()
}
