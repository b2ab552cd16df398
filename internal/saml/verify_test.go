package saml_test

import (
	"crypto/x509"
	"errors"
	"strings"
	"testing"

	"github.com/segursim/segursim/internal/saml"
)

func TestVerify(t *testing.T) {
	t.Parallel()
	good := signed(t)
	for name, doc := range map[string]string{
		"alone":                     good,
		"in an envelope":            in(good),
		"a comment beside":          in(strings.Replace(good, "<saml:Subject>", "<!-- x --><saml:Subject>", 1)),
		"white space in base64":     in(strings.Replace(good, "<ds:SignatureValue>", "<ds:SignatureValue>\n  ", 1)),
		"unused prefix declared":    in(strings.Replace(good, "<saml:Assertion ", `<saml:Assertion xmlns:q="urn:q" `, 1)),
		"attributes in any order":   in(strings.Replace(good, `Version="2.0" ID="_TEST-1"`, `ID='_TEST-1'   Version="2.0"`, 1)),
		"references for characters": in(strings.Replace(good, ">SA07<", ">&#83;A07<", 1)),
		"character data section":    in(strings.Replace(good, ">SA07<", "><![CDATA[SA07]]><", 1)),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a, err := assertion(t, doc, 0)
			if err != nil {
				t.Fatal(err)
			}
			if err := a.Verify(chain); err != nil {
				t.Errorf("refused: %v", err)
			}
			if !a.SignerIsIssuer() {
				t.Errorf("issuer %q is not %q", a.Issuer.Value, a.Certificate.Subject)
			}
		})
	}
}

// TestEveryByteCounts: one bit flipped anywhere in what is signed is refused. A
// third of the bytes is tried, which takes a second.
func TestEveryByteCounts(t *testing.T) {
	t.Parallel()
	good := signed(t)
	accepted := 0
	for i := 1; i < len(good); i += 3 {
		b := []byte(good)
		b[i] ^= 0x01
		a, ok := tryParse(string(b))
		if !ok {
			continue
		}
		if err := a.Verify(chain); err == nil {
			accepted++
			t.Errorf("byte %d (%q) may change: …%s…", i, good[i], good[max(0, i-40):min(len(good), i+10)])
		}
	}
	if accepted > 0 {
		t.Errorf("%d of %d bytes do not count", accepted, len(good))
	}
}

