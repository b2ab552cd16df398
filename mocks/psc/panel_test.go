package psc_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/segursim/segursim/mocks/psc"
)

// console is a tab on the control listener.
func (b *walletBench) console() *walletTab { return newWalletTab(b.t, nil) }

func (b *walletBench) panel(name string) string { return b.srv.ControlURL() + "/console/psc/" + name }

// submitted submits a form of a panel and returns the page that it leads to.
func submitted(w *walletTab, page pageAnswer, action string, set url.Values, button string) pageAnswer {
	w.t.Helper()
	a := w.submit(page, action, set, button)
	if a.status != http.StatusSeeOther {
		w.t.Fatalf("form %s: status %d\n%s", action, a.status, a.text())
	}
	to, err := a.at.Parse(a.header.Get("Location"))
	if err != nil {
		w.t.Fatal(err)
	}
	return w.get(to.String())
}

// ciba sends a CIBA request of the default client.
func (b *walletBench) ciba(channel, hint, message string) {
	b.t.Helper()
	a := b.tab("").post(b.srv.Issuer()+"/protocol/openid-connect/ext/ciba/auth", url.Values{
		"scope": {"openid scope_all"}, "acr_values": {"eidas1"}, "login_hint": {hint}, "binding_message": {message}, "channel": {channel},
		"client_id": {psc.DefaultClientID}, "client_secret": {psc.DefaultClientSecret},
	}, nil)
	if a.status != http.StatusOK {
		b.t.Fatalf("ciba: %d %s", a.status, a.body)
	}
}

// waiting are the demands that wait, by person.
func (b *walletBench) waiting() map[string]map[string]any {
	b.t.Helper()
	out := map[string]map[string]any{}
	for _, d := range b.do("demands", map[string]any{}).(map[string]any)["demands"].([]map[string]any) {
		out[d["person"].(string)] = d
	}
	return out
}

// candidates are the numbers that the phone offers.
func candidates(page pageAnswer) []string {
	var out []string
	for n := range page.root.Descendants() {
		if nodeAttr(n, "type") == "radio" {
			out = append(out, nodeAttr(n, "value"))
		}
	}
	return out
}

func TestPhone(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		section string
		answer  func(w *walletTab, page pageAnswer) pageAnswer
		waits   bool   // the demand waits after it
		says    string // on the phone
		event   string
	}{
		"right number": {"", func(w *walletTab, page pageAnswer) pageAnswer {
			return submitted(w, page, "/answer", url.Values{"number": {"42"}}, "do=confirm")
		}, false, "Connexion confirmée", "ciba.approved"},
		"wrong number": {"", func(w *walletTab, page pageAnswer) pageAnswer {
			return submitted(w, page, "/answer", url.Values{"number": {decoy(page)}}, "do=confirm")
		}, false, "Mauvais numéro", "ciba.refused"},
		"wrong number, may retry": {"wrong_number: retry", func(w *walletTab, page pageAnswer) pageAnswer {
			return submitted(w, page, "/answer", url.Values{"number": {decoy(page)}}, "do=confirm")
		}, true, "choisissez-en un autre", ""},
		"refused": {"", func(w *walletTab, page pageAnswer) pageAnswer {
			return submitted(w, page, "/answer", nil, "do=refuse")
		}, false, "Demande refusée", "ciba.refused"},
		"no number": {"", func(w *walletTab, page pageAnswer) pageAnswer {
			return submitted(w, page, "/answer", nil, "do=confirm")
		}, true, "Choisissez l’un des trois", ""},
		"short code": {"", func(w *walletTab, page pageAnswer) pageAnswer {
			return submitted(w, page, "/answer", url.Values{"number": {"42"}, "code": {"12"}}, "do=confirm")
		}, true, "4 à 8 chiffres", ""},
		"late": {"", func(w *walletTab, page pageAnswer) pageAnswer {
			return submitted(w, page, "/answer", url.Values{"number": {"42"}, "demand": {"absente"}}, "do=confirm")
		}, true, "n’existe pas", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newWalletBench(t, tc.section)
			b.ciba("MOBILE", kit, "42")
			w := b.console()
			page := w.get(b.panel("ecps?as=" + kit))
			if got := candidates(page); len(got) != 3 || !slices.Contains(got, "42") {
				t.Fatalf("the phone offers %v, want three numbers and 42 among them:\n%s", got, page.text())
			}
			for _, want := range []string{"LPS de test", "KIT DOC0036624", "un logiciel (CIBA)", "120 s", "Inventé"} {
				if !strings.Contains(page.text(), want) {
					t.Errorf("the request lacks %q: %s", want, page.text())
				}
			}
			after := tc.answer(w, page)
			if !strings.Contains(after.text(), tc.says) {
				t.Errorf("the phone says %q, want %q", after.text(), tc.says)
			}
			if _, waits := b.waiting()[kit]; waits != tc.waits {
				t.Errorf("waiting = %v, want %v", waits, tc.waits)
			}
			if tc.waits != (candidates(after) != nil) {
				t.Errorf("the phone shows the request: %v, want %v", candidates(after), tc.waits)
			}
			if tc.event != "" && lastOf(b.srv, tc.event) == nil {
				t.Errorf("the journal has no %s", tc.event)
			}
		})
	}
}

