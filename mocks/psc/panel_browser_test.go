package psc_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/segursim/segursim/internal/need"
)

// screenshotsEnv names a folder to keep the screenshots in, to look at them.
const screenshotsEnv = "SEGURSIM_SCREENSHOTS"

func openBrowser(t *testing.T) context.Context {
	t.Helper()
	dir, err := os.MkdirTemp("", "segursim-psc-browser")
	if err != nil {
		t.Fatal(err)
	}
	opts := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(need.Chromium(t)), chromedp.NoSandbox, chromedp.UserDataDir(dir),
		chromedp.Flag("disable-dev-shm-usage", true), chromedp.Flag("ignore-certificate-errors", true), chromedp.Flag("accept-lang", "fr"))
	alloc, stop := chromedp.NewExecAllocator(t.Context(), opts...)
	ctx, cancel := chromedp.NewContext(alloc)
	t.Cleanup(func() {
		_ = chromedp.Cancel(ctx)
		cancel()
		stop()
		for range 40 { // children of the browser write for a moment after it ended
			if os.RemoveAll(dir) == nil {
				return
			}
			time.Sleep(50 * time.Millisecond)
		}
		t.Logf("the browser's folder %s stays", dir)
	})
	timed, timeout := context.WithTimeout(ctx, 4*time.Minute)
	t.Cleanup(timeout)
	wake(timed, t)
	return timed
}

// wake opens a tab: the context of its first run is its life's.
func wake(ctx context.Context, t *testing.T) {
	t.Helper()
	if err := chromedp.Run(ctx); err != nil {
		t.Fatalf("browser: %v", err)
	}
}

// drive runs actions in a tab, which must succeed in time.
func drive(ctx context.Context, t *testing.T, what string, actions ...chromedp.Action) {
	t.Helper()
	ctx, cancel := context.WithTimeout(ctx, 40*time.Second)
	defer cancel()
	if err := chromedp.Run(ctx, actions...); err != nil {
		t.Fatalf("%s: %v", what, err)
	}
}

func shot(ctx context.Context, t *testing.T, name string) {
	t.Helper()
	dir := os.Getenv(screenshotsEnv)
	if dir == "" {
		dir = t.TempDir()
	}
	var png []byte
	if err := chromedp.Run(ctx, chromedp.FullScreenshot(&png, 100)); err != nil {
		t.Fatalf("screenshot %s: %v", name, err)
	}
	if len(png) < 2000 {
		t.Errorf("screenshot %s has %d bytes", name, len(png))
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), png, 0o600); err != nil {
		t.Fatal(err)
	}
}

func dress(width int64, scheme string) chromedp.Action {
	return chromedp.Tasks{
		emulation.SetDeviceMetricsOverride(width, 900, 1, width < 600),
		emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}),
	}
}

// looks checks that the page fits the screen and keeps a screenshot of it.
func looks(ctx context.Context, t *testing.T, name string) {
	t.Helper()
	var overflow int64
	if err := chromedp.Run(ctx, chromedp.Evaluate(`document.documentElement.scrollWidth - document.documentElement.clientWidth`, &overflow)); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if overflow > 0 {
		t.Errorf("%s is %d pixels wider than the screen", name, overflow)
	}
	shot(ctx, t, name)
}

// focused waits until the element with that id has the focus.
func focused(id string) chromedp.Action {
	return chromedp.Poll(fmt.Sprintf(`document.activeElement && document.activeElement.id === %q`, id), nil, chromedp.WithPollingTimeout(10*time.Second))
}

