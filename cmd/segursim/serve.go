package main

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/segursim/segursim/internal/config"
	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/mocks"
)

// serveCmd runs the simulator.
type serveCmd struct {
	Config string `placeholder:"FILE" help:"YAML file with the same words as the flags, and a section for each service ($SEGURSIM_CONFIG)."`
	config.Values
}

// Help is shown below the flags.
func (serveCmd) Help() string {
	return "Each flag is also a key of the file, and an environment variable: --pki-dir, pki-dir, SEGURSIM_PKI_DIR. " +
		"A flag wins over the environment, which wins over the file."
}

// Run serves until SIGINT or SIGTERM; a second one kills.
func (cmd *serveCmd) Run(t *terminal) (err error) {
	c, err := settings(t, cmd.Values, cmd.Config)
	if err != nil {
		return err
	}
	ctx, restore := signal.NotifyContext(t.ctx, os.Interrupt, syscall.SIGTERM)
	defer restore()
	s, err := mocks.Serve(ctx, options(c, t.stderr))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	boundMemory(ctx, t.getenv, cmp.Or(c.JournalBytes, journal.DefaultMaxBytes), func() int64 { return s.JournalStats().Bytes })
	if err := banner(t.stdout, s, c); err != nil {
		return fmt.Errorf("banner: %w", err)
	}
	<-ctx.Done()
	restore() // from here on a signal kills
	fmt.Fprintln(t.stderr, in(c.Lang, "segursim: arrêt en cours ; un second signal l'abrège", "segursim: stopping; a second signal cuts it short"))
	return nil
}
