package apcv_test

import (
	"bytes"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestContextRefusals: each way a context does not serve, for the operations that
// name one.
func TestContextRefusals(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		spoil      func(b *bench, id string) (used string)
		as, card   string
		code, rule string
	}{
		"unknown": {func(*bench, string) string { return "jamais-vu" }, doctor, doctorCard, "CONTEXTE_INCONNU", "apcv.context-unknown"},
		"expired": {func(b *bench, id string) string {
			b.srv.Clock().Advance(20 * time.Minute)
			return id
		}, doctor, doctorCard, "CONTEXTE_EXPIRE", "apcv.context-expired"},
		"expired by action": {func(b *bench, id string) string {
			b.do("expire", map[string]any{"context": id})
			return id
		}, doctor, doctorCard, "CONTEXTE_EXPIRE", "apcv.context-expired"},
		"destroyed by the patient": {func(b *bench, id string) string {
			b.do("destroy", map[string]any{"patient": alice})
			return id
		}, doctor, doctorCard, "CONTEXTE_DETRUIT", "apcv.context-destroyed"},
		"destroyed twice": {func(b *bench, id string) string {
			b.send(destroyRequest(id))
			return id
		}, doctor, doctorCard, "CONTEXTE_DETRUIT", "apcv.context-destroyed"},
		"wrong professional": {func(_ *bench, id string) string { return id }, other, otherCard, "PROFESSIONNEL_NON_CONCORDANT", "apcv.context-professional"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := start(t, "")
			id, _ := b.read(b.show(alice))
			id = c.spoil(b, id)
			b.refused(b.send(signRequest(id).as(c.as, c.card)), c.code, c.rule)
			b.refused(b.send(destroyRequest(id).as(c.as, c.card)), c.code, c.rule)
		})
	}
	b := start(t, "")
	b.refused(b.send(destroyRequest("").replacing("<Identifiant></Identifiant>", "")), "REQUETE_INVALIDE", "apcv.field-missing")
	b.refused(b.send(restoreRequest()), "CONTEXTE_INCONNU", "apcv.context-none")
}

// TestContexts: which context is the current one.
func TestContexts(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		section string
		first   bool // the first one still lives after a second reading
	}{"several": {"", true}, "one": {"contexts: one", false}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := start(t, c.section)
			first, _ := b.read(b.show(alice))
			second, _ := b.read(b.show("segursim-usage"))
			if got := b.send(restoreRequest()).text("Identifiant"); got != second {
				t.Errorf("the current context is %s, want the latest, %s", got, second)
			}
			b.send(destroyRequest(second))
			got := b.send(restoreRequest())
			if c.first && got.text("Identifiant") != first || !c.first && got.code() != "CONTEXTE_INCONNU" {
				t.Errorf("after the latest is destroyed: %d %s", got.status, got.raw)
			}
			// Another professional has none of it.
			b.refused(b.send(restoreRequest().as(other, otherCard)), "CONTEXTE_INCONNU", "apcv.context-none")
		})
	}
}

// TestOptions: the shapes that an option changes.
func TestOptions(t *testing.T) {
	t.Parallel()
	b := start(t, "date_format: compact\nbeneficiary: omit\nbilling: tolerate\nlifetimes: {code: 30s, context: 5m}\n")
	p := b.show(alice)
	if end := b.do("contexts", map[string]any{})["codes"].([]map[string]any)[0]["expires"].(time.Time); !end.Equal(morning.Add(30 * time.Second)) {
		t.Errorf("the code ends %s", end)
	}
	a := b.send(readRequest(p).replacing(billing, "759999999"))
	if a.text("DateFinValidite") != "20260115100500" || strings.Contains(a.raw, "Beneficiaire") {
		t.Errorf("%d %s", a.status, a.raw)
	}
	family := start(t, "")
	a = family.send(readRequest(family.show("devinci-ruth")))
	var covered []string
	for _, e := range a.doc.FindElements("//AyantDroit/Prenom") {
		covered = append(covered, e.Text())
	}
	if len(covered) == 0 || a.doc.FindElement("//Beneficiaire/Prenom").Text() != "RUTH" {
		t.Errorf("ayants droit %v: %s", covered, a.raw)
	}
}

// TestTime: what expires does so on the simulated clock, once, with an event; a
// snapshot and a reset lose no timer.
func TestTime(t *testing.T) {
	t.Parallel()
	b := start(t, "")
	b.show(alice)
	id, _ := b.read(b.show("segursim-usage"))
	var snapshot bytes.Buffer
	if err := b.srv.Save(&snapshot); err != nil {
		t.Fatal(err)
	}
	b.srv.Clock().Advance(2 * time.Minute)
	b.srv.Clock().Advance(18 * time.Minute)
	want := []string{"apcv.shown", "apcv.shown", "apcv.read", "apcv.expired", "apcv.expired"}
	if diff := cmp.Diff(want, b.events()); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
	if err := b.srv.Load(&snapshot); err != nil {
		t.Fatal(err)
	}
	if a := b.send(restoreRequest()); a.text("Identifiant") != id {
		t.Errorf("after the snapshot: %d %s", a.status, a.raw)
	}
	b.srv.Clock().Advance(20 * time.Minute)
	if got := b.events(); len(got) != len(want)+2 {
		t.Errorf("events after the snapshot: %v", got[len(want):])
	}
	b.srv.Reset()
	if got := b.do("contexts", map[string]any{}); len(got["codes"].([]map[string]any))+len(got["contexts"].([]map[string]any)) != 0 {
		t.Errorf("after a reset: %v", got)
	}
	// What ended a day ago is forgotten when a new code is shown.
	b.srv.Clock().Freeze(true)
	p := b.show(alice)
	b.srv.Clock().Advance(25 * time.Hour)
	b.refused(b.send(readRequest(p)), "QR_CODE_EXPIRE", "apcv.code-expired")
	b.show("segursim-usage")
	b.refused(b.send(readRequest(p)), "QR_CODE_INCONNU", "apcv.code-unknown")
}

