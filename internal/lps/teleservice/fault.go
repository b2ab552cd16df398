package teleservice

import (
	"encoding/xml"
	"errors"
	"fmt"
	"strings"
)

// An Error is a SOAP fault of a téléservice.
type Error struct {
	Status   int    // HTTP status
	Code     string // "Sender" or "Receiver"
	Siram    string // class of the error: "siram_40"
	Detail   string // code of the layer that refuses: "desir_550", "insi_102"
	Severity string // as sent: "erreur", "fatale", "fatal"…
	Reason   string // the text for the user
	Text     string // the technical text
	Message  string // identifier of the message, where the layer repeats it
}

// Error describes the fault in one line.
func (e *Error) Error() string {
	s := fmt.Sprintf("HTTP %d", e.Status)
	for _, part := range []string{e.Code, e.Siram, e.Detail} {
		if part != "" {
			s += " " + part
		}
	}
	for _, text := range []string{e.Reason, e.Text} {
		if text != "" {
			s += ": " + text
		}
	}
	return s
}

// Code returns the detail code of the fault within err ("insi_102"), else its
// class, else empty.
func Code(err error) string {
	var e *Error
	switch {
	case !errors.As(err, &e):
		return ""
	case e.Detail != "":
		return e.Detail
	}
	return e.Siram
}

// IsFault tells whether err holds a SOAP fault.
func IsFault(err error) bool {
	var e *Error
	return errors.As(err, &e)
}

// readFault decodes a fault. Codes are QNames: prefixes differ between the two
// layers and mean nothing to who reads.
func readFault(d *xml.Decoder, start xml.StartElement, status int) error {
	var f struct {
		Value   string   `xml:"Code>Value"`
		Subcode string   `xml:"Code>Subcode>Value"`
		Reason  []string `xml:"Reason>Text"`
		Detail  *struct {
			Code     string `xml:"code,attr"`
			Severity string `xml:"severite,attr"`
			Message  string `xml:"messageID,attr"`
			Text     string `xml:",chardata"`
		} `xml:"Detail>Erreur"`
	}
	if err := d.DecodeElement(&f, &start); err != nil {
		return fmt.Errorf("HTTP %d with an unreadable fault: %w", status, err)
	}
	e := &Error{Status: status, Code: local(f.Value), Siram: local(f.Subcode), Reason: strings.TrimSpace(strings.Join(f.Reason, " / "))}
	if f.Detail != nil {
		e.Detail, e.Severity, e.Message = f.Detail.Code, f.Detail.Severity, f.Detail.Message
		e.Text = strings.TrimSpace(f.Detail.Text)
	}
	return e
}

// local is a QName without its prefix.
func local(qname string) string {
	qname = strings.TrimSpace(qname)
	return qname[strings.IndexByte(qname, ':')+1:]
}
