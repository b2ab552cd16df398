package mssante

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/internal/message"
	"github.com/segursim/segursim/internal/registre"
	"github.com/segursim/segursim/internal/store"
	"github.com/segursim/segursim/mocks/mssante/bal"
	"github.com/segursim/segursim/mocks/mssante/mailbox"
)

// maxPeople bounds the patients that the page proposes; the search narrows them.
const maxPeople = 24

// patientsView is the patient's side.
type patientsView struct {
	People  []patientRow
	More    bool
	Typed   string
	Unknown string // why there is no mailbox
	Who     *registre.Patient
	Box     bal.BAL
	Minor   bool
	Rows    []patientMail
	Older   uint32
	Unseen  uint32
	One     *patientLetter
	Missing bool
	Contact []string
	Bounces []bounceRow
	Write   string // who the patient writes to
	Robot   *robotView
}

// patientRow is a patient as the page lists them.
type patientRow struct {
	ID, Name, INS string
	State         bal.State
	Unseen        uint32
	Here          bool
}

// patientMail is a message as the patient's list shows it.
type patientMail struct {
	mailRow
	End string // why it may not be answered; empty when it may
}

// patientLetter is a message that the patient opened, or could open.
type patientLetter struct {
	mailRow
	Opened   bool
	Text     string
	Cut      bool
	HTML     bool
	Files    []fileView
	Answer   string // where an answer goes
	End      string // "[FIN]", "FIN", "none" for what takes no answer
	Sender   string
	Receipt  string // who asked for a receipt
	Receipts bool   // it went
	Moved    bool   // the answer goes to a Reply-To
}

// bounceRow is a message that did not reach the patient.
type bounceRow struct {
	At                                        time.Time
	From, Subject, Code, Text, Refusal, Queue string
}

func (p *panel) mountPatients(g *echo.Group) {
	g.GET("", func(c echo.Context) error { return p.page(c, p.patients(c)) })
	g.GET("/live", func(c echo.Context) error {
		parts := []string{"people", "inbox", "robot"}
		return p.live(c, func() (any, error) { return p.patients(c), nil }, parts...)
	})
	g.POST("/ouvrir", p.patientOpen)
	g.POST("/repondre", p.patientReply)
	g.POST("/ecrire", p.patientWrite)
	g.POST("/etat", p.patientState)
}

func (p *panel) patients(c echo.Context) patientsView {
	v := patientsView{Typed: strings.TrimSpace(c.QueryParam("q")), Write: c.QueryParam("ecrire")}
	who := strings.TrimSpace(c.QueryParam("patient"))
	_ = p.s.world.Store.View(func(tx *store.Txn) error {
		for _, one := range registre.SearchPatients(tx, v.Typed, maxPeople+1) {
			if len(v.People) == maxPeople {
				v.More = true
				break
			}
			v.People = append(v.People, p.patientRow(tx, &one, who))
		}
		if who == "" || c.QueryParam("test") != "" {
			v.Robot = p.robotView(tx)
			return nil
		}
		b, one, refusal := p.s.office.whose(tx, who)
		if refusal != nil {
			if v.Unknown = "unknown"; refusal.Code == "patient-without-ins" {
				v.Unknown, v.Who = "no-ins", &one
			}
			return nil
		}
		v.Who, v.Box, v.Minor = &one, b, minor(&one, p.s.now())
		v.Contact = contacts(tx, b.Address)
		v.Bounces = bounces(tx, b.Address)
		p.patientMails(tx, &v, c)
		return nil
	})
	return v
}

func (p *panel) patientRow(tx *store.Txn, one *registre.Patient, who string) patientRow {
	row := patientRow{ID: one.ID, Name: one.Name(), INS: one.INS.Full(), Here: one.ID == who}
	if address := patientAddress(one.INS); address != "" {
		row.State = p.s.office.patientBAL(tx, address, one).State
		if f, ok := p.s.mail.Folder(tx, address, mailbox.Inbox); ok {
			row.Unseen = f.Unseen
		}
	}
	return row
}

// patientMails reads the mailbox of the patient and the message that is open.
func (p *panel) patientMails(tx *store.Txn, v *patientsView, c echo.Context) {
	f, ok := p.s.mail.Folder(tx, v.Box.Address, mailbox.Inbox)
	uid := uidOf(c.QueryParam("message"))
	v.Missing = uid != 0
	if !ok {
		return
	}
	v.Unseen = f.Unseen
	ends := map[uint32]exchange{}
	for e := range exchanges.Find(tx, "patient", v.Box.Address) {
		if e.Folder == f.ID {
			ends[e.UID] = e
		}
	}
	top := f.UIDNext - 1
	if before := uidOf(c.QueryParam("before")); before != 0 {
		top = min(top, before-1)
	}
	list := p.newest(tx, f.ID, top, maxRows+1)
	if len(list) > maxRows {
		list = list[:maxRows]
		v.Older = list[maxRows-1].UID
	}
	for _, m := range list {
		v.Rows = append(v.Rows, patientMail{mailRow: mailRow{Message: m, Who: m.From, Here: m.UID == uid}, End: endOf(ends, m.UID)})
	}
	if m, ok := p.s.mail.Message(tx, f.ID, uid); ok {
		v.One, v.Missing = p.patientLetter(tx, m, ends), false
	}
}

