package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"segursim": main})
}

func TestScripts(t *testing.T) {
	t.Parallel()
	data := t.TempDir() // one test PKI for all the scripts
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata",
		RequireExplicitExec: true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("XDG_DATA_HOME", data)
			for _, v := range freePorts() {
				name, value, _ := strings.Cut(v, "=")
				env.Setenv(name, value)
			}
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"status": status, "endpoint": endpoint, "occupy": occupy, "freeport": freeport,
		},
	})
}

// freePorts are the variables that put every listener on a free port.
func freePorts() []string {
	var out []string
	for _, name := range listenerNames() {
		if name != "dns" {
			out = append(out, "SEGURSIM_"+strings.ToUpper(name)+"=127.0.0.1:0")
		}
	}
	return out
}

// status N PROGRAM ARGS… runs a program that must end with status N.
func status(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: status N program args…")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	err = ts.Exec(args[1], args[2:]...)
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		got = exit.ExitCode()
	case err != nil:
		ts.Fatalf("%v", err)
	}
	if got != want {
		ts.Fatalf("exit status %d, want %d", got, want)
	}
}

// endpoint FILE LISTENER VAR waits for an endpoints document and sets VAR to a
// listener's address.
func endpoint(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: endpoint file listener var")
	}
	var doc struct{ Listeners map[string]string }
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		b, err := os.ReadFile(ts.MkAbs(args[0]))
		if err == nil {
			ts.Check(json.Unmarshal(b, &doc))
			break
		}
		if time.Now().After(deadline) {
			ts.Fatalf("no %s: %v", args[0], err)
		}
	}
	if doc.Listeners[args[1]] == "" {
		ts.Fatalf("no listener %s in %v", args[1], doc.Listeners)
	}
	ts.Setenv(args[2], doc.Listeners[args[1]])
}

// occupy VAR listens on a free port until the script ends, and sets VAR to it.
func occupy(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: occupy var")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	ts.Defer(func() { _ = l.Close() })
	ts.Setenv(args[0], l.Addr().String())
}

// freeport VAR sets VAR to an address of 127.0.0.1 that was free a moment ago.
func freeport(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: freeport var")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	ts.Setenv(args[0], l.Addr().String())
	ts.Check(l.Close())
}

// Every script says in its first line what it shows.
func TestScriptsSayWhatTheyShow(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil || len(b) == 0 || b[0] != '#' {
			t.Error(fmt.Errorf("%s: no comment at the top: %w", f, err))
		}
	}
}
