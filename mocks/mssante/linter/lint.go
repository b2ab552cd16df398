package linter

import (
	"strconv"
	"strings"

	"github.com/segursim/segursim/internal/message"
	"github.com/segursim/segursim/internal/registre"
)

// lint is one reading of one message.
type lint struct {
	in     Input
	report *Report

	archive []byte          // of IHE_XDM.zip, decoded
	pdfs    [][]byte        // decoded copies
	parts   []*message.Part // the attachments
	pairs   []pair          // readable CDA documents
}

// Lint reads a message.
func Lint(in Input) *Report {
	l := &lint{in: in, report: &Report{Findings: []Finding{}}}
	l.envelope()
	m, err := message.Parse(in.Raw)
	if err != nil {
		l.found(unreadable, missing(partHeader), err.Error())
		return l.report
	}
	l.report.Message, l.report.NIL = m, m.Header.Get("X-MSS-NIL")
	if _, report := m.Disposition(); report || isDelivery(m) {
		// Acknowledgements are made of other parts: what is asked of messages that
		// carry documents means nothing for them.
		l.header()
		l.product()
		return l.report
	}
	l.attachments()
	l.open()
	l.header()
	l.subject()
	l.product()
	l.insHeader()
	l.codeHeader()
	l.mesHeader()
	l.reply()
	l.body()
	l.metadata()
	l.documents()
	l.replacement()
	return l.report
}

func isDelivery(m *message.Message) bool {
	_, ok := m.Delivery()
	return ok
}

// patientDomain is the domain of the patients' mailboxes.
const patientDomain = "patient.mssante.fr"

// TestAddress answers by itself; its local part is no matricule.
const TestAddress = "reponse.automatique-test@" + patientDomain

// split cuts an address, in lower case.
func split(address string) (local, domain string) {
	i := strings.LastIndexByte(address, '@')
	if i < 0 {
		return address, ""
	}
	return address[:i], strings.ToLower(address[i+1:])
}

// usager tells whether an address is a patient's, and returns its matricule.
func usager(address string) (matricule string, ok bool) {
	local, domain := split(address)
	if domain != patientDomain || strings.EqualFold(address, TestAddress) {
		return "", false
	}
	return strings.ToUpper(local), true
}

// validMatricule tells whether 15 characters are a matricule with its key.
func validMatricule(s string) bool { return len(s) == 15 && registre.ValidNIR(s) }

// patient asks the registre.
func (l *lint) patient(matricule string) (Patient, bool) {
	if l.in.Patient == nil {
		return Patient{}, false
	}
	return l.in.Patient(matricule)
}

func decimal(n int) string { return strconv.Itoa(n) }
