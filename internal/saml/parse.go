package saml

import (
	"crypto/x509"
	"encoding/base64"
	"strconv"
	"strings"
	"time"

	"github.com/beevik/etree"
)

// Parse reads a saml:Assertion; the error is a *Problem. The element stays part
// of its document, whose namespaces and IDs Verify looks at.
func Parse(e *etree.Element) (*Assertion, error) {
	if e == nil || e.Tag != "Assertion" || e.NamespaceURI() != NS {
		return nil, problem(Malformed, "l'élément n'est pas une assertion SAML 2.0", "the element is not a SAML 2.0 assertion")
	}
	a := &Assertion{element: e, ID: e.SelectAttrValue("ID", "")}
	if v := e.SelectAttrValue("Version", ""); v != "2.0" {
		return nil, problem(Malformed, "Version vaut "+quote(v)+" ; attendu 2.0", "Version is "+quote(v)+"; want 2.0")
	}
	if !validID(a.ID) {
		return nil, problem(Malformed, "l'attribut ID manque ou n'est pas un NCName", "the attribute ID is missing or is not an NCName")
	}
	var err error
	if a.IssueInstant, err = instant(e, "IssueInstant"); err != nil {
		return nil, err
	}
	if a.IssueInstant.IsZero() {
		return nil, problem(Malformed, "l'attribut IssueInstant manque", "the attribute IssueInstant is missing")
	}
	seen := map[string]bool{}
	for c := range e.ChildElementsSeq() {
		if c.NamespaceURI() == NS && c.Tag != "AttributeStatement" && c.Tag != "AuthnStatement" {
			if seen[c.Tag] {
				return nil, problem(Malformed, c.Tag+" est présent deux fois", c.Tag+" is there twice")
			}
			seen[c.Tag] = true
		}
		if err := a.part(c); err != nil {
			return nil, err
		}
	}
	if a.Issuer.Value == "" {
		return nil, problem(Malformed, "l'élément Issuer manque ou est vide", "the element Issuer is missing or empty")
	}
	return a, nil
}

// part reads one child of the assertion.
func (a *Assertion) part(c *etree.Element) (err error) {
	switch c.NamespaceURI() {
	case DSig:
		if c.Tag == "Signature" {
			a.Signed = true
			a.Certificate = certificateOf(c)
		}
		return nil
	case NS:
	default:
		return problem(Malformed, "l'élément "+quote(c.Tag)+" n'a pas sa place dans une assertion", "the element "+quote(c.Tag)+" has no place in an assertion")
	}
	switch c.Tag {
	case "Issuer":
		a.Issuer, err = nameID(c)
	case "Subject":
		for n := range c.ChildElementsSeq() {
			if n.Tag != "NameID" || n.NamespaceURI() != NS {
				continue
			}
			if a.Subject != (NameID{}) {
				return problem(Malformed, "Subject contient deux NameID", "Subject holds two NameID")
			}
			if a.Subject, err = nameID(n); err != nil {
				return err
			}
		}
	case "Conditions":
		err = a.conditions(c)
	case "AuthnStatement":
		err = a.authn(c)
	case "AttributeStatement":
		err = a.attributes(c)
	case "Advice", "AuthzDecisionStatement", "Statement":
	default:
		return problem(Malformed, "l'élément "+quote(c.Tag)+" n'a pas sa place dans une assertion", "the element "+quote(c.Tag)+" has no place in an assertion")
	}
	return err
}

func (a *Assertion) conditions(c *etree.Element) (err error) {
	if a.NotBefore, err = instant(c, "NotBefore"); err != nil {
		return err
	}
	if a.NotOnOrAfter, err = instant(c, "NotOnOrAfter"); err != nil {
		return err
	}
	for r := range c.ChildElementsSeq() {
		if r.Tag != "AudienceRestriction" || r.NamespaceURI() != NS {
			continue
		}
		for au := range r.ChildElementsSeq() {
			t, err := text(au)
			if err != nil {
				return err
			}
			a.Audiences = append(a.Audiences, t)
		}
	}
	return nil
}

