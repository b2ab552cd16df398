package reading

import (
	"fmt"

	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/internal/sim"
)

// A refusal is a tagged NO or BAD, or a BYE.
type refusal struct {
	status string // "NO", "BAD", "BYE"
	code   string // response code without brackets; may be empty
	text   string
	kind   sim.Kind
	cause  journal.Cause
	fault  bool // a fault asks for it
}

// bad refuses what is not the protocol's.
func bad(text string) *refusal { return &refusal{status: "BAD", text: text, kind: sim.BadRequest} }

// no refuses what cannot be done.
func no(code, text string) *refusal {
	return &refusal{status: "NO", code: code, text: text, kind: kindOf(code)}
}

// because gives the cause that the journal shows.
func (r *refusal) because(rule, fr, en, ref string) *refusal {
	r.cause = journal.Cause{Rule: "mssante.imap." + rule, Text: journal.Text{FR: fr, EN: en}, Ref: ref}
	return r
}

// Error makes a refusal an error.
func (r *refusal) Error() string { return r.status + " " + r.coded() }

// coded is the response code and the text.
func (r *refusal) coded() string {
	if r.code == "" {
		return r.text
	}
	return "[" + r.code + "] " + r.text
}

// line is the answer to a command.
func (r *refusal) line(tag string) string {
	if tag == "" || r.status == "BYE" {
		tag = "*"
	}
	return tag + " " + r.status + " " + r.coded() + "\r\n"
}

// asError is the refusal for the journal.
func (r *refusal) asError() *sim.Error {
	code := r.code
	if code == "" {
		code = r.status
	}
	return &sim.Error{Kind: r.kind, Code: code, Text: r.text, Cause: r.cause}
}

// kindOf classes a response code (RFC 5530).
func kindOf(code string) sim.Kind {
	switch code {
	case "AUTHENTICATIONFAILED", "EXPIRED":
		return sim.Unauthorized
	case "AUTHORIZATIONFAILED", "NOPERM", "PRIVACYREQUIRED", "CANNOT", "USEATTR", "READ-ONLY":
		return sim.Forbidden
	case "NONEXISTENT", "TRYCREATE":
		return sim.NotFound
	case "ALREADYEXISTS", "INUSE", "HASCHILDREN", "EXPUNGEISSUED":
		return sim.Conflict
	case "TOOBIG", "OVERQUOTA", "LIMIT":
		return sim.TooLarge
	case "UNAVAILABLE":
		return sim.Unavailable
	case "SERVERBUG":
		return sim.Internal
	}
	return sim.BadRequest
}

// tooBig refuses a message that APPEND does not take (RFC 7889 §4).
func tooBig(size, limit int64) *refusal {
	return no("TOOBIG", fmt.Sprintf("Message of %d bytes is larger than the %d bytes allowed", size, limit)).because("too-big",
		fmt.Sprintf("Le message fait %d octets, la limite est de %d octets.", size, limit),
		fmt.Sprintf("The message is %d bytes long, the limit is %d bytes.", size, limit), "RFC 7889 §4, REM MSS/va1.13")
}

// refusalOf turns a refusal of another package, or of a fault, into one of IMAP.
func refusalOf(e *sim.Error) *refusal {
	r := &refusal{status: "NO", code: e.Code, text: e.Text, kind: e.Kind, cause: e.Cause}
	if !knownCode(r.code) {
		r.code = codeOf(e.Kind)
	}
	switch r.code {
	case "BAD", "BYE":
		r.status, r.code = r.code, ""
	}
	if r.text == "" {
		r.text = textOf(r.code)
	}
	return r
}

// codeOf is the response code of a kind (RFC 5530 §3).
func codeOf(k sim.Kind) string {
	switch k {
	case sim.BadRequest:
		return "BAD"
	case sim.Unauthorized:
		return "AUTHENTICATIONFAILED"
	case sim.Forbidden:
		return "AUTHORIZATIONFAILED"
	case sim.NotFound:
		return "NONEXISTENT"
	case sim.Conflict:
		return "INUSE"
	case sim.TooLarge:
		return "LIMIT"
	case sim.Unavailable:
		return "UNAVAILABLE"
	}
	return "SERVERBUG"
}

// textOf is what goes with a response code when nobody says more.
func textOf(code string) string {
	switch code {
	case "SERVERBUG":
		return "Internal error" // as seen on a real operator's MOVE
	case "OVERQUOTA":
		return "Quota exceeded"
	case "UNAVAILABLE":
		return "Temporarily unavailable"
	case "INUSE":
		return "Mailbox is in use"
	case "LIMIT":
		return "A limit of the server is reached"
	case "TOOBIG":
		return "Message is too large"
	case "TRYCREATE":
		return "Mailbox does not exist, it can be created"
	case "NONEXISTENT":
		return "No such mailbox"
	case "ALERT":
		return "Maintenance of the messaging is under way"
	case "AUTHENTICATIONFAILED":
		return "Authentication failed"
	case "AUTHORIZATIONFAILED":
		return "This mailbox is not open to you"
	case "EXPIRED":
		return "The token has expired"
	case "":
		return "Refused"
	}
	return "Refused: " + code
}
