package teleservice

import (
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"time"

	"github.com/beevik/etree"
	dsig "github.com/russellhaering/goxmldsig"
)

// A Card is a professional's signing key with its certificate: what a CPS card
// holds, or a software certificate.
type Card struct {
	leaf *x509.Certificate
	key  *rsa.PrivateKey
	id   string // PS_IdNat
	name string // subject, RFC 2253
}

// ParseCard reads a PEM with a private key and its chain, leaf first.
func ParseCard(b []byte) (*Card, error) {
	pair, err := tls.X509KeyPair(b, b)
	if err != nil {
		return nil, fmt.Errorf("teleservice: card: %w", err)
	}
	key, ok := pair.PrivateKey.(*rsa.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("teleservice: card: a %T cannot sign with rsa-sha256", pair.PrivateKey)
	}
	leaf, err := x509.ParseCertificate(pair.Certificate[0])
	if err != nil {
		return nil, fmt.Errorf("teleservice: card: %w", err)
	}
	c := &Card{leaf: leaf, key: key, id: leaf.Subject.CommonName, name: leaf.Subject.String()}
	if c.id == "" {
		return nil, errors.New("teleservice: card: a certificate without a common name identifies nobody")
	}
	return c, nil
}

// ID is the holder's national identifier: "899700366240".
func (c *Card) ID() string { return c.id }

// Assertion makes the signed assertion of the professional, as XML: SAML 2.0
// Core §2.3, with the attributes that the téléservices want, without Conditions
// and AuthnStatement.
func (c *Card) Assertion(id string, now time.Time, p Practice) (string, error) {
	a := etree.NewElement("saml:Assertion")
	a.CreateAttr("xmlns:saml", nsSAML)
	a.CreateAttr("ID", id)
	a.CreateAttr("IssueInstant", now.UTC().Format(time.RFC3339))
	a.CreateAttr("Version", "2.0")
	issuer := a.CreateElement("saml:Issuer")
	issuer.CreateAttr("Format", "urn:oasis:names:tc:SAML:1.1:nameid-format:X509SubjectName")
	issuer.SetText(c.name)
	name := a.CreateElement("saml:Subject").CreateElement("saml:NameID")
	name.CreateAttr("NameQualifier", "CPS")
	name.SetText(c.id)
	statement := a.CreateElement("saml:AttributeStatement")
	for _, at := range [][2]string{
		{"identifiantFacturation", p.Billing}, {"secteurActivite", p.Sector}, {"codeSpecialite", p.Specialty},
	} {
		if at[1] == "" {
			continue
		}
		e := statement.CreateElement("saml:Attribute")
		e.CreateAttr("Name", at[0])
		e.CreateElement("saml:AttributeValue").SetText(at[1])
	}
	if err := c.sign(a); err != nil {
		return "", err
	}
	doc := etree.NewDocument()
	doc.SetRoot(a)
	return doc.WriteToString()
}

// sign puts an enveloped signature behind the issuer, where SAML 2.0 Core
// §2.3.3 wants it.
func (c *Card) sign(a *etree.Element) error {
	ctx, err := dsig.NewSigningContext(c.key, [][]byte{c.leaf.Raw})
	if err != nil {
		return err
	}
	ctx.IdAttribute = "ID"
	ctx.Canonicalizer = dsig.MakeC14N10ExclusiveCanonicalizerWithPrefixList("")
	if err := ctx.SetSignatureMethod(dsig.RSASHA256SignatureMethod); err != nil {
		return err
	}
	s, err := ctx.ConstructSignature(a, true)
	if err != nil {
		return err
	}
	a.InsertChildAt(1, s)
	return nil
}