// TestBrowserLogin drives a whole login by keyboard alone: the wallet's page in
// one tab, the phone in another.
func TestBrowserLogin(t *testing.T) {
	b := newWalletBench(t, "")
	came := make(chan url.Values, 1)
	lps := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/retour" {
			_ = r.ParseForm()
			select {
			case came <- r.Form:
			default:
			}
		}
		_, _ = w.Write([]byte("<!doctype html><title>LPS</title><p id=done>revenu</p>"))
	}))
	defer lps.Close()
	ctx := openBrowser(t)
	for _, mode := range []string{"query", "form_post"} {
		t.Run(mode, func(t *testing.T) {
			drive(ctx, t, "wallet", dress(1280, "light"), chromedp.Navigate(b.authorizeURL("redirect_uri", lps.URL+"/retour", "response_mode", mode, "prompt", "login")),
				chromedp.WaitVisible("#identifiant"), focused("identifiant"))
			// The tabs by arrows, from the field: one step back is the chosen tab.
			drive(ctx, t, "tabs", chromedp.KeyEvent(kb.Tab, chromedp.KeyModifiers(8)), focused("tab-ecps"),
				chromedp.KeyEvent(kb.ArrowRight), focused("tab-cps"), chromedp.WaitVisible("#pin"), chromedp.WaitNotVisible("#identifiant"),
				chromedp.KeyEvent(kb.Home), focused("tab-ecps"), chromedp.WaitVisible("#identifiant"),
				chromedp.KeyEvent(kb.Tab), focused("identifiant"))
			var number string
			drive(ctx, t, "identifier", chromedp.KeyEvent(kit), chromedp.KeyEvent(kb.Enter), chromedp.WaitVisible("#number"), chromedp.Text("#number", &number))

			phone, cancel := chromedp.NewContext(ctx)
			defer cancel()
			wake(phone, t)
			drive(phone, t, "phone", dress(1280, "light"), chromedp.Navigate(b.srv.ControlURL()+"/console/psc/ecps?as="+kit), chromedp.WaitVisible(`.numbers`))
			var at int
			drive(phone, t, "find the number", chromedp.Evaluate(fmt.Sprintf(`[...document.querySelectorAll('.numbers input')].findIndex((i) => i.value === %q)`, number), &at))
			if at < 0 {
				t.Fatalf("%s is not among the candidates", number)
			}
			drive(phone, t, "to the numbers", chromedp.Focus("#code"), chromedp.KeyEvent(kb.Tab))
			drive(phone, t, "choose", chromedp.KeyEvent(" "))
			for range at {
				drive(phone, t, "next number", chromedp.KeyEvent(kb.ArrowRight))
			}
			drive(phone, t, "chosen", focused(fmt.Sprintf("number-%d", at)), chromedp.KeyEvent(kb.Tab), chromedp.KeyEvent(kb.Enter), chromedp.WaitVisible(".mark.ok"))
			drive(ctx, t, "back", chromedp.WaitVisible("#done"))
			select {
			case q := <-came:
				if q.Get("code") == "" || q.Get("state") != "etat" || q.Get("error") != "" {
					t.Errorf("the client got %v, want a code", q)
				}
			case <-time.After(20 * time.Second):
				t.Fatal("the browser did not come back to the client")
			}
		})
	}
}

// TestBrowserPhoneLive checks that the phone follows by itself, and keeps what is
// being typed.
func TestBrowserPhoneLive(t *testing.T) {
	b := newWalletBench(t, "")
	ctx := openBrowser(t)
	drive(ctx, t, "idle", dress(1280, "light"), chromedp.Navigate(b.srv.ControlURL()+"/console/psc/ecps"), chromedp.WaitVisible(".mark.idle"))
	tab := b.tab("")
	tab.submit(tab.get(b.authorizeURL()), "/ecps", url.Values{"identifiant": {kit}}, "")
	drive(ctx, t, "rings", chromedp.WaitVisible(".numbers"), chromedp.Poll(`document.getElementById("psc-say").textContent.includes("KIT")`, nil),
		chromedp.Poll(`document.title.startsWith("(1)")`, nil))
	drive(ctx, t, "type", chromedp.Focus("#code"), chromedp.Evaluate(`document.getElementById("code").select()`, nil), chromedp.KeyEvent("987"))
	// Another request changes the list of people, not what is typed.
	tab.submit(tab.get(b.authorizeURL()), "/ecps", url.Values{"identifiant": {robert}}, "")
	var code string
	drive(ctx, t, "kept", chromedp.WaitVisible(".phone-more"), chromedp.Value("#code", &code, chromedp.ByID), focused("code"))
	if code != "987" {
		t.Errorf("code = %q after the phone changed, want what was typed", code)
	}
	b.srv.Clock().Advance(3 * time.Minute)
	drive(ctx, t, "expires", chromedp.WaitVisible(".mark.no"), chromedp.Poll(`document.getElementById("psc-say").textContent.includes("expiré")`, nil))
}

// TestBrowserWithoutScripts logs in with scripts switched off: both means are
// shown, and the pages that wait reload themselves.
func TestBrowserWithoutScripts(t *testing.T) {
	b := newWalletBench(t, "")
	lps := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write([]byte("<!doctype html><title>LPS</title><p id=done>" + map[bool]string{true: "code"}[r.FormValue("code") != ""] + "</p>"))
	}))
	defer lps.Close()
	ctx := openBrowser(t)
	drive(ctx, t, "wallet", dress(390, "light"), emulation.SetScriptExecutionDisabled(true),
		chromedp.Navigate(b.authorizeURL("redirect_uri", lps.URL+"/retour")), chromedp.WaitVisible("#identifiant"), chromedp.WaitVisible("#pin"))
	looks(ctx, t, "login-390-noscript")
	drive(ctx, t, "identifier", chromedp.SendKeys("#identifiant", kit+kb.Enter), chromedp.WaitVisible("#number"))
	looks(ctx, t, "wait-390-noscript")
	phone, cancel := chromedp.NewContext(ctx)
	defer cancel()
	wake(phone, t)
	drive(phone, t, "phone", emulation.SetScriptExecutionDisabled(true), chromedp.Navigate(b.panel("ecps?as="+robert)), chromedp.WaitVisible(".mark.idle"))
	drive(phone, t, "by the list", chromedp.Navigate(b.panel("ecps")), chromedp.WaitVisible(".numbers"))
	number, _ := b.waiting()[kit]["number"].(string)
	drive(phone, t, "answer", chromedp.Click(fmt.Sprintf(`.numbers input[value="%s"]`, number)), chromedp.Click(`.ask-buttons .primary`), chromedp.WaitVisible(".mark.ok"))
	var got string
	drive(ctx, t, "back by itself", chromedp.WaitVisible("#done"), chromedp.Text("#done", &got))
	if got != "code" {
		t.Errorf("the client got %q, want a code", got)
	}
	// An idle phone rings by itself here too.
	b.srv.Clock().Advance(5 * time.Minute)
	drive(phone, t, "idle", chromedp.Navigate(b.panel("ecps")), chromedp.WaitVisible(".mark.idle"))
	b.ciba("MOBILE", robert, "07")
	drive(phone, t, "rings", chromedp.WaitVisible(".numbers"))
}

