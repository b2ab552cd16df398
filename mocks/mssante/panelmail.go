package mssante

import (
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/segursim/segursim/internal/store"
	"github.com/segursim/segursim/mocks/mssante/bal"
	"github.com/segursim/segursim/mocks/mssante/mailbox"
)

// maxRows is how many messages a page lists; maxSearched how many a search looks at,
// the newest first.
const (
	maxRows     = 50
	maxSearched = 100_000
)

// mailView is the webmail of one BAL.
type mailView struct {
	Address string
	Box     *boxDetail // nil when there is none
	Boxes   []boxChoice
	Folders []mailbox.Folder
	Folder  mailbox.Folder
	Rows    []mailRow
	Older   uint32 // UID to list before; 0 when there is nothing older
	Newer   bool   // the page is not that of the newest
	Search  string
	Partial bool // the search stopped before the end
	One     *letterView
	Missing bool // the message asked for is not there
}

// boxChoice is a BAL to choose.
type boxChoice struct{ Address, Label string }

// mailRow is a message as the list shows it.
type mailRow struct {
	mailbox.Message
	Who              string // sender, or recipients in a folder of sent messages
	Known            bool   // the linter read it
	Errors, Warnings int
	Report           string // "mdn", "dsn"
	XDM              bool
	Here             bool
}

// Unseen, Answered and Flagged read the flags.
func (r mailRow) Unseen() bool   { return !r.Has(`\Seen`) }
func (r mailRow) Answered() bool { return r.Has(`\Answered`) }
func (r mailRow) Flagged() bool  { return r.Has(`\Flagged`) }

// Receipted tells whether a receipt went out for it.
func (r mailRow) Receipted() bool { return r.Has("$MDNSent") }

func (p *panel) mountMail(g *echo.Group) {
	g.GET("", func(c echo.Context) error { return p.page(c, p.mail(c, true)) })
	g.GET("/live", func(c echo.Context) error {
		if c.QueryParam("q") != "" { // a search is not repeated by itself
			return p.live(c, func() (any, error) { return p.mail(c, false), nil }, "folders")
		}
		return p.live(c, func() (any, error) { return p.mail(c, true), nil }, "folders", "list", "fate")
	})
	g.GET("/source", p.mailSource)
	g.GET("/piece", p.mailPiece)
	g.GET("/archive", p.mailArchive)
	g.GET("/pdf", p.mailPDF)
	g.POST("/lu", p.mailSeen)
	g.POST("/accuse", p.mailReceipt)
}

// mail reads what the page shows; rows tells whether the list is wanted.
func (p *panel) mail(c echo.Context, rows bool) mailView {
	v := mailView{Address: strings.ToLower(strings.TrimSpace(c.QueryParam("bal"))), Search: strings.TrimSpace(c.QueryParam("q"))}
	folder := c.QueryParam("folder")
	if folder == "" {
		folder = mailbox.Inbox
	}
	uid := uidOf(c.QueryParam("message"))
	_ = p.s.world.Store.View(func(tx *store.Txn) error {
		v.Boxes = boxChoices(tx)
		if b, ok := p.boxOf(tx, v.Address); ok {
			v.Box = p.detail(tx, b)
			v.Folders = v.Box.Folders
		}
		v.Folder, _ = p.s.mail.Folder(tx, v.Address, folder)
		if rows && v.Folder.ID != "" {
			p.list(tx, &v, c)
		}
		for i := range v.Rows {
			v.Rows[i].Here = v.Rows[i].UID == uid
		}
		if m, ok := p.s.mail.Message(tx, v.Folder.ID, uid); ok && v.Folder.ID != "" {
			v.One = p.letter(tx, v.Address, v.Folder, m, c.QueryParam("tab"))
		}
		return nil
	})
	v.Missing = uid != 0 && v.One == nil
	return v
}

// boxOf is a BAL by its address, a patient's that nothing happened to included.
func (p *panel) boxOf(tx *store.Txn, address string) (bal.BAL, bool) {
	if b, ok := bal.BALs.Get(tx, address); ok {
		return b, true
	}
	if bal.DomainOf(address) == patientDomain {
		b, _, refusal := p.s.office.whose(tx, address)
		return b, refusal == nil
	}
	return bal.BAL{}, false
}

// maxChoices bounds what a form proposes.
const maxChoices = 500

// boxChoices are the BAL that are not patients'.
func boxChoices(tx *store.Txn) []boxChoice {
	var out []boxChoice
	for b := range bal.BALs.All(tx) {
		if b.Kind != bal.Patient {
			out = append(out, boxChoice{b.Address, b.Label})
		}
		if len(out) == maxChoices {
			break
		}
	}
	return out
}

func uidOf(s string) uint32 {
	n, err := strconv.ParseUint(s, 10, 32)
	if err != nil {
		return 0
	}
	return uint32(n)
}

