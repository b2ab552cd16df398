package insi

import (
	"time"

	"github.com/segursim/segursim/internal/store"
)

// counter counts the calls of one software, in one mode, of one operation.
type counter struct {
	ID       string         `json:"id"`
	IDAM     string         `json:"idam"`
	Name     string         `json:"nom"`
	Version  string         `json:"version"`
	Instance string         `json:"instance"` // the last one seen
	Mode     string         `json:"mode"`
	Op       string         `json:"op"`
	Calls    int            `json:"calls"`
	Results  map[string]int `json:"results"` // by CodeCR, or by the code of the fault
	First    time.Time      `json:"first"`
	Last     time.Time      `json:"last"`
}

// lot is a batch of identities to verify.
type lot struct {
	ID       string    `json:"id"`
	Sender   string    `json:"sender"` // IdNat of the structure or of the person
	Received time.Time `json:"received"`
	Done     time.Time `json:"done"`
	Kept     time.Time `json:"kept"` // until when it can be retrieved
	Items    []lotItem `json:"items"`
}

// lotItem is one identity of a lot, with what the verification said.
type lotItem struct {
	Ref       string `json:"ref"` // the sender's own reference
	Matricule string `json:"matricule"`
	OK        bool   `json:"ok"`
	Why       string `json:"why,omitempty"` // rule that failed; never on the wire
}

// The tables. The values describe; the rows are in the world's store.
var (
	counters = store.Define("insi_compteurs", store.By("id", func(c *counter) string { return c.ID }))
	lots     = store.Define("insi_lots", store.By("id", func(l *lot) string { return l.ID }))
)

// tables is every table of the service.
func tables() []store.Schema { return []store.Schema{counters, lots} }
