package insi

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"github.com/segursim/segursim/internal/need"
)

// TestDatamatrixBrowser drives the page: a patient, the code, back through the
// reader, and a scan that must be refused, wide and narrow, light and dark. The
// environment's SEGURSIM_SCREENSHOTS names a folder to keep the pictures in.
func TestDatamatrixBrowser(t *testing.T) {
	chromium := need.Chromium(t)
	_, base := dmStart(t)
	dir, err := os.MkdirTemp("", "segursim-insi-browser")
	if err != nil {
		t.Fatal(err)
	}
	alloc, stop := chromedp.NewExecAllocator(t.Context(), append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(chromium), chromedp.NoSandbox, chromedp.UserDataDir(dir),
		chromedp.Flag("disable-dev-shm-usage", true), chromedp.Flag("accept-lang", "fr"))...)
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
	})
	if err := chromedp.Run(ctx); err != nil {
		t.Fatalf("browser: %v", err)
	}
	drive := func(what string, actions ...chromedp.Action) {
		t.Helper()
		limited, done := context.WithTimeout(ctx, 40*time.Second)
		defer done()
		if err := chromedp.Run(limited, actions...); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
	}
	looks := func(name string, width int64, scheme string) {
		t.Helper()
		var overflow int64
		var png []byte
		drive(name, emulation.SetDeviceMetricsOverride(width, 900, 1, width < 600),
			emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}),
			chromedp.Evaluate(`document.documentElement.scrollWidth - document.documentElement.clientWidth`, &overflow),
			chromedp.FullScreenshot(&png, 100))
		if overflow > 0 {
			t.Errorf("%s is %d pixels wider than the screen", name, overflow)
		}
		if folder := os.Getenv("SEGURSIM_SCREENSHOTS"); folder != "" {
			if err := os.WriteFile(filepath.Join(folder, name+".png"), png, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}

	var drawn bool
	var text string
	drive("pick a patient", chromedp.Navigate(base), chromedp.WaitVisible("#dm-q"), chromedp.SendKeys("#dm-q", "SEGURSIM-ORD\r"),
		chromedp.WaitVisible(`a[href*="segursim-alice"]`), chromedp.Click(`a[href*="segursim-alice"]`), chromedp.WaitVisible("#dm-payload"),
		chromedp.Evaluate(`document.getElementById("dm-image").naturalWidth > 100`, &drawn), chromedp.Text("#dm-payload", &text))
	if !drawn || !strings.Contains(text, "S3ALICE MARIE<GS>S4SEGURSIM-ORDINAIRE<GS>S5F") {
		t.Errorf("drawn %v, payload %q", drawn, text)
	}
	looks("datamatrix-ecrit", 1280, "light")
	looks("datamatrix-ecrit-etroit", 390, "dark")
	drive("read it back", chromedp.Click("#dm-back"), chromedp.WaitVisible("#dm-blocks"), chromedp.Text("#dm-was-read", &text))
	if !strings.Contains(text, "conforme") { // the separators went through the form
		t.Errorf("read back: %q", text)
	}
	drive("scan", chromedp.SetValue("#dm-scan", "]d2IS010000000000000000000000S1285047599910179S21.2.250.1.213.1.4.10S3AliceS4SEGURSIM-ORDINAIRE|S5XS631-02-1985"),
		chromedp.Click("#dm-decode"),
		// The page before has the same elements: wait for what it did not say.
		chromedp.WaitVisible(`//*[@id="dm-found"]//code[text()="aim.gs1"]`, chromedp.BySearch), chromedp.Text("#dm-was-read", &text))
	if !strings.Contains(text, "à refuser") {
		t.Errorf("scanned: %q", text)
	}
	looks("datamatrix-lu", 1280, "dark")
	looks("datamatrix-lu-etroit", 390, "light")
	drive("a wrong key", chromedp.Navigate(base+"?patient=hermann-gatien"), chromedp.WaitVisible("#dm-force"))
	looks("datamatrix-refuse", 1280, "light")
	drive("insist", chromedp.Click("#dm-force"), chromedp.WaitVisible("#dm-payload"))
	looks("datamatrix-force", 1280, "light")
}
