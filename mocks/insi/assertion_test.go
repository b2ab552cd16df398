package insi_test

import (
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/beevik/etree"
	dsig "github.com/russellhaering/goxmldsig"

	"github.com/segursim/segursim/internal/need"
)

// assertion is a SAML assertion to be written.
type assertion struct {
	id, qualifier, subject string
	issued                 time.Time
	attributes             []string // alternating names and values
}

// ps is the assertion of the doctor.
func (w *world) ps() assertion {
	return assertion{
		id: "_ps", qualifier: "CPS", subject: doctor, issued: w.now(),
		attributes: []string{"identifiantFacturation", "991100122", "secteurActivite", "SA07", "codeSpecialite", "01"},
	}
}

// card is the Vitale assertion of an ouvrant droit: its form is ours.
func (w *world) card(holder string) assertion {
	return assertion{id: "_vitale", qualifier: "VITALE", subject: holder, issued: w.now()}
}

func (a assertion) xml(issuer string) string {
	var b strings.Builder
	b.WriteString(`<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="` + a.id + `" IssueInstant="` + a.issued.UTC().Format(time.RFC3339) + `" Version="2.0">` +
		`<saml:Issuer Format="urn:oasis:names:tc:SAML:1.1:nameid-format:X509SubjectName">` + escape(issuer) + `</saml:Issuer>` +
		`<saml:Subject><saml:NameID NameQualifier="` + a.qualifier + `">` + a.subject + `</saml:NameID></saml:Subject>`)
	if len(a.attributes) > 0 {
		b.WriteString(`<saml:AttributeStatement>`)
		for i := 0; i < len(a.attributes); i += 2 {
			b.WriteString(`<saml:Attribute Name="` + a.attributes[i] + `"><saml:AttributeValue>` + a.attributes[i+1] + `</saml:AttributeValue></saml:Attribute>`)
		}
		b.WriteString(`</saml:AttributeStatement>`)
	}
	return b.String() + `</saml:Assertion>`
}

func (w *world) credential(profile string) tls.Certificate {
	w.t.Helper()
	conf, err := w.srv.TLS(profile)
	if err != nil {
		w.t.Fatal(err)
	}
	return conf.Certificates[0]
}

// sign signs with goxmldsig.
func (w *world) sign(a assertion, profile string) string {
	w.t.Helper()
	cred := w.credential(profile)
	leaf, err := x509.ParseCertificate(cred.Certificate[0])
	if err != nil {
		w.t.Fatal(err)
	}
	doc := etree.NewDocument()
	if err := doc.ReadFromString(a.xml(leaf.Subject.String())); err != nil {
		w.t.Fatal(err)
	}
	ctx, err := dsig.NewSigningContext(cred.PrivateKey.(*rsa.PrivateKey), cred.Certificate[:1])
	if err != nil {
		w.t.Fatal(err)
	}
	ctx.Canonicalizer = dsig.MakeC14N10ExclusiveCanonicalizerWithPrefixList("")
	signed, err := ctx.SignEnveloped(doc.Root())
	if err != nil {
		w.t.Fatal(err)
	}
	doc.SetRoot(signed)
	out, err := doc.WriteToString()
	if err != nil {
		w.t.Fatal(err)
	}
	return out
}

// xmlsec signs with xmlsec1.
func (w *world) xmlsec(a assertion, profile string) string {
	w.t.Helper()
	tool := need.Tool(w.t, "xmlsec1")
	cred := w.credential(profile)
	key, err := x509.MarshalPKCS8PrivateKey(cred.PrivateKey)
	if err != nil {
		w.t.Fatal(err)
	}
	dir := w.t.TempDir()
	write := func(name string, b []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, b, 0o600); err != nil {
			w.t.Fatal(err)
		}
		return path
	}
	keyFile := write("key.pem", pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key}))
	certFile := write("cert.pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cred.Certificate[0]}))
	const template = `<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:SignedInfo><ds:CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/><ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/><ds:Reference URI="#ID"><ds:Transforms><ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/><ds:Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/></ds:Transforms><ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><ds:DigestValue/></ds:Reference></ds:SignedInfo><ds:SignatureValue/><ds:KeyInfo><ds:X509Data><ds:X509Certificate/></ds:X509Data></ds:KeyInfo></ds:Signature>`
	doc := strings.Replace(a.xml("CN=SEGURSIM"), "</saml:Issuer>", "</saml:Issuer>"+strings.Replace(template, "#ID", "#"+a.id, 1), 1)
	in := write("assertion.xml", []byte(doc))
	cmd := exec.CommandContext(w.t.Context(), tool, "--sign", "--id-attr:ID", "urn:oasis:names:tc:SAML:2.0:assertion:Assertion", "--privkey-pem", keyFile+","+certFile, in)
	var problem strings.Builder
	cmd.Stderr = &problem
	out, err := cmd.Output()
	if err != nil {
		w.t.Fatalf("xmlsec1: %v\n%s", err, &problem)
	}
	text := string(out)
	if _, rest, ok := strings.Cut(text, "?>"); ok {
		text = rest
	}
	if !strings.Contains(text, base64.StdEncoding.EncodeToString(cred.Certificate[0])[:40]) {
		w.t.Fatalf("xmlsec1 left the certificate out:\n%s", text)
	}
	return strings.TrimSpace(text)
}

