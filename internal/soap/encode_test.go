package soap_test

import (
	"encoding/xml"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/segursim/segursim/internal/need"
	"github.com/segursim/segursim/internal/soap"
)

func updating() bool {
	f := flag.Lookup("update")
	return f != nil && f.Value.String() == "true"
}

func TestMain(m *testing.M) {
	flag.Bool("update", false, "write the goldens")
	os.Exit(m.Run())
}

// golden compares got with the files of testdata/<name>.txtar.
func golden(t *testing.T, name string, got map[string]string, order ...string) {
	t.Helper()
	path := filepath.Join("testdata", name+".txtar")
	if updating() {
		a := &txtar.Archive{Comment: []byte("Answers as they are written. To write them anew: go test -update\n")}
		for _, n := range order {
			a.Files = append(a.Files, txtar.File{Name: n, Data: []byte(got[n] + "\n")})
		}
		if err := os.WriteFile(path, txtar.Format(a), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	a, err := txtar.ParseFile(path)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{}
	for _, f := range a.Files {
		want[f.Name] = strings.TrimSuffix(string(f.Data), "\n")
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestStyles(t *testing.T) {
	t.Parallel()
	body := []byte(`<R xmlns="urn:r"/>`)
	fault := soap.Fault{
		Code: soap.Sender,
		Subcodes: []soap.QName{
			{Name: soap.Name{Space: soap.NS, Local: "siram_40"}},
			{Name: soap.Name{Space: "urn:own", Local: "why"}, Prefix: "o"},
		},
		Reasons: []soap.Reason{{Lang: "fr", Text: "L'été < \"l'hiver\" & après"}, {Lang: "en", Text: "x"}},
		Detail:  `<d xmlns="urn:d"/>`,
	}
	got := map[string]string{
		"plain.xml":      string(soap.EncodeEnvelope(soap.Style{}, nil, body)),
		"header.xml":     string(soap.EncodeEnvelope(soap.Style{Bare: true}, []byte(`<h xmlns="urn:h"/>`), body)),
		"live.xml":       string(soap.EncodeEnvelope(soap.Style{Body: "env"}, nil, body)),
		"cnda.xml":       string(soap.EncodeEnvelope(soap.Style{Body: "S"}, nil, body)),
		"fault.xml":      string(soap.EncodeFault(soap.Style{}, fault)),
		"fault-live.xml": string(soap.EncodeFault(soap.Style{Body: "env", Fault: "S"}, fault)),
		"fault-no-detail.xml": string(soap.EncodeFault(soap.Style{Envelope: "S", Fault: "soap"}, soap.Fault{
			Code: soap.CodeVersion, Reasons: []soap.Reason{{Lang: "en", Text: "t"}},
		})),
	}
	golden(t, "styles", got, "plain.xml", "header.xml", "live.xml", "cnda.xml", "fault.xml", "fault-live.xml", "fault-no-detail.xml")
	for name, doc := range got {
		e, err := soap.Decode([]byte(doc), soap.Limits{})
		if err != nil {
			t.Errorf("%s: not decodable: %v", name, err)
		} else if strings.HasPrefix(name, "fault") != (e.BodyName() == soap.Name{Space: soap.NS, Local: "Fault"}) {
			t.Errorf("%s: body %s", name, e.BodyName())
		}
	}
}

// TestLiveFaults: written with the style seen on the real service, the faults are
// the reference samples byte for byte.
func TestLiveFaults(t *testing.T) {
	t.Parallel()
	dir := need.Shared(t, "data/insi")
	for _, c := range []struct {
		file   string
		prefix string
		fault  soap.Fault
	}{
		{"fault-gateway-desir.xml", "soap", soap.Fault{
			Code: soap.Sender, Subcodes: []soap.QName{{Name: soap.Name{Space: soap.NS, Local: "siram_100"}}},
			Reasons: []soap.Reason{{Lang: "fr", Text: "(libelle utilisateur)"}},
			Detail:  `<siram:Erreur xmlns:siram="urn:siram" code="desir_550" messageID="uuid:ECHO-OF-REQUEST" severite="erreur">Numéro d'autorisation du logiciel inconnu.</siram:Erreur>`,
		}},
		{"fault-application-insi.xml", "S", soap.Fault{
			Code: soap.Receiver, Subcodes: []soap.QName{{Name: soap.Name{Space: soap.NS, Local: "siram_40"}}},
			Reasons: []soap.Reason{{Lang: "en", Text: "(libelle utilisateur)"}},
			Detail:  `<siram:Erreur severite="fatal" code="insi_102" xmlns:siram="urn:siram">(libelle technique)</siram:Erreur>`,
		}},
	} {
		want, err := os.ReadFile(filepath.Join(dir, "samples", c.file))
		if err != nil {
			t.Fatal(err)
		}
		got := soap.EncodeFault(soap.Style{Body: "env", Fault: c.prefix}, c.fault)
		if diff := cmp.Diff(strings.TrimSpace(string(want)), string(got)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.file, diff)
		}
	}
}

func TestEscape(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"":                      "",
		"plain text":            "plain text",
		`<a b="c">&'`:           "&lt;a b=&quot;c&quot;&gt;&amp;'",
		"é\r\n\t\x00\x1b\uffff": "é&#xD;\n\t\ufffd\ufffd\ufffd",
		"\xff":                  "\ufffd",
		"]]>":                   "]]&gt;",
	} {
		got := soap.Escape(in)
		if got != want {
			t.Errorf("Escape(%q) = %q, want %q", in, got, want)
		}
		var back struct {
			A string `xml:"a,attr"`
		}
		if err := xml.Unmarshal([]byte(`<x a="`+got+`">`+got+`</x>`), &back); err != nil {
			t.Errorf("%q does not parse: %v", got, err)
		}
	}
}
