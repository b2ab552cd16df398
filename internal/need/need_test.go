package need

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// witness stands in for the test that calls this package: it records how the
// test would have ended and ends it the same way, by leaving the goroutine.
type witness struct {
	testing.TB

	skipped, failed string
}

func (w *witness) Helper() {}

func (w *witness) Skipf(format string, args ...any) {
	w.skipped = fmt.Sprintf(format, args...)
	runtime.Goexit()
}

func (w *witness) Fatalf(format string, args ...any) {
	w.failed = fmt.Sprintf(format, args...)
	runtime.Goexit()
}

// watch runs f with a witness, in a goroutine of its own so that f may be
// ended, and returns the witness.
func watch(t *testing.T, f func(testing.TB)) *witness {
	t.Helper()

	w := &witness{TB: t}
	done := make(chan struct{})
	go func() {
		defer close(done)
		f(w)
	}()
	<-done

	return w
}

// program writes an executable shell script and returns its path.
func program(t *testing.T, folder, name, script string) string {
	t.Helper()

	path := filepath.Join(folder, name)
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+script+"\n"), 0o700); err != nil {
		t.Fatal(err)
	}

	return path
}

func TestTool(t *testing.T) {
	folder := t.TempDir()
	want := program(t, folder, "outil", "exit 0")
	t.Setenv("PATH", folder)

	tests := map[string]struct {
		tool, require     string
		path              string
		skipped, failed   bool
		reasonMustContain string
	}{
		"present":                          {tool: "outil", path: want},
		"present and required":             {tool: "outil", require: "1", path: want},
		"absent":                           {tool: "absent", skipped: true, reasonMustContain: `"absent" is not in PATH`},
		"absent, requirement empty":        {tool: "absent", require: "", skipped: true},
		"absent, requirement off":          {tool: "absent", require: "0", skipped: true},
		"absent, requirement false":        {tool: "absent", require: "false", skipped: true},
		"absent, required":                 {tool: "absent", require: "1", failed: true, reasonMustContain: RequireEnv},
		"absent, required in other words":  {tool: "absent", require: "true", failed: true},
		"absent, requirement not boolean":  {tool: "absent", require: "oui", failed: true},
		"empty name":                       {tool: "", skipped: true},
		"name with a separator, not there": {tool: "./outil", skipped: true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Setenv(RequireEnv, tt.require)

			var got string
			w := watch(t, func(tb testing.TB) { got = Tool(tb, tt.tool) })

			if got != tt.path {
				t.Errorf("path = %q, want %q", got, tt.path)
			}
			if (w.skipped != "") != tt.skipped {
				t.Errorf("skip reason = %q, want a skip: %v", w.skipped, tt.skipped)
			}
			if (w.failed != "") != tt.failed {
				t.Errorf("failure = %q, want a failure: %v", w.failed, tt.failed)
			}
			if reason := w.skipped + w.failed; !strings.Contains(reason, tt.reasonMustContain) {
				t.Errorf("reason %q does not contain %q", reason, tt.reasonMustContain)
			}
		})
	}
}

func TestChromium(t *testing.T) {
	tests := map[string]struct {
		installed []string
		want      string
	}{
		"none":            {},
		"debian":          {installed: []string{"chromium"}, want: "chromium"},
		"old ubuntu":      {installed: []string{"chromium-browser"}, want: "chromium-browser"},
		"google":          {installed: []string{"google-chrome"}, want: "google-chrome"},
		"the first known": {installed: []string{"google-chrome", "chromium"}, want: "chromium"},
		"another program": {installed: []string{"firefox"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			t.Setenv("PATH", folder)
			t.Setenv(RequireEnv, "")
			for _, browser := range tt.installed {
				program(t, folder, browser, "exit 0")
			}

			var got string
			w := watch(t, func(tb testing.TB) { got = Chromium(tb) })

			if tt.want == "" {
				if w.skipped == "" || got != "" {
					t.Errorf("path = %q, skip reason = %q, want a skip", got, w.skipped)
				}
				return
			}
			if want := filepath.Join(folder, tt.want); got != want {
				t.Errorf("path = %q, want %q", got, want)
			}
		})
	}
}

