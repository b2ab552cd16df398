package psc_test

import (
	"net/url"
	"strings"
	"testing"
)

func TestReader(t *testing.T) {
	t.Parallel()
	b := newWalletBench(t, "")
	w := b.console()
	b.ciba("CARD", kit, "42")
	page := w.get(b.panel("cps"))
	if !nodeHas(page.node("name", "pin"), "disabled") || !strings.Contains(page.text(), "Aucune carte insérée") {
		t.Fatalf("empty reader: %s", page.text())
	}
	page = submitted(w, page, "/insert", url.Values{"person": {kit}}, "")
	if nodeHas(page.node("name", "pin"), "disabled") || !strings.Contains(page.text(), "Carte insérée.") || !strings.Contains(page.text(), "encore 3 essai") {
		t.Fatalf("card in: %s", page.text())
	}
	say := func(code, button, want string) {
		t.Helper()
		page = submitted(w, page, "/answer", url.Values{"pin": {code}}, button)
		if !strings.Contains(page.text(), want) {
			t.Fatalf("PIN %q: %s, want %q", code, page.text(), want)
		}
	}
	say("", "do=confirm", "Saisissez le code porteur")
	say("9999", "do=confirm", "Code porteur erroné")
	if !strings.Contains(page.text(), "1, encore 2 essai") || nodeAttr(page.node("name", "pin"), "aria-invalid") != "true" {
		t.Errorf("after a wrong code: %s", page.text())
	}
	say("9999", "do=confirm", "encore 1 essai")
	say("9999", "do=confirm", "La carte est bloquée")
	if !nodeHas(page.node("name", "pin"), "disabled") {
		t.Error("a blocked card is asked for its code")
	}
	page = submitted(w, page, "/unblock", nil, "")
	say(pin, "do=confirm", "Demande confirmée.")
	if lastOf(b.srv, "ciba.approved") == nil || len(b.waiting()) != 0 {
		t.Errorf("waiting %v", b.waiting())
	}
	b.ciba("CARD", kit, "17")
	page = w.get(b.panel("cps"))
	say("", "do=refuse", "Demande refusée.")

	b.ciba("CARD", robert, "18")
	page = w.get(b.panel("cps"))
	if !strings.Contains(page.text(), "La carte insérée est celle de KIT") {
		t.Errorf("another's card: %s", page.text())
	}
	say(pin, "do=confirm", "celle d’une autre personne")
	page = submitted(w, page, "/remove", nil, "")
	if !strings.Contains(page.text(), "Aucune carte insérée") {
		t.Errorf("removed: %s", page.text())
	}
	for id, want := range map[string]string{"absent": "Aucun compte", "899990000079": "pas de carte", "": "Aucun compte"} {
		if a := submitted(w, page, "/insert", url.Values{"person": {id}}, ""); !strings.Contains(a.problem(), want) {
			t.Errorf("insert %q: %q, want %q", id, a.problem(), want)
		}
	}
	// A revoked card can be inserted, and neither confirms nor is unblocked.
	page = submitted(w, page, "/insert", url.Values{"person": {revoked}}, "")
	if page.node("id", "unblock") != nil || !strings.Contains(page.text(), "en opposition") {
		t.Errorf("revoked card: %s", page.text())
	}
	token := nodeAttr(page.node("name", "_token"), "value")
	a := w.post(b.panel("cps")+"/unblock", url.Values{"_token": {token}}, nil)
	if a.header.Get("Location") != "/console/psc/cps?problem=card-unusable" {
		t.Errorf("a revoked card was unblocked: %d %s", a.status, a.header.Get("Location"))
	}
}
