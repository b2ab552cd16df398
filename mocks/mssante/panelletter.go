package mssante

import (
	"bytes"
	"encoding/hex"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/segursim/segursim/internal/message"
	"github.com/segursim/segursim/internal/store"
	"github.com/segursim/segursim/mocks/mssante/linter"
	"github.com/segursim/segursim/mocks/mssante/mailbox"
)

// Bounds of what a page shows of a message, in bytes; the rest is downloaded.
const (
	maxText   = 256 << 10
	maxSource = 128 << 10
	maxHeads  = 200 // header fields
)

// letterView is one message.
type letterView struct {
	mailRow
	Folder, Special string
	Tab             string
	Unreadable      string
	To, Cc, ReplyTo string
	Text            string
	HTML            bool // the text was made of HTML
	Cut             bool // Text or Source is not whole
	Heads           []headField
	Hidden          int // header fields that are not shown
	Files           []fileView
	Source          string
	Facts           []headField // the X-MSS fields and what rules the answer
	Archive         *archiveView
	Sending         *sendingView
	Findings        []findingGroup
	Fresh           bool // the findings were made for this page
	Asked           string
	Original        *related
	Answers         []related
	Disposition     *message.Disposition
	Delivery        *message.DeliveryStatus
	Answer          string // where an answer goes
	Error, Warning  int
}

// headField is a header field, decoded.
type headField struct{ Name, Value string }

// fileView is an attachment.
type fileView struct {
	N          int
	Name, Type string
	Size       int64
	XDM        bool
}

// sendingView is what became of a message.
type sendingView struct {
	sent
	Entry uint64 // number in the journal of the exchange; 0 when it has gone
}

// related is a message that this one is tied to.
type related struct {
	Address, Folder, Subject, From string
	UID                            uint32
	At                             time.Time
	Kind                           string // "mdn", "dsn", "reply"
	Type                           string // disposition, or outcome
}

// letter reads what the page shows of a message.
func (p *panel) letter(tx *store.Txn, address string, f mailbox.Folder, m mailbox.Message, tab string) *letterView {
	if !slices.Contains([]string{"xdm", "constats", "entete", "source"}, tab) {
		tab = "message"
	}
	raw, err := p.s.mail.Raw(tx, m)
	if err != nil {
		return nil
	}
	m.From = visible(m.From)
	v := &letterView{mailRow: mailRow{Message: m, Who: m.From}, Folder: f.Name, Special: f.Special, Tab: tab}
	if row, ok := sendingOf(tx, m.MessageID, address); ok {
		v.Sending = &sendingView{sent: row, Entry: p.entry(&row)}
		v.Report, v.XDM = row.Report, row.Archive
	}
	if tab == "source" {
		v.Source, v.Cut = legible(raw, maxSource)
	}
	read, err := message.Parse(raw)
	if err != nil {
		v.Unreadable = err.Error()
		v.Source, v.Cut = legible(raw, maxSource)
		return v
	}
	v.read(read)
	p.ties(tx, v, read, address)
	p.findings(tx, v, raw, address)
	if tab == "xdm" {
		if zip := archiveOf(read); zip != nil {
			v.Archive = openArchive(zip)
			v.Archive.offer(tx, read, address)
		}
	}
	return v
}

// entry is the number in the journal of the sending of a message, among the latest
// entries: the exchange of a session, else the event of a simulated correspondent or of
// what the simulator wrote; 0 when it has gone.
func (p *panel) entry(row *sent) uint64 {
	log := p.s.world.Journal
	last := log.Last()
	from := uint64(0)
	if last > maxLooked {
		from = last - maxLooked
	}
	for _, e := range log.Since(from, 0) {
		if e.Service != "mssante" {
			continue
		}
		if queue, _ := e.Fact("delivery.queue").(string); row.Exchange != "" && e.ID == row.Exchange || row.Exchange == "" && queue == row.ID {
			return e.Seq
		}
	}
	return 0
}

// maxLooked bounds a search in the journal.
const maxLooked = 20_000

