package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/alecthomas/kong"
)

// The exit statuses.
const (
	exitOK = iota
	exitVerdict
	exitUsage
	exitSimulator
)

// commands is the command line.
type commands struct {
	Serve    serveCmd    `cmd:"" default:"withargs" help:"Run the simulator (the default command)."`
	Play     playCmd     `cmd:"" help:"Have the reference client play a scenario."`
	Scenario scenarioCmd `cmd:"" help:"List, show and check scenarios."`
	Certs    certsCmd    `cmd:"" help:"List and export test certificates."`
	Hosts    hostsCmd    `cmd:"" help:"Print lines for the hosts file."`
	Readyz   readyzCmd   `cmd:"" help:"Tell whether a simulator is ready."`
	Version  versionCmd  `cmd:"" help:"Print what was built."`
}

// terminal is what a command has of the outside world.
type terminal struct {
	ctx            context.Context
	environ        []string
	stdout, stderr io.Writer
}

// getenv returns a variable; the last one of a name wins.
func (t *terminal) getenv(name string) (value string) {
	for _, kv := range t.environ {
		if k, v, ok := strings.Cut(kv, "="); ok && k == name {
			value = v
		}
	}
	return value
}

// A statusError ends the program with a status of its own. A nil err says
// nothing more: it was all said before.
type statusError struct {
	status int
	err    error
}

func (e *statusError) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit status %d", e.status)
	}
	return e.err.Error()
}

func (e *statusError) Unwrap() error { return e.err }

// usage says that what was asked for cannot be understood.
func usage(err error) error { return &statusError{exitUsage, err} }

// against says that the verdict is bad, and was shown.
func against() error { return &statusError{exitVerdict, nil} }

// run is the program: it returns the exit status.
func run(ctx context.Context, args, environ []string, stdout, stderr io.Writer) (status int) {
	type leave int // kong ends by Exit after --help
	defer func() {
		switch r := recover().(type) {
		case nil:
		case leave:
			status = int(r)
		default:
			panic(r)
		}
	}()
	var c commands
	parser, err := kong.New(&c,
		kong.Name("segursim"),
		kong.Description("Simulates, offline, French national digital-health services. SIMULATEUR: every identity is made up."),
		kong.Writers(stdout, stderr),
		kong.Exit(func(code int) { panic(leave(code)) }),
		kong.ExplicitGroups(flagGroups()),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
	)
	if err != nil {
		fmt.Fprintln(stderr, "segursim:", err)
		return exitSimulator
	}
	kctx, err := parser.Parse(args)
	if err == nil {
		err = kctx.Run(&terminal{ctx, environ, stdout, stderr})
	} else {
		err = usage(fmt.Errorf("%w\nsegursim --help says more", err))
	}
	var own *statusError
	switch {
	case err == nil:
		return exitOK
	case !errors.As(err, &own):
		own = &statusError{exitSimulator, err}
	}
	if own.err != nil {
		fmt.Fprintln(stderr, "segursim:", own.err)
	}
	return own.status
}

// flagGroups titles the groups that config.Values names.
func flagGroups() []kong.Group {
	return []kong.Group{
		{Key: "listen", Title: "Listeners (port 0: any free one):"},
		{Key: "behaviour", Title: "Behaviour:"},
		{Key: "files", Title: "Files and folders:"},
		{Key: "journal", Title: "Journal:"},
		{Key: "words", Title: "Words:"},
	}
}
