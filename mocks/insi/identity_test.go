package insi_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/google/go-cmp/cmp"

	"github.com/segursim/segursim/internal/need"
)

// identityCall searches by traits over the wire.
func identityCall(name, given, sex, date string) call {
	return traitsCall(traitsBody("NomNaissance", name, "Prenom", given, "Sexe", sex, "DateNaissance", date))
}

// TestIdentityLife: what the actions do to an identity, a client sees.
func TestIdentityLife(t *testing.T) {
	t.Parallel()
	w := start(t, "")
	ask := identityCall("TEST-VIE", "UN", "F", "1990-02-03")
	cr := func(c call, want string) {
		t.Helper()
		if a := w.send(c); a.cr() != want {
			t.Errorf("%s, want %s\n%s", a.cr(), want, a.raw)
		}
	}
	cr(ask, "01")
	w.do("set-identity", map[string]any{
		"id": "test-vie", "nomNaissance": "TEST-VIE", "prenoms": "UN, DEUX", "sexe": "F", "dateNaissance": "1990-02-03",
		"ins": map[string]any{"matricule": "2900275999901"},
	})
	cr(ask, "00")
	w.do("set-identity", map[string]any{
		"id": "test-vie-homonyme", "nomNaissance": "TEST-VIE", "prenoms": "UN", "sexe": "F", "dateNaissance": "1990-02-03",
		"ins": map[string]any{"matricule": "2900275999902"},
	})
	cr(ask, "02")
	w.do("delete-identity", map[string]any{"id": "test-vie-homonyme"})
	w.do("mark-identity", map[string]any{"id": "test-vie", "add": "prenom-vide", "deces": "2026-01-01"})
	if found := w.found(w.send(ask)); found.Name != "TEST-VIE" || found.List != "" {
		t.Errorf("marked prenom-vide: %+v", found)
	}
	w.do("set-identity", map[string]any{"id": "test-vie", "marqueurs": "", "historique": []any{map[string]any{"matricule": "1900275999901"}}})
	if found := w.found(w.send(ask)); len(found.History) != 1 || found.List != "UN DEUX" {
		t.Errorf("with a history: %+v", found)
	}
	first := w.do("generate-identities", map[string]any{"count": 1000, "seed": "vie"})["first"].(string)
	made := w.do("identity", map[string]any{"id": first})
	generated := identityCall(made["nomNaissance"].(string), made["premierPrenom"].(string), made["sexe"].(string), made["dateNaissance"].(string))
	if found := w.found(w.send(generated)); found.Active.Number != made["ins"].(map[string]any)["matricule"] {
		t.Errorf("a generated identity: %+v, want %v", found, made["ins"])
	}
	var events []string
	for _, e := range w.srv.Journal(0) {
		if e.Service == "insi" && e.Op == "identity.changed" {
			events = append(events, fmt.Sprint(e.Fact("change.kind"), " ", e.Fact("patient.id")))
		}
	}
	want := []string{"add test-vie", "add test-vie-homonyme", "delete test-vie-homonyme", "mark test-vie", "edit test-vie", "generate <nil>"}
	if diff := cmp.Diff(want, events); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
	// A snapshot keeps rows and lots; a reset drops both.
	var kept bytes.Buffer
	if err := w.srv.Save(&kept); err != nil {
		t.Fatal(err)
	}
	w.do("reset-identities", nil)
	cr(ask, "01")
	cr(generated, "01")
	if err := w.srv.Load(&kept); err != nil {
		t.Fatal(err)
	}
	cr(ask, "00")
	cr(generated, "00")
	w.srv.Reset()
	cr(ask, "01")
	cr(generated, "01")
}

// TestIdentityPageGuards: every form of the page wants the console's token.
func TestIdentityPageGuards(t *testing.T) {
	t.Parallel()
	w := start(t, "")
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	t.Cleanup(client.CloseIdleConnections)
	base := w.srv.ControlURL() + "/console/insi/identites"
	for path, form := range map[string]url.Values{
		"save": {"id": {"adrun-zoe"}}, "delete": {"id": {"adrun-zoe"}}, "generate": {"count": {"1"}}, "reset": {}, "variant": {"test": {"1.10"}},
	} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, base+"/"+path, strings.NewReader(form.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		resp, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		_ = resp.Body.Close()
		if resp.StatusCode != http.StatusForbidden {
			t.Errorf("%s without a token: %d, want 403", path, resp.StatusCode)
		}
	}
	if a := w.send(identityCall("ADRUN", "ZOE", "F", "1975-12-31")); a.cr() != "00" {
		t.Errorf("a refused form changed the base: %s", a.raw)
	}
}

