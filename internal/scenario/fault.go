package scenario

// A Fault spoils calls of an operation. Its exported fields are keys of YAML
// and JSON; those after Effect are answers only.
type Fault struct {
	ID      string `json:"id,omitempty"`      // made when left out: "f1"
	Service string `json:"service,omitempty"` // needed, but for tls
	Op      string `json:"op,omitempty"`      // empty: any operation of the service
	// Where is a condition over what the operation understood before it acts:
	// not its status, outcome or fault, which are not known yet.
	Where string `json:"where,omitempty"`
	// Times is how often it fires; 0 means always.
	Times int `json:"times,omitempty"`
	// After skips that many matching calls first.
	After int `json:"after,omitempty"`
	// Probability is the share of matching calls it fires for, above 0 and up
	// to 1; 0 means every one.
	Probability float64 `json:"probability,omitempty"`
	Effect      Effect  `json:"effect"`

	// Origin says who set it: "api", "file:NAME", "run:ID", "chaos".
	Origin string `json:"origin,omitempty"`
	// Seen counts matching calls, Hits those it fired for.
	Seen uint64 `json:"seen,omitempty"`
	Hits uint64 `json:"hits,omitempty"`
	// Spent says that it fired as often as it may.
	Spent bool `json:"spent,omitempty"`
}

// An Effect is what a fault does: exactly one of its fields, or Delay and one
// other.
//
//	delay     wait, in simulated time, then go on
//	error     the operation refuses, with a code of its own table
//	http      a proxy answers instead of the service
//	drop      act, then close without an answer
//	reset     act, then reset the connection
//	truncate  announce the whole body, send a part of it
//	garble    flip bytes of the body
//	tls       show a bad server certificate at the handshake: expired, revoked,
//	          wrong-host, unknown-ca
//	patch     replace named fields of the answer; null removes one
type Effect struct {
	Delay    Duration        `json:"delay,omitzero"`
	Error    *ErrorEffect    `json:"error,omitempty"`
	HTTP     *HTTPEffect     `json:"http,omitempty"`
	Drop     bool            `json:"drop,omitempty"`
	Reset    bool            `json:"reset,omitempty"`
	Truncate *TruncateEffect `json:"truncate,omitempty"`
	Garble   bool            `json:"garble,omitempty"`
	TLS      string          `json:"tls,omitempty"`
	Patch    map[string]any  `json:"patch,omitempty"`
}

// An ErrorEffect is a refusal in the operation's own protocol.
type ErrorEffect struct {
	Code   string `json:"code"`             // one of sim.Op.Codes
	Status int    `json:"status,omitempty"` // the protocol's; 0 lets the service choose
	Text   string `json:"text,omitempty"`   // the protocol's text
}

// An HTTPEffect is a bare answer.
type HTTPEffect struct {
	Status     int      `json:"status"` // 200 to 599
	RetryAfter Duration `json:"retry_after,omitzero"`
	Body       string   `json:"body,omitempty"`
}

// A TruncateEffect says where to cut; 0 bytes is half of the body.
type TruncateEffect struct {
	Bytes int `json:"bytes,omitempty"`
}

// names lists the effects that are set, Delay apart.
func (e Effect) names() []string {
	var out []string
	for _, x := range []struct {
		name string
		set  bool
	}{
		{"error", e.Error != nil},
		{"http", e.HTTP != nil},
		{"drop", e.Drop},
		{"reset", e.Reset},
		{"truncate", e.Truncate != nil},
		{"garble", e.Garble},
		{"tls", e.TLS != ""},
		{"patch", len(e.Patch) > 0},
	} {
		if x.set {
			out = append(out, x.name)
		}
	}
	return out
}
