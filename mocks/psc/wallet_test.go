package psc_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/segursim/segursim/mocks"
)

// asked sends the identifier and returns the waiting page.
func asked(w *walletTab, authorize, id string) pageAnswer {
	w.t.Helper()
	page := w.submit(w.get(authorize), "/ecps", url.Values{"identifiant": {id}}, "")
	page.number(w.t)
	return page
}

// follow goes where the waiting page refreshes to.
func (w *walletTab) follow(page pageAnswer) pageAnswer {
	w.t.Helper()
	to, err := page.at.Parse(page.refresh())
	if err != nil || page.refresh() == "" {
		w.t.Fatalf("the page does not refresh:\n%s", page.body)
	}
	return w.get(to.String())
}

func TestWalletECPS(t *testing.T) {
	t.Parallel()
	b := newWalletBench(t, "")
	w := b.tab("")
	page := asked(w, b.authorizeURL(), " 8997 00366240 ")
	for _, want := range []string{"KIT DOC0036624", "LPS de test", "120 s"} {
		if !strings.Contains(page.text(), want) {
			t.Errorf("the waiting page lacks %q: %s", want, page.text())
		}
	}
	if again := w.follow(page); again.number(t) != page.number(t) {
		t.Errorf("the number changed from %s to %s", page.number(t), again.number(t))
	}
	state := w.get(page.at.Scheme + "://" + page.at.Host + nodeAttr(page.node("id", "wait"), "data-state"))
	if !regexp.MustCompile(`^\{"left":1[12][0-9],"state":"pending"\}$`).MatchString(state.body) {
		t.Errorf("state = %s", state.body)
	}
	b.do("approve", map[string]any{"login_hint": kit, "number": page.number(t)})
	q := w.follow(page).back(t)
	if q.Get("code") == "" || q.Get("state") != "etat" {
		t.Errorf("the client got %v, want a code", q)
	}
	if a := w.follow(page); a.status != http.StatusBadRequest || !strings.Contains(a.text(), "Page has expired") {
		t.Errorf("second continuation: %d %s, want Page has expired", a.status, a.text())
	}
	// The session opened: the next request needs no page, until asked to.
	if q := w.get(b.authorizeURL()).back(t); q.Get("code") == "" {
		t.Errorf("single sign-on: %v, want a code", q)
	}
	if page := w.get(b.authorizeURL("prompt", "login")); !strings.Contains(page.text(), "prompt=login") || page.node("id", "identifiant") == nil {
		t.Errorf("prompt=login: %s, want the login page to say why it is shown", page.text())
	}
}

func TestWalletECPSProblems(t *testing.T) {
	t.Parallel()
	b := newWalletBench(t, "")
	b.do("set-account", map[string]any{"login_hint": robert, "enabled": false})
	for name, tc := range map[string]struct{ id, want string }{
		"unknown":        {"899700000000", "Aucun compte actif"},
		"RPPS without 8": {"99700366240", "8 devant"},
		"disabled":       {robert, "Aucun compte actif"},
		"no e-CPS":       {noPhone, "pas d’e-CPS"},
		"empty":          {"  ", "Saisissez"},
		"hostile":        {`"><script>alert(1)</script>`, "Aucun compte actif"},
	} {
		t.Run(name, func(t *testing.T) {
			w := b.tab("")
			page := w.submit(w.get(b.authorizeURL()), "/ecps", url.Values{"identifiant": {tc.id}}, "")
			field := page.node("id", "identifiant")
			if page.status != http.StatusOK || !strings.Contains(page.problem(), tc.want) || field == nil {
				t.Fatalf("%d, problem %q, want %q", page.status, page.problem(), tc.want)
			}
			if got := nodeAttr(field, "value"); got != strings.Join(strings.Fields(tc.id), "") {
				t.Errorf("the field holds %q", got)
			}
			alert := nodeAttr(page.node("role", "alert"), "id")
			if nodeAttr(field, "aria-invalid") != "true" || !strings.Contains(nodeAttr(field, "aria-describedby"), alert) {
				t.Errorf("the field is not tied to the alert %q: %v", alert, field.Attr)
			}
			if strings.Contains(page.body, "<script>") {
				t.Error("the identifier is not escaped")
			}
			// The page still serves.
			if p := w.submit(page, "/ecps", url.Values{"identifiant": {kit}}, ""); p.node("id", "number") == nil {
				t.Errorf("second try: %s", p.text())
			}
		})
	}
}

func TestWalletAnswers(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		section string
		act     func(b *walletBench, number string)
		want    string
	}{
		"refused": {"", func(b *walletBench, _ string) { b.do("refuse", map[string]any{"login_hint": kit}) }, "refusée sur le téléphone"},
		"wrong number": {"", func(b *walletBench, number string) {
			b.do("approve", map[string]any{"login_hint": kit, "number": otherThan(number)})
		}, "n’était pas le bon"},
		"expired":            {"", func(b *walletBench, _ string) { b.srv.Clock().Advance(2*time.Minute + time.Second) }, "a expiré"},
		"refusing by itself": {"approve: {outcome: refuse, after: 3s}", func(b *walletBench, _ string) { b.srv.Clock().Advance(4 * time.Second) }, "refusée sur le téléphone"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newWalletBench(t, tc.section)
			w := b.tab("")
			page := asked(w, b.authorizeURL(), kit)
			tc.act(b, page.number(t))
			end := w.follow(page)
			if !strings.Contains(end.problem(), tc.want) {
				t.Fatalf("problem %q, want %q", end.problem(), tc.want)
			}
			if got := nodeAttr(end.node("id", "identifiant"), "value"); got != kit {
				t.Errorf("the field holds %q, want the identifier asked", got)
			}
			if again := w.submit(end, "/ecps", nil, ""); again.node("id", "number") == nil {
				t.Errorf("no second demand: %s", again.text())
			}
		})
	}
}

