package main

import (
	"errors"
	"fmt"
	"io"

	"github.com/segursim/segursim/internal/lps"
)

// playCmd plays a scenario.
type playCmd struct {
	Scenario string `arg:"" help:"The scenario's id: see segursim scenario list."`
	target
	language
	Evidence  string `placeholder:"DIR" help:"Where the evidence goes (default ./evidence/SCENARIO-N)."`
	JSON      bool   `name:"json" help:"A JSON object per line instead of text."`
	Verbose   bool   `short:"v" help:"Tell what the reference client does, on stderr."`
	LoginHint string `placeholder:"ID" help:"The professional to log in, instead of the scenario's."`
	Channel   string `enum:"CARD,MOBILE" default:"MOBILE" help:"The means of authentication: MOBILE (default) or CARD."`
	Misbehave string `placeholder:"MISTAKE" help:"Make a mistake on purpose, one of those that the scenario's script can make: another name is told them all."`
	Advance   bool   `help:"Move the simulated clock instead of waiting, on a simulator given by --control too."`
}

// Run plays, reports each verdict as it comes, and leaves the evidence. It ends
// with status 1 when the run did not pass.
func (cmd *playCmd) Run(t *terminal) error {
	if cmd.Evidence != "" {
		if err := emptyDir(cmd.Evidence); err != nil {
			return usage(fmt.Errorf("--evidence: %w", err))
		}
	}
	return cmd.with(t, func(c *client) error {
		lang := cmd.pick(t)
		r := newReporter(t.stdout, lang, cmd.JSON)
		opt := lps.Options{
			Control: c.base, Token: c.token, Lang: lang, OnRun: r.run,
			AdvanceClock: c.own != nil || cmd.Advance, LoginHint: cmd.LoginHint, Channel: cmd.Channel,
			Misbehave: cmd.Misbehave,
		}
		if cmd.Verbose {
			opt.Out = prefixed{t.stderr}
		}
		l, err := lps.New(opt)
		if err != nil {
			return usage(err)
		}
		run, err := l.Play(t.ctx, cmd.Scenario)
		if run.ID == "" {
			return playError(err)
		}
		dir, kept := keepEvidence(t.ctx, l, run, cmd.Evidence)
		if err := errors.Join(err, kept, r.end(run, dir)); err != nil {
			return err
		}
		if run.Verdict != lps.Passed {
			return against()
		}
		return nil
	})
}

// playError tells what was named wrongly from what did not work.
func playError(err error) error {
	var refused *lps.ControlError
	if errors.As(err, &refused) && refused.Status >= 400 && refused.Status < 500 || errors.Is(err, lps.ErrUnplayable) {
		return usage(err)
	}
	return err
}

// prefixed writes each of the reference client's lines behind its name.
type prefixed struct{ w io.Writer }

func (p prefixed) Write(b []byte) (int, error) {
	if _, err := fmt.Fprintf(p.w, "%s: %s", lps.Name, b); err != nil {
		return 0, err
	}
	return len(b), nil
}
