package e2e_test

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
	"testing"

	"github.com/segursim/segursim/mocks"
)

// dig finds the services of a domain, by UDP and by TCP.
func TestDig(t *testing.T) {
	t.Parallel()
	s := start(t, mocks.Options{Listen: map[string]string{"dns": "127.0.0.1:0"}})
	for _, transport := range []string{"+notcp", "+tcp"} {
		for name, tc := range map[string]struct {
			args []string
			want string
		}{
			"submission": {[]string{"SRV", "_submission._tcp.medecin.segursim.test"}, " " + s.port(t, "smtp") + " "},
			"imap":       {[]string{"SRV", "_imap._tcp.medecin.segursim.test"}, " " + s.port(t, "imap") + " "},
			"imaps":      {[]string{"SRV", "_imaps._tcp.hopital.segursim.test"}, " " + s.port(t, "imaps") + " "},
			"address":    {[]string{"A", "smtp.medecin.segursim.test"}, "127.0.0.1"},
			"mail":       {[]string{"MX", "medecin.segursim.test"}, "segursim.test."},
			"nothing":    {[]string{"A", "nobody.medecin.segursim.test"}, "NXDOMAIN"},
			"elsewhere":  {[]string{"A", "example.org"}, "REFUSED"},
		} {
			args := append([]string{"@127.0.0.1", "-p", s.port(t, "dns"), transport, "+time=5", "+tries=1"}, tc.args...)
			if out := mustRun(t, "dig", args...); !strings.Contains(out, tc.want) {
				t.Errorf("%s %s: no %q:\n%s", name, transport, tc.want, out)
			}
		}
	}
}

// openssl sees the simulated IGC-Santé behind STARTTLS, and no TLS older than 1.2.
func TestOpensslMail(t *testing.T) {
	t.Parallel()
	s := startMail(t, "")
	for _, way := range [][]string{
		{"smtp", "-starttls", "smtp"}, {"imap", "-starttls", "imap"}, {"smtps"}, {"imaps"},
	} {
		args := append([]string{"s_client", "-connect", "localhost:" + s.port(t, way[0]), "-CAfile", s.ca, "-verify_return_error", "-verify_hostname", "localhost"}, way[1:]...)
		out, err := programIn(t, "", "", "openssl", args...)
		if err != nil || !strings.Contains(out, "Verify return code: 0 (ok)") || !strings.Contains(out, "IGC-SANTE") {
			t.Errorf("%v: %v\n%s", way, err, out)
		}
		for _, old := range []string{"-tls1", "-tls1_1"} {
			out, err := programIn(t, "", "", "openssl", append(args, old, "-cipher", "ALL:@SECLEVEL=0")...)
			if err == nil && strings.Contains(out, "Verify return code: 0") && !strings.Contains(out, "Cipher is (NONE)") {
				t.Errorf("%v %s was taken:\n%s", way, old, out)
			}
		}
		for suite, ok := range map[string]bool{
			"ECDHE-RSA-AES256-GCM-SHA384": true, "ECDHE-RSA-AES128-GCM-SHA256": true, "AES128-SHA": false, "ECDHE-RSA-AES128-SHA": false,
		} {
			out, _ := programIn(t, "", "", "openssl", append(args, "-tls1_2", "-cipher", suite+":@SECLEVEL=0")...)
			if got := strings.Contains(out, "Cipher    : "+suite); got != ok {
				t.Errorf("%v with %s: %v\n%s", way, suite, got, out)
			}
		}
	}
	if e := s.last(t, "smtp.connect"); e.Peer.TLS == nil || e.Peer.TLS.Version == "" {
		t.Errorf("the journal does not say which TLS: %+v", e.Peer)
	}
}

// A fault gives the mail servers a bad certificate.
func TestOpensslMailCertificates(t *testing.T) {
	t.Parallel()
	s := startMail(t, "")
	for kind, want := range map[string]string{"expired": "certificate has expired", "wrong-host": "ostname mismatch"} {
		s.fault(t, map[string]any{"id": kind, "effect": map[string]any{"tls": kind}})
		out, _ := programIn(t, "", "", "openssl", "s_client", "-connect", "localhost:"+s.port(t, "imap"), "-starttls", "imap",
			"-CAfile", s.ca, "-verify_hostname", "localhost")
		if !strings.Contains(out, want) {
			t.Errorf("%s: no %q:\n%s", kind, want, out)
		}
		if status, body := s.control(t, http.MethodDelete, "/api/faults/"+kind, nil); status >= 300 {
			t.Fatalf("fault %s: %d %s", kind, status, body)
		}
	}
}

// curl fetches the autoconfiguration, and the liste blanche with its checksum.
func TestCurlDiscovery(t *testing.T) {
	t.Parallel()
	s := startMail(t, "")
	status, doc := s.curl(t, s.URL()+"/mail/config-v1.1.xml?emailaddress="+bal)
	if status != http.StatusOK {
		t.Fatalf("autoconfig: %d %s", status, doc)
	}
	for _, want := range []string{"<domain>medecin.segursim.test</domain>", `type="imap"`, "STARTTLS", "<port>" + s.port(t, "imap") + "</port>", "OAuth2"} {
		if !strings.Contains(doc, want) {
			t.Errorf("autoconfig lacks %q:\n%s", want, doc)
		}
	}
	status, list := s.curl(t, s.URL()+"/listeblanchemssante.xml")
	_, sum := s.curl(t, s.URL()+"/checksum")
	hash := sha256.Sum256([]byte(list))
	if status != http.StatusOK || strings.TrimSpace(sum) != hex.EncodeToString(hash[:]) {
		t.Errorf("liste blanche: %d, checksum %q of\n%s", status, sum, list)
	}
	path := eml(t, list)
	if out, err := program(t, "xmllint", "--noout", "--nonet", path); err != nil {
		t.Errorf("xmllint: %v\n%s", err, out)
	}
}