// list fills in the rows: those before a UID, those after one, or the newest; the
// newest first.
func (p *panel) list(tx *store.Txn, v *mailView, c echo.Context) {
	before, after := uidOf(c.QueryParam("before")), uidOf(c.QueryParam("after"))
	var found []mailbox.Message
	switch {
	case v.Search != "":
		found, v.Partial = p.search(tx, v.Folder, v.Search, before)
	case after != 0:
		for m := range p.s.mail.Range(tx, v.Folder.ID, after+1, ^uint32(0)) {
			if found = append(found, m); len(found) == maxRows {
				break
			}
		}
		slices.Reverse(found)
	default:
		top := v.Folder.UIDNext - 1
		if before != 0 {
			top = min(top, before-1)
		}
		found = p.newest(tx, v.Folder.ID, top, maxRows+1)
	}
	if len(found) > maxRows {
		found = found[:maxRows]
	}
	if n := len(found); n > 0 {
		if below := p.newest(tx, v.Folder.ID, found[n-1].UID-1, 1); len(below) > 0 && (v.Search == "" || n == maxRows) {
			v.Older = found[n-1].UID
		}
		v.Newer = len(p.above(tx, v.Folder.ID, found[0].UID)) > 0 && (v.Search == "" || before != 0)
	}
	for _, m := range found {
		v.Rows = append(v.Rows, p.mailRow(tx, v, m))
	}
}

// above is the message after a UID, if any.
func (p *panel) above(tx *store.Txn, folder string, uid uint32) []mailbox.Message {
	for m := range p.s.mail.Range(tx, folder, uid+1, ^uint32(0)) {
		return []mailbox.Message{m}
	}
	return nil
}

// newest are the n messages of the greatest UIDs up to top, the newest first. It
// looks at windows of UIDs that grow: a folder has holes where messages left.
func (p *panel) newest(tx *store.Txn, folder string, top uint32, n int) []mailbox.Message {
	var out []mailbox.Message
	width := uint32(n)
	for top > 0 && len(out) < n {
		from := uint32(1)
		if top > width {
			from = top - width + 1
		}
		var window []mailbox.Message
		for m := range p.s.mail.Range(tx, folder, from, top) {
			window = append(window, m)
		}
		slices.Reverse(window)
		out = append(out, window...)
		top = from - 1
		if width < 1<<16 {
			width *= 2
		}
	}
	return out[:min(len(out), n)]
}

// search finds messages by words of the subject, the sender and the recipients.
func (p *panel) search(tx *store.Txn, f mailbox.Folder, typed string, before uint32) (found []mailbox.Message, partial bool) {
	words := strings.Fields(strings.ToLower(typed))
	top, looked := f.UIDNext-1, 0
	if before != 0 {
		top = min(top, before-1)
	}
	for top > 0 && len(found) < maxRows {
		window := p.newest(tx, f.ID, top, 500)
		if len(window) == 0 {
			return found, false
		}
		for _, m := range window {
			text := strings.ToLower(m.Subject + " " + m.From + " " + m.To)
			if !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(text, w) }) {
				if found = append(found, m); len(found) == maxRows {
					return found, false
				}
			}
		}
		top = window[len(window)-1].UID - 1
		if looked += len(window); looked >= maxSearched {
			return found, true
		}
	}
	return found, false
}

// outgoing tells whether a folder holds what its BAL wrote.
func outgoing(f mailbox.Folder) bool { return f.Special == `\Sent` || f.Special == `\Drafts` }

func (p *panel) mailRow(tx *store.Txn, v *mailView, m mailbox.Message) mailRow {
	row := mailRow{Message: m, Who: m.From}
	if outgoing(v.Folder) {
		row.Who = m.To
	}
	if sent, ok := sendingOf(tx, m.MessageID, v.Address); ok {
		row.Known, row.Errors, row.Warnings, row.Report, row.XDM = true, sent.Errors, sent.Warnings, sent.Report, sent.Archive
	}
	return row
}

// sendingOf is the sending of a message that a BAL has: one that went to it, else any.
func sendingOf(tx *store.Txn, messageID, address string) (sent, bool) {
	if row, ok := sentTo(tx, messageID, address); ok {
		return row, true
	}
	return sentTo(tx, messageID, "")
}

// Name is who a message is from or to, without the address where there is a name.
func (r mailRow) Name() string {
	who := visible(r.Who)
	if i := strings.LastIndex(who, " <"); i > 0 && !strings.Contains(who, ", ") {
		return who[:i]
	}
	return who
}

// SubjectShown is the subject without the mark of a document, which UX.28 hides.
func (r mailRow) SubjectShown() string {
	return visible(strings.Replace(r.Subject, "XDM/1.0/DDM+", "", 1))
}

// Marked tells whether the subject has the mark of a document.
func (r mailRow) Marked() bool { return strings.Contains(r.Subject, "XDM/1.0/DDM+") }
