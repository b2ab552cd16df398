package config

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func ptr[T any](v T) *T { return &v }

// input is what every test starts from: the listeners and services of a
// version, and a data folder of the test's own.
func input(t *testing.T) Input {
	t.Helper()
	return Input{
		Environ:   []string{"XDG_DATA_HOME=" + t.TempDir(), "HOME=/nonexistent"},
		Listeners: []string{"https", "http", "control"},
		Services:  []string{"psc", "insi"},
		Relaxable: []string{"client-certificate", "signatures", "accounts"},
	}
}

func file(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "segursim.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestLoadDefaults(t *testing.T) {
	t.Parallel()
	in := input(t)
	c, err := Load(in)
	if err != nil {
		t.Fatal(err)
	}
	want := &Config{
		Listen: map[string]string{}, LogFormat: "text", Lang: "fr",
		PKIDir: filepath.Join(strings.TrimPrefix(in.Environ[0], "XDG_DATA_HOME="), "segursim", "pki"),
	}
	if diff := cmp.Diff(want, c); diff != "" {
		t.Errorf("defaults (-want +got):\n%s", diff)
	}
	if st, err := os.Stat(c.PKIDir); err != nil || st.Mode().Perm() != 0o700 {
		t.Errorf("the PKI's folder: %v, %v; want 0700", st, err)
	}
}

