package pki

import (
	"encoding/hex"
	"fmt"
	"strings"
)

// RFC2253 returns the name of a DER-encoded distinguished name as
// `openssl x509 -nameopt RFC2253` prints it: last RDN first, the attributes of
// a multi-valued RDN in reverse too, non-ASCII bytes as \XX, unknown types in
// dotted form with a #hex value. It fails on bytes that are not a name.
func RFC2253(der []byte) (string, error) {
	rdns, err := decodeName(der)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	for i := len(rdns) - 1; i >= 0; i-- {
		for j := len(rdns[i]) - 1; j >= 0; j-- {
			a := rdns[i][j]
			typ, known := opensslName(a.Type.String())
			b.WriteString(typ)
			b.WriteByte('=')
			if text, ok := a.text(); ok && known {
				escape2253(&b, text)
			} else {
				b.WriteByte('#')
				b.WriteString(strings.ToUpper(hex.EncodeToString(a.Value.FullBytes)))
			}
			if j > 0 {
				b.WriteByte('+')
			}
		}
		if i > 0 {
			b.WriteByte(',')
		}
	}
	return b.String(), nil
}

// opensslName returns OpenSSL's short name of an attribute type.
func opensslName(oid string) (string, bool) {
	switch oid {
	case "2.5.4.3":
		return "CN", true
	case "2.5.4.4":
		return "SN", true
	case "2.5.4.5":
		return "serialNumber", true
	case "2.5.4.6":
		return "C", true
	case "2.5.4.7":
		return "L", true
	case "2.5.4.8":
		return "ST", true
	case "2.5.4.9":
		return "street", true
	case "2.5.4.10":
		return "O", true
	case "2.5.4.11":
		return "OU", true
	case "2.5.4.12":
		return "title", true
	case "2.5.4.17":
		return "postalCode", true
	case "2.5.4.42":
		return "GN", true
	case "2.5.4.43":
		return "initials", true
	case "2.5.4.65":
		return "pseudonym", true
	case "2.5.4.97":
		return "organizationIdentifier", true
	case "1.2.840.113549.1.9.1":
		return "emailAddress", true
	case "0.9.2342.19200300.100.1.1":
		return "UID", true
	case "0.9.2342.19200300.100.1.25":
		return "DC", true
	}
	return oid, false
}

// escape2253 writes a value with the escapes of OpenSSL's esc_2253, esc_ctrl
// and esc_msb.
func escape2253(b *strings.Builder, s string) {
	for i := range len(s) {
		c := s[i]
		switch {
		case c < ' ' || c >= 0x7f:
			fmt.Fprintf(b, `\%02X`, c)
		case strings.IndexByte(`,+"\<>;`, c) >= 0,
			c == '#' && i == 0,
			c == ' ' && (i == 0 || i == len(s)-1):
			b.WriteByte('\\')
			b.WriteByte(c)
		default:
			b.WriteByte(c)
		}
	}
}
