package pki_test

import (
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/segursim/segursim/internal/pki"
)

// serve serves a PKI as the simulator does.
func serve(t *testing.T, p *pki.PKI) *httptest.Server {
	t.Helper()
	mux := http.NewServeMux()
	answer := func(w http.ResponseWriter, contentType string, data []byte, err error) {
		if err != nil {
			http.Error(w, err.Error(), http.StatusNotFound)
			return
		}
		w.Header().Set("Content-Type", contentType)
		_, _ = w.Write(data)
	}
	mux.HandleFunc("GET /pki/crl/{file}", func(w http.ResponseWriter, r *http.Request) {
		data, err := p.CRL(r.PathValue("file"))
		answer(w, "application/pkix-crl", data, err)
	})
	mux.HandleFunc("GET /pki/ca/{file}", func(w http.ResponseWriter, r *http.Request) {
		data, err := p.CACertificate(r.PathValue("file"))
		answer(w, "application/pkix-cert", data, err)
	})
	mux.HandleFunc("POST /pki/ocsp", func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err == nil {
			body, err = p.OCSP(body)
		}
		answer(w, "application/ocsp-response", body, err)
	})
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	if err := p.SetBaseURL(s.URL); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestOpenSSLVerify(t *testing.T) {
	t.Parallel()
	p := shared(t)
	ca := bundle(t, p)
	bad := map[string]string{
		"expired": "certificate has expired", "server-expired": "certificate has expired",
		"not-yet-valid": "certificate is not yet valid", "server-not-yet-valid": "certificate is not yet valid",
		"unknown-ca": "unable to get local issuer certificate", "server-unknown-ca": "unable to get local issuer certificate",
	}
	for _, info := range p.Profiles() {
		t.Run(info.Name, func(t *testing.T) {
			t.Parallel()
			out, err := run(t, "openssl", "verify", "-x509_strict", "-CAfile", ca, pemOf(t, credential(t, p, info.Name)))
			if want := bad[info.Name]; want == "" && err != nil || want != "" && (err == nil || !strings.Contains(out, want)) {
				t.Errorf("openssl verify: %v, want error %q\n%s", err, want, out)
			}
		})
	}
}

func TestOpenSSLVerifyPurpose(t *testing.T) {
	t.Parallel()
	p := shared(t)
	ca := bundle(t, p)
	tests := map[string]struct {
		profile, purpose string
		refused          bool
	}{
		"server":              {"serv-ssl", "sslserver", false},
		"client":              {"insi-auto", "sslclient", false},
		"card":                {"cps-medecin-auth", "sslclient", false},
		"signature as client": {"cps-medecin-sign", "sslclient", true},
		"serverAuth only":     {"wrong-usage", "sslclient", true},
		"emailProtection":     {"wrong-usage-email", "sslclient", true},
		"client as server":    {"insi-auto", "sslserver", true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out, err := run(t, "openssl", "verify", "-purpose", tt.purpose, "-CAfile", ca, pemOf(t, credential(t, p, tt.profile)))
			if (err != nil) != tt.refused {
				t.Errorf("refused = %v, want %v\n%s", err, tt.refused, out)
			}
		})
	}
}

// TestOpenSSLWithFile checks the file that a client is told to trust.
func TestOpenSSLWithFile(t *testing.T) {
	t.Parallel()
	p := open(t, pki.Options{Dir: t.TempDir()})
	ca, err := p.CAFile()
	if err != nil {
		t.Fatal(err)
	}
	mustRun(t, "openssl", "verify", "-CAfile", ca, pemOf(t, credential(t, p, "serv-ssl")))
	if err := <-p.Warm(t.Context()); err != nil {
		t.Fatal(err)
	}
	mustRun(t, "openssl", "verify", "-CAfile", ca, pemOf(t, credential(t, p, "cps-medecin-auth")))
}

