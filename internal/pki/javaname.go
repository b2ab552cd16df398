package pki

import (
	"encoding/hex"
	"fmt"
	"strings"
	"unicode"
)

// JavaName returns a DER-encoded distinguished name as Java's
// X500Principal.toString (and the older X509Certificate.getSubjectDN().getName,
// which Keycloak compares for tls_client_auth) writes it: last RDN first,
// ", " between RDNs, " + " inside one in encoding order, T= for the title,
// OID.n.n= for types without a keyword, values in quotes where needed.
func JavaName(der []byte) (string, error) {
	rdns, err := decodeName(der)
	if err != nil {
		return "", err
	}
	parts := make([]string, 0, len(rdns))
	for i := len(rdns) - 1; i >= 0; i-- {
		var avas []string
		for _, a := range rdns[i] {
			avas = append(avas, javaKeyword(a.Type.String())+"="+javaValue(a))
		}
		parts = append(parts, strings.Join(avas, " + "))
	}
	return strings.Join(parts, ", "), nil
}

func javaKeyword(oid string) string {
	switch oid {
	case "2.5.4.4":
		return "SURNAME"
	case "2.5.4.5":
		return "SERIALNUMBER"
	case "2.5.4.9":
		return "STREET"
	case "2.5.4.12":
		return "T"
	case "2.5.4.42":
		return "GIVENNAME"
	case "2.5.4.43":
		return "INITIALS"
	case "1.2.840.113549.1.9.1":
		return "EMAILADDRESS"
	case "2.5.4.3", "2.5.4.6", "2.5.4.7", "2.5.4.8", "2.5.4.10", "2.5.4.11",
		"0.9.2342.19200300.100.1.1", "0.9.2342.19200300.100.1.25":
		name, _ := opensslName(oid)
		return name
	}
	return "OID." + oid
}

// javaValue quotes as the JDK's AVA.toKeywordValueString does.
func javaValue(a rawAttribute) string {
	text, ok := a.text()
	if !ok {
		return "#" + hex.EncodeToString(a.Value.FullBytes)
	}
	var b strings.Builder
	quote, space := false, false
	runes := []rune(text)
	already := len(runes) > 1 && runes[0] == '"' && runes[len(runes)-1] == '"'
	for i, r := range runes {
		switch {
		case already && (i == 0 || i == len(runes)-1):
			b.WriteRune(r)
			continue
		case r == '"' || r == '\\':
			quote = true
			b.WriteByte('\\')
			b.WriteRune(r)
		case strings.ContainsRune(",+=\n<>#;", r):
			quote = true
			b.WriteRune(r)
		case r == ' ' && (i == 0 || i == len(runes)-1 || space):
			quote = true
			b.WriteRune(r)
		case unicode.IsControl(r):
			for _, c := range []byte(string(r)) {
				fmt.Fprintf(&b, `\%02x`, c)
			}
		default:
			b.WriteRune(r)
		}
		space = r == ' '
	}
	if quote && !already {
		return `"` + b.String() + `"`
	}
	return b.String()
}
