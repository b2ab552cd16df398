package message

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// A DeliveryStatus is the content of a delivery status notification (RFC 3464).
type DeliveryStatus struct {
	ReportingMTA       string // "smtp.segursim.test"
	OriginalEnvelopeID string // ENVID of the submission, decoded; may be empty
	Arrival            string // RFC 5322 date; may be empty
	Recipients         []RecipientStatus
}

// A RecipientStatus is what became of one recipient.
type RecipientStatus struct {
	Original   string // ORCPT address, decoded; may be empty
	Final      string
	Action     string // "failed", "delayed", "delivered", "relayed", "expanded"
	Status     string // "5.1.1"
	Diagnostic string // "550 5.1.1 …": the text after "smtp; "; may be empty
	RemoteMTA  string // may be empty
}

var statusCode = regexp.MustCompile(`^[245]\.[0-9]{1,3}\.[0-9]{1,3}$`) // RFC 3463 §2

// BuildDelivery writes a delivery status notification: multipart/report;
// report-type=delivery-status (RFC 3462, 3464), marked as an automatic answer (RFC
// 3834 §5). It refuses a status without reporting MTA, recipient, action or code, or
// whose code is of another class than its action.
func BuildDelivery(r Report, s DeliveryStatus) ([]byte, error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	w := newReportWriter()
	w.text("Original-Envelope-Id", "", s.OriginalEnvelopeID)
	w.text("Reporting-MTA", "dns", s.ReportingMTA)
	w.text("Arrival-Date", "", s.Arrival)
	for _, rcpt := range s.Recipients {
		w.buf.WriteString("\r\n")
		w.address("Original-Recipient", rcpt.Original)
		w.address("Final-Recipient", rcpt.Final)
		w.text("Action", "", rcpt.Action)
		w.text("Status", "", rcpt.Status)
		w.text("Remote-MTA", "dns", rcpt.RemoteMTA)
		w.text("Diagnostic-Code", "smtp", rcpt.Diagnostic)
	}
	fields, err := w.bytes()
	if err != nil {
		return nil, err
	}
	r.automatic()
	return r.build("delivery-status", fields)
}

// check refuses what RFC 3464 §2.2 and §2.3 do not allow.
func (s DeliveryStatus) check() error {
	switch {
	case strings.Trim(s.ReportingMTA, " \t") == "":
		return errors.New("message: a delivery status without reporting MTA (RFC 3464 §2.2.2)")
	case len(s.Recipients) == 0:
		return errors.New("message: a delivery status without recipient (RFC 3464 §2.3)")
	case len(s.Recipients) > maxRecipients:
		return fmt.Errorf("message: a delivery status of %d recipients, the most is %d", len(s.Recipients), maxRecipients)
	}
	for _, r := range s.Recipients {
		class := map[string]string{"failed": "5", "delayed": "4", "delivered": "2", "relayed": "2", "expanded": "2"}[r.Action]
		switch {
		case r.Final == "":
			return errors.New("message: a recipient without address (RFC 3464 §2.3.2)")
		case class == "":
			return fmt.Errorf("message: %s is no action (RFC 3464 §2.3.3)", excerpt(r.Action))
		case !statusCode.MatchString(r.Status):
			return fmt.Errorf("message: %s is no status code (RFC 3463 §2)", excerpt(r.Status))
		// What was delayed too long fails with a code of class 4 (RFC 3463 §3.5).
		case r.Status[:1] != class && !(r.Action == "failed" && r.Status[0] == '4'):
			return fmt.Errorf("message: the status %s contradicts the action %s", r.Status, r.Action)
		}
		for _, address := range [...]string{r.Final, r.Original} {
			if err := checkRecipient(address); err != nil {
				return err
			}
		}
	}
	return nil
}

// Delivery reads a delivery status notification; false when m is none. Groups
// without a final recipient are left out.
func (m *Message) Delivery() (DeliveryStatus, bool) {
	p := m.report("delivery-status")
	if p == nil {
		return DeliveryStatus{}, false
	}
	body, _ := p.Decode() // with an error, what could be read
	groups := fieldGroups(body)
	if len(groups) == 0 {
		return DeliveryStatus{}, false
	}
	s := DeliveryStatus{
		ReportingMTA:       groups[0].typed("Reporting-MTA"),
		OriginalEnvelopeID: groups[0].Get("Original-Envelope-Id"),
		Arrival:            groups[0].Get("Arrival-Date"),
	}
	if !groups[0].Has("Final-Recipient") { // some software forgets the first group
		groups = slices.Delete(groups, 0, 1)
	}
	for _, g := range groups {
		if r := g.recipient(); r.Final != "" {
			s.Recipients = append(s.Recipients, r)
		}
	}
	return s, len(s.Recipients) > 0
}

// recipient reads the fields of one recipient (RFC 3464 §2.3).
func (h Header) recipient() RecipientStatus {
	return RecipientStatus{
		Original:   h.recipientAddress("Original-Recipient"),
		Final:      h.recipientAddress("Final-Recipient"),
		Action:     h.keyword("Action"),
		Status:     h.keyword("Status"),
		Diagnostic: h.typed("Diagnostic-Code"),
		RemoteMTA:  h.typed("Remote-MTA"),
	}
}
