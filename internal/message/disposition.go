package message

import (
	"errors"
	"fmt"
	"strings"
)

// A Disposition is the content of a message disposition notification (RFC 8098).
type Disposition struct {
	ReportingUA       string // "segursim; Mon espace santé simulé"
	OriginalRecipient string
	FinalRecipient    string
	OriginalMessageID string // without angle brackets
	Mode              string // "manual-action" or "automatic-action"
	Sending           string // "MDN-sent-manually" or "MDN-sent-automatically"
	Type              string // "displayed", "deleted", "dispatched", "processed"
	Modifier          string // "error" or empty
	Error             string // text of the Error field, "902^Patient inconnu"; may be empty
}

// The words of the Disposition field (RFC 8098 §3.2.6), as they are written.
const (
	manualAction, automaticAction = "manual-action", "automatic-action"
	sentManually, sentAutomatic   = "MDN-sent-manually", "MDN-sent-automatically"
)

// BuildDisposition writes a disposition notification: multipart/report;
// report-type=disposition-notification (RFC 8098), marked as an automatic answer
// (RFC 3834 §5) when it is sent automatically. It refuses one without final
// recipient, and words that RFC 8098 §3.2.6 does not know.
func BuildDisposition(r Report, d Disposition) ([]byte, error) {
	if err := d.check(); err != nil {
		return nil, err
	}
	w := newReportWriter()
	w.text("Reporting-UA", "", d.ReportingUA)
	w.address("Original-Recipient", d.OriginalRecipient)
	w.address("Final-Recipient", d.FinalRecipient)
	if d.OriginalMessageID != "" {
		w.text("Original-Message-ID", "", "<"+d.OriginalMessageID+">")
	}
	kind := d.Type
	if d.Modifier != "" {
		kind += "/" + d.Modifier
	}
	w.text("Disposition", "", d.Mode+"/"+d.Sending+"; "+kind)
	w.text("Error", "", d.Error)
	fields, err := w.bytes()
	if err != nil {
		return nil, err
	}
	if d.Sending == sentAutomatic {
		r.automatic()
	}
	return r.build("disposition-notification", fields)
}

func (d Disposition) check() error {
	if d.FinalRecipient == "" {
		return errors.New("message: a disposition without final recipient (RFC 8098 §3.2.4)")
	}
	for _, address := range [...]string{d.FinalRecipient, d.OriginalRecipient} {
		if err := checkRecipient(address); err != nil {
			return err
		}
	}
	if d.OriginalMessageID != "" && !isID(d.OriginalMessageID) {
		return fmt.Errorf("message: Original-Message-ID: %s is no identifier", excerpt(d.OriginalMessageID))
	}
	if d.Mode != manualAction && d.Mode != automaticAction {
		return fmt.Errorf("message: %s is no action mode (RFC 8098 §3.2.6.1)", excerpt(d.Mode))
	}
	if d.Sending != sentManually && d.Sending != sentAutomatic {
		return fmt.Errorf("message: %s is no sending mode (RFC 8098 §3.2.6.1)", excerpt(d.Sending))
	}
	switch d.Type {
	case "displayed", "deleted", "dispatched", "processed":
	default:
		return fmt.Errorf("message: %s is no disposition type (RFC 8098 §3.2.6.2)", excerpt(d.Type))
	}
	if d.Modifier != "" && d.Modifier != "error" {
		return fmt.Errorf("message: %s is no disposition modifier (RFC 8098 §3.2.6.3)", excerpt(d.Modifier))
	}
	return nil
}

// Disposition reads a disposition notification; false when m is none. Words come
// in the case of RFC 8098. The text of an error is also found where the MDM volet of
// the CI-SIS puts it: "processed/Error: 902^Patient inconnu".
func (m *Message) Disposition() (Disposition, bool) {
	p := m.report("disposition-notification")
	if p == nil {
		return Disposition{}, false
	}
	body, _ := p.Decode() // with an error, what could be read
	groups := fieldGroups(body)
	if len(groups) == 0 || !groups[0].Has("Disposition") {
		return Disposition{}, false
	}
	h := groups[0]
	d := Disposition{
		ReportingUA:       h.Get("Reporting-UA"),
		OriginalRecipient: h.recipientAddress("Original-Recipient"),
		FinalRecipient:    h.recipientAddress("Final-Recipient"),
		Error:             h.Get("Error"),
	}
	if ids := h.IDs("Original-Message-ID"); len(ids) > 0 {
		d.OriginalMessageID = ids[0]
	}

	modes, kind, _ := strings.Cut(h.Get("Disposition"), ";")
	mode, sending, _ := strings.Cut(modes, "/")
	d.Mode = canonicalWord(mode, manualAction, automaticAction)
	d.Sending = canonicalWord(sending, sentManually, sentAutomatic)
	kind, modifier, _ := strings.Cut(kind, "/")
	d.Type = canonicalWord(kind)
	modifier, text, _ := strings.Cut(modifier, ":")
	d.Modifier = canonicalWord(modifier)
	if d.Error == "" {
		d.Error = strings.TrimSpace(text)
	}
	return d, d.Type != ""
}

// canonicalWord trims a word and gives it the case of the one that it is; lower
// case otherwise.
func canonicalWord(s string, known ...string) string {
	s = strings.TrimSpace(s)
	for _, k := range known {
		if strings.EqualFold(s, k) {
			return k
		}
	}
	return strings.ToLower(s)
}
