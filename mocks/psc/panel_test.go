package psc_test

import (
	"encoding/json"
	"net/http"
	"net/url"
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
