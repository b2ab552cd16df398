package mssante

import (
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/segursim/segursim/internal/app"
	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/internal/need"
	"github.com/segursim/segursim/mocks/mssante/bal"
)

// ask makes a GET over plain HTTP, under a name of its own.
func (b *bench) ask(method, host, path string) (*http.Response, string) {
	b.t.Helper()
	req, err := http.NewRequestWithContext(b.t.Context(), method, "http://"+b.app.Endpoints().Listeners["http"]+path, http.NoBody)
	if err != nil {
		b.t.Fatal(err)
	}
	if host != "" {
		req.Host = host
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return resp, string(body)
}

func (b *bench) port(listener string) string {
	a := b.app.Endpoints().Listeners[listener]
	return a[strings.LastIndex(a, ":")+1:]
}

// TestAutoconfig: which domain and which servers a client is told of.
func TestAutoconfig(t *testing.T) {
	t.Parallel()
	follow, pinned := begin(t, ""), begin(t, "ports: standard\nautoconfig: {host: mail.segursim.test, tls: both}\ndomain: labo.segursim.test")
	tests := map[string]struct {
		b          *bench
		host, path string
		domain     string // empty: not found
		status     int
		imap, smtp string // host and port
		method     string
		noted      bool
	}{
		"by its name":           {b: follow, host: "autoconfig.hopital.segursim.test:8443", path: autoconfigPath, domain: "hopital.segursim.test", imap: "imap.hopital.segursim.test:imap", smtp: "smtp.hopital.segursim.test:smtp", method: "OAuth2"},
		"by its name, capitals": {b: follow, host: "AutoConfig.Hopital.SegurSim.test", path: autoconfigPath, domain: "hopital.segursim.test", imap: "imap.hopital.segursim.test:imap", smtp: "smtp.hopital.segursim.test:smtp", method: "OAuth2"},
		"well-known":            {b: follow, host: "labo.segursim.test", path: autoconfigKnown, domain: "labo.segursim.test", imap: "imap.labo.segursim.test:imap", smtp: "smtp.labo.segursim.test:smtp", method: "OAuth2"},
		"by the address":        {b: follow, path: autoconfigPath + "?emailaddress=" + kitBAL, domain: "medecin.segursim.test", imap: "localhost:imap", smtp: "localhost:smtp", method: "OAuth2"},
		"of an applicative":     {b: follow, path: autoconfigPath + "?emailaddress=" + labBAL, domain: "labo.segursim.test", imap: "localhost:imap", smtp: "localhost:smtp", method: "TLS-client-cert"},
		"name before address":   {b: follow, host: "autoconfig.labo.segursim.test", path: autoconfigPath + "?emailaddress=" + kitBAL, domain: "labo.segursim.test", imap: "imap.labo.segursim.test:imap", smtp: "smtp.labo.segursim.test:smtp", method: "OAuth2"},
		"neither":               {b: follow, path: autoconfigPath, domain: "medecin.segursim.test", imap: "localhost:imap", smtp: "localhost:smtp", method: "OAuth2", noted: true},
		"neither, as localhost": {b: follow, host: "localhost:8443", path: autoconfigPath, domain: "medecin.segursim.test", imap: "localhost:imap", smtp: "localhost:smtp", method: "OAuth2", noted: true},
		"unknown name":          {b: follow, host: "autoconfig.nowhere.test", path: autoconfigPath, status: http.StatusNotFound},
		"unknown address":       {b: follow, path: autoconfigPath + "?emailaddress=a@nowhere.test", status: http.StatusNotFound},
		"no address":            {b: follow, path: autoconfigPath + "?emailaddress=%00%22x", status: http.StatusBadRequest},
		"pinned":                {b: pinned, path: autoconfigPath, domain: "labo.segursim.test", imap: "mail.segursim.test:143", smtp: "mail.segursim.test:587", method: "OAuth2", noted: true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			resp, body := tt.b.ask(http.MethodGet, tt.host, tt.path)
			last := tt.b.entries(opAutoconfig)
			entry := last[len(last)-1]
			if tt.domain == "" {
				if resp.StatusCode != tt.status || entry.Outcome != journal.Refused || len(entry.Causes) == 0 {
					t.Errorf("%d (%s), want %d with a cause", resp.StatusCode, entry.Outcome, tt.status)
				}
				return
			}
			var c clientConfig
			if err := xml.Unmarshal([]byte(body), &c); err != nil || resp.StatusCode != http.StatusOK {
				t.Fatalf("%d: %v\n%s", resp.StatusCode, err, body)
			}
			p := c.Provider
			for want, got := range map[string]mailServer{tt.imap: p.Incoming[0], tt.smtp: p.Outgoing[0]} {
				for _, l := range []string{"imap", "smtp"} {
					if strings.HasSuffix(want, ":"+l) {
						want = strings.TrimSuffix(want, l) + tt.b.port(l)
					}
				}
				if got.Host+":"+got.Port != want || got.Socket != "STARTTLS" || got.Authentication != tt.method || got.User != "%EMAILADDRESS%" {
					t.Errorf("server %+v, want %s, STARTTLS, %s", got, want, tt.method)
				}
			}
			if p.Domain != tt.domain || p.ID != tt.domain || c.Version != "1.1" {
				t.Errorf("domain %q, want %q", p.Domain, tt.domain)
			}
			if noted := len(entry.Causes) > 0; noted != tt.noted {
				t.Errorf("a remark: %v, want %v", noted, tt.noted)
			}
		})
	}
	_, body := pinned.ask(http.MethodGet, "", autoconfigPath)
	if n := strings.Count(body, "<socketType>SSL</socketType>"); n != 2 {
		t.Errorf("tls: both gives %d servers with TLS from the start, want 2:\n%s", n, body)
	}
	if resp, body := follow.ask(http.MethodHead, "", autoconfigPath); resp.StatusCode != http.StatusOK || body != "" {
		t.Errorf("HEAD: %d %q", resp.StatusCode, body)
	}
}

