package linter

import (
	"slices"
	"time"

	"github.com/segursim/segursim/internal/cda"
	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/internal/message"
	"github.com/segursim/segursim/internal/xdm"
)

// A Level is how grave a finding is, in the words of the interoperability reports.
type Level string

// The levels.
const (
	Error       Level = "erreur"
	Warning     Level = "avertissement"
	Information Level = "information"
)

// A Finding is one departure from a rule, or a remark.
type Finding struct {
	Level Level `json:"level"`
	// Rule is stable and ours: "mss.nil.absent".
	Rule string `json:"rule"`
	// Refs are the requirements: "MSS/CONF.16", "ECO.2.4.3".
	Refs []string     `json:"refs"`
	Text journal.Text `json:"text"`
	// Part says where: "enveloppe", "en-tête", "corps", "IHE_XDM.zip",
	// "IHE_XDM/SUBSET01/METADATA.XML"…
	Part string `json:"part"`
	// Offset and Excerpt are the offending bytes in the message or in the part;
	// Offset is -1 where something is missing, or has no one place.
	Offset  int    `json:"offset"`
	Excerpt string `json:"excerpt"`
	// Provenance of the rule: "confirmed", "inferred", "invented".
	Provenance string `json:"provenance"`
}

// A Patient is what the linter asks the registre about.
type Patient struct {
	ID, BirthName, FirstName, BirthDate, Sex string
	// Qualified tells whether the identity may carry its INS.
	Qualified bool
}

// Input is a message as it was submitted.
type Input struct {
	Raw  []byte
	From string   // MAIL FROM
	To   []string // RCPT TO
	// Kind is that of the sender's BAL: "PER", "ORG", "APP", "CAB"; "" when unknown.
	Kind string
	// Patient finds a patient by matricule (15 characters); nil answers nobody.
	Patient func(matricule string) (Patient, bool)
	// Trusted tells whether a domain is of the liste blanche; nil trusts all.
	Trusted func(domain string) bool
	// Reply tells whether a Message-ID is of a message that this BAL received; nil
	// knows none.
	Reply func(messageID string) bool
	Now   time.Time
	// Limit is the operator's size limit in bytes; 0 for none.
	Limit int64
}

// A Report is what the linter found and read.
type Report struct {
	Findings []Finding
	Message  *message.Message // nil when unreadable
	Archive  *xdm.Archive     // nil when there is none, or it is refused
	CDA      []*cda.Document  // of the archive, in its order
	// Patient is the matricule (15 characters) of the one usager concerned, if any.
	Patient string
	// NIL is the value of X-MSS-NIL.
	NIL string
	// HasArchive tells whether there is an IHE_XDM.zip, readable or not.
	HasArchive bool
	// PDFs is how many PDF copies go with the message.
	PDFs int
}

// Count is how many findings have a level.
func (r *Report) Count(l Level) int {
	n := 0
	for _, f := range r.Findings {
		if f.Level == l {
			n++
		}
	}
	return n
}

// Broken are the names of the rules that errors and warnings cite, sorted, each once.
func (r *Report) Broken() []string {
	out := []string{}
	for _, f := range r.Findings {
		if f.Level != Information {
			out = append(out, f.Rule)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