// TestFaults: the director's refusals and changes reach the wire.
func TestFaults(t *testing.T) {
	t.Parallel()
	b := start(t, "")
	set := func(fault string) {
		t.Helper()
		resp, err := http.Post(b.srv.ControlURL()+"/api/faults", "application/json", strings.NewReader(fault))
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		if resp.StatusCode/100 != 2 {
			t.Fatalf("fault: %s", resp.Status)
		}
	}
	defer http.DefaultClient.CloseIdleConnections()
	set(`{"service":"apcv","op":"authentifier","effect":{"error":{"code":"SERVICE_INDISPONIBLE"}},"times":1}`)
	p := b.show(alice)
	a := b.send(readRequest(p))
	if a.code() != "SERVICE_INDISPONIBLE" || !strings.Contains(a.text("Value"), "Receiver") || b.last().Outcome != "fault" {
		t.Errorf("%d %s, outcome %s", a.status, a.raw, b.last().Outcome)
	}
	set(`{"service":"apcv","op":"authentifier","effect":{"patch":{"AuthentifierUtilisateurProximiteRep.ContexteApCV.TokenApCV":null}},"times":1}`)
	if a := b.send(readRequest(p)); a.status != http.StatusOK || a.text("Identifiant") == "" || strings.Contains(a.raw, "TokenApCV") {
		t.Errorf("%d %s", a.status, a.raw)
	}
}

// TestToken: who may use the token of a context in a Vitale search, as another
// téléservice asks. The door is the one of the simulator.
func TestToken(t *testing.T) {
	t.Parallel()
	b := start(t, "")
	id, token := b.read(b.show(alice))
	for _, c := range []struct{ name, token, as, card, rule string }{
		{"unknown", "SEGURSIM-TEST-inconnu", doctor, doctorCard, "apcv.context-unknown"},
		{"wrong professional", token, other, otherCard, "apcv.context-professional"},
		{"right", token, doctor, doctorCard, ""},
	} {
		b.search(c.name, c.token, c.as, c.card, c.rule)
	}
	b.send(destroyRequest(id))
	b.search("destroyed", token, doctor, doctorCard, "apcv.context-destroyed")
	_, token = b.read(b.show(alice))
	b.srv.Clock().Advance(20 * time.Minute)
	b.search("expired", token, doctor, doctorCard, "apcv.context-expired")
}

// search is a Vitale search in INSi with a token in the place of the card.
func (b *bench) search(name, token, as, card, rule string) {
	b.t.Helper()
	now := b.srv.Clock().Now().UTC().Format(time.RFC3339)
	a := b.send(request{
		path: "/lps", action: "urn:ServiceIdentiteCertifiee:1.0.0:rechercherInsAvecCarteVitale", person: as, card: card,
		proof: `<v:Assertion xmlns:v="urn:oasis:names:tc:SAML:2.0:assertion" Version="2.0" ID="_vitale" IssueInstant="` + now + `"><v:Issuer>ApCV</v:Issuer>` +
			`<v:Subject><v:NameID>2850475999101</v:NameID></v:Subject>` +
			`<v:AttributeStatement><v:Attribute Name="TokenApCV"><v:AttributeValue>` + token + `</v:AttributeValue></v:Attribute></v:AttributeStatement></v:Assertion>`,
		header: `<bam:ContexteBAM xmlns:bam="urn:siram:bam:ctxbam" Version="01_02" Nature="CTXBAM"><bam:Id>1</bam:Id><bam:Temps>` + now + `</bam:Temps><bam:COUVERTURE/></bam:ContexteBAM>`,
		body:   `<RECVITALE xmlns="http://www.cnamts.fr/INSiRecVit"><MatriculeOD><NumIdentifiant>2850475999101</NumIdentifiant></MatriculeOD><NomNaissance>SEGURSIM-ORDINAIRE</NomNaissance><DateNaissance>1985-04-12</DateNaissance></RECVITALE>`,
	})
	switch {
	case rule == "" && (a.status != http.StatusOK || a.text("CodeCR") != "00"):
		b.t.Errorf("%s: %d %s", name, a.status, a.raw)
	case rule != "" && (a.status != http.StatusInternalServerError || !b.noted(rule)):
		b.t.Errorf("%s: %d %s, causes %+v, want %s", name, a.status, a.raw, b.last().Causes, rule)
	}
}
