// Package jose writes JSON Web Tokens whose bytes can be chosen: the order of the
// claims, a claim that appears twice, the spacing of the header. Verifying is
// go-jose's work; here are only the shapes that a conforming library will not
// write, because a simulator must reproduce them.
//
// Formats: RFC 7515 compact serialisation, RFC 7516 compact serialisation with
// direct encryption and AES-256-GCM. No state.
package jose

import (
	"bytes"
	"encoding/json"
)

// Claims is an ordered JSON object. A name may appear more than once.
type Claims []Claim

// A Claim is one member.
type Claim struct {
	Name  string
	Value any
}

// Add appends a claim.
func (c *Claims) Add(name string, value any) { *c = append(*c, Claim{name, value}) }

// Get returns the last value under a name, as most readers of a repeated member do.
func (c Claims) Get(name string) (any, bool) {
	for i := len(c) - 1; i >= 0; i-- {
		if c[i].Name == name {
			return c[i].Value, true
		}
	}
	return nil, false
}

// Map returns the claims as a map; of a repeated name the last value stays.
func (c Claims) Map() map[string]any {
	m := make(map[string]any, len(c))
	for _, x := range c {
		m[x.Name] = x.Value
	}
	return m
}

// MarshalJSON writes the members in order. HTML characters are not escaped.
func (c Claims) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	b.WriteByte('{')
	for i, x := range c {
		if i > 0 {
			b.WriteByte(',')
		}
		if err := enc.Encode(x.Name); err != nil {
			return nil, err
		}
		b.Truncate(b.Len() - 1) // the encoder's newline
		b.WriteByte(':')
		if err := enc.Encode(x.Value); err != nil {
			return nil, err
		}
		b.Truncate(b.Len() - 1)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}
