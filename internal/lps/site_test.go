package lps

import (
	"net/http"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/segursim/segursim/internal/lps/dossier"
	"github.com/segursim/segursim/internal/lps/insi"
)

func TestPages(t *testing.T) {
	t.Parallel()
	connected := view{Connected: true, Name: "KIT <DOC>", ID: "899700366240", Identifier: "a/B", Code: "07", Seconds: 120}
	sheet := dossier.Record{
		Name: "ADRUN <b>", Status: dossier.Qualified, INS: &insi.INS{Number: "2751263220749", Key: "74", OID: "1.2"},
		History: []insi.INS{{Number: "1", To: "2019-02-28"}},
	}
	for name, tc := range map[string]struct {
		page string
		view view
		want []string
	}{
		"cgu":          {pageCGU, view{}, []string{"Conditions générales", `id="psc"`, "Pro Santé Connect"}},
		"cgu en":       {pageCGU, view{Lang: "en"}, []string{"Terms of use", `lang="en"`}},
		"login":        {pageLogin, view{Identifier: `"><script>`}, []string{"Zone de connexion", "&#34;&gt;&lt;script&gt;"}},
		"waiting":      {pageWaiting, connected, []string{">07<", "120", "a/B"}},
		"home":         {pageHome, connected, []string{"KIT &lt;DOC&gt;", "899700366240", "Vous êtes connecté"}},
		"home, nobody": {pageHome, view{}, []string{"Session fermée", "Aucun professionnel connecté"}},
		"logout":       {pageLogout, connected, []string{"Me déconnecter"}},
		"logged out":   {pageLogout, view{Lang: "en"}, []string{"You are logged out"}},
		"sheet":        {pagePatient, view{Record: sheet, Waiting: true}, []string{"ADRUN &lt;b&gt;", "qualifiée", "2751263220749 74", "la fiche reste utilisable", "Ancien INS", "au 2019-02-28"}},
		"sheet, none":  {pagePatient, view{Lang: "en"}, []string{"No INS in this record"}},
		"sheet, doubt": {pagePatient, view{Record: dossier.Record{Doubtful: true, Work: dossier.Text{FR: "à reprendre"}}}, []string{"identité douteuse", "Appel à l&#39;INSi bloqué", "Liste de travail : à reprendre"}},
		"comparison":   {pageCompare, view{Record: dossier.Record{Proposal: &insi.Person{Traits: insi.Identity{Name: "TURING"}}, Alerts: []dossier.Text{{FR: "Sexe différent"}}}}, []string{"TURING", "Sexe différent", "Accepter"}},
		"no answer":    {pageCompare, view{}, []string{"Aucune réponse à comparer"}},
		"calls":        {pageCalls, view{Record: dossier.Record{Log: []dossier.Line{{User: "899", Operation: "vérification", Code: "KO"}}}}, []string{"<td>899</td><td>vérification</td>", "KO"}},
		"printed":      {pagePrinted, view{Record: sheet, Square: "<svg></svg>"}, []string{"<svg></svg>", "2751263220749 74"}},
		"printed, not": {pagePrinted, view{}, []string{"ni matricule, ni datamatrix"}},
		"notice":       {pageLogin, view{Notice: Text{FR: "La demande a expiré"}}, []string{`role="status"`, "La demande a expiré"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, err := open(or(tc.view.Lang, "fr"))
			if err != nil {
				t.Fatal(err)
			}
			defer func() {
				if err := s.close(); err != nil {
					t.Error(err)
				}
			}()
			s.set(func(v *view) { lang := v.Lang; *v = tc.view; v.Lang = lang })
			b, err := s.read(t.Context(), tc.page)
			if err != nil {
				t.Fatal(err)
			}
			for _, want := range append(tc.want, "SIMULATEUR SEGURSIM", "LPS témoin") {
				if !strings.Contains(string(b), want) {
					t.Errorf("the page lacks %q:\n%s", want, b)
				}
			}
			if strings.Contains(string(b), "<script>") {
				t.Error("a value became markup")
			}
			if _, err := html.Parse(strings.NewReader(string(b))); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestSite(t *testing.T) {
	t.Parallel()
	s, err := open("fr")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.read(t.Context(), "ailleurs"); err == nil || !strings.Contains(err.Error(), "HTTP 404") {
		t.Errorf("error %v, want a 404", err)
	}
	resp, err := http.Get(s.base + "/cgu")
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if csp := resp.Header.Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") {
		t.Errorf("Content-Security-Policy %q", csp)
	}
	// One login may come back at a time.
	for i, want := range []int{http.StatusOK, http.StatusConflict} {
		resp, err := http.Get(s.base + "/retour?code=c")
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != want {
			t.Errorf("return %d: HTTP %d, want %d", i, resp.StatusCode, want)
		}
	}
	if q := <-s.back; q.Get("code") != "c" {
		t.Errorf("brought back %v", q)
	}
	http.DefaultClient.CloseIdleConnections()
	if err := s.close(); err != nil {
		t.Error(err)
	}
	if _, err := s.read(t.Context(), pageCGU); err == nil {
		t.Error("a closed site answers")
	}
}
