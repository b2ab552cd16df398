package journal

import (
	"net/http"
	"time"
)

// An Entry is one exchange of one protocol, or one event of the simulated
// world (a person approves on the phone, a fault is set).
type Entry struct {
	// Seq numbers the entries of a log from 1; Append sets it.
	Seq uint64 `json:"seq"`
	// ID is the exchange's request id, sent to the peer where the protocol has
	// a place for it.
	ID string `json:"id,omitempty"`
	// Time is when the exchange began, in simulated time.
	Time time.Time `json:"time"`
	// Duration is how long it took, in real nanoseconds.
	Duration time.Duration `json:"duration"`
	// Transport is "https", "http", "tls" (a handshake that failed), "smtp",
	// "imap", "mllp", "dns", or "event".
	Transport string `json:"transport"`
	// Service and Op name the operation, as the services declare them; Op is
	// empty where nothing answers.
	Service string `json:"service,omitempty"`
	Op      string `json:"op,omitempty"`
	// Provenance is what is known of the operation: confirmed, inferred, invented.
	Provenance string `json:"provenance,omitempty"`
	// Status is the protocol's status code; 0 where it has none.
	Status int `json:"status"`
	// Outcome says how it ended.
	Outcome Outcome `json:"outcome"`
	// Summary is one line for a list.
	Summary string `json:"summary,omitempty"`
	// Facts are what was decoded, by dotted group: {"form": {"acr_values": "eidas1"}}.
	// Values are strings, booleans, int64, float64, and slices and maps of those.
	Facts map[string]any `json:"facts,omitempty"`
	// Causes say why it was refused, or what was noticed, and cite the rules.
	Causes []Cause `json:"causes,omitempty"`
	// Fault is the id of the fault that fired; empty mostly.
	Fault string `json:"fault,omitempty"`
	// Peer is who called.
	Peer Peer `json:"peer"`
	// Request and Response are the raw bytes of both directions.
	Request  Message `json:"request"`
	Response Message `json:"response"`
}

// Outcome is how an exchange ended.
type Outcome string

// The outcomes.
const (
	OK      Outcome = "ok"      // answered as asked
	Refused Outcome = "refused" // refused by a rule of the real service
	Faulted Outcome = "fault"   // changed or cut by a fault that somebody set
	Failed  Outcome = "failed"  // the simulator itself went wrong
	Event   Outcome = "event"   // not an exchange
)

// Text is a sentence in both of the console's languages.
type Text struct {
	FR string `json:"fr"`
	EN string `json:"en"`
}

// A Cause explains a refusal or a remark.
type Cause struct {
	// Rule is a stable identifier, such as "psc.acr-values".
	Rule string `json:"rule"`
	// Text says what happened and what was expected.
	Text Text `json:"text"`
	// Ref cites the specification: "OIDC CIBA Core 1.0 §11", "EX PSC 16".
	Ref string `json:"ref,omitempty"`
}

// Peer is the other end.
type Peer struct {
	Addr string `json:"addr,omitempty"`
	TLS  *TLS   `json:"tls,omitempty"`
}

// TLS is what was agreed on, and the client's certificate when it showed one.
type TLS struct {
	Version    string `json:"version"`
	Cipher     string `json:"cipher"`
	ServerName string `json:"server_name,omitempty"`
	// Subject, Issuer and Serial are of the client's certificate.
	Subject string `json:"subject,omitempty"`
	Issuer  string `json:"issuer,omitempty"`
	Serial  string `json:"serial,omitempty"`
	// SHA256 is the client certificate's thumbprint in lower-case hexadecimal.
	SHA256 string `json:"sha256,omitempty"`
	// Problem says why the certificate would not be accepted; empty when it would.
	Problem string `json:"problem,omitempty"`
}

// A Message is one direction of an exchange.
type Message struct {
	// Head is the start line and the header, as they were on the wire.
	Head []byte `json:"head,omitempty"`
	// Rebuilt says that Head was written from the parsed header: its order and
	// case may differ from the wire.
	Rebuilt bool `json:"rebuilt,omitempty"`
	// Body is the body, or its first part when it was larger than the log keeps.
	Body []byte `json:"body,omitempty"`
	// Size is the whole body's length in bytes.
	Size int64 `json:"size"`
	// SHA256 is the whole body's, in hexadecimal, when Body is only a part.
	SHA256 string `json:"sha256,omitempty"`
	// Header is the parsed header of an HTTP message.
	Header http.Header `json:"header,omitempty"`
}

// Truncated tells whether the log kept only a part of the body.
func (m Message) Truncated() bool { return int64(len(m.Body)) < m.Size }

// Fact returns the fact at a dotted path ("form.acr_values"), or nil.
func (e *Entry) Fact(path string) any {
	var v any = e.Facts
	for path != "" {
		m, ok := v.(map[string]any)
		if !ok {
			return nil
		}
		if whole, ok := m[path]; ok { // a fact's own name may hold a dot
			return whole
		}
		head, rest, more := cut(path)
		v = m[head]
		if !more {
			return v
		}
		path = rest
	}
	return v
}

func cut(path string) (head, rest string, more bool) {
	for i := range len(path) {
		if path[i] == '.' {
			return path[:i], path[i+1:], true
		}
	}
	return path, "", false
}
