package insi_test

import (
	"strings"
	"testing"
	"time"

	"github.com/segursim/segursim/internal/ins"
)

// ruth holds the card INSi 01 of the CNDA's tests.
const ruth = "2760763999063"

// vitaleBody writes RECVITALE.
func vitaleBody(v ins.Vitale) string {
	var fields []string
	add := func(name, value string) {
		if value != "" {
			fields = append(fields, name, value)
		}
	}
	number := func(n string) string {
		if n == "" {
			return ""
		}
		return "<r:NumIdentifiant>" + n + "</r:NumIdentifiant>"
	}
	add("MatriculeIndividu", number(v.Individual))
	add("MatriculeOD", number(v.Holder))
	add("NomNaissance", v.BirthName)
	add("DateNaissance", v.BirthDate)
	add("RangNaissance", v.Rank)
	return element("RECVITALE", "http://www.cnamts.fr/INSiRecVit", fields...)
}

// vitaleCall is a search by carte Vitale: the doctor's assertion, the card's.
func (w *world) vitaleCall(v ins.Vitale) call {
	holder := v.Holder
	if holder == "" {
		holder = v.Individual
	}
	return call{action: vitaleAction, body: vitaleBody(v), emetteur: doctor, security: w.sign(w.ps(), "cps-medecin-sign") + w.card(holder).xml("CN=VITALE")}
}

// TestVitaleCases plays the searches by carte Vitale of the CNDA's tests.
func TestVitaleCases(t *testing.T) {
	t.Parallel()
	w, lenient := start(t, ""), start(t, "off_card: none")
	for _, c := range ins.Cases() {
		if !c.ByVitale() {
			continue
		}
		t.Run(c.Test, func(t *testing.T) {
			w := w.in(t)
			if c.Test == "1.03" { // beneficiary of another card: a fault by default
				w.refused(w.send(w.vitaleCall(c.Vitale)), "insi_923", "insi.vitale.beneficiaire")
				w = lenient.in(t)
			}
			a := w.send(w.vitaleCall(c.Vitale))
			if a.cr() != string(c.Code) {
				t.Fatalf("want %s, got %s %+v", c.Code, a.raw, a.entry.Causes)
			}
			if got, _ := a.entry.Fact("patient.id").(string); got != c.Patient {
				t.Errorf("patient %q, want %q", got, c.Patient)
			}
			if a.entry.Fact("vitale.od") != c.Vitale.Holder || a.entry.Fact("vitale.assertion") != true || a.entry.Op != "vitale" {
				t.Errorf("facts: %v", a.entry.Facts)
			}
		})
	}
}

