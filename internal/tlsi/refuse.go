package tlsi

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/segursim/segursim/internal/sim"
	"github.com/segursim/segursim/internal/soap"
)

// unreadable is the fault for a message that is not an envelope.
func (d *Door) unreadable(err error) *Fault {
	f := d.option("message")
	var p *soap.Problem
	if !errors.As(err, &p) {
		return Internal(err)
	}
	fr, en := p.FR, p.EN
	if p.Line > 0 {
		fr = "ligne " + strconv.Itoa(p.Line) + " : " + fr
		en = "line " + strconv.Itoa(p.Line) + ": " + en
	}
	switch p.Kind {
	case soap.VersionMismatch:
		f.SOAP = soap.CodeVersion
	case soap.TooLarge:
		f.HTTP = http.StatusRequestEntityTooLarge
	}
	f.Err = p.Err
	return f.Because(cause("message."+string(p.Kind), "Message refusé : "+fr+".", "Message refused: "+en+".", "SOAP 1.2 Part 1"))
}

// fromError makes a fault of what the director wants.
func (d *Door) fromError(e *sim.Error) *Fault {
	f, ok := d.Known(e.Code)
	if !ok {
		f, _ = d.Known("desir_1020")
	}
	if e.Text != "" {
		f.Text = e.Text
	}
	if e.Status != 0 {
		f.HTTP = e.Status
	}
	f.Cause, f.Err = e.Cause, e.Err
	return &f
}

// refuse writes a fault, in the journal and to the peer.
func (d *Door) refuse(c echo.Context, r *Request, f *Fault) error {
	status := f.HTTP
	if status == 0 {
		status = http.StatusInternalServerError // SOAP 1.2 Part 2 §7.5.2.2; all seen faults
	}
	r.Exchange.Refuse(&sim.Error{Kind: f.kind(), Status: status, Code: f.Code, Text: f.Text, Cause: f.Cause, Err: f.Err})
	r.Exchange.Fact("siram", map[string]any{"layer": string(f.Layer), "siram": f.Siram, "code": f.Code, "severity": f.Severity})
	if f.broken {
		d.world.Log.ErrorContext(r.Context, "tlsi", "op", r.Exchange.Entry.Op, "error", f.Err)
	}
	messageID := ""
	if r.Envelope != nil {
		messageID = r.Envelope.MessageID
	}
	if status == http.StatusRequestEntityTooLarge {
		c.Response().Header().Set("Connection", "close") // the rest is not read
	}
	return write(c, status, d.encode(f, messageID))
}

// kind classes a fault for the journal.
func (f *Fault) kind() sim.Kind {
	switch {
	case f.broken:
		return sim.Internal
	case f.HTTP == http.StatusRequestEntityTooLarge:
		return sim.TooLarge
	case f.SOAP == soap.Receiver:
		return sim.Unavailable
	case f.Siram == "siram_100":
		return sim.Forbidden
	}
	return sim.BadRequest
}

// encode writes a fault in the voice of its layer: prefixes, language and the
// order of attributes are those seen on the wire.
func (d *Door) encode(f *Fault, messageID string) []byte {
	style, _ := d.config.style()
	lang := "fr"
	style.Fault = "soap"
	if f.Layer != Gateway {
		lang, style.Fault = "en", "S"
	}
	code, reason := f.SOAP, f.Reason
	if code == "" {
		code = soap.Sender
	}
	if reason == "" {
		reason = f.Text
	}
	return soap.EncodeFault(style, soap.Fault{
		Code:     code,
		Subcodes: []soap.QName{{Name: soap.Name{Space: soap.NS, Local: f.Siram}}},
		Reasons:  []soap.Reason{{Lang: lang, Text: reason}},
		Detail:   d.detail(f, messageID),
	})
}

// detail writes the inside of soap:Detail.
func (d *Door) detail(f *Fault, messageID string) string {
	code, severity, text := soap.Escape(f.Code), soap.Escape(f.Severity), soap.Escape(f.Text)
	if d.config.FaultDetail == "guide" {
		return "<Code>" + code + "</Code><Severite>" + severity + "</Severite><Descriptif>" + text + "</Descriptif>"
	}
	var b strings.Builder
	if f.Layer == Gateway {
		b.WriteString(`<siram:Erreur xmlns:siram="urn:siram" code="` + code + `"`)
		if messageID != "" {
			b.WriteString(` messageID="` + soap.Escape(messageID) + `"`)
		}
		b.WriteString(` severite="` + severity + `">`)
	} else {
		b.WriteString(`<siram:Erreur severite="` + severity + `" code="` + code + `" xmlns:siram="urn:siram">`)
	}
	return b.String() + text + "</siram:Erreur>"
}