// endOf is why a message may not be answered; empty when it may.
func endOf(ends map[uint32]exchange, uid uint32) string {
	e, ok := ends[uid]
	if !ok {
		return "none"
	}
	return e.End
}

func (p *panel) patientLetter(tx *store.Txn, m mailbox.Message, ends map[uint32]exchange) *patientLetter {
	v := &patientLetter{mailRow: mailRow{Message: m, Who: m.From}, Opened: m.Has(`\Seen`), End: endOf(ends, m.UID), Receipts: m.Has("$MDNSent")}
	v.Answer, v.Sender = ends[m.UID].Answer, ends[m.UID].Sender
	v.Moved = v.Answer != v.Sender
	raw, err := p.s.mail.Raw(tx, m)
	if err != nil {
		return v
	}
	read, err := message.Parse(raw)
	if err != nil {
		v.Text, v.Cut = legible(raw, maxText)
		return v
	}
	full := &letterView{}
	full.read(read)
	v.Text, v.Cut, v.HTML, v.Files, v.Receipt = full.Text, full.Cut, full.HTML, full.Files, full.Asked
	return v
}

// bounces are the latest messages that did not reach a patient.
func bounces(tx *store.Txn, address string) []bounceRow {
	var out []bounceRow
	for m := range recent(tx, maxRecent) {
		for _, f := range m.Recipients {
			if f.Address == address && f.Outcome == bounced {
				out = append(out, bounceRow{f.At, m.From, m.Subject, f.Code, f.Text, f.Refusal, m.ID})
			}
		}
	}
	slices.Reverse(out)
	return out[:min(len(out), 20)]
}

// patientOpen opens a message as the patient: the receipt that it asks for goes out.
func (p *panel) patientOpen(c echo.Context) error {
	out, err := p.s.actPatientRead(c.Request().Context(), map[string]any{"patient": c.FormValue("patient"), "message": c.FormValue("message")})
	done := journal.Text{FR: "Message ouvert ; il ne demandait pas d'accusé, ou l'accusé était déjà parti.", EN: "Message opened; it asked for no receipt, or the receipt had gone already."}
	if m, ok := out.(map[string]any); ok && m["receipt"] == true {
		done = journal.Text{FR: "Message ouvert : l'accusé de lecture est parti, l'usager ne peut pas le refuser.", EN: "Message opened: the receipt went out, the patient cannot refuse it."}
	}
	return p.back(c, carried(c, "patient", "message", "q", "before"), done, err)
}

// patientReply answers as the patient.
func (p *panel) patientReply(c echo.Context) error {
	return p.patientSend(c, func(in map[string]any) error {
		in["message"] = c.FormValue("message")
		_, err := p.s.actPatientReply(c.Request().Context(), in)
		return err
	}, "patient", "message", "q", "before")
}

// patientWrite writes as the patient to an authorised contact.
func (p *panel) patientWrite(c echo.Context) error {
	return p.patientSend(c, func(in map[string]any) error {
		in["to"], in["subject"] = c.FormValue("to"), c.FormValue("subject")
		_, err := p.s.actPatientWrite(c.Request().Context(), in)
		return err
	}, "patient", "q")
}

func (p *panel) patientSend(c echo.Context, send func(map[string]any) error, keep ...string) error {
	files, refusal := uploaded(c, "files")
	if refusal != nil {
		return p.back(c, carried(c, keep...), journal.Text{}, refusal)
	}
	var list []shelved
	for _, f := range files {
		list = append(list, shelved{Name: f.Name, Type: f.MediaType, Content: f.Content})
	}
	err := send(map[string]any{
		"patient": c.FormValue("patient"), "text": strings.ReplaceAll(c.FormValue("text"), "\r\n", "\n"), "attachments": asAttachments(list),
	})
	return p.back(c, carried(c, keep...), journal.Text{FR: "Message envoyé.", EN: "Message sent."}, err)
}

// patientState opens or closes a patient's mailbox, or has the patient object.
func (p *panel) patientState(c echo.Context) error {
	to, ok := map[string]bal.State{"open": bal.Active, "close": bal.Closed, "oppose": bal.Opposed}[c.FormValue("do")]
	if !ok {
		return echo.NewHTTPError(http.StatusBadRequest, "do: open, close, oppose")
	}
	_, err := p.s.actPatientState(to)(c.Request().Context(), map[string]any{"patient": c.FormValue("patient")})
	done := map[bal.State]journal.Text{
		bal.Active:  {FR: "Messagerie ouverte.", EN: "Mailbox open."},
		bal.Closed:  {FR: "Messagerie fermée : ce qui lui est envoyé revient. Ses messages restent.", EN: "Mailbox closed: what is sent to it comes back. Its messages stay."},
		bal.Opposed: {FR: "Opposition enregistrée : la messagerie ne reçoit plus.", EN: "Objection recorded: the mailbox no longer receives."},
	}[to]
	return p.back(c, carried(c, "patient", "q"), done, err)
}