// TestWhitelist: the list, its checksum, and what is trusted.
func TestWhitelist(t *testing.T) {
	t.Parallel()
	b := begin(t, "")
	resp, body := b.ask(http.MethodGet, "", whitelistPath)
	if resp.StatusCode != http.StatusOK || !strings.HasPrefix(resp.Header.Get("Content-Type"), "application/xml") {
		t.Fatalf("%d %s", resp.StatusCode, resp.Header.Get("Content-Type"))
	}
	if _, sum := b.ask(http.MethodGet, "", "/checksum"); sum != bal.Checksum([]byte(body)) {
		t.Errorf("checksum %q is not the list's", sum)
	}
	list, err := bal.ReadWhitelist([]byte(body))
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]int{}
	for _, e := range list.Entries {
		seen[e.Name]++
		if !strings.HasPrefix(e.DN, "CN=") || e.Contact == "" || e.Support == "" || e.Updated.IsZero() {
			t.Errorf("entry %+v", e)
		}
	}
	for name, want := range map[string]int{"medecin.segursim.test": 1, "hopital.segursim.test": 2, "Imagerie.Segursim.test": 1, "patient.mssante.fr": 1} {
		if seen[name] != want {
			t.Errorf("%s is there %d times, want %d", name, seen[name], want)
		}
	}
	for domain, want := range map[string]bool{"medecin.segursim.test": true, "Medecin.SEGURSIM.test": true, "imagerie.segursim.test": true, "patient.mssante.fr": true, "example.org": false, "": false} {
		if got := b.s.trusted(domain); got != want {
			t.Errorf("trusted(%q) = %v", domain, got)
		}
	}
	if !strings.Contains(body, "<DateDeGeneration>2026-01-15T00:00:00Z</DateDeGeneration>") {
		t.Errorf("dated otherwise than of the day:\n%s", body[:200])
	}
	b.advance(day)
	if _, tomorrow := b.ask(http.MethodGet, "", whitelistPath); tomorrow == body {
		t.Error("the same the next day")
	}
	xmllint := need.Tool(t, "xmllint")
	file := filepath.Join(t.TempDir(), "list.xml")
	if err := os.WriteFile(file, []byte(body), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), xmllint, "--xpath",
		`concat(namespace-uri(/*),'|',local-name(/*),'|',name(/*/*[1]),'|',name(/*/*[2]),'|',count(//*[local-name()='Domaine']),'|',name(//*[local-name()='Domaine'][1]/*[3]))`, file).CombinedOutput()
	want := fmt.Sprintf("https://listeblanche.mssante.fr/schema|ListeBlancheMSSante|DateDeGeneration|ListeDomaines|%d|DNCertificatOperateur", len(list.Entries))
	if got := strings.TrimSpace(string(out)); err != nil || got != want {
		t.Errorf("xmllint reads %q, want %q (%v)", got, want, err)
	}
}