func otherThan(number string) string {
	if number == "00" {
		return "01"
	}
	return "00"
}

func TestWalletCancel(t *testing.T) {
	t.Parallel()
	b := newWalletBench(t, "")
	w := b.tab("")
	page := asked(w, b.authorizeURL(), kit)
	q := w.submit(page, "/cancel", nil, "").back(t)
	if q.Get("error") != "access_denied" || q.Get("state") != "etat" {
		t.Errorf("the client got %v, want access_denied", q)
	}
	if got := b.do("demands", map[string]any{}); len(got.(map[string]any)["demands"].([]map[string]any)) != 0 {
		t.Errorf("the demand still waits: %v", got)
	}
	if a := w.submit(page, "/cancel", nil, ""); a.status != http.StatusBadRequest {
		t.Errorf("second cancel: %d, want 400", a.status)
	}
}

// TestWalletReplaces checks that a new identifier withdraws the former demand.
func TestWalletReplaces(t *testing.T) {
	t.Parallel()
	b := newWalletBench(t, "")
	w := b.tab("")
	page := asked(w, b.authorizeURL(), kit)
	back, err := page.at.Parse(nodeAttr(page.node("class", "button quiet"), "href"))
	if err != nil {
		t.Fatal(err)
	}
	if next := w.submit(w.get(back.String()), "/ecps", url.Values{"identifiant": {robert}}, ""); next.node("id", "number") == nil {
		t.Fatalf("no second demand: %s", next.text())
	}
	waiting := b.do("demands", map[string]any{}).(map[string]any)["demands"].([]map[string]any)
	if len(waiting) != 1 || waiting[0]["person"] != robert {
		t.Errorf("waiting: %v, want the second person's alone", waiting)
	}
}

// TestWalletOnce has two tabs end one login at the same time: one code only.
func TestWalletOnce(t *testing.T) {
	t.Parallel()
	b := newWalletBench(t, "")
	w := b.tab("")
	page := asked(w, b.authorizeURL(), kit)
	b.do("approve", map[string]any{"login_hint": kit})
	to, err := page.at.Parse(page.refresh())
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	statuses := map[int]int{}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			resp, err := w.http.Get(to.String())
			if err != nil {
				t.Error(err)
				return
			}
			defer resp.Body.Close()
			mu.Lock()
			defer mu.Unlock()
			statuses[resp.StatusCode]++
		})
	}
	wg.Wait()
	if diff := cmp.Diff(map[int]int{http.StatusFound: 1, http.StatusBadRequest: 7}, statuses); diff != "" {
		t.Errorf("statuses (-want +got):\n%s", diff)
	}
}

func TestWalletLeftOpen(t *testing.T) {
	t.Parallel()
	b := newWalletBench(t, "")
	w := b.tab("")
	page := w.get(b.authorizeURL())
	b.srv.Clock().Advance(31 * time.Minute)
	q := w.submit(page, "/ecps", url.Values{"identifiant": {kit}}, "").back(t)
	if q.Get("error") != "temporarily_unavailable" || q.Get("error_description") != "authentication_expired" {
		t.Errorf("the client got %v, want authentication_expired", q)
	}
	unknown := w.get(b.srv.URL() + "/login-page/inconnue")
	if unknown.status != http.StatusBadRequest || !strings.Contains(unknown.text(), "Page has expired") {
		t.Errorf("unknown attempt: %d %s", unknown.status, unknown.text())
	}
}

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

// TestWalletRemembers checks the cookie of the identifier.
func TestWalletRemembers(t *testing.T) {
	t.Parallel()
	b := newWalletBench(t, "")
	w := b.tab("")
	login := func() pageAnswer { return w.get(b.authorizeURL("prompt", "login")) }
	shown := func() string { return nodeAttr(login().node("id", "identifiant"), "value") }
	w.submit(login(), "/ecps", url.Values{"identifiant": {kit}}, "")
	if got := shown(); got != "" {
		t.Errorf("not asked to remember: the field holds %q", got)
	}
	page := w.submit(login(), "/ecps", url.Values{"identifiant": {"ANS20260115090000"}, "memoriser": {"oui"}}, "")
	if k := page.header.Get("Set-Cookie"); !strings.Contains(k, "HttpOnly") || !strings.Contains(k, "Secure") {
		t.Errorf("cookie %q, want HttpOnly and Secure", k)
	}
	if got := shown(); got != "ANS20260115090000" {
		t.Errorf("remembered: the field holds %q", got)
	}
	if box := login().node("name", "memoriser"); !nodeHas(box, "checked") {
		t.Error("the box is not checked")
	}
	if got := nodeAttr(w.get(b.authorizeURL("prompt", "login", "login_hint", robert)).node("id", "identifiant"), "value"); got != robert {
		t.Errorf("login_hint: the field holds %q", got)
	}
	unchecked := w.submit(login(), "/ecps", url.Values{"identifiant": {kit}, "memoriser": nil}, "")
	if unchecked.node("id", "number") == nil || shown() != "" {
		t.Errorf("forgotten: the field holds %q", shown())
	}
}

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
