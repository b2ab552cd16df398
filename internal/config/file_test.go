package config

import (
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"
)

func TestDecodeRefusals(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		src  string
		want []string
	}{
		"unknown key":     {"https: :1\npki-dri: x\n", []string{`conf.yaml:2:1: unknown setting "pki-dri"; did you mean "pki-dir"?`, ">  2 | pki-dri: x"}},
		"unknown service": {"pcs:\n  acr: reject\n", []string{`did you mean "psc"?`}},
		"said twice":      {"seed: a\nseed: b\n", []string{"conf.yaml:2:1", "already defined"}},
		"a list":          {"seed: [a]\n", []string{"conf.yaml:1:7: seed is a plain value, not a Sequence", ">  1 | seed: [a]"}},
		"a mapping":       {"seed:\n  a: b\n", []string{"seed is a plain value"}},
		"null":            {"seed:\n", []string{"seed is a plain value, not a Null"}},
		"anchor":          {"seed: &a x\n", []string{"seed is a plain value, not a Anchor"}},
		"tag":             {"seed: !!str x\n", []string{"seed is a plain value, not a Tag"}},
		"list in list":    {"relax: [[a]]\n", []string{"an item is a plain word"}},
		"a scalar":        {"hello\n", []string{"is a mapping of settings"}},
		"syntax":          {"seed: \"x\nhttps: 1\n", []string{"conf.yaml:1:7"}},
		"tabs":            {"psc:\n\tacr: x\n", []string{"conf.yaml:"}},
		"two documents":   {"seed: a\n---\nseed: b\n", []string{"2 documents"}},
		"not UTF-8":       {"seed: \xff\n", []string{"not UTF-8"}},
		"too long":        {strings.Repeat("#", maxFile+1), []string{"at most"}},
		"every problem":   {"a: 1\nb: 2\n", []string{"conf.yaml:1:1", "conf.yaml:2:1"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := decode("conf.yaml", []byte(tc.src), []string{"psc"})
			if err == nil {
				t.Fatal("no error")
			}
			for _, want := range tc.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error:\n%v\nwant one with %q", err, want)
				}
			}
		})
	}
}

func TestDecodeEmpty(t *testing.T) {
	t.Parallel()
	for _, src := range []string{"", "# nothing\n", "---\n", "\ufeff"} {
		doc, err := decode("conf.yaml", []byte(src), nil)
		if err != nil || len(doc.settings)+len(doc.sections) != 0 {
			t.Errorf("%q: %v, %v; want nothing", src, doc, err)
		}
	}
}

func TestDecodeValues(t *testing.T) {
	t.Parallel()
	src := "\ufeffseed: 042\njournal-entries: 1_000\nclock: 2026-01-15T09:00:00+01:00\nephemeral: yes\nrelax:\n  - a\n  - b\ntoken: |\n  x\n"
	doc, err := decode("conf.yaml", []byte(src), nil)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for k, w := range doc.settings {
		got[k] = w.text + strings.Join(w.list, "+")
	}
	want := map[string]string{
		"seed": "042", "journal-entries": "1_000", "clock": "2026-01-15T09:00:00+01:00",
		"ephemeral": "yes", "relax": "a+b", "token": "x\n",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// A service finds its section at the lines and columns of the file.
func TestSections(t *testing.T) {
	t.Parallel()
	type psc struct {
		ACR     string            `yaml:"acr"`
		Clients []map[string]any  `yaml:"clients"`
		Texts   map[string]string `yaml:"texts"`
	}
	for name, tc := range map[string]struct {
		src  string
		line string // where an unknown key is reported
	}{
		"block":      {"seed: x\n# the service\npsc: # here\n  acr: reject\n  wrong: 1\n\n# after\nchaos: y\n", "[5:3]"},
		"last":       {"seed: x\npsc:\n  acr: reject\n  wrong: 1", "[4:3]"},
		"one line":   {"seed: x\npsc: {acr: reject, wrong: 1}\nchaos: y\n", "[2:20]"},
		"quoted key": {"\"psc\":\n  acr: reject\n  wrong: 1\n", "[3:3]"},
		"crlf":       {"seed: x\r\npsc:\r\n  acr: reject\r\n  wrong: 1\r\n", "[4:3]"},
		"whole flow": {"{psc: {acr: reject, wrong: 1}, seed: x}", "[1:"},
		"block text": {"psc:\n  texts:\n    a: |\n      one: 1\n      two\n  acr: reject\n  wrong: 1\n", "[7:3]"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			doc, err := decode("conf.yaml", []byte(tc.src), []string{"psc"})
			if err != nil {
				t.Fatal(err)
			}
			var loose, strict psc
			if err := yaml.Unmarshal(doc.sections["psc"], &loose); err != nil || loose.ACR != "reject" {
				t.Fatalf("acr %q, %v; want reject; section:\n%s", loose.ACR, err, doc.sections["psc"])
			}
			if name == "block text" && loose.Texts["a"] != "one: 1\ntwo\n" {
				t.Errorf("text %q", loose.Texts["a"])
			}
			err = yaml.UnmarshalWithOptions(doc.sections["psc"], &strict, yaml.Strict())
			if err == nil || !strings.HasPrefix(err.Error(), tc.line) {
				t.Errorf("error %v, want it at %s", err, tc.line)
			}
		})
	}
}

func TestEmptySection(t *testing.T) {
	t.Parallel()
	doc, err := decode("conf.yaml", []byte("psc:\nseed: x\n"), []string{"psc"})
	if err != nil || len(doc.sections["psc"]) != 0 {
		t.Errorf("%q, %v; want an empty section", doc.sections["psc"], err)
	}
}

func FuzzDecode(f *testing.F) {
	for _, s := range []string{
		"", "seed: x\n", "psc:\n  acr: reject\nhttps: :1\n", "{psc: {a: 1}}", "relax: [a, b]\n", "a: &x 1\nb: *x\n",
		"psc: |\n  text\n", "---\n", "psc:\n- a\n- b\n", "? a\n: b\n", "psc: !!map {}\n", "[", "psc:\r\n  a: b\r\n",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		doc, err := decode("conf.yaml", src, []string{"psc"})
		if err != nil {
			if err.Error() == "" {
				t.Error("an error that says nothing")
			}
			return
		}
		for key := range doc.settings {
			if !strings.Contains(string(src), key) && !strings.Contains(string(src), `\`) {
				t.Errorf("the setting %q is not in the source", key)
			}
		}
	})
}