// TestOwnWhitelist: a user's file is served as it is, and says who is trusted.
func TestOwnWhitelist(t *testing.T) {
	t.Parallel()
	const own = `<?xml version="1.0" encoding="UTF-8"?>
<ListeBlancheMSSante xmlns="https://listeblanche.mssante.fr/schema"><DateDeGeneration>2025-12-01T00:00:00.000Z</DateDeGeneration>
<ListeDomaines><Domaine><Nom>Autre.Exemple.test</Nom><Description/><DNCertificatOperateur>CN=x</DNCertificatOperateur><ResponsableContact/><SupportContact/><DateMAJ>2025</DateMAJ></Domaine></ListeDomaines></ListeBlancheMSSante>`
	file := filepath.Join(t.TempDir(), "list.xml")
	if err := os.WriteFile(file, []byte(own), 0o600); err != nil {
		t.Fatal(err)
	}
	b := begin(t, "whitelist: {file: "+file+", checksum_path: /listeblanche.sha256}")
	if _, body := b.ask(http.MethodGet, "", whitelistPath); body != own {
		t.Errorf("served otherwise:\n%s", body)
	}
	if _, sum := b.ask(http.MethodGet, "", "/listeblanche.sha256"); sum != bal.Checksum([]byte(own)) {
		t.Errorf("checksum %q", sum)
	}
	for domain, want := range map[string]bool{"autre.exemple.test": true, "medecin.segursim.test": true, "imagerie.segursim.test": false} {
		if got := b.s.trusted(domain); got != want {
			t.Errorf("trusted(%q) = %v", domain, got)
		}
	}
	for name, content := range map[string]string{
		"not XML": "hello", "another root": "<a/>", "no list": `<ListeBlancheMSSante xmlns="https://listeblanche.mssante.fr/schema"><DateDeGeneration>2025-12-01T00:00:00Z</DateDeGeneration></ListeBlancheMSSante>`,
		"no certificate": strings.Replace(own, "CN=x", "", 1), "no date": strings.Replace(own, "2025-12-01T00:00:00.000Z", "hier", 1),
	} {
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := tryPrepare(t, "whitelist: {file: "+file+"}"); err == nil || !strings.Contains(err.Error(), file) {
			t.Errorf("%s: error %v, want one that names the file", name, err)
		}
	}
}

