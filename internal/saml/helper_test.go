package saml_test

import (
	"crypto/x509"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/beevik/etree"

	"github.com/segursim/segursim/certs"
	"github.com/segursim/segursim/internal/pki"
	"github.com/segursim/segursim/internal/saml"
)

// keys is the test hierarchy that the tests of this package share: RSA keys are
// slow to make. TestMain alone writes it.
var keys *pki.PKI

func TestMain(m *testing.M) {
	p, err := pki.Open(pki.Options{Ephemeral: true, Now: time.Now, Profiles: certs.FS()})
	if err != nil {
		panic(err)
	}
	keys = p
	code := m.Run()
	if err := p.Close(); err != nil {
		panic(err)
	}
	os.Exit(code)
}

func credential(t testing.TB, name string) *pki.Credential {
	t.Helper()
	c, err := keys.Credential(name)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

const doctor = "899700366240"

func draft(t testing.TB) saml.Draft {
	t.Helper()
	subject, err := pki.RFC2253(credential(t, "cps-medecin-sign").Leaf.RawSubject)
	if err != nil {
		t.Fatal(err)
	}
	return saml.Draft{
		ID: "_TEST-1", IssueInstant: time.Now(), Issuer: subject, Subject: saml.NameID{Value: doctor, Qualifier: "CPS"},
		Attributes: []saml.Attribute{
			{Name: "identifiantFacturation", Values: []saml.Value{{Text: "99100000"}}},
			{Name: "SecteurActivite", Values: []saml.Value{{Text: "SA07"}}},
			{Name: "codeSpecialite", Values: []saml.Value{{Text: "01"}}},
		},
	}
}

// signed is a good assertion.
func signed(t testing.TB) string {
	t.Helper()
	c := credential(t, "cps-medecin-sign")
	b, err := draft(t).Sign(c.Key(), c.Leaf)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// in puts assertions into a header such as they travel in.
func in(parts ...string) string {
	return `<S:Envelope xmlns:S="http://www.w3.org/2003/05/soap-envelope" xmlns:unused="urn:unused"><S:Header>` + strings.Join(parts, "\n") + `</S:Header></S:Envelope>`
}

// assertion parses the n-th assertion of a document.
func assertion(t testing.TB, doc string, n int) (*saml.Assertion, error) {
	t.Helper()
	d := etree.NewDocument()
	if err := d.ReadFromString(doc); err != nil {
		t.Fatal(err)
	}
	all := d.FindElements("//Assertion")
	if n >= len(all) {
		t.Fatalf("%d assertions", len(all))
	}
	return saml.Parse(all[n])
}

// chain judges as the simulator does.
func chain(c []*x509.Certificate) error {
	_, err := keys.Verify(c, pki.SignatureUsage)
	return err
}