// TestCPx: a search by a professional, whose assertion is signed by goxmldsig or
// by xmlsec1; one flipped byte, and everything else that makes it worth nothing.
func TestCPx(t *testing.T) {
	t.Parallel()
	w := start(t, "")
	good := w.sign(w.ps(), "cps-medecin-sign")
	with := func(security string) call {
		return call{action: traitsAction, body: adrun(), security: security, emetteur: doctor}
	}
	t.Run("goxmldsig", func(t *testing.T) {
		w := w.in(t)
		a := w.send(with(good))
		w.found(a)
		for fact, want := range map[string]any{"access.mode": "cpx", "access.person": doctor, "access.speciality": "01"} {
			if got := a.entry.Fact(fact); got != want {
				t.Errorf("fact %s: %v, want %v", fact, got, want)
			}
		}
	})
	t.Run("xmlsec1", func(t *testing.T) {
		w := w.in(t)
		signed := w.xmlsec(w.ps(), "cps-medecin-sign")
		w.found(w.send(with(signed)))
		w.refused(w.send(with(strings.Replace(signed, ">991100122<", ">991100123<", 1))), "desir_9008", "tlsi.assertion.signature")
	})
	t.Run("Pro Santé Connect", func(t *testing.T) {
		w := w.in(t)
		ps := w.ps()
		ps.qualifier, ps.attributes = "PSC", []string{"codeSpecialiteAMO", "01", "identifiantFacturation", "991100122"}
		a := w.send(with(ps.xml("CN=LPS")))
		w.found(a)
		if a.entry.Fact("access.mode") != "psc" {
			t.Errorf("mode %v", a.entry.Fact("access.mode"))
		}
	})
	t.Run("old casing", func(t *testing.T) {
		w := w.in(t)
		ps := w.ps()
		ps.attributes = []string{"IdentifiantFacturation", "991100122", "SecteurActivite", "SA07", "CodeSpecialite", "01"}
		w.found(w.send(with(w.sign(ps, "cps-medecin-sign"))))
	})
	late, nobody, other := w.ps(), w.ps(), w.ps()
	late.issued = w.now().Add(-time.Hour)
	nobody.subject = "30B0099991/000000018"
	other.attributes = other.attributes[:4]
	for name, c := range map[string]struct{ security, code, rule string }{
		"flipped byte":         {strings.Replace(good, ">SA07<", ">SA05<", 1), "desir_9008", "tlsi.assertion.signature"},
		"not signed":           {w.ps().xml("CN=X"), "desir_9008", "tlsi.assertion.signature"},
		"an hour old":          {w.sign(late, "cps-medecin-sign"), "desir_9010", "tlsi.assertion.expired"},
		"somebody else's card": {w.sign(w.ps(), "cps-specialiste-sign"), "desir_9011", "tlsi.assertion.holder"},
		"organisation":         {w.sign(w.ps(), "org-sign"), "desir_9012", "tlsi.assertion.nominative"},
		"service card":         {w.sign(nobody, "cpe-non-nominative"), "desir_9012", "tlsi.assertion.nominative"},
		"no speciality":        {w.sign(other, "cps-medecin-sign"), "desir_9011", "tlsi.assertion.attribute"},
	} {
		t.Run(name, func(t *testing.T) {
			w := w.in(t)
			w.refused(w.send(with(c.security)), c.code, c.rule)
		})
	}
}
