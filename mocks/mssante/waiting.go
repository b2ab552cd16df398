package mssante

import (
	"cmp"
	"slices"
	"time"

	"github.com/segursim/segursim/internal/store"
	"github.com/segursim/segursim/mocks/mssante/mailbox"
	"github.com/segursim/segursim/mocks/mssante/submission"
)

// letter is a message with its envelope, on its way.
type letter struct {
	Queue      string                 `json:"queue"`
	Origin     string                 `json:"origin"`
	From       string                 `json:"from"` // return path; empty for <>
	To         []submission.Recipient `json:"to"`
	Return     string                 `json:"return,omitempty"`
	EnvelopeID string                 `json:"envelope_id,omitempty"`
	Raw        []byte                 `json:"raw"`
	At         time.Time              `json:"at"` // when it was handed over

	BAL      string `json:"bal,omitempty"`
	Person   string `json:"person,omitempty"`
	Client   string `json:"client,omitempty"`
	Helo     string `json:"helo,omitempty"`
	Peer     string `json:"peer,omitempty"`
	Exchange string `json:"exchange,omitempty"`
	// About is the queue id of the message that this one answers or reports on.
	About string `json:"about,omitempty"`

	stamped *mailbox.Letter // what mailboxes get: see prepare
}

// The kinds of what waits.
const (
	waitLetter  = "letter"  // a message of the simulator's, posted when it is due
	waitAttempt = "attempt" // recipients to try again
)

// waiting is something that happens later, on the simulated clock.
type waiting struct {
	ID     string    `json:"id"`
	Kind   string    `json:"kind"`
	Due    time.Time `json:"due"`
	Letter letter    `json:"letter"`
	// Op is the event that the posting makes in the journal: "auto.reply".
	Op string `json:"op,omitempty"`

	// Of an attempt: whether a fault may still stop it, when the sender was or is to
	// be warned, and why it waits.
	Free   bool   `json:"free,omitempty"`
	Warned bool   `json:"warned,omitempty"`
	Fate   []fate `json:"fate,omitempty"`
}

// manner is how a simulated professional's BAL answers what asks for a receipt.
type manner struct {
	Address string   `json:"address"`
	Mode    string   `json:"mode"` // displayed, processed, error
	Code    string   `json:"code,omitempty"`
	Delay   Duration `json:"delay,omitempty"`
}

// triplet is a sender and a recipient that greylisting saw.
type triplet struct {
	ID    string    `json:"id"`
	First time.Time `json:"first"`
}

// exchange is a message that a patient received, and whether it may be answered.
type exchange struct {
	ID        string    `json:"id"`      // queue id and address
	Patient   string    `json:"patient"` // address
	Sender    string    `json:"sender"`  // address of the From field
	Answer    string    `json:"answer"`  // where an answer goes: the authorised contact
	MessageID string    `json:"message_id"`
	Subject   string    `json:"subject"`
	At        time.Time `json:"at"`
	Order     uint64    `json:"order"`
	Folder    string    `json:"folder"`
	UID       uint32    `json:"uid"`
	// End is why it may not be answered: "FIN" (X-MSS-MES), "[FIN]"; empty when it
	// may.
	End string `json:"end,omitempty"`
}

// The tables, as in sent.go.
var (
	waitings = store.Define("mssante_file",
		store.By("id", func(w *waiting) string { return w.ID }))
	manners = store.Define("mssante_accuses",
		store.By("id", func(m *manner) string { return m.Address }))
	triplets = store.Define("mssante_liste_grise",
		store.By("id", func(t *triplet) string { return t.ID }),
		store.By("first", func(t *triplet) string { return sortable(t.First) }))
	exchanges = store.Define("mssante_echanges",
		store.By("id", func(e *exchange) string { return e.ID }),
		store.By("patient", func(e *exchange) string { return e.Patient }))
)

// sortable writes an instant so that texts sort as instants do.
func sortable(t time.Time) string { return t.UTC().Format("20060102T150405.000000000") }

// inOrder is what waits, the next first.
func inOrder(tx *store.Txn) []waiting {
	var out []waiting
	for w := range waitings.All(tx) {
		out = append(out, w)
	}
	slices.SortFunc(out, func(a, b waiting) int { return cmp.Or(a.Due.Compare(b.Due), cmp.Compare(a.ID, b.ID)) })
	return out
}