func (a *Assertion) authn(c *etree.Element) error {
	if !a.AuthnInstant.IsZero() {
		return nil
	}
	at, err := instant(c, "AuthnInstant")
	if err != nil {
		return err
	}
	a.AuthnInstant = at
	for ctx := range c.ChildElementsSeq() {
		for ref := range ctx.ChildElementsSeq() {
			if ctx.Tag == "AuthnContext" && ref.Tag == "AuthnContextClassRef" {
				if a.AuthnContext, err = text(ref); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (a *Assertion) attributes(c *etree.Element) error {
	for at := range c.ChildElementsSeq() {
		if at.Tag != "Attribute" || at.NamespaceURI() != NS {
			return problem(Malformed, "AttributeStatement contient "+quote(at.Tag), "AttributeStatement holds "+quote(at.Tag))
		}
		attr := Attribute{
			Name: at.SelectAttrValue("Name", ""), Format: at.SelectAttrValue("NameFormat", ""), FriendlyName: at.SelectAttrValue("FriendlyName", ""),
		}
		if attr.Name == "" {
			return problem(Malformed, "un Attribute n'a pas de Name", "an Attribute has no Name")
		}
		for _, known := range a.Attributes {
			if strings.EqualFold(known.Name, attr.Name) {
				return problem(Malformed, "l'attribut "+quote(attr.Name)+" est présent deux fois", "the attribute "+quote(attr.Name)+" is there twice")
			}
		}
		for v := range at.ChildElementsSeq() {
			if v.Tag != "AttributeValue" || v.NamespaceURI() != NS {
				return problem(Malformed, "Attribute contient "+quote(v.Tag), "Attribute holds "+quote(v.Tag))
			}
			if len(v.ChildElements()) > 0 {
				attr.Values = append(attr.Values, Value{Element: v})
				continue
			}
			t, err := text(v)
			if err != nil {
				return err
			}
			attr.Values = append(attr.Values, Value{Text: t})
		}
		a.Attributes = append(a.Attributes, attr)
	}
	return nil
}

func nameID(e *etree.Element) (NameID, error) {
	t, err := text(e)
	return NameID{
		Value: t, Format: e.SelectAttrValue("Format", ""),
		Qualifier: e.SelectAttrValue("NameQualifier", ""), SPQualifier: e.SelectAttrValue("SPNameQualifier", ""),
	}, err
}

// text returns the character data of an element that holds nothing else. A
// comment is refused: canonicalization drops it, so that a value cut by one
// reads differently from what was signed.
func text(e *etree.Element) (string, error) {
	var b strings.Builder
	for _, c := range e.Child {
		d, ok := c.(*etree.CharData)
		if !ok {
			return "", problem(Wrapped, e.Tag+" contient autre chose que du texte (commentaire, élément)", e.Tag+" holds something other than text (comment, element)")
		}
		b.WriteString(d.Data)
	}
	return strings.TrimSpace(b.String()), nil
}

// instant reads an xsd:dateTime attribute; one without zone is UTC (SAML 2.0
// Core §1.3.3). An absent one is zero.
func instant(e *etree.Element, name string) (time.Time, error) {
	v := strings.TrimSpace(e.SelectAttrValue(name, ""))
	if v == "" {
		return time.Time{}, nil
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999"} {
		if t, err := time.Parse(layout, v); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, problem(Malformed, name+" vaut "+quote(v)+" ; attendu un instant xsd:dateTime", name+" is "+quote(v)+"; want an xsd:dateTime")
}

// certificateOf returns the first certificate in a signature's KeyInfo, or nil.
func certificateOf(sig *etree.Element) *x509.Certificate {
	for ki := range children(sig, DSig, "KeyInfo") {
		for data := range children(ki, DSig, "X509Data") {
			for c := range children(data, DSig, "X509Certificate") {
				t, err := text(c)
				if err != nil {
					return nil
				}
				der, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(t), ""))
				if err != nil {
					return nil
				}
				cert, err := x509.ParseCertificate(der)
				if err != nil {
					return nil
				}
				return cert
			}
		}
	}
	return nil
}

// validID accepts an NCName, closely enough to compare it safely.
func validID(s string) bool {
	for i, r := range s {
		letter := r == '_' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= 0xC0 && r != 0xD7 && r != 0xF7
		if !letter && (i == 0 || r != '-' && r != '.' && (r < '0' || r > '9')) {
			return false
		}
	}
	return s != "" && len(s) <= 200
}

// quote repeats a bounded part of what the peer wrote.
func quote(s string) string {
	if len(s) > 100 {
		s = strings.ToValidUTF8(s[:100], "") + "…"
	}
	return strconv.Quote(s)
}
