package insi_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/segursim/segursim/internal/ins"
)

// TestCases plays the searches by traits of the CNDA's tests.
func TestCases(t *testing.T) {
	t.Parallel()
	w := start(t, "")
	for _, c := range ins.Cases() {
		if c.ByVitale() {
			continue
		}
		t.Run(c.Test+" "+c.Traits.GivenName(), func(t *testing.T) {
			w := w.in(t)
			fields := []string{"NomNaissance", escape(c.Traits.BirthName)}
			for _, g := range c.Traits.GivenNames {
				fields = append(fields, "Prenom", escape(g))
			}
			fields = append(fields, "Sexe", c.Traits.Sex, "DateNaissance", c.Traits.BirthDate)
			if c.Traits.BirthPlace != "" {
				fields = append(fields, "LieuNaissance", c.Traits.BirthPlace)
			}
			a := w.send(traitsCall(traitsBody(fields...)))
			if c.Code == "" {
				w.refused(a, "insi_904", "insi.traits.NomNaissance.diacritic")
				return
			}
			if a.cr() != string(c.Code) || a.soap.Body.Result.Label != c.Code.Label() {
				t.Fatalf("want %s, got %s", c.Code, a.raw)
			}
			if got, _ := a.entry.Fact("patient.id").(string); got != c.Patient {
				t.Errorf("patient %q, want %q", got, c.Patient)
			}
			if (a.soap.Body.Result.Individual != nil) != (c.Code == ins.Found) {
				t.Errorf("INDIVIDU goes with 00 only: %s", a.raw)
			}
			if a.entry.Fact("result.cr") != string(c.Code) || a.entry.Fact("traits.nom") != c.Traits.BirthName {
				t.Errorf("facts: %v", a.entry.Facts)
			}
		})
	}
}

// TestAnswer: the whole identity, to the byte as the sample of the real service.
func TestAnswer(t *testing.T) {
	t.Parallel()
	w := start(t, "")
	a := w.send(traitsCall(traitsBody("NomNaissance", "ECETINSI", "Prenom", "PIERRE-ALAIN MURIEL FLORIANT", "Sexe", "M", "DateNaissance", "2009-07-14")))
	want := individual{
		Active:  identifier{Number: "1090763220834", Key: "89", OID: "1.2.250.1.213.1.4.8"},
		History: []identifier{{"2090763220834", "39", "1.2.250.1.213.1.4.8", "2019-03-01", "2019-02-28"}},
		Name:    "ECETINSI", List: "PIERRE-ALAIN MURIEL FLORIANT", Sex: "M", Date: "2009-07-14", Place: "63220",
	}
	if diff := cmp.Diff(want, w.found(a)); diff != "" {
		t.Errorf("identity (-want +got):\n%s", diff)
	}
	if got := a.header.Get("Content-Type"); got != "application/soap+xml; charset=utf-8" {
		t.Errorf("Content-Type %q", got)
	}
	if a.header.Get("X-Segursim-Contrat") != "" {
		t.Error("a confirmed operation wears the mark of the invented")
	}
	want2 := map[string]any{"cr": "00", "label": "OK", "matricule": "1090763220834", "cle": "89", "oid": "1.2.250.1.213.1.4.8", "count": int64(1), "historique": int64(1)}
	if diff := cmp.Diff(want2, a.entry.Facts["result"]); diff != "" {
		t.Errorf("facts (-want +got):\n%s", diff)
	}
	for fact, want := range map[string]any{
		"lps.idam": idam, "lps.nom": "urn:lps:TEMOIN:1", "access.mode": "mtls-auto", "access.structure": structure, "traits.prenom": "PIERRE-ALAIN MURIEL FLORIANT",
	} {
		if got := a.entry.Fact(fact); got != want {
			t.Errorf("fact %s: %v, want %v", fact, got, want)
		}
	}
}

// TestTolerance: prefixes, white space, comments, the order of fields, several
// Prenom, and no action but the body.
func TestTolerance(t *testing.T) {
	t.Parallel()
	w := start(t, "")
	const ns = `xmlns="http://www.cnamts.fr/INSiRecSans"`
	for name, body := range map[string]string{
		"default namespace": `<RECSANSVITALE ` + ns + `><NomNaissance>ADRUN</NomNaissance><Prenom>ZOE</Prenom><Sexe>F</Sexe><DateNaissance>1975-12-31</DateNaissance></RECSANSVITALE>`,
		"pretty":            "<RECSANSVITALE " + ns + ">\n  <NomNaissance>\n    ADRUN\n  </NomNaissance>\r\n\t<Prenom>ZOE</Prenom><Sexe>F</Sexe>\n<DateNaissance>1975-12-31</DateNaissance></RECSANSVITALE>",
		"comments, CDATA":   `<!-- a --><RECSANSVITALE ` + ns + `><!-- b --><NomNaissance>AD<!-- c -->RUN</NomNaissance><Prenom><![CDATA[ZOE]]></Prenom><Sexe>F</Sexe><DateNaissance>1975-12-31</DateNaissance></RECSANSVITALE>`,
		"another order":     `<RECSANSVITALE ` + ns + `><DateNaissance>1975-12-31</DateNaissance><Sexe>F</Sexe><Prenom>ZOE</Prenom><NomNaissance>ADRUN</NomNaissance></RECSANSVITALE>`,
		"empty place":       adrun("LieuNaissance", ""),
		"prefixes apiece":   `<a:RECSANSVITALE xmlns:a="http://www.cnamts.fr/INSiRecSans" xmlns:b="http://www.cnamts.fr/INSiRecSans"><b:NomNaissance>ADRUN</b:NomNaissance><a:Prenom>ZOE</a:Prenom><b:Sexe>F</b:Sexe><DateNaissance ` + ns + `>1975-12-31</DateNaissance></a:RECSANSVITALE>`,
	} {
		t.Run(name, func(t *testing.T) {
			w := w.in(t)
			a := w.send(traitsCall(body))
			w.found(a)
			noted := false
			for _, c := range a.entry.Causes {
				noted = noted || c.Rule == "insi.ordre"
			}
			if noted != (name == "another order") {
				t.Errorf("causes: %+v", a.entry.Causes)
			}
		})
	}
	t.Run("by the body", func(t *testing.T) {
		w := w.in(t)
		c := traitsCall(adrun())
		message := strings.Replace(c.envelope(w.now()), "<wsa:Action>"+traitsAction+"</wsa:Action>", "", 1)
		req := w.client("insi-manu")
		a := w.sendRaw(req, "", message)
		w.found(a)
		if a.entry.Fact("access.mode") != "mtls-manu" {
			t.Errorf("mode %v", a.entry.Fact("access.mode"))
		}
	})
	t.Run("several Prenom", func(t *testing.T) {
		w := w.in(t)
		w.found(w.send(traitsCall(traitsBody("NomNaissance", "TCHITCHI", "Prenom", "CATARINA", "Prenom", "BELLA", "Sexe", "F", "DateNaissance", "1936-06-21"))))
	})
}
