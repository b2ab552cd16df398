package xds

import "strings"

// HL7 v2 data types as XDS carries them: components parted by ^, sub-components by
// &, and the five separators escaped (HL7 v2.5 §2.7.1).

// components splits a field; a component beyond its end is empty.
type components []string

func split(s string) components { return strings.Split(s, "^") }

// at is component n, from 1, as written.
func (c components) at(n int) string {
	if n > len(c) {
		return ""
	}
	return c[n-1]
}

// text is component n, from 1, unescaped. An ampersand that stands there bare is
// what a writer forgot to escape, for these components have no sub-components.
func (c components) text(n int) string { return unescape(c.at(n)) }

// surname is the first sub-component, the family name (FN), of component n.
func (c components) surname(n int) string {
	s, _, _ := strings.Cut(c.at(n), "&")
	return unescape(s)
}

// authority is the OID of an assigning authority, HD "name&OID&ISO", in component n.
func (c components) authority(n int) (oid, kind string) {
	p := strings.Split(c.at(n), "&")
	for len(p) < 3 {
		p = append(p, "")
	}
	return unescape(p[1]), p[2]
}

// join writes components, 1 first, and leaves empty ones away at the end.
func join(c ...string) string { return strings.TrimRight(strings.Join(c, "^"), "^") }

func authority(oid string) string {
	if oid == "" {
		return ""
	}
	return "&" + escape(oid) + "&ISO"
}

func escape(s string) string {
	if !strings.ContainsAny(s, `\^&~|`) {
		return s
	}
	return strings.NewReplacer(`\`, `\E\`, "^", `\S\`, "&", `\T\`, "~", `\R\`, "|", `\F\`).Replace(s)
}

// unescape leaves the sequences that it does not know as they are.
func unescape(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	return strings.NewReplacer(`\E\`, `\`, `\S\`, "^", `\T\`, "&", `\R\`, "~", `\F\`, "|").Replace(s)
}

// repetitions splits values that were joined with "~".
func repetitions(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, "~")
}