func TestOpenSSLRevocation(t *testing.T) {
	t.Parallel()
	p := open(t, pki.Options{})
	s := serve(t, p)
	ca := bundle(t, p)
	revoked, sound := credential(t, p, "revoked"), credential(t, p, "insi-auto")
	issuer := write(t, "issuer.pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: sound.Chain[0].Raw}))

	crls := func(t *testing.T) string {
		var all []byte
		for _, short := range []string{"ACI-EL-ORG-TEST.crl", "ACR-EL-TEST.crl"} {
			resp, err := s.Client().Get(s.URL + "/pki/crl/" + short)
			if err != nil {
				t.Fatal(err)
			}
			data, err := io.ReadAll(resp.Body)
			_ = resp.Body.Close()
			if err != nil || resp.StatusCode != http.StatusOK {
				t.Fatalf("%s: %v %s", short, err, resp.Status)
			}
			all = append(all, pem.EncodeToMemory(&pem.Block{Type: "X509 CRL", Bytes: data})...)
		}
		return write(t, "crls.pem", all)
	}
	check := func(t *testing.T, c *pki.Credential, wantRevoked bool, wantReason string) {
		t.Helper()
		cert := pemOf(t, c)
		out, err := run(t, "openssl", "verify", "-crl_check_all", "-CRLfile", crls(t), "-CAfile", ca, cert)
		if (err != nil) != wantRevoked || wantRevoked && !strings.Contains(out, "certificate revoked") {
			t.Errorf("openssl verify -crl_check_all: %v, want revoked %v\n%s", err, wantRevoked, out)
		}
		out = mustRun(t, "openssl", "ocsp", "-issuer", issuer, "-cert", cert, "-url", s.URL+"/pki/ocsp", "-CAfile", ca, "-text")
		status := "good"
		if wantRevoked {
			status = "revoked"
		}
		if !strings.Contains(out, ": "+status) || !strings.Contains(out, "Response verify OK") || !strings.Contains(out, wantReason) {
			t.Errorf("openssl ocsp: want %s %s\n%s", status, wantReason, out)
		}
		if n := strings.Count(out, "OCSP Nonce"); n != 2 || strings.Contains(out, "WARNING: no nonce") {
			t.Errorf("the nonce is not echoed (%d)\n%s", n, out)
		}
	}

	check(t, sound, false, "")
	check(t, revoked, true, "keyCompromise")
	if _, err := p.Revoke("insi-auto", time.Time{}, pki.CessationOfOperation); err != nil {
		t.Fatal(err)
	}
	check(t, sound, true, "cessationOfOperation")
	if err := p.Unrevoke("insi-auto"); err != nil {
		t.Fatal(err)
	}
	check(t, sound, false, "")

	t.Run("serial number from elsewhere", func(t *testing.T) {
		out := mustRun(t, "openssl", "ocsp", "-sha256", "-issuer", issuer, "-serial", "0x1D5DE25E3DC14BDE7DA6A7B3F111BF3A",
			"-url", s.URL+"/pki/ocsp", "-CAfile", ca)
		if !strings.Contains(out, ": unknown") {
			t.Errorf("want unknown\n%s", out)
		}
	})
	t.Run("issuer by the address in the certificate", func(t *testing.T) {
		resp, err := s.Client().Get(sound.Leaf.IssuingCertificateURL[0])
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		got, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(sound.Chain[0].Raw, got); diff != "" {
			t.Errorf("caIssuers (-want +got):\n%s", diff)
		}
	})
}

func TestOpenSSLText(t *testing.T) {
	t.Parallel()
	p := shared(t)
	common := []string{
		`Issuer: C=FR, O=SEGURSIM SIMULATEUR, OU=0002 000000000, OU=IGC-SANTE TEST, CN=TEST AC IGC-SANTE`,
		`Policy: 1\.2\.250\.1\.213\.1\.7\.2\.1\.1\.1\.1`, `CPS: http://igc-sante\.segursim\.invalid/PC%20TEST`,
		`OCSP - URI:http://localhost:8080/pki/ocsp`, `1\.2\.250\.1\.71\.1\.2\.5`,
		`X509v3 Basic Constraints: \n +CA:FALSE`, `Key Usage: critical`,
	}
	tests := map[string][]string{
		"cps-medecin-auth": {
			`Subject: C=FR, title=Médecin, GN=KIT \+ SN=DOC0036624 \+ CN=899700366240`,
			`UPN::8\.99700366240@carte-cps\.fr`, `Microsoft Smartcard Login`, `71\.1\.2\.2`, `71\.1\.2\.7`,
			`8025000001/99\d{8}`, `URI:http://localhost:8080/pki/crl/ACI-FO-PP-TEST\.crl`,
		},
		"cps-medecin-sign": {`Private Key Usage Period`, `Non Repudiation\n`, `E-mail Protection`},
		"cps-pharmacien-auth": {
			`title=Pharmacien, GN=CAROLE \+ CN=899700075122 \+ SN=PHARMACH0007512`,
		},
		"cpe-auth": {
			`OU=10B0057881, title=Personnel santé ou social, GN=CHARLES \+ CN=30B0057881/CPET0002 \+ SN=ADMINISTRATIF-CH057880002`,
			`UPN::30B0057881/CPET0002@carte-cps\.fr`, `CN=TEST AC IGC-SANTE STANDARD PERSONNES SEGURSIM`,
		},
		"cpe-non-nominative": {`title=Carte de service santé ou social, pseudonym=EMPLOYE000000018, CN=30B0099991/000000018`},
		"insi-auto":          {`Subject: C=FR, ST=Côte-d'Or \(21\), O=MINISTERE DE TEST7708, OU=300000000077081, CN=INSI-AUTO`, `TLS Web Client Authentication\n`},
		"insi-manu":          {`CN=INSI-MANU`},
		"org-sign":           {`Digital Signature, Non Repudiation`, `Private Key Usage Period`},
		"serv-ssl":           {`DNS:localhost, DNS:segursim, IP Address:127\.0\.0\.1`, `Digital Signature, Key Encipherment`},
		"ps-sign":            {`email:kit\.doc0036624@`, `CN=TEST AC IGC-SANTE ELEMENTAIRE PERSONNES SEGURSIM`},
	}
	for name, want := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out := mustRun(t, "openssl", "x509", "-in", pemOf(t, credential(t, p, name)), "-noout", "-text", "-nameopt", "utf8,sep_comma_plus_space")
			for _, re := range append(want, common...) {
				if !regexp.MustCompile(re).MatchString(out) {
					t.Errorf("nothing matches %q in\n%s", re, out)
				}
			}
			if strings.Contains(out, "ldap") || strings.Contains(out, "esante") {
				t.Errorf("an address of the real world in\n%s", out)
			}
		})
	}
}

