// Package soap reads and writes SOAP 1.2 envelopes with WS-Addressing headers.
//
// Specifications: SOAP 1.2 Part 1 (W3C, 27 April 2007), WS-Addressing 1.0 Core
// and SOAP Binding, XML 1.0 and Namespaces in XML 1.0.
//
//	Read, Decode     bytes to an Envelope, or a *Problem that says what is wrong
//	Style            how an envelope is written: the prefixes of each part
//	EncodeEnvelope   a body to bytes
//	EncodeFault      a Fault to bytes
//	Escape           text for the inside of an element or of an attribute
//
// A message is read whole but bounded: Limits caps its bytes (nothing beyond is
// read), its depth and its number of nodes. A DTD is refused where it starts, so
// that no entity is ever declared, expanded or fetched; names must be in declared
// namespaces; an attribute given twice is refused even under two prefixes. Any
// prefix, header order, white space and comment is accepted.
//
// # Limits
//
// UTF-8, US-ASCII and ISO-8859-1 only. Attachments (MTOM) are another package's.
// A literal line break or tab inside an attribute's value is kept, where XML 1.0
// §3.3.3 makes a space of it: the decoder below does not tell it from a reference.
//
// The package keeps no state.
package soap

// The namespaces.
const (
	NS   = "http://www.w3.org/2003/05/soap-envelope"
	NS11 = "http://schemas.xmlsoap.org/soap/envelope/"
	WSA  = "http://www.w3.org/2005/08/addressing"
	WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
)

// MediaType is the media type of SOAP 1.2 messages (RFC 3902).
const MediaType = "application/soap+xml"

// A Name is an expanded name: namespace and local part.
type Name struct {
	Space, Local string
}

// String writes {namespace}local.
func (n Name) String() string {
	if n.Space == "" {
		return n.Local
	}
	return "{" + n.Space + "}" + n.Local
}
