package insi_test

import (
	"encoding/xml"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const verifyAction = "urn:ServiceIdentiteCertifiee:1.0.0:verifierInsAvecTraitsIdentite"

// claim is an identity to verify; its zero fields are left out.
type claim struct {
	ref, number, key, oid, name, given, list, sex, date, place string
}

func adrunClaim() claim {
	return claim{number: "2751263220749", key: "74", oid: "1.2.250.1.213.1.4.8", name: "ADRUN", given: "ZOE", sex: "F", date: "1975-12-31"}
}

// inside is the inside of IndividuVerifie, in the default namespace.
func (c claim) inside() string {
	f := func(name, value string) string {
		if value == "" {
			return ""
		}
		return "<" + name + ">" + value + "</" + name + ">"
	}
	return f("Reference", c.ref) +
		"<INSFourni><IdIndividu>" + f("NumIdentifiant", c.number) + f("Cle", c.key) + "<TypeMatricule>NIR</TypeMatricule></IdIndividu>" + f("OID", c.oid) + "</INSFourni>" +
		"<TraitsIdentiteIndividu>" + f("NomNaissance", c.name) + f("Prenom", c.given) + f("ListePrenom", c.list) + f("Sexe", c.sex) + f("DateNaissance", c.date) + f("LieuNaissance", c.place) + "</TraitsIdentiteIndividu>"
}

func verifyCall(c claim) call {
	return call{
		profile: "insi-auto", action: verifyAction, emetteur: structure,
		body: `<IndividuVerifie xmlns="http://www.cnamts.fr/INSiLot2/REQUnitaire">` + c.inside() + `</IndividuVerifie>`,
	}
}

// verified is the answer of a verification.
type verified struct {
	XMLName xml.Name
	Code    string `xml:"CR>CodeCR"`
	Label   string `xml:"CR>LibelleCR"`
}

func readInner[T any](t *testing.T, a answer) T {
	t.Helper()
	var v T
	if a.status != 200 {
		t.Fatalf("%d %s\n%+v", a.status, a.raw, a.entry.Causes)
	}
	if err := xml.Unmarshal(a.soap.Body.Inner, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// TestVerify: OK, and KO for each field that differs; the traits never come back.
func TestVerify(t *testing.T) {
	t.Parallel()
	w := start(t, "")
	for name, c := range map[string]struct {
		change func(*claim)
		ok     bool
		why    string
	}{
		"all the same":      {func(*claim) {}, true, ""},
		"with the place":    {func(c *claim) { c.place = "63220" }, true, ""},
		"the list":          {func(c *claim) { c.given, c.list = "", "ZOE" }, true, ""},
		"another matricule": {func(c *claim) { c.number, c.key = "2751263220750", "73" }, false, "MatriculeIndividu"},
		"wrong key":         {func(c *claim) { c.key = "75" }, false, "Cle"},
		"another domain":    {func(c *claim) { c.oid = "1.2.250.1.213.1.4.9" }, false, "OID"},
		"another name":      {func(c *claim) { c.name = "ADRDEUX" }, false, "NomNaissance"},
		"another first":     {func(c *claim) { c.given = "ZOA" }, false, "Prenom"},
		"another list":      {func(c *claim) { c.list = "ZOE ANNE" }, false, "Prenom"},
		"another sex":       {func(c *claim) { c.sex = "M" }, false, "Sexe"},
		"another date":      {func(c *claim) { c.date = "1975-12-30" }, false, "DateNaissance"},
		"another place":     {func(c *claim) { c.place = "75056" }, false, "LieuNaissance"},
	} {
		t.Run(name, func(t *testing.T) {
			w := w.in(t)
			id := adrunClaim()
			c.change(&id)
			a := w.send(verifyCall(id))
			want := verified{XMLName: xml.Name{Space: "http://www.cnamts.fr/INSiLot2/REPUnitaire", Local: "RESULTAT"}, Code: "00", Label: "OK"}
			if !c.ok {
				want.Code, want.Label = "01", "KO"
			}
			if diff := cmp.Diff(want, readInner[verified](t, a)); diff != "" {
				t.Errorf("answer (-want +got):\n%s", diff)
			}
			for _, secret := range []string{"ADRUN", "ZOE", "1975-12-31", "2751263220749"} {
				if strings.Contains(a.raw, secret) {
					t.Errorf("the answer tells %s: %s", secret, a.raw)
				}
			}
			if a.header.Get("X-Segursim-Contrat") != "invente" || a.entry.Provenance != "invented" {
				t.Errorf("an invented contract is not marked: %v", a.header)
			}
			if why := fmt.Sprint(a.entry.Fact("result.why")); a.entry.Fact("result.ok") != c.ok || why != "["+c.why+"]" {
				t.Errorf("facts: %v", a.entry.Fact("result"))
			}
		})
	}
	for name, c := range map[string]struct {
		change     func(*claim)
		code, rule string
	}{
		"no key":      {func(c *claim) { c.key = "" }, "insi_925", "insi.traits.Cle.missing"},
		"matricule":   {func(c *claim) { c.number = "ABC" }, "insi_925", "insi.traits.MatriculeIndividu.form"},
		"OID of none": {func(c *claim) { c.oid = "1.2.3" }, "insi_927", "insi.traits.OID.value"},
		"no name":     {func(c *claim) { c.name = "" }, "insi_19", "insi.traits.NomNaissance.missing"},
		"accent":      {func(c *claim) { c.given = "ZOÉ" }, "insi_905", "insi.traits.Prenom.diacritic"},
		"reference":   {func(c *claim) { c.ref = "1" }, "insi_909", "insi.corps"},
	} {
		t.Run(name, func(t *testing.T) {
			w := w.in(t)
			id := adrunClaim()
			c.change(&id)
			w.refused(w.send(verifyCall(id)), c.code, c.rule)
		})
	}
}

// TestOwnContract: a user's file renames everything.
func TestOwnContract(t *testing.T) {
	t.Parallel()
	own, err := os.ReadFile("contrat-verification.yaml")
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "contrat.yaml")
	text := strings.NewReplacer(
		verifyAction, "urn:insi:2.0.0:verifier",
		`"http://www.cnamts.fr/INSiLot2/REQUnitaire", racine: IndividuVerifie`, `"urn:req", racine: VERIF`,
		`"http://www.cnamts.fr/INSiLot2/REPUnitaire", racine: RESULTAT`, `"urn:rep", racine: VERDICT`,
		"numero: NumIdentifiant", "numero: Matricule13", `ko: { code: "01", libelle: "KO" }`, `ko: { code: "99", libelle: "NON" }`,
	).Replace(string(own))
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	w := start(t, "verification_contract: "+file)
	id := adrunClaim()
	id.key = "75"
	c := verifyCall(id)
	w.refused(w.send(c), "desir_9004", "tlsi.absent") // the invented name is gone
	c.action = "urn:insi:2.0.0:verifier"
	c.body = `<VERIF xmlns="urn:req">` + strings.ReplaceAll(id.inside(), "NumIdentifiant", "Matricule13") + `</VERIF>`
	want := verified{XMLName: xml.Name{Space: "urn:rep", Local: "VERDICT"}, Code: "99", Label: "NON"}
	if diff := cmp.Diff(want, readInner[verified](t, w.send(c))); diff != "" {
		t.Errorf("answer (-want +got):\n%s", diff)
	}
}

const lotAction = "urn:ServiceIdentiteCertifiee:1.0.0:"

func submitCall(claims ...claim) call {
	var b strings.Builder
	for _, c := range claims {
		b.WriteString("<IndividuVerifie>" + c.inside() + "</IndividuVerifie>")
	}
	return call{
		profile: "insi-auto", action: lotAction + "deposerLotVerification", emetteur: structure,
		body: `<LotIdentites xmlns="http://www.cnamts.fr/INSiLot2/REQLot">` + b.String() + `</LotIdentites>`,
	}
}

func lotCall(action, space, root, id string) call {
	return call{
		profile: "insi-auto", action: lotAction + action, emetteur: structure,
		body: `<` + root + ` xmlns="http://www.cnamts.fr/INSiLot2/` + space + `"><IdLot>` + id + `</IdLot></` + root + `>`,
	}
}

type lotState struct {
	ID        string `xml:"IdLot"`
	State     string `xml:"Etat"`
	Count     int    `xml:"Nombre"`
	Submitted string `xml:"DateDepot"`
	Available string `xml:"DateDisponibilite"`
	Results   []struct {
		Ref  string `xml:"Reference"`
		Code string `xml:"CR>CodeCR"`
	} `xml:"RESULTAT"`
}

// TestLot: submit, poll, retrieve, on the simulated clock; and the lot's end.
func TestLot(t *testing.T) {
	t.Parallel()
	w := start(t, "lot: {delay: 1m, each: 1s, keep: 24h}")
	good, ko, malformed := adrunClaim(), adrunClaim(), adrunClaim()
	good.ref, ko.ref, malformed.ref = "p-1", "p-2", "p-3"
	ko.name, malformed.name = "ADRDEUX", "adrun"
	began := w.now()
	ack := readInner[lotState](t, w.send(submitCall(good, ko, malformed)))
	stamp := func(at time.Time) string { return at.UTC().Format(time.RFC3339) }
	if ack.ID == "" || ack.Count != 3 || ack.Submitted != stamp(began) || ack.Available != stamp(began.Add(63*time.Second)) {
		t.Fatalf("acknowledgement %+v", ack)
	}
	follow := lotCall("suivreLotVerification", "REQSuiviLot", "SuiviLot", ack.ID)
	retrieve := lotCall("retirerLotVerification", "REQRetraitLot", "RetraitLot", ack.ID)
	if s := readInner[lotState](t, w.send(follow)); s.State != "EN_COURS" || s.Count != 3 {
		t.Errorf("state %+v", s)
	}
	w.refused(w.send(retrieve), "insi_944", "insi.lot.en-cours")
	w.srv.Clock().Advance(63 * time.Second)
	if s := readInner[lotState](t, w.send(follow)); s.State != "TERMINE" {
		t.Errorf("state %+v", s)
	}
	for range 2 { // as often as it is asked
		a := w.send(retrieve)
		got := map[string]string{}
		for _, r := range readInner[lotState](t, a).Results {
			got[r.Ref] = r.Code
		}
		if diff := cmp.Diff(map[string]string{"p-1": "00", "p-2": "01", "p-3": "01"}, got); diff != "" {
			t.Errorf("results (-want +got):\n%s", diff)
		}
		if a.entry.Fact("lot.ok") != int64(1) || a.entry.Fact("lot.ko") != int64(2) || a.header.Get("X-Segursim-Contrat") != "invente" {
			t.Errorf("facts %v", a.entry.Fact("lot"))
		}
	}
	if list, _ := w.do("lots", map[string]any{"id": ack.ID})["lots"].([]any); len(list) != 1 {
		t.Errorf("the action lots shows %v", list)
	}
	t.Run("of somebody else", func(t *testing.T) {
		w := w.in(t)
		foreign := retrieve
		foreign.profile, foreign.emetteur, foreign.security = "", doctor, w.sign(w.ps(), "cps-medecin-sign")
		w.refused(w.send(foreign), "insi_945", "insi.lot.emetteur")
	})
	w.refused(w.send(lotCall("suivreLotVerification", "REQSuiviLot", "SuiviLot", "inconnu")), "insi_943", "insi.lot.inconnu")
	w.srv.Clock().Advance(25 * time.Hour)
	w.refused(w.send(retrieve), "insi_946", "insi.lot.expire")
	w.srv.Reset()
	w.srv.Clock().Freeze(true)
	w.refused(w.send(follow), "insi_943", "insi.lot.inconnu")
}

// TestLotRefusals: what makes a whole lot worth nothing.
func TestLotRefusals(t *testing.T) {
	t.Parallel()
	w := start(t, "lot: {max: 2}")
	a, b := adrunClaim(), adrunClaim()
	a.ref, b.ref = "1", "2"
	third := b
	third.ref = "3"
	nameless := b
	nameless.ref = ""
	long := b
	long.ref = strings.Repeat("9", 101)
	for name, c := range map[string]struct {
		lot        call
		code, rule string
	}{
		"empty":        {submitCall(), "insi_940", "insi.lot.vide"},
		"too large":    {submitCall(a, b, third), "insi_941", "insi.lot.taille"},
		"same twice":   {submitCall(a, a), "insi_942", "insi.lot.reference"},
		"no reference": {submitCall(a, nameless), "insi_942", "insi.lot.reference"},
		"long":         {submitCall(long), "insi_942", "insi.lot.reference"},
	} {
		t.Run(name, func(t *testing.T) {
			w := w.in(t)
			w.refused(w.send(c.lot), c.code, c.rule)
		})
	}
}

// TestSnapshot: a lot and the counters survive in a snapshot.
func TestSnapshot(t *testing.T) {
	t.Parallel()
	w := start(t, "")
	id := adrunClaim()
	id.ref = "1"
	ack := readInner[lotState](t, w.send(submitCall(id)))
	var state strings.Builder
	if err := w.srv.Save(&state); err != nil {
		t.Fatal(err)
	}
	w.srv.Reset()
	if err := w.srv.Load(strings.NewReader(state.String())); err != nil {
		t.Fatal(err)
	}
	if s := readInner[lotState](t, w.send(lotCall("suivreLotVerification", "REQSuiviLot", "SuiviLot", ack.ID))); s.ID != ack.ID {
		t.Errorf("state %+v", s)
	}
	if total := w.do("counters", map[string]any{"op": "verif.lot"})["total"]; total != 1.0 {
		t.Errorf("counted %v submissions", total)
	}
}
