package mssante

import (
	"slices"

	"github.com/segursim/segursim/internal/registre"
	"github.com/segursim/segursim/internal/store"
	"github.com/segursim/segursim/mocks/mssante/bal"
)

// A destination is the kind of mailbox that an address leads to.
type destination int

const (
	toBAL     destination = iota // a BAL of a simulated operator
	toPatient                    // Mon espace santé
	toRobot                      // its test address
	toRelay                      // a domain of the trust space without simulated BAL
)

// route is where an address leads.
type route struct {
	address  string // in lower case
	place    destination
	operator bal.Operator
	bal      bal.BAL          // of toBAL; of toPatient, maybe without a row yet
	patient  registre.Patient // of toPatient
	// refusal is why nothing can be delivered there, by its name in errors.go;
	// empty when something can.
	refusal string
}

// route finds where an address leads.
func (o *office) route(tx *store.Txn, to string) route {
	address, ok := normal(to)
	if !ok {
		return route{address: to, refusal: badRecipient}
	}
	switch domain := bal.DomainOf(address); {
	case address == robotAddress:
		return route{address: address, place: toRobot}
	case domain == patientDomain:
		return o.routePatient(tx, address)
	default:
		return o.routeBAL(tx, address, domain)
	}
}

func (o *office) routeBAL(tx *store.Txn, address, domain string) route {
	r := route{address: address}
	if d, ok := bal.Domains.Get(tx, domain); ok {
		r.operator, _ = bal.Operators.Get(tx, d.Operator)
	}
	b, ok := bal.BALs.Get(tx, address)
	switch {
	case !ok && !o.s.trusted(domain):
		r.refusal = outsideTrust
	case !ok && !populated(tx, domain):
		r.place = toRelay
		if o.conf.Relay.Unsimulated == "bounce" {
			r.refusal = relayRefused
		}
	case !ok:
		r.refusal = unknownRecipient
	case b.State == bal.Closed, b.State == bal.Opposed:
		r.refusal = closedRecipient
	case o.s.stateOf(tx, b) == bal.Inaccessible:
		r.refusal = unusedRecipient
	case o.full(tx, address):
		r.refusal = fullForNow
		if o.conf.Sending.Full == "permanent" {
			r.refusal = fullForGood
		}
	}
	r.bal = b
	return r
}

// populated tells whether a domain has a simulated BAL.
func populated(tx *store.Txn, domain string) bool {
	for b := range bal.BALs.All(tx) {
		if b.Kind != bal.Patient && b.Domain() == domain {
			return true
		}
	}
	return false
}

// routePatient finds a patient's mailbox. Every patient of the registre with an INS
// has one, though it gets a row only when something happens to it.
func (o *office) routePatient(tx *store.Txn, address string) route {
	r := route{address: address, place: toPatient}
	matricule, ok := matriculeOf(address)
	if !ok {
		r.refusal = mesSyntax
		return r
	}
	found := false
	for p := range registre.FindPatients(tx, matricule) {
		if p.INS.Full() == matricule { // one whose key is published wrong has it so
			r.patient, found = p, true
			break
		}
	}
	switch {
	case found:
		r.bal = o.patientBAL(tx, r.address, &r.patient)
		r.refusal = closedAs(r.bal.State)
	case !registre.ValidNIR(matricule):
		r.refusal = mesKey
	default:
		r.refusal = mesUnknown
		for range registre.FindFormer(tx, matricule) {
			r.refusal = mesFormer
			break
		}
	}
	return r
}

// closedAs is the refusal of a patient's mailbox in that state.
func closedAs(s bal.State) string {
	switch s {
	case bal.Opposed:
		return mesOpposed
	case bal.Closed, bal.Inaccessible:
		return mesClosed
	}
	return ""
}

// patientBAL is a patient's mailbox: its row, or what it would be.
func (o *office) patientBAL(tx *store.Txn, address string, p *registre.Patient) bal.BAL {
	if b, ok := bal.BALs.Get(tx, address); ok {
		return b
	}
	b := bal.BAL{Address: address, Kind: bal.Patient, Label: patientLabel(p), Patient: p.ID, State: bal.Active}
	switch {
	case slices.Contains(o.conf.Patients.Opposed, p.ID):
		b.State = bal.Opposed
	case slices.Contains(o.conf.Patients.Closed, p.ID), p.Record == registre.RecordClosed, p.Death != "":
		b.State = bal.Closed // of a DMP closed, or of the dead: inferred
	}
	return b
}

// patientLabel is « Prénom NOM », with the names that the person goes by.
func patientLabel(p *registre.Patient) string {
	given, family := p.UsedGivenName, p.UsedName
	if given == "" {
		given = p.FirstGivenName
	}
	if family == "" {
		family = p.BirthName
	}
	return capitalised(given) + " " + family
}

// capitalised is « JEAN-PIERRE » as « Jean-Pierre ».
func capitalised(s string) string {
	out, first := []rune{}, true
	for _, r := range s {
		if !first && r >= 'A' && r <= 'Z' {
			r += 'a' - 'A'
		}
		first = r == ' ' || r == '-' || r == '\''
		out = append(out, r)
	}
	return string(out)
}
