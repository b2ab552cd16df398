package evidence

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// A redactor shortens secrets: the start of a token and a digest stay, by which
// two exchanges can be seen to carry the same one; of a password nothing stays.
//
// Recognised, in texts of any protocol: JSON Web Tokens; the named parameters of
// forms, queries and JSON; Authorization and cookie headers; PEM private keys;
// <Password> elements; SASL exchanges of SMTP and IMAP, in clear or in base64,
// but for the bare lines of AUTH LOGIN.
type redactor struct {
	keep  bool
	rules []redaction
}

// A redaction replaces what an expression finds. Texts that hold none of its
// hints, in lower case, are passed over: most are large and hold no secret.
type redaction struct {
	hints []string
	re    *regexp.Regexp
	with  func(name, value string) string // of the two groups
}

const (
	weakNames  = `client_secret|password|passwd|pin|secret|code_verifier`
	tokenNames = `access_token|refresh_token|id_token|id_token_hint|logout_token|subject_token|actor_token|client_assertion|assertion|auth_req_id|client_notification_token|token|registration_access_token`
)

func newRedactor(keep bool) *redactor {
	if keep {
		return &redactor{keep: true}
	}
	// The ends of the names above, by which a text is worth a closer look.
	ends := []string{"secret", "password", "passwd", "pin", "verifier", "token", "hint", "assertion", "auth_req_id"}
	ended := func(by string) []string {
		out := make([]string, len(ends))
		for i, e := range ends {
			out[i] = e + by
		}
		return out
	}
	rule := func(expr string, with func(string, string) string, hints ...string) redaction {
		return redaction{hints, regexp.MustCompile(expr), with}
	}
	token := func(_, v string) string { return short(v) }
	return &redactor{rules: []redaction{
		rule(`(-----BEGIN [A-Z ]*PRIVATE KEY-----)([^-]*(?:-----END [A-Z ]*PRIVATE KEY-----)?)`, hidden, "private key-----"),
		rule(`(?im)^((?:proxy-)?authorization:[ \t]*(?:[A-Za-z0-9-]+[ \t]+)?)([^\r\n]+)`, credential, "authorization:"),
		rule(`(?im)^((?:set-)?cookie:[ \t]*)([^\r\n]+)`, cookies, "cookie:"),
		rule(`(?i)((?:^|[?&\s;,"'#])(?:`+weakNames+`|`+tokenNames+`|code)=)([^&\s"'<>#;]+)`, parameter, append(ended("="), "code=")...),
		rule(`(?i)("(?:`+weakNames+`|`+tokenNames+`)"\s*:\s*")((?:[^"\\]|\\.)*)`, parameter, ended(`"`)...),
		rule(`(<(?:[\w.-]+:)?Password\b[^>]*>)([^<]+)`, hidden, "password"),
		rule(`(?i)(\bAUTH(?:ENTICATE)?[ \t]+(?:XOAUTH2|OAUTHBEARER|PLAIN|LOGIN)[ \t]+)([A-Za-z0-9+/=]{4,})`, hidden, "auth"),
		rule(`(?im)^(\S+[ \t]+LOGIN[ \t]+(?:"(?:[^"\\]|\\.)*"|\S+)[ \t]+)([^\r\n]+)`, hidden, "login"),
		rule(`()(eyJ[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]*){1,3})`, token, "eyj"),
	}}
}

// bytes shortens what a message carries.
func (r *redactor) bytes(b []byte) []byte {
	if r.keep || len(b) == 0 {
		return b
	}
	out := r.text(string(b))
	if out == string(b) {
		return b
	}
	return []byte(out)
}

func (r *redactor) text(s string) string {
	if r.keep || s == "" {
		return s
	}
	lower := strings.ToLower(s)
	for _, rule := range r.rules {
		if !slices.ContainsFunc(rule.hints, func(h string) bool { return strings.Contains(lower, h) }) {
			continue
		}
		s = rule.re.ReplaceAllStringFunc(s, func(m string) string {
			g := rule.re.FindStringSubmatch(m)
			return g[1] + rule.with(g[1], g[2])
		})
	}
	return saslLines(s)
}