// TestVitaleRefusals is the table of what a search by carte Vitale refuses.
func TestVitaleRefusals(t *testing.T) {
	t.Parallel()
	w := start(t, "")
	good := ins.Vitale{Individual: ruth, Holder: ruth, BirthName: "DE VINCI", BirthDate: "1976-07-14", Rank: "1"}
	w.found(w.send(w.vitaleCall(good)))
	ps := w.sign(w.ps(), "cps-medecin-sign")
	aged := func(d time.Duration) string {
		a := w.card(ruth)
		a.issued = w.now().Add(-d)
		return ps + a.xml("CN=VITALE")
	}
	for name, c := range map[string]struct {
		change     func(*call)
		code, rule string
	}{
		"no Vitale assertion": {func(c *call) { c.security = ps }, "insi_920", "insi.vitale.assertion"},
		"20 minutes old":      {func(c *call) { c.security = aged(20 * time.Minute) }, "desir_9014", "tlsi.assertion.vitale"},
		"another card":        {func(c *call) { c.security = ps + w.card("2770763220829").xml("CN=VITALE") }, "insi_923", "insi.vitale.carte"},
		"another cover": {func(c *call) {
			c.cover = `<b:ASSURE><b:Id><b:Num>2770763220829</b:Num></b:Id></b:ASSURE>`
		}, "insi_923", "insi.vitale.couverture"},
		"another rank": {func(c *call) {
			c.cover = `<b:BENEFICIAIRE><b:Rang>2</b:Rang></b:BENEFICIAIRE>`
		}, "insi_923", "insi.vitale.couverture"},
		"no matricule":      {func(c *call) { c.body = vitaleBody(ins.Vitale{BirthName: "DE VINCI"}) }, "insi_924", "insi.traits.MatriculeOD.missing"},
		"matricule and key": {func(c *call) { c.body = vitaleBody(ins.Vitale{Holder: ruth + "11"}) }, "insi_925", "insi.traits.MatriculeOD.form"},
		"rank of letters":   {func(c *call) { c.body = vitaleBody(ins.Vitale{Holder: ruth, Rank: "A"}) }, "insi_926", "insi.traits.RangNaissance.form"},
		"lower case":        {func(c *call) { c.body = vitaleBody(ins.Vitale{Holder: ruth, BirthName: "de vinci"}) }, "insi_904", "insi.traits.NomNaissance.lower-case"},
		"French date":       {func(c *call) { c.body = vitaleBody(ins.Vitale{Holder: ruth, BirthDate: "14/07/1976"}) }, "insi_907", "insi.traits.DateNaissance.form"},
		"foreign element": {func(c *call) {
			c.body = strings.Replace(c.body, "<r:NumIdentifiant>", "<r:Sexe>F</r:Sexe><r:NumIdentifiant>", 1)
		}, "insi_909", "insi.corps"},
		"a structure":                {func(c *call) { c.profile, c.security = "insi-auto", "" }, "desir_560", "tlsi.access.person"},
		"the card's assertion alone": {func(c *call) { c.security = w.card(ruth).xml("CN=V") }, "desir_9011", "tlsi.assertion.qualifier"},
	} {
		t.Run(name, func(t *testing.T) {
			w := w.in(t)
			req := w.vitaleCall(good)
			c.change(&req)
			w.refused(w.send(req), c.code, c.rule)
		})
	}
	t.Run("19 minutes old", func(t *testing.T) {
		w := w.in(t)
		req := w.vitaleCall(good)
		req.security = aged(20*time.Minute - time.Second)
		w.found(w.send(req))
	})
	t.Run("a card that is no matricule", func(t *testing.T) {
		w := w.in(t)
		req := w.vitaleCall(good)
		req.security = ps + w.card("carte-1").xml("CN=VITALE")
		a := w.send(req)
		w.found(a)
		if len(a.entry.Causes) == 0 || a.entry.Causes[len(a.entry.Causes)-1].Rule != "insi.vitale.sujet" {
			t.Errorf("causes: %+v", a.entry.Causes)
		}
	})
}

// TestTwins: the rank tells the twins of a card apart; without it both match.
func TestTwins(t *testing.T) {
	t.Parallel()
	w := start(t, "")
	const father = "1800175999103"
	for rank, want := range map[string]string{"1": "LEO", "2": "THEO"} {
		got := w.found(w.send(w.vitaleCall(ins.Vitale{Holder: father, BirthDate: "2012-03-04", Rank: rank})))
		if got.List != want {
			t.Errorf("rank %s: %s", rank, got.List)
		}
	}
	if a := w.send(w.vitaleCall(ins.Vitale{Holder: father, BirthDate: "2012-03-04"})); a.cr() != "02" {
		t.Errorf("without a rank: %s", a.raw)
	}
}

// TestVitaleOptions: who may search, and with what proof.
func TestVitaleOptions(t *testing.T) {
	t.Parallel()
	w := start(t, "{vitale_access: any, vitale_assertion: optional}")
	c := call{profile: "insi-manu", action: vitaleAction, body: vitaleBody(ins.Vitale{Individual: ruth, Holder: ruth}), emetteur: structure}
	w.found(w.send(c))
}

// TestCardAction: what a reader would read.
func TestCardAction(t *testing.T) {
	t.Parallel()
	w := start(t, "")
	for _, who := range []string{"devinci-ruth", ruth} {
		card := w.do("card", map[string]any{"holder": who})
		people, _ := card["beneficiaires"].([]any)
		if card["matricule_od"] != ruth || len(people) < 2 || people[0].(map[string]any)["patient"] != "devinci-ruth" {
			t.Errorf("card of %s: %v", who, card)
		}
	}
	if _, err := w.srv.Do(t.Context(), "insi", "card", map[string]any{"holder": "personne"}); err == nil {
		t.Error("a card of nobody")
	}
}