// TestIdentityBrowser: a person adds, edits, marks and removes an identity with
// the page alone, on a wide screen and on a narrow one, without a script.
func TestIdentityBrowser(t *testing.T) {
	path := need.Chromium(t)
	w := start(t, "")
	opts := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.Flag("disable-dev-shm-usage", true))
	alloc, stop := chromedp.NewExecAllocator(t.Context(), opts...)
	ctx, cancel := chromedp.NewContext(alloc)
	t.Cleanup(func() { _ = chromedp.Cancel(ctx); cancel(); stop() })
	ctx, timeout := context.WithTimeout(ctx, 2*time.Minute)
	t.Cleanup(timeout)
	run := func(what string, actions ...chromedp.Action) {
		t.Helper()
		if err := chromedp.Run(ctx, actions...); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
	}
	follow := func(what string, actions ...chromedp.Action) { // the last one leads to another page
		t.Helper()
		last := len(actions) - 1
		run(what, actions[:last]...)
		if _, err := chromedp.RunResponse(ctx, actions[last]); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
	}
	wide := func(what string) { // nothing is cut off on the right
		t.Helper()
		var over int
		run(what, chromedp.Evaluate(`document.documentElement.scrollWidth - document.documentElement.clientWidth`, &over))
		if over > 0 {
			t.Errorf("%s: the page is %d pixels too wide", what, over)
		}
	}
	for i, width := range []int64{1440, 390} {
		id := fmt.Sprintf("test-navigateur-%d", i)
		var notice string
		follow("open", emulation.SetScriptExecutionDisabled(true), emulation.SetDeviceMetricsOverride(width, 900, 1, width < 600),
			chromedp.Navigate(w.srv.ControlURL()+"/console/insi/identites"), chromedp.Click("#id-new", chromedp.ByID))
		follow("add",
			chromedp.SendKeys("#f-id", id, chromedp.ByID), chromedp.SendKeys("#f-nom", "TEST-NAVIGATEUR", chromedp.ByID),
			chromedp.SendKeys("#f-prenoms", "alpha", chromedp.ByID), chromedp.SendKeys("#f-date", "1980-00-00", chromedp.ByID),
			chromedp.SendKeys("#f-matricule", fmt.Sprintf("280209999090%d", i), chromedp.ByID),
			chromedp.Click("#id-save", chromedp.ByID))
		run("refused", chromedp.Text("#id-problem", &notice, chromedp.ByID))
		if !strings.Contains(notice, "minuscules") {
			t.Errorf("lower case is refused with %q", notice)
		}
		follow("correct", chromedp.SetValue("#f-prenoms", "ALPHA", chromedp.ByID), chromedp.Click("#id-save", chromedp.ByID))
		run("saved", chromedp.WaitVisible("#id-delete", chromedp.ByID), chromedp.Text(".message.done", &notice, chromedp.ByQuery))
		if notice != "Identité enregistrée." {
			t.Errorf("saved: %q", notice)
		}
		wide("record")
		if dir := os.Getenv("SEGURSIM_SCREENSHOTS"); dir != "" {
			var png []byte
			run("screenshot", chromedp.FullScreenshot(&png, 100))
			if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("identites-%d.png", width)), png, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if a := w.send(identityCall("TEST-NAVIGATEUR", "ALPHA", "F", "1980-00-00")); a.cr() != "00" {
			t.Errorf("INSi answers %s", a.raw)
		}
		follow("remove", chromedp.Click("#id-delete", chromedp.ByID))
		run("removed", chromedp.WaitNotPresent("#id-delete", chromedp.ByID))
		wide("page")
		if a := w.send(identityCall("TEST-NAVIGATEUR", "ALPHA", "F", "1980-00-00")); a.cr() != "01" {
			t.Errorf("removed, INSi answers %s", a.raw)
		}
	}
}
