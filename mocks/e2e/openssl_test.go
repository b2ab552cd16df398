package e2e_test

import (
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/segursim/segursim/mocks"
)

// sClient connects with openssl and returns what it says of the connection.
func (s *simulator) sClient(tb testing.TB, args ...string) (string, error) {
	tb.Helper()
	return program(tb, "openssl", append([]string{
		"s_client", "-connect", s.Endpoints().Listeners["https"], "-CAfile", s.ca, "-verify_return_error",
	}, args...)...)
}

// TestOpenSSLServer verifies the server's chain and names from outside.
func TestOpenSSLServer(t *testing.T) {
	t.Parallel()
	s := start(t, mocks.Options{Hosts: []string{"simulateur.hopital.test"}})
	tests := map[string]struct {
		args    []string
		refused string // what openssl says; empty when it accepts
	}{
		"localhost":          {args: []string{"-verify_hostname", "localhost"}},
		"address":            {args: []string{"-verify_ip", "127.0.0.1"}},
		"qualification name": {args: []string{"-servername", authHost, "-verify_hostname", authHost}},
		"wallet name":        {args: []string{"-servername", walletHost, "-verify_hostname", walletHost}},
		"configured name":    {args: []string{"-verify_hostname", "simulateur.hopital.test"}},
		"TLS 1.2":            {args: []string{"-tls1_2"}},
		"TLS 1.3":            {args: []string{"-tls1_3"}},
		"strict":             {args: []string{"-x509_strict"}},
		"other name":         {args: []string{"-verify_hostname", "autre.segursim.test"}, refused: "hostname mismatch"},
		"other address":      {args: []string{"-verify_ip", "127.0.0.2"}, refused: "IP address mismatch"},
		"TLS 1.1":            {args: []string{"-tls1_1", "-cipher", "DEFAULT:@SECLEVEL=0"}, refused: "protocol version"},
		"no trust":           {args: []string{"-CAfile", write(t, "vide.pem", ""), "-no-CApath", "-no-CAstore"}, refused: "error"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out, err := s.sClient(t, tt.args...)
			if tt.refused == "" && (err != nil || !strings.Contains(out, "Verify return code: 0 (ok)")) {
				t.Errorf("%v, want verify return code 0\n%s", err, out)
			}
			if tt.refused != "" && (err == nil || !strings.Contains(out, tt.refused)) {
				t.Errorf("%v, want a refusal for %q\n%s", err, tt.refused, out)
			}
		})
	}
}

// TestOpenSSLFault sets faults on the server's certificate: openssl must refuse
// each for its reason, and accept again afterwards.
func TestOpenSSLFault(t *testing.T) {
	t.Parallel()
	s := start(t, mocks.Options{})
	tests := map[string]struct {
		args    []string
		refused string
	}{
		"expired":    {refused: "certificate has expired"},
		"wrong-host": {args: []string{"-verify_hostname", "localhost"}, refused: "hostname mismatch"},
		"unknown-ca": {refused: "unable to get local issuer certificate"},
		"revoked":    {refused: "certificate revoked"},
	}
	for kind, tt := range tests {
		t.Run(kind, func(t *testing.T) { // not parallel: a fault is the whole simulator's
			args := tt.args
			if out, err := s.sClient(t, args...); err != nil {
				t.Fatalf("without the fault: %v\n%s", err, out)
			}
			s.fault(t, map[string]any{"effect": map[string]any{"tls": kind}})
			if kind == "revoked" { // as a client that fetches the list when it sees the certificate
				if out, err := s.sClient(t); err != nil {
					t.Fatalf("without a look at the list: %v\n%s", err, out)
				}
				args = []string{"-crl_check", "-CRL", s.crlOf(t, s.download(t, "serv-ssl.pem"))}
			}
			if out, err := s.sClient(t, args...); err == nil || !strings.Contains(out, tt.refused) {
				t.Errorf("%v, want a refusal for %q\n%s", err, tt.refused, out)
			}
			if status, body := s.control(t, http.MethodDelete, "/api/faults", nil); status != http.StatusNoContent {
				t.Fatalf("delete the faults: %d %s", status, body)
			}
			if out, err := s.sClient(t, args...); err != nil {
				t.Errorf("after the fault: %v\n%s", err, out)
			}
		})
	}
}

// crlOf fetches by curl the revocation list that a certificate names, has
// openssl verify its signature, and returns it as a PEM file.
func (s *simulator) crlOf(tb testing.TB, certFile string) string {
	tb.Helper()
	points := leaf(tb, certFile).CRLDistributionPoints
	if len(points) == 0 {
		tb.Fatalf("%s names no revocation list", certFile)
	}
	if want := "http://" + s.Endpoints().Listeners["http"] + "/"; !strings.HasPrefix(points[0], want) {
		tb.Fatalf("revocation list at %s, want it under %s", points[0], want)
	}
	dir := tb.TempDir()
	der, out := filepath.Join(dir, "liste.crl"), filepath.Join(dir, "liste.pem")
	if status, body := s.curl(tb, "-o", der, points[0]); status != http.StatusOK {
		tb.Fatalf("%s: %d %s", points[0], status, body)
	}
	said := mustRun(tb, "openssl", "crl", "-inform", "DER", "-in", der, "-out", out, "-CAfile", s.ca)
	if !strings.Contains(said, "verify OK") {
		tb.Fatalf("the revocation list does not verify:\n%s", said)
	}
	return out
}

// leaf reads the first certificate of a PEM file.
func leaf(tb testing.TB, file string) *x509.Certificate {
	tb.Helper()
	all := certificates(tb, file)
	return all[0]
}

