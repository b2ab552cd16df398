package insi_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/segursim/segursim/mocks"
)

// TestRefusals is the table of what a search by traits refuses.
func TestRefusals(t *testing.T) {
	t.Parallel()
	w := start(t, "")
	const ns = "http://www.cnamts.fr/INSiRecSans"
	for _, c := range []struct{ name, body, code, rule string }{
		{"no name", traitsBody("Prenom", "ZOE", "Sexe", "F", "DateNaissance", "1975-12-31"), "insi_19", "insi.traits.NomNaissance.missing"},
		{"empty name", adrun("NomNaissance", ""), "insi_19", "insi.traits.NomNaissance.missing"},
		{"blank name", adrun("NomNaissance", "  "), "insi_19", "insi.traits.NomNaissance.missing"},
		{"nothing", traitsBody(), "insi_19", "insi.traits.Prenom.missing"},
		{"no first name", adrun("Prenom", ""), "insi_901", "insi.traits.Prenom.missing"},
		{"no sex", adrun("Sexe", ""), "insi_902", "insi.traits.Sexe.missing"},
		{"no date", adrun("DateNaissance", ""), "insi_903", "insi.traits.DateNaissance.missing"},
		{"lower case", adrun("NomNaissance", "Adrun"), "insi_904", "insi.traits.NomNaissance.lower-case"},
		{"accent", adrun("Prenom", "ZOÉ"), "insi_905", "insi.traits.Prenom.diacritic"},
		{"digit", adrun("NomNaissance", "ADRUN2"), "insi_904", "insi.traits.NomNaissance.character"},
		{"space first", adrun("NomNaissance", " ADRUN"), "insi_904", "insi.traits.NomNaissance.start"},
		{"double hyphen in a first name", adrun("Prenom", "ZOE--ANNE"), "insi_905", "insi.traits.Prenom.hyphens"},
		{"sex of none", adrun("Sexe", "I"), "insi_906", "insi.traits.Sexe.value"},
		{"French date", adrun("DateNaissance", "31/12/1975"), "insi_907", "insi.traits.DateNaissance.form"},
		{"date of no calendar", adrun("DateNaissance", "1975-02-30"), "insi_907", "insi.traits.DateNaissance.impossible"},
		{"place", adrun("LieuNaissance", "CLERMONT"), "insi_908", "insi.traits.LieuNaissance.form"},
		{"unknown field", adrun("Taille", "180"), "insi_909", "insi.corps"},
		{"twice", traitsBody("NomNaissance", "ADRUN", "NomNaissance", "ADRUN"), "insi_909", "insi.corps"},
		{"elsewhere's namespace", `<r:RECSANSVITALE xmlns:r="` + ns + `"><NomNaissance>ADRUN</NomNaissance></r:RECSANSVITALE>`, "insi_909", "insi.corps"},
		{"element in a text", adrun("NomNaissance", "<r:Nom>ADRUN</r:Nom>"), "insi_909", "insi.corps"},
		{"text between", `<r:RECSANSVITALE xmlns:r="` + ns + `">ADRUN</r:RECSANSVITALE>`, "insi_909", "insi.corps"},
		{"long", adrun("NomNaissance", strings.Repeat("A", 5000)), "insi_909", "insi.corps"},
		{"rather long", adrun("NomNaissance", strings.Repeat("A", 500)), "insi_904", "insi.traits.NomNaissance.too-long"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := w.in(t)
			a := w.send(traitsCall(c.body))
			w.refused(a, c.code, c.rule)
			f := a.soap.Body.Fault
			if f.Value != "S:Sender" || f.Subcode != "S:siram_10" || f.Text.Lang != "en" || f.Error.Severity != "erreur" || f.Error.XMLName.Space != "urn:siram" {
				t.Errorf("the application's voice: %s", a.raw)
			}
			if strings.Contains(a.raw, "messageID") {
				t.Errorf("the application does not repeat the message's id: %s", a.raw)
			}
			if ours := strings.Contains(f.Error.Text, "SEGURSIM"); ours != (c.code != "insi_19") {
				t.Errorf("a code that is not public says so: %q", f.Error.Text)
			}
		})
	}
}

