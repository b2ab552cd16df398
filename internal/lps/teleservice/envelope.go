package teleservice

import (
	"fmt"
	"time"
)

// The namespaces of an envelope.
const (
	nsSOAP = "http://www.w3.org/2003/05/soap-envelope"
	nsWSA  = "http://www.w3.org/2005/08/addressing"
	nsWSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
	nsBAM  = "urn:siram:bam:ctxbam"
	nsLPS  = "urn:siram:lps:ctxlps"
	nsSAML = "urn:oasis:names:tc:SAML:2.0:assertion"
)

// A Message is one call.
type Message struct {
	Action string // wsa:Action, and the action parameter of the content type
	Body   Element
	// Coverage is what ContexteBAM says of the insured person (element
	// COUVERTURE); nil leaves the whole header out, for services without it.
	Coverage *Coverage
	// Proofs are assertions of the patient, as XML: after the professional's.
	Proofs []string
}

// A Coverage is the insured person and the beneficiary of a carte Vitale. The
// zero value is the empty element that a search by traits sends.
type Coverage struct {
	Insured     string // number of the insured person, 13 characters
	Beneficiary string // certified number of the beneficiary, 13 characters
	Born        string // as the card has it: 1976-07-14
	Rank        string // among twins: "1"
}

func (v Coverage) element() Element {
	cover := E("ctxbam:COUVERTURE")
	if v.Insured != "" {
		cover.Children = append(cover.Children, E("ctxbam:ASSURE", E("ctxbam:Id", T("ctxbam:Num", v.Insured))))
	}
	if v.Beneficiary+v.Born+v.Rank != "" {
		who := E("ctxbam:BENEFICIAIRE")
		if v.Beneficiary != "" {
			who.Children = append(who.Children, E("ctxbam:Nir", T("ctxbam:Num", v.Beneficiary)))
		}
		who.Children = append(who.Children, Opt("ctxbam:DateNai", v.Born), Opt("ctxbam:Rang", v.Rank))
		cover.Children = append(cover.Children, who)
	}
	return cover
}

// envelope writes a message, and returns its identifier.
func (c *Client) envelope(m Message, now time.Time) (doc, id string, err error) {
	var ids [3]string
	for i := range ids {
		if ids[i], err = c.uuid(); err != nil {
			return "", "", err
		}
	}
	security, err := c.security(m, now)
	if err != nil {
		return "", "", err
	}
	id = "uuid:" + ids[0]
	at := now.UTC().Format("2006-01-02T15:04:05.000Z")
	header := E("soap:Header")
	if m.Coverage != nil {
		header.Children = append(header.Children, E("ctxbam:ContexteBAM",
			T("ctxbam:Id", ids[1]), T("ctxbam:Temps", at), Opt("ctxbam:Emetteur", c.cfg.Emitter), m.Coverage.element(),
		).With("Version", "01_02").With("Nature", "CTXBAM").With("xmlns:ctxbam", nsBAM))
	}
	s := c.cfg.Software
	lps := E("ctxlps:LPS", Element{}, Opt("ctxlps:Version", s.Version), Opt("ctxlps:Instance", s.Instance), Opt("ctxlps:Nom", s.Name))
	if s.IDAM != "" {
		lps.Children[0] = T("ctxlps:IDAM", s.IDAM).With("R", "4")
	}
	header.Children = append(header.Children, E("ctxlps:ContexteLPS",
		T("ctxlps:Id", ids[2]), T("ctxlps:Temps", at), Opt("ctxlps:Emetteur", c.cfg.Emitter), lps,
	).With("Nature", "CTXLPS").With("Version", "01_00").With("xmlns:ctxlps", nsLPS))
	header.Children = append(header.Children, T("wsa:Action", m.Action), T("wsa:MessageID", id), security)
	env := E("soap:Envelope", header, E("soap:Body", m.Body)).With("xmlns:soap", nsSOAP).With("xmlns:wsa", nsWSA)
	return `<?xml version="1.0" encoding="UTF-8"?>` + env.String(), id, nil
}

// security is the header with the assertions: the professional's first. There
// is none in a call that mutual TLS identifies.
func (c *Client) security(m Message, now time.Time) (Element, error) {
	var raw string
	if c.cfg.Card != nil {
		id, err := c.uuid()
		if err != nil {
			return Element{}, err
		}
		a, err := c.cfg.Card.Assertion("_"+id, now, c.cfg.Practice)
		if err != nil {
			return Element{}, fmt.Errorf("teleservice: assertion: %w", err)
		}
		raw = a
	}
	for _, p := range m.Proofs {
		raw += p
	}
	if raw == "" {
		return Element{}, nil
	}
	return Element{Name: "wsse:Security", Attrs: []string{"xmlns:wsse", nsWSSE}, Raw: raw}, nil
}