// TestBrowserLooks visits every page, wide and narrow, light and dark.
func TestBrowserLooks(t *testing.T) {
	if testing.Short() {
		t.Skip("visits forty pages")
	}
	b := newWalletBench(t, "wrong_number: retry\npersons: {\"899700427869\": {outcome: approve, after: 3s}}\n")
	b.do("login", map[string]any{"login_hint": robert})
	tab := b.tab("")
	tab.get(b.authorizeURL())
	b.do("policy", map[string]any{"login_hint": robert, "outcome": "refuse", "polls": 2.0, "once": true})
	b.do("insert-card", map[string]any{"login_hint": kit})
	ciba := func(channel, hint, message string) {
		t.Helper()
		a := tab.post(b.srv.Issuer()+"/protocol/openid-connect/ext/ciba/auth", url.Values{
			"scope": {"openid scope_all"}, "acr_values": {"eidas1"}, "login_hint": {hint}, "binding_message": {message}, "channel": {channel},
			"client_id": {"segursim-lps"}, "client_secret": {"secret-de-test-segursim"},
		}, nil)
		if a.status != http.StatusOK {
			t.Fatalf("ciba: %d %s", a.status, a.body)
		}
	}
	ctx := openBrowser(t)
	panels := b.srv.ControlURL() + "/console/psc/"
	for _, width := range []int64{1280, 390} {
		for _, scheme := range []string{"light", "dark"} {
			t.Run(fmt.Sprintf("%d %s", width, scheme), func(t *testing.T) {
				look := func(name string) { looks(ctx, t, fmt.Sprintf("%s-%d-%s", name, width, scheme)) }
				drive(ctx, t, "login", dress(width, scheme), chromedp.Navigate(b.authorizeURL()), chromedp.WaitVisible("#identifiant"))
				look("login")
				drive(ctx, t, "unknown", chromedp.SendKeys("#identifiant", "899700000000"+kb.Enter), chromedp.WaitVisible(".problem"))
				look("problem")
				drive(ctx, t, "card tab", chromedp.Click("#tab-cps"), chromedp.WaitVisible("#pin"))
				look("card")
				drive(ctx, t, "wait", chromedp.Click("#tab-ecps"), chromedp.SetValue("#identifiant", kit), chromedp.Click("#ecps button"), chromedp.WaitVisible("#number"))
				look("wait")
				drive(ctx, t, "phone", chromedp.Navigate(panels+"ecps?as="+kit), chromedp.WaitVisible(".numbers"), chromedp.Click(".numbers label:nth-child(2)"))
				look("phone")
				drive(ctx, t, "refuse", chromedp.Click(`.ask-buttons button[value="refuse"]`), chromedp.WaitVisible(".mark.no"))
				look("phone-refused")
				b.srv.Clock().Advance(3 * time.Minute) // past what the phone still shows of its last request
				drive(ctx, t, "idle", chromedp.Navigate(panels+"ecps?as=899990000012"), chromedp.WaitVisible(".mark.idle"))
				look("phone-idle")
				ciba("CARD", kit, "42")
				ciba("MOBILE", "899990000012", "07")
				drive(ctx, t, "reader", chromedp.Navigate(panels+"cps"), chromedp.WaitVisible(".ask.dialog"))
				look("reader")
				drive(ctx, t, "sessions", chromedp.Navigate(panels+"sessions"), chromedp.WaitVisible("#options"))
				look("sessions")
				for _, d := range b.do("demands", map[string]any{}).(map[string]any)["demands"].([]map[string]any) {
					b.do("refuse", map[string]any{"auth_req_id": d["id"]})
				}
				drive(ctx, t, "error", chromedp.Navigate(b.srv.URL()+"/auth?client_id=inconnu"), chromedp.WaitVisible("#kc-error-message"))
				look("error")
				drive(ctx, t, "closed", chromedp.Navigate(b.srv.Issuer()+"/protocol/openid-connect/logout"), chromedp.WaitVisible("h1"))
				look("closed")
				var inline int
				drive(ctx, t, "no inline", chromedp.Evaluate(`document.querySelectorAll("script:not([src]),style,[style],[onclick]").length`, &inline))
				if inline != 0 {
					t.Errorf("%d inline scripts or styles", inline)
				}
			})
		}
	}
}