func TestLoadEverySettingFromEverySource(t *testing.T) {
	t.Parallel()
	values := map[string]string{
		"https": "0.0.0.0:1", "http": "[::1]:2", "control": ":0", "public-url": "https://sim.example/",
		"seed": "42", "clock": "2026-01-15T09:00:00+01:00", "token": "abc123", "relax": "signatures",
		"chaos": "7", "pki-dir": "/p", "fixtures": "/f", "scenarios": "/s", "faults": "/p.yaml", "endpoints": "/e.json",
		"journal-bytes": "64MiB", "journal-entries": "1_000", "journal-body": "4096",
		"log-level": "debug", "log-format": "json", "lang": "en",
	}
	want := &Config{
		Listen:    map[string]string{"https": "0.0.0.0:1", "http": "[::1]:2", "control": ":0"},
		PublicURL: "https://sim.example", Seed: "42", Clock: "2026-01-15T09:00:00+01:00", Token: "abc123",
		Relax: []string{"signatures"}, Chaos: "7", PKIDir: "/p", OwnPKIDir: true, Fixtures: "/f", Scenarios: "/s", Faults: "/p.yaml",
		Endpoints: "/e.json", JournalBytes: 64 << 20, JournalEntries: 1000, JournalBody: 4096,
		LogLevel: slog.LevelDebug, LogFormat: "json", Lang: "en",
	}
	var yaml strings.Builder
	var environ []string
	var flags Values
	for _, s := range Settings() {
		v, ok := values[s.Name]
		if !ok {
			if s.Name != "ephemeral" && !strings.Contains(" smtp smtps imap imaps mllp dns ", " "+s.Name+" ") {
				t.Errorf("the setting %s is not tested", s.Name)
			}
			continue
		}
		quoted := v
		if strings.HasPrefix(v, "[") || strings.HasPrefix(v, ":") {
			quoted = `"` + v + `"`
		}
		yaml.WriteString(s.Name + ": " + quoted + "\n")
		environ = append(environ, s.Env+"="+v)
		set(&flags, s, v)
	}
	for name, in := range map[string]Input{
		"flags":       {Flags: flags},
		"environment": {Environ: environ},
		"file":        {File: file(t, yaml.String())},
	} {
		t.Run(name, func(t *testing.T) {
			in.Listeners = []string{"https", "http", "control"}
			got, err := Load(in)
			if err != nil {
				t.Fatal(err)
			}
			w := *want
			if name == "file" {
				w.Sections = map[string][]byte{}
			}
			if diff := cmp.Diff(&w, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// set puts a value in the field of a setting.
func set(v *Values, s Setting, text string) {
	switch s.Name {
	case "relax":
		v.Relax = ptr([]string{text})
	default:
		fields := map[string]**string{
			"https": &v.HTTPS, "http": &v.HTTP, "control": &v.Control, "public-url": &v.PublicURL,
			"seed": &v.Seed, "clock": &v.Clock, "token": &v.Token, "chaos": &v.Chaos, "pki-dir": &v.PKIDir,
			"fixtures": &v.Fixtures, "scenarios": &v.Scenarios, "faults": &v.Faults, "endpoints": &v.Endpoints,
			"journal-bytes": &v.JournalBytes, "journal-entries": &v.JournalEntries, "journal-body": &v.JournalBody,
			"log-level": &v.LogLevel, "log-format": &v.LogFormat, "lang": &v.Lang,
		}
		*fields[s.Name] = &text
	}
}

func TestLoadPrecedence(t *testing.T) {
	t.Parallel()
	in := input(t)
	in.File = file(t, "seed: file\nchaos: file\nclock: 2026-01-01T00:00:00Z\nephemeral: true\n")
	in.Environ = append(in.Environ, "SEGURSIM_SEED=env", "SEGURSIM_CHAOS=env", "SEGURSIM_EPHEMERAL=true", "SEGURSIM_TOKEN=")
	in.Flags.Seed = ptr("flag")
	in.Flags.Ephemeral = ptr(false)
	c, err := Load(in)
	if err != nil {
		t.Fatal(err)
	}
	got := []any{c.Seed, c.Chaos, c.Clock, c.Ephemeral, c.Token}
	if diff := cmp.Diff([]any{"flag", "env", "2026-01-01T00:00:00Z", false, ""}, got); diff != "" {
		t.Errorf("seed, chaos, clock, ephemeral, token (-want +got):\n%s", diff)
	}
}

func TestLoadFileFromEnvironment(t *testing.T) {
	t.Parallel()
	in := input(t)
	in.Environ = append(in.Environ, "SEGURSIM_CONFIG="+file(t, "seed: here"))
	c, err := Load(in)
	if err != nil || c.Seed != "here" {
		t.Errorf("seed %q, %v; want here", c.Seed, err)
	}
}

func TestLoadRefusals(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		flags   Values
		environ []string
		want    string
	}{
		"port alone":        {flags: Values{HTTPS: ptr("8443")}, want: `--https: "8443" is a port alone: write 127.0.0.1:8443`},
		"no port":           {environ: []string{"SEGURSIM_HTTP=localhost"}, want: `SEGURSIM_HTTP: "localhost" is not host:port`},
		"port too big":      {flags: Values{HTTP: ptr("a:70000")}, want: "from 0 to 65535"},
		"named port":        {flags: Values{HTTP: ptr("a:https")}, want: "from 0 to 65535"},
		"host with slash":   {flags: Values{HTTP: ptr("http://a:1")}, want: "not host:port"},
		"future listener":   {flags: Values{SMTP: ptr("127.0.0.1:2587")}, want: "--smtp: no service of this version listens on smtp; there are https, http, control"},
		"same address":      {flags: Values{HTTPS: ptr("a:1"), Control: ptr("a:1")}, want: "--control: a:1 is the address of https already"},
		"relative url":      {flags: Values{PublicURL: ptr("sim.example")}, want: "not an absolute"},
		"url with path":     {flags: Values{PublicURL: ptr("https://a/b")}, want: "has no path"},
		"url with user":     {flags: Values{PublicURL: ptr("https://u@a")}, want: "neither user"},
		"url with query":    {flags: Values{PublicURL: ptr("https://a?b")}, want: "neither user"},
		"not a url":         {flags: Values{PublicURL: ptr("https://a:b:c")}, want: "not a URL"},
		"clock":             {flags: Values{Clock: ptr("tomorrow")}, want: "--clock"},
		"token":             {flags: Values{Token: ptr("s3cret value")}, want: "--token: a token is letters"},
		"empty flag":        {flags: Values{Seed: ptr(" ")}, want: "--seed: an empty value"},
		"unit":              {flags: Values{JournalBytes: ptr("3 apples")}, want: "not a size"},
		"negative size":     {flags: Values{JournalBytes: ptr("-1")}, want: "not a size"},
		"zero size":         {flags: Values{JournalBody: ptr("0")}, want: "at least one byte"},
		"size overflow":     {flags: Values{JournalBytes: ptr("9000000000000TiB")}, want: "can be counted"},
		"zero entries":      {flags: Values{JournalEntries: ptr("0")}, want: "1 or more"},
		"log level":         {flags: Values{LogLevel: ptr("inof")}, want: `did you mean "info"?`},
		"lang":              {environ: []string{"SEGURSIM_LANG=de"}, want: `SEGURSIM_LANG: "de" is not one of fr, en`},
		"relax":             {flags: Values{Relax: ptr([]string{"signature"})}, want: `did you mean "signatures"?`},
		"ephemeral":         {environ: []string{"SEGURSIM_EPHEMERAL=maybe"}, want: "neither true nor false"},
		"kept and not kept": {flags: Values{PKIDir: ptr("/p"), Ephemeral: ptr(true)}, want: "contradict"},
		"no such file":      {environ: []string{"SEGURSIM_CONFIG=/nonexistent/x.yaml"}, want: "no such file"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := input(t)
			in.Flags, in.Environ = tc.flags, append(in.Environ, tc.environ...)
			_, err := Load(in)
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("error %v, want one with %q", err, tc.want)
			}
			if err != nil && strings.Contains(err.Error(), "s3cret") {
				t.Error("the error shows the token")
			}
		})
	}
}

func TestLoadReportsEveryProblem(t *testing.T) {
	t.Parallel()
	in := input(t)
	in.Flags = Values{HTTPS: ptr("x"), Clock: ptr("y"), Lang: ptr("z")}
	_, err := Load(in)
	if err == nil || strings.Count(err.Error(), "\n") != 2 {
		t.Errorf("error %v, want three lines", err)
	}
}

func TestLoadWarnings(t *testing.T) {
	t.Parallel()
	in := input(t)
	in.Environ = append(in.Environ, "SEGURSIM_HTPS=a", "SEGURSIM_QQQQQQ=a", "SEGURSIM_PORT_8443_TCP=x",
		"SEGURSIM_SERVICE_HOST=x", "SEGURSIM_REQUIRE=1", "OTHER=1")
	c, err := Load(in)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"SEGURSIM_HTPS is no setting, and is ignored; did you mean SEGURSIM_HTTPS?",
		"SEGURSIM_QQQQQQ is no setting, and is ignored",
	}
	if diff := cmp.Diff(want, c.Warnings); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestLoadFallsBackToEphemeral(t *testing.T) {
	t.Parallel()
	blocked := file(t, "a file where the folder should be")
	for name, environ := range map[string][]string{
		"no home":          nil,
		"not writable":     {"XDG_DATA_HOME=" + blocked},
		"not absolute":     {"XDG_DATA_HOME=here"},
		"home is no place": {"HOME=" + blocked},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, err := Load(Input{Environ: environ})
			if err != nil {
				t.Fatal(err)
			}
			if !c.Ephemeral || c.PKIDir != "" || len(c.Warnings) != 1 || !strings.Contains(c.Warnings[0], "--pki-dir") {
				t.Errorf("ephemeral %v, dir %q, warnings %q; want ephemeral, and a warning that names --pki-dir",
					c.Ephemeral, c.PKIDir, c.Warnings)
			}
		})
	}
}

func TestDataDir(t *testing.T) {
	t.Parallel()
	env := map[string]string{"HOME": "/h", "LOCALAPPDATA": "/l"}
	for goos, want := range map[string]string{
		"linux": "/h/.local/share", "windows": "/l", "darwin": "/h/Library/Application Support",
	} {
		if got, err := dataDir(env, goos); err != nil || filepath.ToSlash(got) != want {
			t.Errorf("%s: %q, %v; want %q", goos, got, err, want)
		}
	}
}