// TestWebFaults: the director rules these pages too.
func TestWebFaults(t *testing.T) {
	t.Parallel()
	faults := filepath.Join(t.TempDir(), "faults.yaml")
	if err := os.WriteFile(faults, []byte(`faults:
  - id: gone
    service: mssante
    op: autoconfig
    where: autoconfig.domain == "labo.segursim.test"
    effect: {error: {code: unavailable, text: panne}}
  - id: wrong-port
    service: mssante
    op: autoconfig
    where: autoconfig.domain == "hopital.segursim.test"
    effect: {patch: {imap.port: "1", smtp.host: nulle-part.test}}
  - id: proxy
    service: mssante
    op: whitelist
    effect: {http: {status: 502, body: Bad gateway}}
  - id: wrong-sum
    service: mssante
    op: whitelist.checksum
    effect: {patch: {checksum: "00"}}
`), 0o600); err != nil {
		t.Fatal(err)
	}
	b := begin(t, "", func(o *app.Options) { o.FaultsFile = faults })
	if resp, body := b.ask(http.MethodGet, "autoconfig.labo.segursim.test", autoconfigPath); resp.StatusCode != http.StatusServiceUnavailable || body != "panne\n" {
		t.Errorf("%d %q", resp.StatusCode, body)
	}
	if _, body := b.ask(http.MethodGet, "autoconfig.hopital.segursim.test", autoconfigPath); !strings.Contains(body, "<port>1</port>") || !strings.Contains(body, "nulle-part.test") {
		t.Errorf("not patched:\n%s", body)
	}
	if resp, _ := b.ask(http.MethodGet, "", whitelistPath); resp.StatusCode != http.StatusBadGateway {
		t.Errorf("%d, want 502", resp.StatusCode)
	}
	if _, sum := b.ask(http.MethodGet, "", "/checksum"); sum != "00" {
		t.Errorf("checksum %q", sum)
	}
	for _, e := range b.entries(opAutoconfig)[:1] {
		if e.Fault != "gone" || e.Outcome != journal.Faulted {
			t.Errorf("fault %q, outcome %s", e.Fault, e.Outcome)
		}
	}
}

// TestCurlAutoconfig: an independent client, over TLS, by the names that the
// certificate carries.
func TestCurlAutoconfig(t *testing.T) {
	t.Parallel()
	curl := need.Tool(t, "curl")
	b := begin(t, "")
	doc := b.app.Endpoints()
	_, port, _ := strings.Cut(doc.Listeners["https"], ":")
	for _, host := range []string{"autoconfig.medecin.segursim.test", "autoconfig.medecin.formation.mssante.fr"} {
		out, err := exec.CommandContext(t.Context(), curl, "-sS", "--fail", "--cacert", doc.CA, "--connect-to", host+":443:127.0.0.1:"+port,
			"https://"+host+autoconfigPath).CombinedOutput()
		if err != nil || !strings.Contains(string(out), "<domain>"+strings.TrimPrefix(host, "autoconfig.")+"</domain>") {
			t.Errorf("%s: %v\n%s", host, err, out)
		}
	}
}

// TestHosts: names of the real messaging are never the certificate's.
func TestHosts(t *testing.T) {
	t.Parallel()
	b := prepare(t, "domains: [{nom: hopital-x.mssante.fr, operateur: segursim-a}]")
	hosts := strings.Join(b.s.Hosts(), " ")
	for _, want := range []string{"autoconfig.medecin.segursim.test", "smtp.hopital.segursim.test", "imap.labo.segursim.test", "autoconfig.medecin.formation.mssante.fr"} {
		if !strings.Contains(hosts, want) {
			t.Errorf("%s is not among %s", want, hosts)
		}
	}
	for _, never := range []string{"patient.mssante.fr", "hopital-x.mssante.fr", "espacedeconfiance", "smtp.medecin.formation"} {
		if strings.Contains(hosts, never) {
			t.Errorf("%s is among %s", never, hosts)
		}
	}
}

// TestEndpoints: what the endpoints document says of the service.
func TestEndpoints(t *testing.T) {
	t.Parallel()
	b := begin(t, "")
	doc := b.app.Endpoints().Services["mssante"]
	if doc["patient_domain"] != "patient.mssante.fr" || doc["test_address"] != "reponse.automatique-test@patient.mssante.fr" {
		t.Errorf("%v", doc)
	}
	if u := fmt.Sprint(doc["autoconfig"]); !strings.HasPrefix(u, "https://localhost:"+b.port("https")+autoconfigPath) {
		t.Errorf("autoconfig at %s", u)
	}
	if fmt.Sprint(doc["domains"]) == "[]" || strings.Contains(fmt.Sprint(doc["domains"]), "patient") {
		t.Errorf("domains %v", doc["domains"])
	}
	bals := doc["bals"].([]map[string]any)
	if len(bals) == 0 || bals[0]["address"] != kitBAL {
		t.Errorf("the first BAL is not the default identity's: %v", bals)
	}
}