func hidden(string, string) string { return "***" }

// parameter shortens a named value: passwords wholly, tokens to their start.
func parameter(name, value string) string {
	name = strings.ToLower(strings.Trim(name, "?&;,\"'# \t\r\n=:"))
	for weak := range strings.SplitSeq(weakNames, "|") {
		if name == weak {
			return "***"
		}
	}
	return short(value)
}

// credential shortens what follows the scheme; only a bearer's is a token.
func credential(name, value string) string {
	if strings.HasSuffix(strings.ToLower(strings.TrimSpace(name)), "bearer") {
		return short(strings.TrimSpace(value))
	}
	return "***"
}

// cookies shortens the values of a Cookie or the value of a Set-Cookie, and
// keeps its attributes.
func cookies(name, line string) string {
	parts := strings.Split(line, ";")
	for i, p := range parts {
		if k, v, ok := strings.Cut(p, "="); ok && (i == 0 || !strings.HasPrefix(strings.ToLower(name), "set-")) {
			parts[i] = k + "=" + short(v)
		}
	}
	return strings.Join(parts, ";")
}

// saslLines hides lines of base64 that hold credentials (RFC 4954 §4, RFC 7628,
// and Google's XOAUTH2).
func saslLines(s string) string {
	var out strings.Builder
	done := 0
	for at := 0; at < len(s); {
		end := len(s)
		if i := strings.IndexByte(s[at:], '\n'); i >= 0 {
			end = at + i
		}
		line := strings.TrimRight(s[at:end], "\r")
		if credentials(line) {
			out.WriteString(s[done:at])
			out.WriteString("***")
			done = at + len(line)
		}
		at = end + 1
	}
	if done == 0 {
		return s
	}
	return out.String() + s[done:]
}

// credentials tells whether a line is base64 of a SASL response.
func credentials(line string) bool {
	if len(line) < 8 || len(line)%4 != 0 || strings.ContainsAny(line[:8], " <>:;,.-\"") {
		return false
	}
	b, err := base64.StdEncoding.DecodeString(line)
	if err != nil {
		return false
	}
	return bytes.Contains(b, []byte("auth=Bearer")) || bytes.Count(b, []byte{0}) == 2 && len(b) < 512
}

// marker ends what was shortened.
const marker = "...("

// short keeps the start of a token, its length and a digest.
func short(v string) string {
	if strings.Contains(v, marker) || v == "***" || v == "" {
		return v
	}
	if len(v) < 24 {
		return "***"
	}
	sum := sha256.Sum256([]byte(v))
	return fmt.Sprintf("%s%s%d:%s)", v[:6], marker, len(v), hex.EncodeToString(sum[:4]))
}

// facts shortens a tree of decoded facts. name is the last name of its path,
// group the one before.
func (r *redactor) facts(v any, group, name string) any {
	if r.keep {
		return v
	}
	switch v := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for k, x := range v {
			g, n := name, k
			if i := strings.LastIndexByte(k, '.'); i >= 0 { // a name with a dot of its own
				g, n = k[:i], k[i+1:]
			}
			out[k] = r.facts(x, g, n)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, x := range v {
			out[i] = r.facts(x, group, name)
		}
		return out
	case string:
		if named(group, name) {
			return parameter(name, v)
		}
		return r.text(v)
	}
	return v
}

// named tells whether a fact's name is that of a secret.
func named(group, name string) bool {
	name = strings.ToLower(name)
	if name == "code" {
		return group == "form" || group == "query"
	}
	if name == "authorization" || name == "cookie" || name == "set-cookie" {
		return true
	}
	for _, list := range []string{weakNames, tokenNames} {
		for n := range strings.SplitSeq(list, "|") {
			if n == name {
				return true
			}
		}
	}
	return false
}
