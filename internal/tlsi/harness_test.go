package tlsi_test

import (
	"crypto/tls"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"testing/fstest"

	"github.com/labstack/echo/v4"

	"github.com/segursim/segursim/certs"
	"github.com/segursim/segursim/fixtures"
	"github.com/segursim/segursim/internal/app"
	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/internal/pki"
	"github.com/segursim/segursim/internal/saml"
	"github.com/segursim/segursim/internal/sim"
	"github.com/segursim/segursim/internal/soap"
	"github.com/segursim/segursim/internal/store"
	"github.com/segursim/segursim/internal/tlsi"
)

// pkiDir is shared by the tests' simulators. TestMain alone writes it.
var pkiDir string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "segursim-tlsi-test")
	if err != nil {
		panic(err)
	}
	pkiDir = dir
	flag.Bool("update", false, "write the goldens")
	code := m.Run()
	if err := os.RemoveAll(dir); err != nil {
		panic(err)
	}
	os.Exit(code)
}

const (
	echoAction  = "urn:Essai:1.0.0:repeter"
	sealAction  = "urn:Essai:1.0.0:signer"
	echoNS      = "http://www.cnamts.fr/Essai"
	contextPath = "/wssoap/essai/1/0"
)

// probe is a téléservice of the tests: it answers who called.
type probe struct {
	door  *tlsi.Door
	world *sim.World
	acted atomic.Int64
}

func (p *probe) Info() sim.Info {
	ops := []sim.Op{p.op("repeter"), p.op("signer"), p.op("chemin")}
	return sim.Info{Name: "essai", Title: journal.Text{FR: "Essai", EN: "Trial"}, Spec: "aucune", Ops: ops}
}

func (p *probe) op(name string) sim.Op {
	facts := tlsi.Facts()
	facts["essai.nom"] = sim.String
	return sim.Op{
		Name: name, Title: journal.Text{FR: name, EN: name}, Method: "POST", Path: tlsi.Path, Provenance: sim.Invented, Source: "test",
		Facts: facts, Codes: p.door.Codes(),
	}
}
func (p *probe) Hosts() []string              { return nil }
func (p *probe) Tables() []store.Schema       { return nil }
func (p *probe) Seed(*store.Txn, fs.FS) error { return nil }
func (p *probe) Mount(g *echo.Group)          { p.door.Mount(g) }
func (p *probe) decode(r *tlsi.Request) *tlsi.Fault {
	name := soap.TextOf(soap.Children(r.Envelope.Body, echoNS)["Nom"])
	r.Input = name
	r.Exchange.Fact("essai", map[string]any{"nom": name})
	switch name {
	case "REFUSE":
		f, _ := p.door.Known("insi_19")
		return f.Because(journal.Cause{Rule: "essai.nom", Text: journal.Text{FR: "Refusé.", EN: "Refused."}})
	case "PANNE":
		return tlsi.Internal(io.ErrUnexpectedEOF)
	}
	return nil
}

func (p *probe) handle(r *tlsi.Request) ([]byte, *tlsi.Fault) {
	p.acted.Add(1)
	a := r.Access
	return fmt.Appendf(nil, `<Reponse xmlns="%s"><Nom>%s</Nom><Mode>%s</Mode><Personne>%s</Personne><Structure>%s</Structure><Item>1</Item><Item>2</Item></Reponse>`,
		echoNS, soap.Escape(r.Input.(string)), a.Mode, soap.Escape(a.Person), soap.Escape(a.Structure)), nil
}

// simulator is a running simulator with the probe on its door.
type simulator struct {
	t     testing.TB
	app   *app.App
	probe *probe
	url   string
}

func start(t testing.TB, section string, relax ...string) *simulator {
	t.Helper()
	p := &probe{}
	a, err := app.New(app.Options{
		Listen:   map[string]string{app.HTTPS: "127.0.0.1:0", app.HTTP: "127.0.0.1:0", app.Control: "127.0.0.1:0"},
		Fixtures: fixtures.FS, Scenarios: fstest.MapFS{}, Certs: certs.FS(), PKIDir: pkiDir, Clock: "2026-11-21T10:00:00Z",
		Sections: map[string][]byte{"tlsi": []byte(section)}, Relax: relax,
	}, []sim.Constructor{func(w *sim.World) (sim.Service, error) {
		d, err := tlsi.Of(w)
		if err != nil {
			return nil, err
		}
		p.door, p.world = d, w
		d.Handle(tlsi.Route{Service: "essai", Op: p.op("repeter"), Action: echoAction, Body: soap.Name{Space: echoNS, Local: "Repete"}, Decode: p.decode, Handle: p.handle})
		d.Handle(tlsi.Route{Service: "essai", Op: p.op("signer"), Action: sealAction, Body: soap.Name{Space: echoNS, Local: "Signe"}, PersonOnly: true, Decode: p.decode, Handle: p.handle})
		d.Handle(tlsi.Route{Service: "essai", Op: p.op("chemin"), Action: "urn:Essai:1.0.0:chemin", Path: contextPath, NoBAM: true, Body: soap.Name{Space: echoNS, Local: "Chemin"}, Decode: p.decode, Handle: p.handle})
		return p, nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Stop(t.Context()); err != nil && t.Context().Err() == nil {
			t.Errorf("stop: %v", err)
		}
	})
	a.World().Clock.Freeze(true)
	return &simulator{t: t, app: a, probe: p, url: "https://" + a.Endpoints().Listeners[app.HTTPS]}
}

// client shows the certificate of a profile, none for the empty one.
func (s *simulator) client(profile string) *http.Client {
	s.t.Helper()
	roots, err := s.app.PKI().ServerRoots()
	if err != nil {
		s.t.Fatal(err)
	}
	conf := &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}
	if profile != "" {
		conf.Certificates = []tls.Certificate{*s.credential(profile).TLS()}
	}
	c := &http.Client{Transport: &http.Transport{TLSClientConfig: conf}}
	s.t.Cleanup(c.CloseIdleConnections)
	return c
}

