package tlsi

import (
	"github.com/segursim/segursim/internal/journal"
)

// Layer is the product that answers.
type Layer string

// The layers.
const (
	Gateway     Layer = "desir" // the gateway before the téléservices
	Application Layer = "insi"  // the téléservice itself
)

// The severities of schema faultSOAP 01_01, and the one that the application
// writes although the schema does not have it.
const (
	Information   = "information"
	Avertissement = "avertissement"
	Erreur        = "erreur"
	Fatale        = "fatale"
	Fatal         = "fatal"
)

// A Fault is a refusal in the form of the Assurance Maladie: a SOAP fault whose
// subcode is a siram number and whose detail is a siram:Erreur.
type Fault struct {
	Layer Layer
	// SOAP is the code of the SOAP fault: soap.Sender when empty.
	SOAP     string
	Siram    string // "siram_100"
	Code     string // "desir_550"
	Severity string
	// Reason is the text for the user (soap:Reason); Text when empty.
	Reason string
	// Text is the technical text, inside siram:Erreur.
	Text string
	// HTTP is the status; 500 when zero.
	HTTP int
	// Inferred says that the real service's codes for this are not public.
	Inferred bool
	// Cause is for the journal, Err for the log.
	Cause journal.Cause
	Err   error

	broken bool // the simulator went wrong
}

// Because returns the fault with the cause that the journal will show.
func (f Fault) Because(c journal.Cause) *Fault {
	f.Cause = c
	return &f
}

// Saying returns the fault with another technical text.
func (f Fault) Saying(text string) Fault {
	f.Text = text
	return f
}
