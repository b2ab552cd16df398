package saml

import (
	"crypto/x509"
	"strings"
	"time"

	"github.com/beevik/etree"
)

// An Assertion is a SAML 2.0 assertion, read. What it says is the peer's word
// until Verify has returned nil.
type Assertion struct {
	ID           string
	IssueInstant time.Time
	Issuer       NameID
	Subject      NameID
	// NotBefore and NotOnOrAfter are those of Conditions; zero when absent.
	NotBefore, NotOnOrAfter time.Time
	Audiences               []string
	// AuthnInstant and AuthnContext are of the first AuthnStatement, if any.
	AuthnInstant time.Time
	AuthnContext string
	// Attributes are those of every AttributeStatement, in their order.
	Attributes []Attribute
	// Signed tells that there is a signature, not that it is good.
	Signed bool
	// Certificate is the first one in the signature's KeyInfo; nil without one
	// or when it cannot be read.
	Certificate *x509.Certificate

	element *etree.Element
}

// A NameID is a name with its qualifiers.
type NameID struct {
	Value, Format, Qualifier, SPQualifier string
}

// An Attribute is one attribute with its values.
type Attribute struct {
	Name, Format, FriendlyName string
	Values                     []Value
}

// A Value is an attribute's value: its text, or the element it holds.
type Value struct {
	Text string
	// Element is the AttributeValue when it holds elements (an HL7 code, in a
	// VIHF), else nil.
	Element *etree.Element
}

// Attr returns the first value of the attribute with this name, in any casing:
// clients write codeSpecialite and CodeSpecialite. ok tells whether the
// attribute is there.
func (a *Assertion) Attr(name string) (value string, ok bool) {
	for _, at := range a.Attributes {
		if strings.EqualFold(at.Name, name) {
			if len(at.Values) == 0 {
				return "", true
			}
			return at.Values[0].Text, true
		}
	}
	return "", false
}

// Names are the attributes' names, in their order.
func (a *Assertion) Names() []string {
	out := make([]string, len(a.Attributes))
	for i, at := range a.Attributes {
		out[i] = at.Name
	}
	return out
}

// Window returns from when, and until when exclusively, the assertion holds: at
// most life from its IssueInstant, narrowed by its Conditions.
func (a *Assertion) Window(life time.Duration) (from, until time.Time) {
	from, until = a.IssueInstant, a.IssueInstant.Add(life)
	if a.NotBefore.After(from) {
		from = a.NotBefore
	}
	if !a.NotOnOrAfter.IsZero() && a.NotOnOrAfter.Before(until) {
		until = a.NotOnOrAfter
	}
	return from, until
}

// Element is the saml:Assertion. It is not for changing.
func (a *Assertion) Element() *etree.Element { return a.element }
