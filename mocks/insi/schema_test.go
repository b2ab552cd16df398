package insi_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/segursim/segursim/internal/need"
	"github.com/segursim/segursim/mocks"
)

// inner is the inside of soap:Body with the namespaces of the envelope, as a
// document of its own.
func inner(t *testing.T, a answer) string {
	t.Helper()
	s := strings.TrimSpace(string(a.soap.Body.Inner))
	if s == "" {
		t.Fatalf("an empty body: %s", a.raw)
	}
	return `<?xml version="1.0" encoding="UTF-8"?>` + s
}

func validate(t *testing.T, schema, document string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "answer.xml")
	if err := os.WriteFile(file, []byte(document), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), need.Tool(t, "xmllint"), "--noout", "--nonet", "--schema", schema, file).CombinedOutput()
	if err != nil {
		t.Errorf("xmllint: %v\n%s\n%s", err, out, document)
	}
}

// TestSchema holds answers of every style against the schema of the contract: the
// simulator's own, and the reference one where it is there.
func TestSchema(t *testing.T) {
	t.Parallel()
	need.Tool(t, "xmllint")
	for _, style := range []string{"live", "cnda", "ns2"} {
		t.Run(style, func(t *testing.T) {
			t.Parallel()
			w := startWith(t, mocks.Options{Sections: map[string][]byte{"tlsi": []byte("style: " + style)}})
			for name, body := range map[string]string{
				"00": adrun(), "01": adrun("Prenom", "INCONNUE"),
				"02":        traitsBody("NomNaissance", "DE VINCI", "Prenom", "LEONARDO", "Sexe", "M", "DateNaissance", "2014-02-01"),
				"history":   traitsBody("NomNaissance", "ECETINSI", "Prenom", "PIERRE-ALAIN", "Sexe", "M", "DateNaissance", "2009-07-14"),
				"wrong key": traitsBody("NomNaissance", "HERMANN", "Prenom", "GATIEN", "Sexe", "M", "DateNaissance", "1981-03-24"),
				"Corsica":   traitsBody("NomNaissance", "CORSE", "Prenom", "ANTHONY", "Sexe", "M", "DateNaissance", "1980-03-02"),
				"lunar":     traitsBody("NomNaissance", "SEGURSIM-LUNAIRE", "Prenom", "FATOU", "Sexe", "F", "DateNaissance", "1948-00-00"),
			} {
				t.Run(name, func(t *testing.T) {
					w := w.in(t)
					a := w.send(traitsCall(body))
					doc := inner(t, a)
					validate(t, filepath.Join("wsdl", "resultat.xsd"), doc)
					validate(t, need.Shared(t, "data/insi/wsdl/xsd/ServiceIdentiteCertifiee/INSi_RESULTAT_INS.xsd"), doc)
				})
			}
		})
	}
}

// TestSample: an answer is to the byte what the real service writes.
func TestSample(t *testing.T) {
	t.Parallel()
	sample, err := os.ReadFile(need.Shared(t, "data/insi/samples/response-00-histo.xml"))
	if err != nil {
		t.Fatal(err)
	}
	w := start(t, "")
	a := w.send(traitsCall(traitsBody("NomNaissance", "ECETINSI", "Prenom", "MURIEL", "Sexe", "M", "DateNaissance", "2009-07-14")))
	if got, want := a.raw, strings.TrimSpace(string(sample)); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// TestInjection: in the style cnda the answers are those of the CNDA's files,
// white space and comments apart.
func TestInjection(t *testing.T) {
	t.Parallel()
	w := startWith(t, mocks.Options{Sections: map[string][]byte{"tlsi": []byte("style: cnda")}})
	tool := need.Tool(t, "xmllint")
	canon := func(document []byte) string {
		cmd := exec.CommandContext(t.Context(), tool, "--noblanks", "--exc-c14n", "-")
		cmd.Stdin = strings.NewReader(strings.ReplaceAll(string(document), "<!-- OID NIA -->", ""))
		out, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		return string(out)
	}
	for file, body := range map[string]string{
		"REP_CR01.xml":       adrun("Prenom", "INCONNUE"),
		"TEST_2.05.xml":      traitsBody("NomNaissance", "PROVISOIRE", "Prenom", "MATRICULE", "Sexe", "M", "DateNaissance", "2009-07-01"),
		"TEST_2.08_cas2.xml": traitsBody("NomNaissance", "HERMANN", "Prenom", "GATIEN", "Sexe", "M", "DateNaissance", "1981-03-24"),
	} {
		t.Run(file, func(t *testing.T) {
			want, err := os.ReadFile(need.Shared(t, "data/insi/cnda-fixtures/"+file))
			if err != nil {
				t.Fatal(err)
			}
			a := w.in(t).send(traitsCall(body))
			if got, want := canon([]byte(a.raw)), canon(want); got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// TestFaultSamples: faults of both layers have the shape of the captures.
func TestFaultSamples(t *testing.T) {
	t.Parallel()
	w := start(t, "mode: qualif-like")
	shape := func(s string) string { // texts and identifiers out
		for _, cut := range [][2]string{{">", "<"}, {`messageID="`, `"`}} {
			var b strings.Builder
			for {
				at := strings.Index(s, cut[0])
				if at < 0 {
					break
				}
				b.WriteString(s[:at+len(cut[0])])
				s = s[at+len(cut[0]):]
				if end := strings.Index(s, cut[1]); end >= 0 && !strings.Contains(s[:end], ":siram_") {
					s = s[end:]
				}
			}
			s = b.String() + s
		}
		return s
	}
	for file, a := range map[string]answer{
		"fault-application-insi.xml": w.send(traitsCall(adrun("Prenom", "INCONNUE"))),
		"fault-gateway-desir.xml":    w.send(call{profile: "insi-auto", action: traitsAction, body: adrun(), idam: " "}),
	} {
		want, err := os.ReadFile(need.Shared(t, "data/insi/samples/"+file))
		if err != nil {
			t.Fatal(err)
		}
		if diff := shape(strings.TrimSpace(string(want))); diff != shape(a.raw) {
			t.Errorf("%s: got\n%s\nwant\n%s", file, shape(a.raw), diff)
		}
	}
}
