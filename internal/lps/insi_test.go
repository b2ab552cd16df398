package lps

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// specimen is a certificate with its key, for any use.
var specimen = sync.OnceValue(func() []byte {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	tmpl := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "899700366240", OrganizationalUnit: []string{"10B0099990"}},
		NotAfter: time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC),
	}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, &key.PublicKey, key)
	if err != nil {
		panic(err)
	}
	b := pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)})
	return append(b, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})...)
})

const (
	insiZoe = `<RESULTAT xmlns="http://www.cnamts.fr/INSiResultat"><CR><CodeCR>00</CodeCR><LibelleCR>OK</LibelleCR></CR><INDIVIDU>` +
		`<INSACTIF><IdIndividu><NumIdentifiant>2751263220749</NumIdentifiant><Cle>74</Cle></IdIndividu><OID>1.2.250.1.213.1.4.8</OID></INSACTIF>` +
		`<TIQ><NomNaissance>ADRUN</NomNaissance><ListePrenom>ZOE</ListePrenom><Sexe>F</Sexe><DateNaissance>1975-12-31</DateNaissance><LieuNaissance>63220</LieuNaissance></TIQ></INDIVIDU></RESULTAT>`
	insiNobody = `<RESULTAT xmlns="http://www.cnamts.fr/INSiResultat"><CR><CodeCR>01</CodeCR></CR></RESULTAT>`
	insiDown   = `<s:Fault><s:Code><s:Value>s:Receiver</s:Value></s:Code><s:Detail><g:Erreur xmlns:g="urn:siram" code="insi_102"/></s:Detail></s:Fault>`
)

// withINSi puts an INSi that always answers the same beside the fake simulator.
func (s *simulator) withINSi(t *testing.T, script, answer string) {
	t.Helper()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/soap+xml")
		if strings.Contains(answer, "Fault>") {
			w.WriteHeader(http.StatusInternalServerError)
		}
		_, _ = io.WriteString(w, `<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body>`+answer+`</s:Body></s:Envelope>`)
	}))
	t.Cleanup(srv.Close)
	s.script, s.insi, s.card = script, srv.URL, specimen()
	s.vars = map[string]string{"nom": "ADRUN", "prenoms": "ZOE", "sexe": "F", "date": "1975-12-31", "lieu": "63220"}
}

// The software shows what it found on its own pages, in order, and nobody has to
// log in with Pro Santé Connect.
func TestPlayTraits(t *testing.T) {
	t.Parallel()
	s := newSimulator(t, "fiche", "comparaison", "validation", "qualification", "document", "journal")
	s.withINSi(t, "insi-traits", insiZoe)
	s.hint = ""
	s.requests = 0 // the fake's last step wants no request
	var out bytes.Buffer
	run, err := s.software(t, func(o *Options) { o.Out = &out }).Play(t.Context(), "essai")
	if err != nil || run.Verdict != Passed {
		t.Fatalf("verdict %q, %v, aborted for %q; said:\n%s", run.Verdict, err, s.aborted, out.String())
	}
	const want = "fiche:lps-temoin comparaison:lps-temoin validation:lps-temoin qualification:lps-temoin document:lps-temoin journal:lps-temoin"
	if got := s.order(); got != want {
		t.Errorf("confirmed %s\nwant %s", got, want)
	}
	if !strings.Contains(out.String(), "INSi, récupération par traits (ADRUN ZOE F 1975-12-31) : 00 2751263220749 74") {
		t.Errorf("said:\n%s", out.String())
	}
}

// What INSi, or the simulator, refuses stops the software with the reason.
func TestPlayINSiFails(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		script, answer string
		change         func(*simulator)
		reason         string
	}{
		"down":             {"insi-traits", insiDown, nil, "insi_102"},
		"nobody":           {"insi-traits", insiNobody, nil, "proposed no identity"},
		"nothing to check": {"insi-date-00", insiNobody, nil, "did not answer 00"},
		"good answer":      {"insi-date-00", insiZoe, nil, "the record takes an answer that the rules forbid"},
		"garbage":          {"insi-auto", "<X/>", nil, `the code ""`},
		"auto, down":       {"insi-auto", insiDown, nil, "insi_102"},
		"confirmed":        {"insi-verif-ko", strings.Split(insiZoe, "<INDIVIDU>")[0] + "</RESULTAT>", nil, "INSi confirmed"},
		"taken":            {"insi-certificat", insiZoe, nil, "INSi took a card that names nobody"},
		"no card":          {"insi-traits", insiZoe, func(s *simulator) { s.card = nil }, "HTTP 404"},
		"bad card":         {"insi-traits", insiZoe, func(s *simulator) { s.card = []byte("x") }, "cps-medecin-sign"},
		"bad certificate":  {"insi-auto", insiZoe, func(s *simulator) { s.card = []byte("x") }, "insi-auto"},
		"name":             {"insi-traits", insiZoe, func(s *simulator) { s.vars["nom"] = "R2D2" }, "birth name"},
		"unknown card":     {"insi-vitale", insiZoe, nil, "HTTP 404"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSimulator(t)
			s.limit = 1000 * time.Hour
			s.withINSi(t, tc.script, tc.answer)
			if tc.change != nil {
				tc.change(s)
			}
			run, err := s.software(t, nil).Play(t.Context(), "essai")
			if err != nil || run.Verdict != Aborted || !strings.Contains(s.aborted, tc.reason) {
				t.Errorf("verdict %q, %v, aborted for %q; want %q", run.Verdict, err, s.aborted, tc.reason)
			}
		})
	}
}

// A slow answer is awaited in simulated time; the run's end stops the wait.
func TestSlowly(t *testing.T) {
	t.Parallel()
	s := newSimulator(t)
	l := s.software(t, nil)
	f, err := l.start(t.Context(), "essai", "")
	if err != nil {
		t.Fatal(err)
	}
	defer f.close()
	ses := &session{LPS: l, run: f}
	found := make(chan looked, 1)
	go func() {
		for ctx := t.Context(); ctx.Err() == nil; time.Sleep(time.Millisecond) {
			s.mu.Lock()
			moved := s.advanced
			s.mu.Unlock()
			if moved >= 8*time.Second {
				found <- looked{}
				return
			}
		}
	}()
	if _, err := ses.slowly(t.Context(), found); err != nil {
		t.Errorf("error %v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := ses.slowly(ctx, make(chan looked)); err == nil {
		t.Error("nothing came, and no error")
	}
}
