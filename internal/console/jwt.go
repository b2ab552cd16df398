package console

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"regexp"
	"strings"
	"time"

	"github.com/segursim/segursim/internal/journal"
)

// Limits of what one exchange's page decodes.
const (
	maxTokens   = 24
	maxTokenLen = 64 << 10
)

// A tokenView is a JWT found in an exchange, decoded and not verified.
type tokenView struct {
	Where  journal.Text // where it was found first
	Header string       // JSON, indented, in its own order
	Claims string
	Times  []tokenTime
	Sealed bool   // a JWE: its content is encrypted
	None   bool   // alg none, or no signature at all
	Raw    string // as found
}

// A tokenTime is a claim that holds an instant.
type tokenTime struct {
	Claim string
	At    time.Time
	Past  bool
	Away  time.Duration // distance from the simulated time, positive
}

// tokens finds the JWTs of both directions: in headers, in forms and queries, in
// JSON, in any text. Each is shown once.
func tokens(e *journal.Entry, now time.Time) []tokenView {
	// eyJ is base64url of {", which every JOSE header begins with (RFC 7515 §3.1).
	shape := regexp.MustCompile(`eyJ[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]*){2,4}`)
	var out []tokenView
	seen := map[string]bool{}
	look := func(where journal.Text, b []byte) {
		for _, m := range shape.FindAll(b, maxTokens) {
			s := string(m)
			if seen[s] || len(s) > maxTokenLen || len(out) >= maxTokens {
				continue
			}
			seen[s] = true
			if v, ok := decodeToken(s, now); ok {
				v.Where = where
				out = append(out, v)
			}
		}
	}
	for _, side := range []struct {
		name journal.Text
		m    *journal.Message
	}{
		{journal.Text{FR: "requête", EN: "request"}, &e.Request},
		{journal.Text{FR: "réponse", EN: "response"}, &e.Response},
	} {
		at := func(what string) journal.Text {
			return journal.Text{FR: side.name.FR + " · " + what, EN: side.name.EN + " · " + what}
		}
		h := parseHead(side.m.Head)
		look(at("URL"), []byte(h.Second))
		for _, l := range h.Lines {
			look(at(l.Name), []byte(l.Value))
		}
		for _, f := range fields(h, side.m.Body) {
			look(at(f.Name), []byte(f.Value))
		}
		look(at("corps/body"), side.m.Body)
	}
	return out
}

// fields names the values of a form or of a JSON object, so that a token is shown
// under the name of what holds it.
func fields(h httpHead, body []byte) []harPair {
	kind := strings.ToLower(h.get("Content-Type"))
	switch {
	case strings.HasPrefix(kind, "application/x-www-form-urlencoded"):
		return formPairs(string(body))
	case strings.Contains(kind, "json"):
		var object map[string]json.RawMessage
		if json.Unmarshal(body, &object) != nil {
			return nil
		}
		var out []harPair
		for _, name := range orderedKeys(body) {
			out = append(out, harPair{name, string(object[name])})
		}
		return out
	}
	return nil
}

// orderedKeys lists the keys of a JSON object in their order.
func orderedKeys(b []byte) []string {
	var out []string
	d := json.NewDecoder(bytes.NewReader(b))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil
	}
	for d.More() {
		t, err := d.Token()
		key, ok := t.(string)
		if err != nil || !ok {
			return out
		}
		out = append(out, key)
		var skip json.RawMessage
		if d.Decode(&skip) != nil {
			return out
		}
	}
	return out
}

// decodeToken reads a JWS or the header of a JWE (RFC 7515 §7.1, RFC 7516 §7.1).
func decodeToken(s string, now time.Time) (tokenView, bool) {
	parts := strings.Split(s, ".")
	v := tokenView{Raw: s, Sealed: len(parts) == 5}
	var header struct {
		Alg string `json:"alg"`
	}
	head, err := base64.RawURLEncoding.DecodeString(parts[0])
	if err != nil || json.Unmarshal(head, &header) != nil {
		return v, false
	}
	v.Header = indent(head)
	if v.Sealed || len(parts) == 4 {
		return v, v.Sealed
	}
	v.None = parts[2] == "" || strings.EqualFold(header.Alg, "none")
	claims, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return v, false
	}
	if !json.Valid(claims) {
		v.Claims, _ = readable(claims)
		return v, true
	}
	v.Claims = indent(claims)
	v.Times = claimTimes(claims, now)
	return v, true
}

// claimTimes lists the instants among the claims (RFC 7519 §2, NumericDate).
func claimTimes(claims []byte, now time.Time) []tokenTime {
	var all map[string]json.RawMessage
	if json.Unmarshal(claims, &all) != nil {
		return nil
	}
	var out []tokenTime
	for _, name := range []string{"iat", "nbf", "auth_time", "exp"} {
		var sec float64
		if json.Unmarshal(all[name], &sec) != nil || sec <= 0 || sec > 1<<40 {
			continue
		}
		at := time.Unix(int64(sec), 0).In(now.Location())
		away := at.Sub(now)
		out = append(out, tokenTime{Claim: name, At: at, Past: away <= 0, Away: away.Abs().Truncate(time.Second)})
	}
	return out
}

func indent(b []byte) string {
	var out bytes.Buffer
	if json.Indent(&out, b, "", "  ") != nil {
		return string(b)
	}
	return out.String()
}
