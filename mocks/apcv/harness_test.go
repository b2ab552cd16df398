package apcv_test

import (
	"crypto"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/beevik/etree"
	dsig "github.com/russellhaering/goxmldsig"

	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/mocks"
)

// Professionals and patients of the fixtures that the tests use.
const (
	doctor     = "899700366240"
	doctorCard = "cps-medecin-sign"
	other      = "899700218896"
	otherCard  = "cps-specialiste-sign"
	billing    = "751234567" // 8 digits and a key, as the assertion says
	alice      = "segursim-alice"
	dead       = "segursim-decede"
	newborn    = "segursim-nouveau-ne"

	authPath = "/wssoap/apcv/auth/1/0"
	signPath = "/wssoap/apcv/sign/1/0"
)

// morning is when the tests begin.
var morning = time.Date(2026, 1, 15, 9, 0, 0, 0, time.UTC)

// pkiDir is shared by the tests' simulators. TestMain alone writes it.
var pkiDir string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "segursim-apcv-test")
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

// bench is a simulator with what the tests do to it.
type bench struct {
	t    *testing.T
	srv  *mocks.Server
	http *http.Client
}

// start starts a simulator with a frozen clock and the given apcv: section.
func start(t *testing.T, section string) *bench {
	t.Helper()
	srv, err := mocks.Start(t.Context(), mocks.Options{
		Seed: "apcv", PKIDir: pkiDir, Clock: "2026-01-15T09:00:00Z", Scenarios: fstest.MapFS{}, Sections: map[string][]byte{"apcv": []byte(section)},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := srv.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	srv.Clock().Freeze(true)
	srv.Clock().Set(morning)
	c, err := srv.Client("")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.CloseIdleConnections)
	return &bench{t: t, srv: srv, http: c}
}

func (b *bench) do(verb string, in map[string]any) map[string]any {
	b.t.Helper()
	out, err := b.srv.Do(b.t.Context(), "apcv", verb, in)
	if err != nil {
		b.t.Fatalf("action %s: %v", verb, err)
	}
	return out.(map[string]any)
}

// show has a patient's phone show a code and returns its text.
func (b *bench) show(patient string) string {
	b.t.Helper()
	return b.do("show", map[string]any{"patient": patient})["payload"].(string)
}

// request is a SOAP request; its fields are what tests change.
type request struct {
	path, action, body string
	person, card       string // who the assertion is of, and whose card signs
	header             string // more header blocks
	proof              string // a second assertion
	plain              bool   // no assertion
}

func authRequest(verb, inner string) request {
	name := strings.ToUpper(verb[:1]) + verb[1:] + "Req"
	return request{
		path: authPath, action: "urn:ApCV_AUTH:1.0.0:" + verb, person: doctor, card: doctorCard,
		body: `<` + name + ` version="1.0" xmlns="http://www.sesam-vitale.fr/apcv/auth/1/0">` + inner + `</` + name + `>`,
	}
}

func readRequest(scanned string) request {
	return authRequest("authentifierUtilisateurProximite", `<ProfessionnelSante><IdentifiantFacturation>`+billing+
		`</IdentifiantFacturation><CodeSpecialiteAMO>01</CodeSpecialiteAMO></ProfessionnelSante><Donnees>`+escape(scanned)+`</Donnees>`)
}

func restoreRequest() request { return authRequest("restituerContexteApCV", "") }

func destroyRequest(id string) request {
	return authRequest("detruireContexteApCV", `<ContexteApCV><Identifiant>`+escape(id)+`</Identifiant></ContexteApCV>`)
}

func (r request) as(person, card string) request {
	r.person, r.card = person, card
	return r
}

func (r request) replacing(old, fresh string) request {
	if !strings.Contains(r.body, old) {
		panic("nothing to replace: " + old)
	}
	r.body = strings.Replace(r.body, old, fresh, 1)
	return r
}

func escape(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s))
	return b.String()
}

// reply is a SOAP answer, read.
type reply struct {
	status int
	header http.Header
	raw    string
	doc    *etree.Document
}

// text is the text of the first element of that local name, anywhere.
func (a reply) text(name string) string {
	if e := a.doc.FindElement("//" + name); e != nil {
		return strings.TrimSpace(e.Text())
	}
	return ""
}

// code is the code of the fault, empty for an answer.
func (a reply) code() string {
	if e := a.doc.FindElement("//Erreur"); e != nil {
		return e.SelectAttrValue("code", "")
	}
	return ""
}

func (b *bench) send(r request) reply {
	b.t.Helper()
	security := ""
	if !r.plain {
		security = `<wsse:Security xmlns:wsse="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd">` + b.assertion(r.person, r.card) + r.proof + `</wsse:Security>`
	}
	now := b.srv.Clock().Now().UTC().Format(time.RFC3339)
	env := `<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:wsa="http://www.w3.org/2005/08/addressing"><s:Header>` +
		`<wsa:Action>` + r.action + `</wsa:Action><wsa:MessageID>uuid:5e90b1a2-0000-4000-8000-000000000001</wsa:MessageID>` + security + r.header +
		`<lps:ContexteLPS xmlns:lps="urn:siram:lps:ctxlps" Version="01_00" Nature="CTXLPS"><lps:Id>1</lps:Id><lps:Temps>` + now + `</lps:Temps>` +
		`<lps:LPS><lps:IDAM R="4">LSN00TEST000</lps:IDAM><lps:Version>1</lps:Version><lps:Instance>1</lps:Instance><lps:Nom>urn:lps:temoin:1</lps:Nom></lps:LPS></lps:ContexteLPS>` +
		`</s:Header><s:Body>` + r.body + `</s:Body></s:Envelope>`
	return b.post(r.path, env, `application/soap+xml; charset=utf-8; action="`+r.action+`"`)
}

