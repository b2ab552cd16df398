package psc_test

import (
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/segursim/segursim/mocks/psc"
)

func TestSessionsPanel(t *testing.T) {
	t.Parallel()
	b := newWalletBench(t, "persons: {\"899700427869\": {outcome: approve, after: 3s}}")
	w := b.console()
	open := func(id string) {
		t.Helper()
		b.do("login", map[string]any{"login_hint": id})
		b.tab("").get(b.authorizeURL()).back(t)
	}
	open(kit)
	open(robert)
	b.ciba("MOBILE", kit, "42")
	page := w.get(b.panel("sessions"))
	for _, want := range []string{"KIT DOC0036624", "ROBERT SPECIALISTE0021889", "en attente", "après 3s", psc.DefaultClientSecret, "wrong_number", "inconnu"} {
		if !strings.Contains(page.text(), want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	living := func() int {
		return len(b.do("sessions", map[string]any{}).(map[string]any)["sessions"].([]map[string]any))
	}
	sid := nodeAttr(page.node("name", "sid"), "value")
	page = submitted(w, page, "/end", nil, "sid="+sid)
	if living() != 1 || !strings.Contains(page.text(), "Session close.") {
		t.Errorf("%d sessions after one was closed", living())
	}
	if a := submitted(w, page, "/end", nil, "sid="+sid); !strings.Contains(a.problem(), "déjà close") {
		t.Errorf("closed twice: %q", a.problem())
	}
	if e := lastOf(b.srv, "session.ended"); e == nil {
		t.Error("the journal has no session.ended")
	}
	page = submitted(w, page, "/end", nil, "all=1")
	if living() != 0 {
		t.Errorf("%d sessions after all were closed", living())
	}
	page = submitted(w, page, "/answer", nil, "do=approve")
	if len(b.waiting()) != 0 || lastOf(b.srv, "ciba.approved") == nil {
		t.Errorf("waiting: %v", b.waiting())
	}

	page = submitted(w, page, "/policy", url.Values{"login_hint": {robert}, "outcome": {"refuse"}, "polls": {"2"}, "once": {"true"}}, "")
	if !strings.Contains(page.text(), "interrogation n° 2, une fois") {
		t.Errorf("policy: %s", page.text())
	}
	page = submitted(w, page, "/policy/remove", nil, "person="+robert)
	if strings.Contains(page.text(), "interrogation n° 2") || !strings.Contains(page.text(), "Politique retirée") {
		t.Errorf("policy removed: %s", page.text())
	}
	for name, bad := range map[string]url.Values{
		"person": {"login_hint": {"absent"}, "outcome": {"approve"}}, "outcome": {"login_hint": {kit}, "outcome": {"danser"}},
		"after": {"login_hint": {kit}, "after": {"demain"}}, "polls": {"login_hint": {kit}, "polls": {"-1"}}, "negative": {"login_hint": {kit}, "after": {"-3s"}},
	} {
		a := submitted(w, page, "/policy", bad, "")
		if a.problem() == "" || nodeAttr(a.node("id", "login_hint"), "value") != bad.Get("login_hint") {
			t.Errorf("policy with a bad %s: problem %q, the form holds %q", name, a.problem(), nodeAttr(a.node("id", "login_hint"), "value"))
		}
	}

	page = submitted(w, page, "/client", url.Values{"client": {psc.DefaultClientID}}, "set=ciba=false")
	if a := b.tab("").post(b.srv.Issuer()+"/protocol/openid-connect/ext/ciba/auth", url.Values{
		"scope": {"openid scope_all"}, "login_hint": {kit}, "client_id": {psc.DefaultClientID}, "client_secret": {psc.DefaultClientSecret},
	}, nil); !strings.Contains(a.body, "Client not allowed OIDC CIBA Grant") {
		t.Errorf("CIBA switched off: %s", a.body)
	}
	if button := page.node("id", "ciba-"+psc.DefaultClientID); nodeAttr(button, "aria-pressed") != "false" || nodeAttr(button, "value") != "ciba=true" {
		t.Errorf("the switch does not show it: %v", button.Attr)
	}
	if a := submitted(w, page, "/client", url.Values{"client": {"absent"}}, "set=ciba=true"); !strings.Contains(a.problem(), "Aucun client") {
		t.Errorf("unknown client: %q", a.problem())
	}

	kids := func() int {
		return strings.Count(b.tab("").get(b.srv.Issuer()+"/protocol/openid-connect/certs").body, `"kid"`)
	}
	before := kids()
	page = submitted(w, page, "/rotate", nil, "")
	if kids() != before+1 || !strings.Contains(page.text(), "vérifie seulement") {
		t.Errorf("%d keys after a rotation, want %d", kids(), before+1)
	}
	submitted(w, page, "/rotate", nil, "drop=1")
	if kids() != 1 {
		t.Errorf("%d keys after the former ones were dropped, want 1", kids())
	}
}

// TestOptionsAreShown: the overview shows every option of the configuration.
func TestOptionsAreShown(t *testing.T) {
	t.Parallel()
	b := newWalletBench(t, "wrong_number: retry\nlifetimes: {access: 90s}")
	page := b.console().get(b.panel("sessions"))
	options := nodeText(page.node("id", "options"))
	// Those that the page shows elsewhere, as tables.
	elsewhere := []string{"approve", "persons", "clients", "no_default_clients", "lifetimes"}
	var names []string
	for f := range fields(reflect.TypeFor[psc.Config]()) {
		names = append(names, f)
	}
	for f := range fields(reflect.TypeFor[psc.Lifetimes]()) {
		names = append(names, "lifetimes."+f)
	}
	for _, name := range names {
		if !slices.Contains(elsewhere, name) && !slices.Contains(strings.Fields(options), name) {
			t.Errorf("the option %s is not shown", name)
		}
	}
	for _, want := range []string{"retry changée deny", "1m30s changée 2m"} {
		if !strings.Contains(options, want) {
			t.Errorf("options lack %q: %s", want, options)
		}
	}
}

// fields yields the YAML names of a struct's fields.
func fields(t reflect.Type) func(func(string) bool) {
	return func(yield func(string) bool) {
		for i := range t.NumField() {
			if !yield(t.Field(i).Tag.Get("yaml")) {
				return
			}
		}
	}
}
