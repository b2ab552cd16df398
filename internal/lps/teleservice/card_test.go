package teleservice

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/beevik/etree"
	dsig "github.com/russellhaering/goxmldsig"
)

// pair makes a PEM with a key and its self-signed certificate.
func pair(t *testing.T, name string, curve bool) []byte {
	t.Helper()
	tmpl := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name},
		NotBefore: epoch().Add(-time.Hour), NotAfter: epoch().Add(time.Hour),
	}
	var key, public any
	if curve {
		k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		key, public = k, &k.PublicKey
	} else {
		k, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			t.Fatal(err)
		}
		key, public = k, &k.PublicKey
	}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, public, key)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return append(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8}),
		pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})...)
}

// An assertion within its message verifies with the card's certificate; one
// flipped byte does not.
func TestAssertion(t *testing.T) {
	t.Parallel()
	card, err := ParseCard(pair(t, "899700366240", false))
	if err != nil || card.ID() != "899700366240" {
		t.Fatalf("%+v, %v", card, err)
	}
	s := newService(t, 200, in("<R/>"))
	c := s.client(t, card)
	vitale, err := c.Vitale(epoch(), "2850475999101", "jeton&")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Call(t.Context(), s.URL, Message{Action: "a", Body: E("Q"), Proofs: []string{vitale}}, &answer{}); err != nil {
		t.Fatal(err)
	}
	verify := func(message string) (*etree.Element, error) {
		doc := etree.NewDocument()
		if err := doc.ReadFromString(message); err != nil {
			t.Fatal(err)
		}
		all := doc.FindElements("//Security/Assertion")
		if len(all) != 2 {
			t.Fatalf("%d assertions, want the professional's and Vitale's", len(all))
		}
		ctx := dsig.NewDefaultValidationContext(&dsig.MemoryX509CertificateStore{Roots: []*x509.Certificate{card.leaf}})
		ctx.IdAttribute = "ID"
		ctx.Clock = dsig.NewFakeClockAt(epoch())
		return ctx.Validate(all[0])
	}
	signed, err := verify(s.body)
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"./Issuer": card.name, "./Subject/NameID": "899700366240",
		"./AttributeStatement/Attribute[@Name='identifiantFacturation']/AttributeValue": "991000017",
		"./AttributeStatement/Attribute[@Name='secteurActivite']/AttributeValue":        "SA07",
		"./AttributeStatement/Attribute[@Name='codeSpecialite']/AttributeValue":         "01",
	} {
		if e := signed.FindElement(path); e == nil || e.Text() != want {
			t.Errorf("%s: %v, want %q", path, e, want)
		}
	}
	if q := signed.FindElement("./Subject/NameID").SelectAttrValue("NameQualifier", ""); q != "CPS" {
		t.Errorf("NameQualifier %q", q)
	}
	if _, err := verify(strings.Replace(s.body, ">SA07<", ">SA05<", 1)); err == nil {
		t.Error("a changed assertion verifies")
	}
	doc := etree.NewDocument()
	if err := doc.ReadFromString(vitale); err != nil {
		t.Fatal(err)
	}
	if e := doc.FindElement("//Attribute[@Name='TokenApCV']/AttributeValue"); e == nil || e.Text() != "jeton&" {
		t.Errorf("no token in %s", vitale)
	}
	// SAML 2.0 Core §2.3.3: the signature stands behind the issuer.
	first := etree.NewDocument()
	if err := first.ReadFromString(s.body); err != nil {
		t.Fatal(err)
	}
	if kids := first.FindElement("//Security/Assertion").ChildElements(); kids[0].Tag != "Issuer" || kids[1].Tag != "Signature" {
		t.Errorf("%s then %s, want Issuer then Signature", kids[0].Tag, kids[1].Tag)
	}
}

func TestParseCardRefusals(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		pem  []byte
		want string
	}{
		"nothing":  {nil, "card"},
		"elliptic": {pair(t, "x", true), "rsa-sha256"},
		"nobody":   {pair(t, "", false), "common name"},
	} {
		if _, err := ParseCard(tc.pem); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: error %v, want %q", name, err, tc.want)
		}
	}
}
