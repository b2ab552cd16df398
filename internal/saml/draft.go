package saml

import (
	"crypto"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"time"

	"github.com/beevik/etree"
)

// A Draft is an assertion to be written, of the form that clients of the
// téléservices send: no Conditions, no AuthnStatement.
type Draft struct {
	ID           string // an NCName: "_" and a UUID
	IssueInstant time.Time
	// Issuer is a subject name; IssuerFormat defaults to X509SubjectName.
	Issuer, IssuerFormat string
	Subject              NameID
	Attributes           []Attribute // names and texts
}

// Encode writes the assertion unsigned, without XML declaration.
func (d Draft) Encode() ([]byte, error) { return d.encode(nil, nil) }

// Sign writes the assertion with an enveloped signature: exc-c14n, rsa-sha256,
// the certificate in KeyInfo. key must be RSA.
func (d Draft) Sign(key crypto.Signer, cert *x509.Certificate) ([]byte, error) {
	if key == nil || cert == nil {
		return nil, fmt.Errorf("saml: sign: a key and its certificate are needed")
	}
	return d.encode(key, cert)
}

func (d Draft) encode(key crypto.Signer, cert *x509.Certificate) ([]byte, error) {
	e := d.element()
	if key != nil {
		sig, err := enveloped(e, d.ID, key, cert)
		if err != nil {
			return nil, fmt.Errorf("saml: sign: %w", err)
		}
		e.InsertChildAt(1, sig)
	}
	doc := etree.NewDocumentWithRoot(e)
	doc.WriteSettings = etree.WriteSettings{CanonicalAttrVal: true, CanonicalEndTags: true, CanonicalText: true}
	return doc.WriteToBytes()
}

func (d Draft) element() *etree.Element {
	e := etree.NewElement("saml:Assertion")
	e.CreateAttr("xmlns:saml", NS)
	e.CreateAttr("Version", "2.0")
	e.CreateAttr("ID", d.ID)
	e.CreateAttr("IssueInstant", d.IssueInstant.UTC().Format("2006-01-02T15:04:05.000Z"))
	issuer := e.CreateElement("saml:Issuer")
	if d.IssuerFormat == "" {
		d.IssuerFormat = "urn:oasis:names:tc:SAML:1.1:nameid-format:X509SubjectName"
	}
	issuer.CreateAttr("Format", d.IssuerFormat)
	issuer.SetText(d.Issuer)
	if d.Subject != (NameID{}) {
		id := e.CreateElement("saml:Subject").CreateElement("saml:NameID")
		if d.Subject.Qualifier != "" {
			id.CreateAttr("NameQualifier", d.Subject.Qualifier)
		}
		if d.Subject.Format != "" {
			id.CreateAttr("Format", d.Subject.Format)
		}
		id.SetText(d.Subject.Value)
	}
	if len(d.Attributes) == 0 {
		return e
	}
	statement := e.CreateElement("saml:AttributeStatement")
	for _, a := range d.Attributes {
		at := statement.CreateElement("saml:Attribute")
		at.CreateAttr("Name", a.Name)
		for _, v := range a.Values {
			at.CreateElement("saml:AttributeValue").SetText(v.Text)
		}
	}
	return e
}

// enveloped makes the signature of e, which has none yet.
func enveloped(e *etree.Element, id string, key crypto.Signer, cert *x509.Certificate) (*etree.Element, error) {
	b, err := canonical(e.Copy(), "")
	if err != nil {
		return nil, err
	}
	digest := sha256.Sum256(b)
	sig := etree.NewElement("ds:Signature")
	sig.CreateAttr("xmlns:ds", DSig)
	info := sig.CreateElement("ds:SignedInfo")
	info.CreateElement("ds:CanonicalizationMethod").CreateAttr("Algorithm", excC14N)
	info.CreateElement("ds:SignatureMethod").CreateAttr("Algorithm", rsaSHA256)
	ref := info.CreateElement("ds:Reference")
	ref.CreateAttr("URI", "#"+id)
	transforms := ref.CreateElement("ds:Transforms")
	transforms.CreateElement("ds:Transform").CreateAttr("Algorithm", envelopedSign)
	transforms.CreateElement("ds:Transform").CreateAttr("Algorithm", excC14N)
	ref.CreateElement("ds:DigestMethod").CreateAttr("Algorithm", sha256URI)
	ref.CreateElement("ds:DigestValue").SetText(base64.StdEncoding.EncodeToString(digest[:]))

	detached, err := detach(info)
	if err != nil {
		return nil, err
	}
	if b, err = canonical(detached, ""); err != nil {
		return nil, err
	}
	hashed := sha256.Sum256(b)
	value, err := key.Sign(nil, hashed[:], crypto.SHA256) // PKCS #1 v1.5 draws nothing
	if err != nil {
		return nil, err
	}
	sig.CreateElement("ds:SignatureValue").SetText(base64.StdEncoding.EncodeToString(value))
	sig.CreateElement("ds:KeyInfo").CreateElement("ds:X509Data").CreateElement("ds:X509Certificate").
		SetText(base64.StdEncoding.EncodeToString(cert.Raw))
	return sig, nil
}
