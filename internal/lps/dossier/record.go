package dossier

import (
	"slices"
	"strings"
	"time"

	"github.com/segursim/segursim/internal/lps/insi"
)

// A Status is how much is known of an identity (RNIV).
type Status string

// The statuses.
const (
	Provisional Status = "provisoire"
	Recovered   Status = "récupérée" // INS from INSi, identity not checked
	Validated   Status = "validée"   // identity checked, no INS
	Qualified   Status = "qualifiée" // both
)

// A Text is a text in both languages.
type Text struct{ FR, EN string }

// A Record is one patient.
type Record struct {
	Name       string // birth name, as typed
	FirstNames []string
	Sex        string // "F", "M"
	Born       string // YYYY-MM-DD
	Place      string // COG

	Status   Status
	Checked  bool // an identity document was seen
	Doubtful bool
	Fictive  bool

	INS     *insi.INS // nil when the record has none
	History []insi.INS

	// Proposal is an answer that waits for a person; Alerts are what it should
	// look at.
	Proposal *insi.Person
	Alerts   []Text
	// Work says why the record is on the list of those to work on; empty when
	// it is not.
	Work Text
	// Log is the journal of calls to INSi, oldest first.
	Log []Line
}

// A Line is one call to INSi in the journal that the software keeps.
type Line struct {
	At        time.Time
	User      string // who called: identifier of the professional, or of the structure
	Operation string // "récupération par traits", "vérification"
	Sent      string // the traits that were sent
	Code      string // "00", "OK", a fault's code
	Message   string // identifier of the SOAP message
	Matricule string
	OID       string
	History   string // former matricules
}

// New makes a provisional record.
func New(name, firstNames, sex, born, place string) Record {
	return Record{Name: name, FirstNames: strings.Fields(firstNames), Sex: sex, Born: born, Place: place, Status: Provisional}
}

// Copy returns a record that shares nothing with this one.
func (r *Record) Copy() Record {
	c := *r
	c.FirstNames, c.History = slices.Clone(r.FirstNames), slices.Clone(r.History)
	c.Alerts, c.Log = slices.Clone(r.Alerts), slices.Clone(r.Log)
	if r.INS != nil {
		i := *r.INS
		c.INS = &i
	}
	if r.Proposal != nil {
		p := *r.Proposal
		p.History = slices.Clone(p.History)
		c.Proposal = &p
	}
	return c
}

// settle gives the status that follows from what is known.
func (r *Record) settle() {
	switch {
	case r.Doubtful || r.Fictive:
		r.Status, r.Checked = Provisional, false
	case r.INS != nil && r.Checked:
		r.Status = Qualified
	case r.INS != nil:
		r.Status = Recovered
	case r.Checked:
		r.Status = Validated
	default:
		r.Status = Provisional
	}
}

// Check notes that the person's identity document was seen.
func (r *Record) Check() {
	r.Checked = true
	r.settle()
}

// Mark sets or lifts the attributes doubtful and fictive. Either takes the INS
// away (EXI ID 26); lifting them leaves a provisional identity.
func (r *Record) Mark(doubtful, fictive bool) {
	r.Doubtful, r.Fictive = doubtful, fictive
	if doubtful || fictive {
		r.drop()
	}
	r.settle()
}

// drop takes the INS away.
func (r *Record) drop() { r.INS, r.History, r.Proposal, r.Alerts = nil, nil, nil, nil }

// Transmit returns the INS that may leave the software: only a qualified
// identity's (EXI ID 29).
func (r *Record) Transmit() (insi.INS, bool) {
	if r.Status != Qualified || r.INS == nil {
		return insi.INS{}, false
	}
	return *r.INS, true
}