func (b *bench) post(path, body, contentType string) reply {
	b.t.Helper()
	req, err := http.NewRequestWithContext(b.t.Context(), http.MethodPost, b.srv.URL()+path, strings.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	req.Header.Set("Content-Type", contentType)
	resp, err := b.http.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	a := reply{status: resp.StatusCode, header: resp.Header, raw: string(raw), doc: etree.NewDocument()}
	if err := a.doc.ReadFromBytes(raw); err != nil {
		b.t.Fatalf("the answer is not XML: %v\n%s", err, raw)
	}
	return a
}

// read scans a code for the doctor and returns the context's Identifiant and token.
func (b *bench) read(scanned string) (id, token string) {
	b.t.Helper()
	a := b.send(readRequest(scanned))
	if a.status != http.StatusOK {
		b.t.Fatalf("read: %d %s", a.status, a.raw)
	}
	return a.text("Identifiant"), a.text("TokenApCV")
}

// assertion is a professional's, signed by the card of that profile.
func (b *bench) assertion(person, card string) string {
	b.t.Helper()
	conf, err := b.srv.TLS(card)
	if err != nil {
		b.t.Fatal(err)
	}
	cert := conf.Certificates[0]
	e := etree.NewElement("saml:Assertion")
	e.CreateAttr("xmlns:saml", "urn:oasis:names:tc:SAML:2.0:assertion")
	e.CreateAttr("Version", "2.0")
	e.CreateAttr("ID", "_assertion")
	e.CreateAttr("IssueInstant", b.srv.Clock().Now().UTC().Format(time.RFC3339))
	issuer := e.CreateElement("saml:Issuer")
	issuer.CreateAttr("Format", "urn:oasis:names:tc:SAML:1.1:nameid-format:X509SubjectName")
	issuer.SetText("CN=" + person)
	name := e.CreateElement("saml:Subject").CreateElement("saml:NameID")
	name.CreateAttr("NameQualifier", "CPS")
	name.SetText(person)
	st := e.CreateElement("saml:AttributeStatement")
	for _, kv := range [][2]string{{"identifiantFacturation", billing}, {"secteurActivite", "SA07"}, {"codeSpecialite", "01"}} {
		at := st.CreateElement("saml:Attribute")
		at.CreateAttr("Name", kv[0])
		at.CreateElement("saml:AttributeValue").SetText(kv[1])
	}
	signer, err := dsig.NewSigningContext(cert.PrivateKey.(crypto.Signer), [][]byte{cert.Certificate[0]})
	if err != nil {
		b.t.Fatal(err)
	}
	signer.Canonicalizer = dsig.MakeC14N10ExclusiveCanonicalizerWithPrefixList("")
	signed, err := signer.SignEnveloped(e)
	if err != nil {
		b.t.Fatal(err)
	}
	doc := etree.NewDocument()
	doc.SetRoot(signed)
	s, err := doc.WriteToString()
	if err != nil {
		b.t.Fatal(err)
	}
	return s
}

// last is the newest exchange of the journal; events is what happened, oldest
// first.
func (b *bench) last() *mocks.Entry {
	b.t.Helper()
	all := b.srv.Journal(0)
	for i := len(all) - 1; i >= 0; i-- {
		if all[i].Transport != "event" {
			return all[i]
		}
	}
	b.t.Fatal("the journal has no exchange")
	return nil
}

func (b *bench) events() []string {
	var out []string
	for _, e := range b.srv.Journal(0) {
		if e.Transport == "event" && e.Service == "apcv" {
			out = append(out, e.Op)
		}
	}
	return out
}

// noted tells whether the newest exchange has a cause of that rule.
func (b *bench) noted(rule string) bool {
	return slices.ContainsFunc(b.last().Causes, func(c journal.Cause) bool { return c.Rule == rule })
}

// refused checks a refusal: on the wire, and in the journal with its cause in
// both languages.
func (b *bench) refused(a reply, code, rule string) {
	b.t.Helper()
	e := b.last()
	if a.status != http.StatusInternalServerError || a.code() != code {
		b.t.Errorf("%d %q, want 500 %s\n%s", a.status, a.code(), code, a.raw)
	}
	if e.Outcome != "refused" || fmt.Sprint(e.Fact("error.code")) != code {
		b.t.Errorf("journal: outcome %s, error %v", e.Outcome, e.Fact("error.code"))
	}
	for _, c := range e.Causes {
		if c.Rule == rule && c.Text.FR != "" && c.Text.EN != "" {
			return
		}
	}
	b.t.Errorf("journal: causes %+v, want one %s in both languages", e.Causes, rule)
}
