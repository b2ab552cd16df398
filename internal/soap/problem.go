package soap

import "strconv"

// Kind classes a Problem.
type Kind string

// The kinds.
const (
	TooLarge        Kind = "too-large"        // more bytes than Limits.Bytes
	TooDeep         Kind = "too-deep"         // deeper than Limits.Depth
	TooMany         Kind = "too-many"         // more nodes than Limits.Nodes
	Forbidden       Kind = "forbidden"        // a DTD, or a processing instruction in the envelope
	Malformed       Kind = "malformed"        // not well-formed, or names without namespace
	Encoding        Kind = "encoding"         // an encoding that is not read
	VersionMismatch Kind = "version-mismatch" // SOAP 1.1, or not an envelope
	Invalid         Kind = "invalid"          // well-formed XML that SOAP does not allow
	Addressing      Kind = "addressing"       // a WS-Addressing header given twice
	Unread          Kind = "unread"           // the peer did not send all of it
)

// A Problem says why a message is not an envelope.
type Problem struct {
	Kind Kind
	// Line is where, from 1; 0 when it is nowhere in particular.
	Line int
	// FR and EN say what was found and what was expected.
	FR, EN string
	// Err is the decoder's own error, nil mostly.
	Err error
}

// Error says it in English.
func (p *Problem) Error() string {
	s := "soap: "
	if p.Line > 0 {
		s += "line " + strconv.Itoa(p.Line) + ": "
	}
	return s + p.EN
}

// Unwrap returns the decoder's error.
func (p *Problem) Unwrap() error { return p.Err }