func (s *simulator) credential(profile string) *pki.Credential {
	s.t.Helper()
	c, err := s.app.PKI().Credential(profile)
	if err != nil {
		s.t.Fatal(err)
	}
	return c
}

// answer is what came back, and what the journal says of it.
type answer struct {
	status int
	body   string
	header http.Header
	entry  *journal.Entry
	err    error
}

func (s *simulator) post(c *http.Client, path, contentType, body string, header ...string) answer {
	s.t.Helper()
	req, err := http.NewRequestWithContext(s.t.Context(), http.MethodPost, s.url+path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	req.Header.Set("Content-Type", contentType)
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := c.Do(req)
	if err != nil {
		return answer{err: err, entry: s.last()}
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	return answer{status: resp.StatusCode, body: string(b), header: resp.Header, err: err, entry: s.last()}
}

// last is the youngest entry of the journal.
func (s *simulator) last() *journal.Entry {
	list := s.app.World().Journal.Since(0, 0)
	if len(list) == 0 {
		return nil
	}
	return list[len(list)-1]
}

const media = "application/soap+xml; charset=utf-8"

func withAction(a string) string { return media + `; action="` + a + `"` }

// message is a whole request; the zero fields are the good ones.
type message struct {
	action, id, lps, bam, security, body, more string
}

const (
	goodLPS = `<l:ContexteLPS xmlns:l="urn:siram:lps:ctxlps" Nature="CTXLPS" Version="01_00"><l:Id>1</l:Id><l:Temps>2026-11-21T09:59:51.809Z</l:Temps><l:Emetteur>300000000077081</l:Emetteur><l:LPS><l:IDAM R="4">TESTSEGUR000</l:IDAM><l:Version>1</l:Version><l:Instance>INSTANCE-TEST</l:Instance><l:Nom>urn:lps:TEST:1</l:Nom></l:LPS></l:ContexteLPS>`
	goodBAM = `<b:ContexteBAM xmlns:b="urn:siram:bam:ctxbam" Version="01_02"><b:Id>1</b:Id><b:Temps>2026-11-21T10:59:51+01:00</b:Temps><b:COUVERTURE/></b:ContexteBAM>`
	goodID  = "uuid:TEST-1"
	repete  = `<r:Repete xmlns:r="` + echoNS + `"><r:Nom>ADRUN</r:Nom></r:Repete>`
)

const none = "-" // leaves a part out

func (m message) String() string {
	part := func(v, def string) string {
		switch v {
		case "":
			return def
		case none:
			return ""
		}
		return v
	}
	wsa := func(name, v string) string {
		if v == "" {
			return ""
		}
		return `<a:` + name + ` xmlns:a="` + soap.WSA + `">` + v + `</a:` + name + `>`
	}
	security := part(m.security, "")
	if security != "" && !strings.Contains(security, "Security") {
		security = `<w:Security xmlns:w="` + soap.WSSE + `">` + security + `</w:Security>`
	}
	return `<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="` + soap.NS + `"><s:Header>` + security + part(m.lps, goodLPS) +
		wsa("Action", part(m.action, echoAction)) + part(m.bam, goodBAM) + wsa("MessageID", part(m.id, goodID)) + m.more +
		`</s:Header><s:Body>` + part(m.body, repete) + `</s:Body></s:Envelope>`
}

const (
	doctor     = "899700366240"
	pharmacist = "899700075122"
)

// draft is the assertion of a professional, issued now.
func (s *simulator) draft(person string, attrs ...string) saml.Draft {
	d := saml.Draft{
		ID: "_TEST-PS", IssueInstant: s.app.World().Clock.Now(), Issuer: "CN=" + person,
		Subject: saml.NameID{Value: person, Qualifier: "CPS"},
	}
	if len(attrs) == 0 {
		attrs = []string{"identifiantFacturation", "99100000", "secteurActivite", "SA07", "codeSpecialite", "01"}
	}
	for i := 0; i+1 < len(attrs); i += 2 {
		d.Attributes = append(d.Attributes, saml.Attribute{Name: attrs[i], Values: []saml.Value{{Text: attrs[i+1]}}})
	}
	return d
}

func (s *simulator) sign(d saml.Draft, profile string) string {
	s.t.Helper()
	c := s.credential(profile)
	b, err := d.Sign(c.Key(), c.Leaf)
	if err != nil {
		s.t.Fatal(err)
	}
	return string(b)
}

func unsigned(t testing.TB, d saml.Draft) string {
	t.Helper()
	b, err := d.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// rules are the rules of the entry's causes.
func rules(e *journal.Entry) string {
	var out []string
	for _, c := range e.Causes {
		out = append(out, c.Rule)
	}
	return strings.Join(out, " ")
}
