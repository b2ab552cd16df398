package psc_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

func TestWalletLanguage(t *testing.T) {
	t.Parallel()
	b := newWalletBench(t, "")
	for name, tc := range map[string]struct{ accept, locales, lang string }{
		"default":            {"", "", "fr"},
		"french browser":     {"fr-FR,fr;q=0.9,en;q=0.8", "", "fr"},
		"english browser":    {"en-GB,en;q=0.9,fr;q=0.8", "", "en"},
		"weights":            {"en;q=0.4, fr;q=0.6", "", "fr"},
		"refused language":   {"fr;q=0, en;q=0.1", "", "en"},
		"unknown first":      {"de,en;q=0.5", "", "en"},
		"only unknown":       {"de", "", "fr"},
		"nonsense":           {"en;q=zz,;;,", "", "fr"},
		"ui_locales wins":    {"fr", "en", "en"},
		"ui_locales list":    {"fr", "de en-US fr", "en"},
		"ui_locales unknown": {"en", "de", "en"},
	} {
		t.Run(name, func(t *testing.T) {
			w := b.tab("")
			w.lang = tc.accept
			target := b.authorizeURL()
			if tc.locales != "" {
				target = b.authorizeURL("ui_locales", tc.locales)
			}
			page := w.get(target)
			wait := w.submit(page, "/ecps", url.Values{"identifiant": {kit}}, "")
			for _, p := range []pageAnswer{page, wait, w.follow(wait)} {
				if got := nodeAttr(p.node("lang", tc.lang), "lang"); got != tc.lang || p.header.Get("Content-Language") != tc.lang {
					t.Errorf("language of %s is not %s", p.at.Path, tc.lang)
				}
			}
		})
	}
}

// TestWalletPagesAreClosed checks every page's policy, and that nothing is inline.
func TestWalletPagesAreClosed(t *testing.T) {
	t.Parallel()
	hostile := `<img src=x onerror=alert(1)>`
	b := newWalletBench(t, "clients: [{id: hostile, name: '"+hostile+"', secret: s, redirect_uris: ['*']}]")
	w := b.tab("")
	login := w.get(b.authorizeURL("client_id", "hostile", "login_hint", hostile))
	wait := asked(w, b.authorizeURL("client_id", "hostile"), kit)
	b.do("approve", map[string]any{"login_hint": kit})
	w.follow(wait)
	pages := map[string]pageAnswer{
		"login": login, "wait": wait,
		"error":   w.get(b.srv.URL() + "/auth?client_id=" + url.QueryEscape(hostile)),
		"confirm": w.get(b.srv.Issuer() + "/protocol/openid-connect/logout?state=" + url.QueryEscape(`"><script>`)),
	}
	pages["closed"] = w.submit(pages["confirm"], "/logout", nil, "")
	b.do("login", map[string]any{"login_hint": kit})
	pages["form post"] = w.get(b.authorizeURL("response_mode", "form_post", "prompt", "login", "state", `"><script>alert(1)</script>`))
	for name, p := range pages {
		t.Run(name, func(t *testing.T) {
			policy := p.header.Get("Content-Security-Policy")
			for _, want := range []string{"default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'self'"} {
				if !strings.Contains(policy, want) {
					t.Errorf("policy %q lacks %q", policy, want)
				}
			}
			if strings.Contains(policy, "unsafe") {
				t.Errorf("policy %q", policy)
			}
			if found := p.inline(); len(found) > 0 {
				t.Errorf("inline %q in:\n%s", found, p.body)
			}
			for _, want := range []string{"SIMULATEUR", "TEST"} {
				if !strings.Contains(p.text(), want) {
					t.Errorf("the page does not say %s: %s", want, p.text())
				}
			}
			if got := p.header.Get("X-Content-Type-Options"); got != "nosniff" {
				t.Errorf("X-Content-Type-Options = %q", got)
			}
		})
	}
	if got := nodeAttr(pages["form post"].node("name", "state"), "value"); got != `"><script>alert(1)</script>` {
		t.Errorf("form_post state = %q", got)
	}
	if !strings.Contains(wait.text(), hostile) {
		t.Errorf("the client's name is not shown as it is: %s", wait.text())
	}
}

func TestWalletAssets(t *testing.T) {
	t.Parallel()
	b := newWalletBench(t, "")
	w := b.tab("")
	page := w.get(b.authorizeURL())
	refs := regexp.MustCompile(`(?:href|src)="(/login-page/assets/[^"]+)"`).FindAllStringSubmatch(page.body, -1)
	if len(refs) < 3 {
		t.Fatalf("assets: %v", refs)
	}
	for _, ref := range refs {
		a := w.get(b.srv.URL() + ref[1])
		want := map[string]string{"css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", "svg": "image/svg+xml"}[actionPath(ref[1])[len(actionPath(ref[1]))-3:]]
		if a.status != http.StatusOK || a.header.Get("Content-Type") != want || len(a.body) < 100 {
			t.Errorf("%s: %d %q, %d bytes", ref[1], a.status, a.header.Get("Content-Type"), len(a.body))
		}
	}
	for _, name := range []string{"absent.css", "..%2flogin.html", "%2e%2e/layout.html", ".."} {
		if a := w.get(b.srv.URL() + "/login-page/assets/" + name); a.status < 400 {
			t.Errorf("asset %s: %d\n%s", name, a.status, a.body)
		}
	}
	for _, e := range b.srv.Journal(0) {
		if strings.Contains(string(e.Request.Head), "/assets/wallet") {
			t.Errorf("the journal holds the simulator's own asset: %s", e.Request.Head)
		}
	}
}

func TestWalletLogoutEnglish(t *testing.T) {
	t.Parallel()
	b := newWalletBench(t, "")
	w := b.tab("")
	b.do("login", map[string]any{"login_hint": kit})
	w.get(b.authorizeURL()).back(t)
	w.lang = "en"
	page := w.get(b.srv.Issuer() + "/protocol/openid-connect/logout")
	if !strings.Contains(page.text(), "Do you want to log out?") || !strings.Contains(page.text(), "KIT DOC0036624") {
		t.Errorf("confirmation: %s", page.text())
	}
	closed := w.submit(page, "/logout", nil, "")
	if !strings.Contains(closed.text(), "Your session is closed") {
		t.Errorf("closed: %s", closed.text())
	}
	if p := w.get(b.authorizeURL()); p.node("id", "identifiant") == nil {
		t.Errorf("after logout: %s", p.text())
	}
}
