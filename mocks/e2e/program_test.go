package e2e_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/segursim/segursim/internal/need"
)

// patience bounds one run of a program, in real time.
const patience = time.Minute

// program runs an installed program to its end and returns what it wrote, both
// streams together. Proxies of the machine's environment are left out: nothing
// but loopback is meant to be reached.
func program(tb testing.TB, name string, args ...string) (string, error) {
	tb.Helper()
	return programIn(tb, "", "", name, args...)
}

// programIn is program in a folder, with a text on standard input.
func programIn(tb testing.TB, dir, stdin, name string, args ...string) (string, error) {
	tb.Helper()
	path := need.Tool(tb, name)
	ctx, cancel := context.WithTimeout(tb.Context(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.WaitDelay = time.Second
	cmd.Dir = dir
	cmd.Stdin = strings.NewReader(stdin)
	cmd.Env = bareEnv()
	out, err := cmd.CombinedOutput()
	if ctx.Err() != nil {
		tb.Fatalf("%s %v: not done after %s\n%s", name, args, patience, out)
	}
	return string(out), err
}

// mustRun fails the test when the program does.
func mustRun(tb testing.TB, name string, args ...string) string {
	tb.Helper()
	out, err := program(tb, name, args...)
	if err != nil {
		tb.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return out
}

// bareEnv is the environment without proxies and in no language.
func bareEnv() []string {
	var env []string
	for _, kv := range os.Environ() {
		name, _, _ := strings.Cut(kv, "=")
		if strings.HasSuffix(strings.ToLower(name), "_proxy") || strings.HasPrefix(name, "LC_") || name == "LANG" {
			continue
		}
		env = append(env, kv)
	}
	return append(env, "LC_ALL=C.UTF-8")
}

// write writes a file of the test and returns its path.
func write(tb testing.TB, name, content string) string {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		tb.Fatal(err)
	}
	return path
}
