package soap_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/segursim/segursim/internal/soap"
)

// FuzzDecode: whatever comes, there is an envelope or a Problem, and what was
// read holds together.
func FuzzDecode(f *testing.F) {
	for _, s := range []string{
		"", "<", message("", "<a/>"), message(`<Action xmlns="`+soap.WSA+`">x</Action>`, `<p:a xmlns:p="u" p:b="&lt;"/>`),
		bomb(), `<?xml version="1.0" encoding="ISO-8859-1"?>` + message("", "<a>\xe9</a>"), message("", strings.Repeat("<a>", 70)),
		`<!DOCTYPE a [<!-- -->]>`, message("<!-- -->", "<![CDATA[x]]><a/>"), "\ufeff" + message("", ""), message("", "<a xmlns:p='u' p:x='1' x='2'/>"),
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		e, err := soap.Decode(b, soap.Limits{Bytes: 1 << 16})
		if err != nil {
			var p *soap.Problem
			if !errors.As(err, &p) || p.Kind == "" || p.FR == "" || p.EN == "" {
				t.Fatalf("not a Problem: %#v", err)
			}
			return
		}
		if e.Root == nil || e.Root.NamespaceURI() != soap.NS {
			t.Fatal("an envelope without root")
		}
		e.Required()
		if e.Body != nil && e.Body.Parent() == nil {
			t.Fatal("a body outside of its document")
		}
		fault := soap.EncodeFault(soap.Style{}, soap.Fault{Code: soap.Sender, Reasons: []soap.Reason{{Lang: "fr", Text: e.Action}}})
		if _, err := soap.Decode(fault, soap.Limits{Bytes: 1 << 20}); err != nil {
			t.Fatalf("the fault that repeats %q: %v", e.Action, err)
		}
	})
}
