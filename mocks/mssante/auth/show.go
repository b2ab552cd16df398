package auth

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"
)

// maxShown bounds what Show returns, in bytes.
const maxShown = 1 << 10

// Show is a SASL response, in base64 as on the wire, for a reader: decoded, its
// control characters as ^A and ^@, the start of the token with its length and a
// digest, of a password nothing. What is no base64, and holds no secret that can be
// told from the rest, is only measured.
func Show(mech, encoded string) string {
	if encoded == "" || encoded == "=" || encoded == "*" {
		return encoded
	}
	raw, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return fmt.Sprintf("[%d octets, base64 illisible / unreadable]", len(encoded))
	}
	s := string(raw)
	if strings.EqualFold(mech, Plain) {
		parts := strings.SplitN(s, "\x00", 3)
		if len(parts) < 3 {
			return fmt.Sprintf("[%d octets]", len(raw))
		}
		if parts[2] != "" {
			parts[2] = "***"
		}
		s = strings.Join(parts, "\x00")
	}
	return "[" + visible(masked(s)) + "]"
}

// secrets are what follows "auth=", and whatever is long enough to be a token.
var secrets = regexp.MustCompile("(?i)(auth=(?:bearer +)?)([^\x01]+)|()([a-z0-9._~+/=-]{80,})")

// masked shortens the secrets of a response.
func masked(s string) string {
	return secrets.ReplaceAllStringFunc(s, func(m string) string {
		g := secrets.FindStringSubmatch(m)
		return g[1] + short(g[2]+g[4])
	})
}

// short keeps the start of a token, its length and a digest, by which two exchanges
// can be seen to carry the same one.
func short(v string) string {
	switch {
	case v == "":
		return ""
	case len(v) < 24:
		return "***"
	}
	sum := sha256.Sum256([]byte(v))
	return fmt.Sprintf("%s...(%d:%s)", v[:6], len(v), hex.EncodeToString(sum[:4]))
}

// visible writes control characters as ^A, and cuts.
func visible(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r < ' ':
			b.WriteByte('^')
			b.WriteRune(r + '@')
		case r == 0x7f:
			b.WriteString("^?")
		default:
			b.WriteRune(r)
		}
		if b.Len() >= maxShown {
			return b.String() + "…"
		}
	}
	return b.String()
}