// decoy is a number that the phone offers and the service did not show.
func decoy(page pageAnswer) string {
	for _, n := range candidates(page) {
		if n != "42" {
			return n
		}
	}
	return ""
}

func TestPhoneExpires(t *testing.T) {
	t.Parallel()
	b := newWalletBench(t, "")
	b.ciba("MOBILE", kit, "42")
	w := b.console()
	page := w.get(b.panel("ecps"))
	if len(candidates(page)) != 3 {
		t.Fatalf("the phone of whoever is asked does not ring: %s", page.text())
	}
	if page.refresh() != "" || page.node("http-equiv", "refresh") != nil {
		t.Error("without scripts, a page being filled in reloads itself")
	}
	ignored := w.get(b.panel("ecps?ignore=" + nodeAttr(page.node("name", "demand"), "value")))
	if len(candidates(ignored)) != 0 || !strings.Contains(ignored.text(), "Revoir la demande") {
		t.Errorf("left alone: %s", ignored.text())
	}
	b.srv.Clock().Advance(2*time.Minute + time.Second)
	if got := w.get(b.panel("ecps")).text(); !strings.Contains(got, "Demande expirée") {
		t.Errorf("expired: %s", got)
	}
	late := submitted(w, page, "/answer", url.Values{"number": {"42"}}, "do=confirm")
	if !strings.Contains(late.problem(), "n’attend plus") {
		t.Errorf("late answer: %q", late.problem())
	}
	b.srv.Clock().Advance(3 * time.Minute)
	if got := w.get(b.panel("ecps")).text(); !strings.Contains(got, "Aucune demande") {
		t.Errorf("later: %s", got)
	}
	if idle := w.get(b.panel("ecps")); idle.node("http-equiv", "refresh") == nil {
		t.Error("without scripts, an idle phone does not reload itself")
	}
}

// TestPhoneWithoutNumber: a request without binding_message has nothing to match.
func TestPhoneWithoutNumber(t *testing.T) {
	t.Parallel()
	b := newWalletBench(t, "")
	b.ciba("MOBILE", kit, "ABC-dossier-2026/1")
	w := b.console()
	page := w.get(b.panel("ecps"))
	if !slices.Contains(candidates(page), "ABC-dossier-2026/1") {
		t.Errorf("a message that is no number is not offered: %v", candidates(page))
	}
	a := b.tab("").post(b.srv.Issuer()+"/protocol/openid-connect/ext/ciba/auth", url.Values{
		"scope": {"openid scope_all"}, "acr_values": {"eidas1"}, "login_hint": {robert},
		"client_id": {psc.DefaultClientID}, "client_secret": {psc.DefaultClientSecret},
	}, nil)
	if a.status != http.StatusOK {
		t.Fatalf("ciba: %s", a.body)
	}
	page = w.get(b.panel("ecps?as=" + robert))
	if len(candidates(page)) != 0 || !strings.Contains(page.text(), "aucun numéro") {
		t.Errorf("no binding_message: %s", page.text())
	}
	if after := submitted(w, page, "/answer", nil, "do=confirm"); !strings.Contains(after.text(), "Connexion confirmée") {
		t.Errorf("confirmed: %s", after.text())
	}
}

