package evidence

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"
)

// A redactor shortens secrets: the start of a token and a digest stay, by which
// two exchanges can be seen to carry the same one; of a password nothing stays.
//
// Recognised, in texts of any protocol: JSON Web Tokens; the named parameters of
// forms, queries and JSON; Authorization and cookie headers; PEM private keys;
// <Password> elements; SASL exchanges of SMTP and IMAP, in clear or in base64.
type redactor struct {
	keep bool
	jwt  *regexp.Regexp
	form *regexp.Regexp
	json *regexp.Regexp
	auth *regexp.Regexp
	cook *regexp.Regexp
	pem  *regexp.Regexp
	xml  *regexp.Regexp
	sasl *regexp.Regexp
	imap *regexp.Regexp
	b64  *regexp.Regexp
}

const (
	weakNames  = `client_secret|password|passwd|pin|secret|code_verifier`
	tokenNames = `access_token|refresh_token|id_token|id_token_hint|logout_token|subject_token|actor_token|client_assertion|assertion|auth_req_id|client_notification_token|token|registration_access_token`
)

func newRedactor(keep bool) *redactor {
	return &redactor{
		keep: keep,
		jwt:  regexp.MustCompile(`eyJ[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]*){1,3}`),
		form: regexp.MustCompile(`(?i)((?:^|[?&\s;,"'#])(?:` + weakNames + `|` + tokenNames + `|code)=)([^&\s"'<>#;]+)`),
		json: regexp.MustCompile(`(?i)("(?:` + weakNames + `|` + tokenNames + `)"\s*:\s*")((?:[^"\\]|\\.)*)`),
		auth: regexp.MustCompile(`(?im)^((?:proxy-)?authorization:[ \t]*(?:[A-Za-z0-9-]+[ \t]+)?)([^\r\n]+)`),
		cook: regexp.MustCompile(`(?im)^((?:set-)?cookie:[ \t]*)([^\r\n]+)`),
		pem:  regexp.MustCompile(`-----BEGIN ([A-Z ]*PRIVATE KEY)-----[^-]*(?:-----END [A-Z ]*PRIVATE KEY-----)?`),
		xml:  regexp.MustCompile(`(<(?:[\w.-]+:)?Password\b[^>]*>)([^<]+)`),
		sasl: regexp.MustCompile(`(?i)(\bAUTH(?:ENTICATE)?[ \t]+(?:XOAUTH2|OAUTHBEARER|PLAIN|LOGIN)[ \t]+)([A-Za-z0-9+/=]{4,})`),
		imap: regexp.MustCompile(`(?im)^(\S+[ \t]+LOGIN[ \t]+(?:"(?:[^"\\]|\\.)*"|\S+)[ \t]+)([^\r\n]+)`),
		b64:  regexp.MustCompile(`(?m)^[A-Za-z0-9+/]{8,}={0,2}\r?$`),
	}
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
	s = r.pem.ReplaceAllString(s, "-----BEGIN $1-----\n***\n-----END $1-----")
	s = r.pairs(r.auth, s, credential)
	s = r.pairs(r.cook, s, cookies)
	s = r.pairs(r.form, s, parameter)
	s = r.pairs(r.json, s, parameter)
	s = r.pairs(r.xml, s, hidden)
	s = r.pairs(r.sasl, s, hidden)
	s = r.pairs(r.imap, s, hidden)
	s = r.b64.ReplaceAllStringFunc(s, saslLine)
	return r.jwt.ReplaceAllStringFunc(s, short)
}

// pairs replaces the second group of each match.
func (r *redactor) pairs(re *regexp.Regexp, s string, f func(name, value string) string) string {
	return re.ReplaceAllStringFunc(s, func(m string) string {
		g := re.FindStringSubmatch(m)
		return g[1] + f(g[1], g[2])
	})
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

// saslLine hides a line of base64 that holds credentials.
func saslLine(line string) string {
	b, err := base64.StdEncoding.DecodeString(strings.TrimRight(line, "\r"))
	if err != nil {
		return line
	}
	if bytes.Contains(b, []byte("auth=Bearer")) || bytes.Count(b, []byte{0}) == 2 && len(b) < 512 {
		return "***" + line[len(strings.TrimRight(line, "\r")):]
	}
	return line
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
