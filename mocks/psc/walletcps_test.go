package psc_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/segursim/segursim/mocks"
)

func TestWalletCard(t *testing.T) {
	t.Parallel()
	b := newWalletBench(t, "")
	w := b.tab("")
	page := w.get(b.authorizeURL())
	try := func(code, want string) pageAnswer {
		t.Helper()
		a := w.submit(page, "/cps", url.Values{"pin": {code}}, "")
		if want != "" && !strings.Contains(a.problem(), want) {
			t.Errorf("PIN %q: problem %q, want %q", code, a.problem(), want)
		}
		return a
	}
	try(pin, "Aucune carte")
	b.do("insert-card", map[string]any{"login_hint": kit})
	try("", "Saisissez le code porteur")
	if a := try("0001", "Code porteur erroné"); nodeAttr(a.node("data-tabs", "cps"), "data-tabs") != "cps" || !strings.Contains(a.text(), "KIT DOC0036624") {
		t.Errorf("the card tab does not show the card: %s", a.text())
	}
	try("0002", "Code porteur erroné")
	b.do("remove-card", nil)
	try(pin, "Aucune carte")
	b.do("insert-card", map[string]any{"login_hint": kit})
	try("0003", "bloquée")
	try(pin, "bloquée")
	b.do("unblock-card", map[string]any{"login_hint": kit})
	try("0004", "Code porteur erroné")
	if q := try(pin, "").back(t); q.Get("code") == "" {
		t.Errorf("the client got %v, want a code", q)
	}
	b.do("insert-card", map[string]any{"login_hint": blocked})
	page = b.tab("").get(b.authorizeURL())
	try(pin, "bloquée")
	b.do("insert-card", map[string]any{"login_hint": revoked})
	try(pin, "ne peut pas servir")
}

// TestWalletCertificate logs in with a card's certificate shown by the browser.
func TestWalletCertificate(t *testing.T) {
	t.Parallel()
	b := newWalletBench(t, "")
	w := b.tab("cps-medecin-auth")
	page := w.get(b.authorizeURL())
	if !strings.Contains(page.text(), "Certificat de carte présenté par le navigateur") {
		t.Fatalf("the page does not see the certificate: %s", page.text())
	}
	if q := w.submit(page, "/cps", nil, "").back(t); q.Get("code") == "" {
		t.Errorf("the client got %v, want a code", q)
	}
	// Neither an organisation's nor a signature certificate is a login's: the
	// reader is used, and the journal says why.
	for _, profile := range []string{"org-auth-cli", "cps-medecin-sign", "revoked", "unknown-ca"} {
		other := b.tab(profile)
		a := other.submit(other.get(b.authorizeURL()), "/cps", url.Values{"pin": {pin}}, "")
		if !strings.Contains(a.problem(), "Aucune carte") {
			t.Errorf("%s: problem %q", profile, a.problem())
		}
		last := lastOf(b.srv, "login")
		if last == nil || len(last.Causes) == 0 || last.Causes[len(last.Causes)-1].Rule != "psc.card-certificate" {
			t.Errorf("%s: the journal does not say that the certificate is no card's: %+v", profile, last)
		}
	}
}

func lastOf(srv *mocks.Server, op string) *mocks.Entry {
	var last *mocks.Entry
	for _, e := range srv.Journal(0) {
		if e.Op == op {
			last = e
		}
	}
	return last
}
