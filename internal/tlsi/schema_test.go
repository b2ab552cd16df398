package tlsi_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/segursim/segursim/internal/need"
	"github.com/segursim/segursim/internal/scenario"
	"github.com/segursim/segursim/internal/tlsi"
)

// TestFaultSchema: every siram:Erreur is of the reference schema, but for the
// severity "fatal", which the real application writes against it.
func TestFaultSchema(t *testing.T) {
	t.Parallel()
	xmllint := need.Tool(t, "xmllint")
	xsd := filepath.Join(need.Shared(t, "data/insi"), "wsdl", "xsd", "schema_faultSOAP_V01_01.xsd")
	s := start(t, "")
	c := s.client("insi-auto")
	find := regexp.MustCompile(`<siram:Erreur .*</siram:Erreur>`)
	for _, code := range s.probe.door.Codes() {
		_, err := s.app.Engine().AddFault(scenario.Fault{
			Service: "essai", Op: "repeter", Times: 1, Effect: scenario.Effect{Error: &scenario.ErrorEffect{Code: code}},
		})
		if err != nil {
			t.Fatal(err)
		}
		a := s.post(c, "/lps", media, message{}.String())
		file := filepath.Join(t.TempDir(), code+".xml")
		if err := os.WriteFile(file, []byte(find.FindString(a.body)), 0o600); err != nil {
			t.Fatal(err)
		}
		out, err := exec.CommandContext(t.Context(), xmllint, "--noout", "--nonet", "--schema", xsd, file).CombinedOutput() //nolint:gosec // our own files
		f, _ := s.probe.door.Known(code)
		if valid := err == nil; valid != (f.Severity != tlsi.Fatal) {
			t.Errorf("%s: valid %v\n%s", code, valid, out)
		}
	}
}

// TestRequestSamples: the reference requests come through the door with their
// own prefixes and order, once their placeholders are filled.
func TestRequestSamples(t *testing.T) {
	t.Parallel()
	s := start(t, "")
	c := s.client("insi-auto")
	for _, name := range []string{"request-traits-mtls.xml", "request-vitale.xml"} {
		b, err := os.ReadFile(filepath.Join(need.Shared(t, "data/insi"), "samples", name))
		if err != nil {
			t.Fatal(err)
		}
		doc := strings.NewReplacer("NIR13", "2751263220749").Replace(string(b))
		a := s.post(c, "/lps", media, doc)
		if a.err != nil || !strings.Contains(rules(a.entry), "tlsi.absent") || !strings.Contains(a.body, "INSi") {
			t.Errorf("%s: no INSi here, yet %d %s", name, a.status, a.body)
		}
		// As an operation of the trial, everything else unchanged.
		body := regexp.MustCompile(`(?s)<soap:Body>.*</soap:Body>`).ReplaceAllLiteralString(doc, "<soap:Body>"+repete+"</soap:Body>")
		body = regexp.MustCompile(`urn:ServiceIdentiteCertifiee:1\.0\.0:\w+`).ReplaceAllLiteralString(body, echoAction)
		if a := s.post(c, "/lps", media, body); a.status != 200 {
			t.Errorf("%s: %d %s %+v", name, a.status, a.body, a.entry.Causes)
		}
	}
}
