package main

import (
	"fmt"
	"io"
	"log/slog"

	"github.com/segursim/segursim/internal/config"
	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/mocks"
)

// listenerNames are the listeners of this version.
func listenerNames() []string {
	return []string{"https", "http", "control", "smtp", "smtps", "imap", "imaps", "dns"}
}

// serviceNames are the services of this version: sections of the configuration.
func serviceNames() []string { return []string{"psc", "insi", "apcv", "mssante"} }

// sectionNames are the sections: the services', and that of the door which the
// téléservices share.
func sectionNames() []string { return append(serviceNames(), "tlsi") }

// settings reads every source; warnings go to stderr.
func settings(t *terminal, flags config.Values, file string) (*config.Config, error) {
	c, err := config.Load(config.Input{
		Flags: flags, Environ: t.environ, File: file,
		Listeners: listenerNames(), Services: sectionNames(),
	})
	if err != nil {
		return nil, usage(err)
	}
	for _, w := range c.Warnings {
		fmt.Fprintln(t.stderr, "segursim: warning:", w)
	}
	return c, nil
}

// options are the simulator's, from the settings.
func options(c *config.Config, stderr io.Writer) mocks.Options {
	return mocks.Options{
		Listen: c.Listen, PublicURL: c.PublicURL, Seed: c.Seed, Clock: c.Clock, Token: c.Token,
		Relax: c.Relax, Chaos: c.Chaos, PKIDir: c.PKIDir, Ephemeral: c.Ephemeral,
		FixturesDir: c.Fixtures, ScenariosDir: c.Scenarios, FaultsFile: c.Faults, EndpointsFile: c.Endpoints,
		Journal:  journal.Options{MaxBytes: c.JournalBytes, MaxEntries: c.JournalEntries, MaxBody: c.JournalBody},
		Sections: c.Sections, Log: logger(c, stderr), Version: buildVersion(),
	}
}

// logger writes to stderr, in the asked form.
func logger(c *config.Config, stderr io.Writer) *slog.Logger {
	opt := &slog.HandlerOptions{Level: c.LogLevel}
	if c.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(stderr, opt))
	}
	return slog.New(slog.NewTextHandler(stderr, opt))
}

// in picks a language.
func in(lang, fr, en string) string {
	if lang == "en" {
		return en
	}
	return fr
}