// TestGateway: what the door refuses for INSi, and the téléservices that are not
// simulated.
func TestGateway(t *testing.T) {
	t.Parallel()
	w := startWith(t, mocks.Options{Sections: map[string][]byte{"tlsi": []byte("idam: [" + idam + "]")}})
	for name, c := range map[string]struct {
		change func(*call)
		code   string
		rule   string
	}{
		"unknown IDAM":           {func(c *call) { c.idam = "LSN00NF00FW0" }, "desir_550", "tlsi.idam"},
		"other CN":               {func(c *call) { c.profile = "wrong-cn" }, "desir_560", "tlsi.access.cn"},
		"structure certificate":  {func(c *call) { c.profile = "org-auth-cli" }, "desir_560", "tlsi.access.cn"},
		"no certificate":         {func(c *call) { c.profile = "" }, "desir_560", "tlsi.access.none"},
		"expired certificate":    {func(c *call) { c.profile = "expired" }, "desir_560", "tlsi.access.certificate"},
		"revoked certificate":    {func(c *call) { c.profile = "revoked" }, "desir_560", "tlsi.access.certificate"},
		"another authority":      {func(c *call) { c.profile = "unknown-ca" }, "desir_560", "tlsi.access.certificate"},
		"ADRi":                   {func(c *call) { c.action = "urn:adr:1.1.0:acquerirLesDroits" }, "desir_9004", "tlsi.absent"},
		"HRi":                    {func(c *call) { c.action = "urn:HR:1.1.0:ConsulterHistorique" }, "desir_9004", "tlsi.absent"},
		"another version":        {func(c *call) { c.action = strings.Replace(c.action, "1.0.0", "2.0.0", 1) }, "desir_9004", "tlsi.absent"},
		"action of another body": {func(c *call) { c.action = vitaleAction }, "desir_9003", "tlsi.action.body"},
	} {
		t.Run(name, func(t *testing.T) {
			w := w.in(t)
			req := traitsCall(adrun())
			c.change(&req)
			a := w.send(req)
			w.refused(a, c.code, c.rule)
			if f := a.soap.Body.Fault; !strings.HasPrefix(f.Value, "soap:") || f.Text.Lang != "fr" || !strings.Contains(a.raw, `messageID="uuid:0001"`) {
				t.Errorf("the gateway's voice: %s", a.raw)
			}
		})
	}
}

// TestQualifLike: the official test environment's habit.
func TestQualifLike(t *testing.T) {
	t.Parallel()
	w := start(t, "mode: qualif-like")
	a := w.send(traitsCall(adrun("Prenom", "INCONNUE")))
	w.refused(a, "insi_102", "insi.qualif")
	if f := a.soap.Body.Fault; f.Value != "S:Receiver" || f.Subcode != "S:siram_40" || f.Error.Severity != "fatal" {
		t.Errorf("fault: %s", a.raw)
	}
	w.found(w.send(traitsCall(adrun())))
	if got := w.send(traitsCall(traitsBody("NomNaissance", "DE VINCI", "Prenom", "LEONARDO", "Sexe", "M", "DateNaissance", "2014-02-01"))); got.cr() != "02" {
		t.Errorf("several: %s", got.raw)
	}
}

// TestCodes: an editor who knows a code says it.
func TestCodes(t *testing.T) {
	t.Parallel()
	w := start(t, `{codes: {prenom-obligatoire: {siram: siram_11, code: insi_20, severity: fatale, text: "Prénom absent"}}}`)
	a := w.send(traitsCall(adrun("Prenom", "")))
	w.refused(a, "insi_20", "insi.traits.Prenom.missing")
	f := a.soap.Body.Fault
	if f.Subcode != "S:siram_11" || f.Error.Severity != "fatale" || f.Text.Value != "Prénom absent" || f.Error.Text != "Prénom absent" {
		t.Errorf("fault: %s", a.raw)
	}
	w.api("faults", `{"service":"insi","op":"traits","effect":{"error":{"code":"insi_20"}}}`)
	if a := w.send(traitsCall(adrun())); a.code() != "insi_20" || a.entry.Outcome != "fault" {
		t.Errorf("played: %s", a.raw)
	}
}

// TestPlayed: every code that an operation declares can be played, in its own
// voice, and the first call down does not spoil the second.
func TestPlayed(t *testing.T) {
	t.Parallel()
	w := start(t, "")
	for _, code := range []string{"desir_550", "desir_560", "desir_1020", "insi_102", "insi_111", "insi_19", "insi_904"} {
		t.Run(code, func(t *testing.T) {
			w := w.in(t)
			w.api("faults", `{"service":"insi","op":"traits","where":"traits.nom == \"ADRUN\"","times":1,"effect":{"error":{"code":"`+code+`"}}}`)
			if a := w.send(traitsCall(traitsBody("NomNaissance", "CORSE", "Prenom", "ANTHONY", "Sexe", "M", "DateNaissance", "1980-03-02"))); a.cr() != "00" {
				t.Errorf("another identity: %s", a.raw)
			}
			a := w.send(traitsCall(adrun()))
			if a.code() != code || a.status != http.StatusInternalServerError || a.entry.Outcome != "fault" {
				t.Errorf("got %d %s (%s)", a.status, a.raw, a.entry.Outcome)
			}
			if gateway := strings.HasPrefix(code, "desir"); gateway != strings.Contains(a.raw, "<soap:Fault>") {
				t.Errorf("voice: %s", a.raw)
			}
			w.found(w.send(traitsCall(adrun())))
		})
	}
}