// read fills in what the message says.
func (v *letterView) read(m *message.Message) {
	v.To, v.Cc, v.ReplyTo = visible(m.Header.Get("To")), visible(m.Header.Get("Cc")), visible(m.Header.Get("Reply-To"))
	v.Asked = visible(m.Header.Get("Disposition-Notification-To"))
	v.Text = visible(m.Body())
	if len(v.Text) > maxText {
		v.Text, v.Cut = strings.ToValidUTF8(v.Text[:maxText], ""), true
	}
	plain := false
	m.Walk(func(p *message.Part) bool {
		plain = plain || p.MediaType == "text/plain" && p.Disposition != "attachment"
		v.HTML = v.HTML || p.MediaType == "text/html"
		return true
	})
	v.HTML = v.HTML && !plain
	for i, f := range m.Header {
		if i == maxHeads {
			v.Hidden = len(m.Header) - maxHeads
			break
		}
		v.Heads = append(v.Heads, headField{visible(f.Name), visible(f.Value())})
	}
	for _, name := range []string{"X-MSS-NIL", "X-MSS-INS", "X-MSS-CODECDA", "X-MSS-MES", "Auto-Submitted"} {
		if m.Header.Has(name) {
			v.Facts = append(v.Facts, headField{name, visible(m.Header.Get(name))})
		}
	}
	zip := archivePart(m)
	for i, part := range m.Attachments() {
		name := part.Filename
		if name == "" {
			name = "sans-nom"
		}
		v.Files = append(v.Files, fileView{N: i, Name: visible(name), Type: part.MediaType, Size: decodedSize(part), XDM: part == zip})
	}
	v.XDM = zip != nil
	if d, ok := m.Disposition(); ok {
		v.Disposition = &d
	}
	if d, ok := m.Delivery(); ok {
		v.Delivery = &d
	}
	v.Answer = first(header(m, "Reply-To"))
	if v.Answer == "" {
		v.Answer = first(header(m, "From"))
	}
}

// decodedSize is about how large a file is, without decoding it.
func decodedSize(p *message.Part) int64 {
	n := int64(p.End - p.Content)
	if p.Encoding == "base64" {
		lines := int64(bytes.Count(p.Bytes(), []byte("\n")))
		return (n - 2*lines) * 3 / 4
	}
	return n
}

// legible is a message as a person may read it: UTF-8, without what a terminal or
// a page would obey.
func legible(b []byte, limit int) (string, bool) {
	cut := len(b) > limit
	if cut {
		b = b[:limit]
		for len(b) > 0 && !utf8.Valid(b[max(0, len(b)-utf8.UTFMax):]) && !utf8.RuneStart(b[len(b)-1]) {
			b = b[:len(b)-1]
		}
	}
	return visible(strings.ReplaceAll(string(b), "\r\n", "\n")), cut
}

// visible shows as U+FFFD what would not be seen: controls, and what turns the
// direction of a text to have a name read as another.
func visible(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r < ' ' && r != '\n' && r != '\t', r >= 0x7f && r < 0xa0, r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069:
			return '\uFFFD'
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
}

// findingGroup are the findings of one level.
type findingGroup struct {
	Level linter.Level
	List  []findingView
}

// findingView is a finding with its bytes made readable.
type findingView struct {
	linter.Finding
	Hex string // of the first bytes, where they are not text
}

// grouped sorts findings by level, the gravest first.
func grouped(list []linter.Finding) []findingGroup {
	var out []findingGroup
	for _, level := range []linter.Level{linter.Error, linter.Warning, linter.Information} {
		g := findingGroup{Level: level}
		for _, f := range list {
			if f.Level == level {
				v := findingView{Finding: f}
				v.Excerpt, _ = legible([]byte(f.Excerpt), 1000)
				if strings.ContainsRune(v.Excerpt, '\uFFFD') {
					v.Hex = hex.EncodeToString([]byte(f.Excerpt[:min(len(f.Excerpt), 32)]))
				}
				g.List = append(g.List, v)
			}
		}
		if len(g.List) > 0 {
			out = append(out, g)
		}
	}
	return out
}

// findings are those of the sending; of a message that nobody sent, those of now.
func (p *panel) findings(tx *store.Txn, v *letterView, raw []byte, address string) {
	var list []linter.Finding
	if v.Sending != nil {
		list = v.Sending.Findings
	} else {
		_, original := unstamped(raw)
		list, v.Fresh = p.lint(tx, original, address), true
	}
	v.Findings = grouped(list)
	for _, g := range v.Findings {
		switch g.Level {
		case linter.Error:
			v.Error = len(g.List)
		case linter.Warning:
			v.Warning = len(g.List)
		}
	}
}

// lint reads a message that was not submitted.
func (p *panel) lint(tx *store.Txn, raw []byte, address string) []linter.Finding {
	b, _ := p.boxOf(tx, address)
	in := linter.Input{
		Raw: raw, From: address, Kind: string(b.Kind), Now: p.s.now(), Limit: p.s.office.MaxSize(), Trusted: p.s.trusted,
		Patient: func(matricule string) (linter.Patient, bool) { return lintPatient(tx, matricule) },
	}
	if m, err := message.Parse(raw); err == nil {
		in.To = append(header(m, "To"), header(m, "Cc")...)
		if from := header(m, "From"); len(from) > 0 {
			in.From = from[0]
		}
	}
	return linter.Lint(in).Findings
}
