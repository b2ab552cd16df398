package apcv_test

import (
	"bytes"
	"context"
	"fmt"
	"image/png"
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
	dir, err := os.MkdirTemp("", "segursim-apcv-browser")
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
func drive(ctx context.Context, t *testing.T, what string, actions ...chromedp.Action) {
	t.Helper()
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	if err := chromedp.Run(ctx, actions...); err != nil {
		t.Fatalf("%s: %v", what, err)
	}
}

// looks checks that the page fits the screen, and keeps and returns a screenshot.
func looks(ctx context.Context, t *testing.T, name string) []byte {
	t.Helper()
	var overflow int64
	var shot []byte
	drive(ctx, t, name, chromedp.Evaluate(`document.documentElement.scrollWidth - document.documentElement.clientWidth`, &overflow), chromedp.FullScreenshot(&shot, 100))
	if overflow > 0 {
		t.Errorf("%s is %d pixels wider than the screen", name, overflow)
	}
	dir := os.Getenv(screenshotsEnv)
	if dir == "" {
		dir = t.TempDir()
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), shot, 0o600); err != nil {
		t.Fatal(err)
	}
	return shot
}

// TestBrowser takes the phone through a reading in a real browser: the QR code on
// the screen is read from a picture of it, and the page follows by itself.
func TestBrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("drives a browser through twenty pages")
	}
	ctx := openBrowser(t)
	for _, width := range []int64{1280, 390} {
		for _, scheme := range []string{"light", "dark"} {
			t.Run(fmt.Sprintf("%d %s", width, scheme), func(t *testing.T) {
				b := start(t, "")
				look := func(name string) []byte {
					t.Helper()
					return looks(ctx, t, fmt.Sprintf("apcv-%s-%d-%s", name, width, scheme))
				}
				drive(ctx, t, "choose", emulation.SetDeviceMetricsOverride(width, 900, 1, width < 600),
					emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}),
					chromedp.Navigate(b.panel("")), chromedp.WaitVisible(".apcv-mark.idle"))
				look("choose")
				drive(ctx, t, "patient", chromedp.SendKeys("#q", "SEGURSIM-ORD"+kb.Enter), chromedp.WaitVisible(`.apcv-people a[href*="q=SEGURSIM-ORD"]`), chromedp.Click(`.apcv-people a[href*="patient=`+alice+`"]`), chromedp.WaitVisible("#show"))
				look("idle")
				var text, left string
				drive(ctx, t, "show", chromedp.Click("#show"), chromedp.WaitVisible("#qr"), chromedp.Value("#payload", &text), chromedp.Text("[data-left]", &left))
				img, err := png.Decode(bytes.NewReader(look("code")))
				if err != nil {
					t.Fatal(err)
				}
				if got := decodeQR(t, img); got != text || left != "120" {
					t.Errorf("the picture says %q, the page %q; %q s are left", got, text, left)
				}
				b.srv.Clock().Advance(105 * time.Second)
				drive(ctx, t, "countdown", chromedp.Poll(`document.querySelector("[data-left]").textContent === "15"`, nil), chromedp.WaitVisible("progress.late"))
				b.read(text)
				drive(ctx, t, "read", chromedp.WaitVisible(".apcv-mark.ok"), chromedp.Poll(`document.getElementById("apcv-say").textContent.includes("KIT")`, nil),
					chromedp.WaitVisible(".apcv-ctx .ok"))
				look("read")
				drive(ctx, t, "withdraw", chromedp.Click(`.apcv-acts form[action$="/destroy"] button`), chromedp.WaitVisible(".message.done"), chromedp.WaitVisible(".apcv-ctx .no"))
				b.show(alice)
				drive(ctx, t, "by itself", chromedp.WaitVisible("#qr"))
				b.srv.Clock().Advance(2 * time.Minute)
				drive(ctx, t, "expires", chromedp.WaitVisible(".apcv-mark.no"))
				look("expired")
				var inline int
				drive(ctx, t, "nothing inline", chromedp.Evaluate(`document.querySelectorAll("script:not([src]),style,[style],[onclick]").length`, &inline))
				if inline != 0 {
					t.Errorf("%d inline scripts or styles", inline)
				}
			})
		}
	}
}
