package mssante

import (
	"fmt"
	"slices"
	"time"

	"github.com/segursim/segursim/internal/store"
	"github.com/segursim/segursim/mocks/mssante/linter"
)

// Where a message comes from.
const (
	originSession = "smtp"    // a session of SMTP: the software under test
	originDeposit = "deposit" // an action: a simulated correspondent
	originPatient = "mes"     // a patient, in Mon espace santé
	originRobot   = "auto"    // the test address
	originReport  = "dsn"
	originReceipt = "mdn"
)

// What became of a message for a recipient.
const (
	delivered = "delivered"
	relayed   = "relayed" // to an operator that is not simulated: to nowhere
	bounced   = "bounced"
	deferred  = "deferred" // waits in the queue
)

// sent is a message that was taken, with what became of it. It remembers the
// envelope, never the content: that is in the mailboxes and in the journal.
type sent struct {
	ID     string    `json:"id"`    // queue id
	Order  uint64    `json:"order"` // grows
	Origin string    `json:"origin"`
	At     time.Time `json:"at"`
	// BAL is the mailbox that the session opened, or the sender; Person and Client
	// are those of the session.
	BAL        string `json:"bal"`
	Person     string `json:"person,omitempty"`
	Client     string `json:"client,omitempty"`
	From       string `json:"from"` // return path
	EnvelopeID string `json:"envelope_id,omitempty"`
	Recipients []fate `json:"recipients"`

	MessageID string `json:"message_id"`
	Subject   string `json:"subject"`
	Size      int64  `json:"size"`
	NIL       string `json:"nil,omitempty"`
	Archive   bool   `json:"xdm"`
	Patient   string `json:"patient,omitempty"` // matricule of the usager concerned
	// Asked is the Disposition-Notification-To; Receipts are those that came.
	Asked    string    `json:"asked,omitempty"`
	Receipts []receipt `json:"receipts,omitempty"`
	Automat  bool      `json:"automatic,omitempty"`
	// Report is "mdn" for a disposition notification, "dsn" for a delivery report.
	Report string `json:"report,omitempty"`

	Findings []linter.Finding `json:"findings,omitempty"`
	Errors   int              `json:"errors"`
	Warnings int              `json:"warnings"`
	// Exchange is the journal's id of the sending.
	Exchange string `json:"exchange,omitempty"`
}

// fate is what became of a message for one recipient.
type fate struct {
	Address  string    `json:"address"`
	Original string    `json:"original,omitempty"` // ORCPT
	Notify   []string  `json:"notify,omitempty"`
	Outcome  string    `json:"outcome"`
	At       time.Time `json:"at"`
	// Refusal is the name of the refusal, Status and Code what SMTP says of it, and
	// Text its text.
	Refusal string `json:"refusal,omitempty"`
	Status  int    `json:"status,omitempty"`
	Code    string `json:"code,omitempty"`
	Text    string `json:"text,omitempty"`
	// Folder and UID are where it was put.
	Folder string `json:"folder,omitempty"`
	UID    uint32 `json:"uid,omitempty"`
	// Remote is the mail server of another operator; empty for ours.
	Remote string `json:"remote,omitempty"`

	patient bool // of Mon espace santé
}

// receipt is a disposition notification that came back.
type receipt struct {
	From     string    `json:"from"`
	At       time.Time `json:"at"`
	Type     string    `json:"type"`
	Modifier string    `json:"modifier,omitempty"`
	Error    string    `json:"error,omitempty"`
	Queue    string    `json:"queue"` // of the notification
}

// count is how many messages a BAL sent with a software (a NIL), by kind.
type count struct {
	ID     string `json:"id"` // bal, NUL, nil
	BAL    string `json:"bal"`
	NIL    string `json:"nil"`
	Client string `json:"client"`
	// ProXDM and Pro are messages with at least one professional recipient, with an
	// IHE_XDM.zip and without; Patient those to usagers, Test those to the test
	// address.
	ProXDM  int64 `json:"pro_xdm"`
	Pro     int64 `json:"pro"`
	Patient int64 `json:"patient"`
	Test    int64 `json:"test"`
	// Bounces counts recipients; Receipts the notifications sent, Received those
	// that came back.
	Bounces  int64     `json:"bounces"`
	Receipts int64     `json:"receipts"`
	Received int64     `json:"received"`
	Faulty   int64     `json:"faulty"` // messages with a finding of level erreur
	Last     time.Time `json:"last"`
}

// serial is the last Order given.
type serial struct {
	ID   string `json:"id"`
	Last uint64 `json:"last"`
}

// The tables. The values describe, they hold no row; they are never assigned.
var (
	sents = store.Define("mssante_envois",
		store.By("id", func(m *sent) string { return m.ID }),
		store.By("order", func(m *sent) string { return ordinal(m.Order) }),
		store.By("message", func(m *sent) string { return m.MessageID }),
		store.By("bal", func(m *sent) string { return m.BAL + " " + ordinal(m.Order) }))
	counts = store.Define("mssante_compteurs",
		store.By("id", func(c *count) string { return c.ID }))
	serials = store.Define("mssante_series", store.By("id", func(c *serial) string { return c.ID }))
)

func officeTables() []store.Schema {
	return []store.Schema{sents, counts, serials, waitings, exchanges, triplets, manners}
}

func ordinal(n uint64) string { return fmt.Sprintf("%016x", n) }

// next gives the next Order.
func next(tx *store.Txn) (uint64, error) {
	n, _ := serials.Get(tx, "order")
	n.ID = "order"
	n.Last++
	return n.Last, serials.Put(tx, n)
}

// remember keeps a sent message and forgets the oldest beyond keep.
func remember(tx *store.Txn, m *sent, keep int) error {
	if err := sents.Put(tx, *m); err != nil {
		return err
	}
	if m.Order <= uint64(keep) { //nolint:gosec // positive: setDefaults
		return nil
	}
	old, ok := sents.First(tx, "order", ordinal(m.Order-uint64(keep))) //nolint:gosec // as above
	if !ok {
		return nil
	}
	_, err := sents.Delete(tx, old.ID)
	return err
}

// sentTo finds the newest message with this Message-ID that went to an address; to
// anybody when the address is empty.
func sentTo(tx *store.Txn, messageID, address string) (sent, bool) {
	var found sent
	ok := false
	if messageID == "" {
		return found, false
	}
	for m := range sents.Find(tx, "message", messageID) {
		to := address == "" || slices.ContainsFunc(m.Recipients, func(f fate) bool { return f.Address == address })
		if to && (!ok || m.Order > found.Order) {
			found, ok = m, true
		}
	}
	return found, ok
}

// knows tells whether a BAL got the message of that Message-ID, or sent it: an answer
// names the first, a new version of a document the second.
func knows(tx *store.Txn, messageID, address string) bool {
	if _, ok := sentTo(tx, messageID, address); ok {
		return true
	}
	for m := range sents.Find(tx, "message", messageID) {
		if m.BAL == address || m.From == address {
			return true
		}
	}
	return false
}

// change replaces what became of a message for the recipients of fates.
func (m *sent) change(fates []fate) {
	m.Recipients = slices.Clone(m.Recipients)
	for _, f := range fates {
		if i := slices.IndexFunc(m.Recipients, func(old fate) bool { return old.Address == f.Address }); i >= 0 {
			m.Recipients[i] = f
		}
	}
}