func TestVerifyRefuses(t *testing.T) {
	t.Parallel()
	good := signed(t)
	replace := func(old, new string) string {
		if !strings.Contains(good, old) {
			t.Fatalf("no %q to replace", old)
		}
		return in(strings.Replace(good, old, new, 1))
	}
	evil := strings.NewReplacer("_TEST-1\"", "_EVIL\"", ">"+doctor+"<", ">899700218896<").Replace(good)
	sig := good[strings.Index(good, "<ds:Signature ") : strings.Index(good, "</ds:Signature>")+len("</ds:Signature>")]
	unsigned := strings.Replace(good, sig, "", 1)
	evilUnsigned := strings.NewReplacer(`ID="_TEST-1"`, `ID="_EVIL"`, ">"+doctor+"<", ">899700218896<").Replace(unsigned)
	for name, c := range map[string]struct {
		doc  string
		n    int
		kind saml.Kind
	}{
		"not signed":             {in(unsigned), 0, saml.Unsigned},
		"another value":          {replace(">SA07<", ">SA08<"), 0, saml.Digest},
		"another person":         {replace(">"+doctor+"<", ">899700218896<"), 0, saml.Digest},
		"an attribute more":      {replace("</saml:AttributeStatement>", `<saml:Attribute Name="x"/></saml:AttributeStatement>`), 0, saml.Digest},
		"another time":           {replace("IssueInstant=\"2", "IssueInstant=\"3"), 0, saml.Digest},
		"a false value":          {replace("<ds:SignatureValue>", "<ds:SignatureValue>AAAA"), 0, saml.Signature},
		"value not base64":       {replace("<ds:SignatureValue>", "<ds:SignatureValue>*"), 0, saml.Malformed},
		"no certificate":         {replace("X509Certificate>M", "X509Certificate>*"), 0, saml.Certificate},
		"no transforms":          {in(strings.ReplaceAll(good, "ds:Transforms>", "ds:Transforme>")), 0, saml.Malformed},
		"sha-1 digest":           {replace("http://www.w3.org/2001/04/xmlenc#sha256", "http://www.w3.org/2000/09/xmldsig#sha1"), 0, saml.Algorithm},
		"rsa-sha1":               {replace("http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", "http://www.w3.org/2000/09/xmldsig#rsa-sha1"), 0, saml.Algorithm},
		"hmac":                   {replace("http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", "http://www.w3.org/2000/09/xmldsig#hmac-sha1"), 0, saml.Algorithm},
		"inclusive c14n":         {replace(`<ds:CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"`, `<ds:CanonicalizationMethod Algorithm="http://www.w3.org/TR/2001/REC-xml-c14n-20010315"`), 0, saml.Algorithm},
		"xslt":                   {replace("http://www.w3.org/2000/09/xmldsig#enveloped-signature", "http://www.w3.org/TR/1999/REC-xslt-19991116"), 0, saml.Algorithm},
		"xpath more":             {replace("</ds:Transforms>", `<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116"/></ds:Transforms>`), 0, saml.Algorithm},
		"whole document":         {replace(`URI="#_TEST-1"`, `URI=""`), 0, saml.Wrapped},
		"without fragment":       {replace(`URI="#_TEST-1"`, `URI="_TEST-1"`), 0, saml.Wrapped},
		"two references":         {replace("</ds:SignedInfo>", good[strings.Index(good, "<ds:Reference"):strings.Index(good, "</ds:SignedInfo>")]+"</ds:SignedInfo>"), 0, saml.Wrapped},
		"two signatures":         {replace("</ds:Signature>", "</ds:Signature>"+sig), 0, saml.Wrapped},
		"two signed infos":       {replace("</ds:SignedInfo>", "</ds:SignedInfo><ds:SignedInfo/>"), 0, saml.Wrapped},
		"signature inside":       {in(strings.Replace(good, "<ds:KeyInfo>", "<ds:Object>"+sig+"</ds:Object><ds:KeyInfo>", 1)), 0, saml.Wrapped},
		"id twice":               {in(good, unsigned), 0, saml.Wrapped},
		"id twice, attacker's":   {in(strings.Replace(evilUnsigned, "_EVIL", "_TEST-1", 1), good), 1, saml.Wrapped},
		"id twice, another case": {in(`<x xml:id="_TEST-1"/>`, good), 0, saml.Wrapped},
		"signature of another":   {in(strings.Replace(evilUnsigned, "</saml:Issuer>", "</saml:Issuer>"+sig, 1), unsigned), 0, saml.Wrapped},
		"wrapped in the signature": {
			in(strings.Replace(evilUnsigned, "</saml:Issuer>", "</saml:Issuer>"+strings.Replace(sig, "</ds:Signature>", "<ds:Object>"+unsigned+"</ds:Object></ds:Signature>", 1), 1)), 0, saml.Wrapped,
		},
		"renamed with its signature": {in(evil), 0, saml.Digest},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a, err := assertion(t, c.doc, c.n)
			if err != nil {
				t.Fatalf("not parsed: %v", err)
			}
			called := false
			err = a.Verify(func(cs []*x509.Certificate) error { called = true; return chain(cs) })
			if saml.KindOf(err) != c.kind {
				t.Errorf("got %v, want kind %s", err, c.kind)
			}
			if called {
				t.Error("the certificate was judged for a signature that is not one")
			}
		})
	}
}

// TestVerifyChain: a refusal of the certificate is handed on, and why.
func TestVerifyChain(t *testing.T) {
	t.Parallel()
	a, err := assertion(t, signed(t), 0)
	if err != nil {
		t.Fatal(err)
	}
	why := errors.New("révoqué")
	err = a.Verify(func([]*x509.Certificate) error { return why })
	if saml.KindOf(err) != saml.Certificate || !errors.Is(err, why) {
		t.Errorf("got %v", err)
	}
	var p *saml.Problem
	if !errors.As(err, &p) || !strings.Contains(p.FR, "révoqué") {
		t.Errorf("it does not say why: %v", err)
	}
	for _, profile := range []string{"cps-medecin-auth", "unknown-ca", "expired"} {
		c := credential(t, profile)
		b, err := draft(t).Sign(c.Key(), c.Leaf)
		if err != nil {
			t.Fatal(err)
		}
		a, err := assertion(t, string(b), 0)
		if err != nil {
			t.Fatal(err)
		}
		if err := a.Verify(nil); err != nil {
			t.Errorf("%s: the signature itself is good: %v", profile, err)
		}
		if err := a.Verify(chain); saml.KindOf(err) != saml.Certificate {
			t.Errorf("%s: got %v", profile, err)
		}
	}
}
