package insi_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/segursim/segursim/mocks"
)

// TestOID: what a NIR is answered with; a NIA keeps its own.
func TestOID(t *testing.T) {
	t.Parallel()
	alice := traitsBody("NomNaissance", "SEGURSIM-ORDINAIRE", "Prenom", "ALICE", "Sexe", "F", "DateNaissance", "1985-04-12")
	nia := traitsBody("NomNaissance", "PROVISOIRE", "Prenom", "MATRICULE", "Sexe", "M", "DateNaissance", "2009-07-01")
	for option, want := range map[string][3]string{
		"stored":        {".8", ".10", ".9"},
		"qualification": {".8", ".8", ".9"},
		"test":          {".10", ".10", ".9"},
	} {
		t.Run(option, func(t *testing.T) {
			t.Parallel()
			w := start(t, "oid: "+option)
			for i, body := range []string{adrun(), alice, nia} {
				if got := w.found(w.send(traitsCall(body))).Active.OID; got != "1.2.250.1.213.1.4"+want[i] {
					t.Errorf("identity %d: %s, want …4%s", i, got, want[i])
				}
			}
		})
	}
}

// TestGiven: Prenom besides ListePrenom.
func TestGiven(t *testing.T) {
	t.Parallel()
	for sections, want := range map[string]bool{"auto live": false, "auto cnda": true, "always live": true, "never cnda": false} {
		t.Run(sections, func(t *testing.T) {
			t.Parallel()
			given, style, _ := strings.Cut(sections, " ")
			w := startWith(t, mocks.Options{Sections: map[string][]byte{"insi": []byte("prenom: " + given), "tlsi": []byte("style: " + style)}})
			if got := w.found(w.send(traitsCall(adrun()))).Given; (got != nil) != want || want && *got != "ZOE" {
				t.Errorf("Prenom %v", got)
			}
		})
	}
}

// TestOrder: fields in another order are refused when the user says so.
func TestOrder(t *testing.T) {
	t.Parallel()
	w := start(t, "order: reject")
	w.found(w.send(traitsCall(adrun())))
	w.refused(w.send(traitsCall(traitsBody("Prenom", "ZOE", "NomNaissance", "ADRUN", "Sexe", "F", "DateNaissance", "1975-12-31"))), "insi_909", "insi.ordre")
}

// TestConfig: what means nothing is refused at start, with what is wrong.
func TestConfig(t *testing.T) {
	t.Parallel()
	file := func(content string) string {
		path := filepath.Join(t.TempDir(), "contrat.yaml")
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	own, err := os.ReadFile("contrat-verification.yaml")
	if err != nil {
		t.Fatal(err)
	}
	change := func(old, new string) string {
		if !strings.Contains(string(own), old) {
			t.Fatalf("the contract has no %q", old)
		}
		return "verification_contract: " + file(strings.Replace(string(own), old, new, 1))
	}
	for section, want := range map[string]string{
		"mode: prod":                                              "mode",
		"oid: demo":                                               "oid",
		"colour: red":                                             "colour",
		"lot: {max: -1}":                                          "lot.max",
		"lot: {delay: -1m}":                                       "negative",
		"codes: {nom: {code: insi_1}}":                            "no refusal is named",
		"codes: {nom-obligatoire: {siram: 10}}":                   "siram",
		"codes: {nom-obligatoire: {code: 'a\"b'}}":                "code",
		"verification_contract: /nulle/part.yaml":                 "verification_contract",
		change("racine: ACCUSE", "racine: 2ACCUSE"):               "no name of an element",
		change("nom: NomNaissance", "nom: ''"):                    "elements.nom is missing",
		change("code: \"01\"", "code: \"00\""):                    "same code",
		change("ETAT", "ETAT, couleur: rouge"):                    "couleur",
		change("suivreLotVerification", "deposerLotVerification"): "two operations have the action",
		change("REQSuiviLot\", racine: SuiviLot", "REQLot\", racine: LotIdentites"): "two operations have the request",
	} {
		srv, err := mocks.Start(t.Context(), mocks.Options{PKIDir: pkiDir, Sections: map[string][]byte{"insi": []byte(section)}})
		if err == nil {
			_ = srv.Close()
			t.Errorf("%q was accepted", section)
		} else if !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v; want it to say %q", section, err, want)
		}
	}
}

// TestPatch: a fault replaces fields of the answer, whole parts too, and leaves
// it in the order of the schema.
func TestPatch(t *testing.T) {
	t.Parallel()
	w := start(t, "")
	for _, c := range []struct{ name, patch, want string }{
		{"a field", `{"INDIVIDU.INSACTIF.OID":"1.2.250.1.213.1.4.9"}`, `<OID>1.2.250.1.213.1.4.9</OID></INSACTIF>`},
		{"removed", `{"INDIVIDU":null,"CR.CodeCR":"01","CR.LibelleCR":"Aucune identite trouvee"}`, `<CR><CodeCR>01</CodeCR><LibelleCR>Aucune identite trouvee</LibelleCR></CR></RESULTAT>`},
		{
			"history added", `{"INDIVIDU.INSHISTO":[{"OID":"1","IdIndividu":{"Cle":"39","NumIdentifiant":"2090763220834"},"DateFin":"2001-01-01"},{"OID":"2"}]}`,
			`</INSACTIF><INSHISTO><IdIndividu><NumIdentifiant>2090763220834</NumIdentifiant><Cle>39</Cle></IdIndividu><OID>1</OID><DateFin>2001-01-01</DateFin></INSHISTO><INSHISTO><OID>2</OID></INSHISTO><TIQ>`,
		},
		{"a date in its place", `{"RESULTAT.INDIVIDU.INSACTIF.DateDeb":"2020-01-01"}`, `<OID>1.2.250.1.213.1.4.8</OID><DateDeb>2020-01-01</DateDeb></INSACTIF>`},
		{"an empty trait", `{"INDIVIDU.TIQ.NomNaissance":""}`, `<TIQ><NomNaissance/><ListePrenom>`},
		{"escaped", `{"INDIVIDU.TIQ.NomNaissance":"<&\"é"}`, `<NomNaissance>&lt;&amp;&quot;é</NomNaissance>`},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := w.in(t)
			w.api("faults", `{"service":"insi","op":"traits","times":1,"effect":{"patch":`+c.patch+`}}`)
			if a := w.send(traitsCall(adrun())); !strings.Contains(a.raw, c.want) {
				t.Errorf("want %s in\n%s", c.want, a.raw)
			}
		})
	}
	t.Run("impossible", func(t *testing.T) {
		w := w.in(t)
		w.api("faults", `{"service":"insi","op":"traits","times":1,"effect":{"patch":{"IN DIVIDU":"x"}}}`)
		if a := w.send(traitsCall(adrun())); a.status != 500 || a.code() != "desir_1020" {
			t.Errorf("got %s", a.raw)
		}
	})
	t.Run("second history", func(t *testing.T) {
		w := w.in(t)
		w.api("faults", `{"service":"insi","op":"traits","times":1,"effect":{"patch":{"INDIVIDU.INSHISTO.1.OID":null,"INDIVIDU.INSHISTO.0":null}}}`)
		id := w.found(w.send(traitsCall(traitsBody("NomNaissance", "HERMANN", "Prenom", "GATIEN", "Sexe", "M", "DateNaissance", "1981-03-24"))))
		if len(id.History) != 1 || id.History[0].OID != "" || id.History[0].Number != "2810363220456" {
			t.Errorf("history %+v", id.History)
		}
	})
}