func TestPhonePeople(t *testing.T) {
	t.Parallel()
	b := newWalletBench(t, "")
	w := b.console()
	has := func(page pageAnswer, id string) bool {
		part := page.node("data-part", "people")
		return part != nil && strings.Contains(nodeText(part), id)
	}
	for name, tc := range map[string]struct {
		query, id string
		want      bool
	}{
		"by family name":           {"?q=specialiste", robert, true},
		"by given name":            {"?q=rob", robert, true},
		"by identifier":            {"?q=8997002188", robert, true},
		"others left out":          {"?q=specialiste", kit, false},
		"no phone":                 {"?q=" + noPhone, noPhone, false},
		"the one shown is there":   {"?as=" + robert, robert, true},
		"far in the list, shown":   {"?as=899990000012", "899990000012", true},
		"hostile search":           {"?q=" + url.QueryEscape(`"><script>`), robert, false},
		"unknown person, no crash": {"?as=" + url.QueryEscape("x\x00y"), robert, false},
	} {
		t.Run(name, func(t *testing.T) {
			page := w.get(b.panel("ecps" + tc.query))
			if got := has(page, tc.id); page.status != http.StatusOK || got != tc.want {
				t.Errorf("%d, listed %v, want %v: %s", page.status, got, tc.want, nodeText(page.node("data-part", "people")))
			}
			if found := page.inline(); len(found) > 0 {
				t.Errorf("inline: %q", found)
			}
		})
	}
	if page := w.get(b.panel("ecps?as=" + noPhone)); !strings.Contains(page.text(), "Pas de téléphone") {
		t.Errorf("no e-CPS: %s", page.text())
	}
}

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

// TestPanelGuards: every form wants the console's token, and refuses nonsense.
func TestPanelGuards(t *testing.T) {
	t.Parallel()
	b := newWalletBench(t, "")
	w := b.console()
	b.ciba("MOBILE", kit, "42")
	demand, _ := b.waiting()[kit]["id"].(string)
	token := nodeAttr(w.get(b.panel("ecps")).node("name", "_token"), "value")
	forms := map[string]url.Values{
		"ecps/answer": {"demand": {demand}, "do": {"confirm"}, "number": {"42"}, "code": {"0000"}},
		"cps/insert":  {"person": {kit}}, "cps/remove": {}, "cps/unblock": {}, "cps/answer": {"demand": {demand}, "do": {"refuse"}},
		"sessions/end": {"all": {"1"}}, "sessions/answer": {"demand": {demand}, "do": {"approve"}},
		"sessions/policy": {"login_hint": {kit}, "outcome": {"approve"}}, "sessions/policy/remove": {"person": {kit}},
		"sessions/client": {"client": {psc.DefaultClientID}, "set": {"disabled=true"}}, "sessions/rotate": {},
	}
	for path, form := range forms {
		t.Run(path, func(t *testing.T) {
			for name, tc := range map[string]struct {
				token  string
				header map[string]string
			}{
				"no token": {"", nil}, "wrong token": {strings.Repeat("0", len(token)), nil},
				"foreign site":   {token, map[string]string{"Sec-Fetch-Site": "cross-site"}},
				"foreign origin": {token, map[string]string{"Origin": "https://exemple.test"}},
			} {
				form.Set("_token", tc.token)
				if a := w.post(b.panel(path), form, tc.header); a.status != http.StatusForbidden {
					t.Errorf("%s: status %d, want 403", name, a.status)
				}
			}
		})
	}
	if _, waits := b.waiting()[kit]; !waits {
		t.Error("a refused form answered the demand")
	}
	for name, tc := range map[string]struct {
		path   string
		form   url.Values
		status int
		to     string
	}{
		"phone: do":                {"ecps/answer", url.Values{"demand": {demand}, "do": {"danser"}}, http.StatusBadRequest, ""},
		"phone: unknown demand":    {"ecps/answer", url.Values{"demand": {"absente"}, "do": {"refuse"}}, http.StatusSeeOther, "unknown_demand"},
		"reader: a phone's demand": {"cps/answer", url.Values{"demand": {demand}, "do": {"refuse"}}, http.StatusSeeOther, "unknown_demand"},
		"overview: do":             {"sessions/answer", url.Values{"demand": {demand}}, http.StatusBadRequest, ""},
		"overview: unknown switch": {"sessions/client", url.Values{"client": {psc.DefaultClientID}, "set": {"secret=x"}}, http.StatusSeeOther, "bad_value"},
		"no policy to remove":      {"sessions/policy/remove", url.Values{"person": {kit}}, http.StatusSeeOther, "unknown_person"},
	} {
		t.Run(name, func(t *testing.T) {
			tc.form.Set("_token", token)
			a := w.post(b.panel(tc.path), tc.form, nil)
			if a.status != tc.status || !strings.Contains(a.header.Get("Location"), tc.to) {
				t.Errorf("%d %s, want %d %s", a.status, a.header.Get("Location"), tc.status, tc.to)
			}
		})
	}
}

