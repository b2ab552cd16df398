package soap

import "strings"

// The codes of SOAP 1.2 Part 1 §5.4.6.
const (
	Sender         = "Sender"
	Receiver       = "Receiver"
	MustUnderstand = "MustUnderstand"
	CodeVersion    = "VersionMismatch"
)

// A Fault is a SOAP 1.2 fault.
type Fault struct {
	// Code is Sender, Receiver, MustUnderstand or VersionMismatch.
	Code string
	// Subcodes are nested in their order. One in the namespace NS takes the
	// prefix of the fault; another is declared on its Value under its Prefix.
	Subcodes []QName
	// Reasons are the texts; at least one.
	Reasons []Reason
	// Detail is the inside of soap:Detail, well-formed XML with its own
	// namespace declarations; empty leaves the element out.
	Detail string
}

// A QName is a name with the prefix it is written with.
type QName struct {
	Name
	Prefix string
}

// A Reason is a text in a language (xml:lang).
type Reason struct {
	Lang, Text string
}

// EncodeFault writes a fault in an envelope.
func EncodeFault(s Style, f Fault) []byte {
	p := s.withDefaults().Fault + ":"
	var b strings.Builder
	el := func(name, inner string) { b.WriteString("<" + p + name + ">" + inner + "</" + p + name + ">") }
	b.WriteString("<" + p + "Fault><" + p + "Code>")
	el("Value", p+f.Code)
	for _, q := range f.Subcodes {
		b.WriteString("<" + p + "Subcode>")
		if q.Space == NS {
			el("Value", p+Escape(q.Local))
			continue
		}
		b.WriteString("<" + p + "Value xmlns:" + q.Prefix + `="` + Escape(q.Space) + `">` + q.Prefix + ":" + Escape(q.Local) + "</" + p + "Value>")
	}
	b.WriteString(strings.Repeat("</"+p+"Subcode>", len(f.Subcodes)))
	b.WriteString("</" + p + "Code><" + p + "Reason>")
	for _, r := range f.Reasons {
		b.WriteString("<" + p + `Text xml:lang="` + Escape(r.Lang) + `">` + Escape(r.Text) + "</" + p + "Text>")
	}
	b.WriteString("</" + p + "Reason>")
	if f.Detail != "" {
		el("Detail", f.Detail)
	}
	b.WriteString("</" + p + "Fault>")
	return s.fault([]byte(b.String()))
}
