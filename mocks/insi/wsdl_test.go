package insi_test

import (
	"crypto/x509"
	"encoding/pem"
	"encoding/xml"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/segursim/segursim/internal/need"
	"github.com/segursim/segursim/mocks"
)

func (w *world) page(u string) (int, http.Header, string) {
	w.t.Helper()
	req, err := http.NewRequestWithContext(w.t.Context(), http.MethodGet, u, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	resp, err := w.client("").Do(req)
	if err != nil {
		w.t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return resp.StatusCode, resp.Header, string(b)
}

// TestWSDL: the file, its address, and that whatever it imports is served.
func TestWSDL(t *testing.T) {
	t.Parallel()
	w := start(t, "")
	status, header, text := w.page(w.srv.URL() + "/lps?wsdl")
	if status != http.StatusOK || header.Get("Content-Type") != "text/xml; charset=utf-8" {
		t.Fatalf("%d %v", status, header)
	}
	if !strings.Contains(text, `<soap12:address location="`+w.srv.URL()+`/lps"/>`) {
		t.Errorf("the address is not the one that was called:\n%s", text)
	}
	imports := regexp.MustCompile(`schemaLocation="([^"]*)"`).FindAllStringSubmatch(text, -1)
	if len(imports) != 8 {
		t.Fatalf("%d imports", len(imports))
	}
	for _, m := range imports {
		status, _, xsd := w.page(w.srv.URL() + "/" + m[1])
		if status != http.StatusOK || xml.Unmarshal([]byte(xsd), new(struct{ XMLName xml.Name })) != nil {
			t.Errorf("%s: %d %s", m[1], status, xsd)
		}
		if strings.Contains(xsd, "schemaLocation") {
			t.Errorf("%s imports in its turn", m[1])
		}
	}
	for path, want := range map[string]int{
		"/lps": http.StatusMethodNotAllowed, "/lps?xsd=nulle-part.xsd": http.StatusNotFound, "/lps?xsd=../service.go": http.StatusNotFound,
		"/lps?WSDL": http.StatusOK, "/lps?xsd=": http.StatusNotFound,
	} {
		if status, _, text := w.page(w.srv.URL() + path); status != want {
			t.Errorf("%s: %d %s, want %d", path, status, text, want)
		}
	}
}

// TestWSDLPublicURL: a pinned address wins over the caller's.
func TestWSDLPublicURL(t *testing.T) {
	t.Parallel()
	w := startWith(t, mocks.Options{PublicURL: "https://insi.segursim.test"})
	if _, _, text := w.page(w.srv.URL() + "/lps?wsdl"); !strings.Contains(text, `location="https://insi.segursim.test/lps"`) {
		t.Errorf("address:\n%s", text)
	}
}

// TestSameNames: our file and the reference one declare the same names.
func TestSameNames(t *testing.T) {
	t.Parallel()
	reference, err := os.ReadFile(need.Shared(t, "data/insi/wsdl/DESIR_ICIR_EXP_1.5.0.wsdl"))
	if err != nil {
		t.Fatal(err)
	}
	own, err := os.ReadFile("wsdl/icir.wsdl")
	if err != nil {
		t.Fatal(err)
	}
	names := func(b []byte) map[string]bool {
		out := map[string]bool{}
		for _, m := range regexp.MustCompile(`(?:<wsdl:[a-z]+|<soap12:[a-z]+|wsaw:Action|soapAction|targetNamespace|namespace)[ =][^>]*`).FindAllString(string(b), -1) {
			for _, v := range regexp.MustCompile(`(name|soapAction|wsaw:Action|namespace|targetNamespace|use|style|transport|part|parts)="([^"]*)"`).FindAllStringSubmatch(m, -1) {
				out[v[1]+"="+v[2]] = true
			}
		}
		return out
	}
	want, got := names(reference), names(own)
	if len(want) < 20 {
		t.Fatalf("only %d names read in the reference", len(want))
	}
	for n := range want {
		if !got[n] {
			t.Errorf("ours has no %s", n)
		}
	}
	for n := range got {
		if !want[n] {
			t.Errorf("the reference has no %s", n)
		}
	}
}

// zeepScript loads the WSDL and calls with it.
const zeepScript = `
import sys, requests, zeep, zeep.exceptions
from zeep.transports import Transport
url, ca, cert = sys.argv[1:4]
session = requests.Session()
session.verify, session.cert, session.trust_env = ca, cert, False
client = zeep.Client(url + "?wsdl", transport=Transport(session=session))
get = client.get_element
bam = get("{urn:siram:bam:ctxbam}ContexteBAM")(Version="01_02", Id="1", Temps="2026-01-01T00:00:00Z", COUVERTURE={})
lps = get("{urn:siram:lps:ctxlps}ContexteLPS")(Version="01_00", Id="1", Temps="2026-01-01T00:00:00Z",
    LPS={"IDAM": {"_value_1": "TESTSGIE0000", "R": "4"}, "Version": "1", "Instance": "i", "Nom": "urn:lps:ZEEP:1"})
mid = get("{http://www.w3.org/2005/08/addressing}MessageID")("uuid:zeep")
r = client.service.rechercherInsAvecTraitsIdentite(NomNaissance="ADRUN", Prenom=["ZOE"], Sexe="F", DateNaissance="1975-12-31", _soapheaders=[lps, mid, bam])
print(r.CR.CodeCR, r.INDIVIDU.INSACTIF.IdIndividu.NumIdentifiant, r.INDIVIDU.TIQ.ListePrenom)
r = client.service.rechercherInsAvecTraitsIdentite(NomNaissance="ADRUN", Prenom=["INCONNUE"], Sexe="F", DateNaissance="1975-12-31", _soapheaders=[lps, mid, bam])
print(r.CR.CodeCR, r.INDIVIDU)
try:
    client.service.rechercherInsAvecTraitsIdentite(Prenom=["ZOE"], Sexe="F", DateNaissance="1975-12-31", _soapheaders=[lps, mid, bam])
except zeep.exceptions.Fault as f:
    print(f.code, f.subcodes[0].localname, f.detail[0].get("code"))
print(len(list(client.wsdl.services["ICIR-v1"].ports["ICIRService"].binding._operations)))
`

// zeepPython is a Python that has zeep: that of PATH, or Debian's.
func zeepPython(t *testing.T) string {
	t.Helper()
	tool := need.Tool(t, "python3")
	var said []byte
	for _, python := range []string{tool, "/usr/bin/python3"} {
		out, err := exec.CommandContext(t.Context(), python, "-c", "import zeep").CombinedOutput()
		if err == nil {
			return python
		}
		said = out
	}
	if os.Getenv(need.RequireEnv) != "" {
		t.Fatalf(need.RequireEnv+" is set and python3-zeep is not installed:\n%s", said)
	}
	t.Skipf("skipped: python3-zeep is not installed:\n%s", said)
	return ""
}

// TestZeep: python3-zeep makes a client of our WSDL and is answered, in every
// style.
func TestZeep(t *testing.T) {
	t.Parallel()
	python := zeepPython(t)
	for _, style := range []string{"live", "cnda", "ns2"} {
		t.Run(style, func(t *testing.T) {
			t.Parallel()
			w := startWith(t, mocks.Options{Sections: map[string][]byte{"tlsi": []byte("style: " + style)}})
			dir := t.TempDir()
			ca, pair := filepath.Join(dir, "ca.pem"), filepath.Join(dir, "insi-auto.pem")
			for file, path := range map[string]string{ca: "certs/ca.pem", pair: "certs/insi-auto.pem"} {
				if err := os.WriteFile(file, []byte(w.get(path)), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			script := filepath.Join(dir, "client.py")
			if err := os.WriteFile(script, []byte(zeepScript), 0o600); err != nil {
				t.Fatal(err)
			}
			out, err := exec.CommandContext(t.Context(), python, script, w.srv.URL()+"/lps", ca, pair).CombinedOutput()
			want := "00 2751263220749 ZOE\n01 None\nS:Sender siram_10 insi_19\n2\n"
			if err != nil || string(out) != want {
				t.Errorf("%v\n%s\nwant\n%s", err, out, want)
			}
		})
	}
}

// TestCurl: curl with each certificate profile.
func TestCurl(t *testing.T) {
	t.Parallel()
	curl := need.Tool(t, "curl")
	w := start(t, "")
	dir := t.TempDir()
	write := func(name string, b []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	ca := write("ca.pem", []byte(w.get("certs/ca.pem")))
	message := write("message.xml", []byte(traitsCall(adrun()).envelope(w.now())))
	for profile, want := range map[string]string{
		"insi-auto": "<CodeCR>00</CodeCR>", "insi-manu": "<CodeCR>00</CodeCR>",
		"org-auth-cli": "desir_560", "wrong-cn": "desir_560", "expired": "desir_560", "not-yet-valid": "desir_560",
		"revoked": "desir_560", "unknown-ca": "desir_560", "wrong-usage": "desir_560", "cps-medecin-auth": "desir_560",
	} {
		cred := w.credential(profile)
		key, err := x509.MarshalPKCS8PrivateKey(cred.PrivateKey)
		if err != nil {
			t.Fatal(err)
		}
		var chain []byte
		for _, der := range cred.Certificate {
			chain = append(chain, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})...)
		}
		out, err := exec.CommandContext(t.Context(), curl, "-sS", "--noproxy", "*", "--cacert", ca, "--cert", write(profile+".crt", chain), "--key", write(profile+".key", pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key})),
			"-H", "Content-Type: application/soap+xml; charset=utf-8", "--data-binary", "@"+message, w.srv.URL()+"/lps").CombinedOutput()
		if err != nil || !strings.Contains(string(out), want) {
			t.Errorf("%s: %v\n%s\nwant %s", profile, err, out, want)
		}
	}
}
