package saml

import (
	"encoding/asn1"
	"slices"
	"strconv"
	"strings"
)

// SignerIsIssuer tells whether Issuer is the subject of the certificate, as an
// X.509 subject name (SAML 2.0 Core §8.3.3). Libraries write such a name in
// either order, with other keywords and other separators: the attributes'
// values are compared, without their order or case.
func (a *Assertion) SignerIsIssuer() bool {
	if a.Certificate == nil {
		return false
	}
	var want []string
	for _, at := range a.Certificate.Subject.Names {
		if v, ok := at.Value.(string); ok && !at.Type.Equal(asn1.ObjectIdentifier{}) {
			want = append(want, fold(v))
		}
	}
	got := nameValues(a.Issuer.Value)
	slices.Sort(want)
	slices.Sort(got)
	return slices.Equal(want, got)
}

// nameValues are the values of a distinguished name's text: RFC 2253, with / as
// separator at its start, or with + within an RDN.
func nameValues(s string) []string {
	var out []string
	slash := strings.HasPrefix(s, "/")
	var value strings.Builder
	inValue, quoted := false, false
	end := func() {
		if inValue {
			out = append(out, fold(value.String()))
		}
		value.Reset()
		inValue = false
	}
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c == '\\' && i+1 < len(s):
			i++
			b := s[i]
			if hex, err := strconv.ParseUint(s[i:min(i+2, len(s))], 16, 8); err == nil && i+1 < len(s) {
				b = byte(hex) // RFC 2253 §2.4: \C3\A9
				i++
			}
			if inValue {
				value.WriteByte(b)
			}
		case c == '"':
			quoted = !quoted
		case !quoted && (!slash && (c == ',' || c == ';' || c == '+') || slash && c == '/'):
			end()
		case c == '=' && !inValue:
			inValue = true
		case inValue:
			value.WriteByte(c)
		}
	}
	end()
	return out
}

func fold(s string) string { return strings.ToLower(strings.Join(strings.Fields(s), " ")) }
