package insi_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/segursim/segursim/mocks"
)

const (
	traitsAction = "urn:ServiceIdentiteCertifiee:1.0.0:rechercherInsAvecTraitsIdentite"
	vitaleAction = "urn:ServiceIdentiteCertifiee:1.0.0:rechercherInsAvecCarteVitale"
	doctor       = "899700366240" // of the profiles cps-medecin-*
	structure    = "300000000077081"
	idam         = "TESTSGIE0000"
)

// pkiDir is shared by the tests' simulators. TestMain alone writes it.
var pkiDir string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "segursim-insi-test")
	if err != nil {
		panic(err)
	}
	pkiDir = dir
	code := m.Run()
	if err := os.RemoveAll(dir); err != nil {
		panic(err)
	}
	os.Exit(code)
}

// world is a simulator with the means to talk to it.
type world struct {
	t   testing.TB
	srv *mocks.Server
}

// start starts a simulator with a frozen clock and the given insi: section.
func start(t testing.TB, section string) *world {
	t.Helper()
	return startWith(t, mocks.Options{Sections: map[string][]byte{"insi": []byte(section)}})
}

func startWith(t testing.TB, opt mocks.Options) *world {
	t.Helper()
	opt.PKIDir = pkiDir // RSA keys are made once for all the tests
	srv, err := mocks.Start(t.Context(), opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := srv.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	srv.Clock().Freeze(true)
	return &world{t: t, srv: srv}
}

// in is the same simulator for a subtest.
func (w *world) in(t testing.TB) *world { return &world{t: t, srv: w.srv} }

func (w *world) now() time.Time { return w.srv.Clock().Now() }

func (w *world) client(profile string) *http.Client {
	w.t.Helper()
	c, err := w.srv.Client(profile)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(c.CloseIdleConnections)
	return c
}

// call is a message and how it is sent.
type call struct {
	profile  string // client certificate; none when empty
	action   string
	body     string
	security string // inside of wsse:Security; empty leaves the header out
	cover    string // inside of COUVERTURE
	idam     string
	emetteur string
}

func traitsCall(body string) call {
	return call{profile: "insi-auto", action: traitsAction, body: body, emetteur: structure}
}

// traitsBody is RECSANSVITALE of alternating names and values.
func traitsBody(pairs ...string) string {
	return element("RECSANSVITALE", "http://www.cnamts.fr/INSiRecSans", pairs...)
}

func element(root, space string, pairs ...string) string {
	var b strings.Builder
	b.WriteString("<r:" + root + ` xmlns:r="` + space + `">`)
	for i := 0; i < len(pairs); i += 2 {
		b.WriteString("<r:" + pairs[i] + ">" + pairs[i+1] + "</r:" + pairs[i] + ">")
	}
	b.WriteString("</r:" + root + ">")
	return b.String()
}

// adrun are the traits of an official test identity.
func adrun(change ...string) string {
	fields := []string{"NomNaissance", "ADRUN", "Prenom", "ZOE", "Sexe", "F", "DateNaissance", "1975-12-31"}
	for i := 0; i < len(change); i += 2 {
		done := false
		for j := 0; j < len(fields); j += 2 {
			if fields[j] == change[i] {
				fields[j+1], done = change[i+1], true
			}
		}
		if !done {
			fields = append(fields, change[i], change[i+1])
		}
	}
	return traitsBody(fields...)
}

func escape(s string) string {
	var b bytes.Buffer
	_ = xml.EscapeText(&b, []byte(s))
	return b.String()
}

// envelope writes the message, as padoa/tlsi-ins orders its headers.
func (c call) envelope(now time.Time) string {
	if c.idam == "" {
		c.idam = idam
	}
	stamp := now.UTC().Format("2006-01-02T15:04:05.000Z")
	security := ""
	if c.security != "" {
		security = `<wsse:Security xmlns:wsse="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd">` + c.security + `</wsse:Security>`
	}
	return `<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="http://www.w3.org/2003/05/soap-envelope" xmlns:wsa="http://www.w3.org/2005/08/addressing"><soap:Header>` +
		`<b:ContexteBAM xmlns:b="urn:siram:bam:ctxbam" Version="01_02"><b:Id>1</b:Id><b:Temps>` + stamp + `</b:Temps><b:Emetteur>` + c.emetteur + `</b:Emetteur><b:COUVERTURE>` + c.cover + `</b:COUVERTURE></b:ContexteBAM>` +
		`<l:ContexteLPS xmlns:l="urn:siram:lps:ctxlps" Nature="CTXLPS" Version="01_00"><l:Id>2</l:Id><l:Temps>` + stamp + `</l:Temps><l:Emetteur>` + c.emetteur + `</l:Emetteur><l:LPS><l:IDAM R="4">` + c.idam + `</l:IDAM><l:Version>1</l:Version><l:Instance>i-1</l:Instance><l:Nom>urn:lps:TEMOIN:1</l:Nom></l:LPS></l:ContexteLPS>` +
		security + `<wsa:Action>` + c.action + `</wsa:Action><wsa:MessageID>uuid:0001</wsa:MessageID>` +
		`</soap:Header><soap:Body>` + c.body + `</soap:Body></soap:Envelope>`
}

// answer is what came back, read.
type answer struct {
	status int
	header http.Header
	raw    string
	entry  *mocks.Entry
	soap   struct {
		Body struct {
			Inner []byte `xml:",innerxml"`
			Fault *struct {
				Value   string `xml:"Code>Value"`
				Subcode string `xml:"Code>Subcode>Value"`
				Text    struct {
					Lang  string `xml:"lang,attr"`
					Value string `xml:",chardata"`
				} `xml:"Reason>Text"`
				Error struct {
					XMLName  xml.Name
					Code     string `xml:"code,attr"`
					Severity string `xml:"severite,attr"`
					Text     string `xml:",chardata"`
				} `xml:"Detail>Erreur"`
			}
			Result *struct {
				Code       string      `xml:"CR>CodeCR"`
				Label      string      `xml:"CR>LibelleCR"`
				Individual *individual `xml:"INDIVIDU"`
			} `xml:"http://www.cnamts.fr/INSiResultat RESULTAT"`
		}
	}
}

type individual struct {
	Active  identifier   `xml:"INSACTIF"`
	History []identifier `xml:"INSHISTO"`
	Name    string       `xml:"TIQ>NomNaissance"`
	Given   *string      `xml:"TIQ>Prenom"`
	List    string       `xml:"TIQ>ListePrenom"`
	Sex     string       `xml:"TIQ>Sexe"`
	Date    string       `xml:"TIQ>DateNaissance"`
	Place   string       `xml:"TIQ>LieuNaissance"`
}

type identifier struct {
	Number string `xml:"IdIndividu>NumIdentifiant"`
	Key    string `xml:"IdIndividu>Cle"`
	OID    string
	From   string `xml:"DateDeb"`
	To     string `xml:"DateFin"`
}

func (w *world) send(c call) answer {
	w.t.Helper()
	return w.sendRaw(w.client(c.profile), c.action, c.envelope(w.now()))
}

func (w *world) sendRaw(c *http.Client, action, message string) answer {
	w.t.Helper()
	req, err := http.NewRequestWithContext(w.t.Context(), http.MethodPost, w.srv.URL()+"/lps", strings.NewReader(message))
	if err != nil {
		w.t.Fatal(err)
	}
	req.Header.Set("Content-Type", `application/soap+xml; charset=utf-8; action="`+action+`"`)
	resp, err := c.Do(req)
	if err != nil {
		w.t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	a := answer{status: resp.StatusCode, header: resp.Header, raw: string(b)}
	if err := xml.Unmarshal(b, &a.soap); err != nil {
		w.t.Fatalf("the answer is no XML: %v\n%s", err, b)
	}
	all := w.srv.Journal(0)
	for i := len(all) - 1; i >= 0; i-- {
		if all[i].ID == resp.Header.Get("X-Segursim-Id") {
			a.entry = all[i]
			break
		}
	}
	if a.entry == nil {
		w.t.Fatalf("the exchange is not in the journal")
	}
	return a
}

func (a answer) cr() string {
	if a.soap.Body.Result == nil {
		return ""
	}
	return a.soap.Body.Result.Code
}

func (a answer) code() string {
	if a.soap.Body.Fault == nil {
		return ""
	}
	return a.soap.Body.Fault.Error.Code
}

// found wants an answer 00 and returns its identity.
func (w *world) found(a answer) individual {
	w.t.Helper()
	if a.status != http.StatusOK || a.cr() != "00" || a.soap.Body.Result.Individual == nil {
		w.t.Fatalf("want 00, got %d %s\n%+v", a.status, a.raw, a.entry.Causes)
	}
	return *a.soap.Body.Result.Individual
}

// refused wants a fault with this code, and its cause in both languages.
func (w *world) refused(a answer, code, rule string) {
	w.t.Helper()
	f := a.soap.Body.Fault
	if a.status != http.StatusInternalServerError || f == nil || f.Error.Code != code {
		w.t.Fatalf("want the fault %s, got %d %s\n%+v", code, a.status, a.raw, a.entry.Causes)
	}
	if a.entry.Outcome != "refused" || len(a.entry.Causes) == 0 {
		w.t.Fatalf("journal: outcome %s, causes %v; want a refusal with its cause", a.entry.Outcome, a.entry.Causes)
	}
	has := false
	for _, c := range a.entry.Causes {
		if c.Rule == "" || c.Text.FR == "" || c.Text.EN == "" {
			w.t.Errorf("journal: incomplete cause %+v", c)
		}
		has = has || c.Rule == rule
	}
	if !has {
		w.t.Errorf("journal: no cause of the rule %s in %+v", rule, a.entry.Causes)
	}
	if a.entry.Fact("siram.code") != code {
		w.t.Errorf("journal: siram.code is %v", a.entry.Fact("siram.code"))
	}
}

func (w *world) do(verb string, in map[string]any) map[string]any {
	w.t.Helper()
	out, err := w.srv.Do(w.t.Context(), "insi", verb, in)
	if err != nil {
		w.t.Fatalf("action %s: %v", verb, err)
	}
	if out == nil {
		return nil
	}
	b, err := json.Marshal(out)
	if err != nil {
		w.t.Fatal(err)
	}
	var m map[string]any
	if err := json.Unmarshal(b, &m); err != nil {
		w.t.Fatal(err)
	}
	return m
}

// api posts to the control API.
func (w *world) api(path, body string) string {
	w.t.Helper()
	resp, err := http.Post(w.srv.ControlURL()+"/api/"+path, "application/json", strings.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	defer resp.Body.Close()
	defer http.DefaultClient.CloseIdleConnections()
	b, _ := io.ReadAll(resp.Body)
	if resp.StatusCode >= 300 {
		w.t.Fatalf("%s: %d %s", path, resp.StatusCode, b)
	}
	return string(b)
}

func (w *world) String() string { return fmt.Sprint(w.srv.URL()) }

// get reads from the control API.
func (w *world) get(path string) string {
	w.t.Helper()
	resp, err := http.Get(w.srv.ControlURL() + "/api/" + path)
	if err != nil {
		w.t.Fatal(err)
	}
	defer http.DefaultClient.CloseIdleConnections()
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		w.t.Fatalf("%s: %d %s %v", path, resp.StatusCode, b, err)
	}
	return string(b)
}
