package lps

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Name is who confirms manual steps.
const Name = "lps-temoin"

// Options say where the simulator is and how the software behaves.
type Options struct {
	// Control is the URL of the simulator's control listener:
	// "http://127.0.0.1:8090". Required.
	Control string
	// Token is the control API's bearer token, where it wants one.
	Token string
	// CA is the trusted authority, as PEM. Empty means the one that the
	// endpoints document names, else the one that the control API gives.
	CA []byte
	// HTTPClient speaks to the services instead of a client made from CA: for
	// tests.
	HTTPClient *http.Client
	// Rand makes binding messages, states and nonces; nil means crypto/rand.
	Rand io.Reader
	// Wait lets real time pass; nil means a timer.
	Wait func(ctx context.Context, d time.Duration) error
	// AdvanceClock lets the software move the simulated clock instead of
	// waiting. For a simulator that it has to itself.
	AdvanceClock bool
	// Out is told what the software does, a line each; nil tells nobody.
	Out io.Writer
	// Lang is the language of pages and lines: "fr" (default) or "en".
	Lang string
	// OnRun is told every change of the run, from one goroutine at a time.
	OnRun func(Run)

	// LoginHint is the professional's identifier; empty means the scenario's.
	LoginHint string
	// Channel is CIBA's means: "MOBILE" (default) or "CARD".
	Channel string

	// ACR replaces the acr_values "eidas1". Another value is a fault.
	ACR string
	// PollEvery polls with that period instead of the provider's interval. A
	// shorter one is a fault.
	PollEvery time.Duration
	// SkipLogout leaves the logout out: a fault.
	SkipLogout bool
	// Misbehave names a mistake to make on purpose: see Misbehaviours. Those
	// named acr, poll and logout set the three fields above.
	Misbehave string
}

// An LPS is the software. It plays one scenario at a time.
type LPS struct {
	opt     Options
	control *control
	pace    pace
}

// New checks the options; it speaks to nobody.
func New(opt Options) (*LPS, error) {
	u, err := url.Parse(opt.Control)
	switch {
	case opt.Control == "":
		return nil, errors.New("lps: no control URL")
	case err != nil:
		return nil, fmt.Errorf("lps: control URL: %w", err)
	case u.Scheme != "http" && u.Scheme != "https", u.Host == "":
		return nil, fmt.Errorf("lps: control URL %q is not an absolute http or https URL", opt.Control)
	case opt.Channel != "" && opt.Channel != "CARD" && opt.Channel != "MOBILE":
		return nil, fmt.Errorf("lps: channel %q is neither CARD nor MOBILE", opt.Channel)
	case opt.Lang != "" && opt.Lang != "fr" && opt.Lang != "en":
		return nil, fmt.Errorf("lps: language %q is neither fr nor en", opt.Lang)
	case opt.PollEvery < 0:
		return nil, fmt.Errorf("lps: polling every %v", opt.PollEvery)
	case opt.Misbehave != "" && !slices.Contains(Misbehaviours(""), opt.Misbehave):
		return nil, fmt.Errorf("lps: no mistake is named %q; there are %s", opt.Misbehave, strings.Join(Misbehaviours(""), ", "))
	}
	opt.misbehave()
	if opt.Rand == nil {
		opt.Rand = rand.Reader
	}
	if opt.Wait == nil {
		opt.Wait = wait
	}
	if opt.Out == nil {
		opt.Out = io.Discard
	}
	if opt.OnRun == nil {
		opt.OnRun = func(Run) {}
	}
	opt.Lang = or(opt.Lang, "fr")
	opt.Channel = or(opt.Channel, "MOBILE")
	opt.ACR = or(opt.ACR, "eidas1") // EX PSC 16
	return &LPS{opt: opt, control: newControl(strings.TrimRight(opt.Control, "/"), opt.Token), pace: defaultPace()}, nil
}

// wait is a timer that a context interrupts.
func wait(ctx context.Context, d time.Duration) error {
	timer, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	<-timer.Done()
	return ctx.Err()
}

func or(s, def string) string {
	if s == "" {
		return def
	}
	return s
}

// say writes a line in the software's language.
func (l *LPS) say(fr, en string, args ...any) {
	if l.opt.Lang == "en" {
		fr = en
	}
	fmt.Fprintf(l.opt.Out, fr+"\n", args...)
}
