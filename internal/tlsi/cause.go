package tlsi

import (
	"github.com/segursim/segursim/internal/journal"
)

// cause writes one: a stable rule, the two languages, what it cites.
func cause(rule, fr, en, ref string) journal.Cause {
	return journal.Cause{Rule: "tlsi." + rule, Text: journal.Text{FR: fr, EN: en}, Ref: ref}
}

// option returns the fault of one of Config.Codes.
func (d *Door) option(name string) Fault { return d.options[name] }

// Internal is a fault for what went wrong in the simulator itself.
func Internal(err error) *Fault {
	f := Fault{
		Layer: Gateway, SOAP: "Receiver", Siram: "siram_40", Code: "desir_1020", Severity: Fatale,
		Reason: "Le SIMULATEUR a rencontré une erreur interne.", Text: "Erreur interne de SEGURSIM.", broken: true, Err: err,
	}
	return f.Because(cause("internal", "Erreur interne : "+err.Error(), "Internal error: "+err.Error(), ""))
}