func TestOpenSSLNames(t *testing.T) {
	t.Parallel()
	p := shared(t)
	for _, info := range p.Profiles() {
		c := credential(t, p, info.Name)
		out := mustRun(t, "openssl", "x509", "-in", pemOf(t, c), "-noout", "-subject", "-serial", "-nameopt", "RFC2253")
		id, err := pki.ParseIdentity(c.Leaf)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(fmt.Sprintf("subject=%s\nserial=%s\n", id.Subject, id.Serial), out); diff != "" {
			t.Errorf("%s (-got +openssl):\n%s", info.Name, diff)
		}
		if info.Subject != id.Subject {
			t.Errorf("%s: profile says %s, certificate %s", info.Name, info.Subject, id.Subject)
		}
	}
}

func TestOpenSSLPKCS12(t *testing.T) {
	t.Parallel()
	c := credential(t, shared(t), "cps-medecin-auth")
	for _, password := range []string{"segursim", "é-mot-de-passe", ""} {
		data, err := c.PKCS12(password)
		if err != nil {
			t.Fatal(err)
		}
		out := mustRun(t, "openssl", "pkcs12", "-in", write(t, "c.p12", data), "-info", "-passin", "pass:"+password, "-nodes")
		for what, want := range map[string]int{"BEGIN CERTIFICATE": 3, "BEGIN PRIVATE KEY": 1} {
			if got := strings.Count(out, what); got != want {
				t.Errorf("password %q: %d %s, want %d\n%s", password, got, what, want, out)
			}
		}
	}
	if _, err := c.PKCS12("\xff"); err == nil {
		t.Error("a password that is not UTF-8 was taken")
	}
}
