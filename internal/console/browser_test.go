package console_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"github.com/segursim/segursim/internal/need"
	"github.com/segursim/segursim/internal/scenario"
)

// screenshotsEnv names a folder to keep the screenshots in, to look at them.
const screenshotsEnv = "SEGURSIM_SCREENSHOTS"

// browser starts a Chromium for the test.
func browser(t *testing.T) context.Context {
	t.Helper()
	path := need.Chromium(t)
	opts := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.Flag("disable-dev-shm-usage", true))
	alloc, stop := chromedp.NewExecAllocator(t.Context(), opts...)
	ctx, cancel := chromedp.NewContext(alloc)
	t.Cleanup(func() { _ = chromedp.Cancel(ctx); cancel(); stop() })
	ctx, timeout := context.WithTimeout(ctx, 4*time.Minute)
	t.Cleanup(timeout)
	return ctx
}

// shot keeps a screenshot of the whole page.
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

func TestBrowser(t *testing.T) {
	h := newHarness(t)
	fill(h)
	run, err := h.engine.StartRun(t.Context(), "essai", scenario.RunOptions{By: "Camille"})
	if err != nil {
		t.Fatal(err)
	}
	ctx := browser(t)
	do := func(what string, actions ...chromedp.Action) {
		t.Helper()
		if err := chromedp.Run(ctx, actions...); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
	}

	t.Run("journal follows live", func(t *testing.T) {
		do("open", dress(1280, "light"), chromedp.Navigate(h.server.URL+"/console/journal"), chromedp.WaitVisible("#live.on"))
		h.world.Journal.Append(exchange(42))
		do("live row", chromedp.WaitVisible(fmt.Sprintf(`tr[data-seq="%d"]`, h.world.Journal.Last())))
		do("pause", chromedp.Click("#pause"))
		h.world.Journal.Append(refusal(43))
		do("counted", chromedp.Poll(`document.getElementById("live-state").textContent.includes("+1")`, nil))
		var there bool
		do("held back", chromedp.Evaluate(fmt.Sprintf(`!!document.querySelector('tr[data-seq="%d"]')`, h.world.Journal.Last()), &there))
		if there {
			t.Error("a row came in while paused")
		}
		do("resume", chromedp.Click("#pause"), chromedp.WaitVisible(fmt.Sprintf(`tr[data-seq="%d"]`, h.world.Journal.Last())))
	})

	t.Run("an exchange opens", func(t *testing.T) {
		var facts, jwt string
		do("open", chromedp.Click(`tr[data-seq="1"] a`), chromedp.WaitVisible("#h-jwt"),
			chromedp.Text(".form-table", &facts), chromedp.Text(".jwt", &jwt))
		if !strings.Contains(facts, "demande-1") || !strings.Contains(jwt, "899700366240") {
			t.Errorf("form %q, token %q", facts, jwt)
		}
	})

	t.Run("language switches", func(t *testing.T) {
		var before, after string
		do("switch", chromedp.Text("h1", &before), chromedp.Click("a.lang"), chromedp.WaitVisible(`html[lang="en"]`), chromedp.Text("h1", &after))
		if before != "Échange 1" || after != "Exchange 1" {
			t.Errorf("titles %q and %q", before, after)
		}
		do("switch back", chromedp.Click("a.lang"), chromedp.WaitVisible(`html[lang="fr"]`))
	})

	t.Run("a fault is set", func(t *testing.T) {
		do("open", chromedp.Navigate(h.server.URL+"/console/faults"), chromedp.WaitVisible("#fault-form"),
			chromedp.SetValue("#effect", "error"), chromedp.Evaluate(`document.getElementById("effect").dispatchEvent(new Event("change"))`, nil),
			chromedp.WaitVisible("#code"), chromedp.SetValue("#code", "slow_down"), chromedp.SetValue("#times", "2"))
		shot(ctx, t, "faults-form")
		do("submit", chromedp.Click("#fault-form > button"), chromedp.WaitVisible(".message.done"))
		if f := h.engine.Faults(); len(f) != 1 || f[0].Effect.Error == nil || f[0].Effect.Error.Code != "slow_down" || f[0].Times != 2 {
			t.Errorf("faults = %+v", f)
		}
	})

	t.Run("a run is confirmed", func(t *testing.T) {
		do("open", chromedp.Navigate(h.server.URL+"/console/runs/"+run.ID()), chromedp.WaitVisible(".prompter button.primary"))
		shot(ctx, t, "run-start")
		do("confirm", chromedp.Click(".prompter button.primary"), chromedp.WaitVisible(".message.done"))
		h.world.Journal.Append(refusal(50)) // misses the next step
		do("near miss", chromedp.WaitVisible(".near"))
	})

	for _, width := range []int64{1280, 390} {
		for _, scheme := range []string{"light", "dark"} {
			t.Run(fmt.Sprintf("%d %s", width, scheme), func(t *testing.T) {
				for name, path := range map[string]string{
					"home": "/console", "journal": "/console/journal", "exchange": "/console/journal/1", "refusal": "/console/journal/2",
					"clock": "/console/clock", "faults": "/console/faults", "scenarios": "/console/scenarios", "scenario": "/console/scenarios/essai",
					"run": "/console/runs/" + run.ID(), "certs": "/console/certs", "service": "/console/services/psc", "panel": "/console/psc/phone",
				} {
					var overflow int64
					do(name, dress(width, scheme), chromedp.Navigate(h.server.URL+path), chromedp.WaitVisible("main"),
						chromedp.Evaluate(`document.documentElement.scrollWidth - document.documentElement.clientWidth`, &overflow))
					if overflow > 0 {
						t.Errorf("%s is %d pixels wider than the screen", name, overflow)
					}
					shot(ctx, t, fmt.Sprintf("%s-%d-%s", name, width, scheme))
				}
			})
		}
	}
}
