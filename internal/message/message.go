package message

import "time"

// A Message is a message that was read. Raw is never changed.
type Message struct {
	Raw []byte
	*Part
	// Problems are what is malformed, in the order met; the message could be
	// read nevertheless.
	Problems []Problem
}

// A Part is a MIME entity: a message's root, or one part of a multipart.
type Part struct {
	Header Header
	// MediaType is the type in lower case: "multipart/mixed"; "text/plain" where
	// the header says nothing (RFC 2045 §5.2).
	MediaType string
	Params    map[string]string // of Content-Type: names in lower case
	// Disposition is "attachment", "inline" or empty; Filename is decoded
	// (RFC 2231, RFC 2047, and the "name" parameter of old clients).
	Disposition string
	Filename    string
	Encoding    string // Content-Transfer-Encoding in lower case; "7bit" by default
	// Start is where the header begins in Raw, Content where the body begins and
	// End where it ends.
	Start, Content, End int
	// Parts are those of a multipart; Nested the message of a message/rfc822.
	Parts  []*Part
	Nested *Part

	raw []byte
}

// A Header is a header's fields, in their order.
type Header []Field

// A Field is one header field.
type Field struct {
	Name string // as written
	// Raw is the whole field with its folding and its last CRLF.
	Raw    []byte
	Offset int // of Raw in the message
}

// An Address is a mailbox: display name, decoded, and address.
type Address struct {
	Name    string
	Address string
}

// A Problem is something malformed.
type Problem struct {
	Offset int // in Raw; -1 for the message as a whole
	// Code is stable: "header-line", "boundary", "base64", "encoding", "depth",
	// "bare-lf", "bare-cr", "line-length", "date", "address", "charset".
	Code string
	Text string // in English, with the value at fault
}

// A Draft is a message to write.
type Draft struct {
	From, ReplyTo Address
	To, Cc        []Address
	Subject       string
	Date          time.Time
	MessageID     string // without angle brackets
	InReplyTo     string
	References    []string
	// Notify asks for a disposition notification to this address.
	Notify string
	// Extra are further header fields, in their order: name and value.
	Extra [][2]string
	// Text and HTML are the body, UTF-8: text/plain alone, or
	// multipart/alternative when both are there.
	Text, HTML  string
	Attachments []Attachment
	// Boundary makes multipart boundaries; it must not repeat. nil derives them
	// from MessageID.
	Boundary func() string
}

// An Attachment is a file that goes with a Draft.
type Attachment struct {
	Name      string // "IHE_XDM.zip"
	MediaType string // "application/zip"
	Inline    bool
	Content   []byte
}
