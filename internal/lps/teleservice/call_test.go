package teleservice

import (
	"bytes"
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/beevik/etree"
	"github.com/google/go-cmp/cmp"

	"github.com/segursim/segursim/internal/need"
)

func epoch() time.Time { return time.Date(2026, 1, 15, 9, 0, 0, 0, time.UTC) }

// counting is a source of randomness that says how far one has read.
type counting struct{ n byte }

func (c *counting) Read(p []byte) (int, error) {
	for i := range p {
		c.n++
		p[i] = c.n
	}
	return len(p), nil
}

// A service is a fake téléservice that keeps what it was sent.
type service struct {
	*httptest.Server
	status int
	answer string
	media  string
	got    *http.Request
	body   string
}

func newService(t *testing.T, status int, answer string) *service {
	t.Helper()
	s := &service{status: status, answer: answer, media: "application/soap+xml; charset=utf-8"}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		s.got, s.body = r, string(b)
		w.Header().Set("Content-Type", s.media)
		w.WriteHeader(s.status)
		_, _ = io.WriteString(w, s.answer)
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *service) client(t *testing.T, card *Card) *Client {
	t.Helper()
	c, err := New(Config{
		HTTP: s.Client(), Rand: &counting{}, Now: func(context.Context) (time.Time, error) { return epoch(), nil },
		Software: Software{IDAM: "TESTSEGURSIM", Name: "urn:lps:essai", Version: "1.0", Instance: "i"},
		Emitter:  "10B0099990", Card: card, Practice: Practice{Billing: "991000017", Sector: "SA07", Specialty: "01"},
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

const envelope = `<soap:Envelope xmlns:soap="http://www.w3.org/2003/05/soap-envelope"><env:Body xmlns:env="http://www.w3.org/2003/05/soap-envelope">%</env:Body></soap:Envelope>`

func in(body string) string { return strings.Replace(envelope, "%", body, 1) }

type answer struct {
	Word string `xml:"Mot"`
}

func TestCall(t *testing.T) {
	t.Parallel()
	s := newService(t, 200, in(`<a:R xmlns:a="urn:a"><a:Mot>bonjour</a:Mot></a:R>`))
	var a answer
	id, err := s.client(t, nil).Call(t.Context(), s.URL, Message{
		Action: "urn:a:dire", Coverage: &Coverage{}, Body: E("x:Q", T("x:Nom", `D'<A> & "B"`)).With("xmlns:x", "urn:a"),
	}, &a)
	if err != nil || a.Word != "bonjour" {
		t.Fatalf("%+v, %v", a, err)
	}
	media, params, err := mime.ParseMediaType(s.got.Header.Get("Content-Type"))
	if diff := cmp.Diff(map[string]string{"charset": "utf-8", "action": "urn:a:dire"}, params); err != nil || media != "application/soap+xml" || diff != "" {
		t.Errorf("content type %q, %v (-want +got):\n%s", media, err, diff)
	}
	if _, there := s.got.Header["Soapaction"]; there {
		t.Error("a SOAPAction header was sent")
	}
	doc := etree.NewDocument()
	if err := doc.ReadFromString(s.body); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"//Header/MessageID": id, "//Header/Action": "urn:a:dire", "//ContexteBAM/Emetteur": "10B0099990", "//ContexteBAM/COUVERTURE": "",
		"//ContexteLPS/LPS/IDAM": "TESTSEGURSIM", "//ContexteLPS/LPS/Nom": "urn:lps:essai", "//ContexteLPS/Temps": "2026-01-15T09:00:00.000Z",
		"//Body/Q/Nom": `D'<A> & "B"`,
	} {
		if e := doc.FindElement(path); e == nil || e.Text() != want {
			t.Errorf("%s: %v, want %q in\n%s", path, e, want, s.body)
		}
	}
	if !strings.HasPrefix(id, "uuid:") || doc.FindElement("//Security") != nil {
		t.Errorf("id %q, or a Security header without an assertion", id)
	}
}

// The card's data fill ContexteBAM; a service without it gets none.
func TestCoverage(t *testing.T) {
	t.Parallel()
	s := newService(t, 200, in(`<R/>`))
	c := s.client(t, nil)
	var a answer
	m := Message{Action: "a", Body: E("Q"), Coverage: &Coverage{Insured: "1800175999103", Beneficiary: "1120375999105", Born: "2012-03-04", Rank: "1"}}
	if _, err := c.Call(t.Context(), s.URL, m, &a); err != nil {
		t.Fatal(err)
	}
	const want = `<ctxbam:COUVERTURE><ctxbam:ASSURE><ctxbam:Id><ctxbam:Num>1800175999103</ctxbam:Num></ctxbam:Id></ctxbam:ASSURE>` +
		`<ctxbam:BENEFICIAIRE><ctxbam:Nir><ctxbam:Num>1120375999105</ctxbam:Num></ctxbam:Nir><ctxbam:DateNai>2012-03-04</ctxbam:DateNai><ctxbam:Rang>1</ctxbam:Rang></ctxbam:BENEFICIAIRE></ctxbam:COUVERTURE>`
	if !strings.Contains(s.body, want) {
		t.Errorf("no %s in\n%s", want, s.body)
	}
	m.Coverage = nil
	if _, err := c.Call(t.Context(), s.URL, m, &a); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(s.body, "ContexteBAM") {
		t.Errorf("a ContexteBAM in\n%s", s.body)
	}
}

// Both layers' faults are read, whatever their prefixes.
func TestFaults(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(need.Shared(t, "data/insi"), "samples")
	for file, want := range map[string]*Error{
		"fault-gateway-desir.xml": {
			Status: 500, Code: "Sender", Siram: "siram_100", Detail: "desir_550", Severity: "erreur", Reason: "(libelle utilisateur)",
			Text: "Numéro d'autorisation du logiciel inconnu.", Message: "uuid:ECHO-OF-REQUEST",
		},
		"fault-application-insi.xml": {
			Status: 500, Code: "Receiver", Siram: "siram_40", Detail: "insi_102", Severity: "fatal", Reason: "(libelle utilisateur)", Text: "(libelle technique)",
		},
	} {
		b, err := os.ReadFile(filepath.Join(dir, file))
		if err != nil {
			t.Fatal(err)
		}
		s := newService(t, 500, string(b))
		_, err = s.client(t, nil).Call(t.Context(), s.URL, Message{Action: "a", Body: E("Q")}, &answer{})
		var got *Error
		if !errors.As(err, &got) {
			t.Fatalf("%s: error %v", file, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", file, diff)
		}
		if Code(err) != want.Detail || !IsFault(err) || !strings.Contains(err.Error(), want.Detail) {
			t.Errorf("%s: %q, %v", file, Code(err), err)
		}
	}
	if Code(&Error{Siram: "siram_40"}) != "siram_40" || Code(io.EOF) != "" || IsFault(io.EOF) {
		t.Error("codes of other errors")
	}
}

// What is no answer is an error, never a zero answer.
func TestBadAnswers(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		status      int
		media, body string
		want        string
	}{
		"text":          {200, "text/html", "<html/>", "not application/soap+xml"},
		"no media type": {502, "", "", "not application/soap+xml"},
		"ill-formed":    {200, "application/soap+xml", "<a", "XML syntax error"},
		"other root":    {200, "application/soap+xml", "<a/>", "expected element type <Envelope>"},
		"SOAP 1.1":      {200, "application/soap+xml", `<Envelope xmlns="http://schemas.xmlsoap.org/soap/envelope/"/>`, "soap-envelope"},
		"no body":       {200, "application/soap+xml", `<Envelope xmlns="http://www.w3.org/2003/05/soap-envelope"/>`, "without a body"},
		"empty body":    {200, "application/soap+xml", in(" "), "is empty"},
		"no fault":      {500, "application/soap+xml", in("<R/>"), "HTTP 500 with R, which is no fault"},
		"entity":        {200, "application/soap+xml", in("<R>&e;</R>"), "entity"},
		"too long":      {200, "application/soap+xml", in("<R>" + strings.Repeat("x", maxAnswer) + "</R>"), "longer than"},
		"cut":           {200, "application/soap+xml", in("<R/>")[:150], "unexpected EOF"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newService(t, tc.status, tc.body)
			s.media = tc.media
			_, err := s.client(t, nil).Call(t.Context(), s.URL, Message{Action: "a", Body: E("Q")}, &answer{})
			if err == nil || !strings.Contains(err.Error(), tc.want) || IsFault(err) {
				t.Errorf("error %v, want %q", err, tc.want)
			}
		})
	}
}

func TestCallErrors(t *testing.T) {
	t.Parallel()
	s := newService(t, 200, in("<R/>"))
	c := s.client(t, nil)
	if _, err := c.Call(t.Context(), "::", Message{Body: E("Q")}, nil); err == nil {
		t.Error("a bad address was taken")
	}
	c.cfg.Rand = bytes.NewReader(nil)
	if _, err := c.Call(t.Context(), s.URL, Message{Body: E("Q")}, nil); !errors.Is(err, io.EOF) {
		t.Errorf("no randomness: %v", err)
	}
	if _, err := c.Vitale(epoch(), "1", ""); !errors.Is(err, io.EOF) {
		t.Errorf("no randomness: %v", err)
	}
	c.cfg.Now = func(context.Context) (time.Time, error) { return time.Time{}, io.ErrClosedPipe }
	if _, err := c.Call(t.Context(), s.URL, Message{Body: E("Q")}, nil); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("no clock: %v", err)
	}
	for name, cfg := range map[string]Config{
		"client": {Rand: &counting{}, Now: c.cfg.Now}, "rand": {HTTP: s.Client(), Now: c.cfg.Now}, "clock": {HTTP: s.Client(), Rand: &counting{}},
	} {
		if _, err := New(cfg); err == nil {
			t.Errorf("no %s: no error", name)
		}
	}
}

// FuzzRead: no answer makes the client panic or hang.
func FuzzRead(f *testing.F) {
	f.Add([]byte(in(`<R><Mot>x</Mot></R>`)), 200)
	f.Add([]byte(in(`<e:Fault xmlns:e="http://www.w3.org/2003/05/soap-envelope"><e:Code><e:Value>e:Sender</e:Value></e:Code></e:Fault>`)), 500)
	f.Add([]byte(`<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>`), 200)
	f.Fuzz(func(t *testing.T, b []byte, status int) {
		resp := &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {"application/soap+xml"}}}
		var a answer
		err := read(resp, b, &a)
		if err != nil && err.Error() == "" {
			t.Error("an error without a text")
		}
	})
}
