package insi

import (
	"encoding/xml"
	"os"
	"strings"
	"testing"

	"github.com/segursim/segursim/internal/soap"
)

// FuzzRead: a body of any content is read or refused with a cause, and what is
// read has only the names that were asked for.
func FuzzRead(f *testing.F) {
	for _, seed := range []string{
		`<RECSANSVITALE xmlns="http://www.cnamts.fr/INSiRecSans"><NomNaissance>ADRUN</NomNaissance><Prenom>ZOE</Prenom></RECSANSVITALE>`,
		`<a:RECSANSVITALE xmlns:a="http://www.cnamts.fr/INSiRecSans"><a:Sexe/><a:Prenom>A</a:Prenom><a:Prenom>B</a:Prenom></a:RECSANSVITALE>`,
		`<r xmlns="http://www.cnamts.fr/INSiRecSans">x<!-- c --><Sexe><b/></Sexe></r>`, `<r/>`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		e, err := soap.Decode([]byte(`<s:Envelope xmlns:s="`+soap.NS+`"><s:Body>`+body+`</s:Body></s:Envelope>`), soap.Limits{})
		if err != nil || e.Body == nil {
			return
		}
		want := traitsShape()
		got, c := read(e.Body, want)
		if c != nil {
			if c.Rule == "" || c.Text.FR == "" || c.Text.EN == "" {
				t.Fatalf("an incomplete cause: %+v", c)
			}
			return
		}
		for name, texts := range got.texts {
			if index(want.names, name) < 0 || len(texts) > 1 && name != "Prenom" {
				t.Fatalf("read %s: %q", name, texts)
			}
		}
	})
}

// FuzzPatch: whatever a fault says, the answer stays well-formed XML.
func FuzzPatch(f *testing.F) {
	f.Add("INDIVIDU.INSACTIF.OID", "1.2", "CR.CodeCR", false)
	f.Add("INDIVIDU.INSHISTO.1.OID", "<&>", "INDIVIDU", true)
	f.Add("RESULTAT", "x", "a.0.0.b", false)
	f.Add("CR.0", "\x00\xff", "", true)
	f.Fuzz(func(t *testing.T, path, value, other string, remove bool) {
		root := group("RESULTAT", group("CR", leaf("CodeCR", "00")), group("INDIVIDU", group("INSACTIF", leaf("OID", "1"))))
		changes := map[string]any{path: value, other: nil}
		if !remove {
			changes[other] = map[string]any{path: value}
		}
		if err := root.patch(changes); err != nil {
			return
		}
		out := root.encode(nsResult, namespaceStyle{prefix: "ns2"})
		if err := xml.Unmarshal(out, new(struct{ XMLName xml.Name })); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	})
}

// FuzzContract: a contract is whole, or refused.
func FuzzContract(f *testing.F) {
	own, err := os.ReadFile("contrat-verification.yaml")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(own))
	f.Add("unitaire: {action: a}")
	f.Add(strings.Replace(string(own), "CodeCR", "Code CR", 1))
	f.Fuzz(func(t *testing.T, text string) {
		c, err := parseContract([]byte(text))
		if err == nil && (c.Unitary.Action == "" || !elementName(c.Elements.Name) || c.Results.OK.Code == c.Results.KO.Code) {
			t.Fatalf("accepted with a hole: %+v", c)
		}
	})
}