func TestDocker(t *testing.T) {
	tests := map[string]struct {
		script          string // of the docker command; none when empty
		require         string
		skipped, failed string // what the reason must contain
	}{
		"no command":             {skipped: `"docker" is not in PATH`},
		"no command, required":   {require: "1", failed: `"docker" is not in PATH`},
		"engine answers":         {script: "echo 28.2.2"},
		"engine down":            {script: "echo moteur absent >&2; exit 1", skipped: "moteur absent"},
		"engine down, required":  {script: "echo moteur absent >&2; exit 1", require: "1", failed: "moteur absent"},
		"fails without a word":   {script: "exit 3", skipped: "exit status 3"},
		"not an executable file": {script: "exec /absent/absent", skipped: "/absent/absent"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			t.Setenv("PATH", folder)
			t.Setenv(RequireEnv, tt.require)
			if tt.script != "" {
				program(t, folder, "docker", tt.script)
			}

			w := watch(t, Docker)

			if (w.skipped == "") != (tt.skipped == "") || !strings.Contains(w.skipped, tt.skipped) {
				t.Errorf("skip reason = %q, want %q in it", w.skipped, tt.skipped)
			}
			if (w.failed == "") != (tt.failed == "") || !strings.Contains(w.failed, tt.failed) {
				t.Errorf("failure = %q, want %q in it", w.failed, tt.failed)
			}
		})
	}
}

func TestShared(t *testing.T) {
	data := t.TempDir()
	file := filepath.Join(data, "psc", "discovery.json")
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}

	// A repository of its own with its data folder beside it.
	beside := t.TempDir()
	deep := filepath.Join(beside, "depot", "internal", "quelque")
	for _, folder := range []string{deep, filepath.Join(beside, "shared", "insi")} {
		if err := os.MkdirAll(folder, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(beside, "depot", "go.mod"), []byte("module depot\n"), 0o600); err != nil {
		t.Fatal(err)
	}

	tests := map[string]struct {
		env, cwd string
		elem     []string
		want     string // empty for a skip
	}{
		"by environment":             {env: data, want: data},
		"a file by environment":      {env: data, elem: []string{"psc", "discovery.json"}, want: file},
		"absent file":                {env: data, elem: []string{"psc", "absent.json"}},
		"absent folder":              {env: filepath.Join(data, "absent")},
		"beside the repository":      {cwd: deep, elem: []string{"insi"}, want: filepath.Join(beside, "shared", "insi")},
		"absent beside":              {cwd: deep, elem: []string{"dmp"}},
		"outside of any repository":  {cwd: data, elem: []string{"insi"}},
		"environment before default": {env: data, cwd: deep, elem: []string{"psc"}, want: filepath.Join(data, "psc")},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Setenv(SharedEnv, tt.env)
			t.Setenv(RequireEnv, "1") // must change nothing: the data are not part of a clone
			if tt.cwd != "" {
				t.Chdir(tt.cwd)
			}

			var got string
			w := watch(t, func(tb testing.TB) { got = Shared(tb, tt.elem...) })

			if got != tt.want {
				t.Errorf("path = %q, want %q", got, tt.want)
			}
			if w.failed != "" {
				t.Errorf("the test was failed: %s", w.failed)
			}
			if (w.skipped != "") != (tt.want == "") {
				t.Errorf("skip reason = %q for the path %q", w.skipped, got)
			}
		})
	}
}

func TestRoot(t *testing.T) {
	root, err := Root()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(root, "internal", "need", "need.go")); err != nil {
		t.Errorf("the root %s is not the one of this repository: %v", root, err)
	}

	t.Chdir(t.TempDir())
	if root, err := Root(); err == nil {
		t.Errorf("root = %s outside of a repository, want an error", root)
	}
}
