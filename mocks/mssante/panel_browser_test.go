package mssante

import (
	"context"
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"github.com/segursim/segursim/internal/need"
)

// screenshotsEnv names a folder to keep the screenshots in, to look at them.
const screenshotsEnv = "SEGURSIM_SCREENSHOTS"

func openBrowser(t *testing.T) context.Context {
	t.Helper()
	dir, err := os.MkdirTemp("", "segursim-mssante-browser")
	if err != nil {
		t.Fatal(err)
	}
	opts := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(need.Chromium(t)), chromedp.NoSandbox, chromedp.UserDataDir(dir),
		chromedp.Flag("disable-dev-shm-usage", true), chromedp.Flag("accept-lang", "fr"))
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
	// A tab's life is that of the context of its first run.
	if err := chromedp.Run(timed); err != nil {
		t.Fatalf("browser: %v", err)
	}
	return timed
}

// drive runs actions in the tab, which must succeed in time.
func drive(tab context.Context, t *testing.T, what string, actions ...chromedp.Action) {
	t.Helper()
	ctx, cancel := context.WithTimeout(tab, 20*time.Second)
	defer cancel()
	if err := chromedp.Run(ctx, actions...); err != nil {
		var at, text string
		_ = chromedp.Run(tab, chromedp.Location(&at), chromedp.Text("main", &text))
		t.Fatalf("%s: %v, at %s:\n%s", what, err, at, text)
	}
}

// seen waits until an element is there, with a place on the screen.
func seen(selector string) chromedp.Action {
	return chromedp.Poll(fmt.Sprintf("document.querySelector(%q)?.getClientRects().length > 0", selector), nil)
}

// lead runs what leads to another page, and waits for it.
func lead(ctx context.Context, t *testing.T, what string, actions ...chromedp.Action) {
	t.Helper()
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	resp, err := chromedp.RunResponse(ctx, actions...)
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	if resp.Status != 200 {
		t.Fatalf("%s: %d", what, resp.Status)
	}
}

