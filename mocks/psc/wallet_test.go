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