// TestPanelHostile: names that are markup stay text, in pages and in fragments.
func TestPanelHostile(t *testing.T) {
	t.Parallel()
	hostile := `<img src=x onerror=alert(1)>`
	b := newWalletBench(t, "clients: [{id: hostile, name: '"+hostile+"', secret: '"+hostile+"', redirect_uris: ['*', '"+hostile+"*']}]")
	b.do("insert-card", map[string]any{"login_hint": kit})
	for _, channel := range []string{"MOBILE", "CARD"} {
		a := b.tab("").post(b.srv.Issuer()+"/protocol/openid-connect/ext/ciba/auth", url.Values{
			"scope": {"openid"}, "login_hint": {kit}, "channel": {channel}, "client_id": {"hostile"}, "client_secret": {hostile},
		}, nil)
		if a.status != http.StatusOK {
			t.Fatalf("ciba: %s", a.body)
		}
	}
	w := b.console()
	for _, path := range []string{"ecps", "cps", "sessions"} {
		q := url.Values{"done": {hostile}, "problem": {hostile}, "q": {hostile}, "ignore": {hostile}, "demand": {hostile}, "lang": {hostile}}
		page := w.get(b.panel(path))
		if !strings.Contains(page.text(), hostile) {
			t.Errorf("%s: the client's name is not shown as it is", path)
		}
		for _, p := range []pageAnswer{page, w.get(b.panel(path) + "?" + q.Encode())} {
			if found := p.inline(); len(found) > 0 {
				t.Errorf("%s: %q", path, found)
			}
		}
		if live := w.get(b.panel(path + "/live")); strings.Contains(live.body, "<img") {
			t.Errorf("%s/live: %s", path, live.body)
		}
	}
}

// TestPanelLive: the fragments change when something happened, not with time.
func TestPanelLive(t *testing.T) {
	t.Parallel()
	b := newWalletBench(t, "")
	b.srv.Clock().Freeze(true)
	w := b.console()
	type live struct {
		Parts map[string]struct{ Rev, HTML string }
		Left  map[string]int
		Say   string
		Count int
	}
	ask := func(name string) live {
		t.Helper()
		a := w.get(b.panel(name + "/live"))
		var v live
		if err := json.Unmarshal([]byte(a.body), &v); err != nil {
			t.Fatalf("%s/live: %d %v\n%s", name, a.status, err, a.body)
		}
		return v
	}
	revs := func(v live) map[string]string {
		out := map[string]string{}
		for name, p := range v.Parts {
			out[name] = p.Rev
		}
		return out
	}
	for _, name := range []string{"ecps", "cps", "sessions"} {
		before := ask(name)
		page := w.get(b.panel(name))
		for part, rev := range revs(before) {
			if got := nodeAttr(page.node("data-part", part), "data-rev"); got != rev {
				t.Errorf("%s: part %s has rev %q in the page, %q live", name, part, got, rev)
			}
		}
		b.ciba(map[string]string{"cps": "CARD"}[name], kit, "42")
		rung := ask(name)
		if cmp.Equal(revs(before), revs(rung)) || rung.Count != 1 || len(rung.Left) != 1 {
			t.Errorf("%s: nothing changed with a demand: %+v", name, rung)
		}
		if name != "sessions" && !strings.Contains(rung.Say, "LPS de test") {
			t.Errorf("%s says %q", name, rung.Say)
		}
		b.srv.Clock().Advance(10 * time.Second)
		later := ask(name)
		if diff := cmp.Diff(revs(rung), revs(later)); diff != "" {
			t.Errorf("%s: parts changed with time alone (-before +after):\n%s", name, diff)
		}
		for id, n := range later.Left {
			if n != rung.Left[id]-10 {
				t.Errorf("%s: %d s left, want %d", name, n, rung.Left[id]-10)
			}
		}
		b.do("refuse", map[string]any{"login_hint": kit})
		if cmp.Equal(revs(later), revs(ask(name))) {
			t.Errorf("%s: nothing changed with the answer", name)
		}
	}
}

func TestPanelEnglish(t *testing.T) {
	t.Parallel()
	b := newWalletBench(t, "")
	b.ciba("MOBILE", kit, "42")
	b.ciba("CARD", kit, "43")
	w := b.console()
	for path, want := range map[string]string{
		"ecps?lang=en": "Number that the service shows", "cps?lang=en": "Requests to confirm", "sessions?lang=en": "Living sessions",
		"ecps?lang=en&problem=code": "4 to 8 digits", "ecps?lang=en&done=ended": "Session closed.",
	} {
		page := w.get(b.panel(path))
		if !strings.Contains(page.text(), want) {
			t.Errorf("%s lacks %q: %s", path, want, page.text())
		}
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