// looks checks that the page fits the screen and has nothing inline, and keeps a
// screenshot.
func looks(ctx context.Context, t *testing.T, name string) {
	t.Helper()
	var overflow, inline int64
	var shot []byte
	drive(ctx, t, name,
		chromedp.Evaluate(`document.documentElement.scrollWidth - document.documentElement.clientWidth`, &overflow),
		chromedp.Evaluate(`document.querySelectorAll("script:not([src]),style,[style],[onclick],[onload],[onerror]").length`, &inline),
		chromedp.FullScreenshot(&shot, 100))
	if overflow > 0 {
		t.Errorf("%s is %d pixels wider than the screen", name, overflow)
	}
	if inline != 0 {
		t.Errorf("%s has %d inline scripts or styles", name, inline)
	}
	dir := os.Getenv(screenshotsEnv)
	if dir == "" {
		dir = t.TempDir()
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), shot, 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestPanelBrowser writes to a patient with a document, reads and answers as the
// patient, and looks at every page, on a wide screen in French and a narrow one in
// English.
func TestPanelBrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("drives a browser through thirty pages")
	}
	ctx := openBrowser(t)
	for _, view := range []struct {
		lang, scheme string
		width        int64
	}{{"fr", "light", 1280}, {"en", "dark", 420}} {
		t.Run(fmt.Sprintf("%s %d", view.lang, view.width), func(t *testing.T) {
			f := openFront(t, "auto_reply: {delay: 2m}")
			populate(f)
			page := func(path string) chromedp.Action { return chromedp.Navigate(f.base + panelRoot + path) }
			look := func(name string) {
				t.Helper()
				looks(ctx, t, fmt.Sprintf("mss-%s-%s-%d", name, view.lang, view.width))
			}
			drive(ctx, t, "size", emulation.SetDeviceMetricsOverride(view.width, 900, 1, view.width < 600),
				emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: view.scheme}}),
				page("boites?lang="+view.lang), seen(".mss-boxes"))
			look("boites")
			drive(ctx, t, "one", page("boites?bal="+kitBAL), seen("#close"))
			look("boite")

			to := f.address(alice)
			drive(ctx, t, "compose", page("composer"), seen("#from"),
				chromedp.SendKeys("#from", labBAL), chromedp.SendKeys("#to", to+", "+kitBAL),
				chromedp.SendKeys("#text", "Bonjour,\n\nVoici vos résultats. Merci de répondre."),
				chromedp.Click("#document > summary"), seen("#doc"), chromedp.Click("#doc"), chromedp.SendKeys("#doc_patient", alice))
			look("composer")
			lead(ctx, t, "check", chromedp.Click("#check"))
			drive(ctx, t, "checked", seen("#checked"))
			look("composer-verifie")
			lead(ctx, t, "send", chromedp.Click("#send"))
			drive(ctx, t, "sent", seen("#sent"))
			look("composer-envoye")

			drive(ctx, t, "mail", page("courrier?bal="+kitBAL), seen(".mss-rows"))
			look("courrier")
			lead(ctx, t, "open", chromedp.Click(".mss-rows li:first-child a"))
			drive(ctx, t, "letter", seen("#lettre"))
			look("courrier-message")
			for _, tab := range []string{"xdm", "constats", "entete", "source"} {
				lead(ctx, t, tab, chromedp.Click(`.mss-tabs a[href*="tab=`+tab+`"]`))
				drive(ctx, t, tab, seen(`.mss-tabs a[href*="tab=`+tab+`"][aria-current]`))
				look("courrier-" + tab)
			}
			drive(ctx, t, "receipt", page("courrier?bal="+kitBAL), seen(".mss-rows"))
			lead(ctx, t, "again", chromedp.Click(".mss-rows li:first-child a"))
			lead(ctx, t, "acknowledge", chromedp.Click("#send-receipt"))
			drive(ctx, t, "acknowledged", seen(".message.done"))

			drive(ctx, t, "patient", page("usagers?patient="+alice), seen(".mss-device .mss-rows"))
			look("usagers")
			lead(ctx, t, "unread", chromedp.Click(".mss-device .mss-rows li:first-child a"))
			lead(ctx, t, "break the seal", chromedp.Click("#open"))
			drive(ctx, t, "opened", seen("#reply"))
			look("usager-ouvert")
			drive(ctx, t, "type", chromedp.SendKeys("#reply", "Merci docteur, à jeudi."))
			lead(ctx, t, "answer", chromedp.Click("#answer"))
			drive(ctx, t, "answered", seen(".message.done"))

			// The answer comes by itself into the page of the laboratory.
			drive(ctx, t, "laboratory", page("courrier?bal="+labBAL), seen(".mss-rows"))
			var n int
			drive(ctx, t, "count", chromedp.Evaluate(`document.querySelectorAll(".mss-rows li").length`, &n))
			f.act("mes.write", map[string]any{"patient": alice, "to": labBAL, "subject": "Une question", "text": "Encore une chose."})
			drive(ctx, t, "by itself", chromedp.Poll(fmt.Sprintf(`document.querySelectorAll(".mss-rows li").length === %d`, n+1), nil))
			look("courrier-labo")

			drive(ctx, t, "over", page("usagers?patient=segursim-oppose"), seen(".mss-beside"))
			look("usager-oppose")
			drive(ctx, t, "robot", page("usagers"), seen("#robot"))
			look("usagers-test")
			drive(ctx, t, "counters", page("compteurs"), seen(".mss-thresholds"))
			look("compteurs")
			drive(ctx, t, "sheet", page("compteurs/fiche?couloir=HOP-PFI"), seen(".mss-sheet"))
			look("fiche")
			drive(ctx, t, "check page", page("controle"), seen("#raw"), chromedp.SendKeys("#raw", "From: Essai <"+kitBAL+">\nTo: <"+labBAL+">\nSubject: XDM/1.0/DDM essai\n\nBonjour"))
			lead(ctx, t, "judge", chromedp.Click("#check"))
			drive(ctx, t, "judged", seen("#result"))
			look("controle")
		})
	}
}

// populate makes a world that has been used.
func populate(f *front) {
	f.t.Helper()
	send := func(in map[string]any) map[string]any { return f.act("deposer", in) }
	send(map[string]any{"from": kitBAL, "to": robertBAL, "subject": "Avis demandé pour un patient", "text": "Bonjour Robert,\n\nQu'en penses-tu ?\n", "receipt": true})
	send(map[string]any{"from": robertBAL, "to": kitBAL, "subject": "Réunion de jeudi", "text": "Salle 2, 14 h.", "nil": ""})
	send(map[string]any{"from": robertBAL, "to": kitBAL, "subject": "Note en HTML", "html": "<h1>Bonjour</h1><p>Un <b>message</b> en HTML.</p>", "attachments": []any{map[string]any{"nom": "plan.pdf", "contenu": base64.StdEncoding.EncodeToString([]byte("%PDF-1.4 essai"))}}})
	send(map[string]any{"from": kitBAL, "to": robotAddress, "subject": "Message de test", "text": "Bonjour."})
	send(map[string]any{"from": labBAL, "to": f.address("segursim-oppose"), "subject": "Résultats", "text": "Bonjour.", "document": map[string]any{"patient": "segursim-oppose"}})
	send(map[string]any{"from": labBAL, "to": pfiBAL, "document": map[string]any{"patient": alice}, "receipt": true})
	for i := range 9 {
		send(map[string]any{"from": labBAL, "to": pfiBAL, "subject": fmt.Sprintf("Suivi n° %d %s", i+1, strings.Repeat("long ", i)), "text": "Bonjour."})
	}
	f.act("read", map[string]any{"bal": robertBAL, "disposition": "displayed"})
}
