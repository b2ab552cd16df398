package insi

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/beevik/etree"
	"github.com/google/go-cmp/cmp"

	"github.com/segursim/segursim/internal/lps/teleservice"
	"github.com/segursim/segursim/internal/need"
)

// constant is a source of randomness for tests.
type constant struct{}

func (constant) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 7
	}
	return len(p), nil
}

// A fake is INSi as a test wants it: it answers what the first name (or another
// text of the body) is told to get, and keeps what it was asked.
type fake struct {
	*httptest.Server
	answers map[string]string // by "first name" or "first name@place"
	mu      sync.Mutex
	asked   []string
	bodies  []*etree.Element
}

func newFake(t *testing.T, answers map[string]string) (*fake, *Client) {
	t.Helper()
	f := &fake{answers: answers}
	f.Server = httptest.NewServer(http.HandlerFunc(f.serve))
	t.Cleanup(f.Close)
	call, err := teleservice.New(teleservice.Config{
		HTTP: f.Client(), Rand: constant{}, Now: func(context.Context) (time.Time, error) { return time.Unix(0, 0), nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	c, err := New(call, f.URL)
	if err != nil {
		t.Fatal(err)
	}
	return f, c
}

func text(e *etree.Element, path string) string {
	if x := e.FindElement(path); x != nil {
		return x.Text()
	}
	return ""
}

func (f *fake) serve(w http.ResponseWriter, r *http.Request) {
	doc := etree.NewDocument()
	if _, err := doc.ReadFrom(r.Body); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	body := doc.FindElement("//Body").ChildElements()[0]
	key := text(body, "Prenom")
	if place := text(body, "LieuNaissance"); place != "" {
		key += "@" + place
	}
	f.mu.Lock()
	f.asked, f.bodies = append(f.asked, key), append(f.bodies, body)
	f.mu.Unlock()
	w.Header().Set("Content-Type", "application/soap+xml")
	answer := f.answers[key]
	if strings.Contains(answer, "Fault>") {
		w.WriteHeader(http.StatusInternalServerError)
	}
	_, _ = io.WriteString(w, `<soap:Envelope xmlns:soap="http://www.w3.org/2003/05/soap-envelope"><soap:Body>`+answer+`</soap:Body></soap:Envelope>`)
}

func result(code string) string {
	who := ""
	if code == Found {
		who = `<INDIVIDU><INSACTIF><IdIndividu><NumIdentifiant>1</NumIdentifiant></IdIndividu><OID>o</OID></INSACTIF><TIQ/></INDIVIDU>`
	}
	return `<RESULTAT xmlns="http://www.cnamts.fr/INSiResultat"><CR><CodeCR>` + code + `</CodeCR><LibelleCR>x</LibelleCR></CR>` + who + `</RESULTAT>`
}

const down = `<soap:Fault><soap:Code><soap:Value>soap:Receiver</soap:Value></soap:Code><soap:Detail><s:Erreur xmlns:s="urn:siram" code="insi_102"/></soap:Detail></soap:Fault>`

// The search strategy: which calls are made, in which order, and what comes out.
func TestSearch(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		names   string
		place   string
		answers map[string]string
		asked   []string
		code    string
		fault   string
	}{
		"first name":           {"ZOE ANNE", "63220", map[string]string{"ZOE": result("00")}, []string{"ZOE"}, Found, ""},
		"second name":          {"OLA CATARINA BELLA", "", map[string]string{"OLA": result("01"), "CATARINA": result("00")}, []string{"OLA", "CATARINA"}, Found, ""},
		"whole list":           {"A B", "", map[string]string{"A": result("01"), "B": result("01"), "A B": result("00")}, []string{"A", "B", "A B"}, Found, ""},
		"nobody":               {"A B", "63220", map[string]string{"A": result("01"), "B": result("01"), "A B": result("01")}, []string{"A", "B", "A B"}, Unknown, ""},
		"one name, nobody":     {"A", "", map[string]string{"A": result("01")}, []string{"A"}, Unknown, ""},
		"homonyms told apart":  {"LEONARDO", "63220", map[string]string{"LEONARDO": result("02"), "LEONARDO@63220": result("00")}, []string{"LEONARDO", "LEONARDO@63220"}, Found, ""},
		"homonyms, no place":   {"LEONARDO", "", map[string]string{"LEONARDO": result("02")}, []string{"LEONARDO"}, Several, ""},
		"homonyms for good":    {"C", "1", map[string]string{"C": result("02"), "C@1": result("02")}, []string{"C", "C@1"}, Several, ""},
		"place finds nobody":   {"C", "1", map[string]string{"C": result("02"), "C@1": result("01")}, []string{"C", "C@1"}, Several, ""},
		"02 then another name": {"A B", "1", map[string]string{"A": result("02"), "B": result("00")}, []string{"A", "B"}, Found, ""},
		"02 is not forgotten":  {"A B", "1", map[string]string{"A": result("02"), "B": result("01"), "A B": result("01"), "A@1": result("00")}, []string{"A", "B", "A B", "A@1"}, Found, ""},
		"technical fault":      {"A B", "1", map[string]string{"A": down}, []string{"A"}, "", "insi_102"},
		"fault after a 02":     {"A", "1", map[string]string{"A": result("02"), "A@1": down}, []string{"A", "A@1"}, Several, "insi_102"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, c := newFake(t, tc.answers)
			found, tried, err := c.Search(t.Context(), Query{Name: "X", FirstNames: strings.Fields(tc.names), Sex: "F", Born: "2000-01-01", Place: tc.place})
			if found.Code != tc.code || teleservice.Code(err) != tc.fault {
				t.Errorf("code %q, %v; want %q, %q", found.Code, err, tc.code, tc.fault)
			}
			if diff := cmp.Diff(tc.asked, f.asked); diff != "" {
				t.Errorf("calls (-want +got):\n%s", diff)
			}
			faults := 0
			if tc.fault != "" {
				faults = 1
			}
			if len(tried) != len(tc.asked)-faults {
				t.Errorf("%d attempts told, %d calls of which %d faults", len(tried), len(tc.asked), faults)
			}
			if (found.Person != nil) != (tc.code == Found) {
				t.Errorf("person %+v with the code %q", found.Person, found.Code)
			}
		})
	}
}

// The answer of the live service, with a history, is read whole.
func TestAnswer(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile(filepath.Join(need.Shared(t, "data/insi"), "samples", "response-00-histo.xml"))
	if err != nil {
		t.Fatal(err)
	}
	want := Answer{Code: Found, Label: "OK", Person: &Person{
		Active:  INS{Number: "1090763220834", Key: "89", OID: "1.2.250.1.213.1.4.8"},
		History: []INS{{Number: "2090763220834", Key: "39", OID: "1.2.250.1.213.1.4.8", From: "2019-03-01", To: "2019-02-28"}},
		Traits:  Identity{Name: "ECETINSI", FirstNames: "PIERRE-ALAIN MURIEL FLORIANT", Sex: "M", Born: "2009-07-14", Place: "63220"},
	}}
	s := string(b)
	for name, doc := range map[string]string{
		"live": s,
		// The same answer with a prefix on every element, as it was once sent.
		"ns2": strings.NewReplacer(`<RESULTAT xmlns="`, `<n:RESULTAT xmlns:n="`, "<C", "<n:C", "</C", "</n:C", "<I", "<n:I", "</I", "</n:I",
			"<N", "<n:N", "</N", "</n:N", "<O", "<n:O", "</O", "</n:O", "<D", "<n:D", "</D", "</n:D", "<T", "<n:T", "</T", "</n:T",
			"<L", "<n:L", "</L", "</n:L", "<S", "<n:S", "</S", "</n:S", "</R", "</n:R").Replace(s),
	} {
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/soap+xml")
			_, _ = io.WriteString(w, doc)
		}))
		t.Cleanup(srv.Close)
		_, c := newFake(t, nil)
		c.url = srv.URL
		got, err := c.Traits(t.Context(), Traits{})
		got.Message = ""
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%s: %v (-want +got):\n%s", name, err, diff)
		}
		if got.Person != nil && got.Person.Active.String() != "1090763220834 89" {
			t.Errorf("%s", got.Person.Active)
		}
	}
}