func certificates(tb testing.TB, file string) []*x509.Certificate {
	tb.Helper()
	rest, err := os.ReadFile(file)
	if err != nil {
		tb.Fatal(err)
	}
	var out []*x509.Certificate
	for {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		if block.Type != "CERTIFICATE" {
			continue
		}
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			tb.Fatal(err)
		}
		out = append(out, c)
	}
	if len(out) == 0 {
		tb.Fatalf("%s holds no certificate", file)
	}
	return out
}

// issuer writes the certificate after the leaf in a PEM file to its own file.
func issuer(tb testing.TB, file string) string {
	tb.Helper()
	all := certificates(tb, file)
	if len(all) < 2 {
		tb.Fatalf("%s holds no chain", file)
	}
	return write(tb, "emetteur.pem", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: all[1].Raw})))
}

// TestOpenSSLRevocation asks the running simulator about certificates, by OCSP
// and by revocation list, at the addresses that the certificates name.
func TestOpenSSLRevocation(t *testing.T) {
	t.Parallel()
	s := start(t, mocks.Options{})
	tests := map[string]struct {
		profile, status string
	}{
		"server":         {"serv-ssl", "good"},
		"structure":      {"org-auth-cli", "good"},
		"card":           {"cps-medecin-auth", "good"},
		"revoked":        {"revoked", "revoked"},
		"server revoked": {"server-revoked", "revoked"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := s.download(t, tt.profile+".pem")
			at := strings.TrimSpace(mustRun(t, "openssl", "x509", "-in", file, "-noout", "-ocsp_uri"))
			if want := "http://" + s.Endpoints().Listeners["http"] + "/"; !strings.HasPrefix(at, want) {
				t.Fatalf("OCSP at %q, want it under %s", at, want)
			}
			out := mustRun(t, "openssl", "ocsp", "-issuer", issuer(t, file), "-cert", file, "-url", at, "-CAfile", s.ca)
			if !strings.Contains(out, "Response verify OK") || !strings.Contains(out, file+": "+tt.status) {
				t.Errorf("want a verified answer %q:\n%s", tt.status, out)
			}
			out, err := program(t, "openssl", "verify", "-crl_check", "-CRLfile", s.crlOf(t, file), "-CAfile", s.ca,
				"-untrusted", issuer(t, file), file)
			if revoked := strings.Contains(out, "certificate revoked"); revoked != (tt.status == "revoked") || (err != nil) != revoked {
				t.Errorf("by the revocation list: %v, want %s\n%s", err, tt.status, out)
			}
		})
	}
	t.Run("unknown serial", func(t *testing.T) {
		t.Parallel()
		file := s.download(t, "org-auth-cli.pem")
		at := strings.TrimSpace(mustRun(t, "openssl", "x509", "-in", file, "-noout", "-ocsp_uri"))
		out := mustRun(t, "openssl", "ocsp", "-issuer", issuer(t, file), "-serial", "0x1234", "-url", at, "-CAfile", s.ca)
		if !strings.Contains(out, "0x1234: unknown") {
			t.Errorf("want unknown:\n%s", out)
		}
	})
}

// TestOpenSSLClient shows a client certificate with openssl, and finds it in the
// journal.
func TestOpenSSLClient(t *testing.T) {
	t.Parallel()
	s := start(t, mocks.Options{})
	file := s.download(t, "org-auth-cli.pem")
	request := fmt.Sprintf("GET /auth/realms/esante-wallet%s HTTP/1.0\r\nHost: localhost\r\n\r\n", certsPath)
	out, err := programIn(t, "", request, "openssl", "s_client", "-quiet", "-connect", s.Endpoints().Listeners["https"],
		"-CAfile", s.ca, "-verify_return_error", "-cert", file, "-key", file)
	if err != nil || !strings.Contains(out, `"keys"`) {
		t.Fatalf("%v\n%s", err, out)
	}
	peer := s.last(t, "certs").Peer.TLS
	if peer == nil || peer.SHA256 != fingerprint(t, file) || peer.Problem != "" {
		t.Errorf("journal: %+v", peer)
	}
}

// TestKeytool imports what the simulator exports into Java's key stores.
func TestKeytool(t *testing.T) {
	t.Parallel()
	s := start(t, mocks.Options{})
	entries := regexp.MustCompile(`(?m)^Alias name: `)
	tests := map[string]struct {
		file, kind string
		want       string
		entries    int // at least
	}{
		"JKS with key":       {"org-auth-cli.jks", "JKS", "PrivateKeyEntry", 1},
		"PKCS12 with key":    {"cps-medecin-auth.p12", "PKCS12", "PrivateKeyEntry", 1},
		"trust store JKS":    {"ca.jks", "JKS", "trustedCertEntry", 3},
		"trust store PKCS12": {"ca.p12", "PKCS12", "trustedCertEntry", 3},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			to := filepath.Join(t.TempDir(), "magasin.p12")
			mustRun(t, "keytool", "-importkeystore", "-noprompt", "-srckeystore", s.download(t, tt.file), "-srcstoretype", tt.kind,
				"-srcstorepass", "changeit", "-destkeystore", to, "-deststoretype", "PKCS12", "-deststorepass", "changeit")
			out := mustRun(t, "keytool", "-J-Duser.language=en", "-list", "-v", "-keystore", to, "-storepass", "changeit")
			if n := len(entries.FindAllString(out, -1)); n < tt.entries || !strings.Contains(out, tt.want) {
				t.Errorf("%d entries, want %d of %s\n%s", n, tt.entries, tt.want, out)
			}
		})
	}
}
