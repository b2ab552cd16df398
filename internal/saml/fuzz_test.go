package saml_test

import (
	"bytes"
	"errors"
	"testing"

	"github.com/beevik/etree"

	"github.com/segursim/segursim/internal/saml"
	"github.com/segursim/segursim/internal/soap"
)

// FuzzAssertion: whatever an envelope holds, reading and verifying end in a value
// or a Problem, and only what the hierarchy signed is believed.
func FuzzAssertion(f *testing.F) {
	good := signed(f)
	f.Add([]byte(good))
	f.Add([]byte(in(good)))
	f.Add([]byte(in(good, good)))
	f.Add([]byte(`<saml:Assertion xmlns:saml="` + saml.NS + `" Version="2.0" ID="_1" IssueInstant="2026-11-21T10:00:00Z"><saml:Issuer>x</saml:Issuer><ds:Signature xmlns:ds="` + saml.DSig + `"/></saml:Assertion>`))
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) > 1<<16 {
			return
		}
		wrapped := bytes.Join([][]byte{[]byte(`<e:Envelope xmlns:e="` + soap.NS + `"><e:Header>`), b, []byte(`</e:Header><e:Body/></e:Envelope>`)}, nil)
		e, err := soap.Decode(wrapped, soap.Limits{})
		if err != nil {
			return
		}
		for _, h := range e.Headers {
			check(t, h, good)
		}
	})
}

func check(t *testing.T, e *etree.Element, good string) {
	t.Helper()
	a, err := saml.Parse(e)
	var p *saml.Problem
	if err != nil {
		if !errors.As(err, &p) || p.FR == "" || p.EN == "" {
			t.Fatalf("not a Problem: %#v", err)
		}
		return
	}
	a.SignerIsIssuer()
	err = a.Verify(chain)
	if err != nil && (!errors.As(err, &p) || p.FR == "") {
		t.Fatalf("not a Problem: %#v", err)
	}
	if err == nil && (a.Subject.Value != doctor || a.ID != "_TEST-1") {
		t.Fatalf("believed what nobody signed: %+v; only this was: %s", a, good)
	}
}

func BenchmarkVerify(b *testing.B) {
	doc := signed(b)
	b.ReportAllocs()
	for b.Loop() {
		a, err := assertion(b, doc, 0)
		if err != nil {
			b.Fatal(err)
		}
		if err := a.Verify(nil); err != nil {
			b.Fatal(err)
		}
	}
}