func TestBadAnswers(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ answer, want string }{
		"no code":    {`<RESULTAT xmlns="http://www.cnamts.fr/INSiResultat"/>`, `the code ""`},
		"other code": {result("03"), `the code "03"`},
		"00, nobody": {strings.Split(result("00"), "<INDIVIDU>")[0] + "</RESULTAT>", "none is told"},
	} {
		_, c := newFake(t, map[string]string{"": tc.answer})
		if _, err := c.Traits(t.Context(), Traits{}); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: error %v, want %q", name, err, tc.want)
		}
	}
	// An identity with 01 or 02 is none.
	_, c := newFake(t, map[string]string{"": strings.Replace(result("00"), ">00<", ">01<", 1)})
	if a, err := c.Traits(t.Context(), Traits{}); err != nil || a.Person != nil {
		t.Errorf("%+v, %v", a, err)
	}
	if _, err := New(nil, "x"); err == nil {
		t.Error("no caller: no error")
	}
	if _, err := New(&teleservice.Client{}, ""); err == nil {
		t.Error("no address: no error")
	}
}

func TestVitale(t *testing.T) {
	t.Parallel()
	f, c := newFake(t, map[string]string{"": result("00")})
	card := Card{Insured: "1800175999103", Number: "1120375999105", Name: "SEGURSIM-FAMILLE", Born: "2012-03-04", Rank: "2", Proof: `<a:P xmlns:a="urn:a"/>`}
	if a, err := c.Vitale(t.Context(), card); err != nil || a.Code != Found {
		t.Fatalf("%+v, %v", a, err)
	}
	b := f.bodies[0]
	var order []string
	for _, e := range b.ChildElements() {
		order = append(order, e.Tag)
	}
	if diff := cmp.Diff([]string{"MatriculeIndividu", "MatriculeOD", "NomNaissance", "DateNaissance", "RangNaissance"}, order); diff != "" {
		t.Errorf("order (-want +got):\n%s", diff)
	}
	if text(b, "MatriculeOD/NumIdentifiant") != card.Insured || text(b, "RangNaissance") != "2" || b.NamespaceURI() != nsVitale {
		t.Errorf("sent %v", order)
	}
	if root := b.Parent().Parent(); root.FindElement("//Security/P") == nil {
		t.Error("the proof was not sent")
	}
	if _, err := c.Vitale(t.Context(), Card{Insured: "1"}); err != nil {
		t.Fatal(err)
	}
	if e := f.bodies[1]; len(e.ChildElements()) != 1 || e.Parent().Parent().FindElement("//Security") != nil {
		t.Error("a card with little on it sent more than it has")
	}
}

func TestVerify(t *testing.T) {
	t.Parallel()
	for answer, want := range map[string]struct {
		ok    bool
		fails string
	}{
		"00": {true, ""}, "01": {false, ""}, "02": {false, `the code "02"`},
	} {
		f, c := newFake(t, map[string]string{"": `<r:RESULTAT xmlns:r="http://www.cnamts.fr/INSiLot2/REPUnitaire"><r:CR><r:CodeCR>` + answer + `</r:CodeCR></r:CR></r:RESULTAT>`})
		ok, message, err := c.Verify(t.Context(), INS{Number: "2751263220749", Key: "74", OID: "o"},
			Query{Name: "ADRUN", FirstNames: []string{"ZOE", "ANNE"}, Sex: "F", Born: "1975-12-31", Place: "63220"})
		if ok != want.ok || message == "" || (err != nil) != (want.fails != "") || err != nil && !strings.Contains(err.Error(), want.fails) {
			t.Errorf("%s: %v, %q, %v", answer, ok, message, err)
		}
		b := f.bodies[0]
		for path, v := range map[string]string{
			"INSFourni/IdIndividu/NumIdentifiant": "2751263220749", "INSFourni/IdIndividu/Cle": "74", "INSFourni/OID": "o",
			"TraitsIdentiteIndividu/NomNaissance": "ADRUN", "TraitsIdentiteIndividu/Prenom": "ZOE", "TraitsIdentiteIndividu/ListePrenom": "ZOE ANNE",
		} {
			if got := text(b, path); got != v {
				t.Errorf("%s: %q, want %q", path, got, v)
			}
		}
	}
	_, c := newFake(t, map[string]string{"": down})
	if _, _, err := c.Verify(t.Context(), INS{}, Query{}); teleservice.Code(err) != "insi_102" {
		t.Errorf("error %v", err)
	}
}
