package pdfa_test

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/segursim/segursim/internal/need"
	"github.com/segursim/segursim/internal/pdfa"
)

// letter is a text with what French needs, and what breaks layouts.
func letter() pdfa.Text {
	return pdfa.Text{
		Title:  "Lettre de liaison à la sortie d'un établissement de soins",
		Author: "Dr Maëlle ŒUVRARD",
		Date:   time.Date(2026, 3, 1, 14, 5, 6, 0, time.FixedZone("", 3600)),
		Lines: []string{
			"Patient : PAT-TROIS Dominique, née le 28/03/1979",
			"",
			"àâäçéèêëîïôöùûüÿœæ ÀÂÄÇÉÈÊËÎÏÔÖÙÛÜŸŒÆ « » – — … ’ € µ ≤ ≥ ± °",
			"    en retrait " + strings.Repeat("phrase qui passe à la ligne ", 12),
			strings.Repeat("x", 400),
		},
	}
}

func build(t testing.TB, text pdfa.Text) []byte {
	t.Helper()
	b, err := pdfa.Build(text)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// tool runs a program on a file of the given bytes and returns what it says.
func tool(t *testing.T, b []byte, name string, args ...string) string {
	t.Helper()
	path := need.Tool(t, name)
	file := filepath.Join(t.TempDir(), "a.pdf")
	if err := os.WriteFile(file, b, 0o600); err != nil {
		t.Fatal(err)
	}
	var stderr bytes.Buffer
	cmd := exec.CommandContext(t.Context(), path, append(args, file)...)
	if name == "pdftotext" {
		cmd.Args = append(cmd.Args, "-")
	}
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil || stderr.Len() > 0 {
		t.Fatalf("%s: %v\n%s", name, err, &stderr)
	}
	return string(out)
}

func TestBuildForPDFInfo(t *testing.T) {
	got := map[string]string{}
	for line := range strings.Lines(tool(t, build(t, letter()), "pdfinfo")) {
		key, value, _ := strings.Cut(line, ":")
		if key == strings.TrimSpace(key) {
			got[key] = strings.TrimSpace(value)
		}
	}
	for key, want := range map[string]string{
		"Title":        "Lettre de liaison à la sortie d'un établissement de soins",
		"Author":       "Dr Maëlle ŒUVRARD",
		"PDF version":  "1.4",
		"PDF subtype":  "PDF/A-1b:2005",
		"Pages":        "1",
		"Encrypted":    "no",
		"JavaScript":   "no",
		"Form":         "none",
		"Page size":    "595 x 842 pts (A4)",
		"CreationDate": "", // the zone is that of the machine: below
	} {
		if want != "" && got[key] != want {
			t.Errorf("%s: %q, want %q", key, got[key], want)
		}
	}
	if got["CreationDate"] == "" || got["CreationDate"] != got["ModDate"] {
		t.Errorf("dates %q and %q", got["CreationDate"], got["ModDate"])
	}

	xmp := tool(t, build(t, letter()), "pdfinfo", "-meta")
	for _, want := range []string{"<pdfaid:part>1</pdfaid:part>", "<pdfaid:conformance>B</pdfaid:conformance>", "<xmp:CreateDate>2026-03-01T14:05:06+01:00</xmp:CreateDate>", "Dr Maëlle ŒUVRARD"} {
		if !strings.Contains(xmp, want) {
			t.Errorf("the metadata have no %s:\n%s", want, xmp)
		}
	}
}

func TestBuildEmbedsItsFont(t *testing.T) {
	lines := strings.Split(strings.TrimSpace(tool(t, build(t, letter()), "pdffonts")), "\n")
	if len(lines) != 3 {
		t.Fatalf("fonts:\n%s", strings.Join(lines, "\n"))
	}
	fields := strings.Fields(lines[2])
	// name, type in two words, encoding, emb, sub, uni
	if !strings.HasSuffix(fields[0], "+GoRegular") || fields[1]+fields[2] != "CIDTrueType" || fields[4] != "yes" || fields[5] != "yes" || fields[6] != "yes" {
		t.Errorf("font: %s", lines[2])
	}
}

func TestBuildKeepsTheText(t *testing.T) {
	text := letter()
	got := strings.Fields(tool(t, build(t, text), "pdftotext", "-layout"))
	want := strings.Fields(text.Title + " " + strings.Join(text.Lines, " "))
	want = append(want, "page", "1/1")
	// A word wider than the page is cut in several.
	if diff := cmp.Diff(strings.Join(want, ""), strings.Join(got, "")); diff != "" {
		t.Error("(-want +got)\n" + diff)
	}
}

func TestBuildReplacesWhatTheFontHasNot(t *testing.T) {
	b := build(t, pdfa.Text{Lines: []string{"a漢b", "e\u0301te\u0301", "bell\x07 tab\tend", "\xff\xfebytes", "soft\u00adhyphen"}})
	got := strings.Split(tool(t, b, "pdftotext", "-layout"), "\n")[:5]
	want := []string{"a?b", "ete", "bell tab end", "bytes", "soft-hyphen"}
	for i := range got {
		got[i] = strings.Join(strings.Fields(strings.ReplaceAll(got[i], "\u00ad", "-")), " ")
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error("(-want +got)\n" + diff)
	}
}

func TestBuildPaginates(t *testing.T) {
	lines := make([]string, 130)
	for i := range lines {
		lines[i] = "ligne"
	}
	b := build(t, pdfa.Text{Lines: lines})
	text := tool(t, b, "pdftotext")
	if n := strings.Count(text, "ligne"); n != 130 {
		t.Errorf("%d lines of 130", n)
	}
	for _, want := range []string{"page 1/3", "page 3/3"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q", want)
		}
	}
	if problems := pdfa.Check(b); len(problems) != 0 {
		t.Errorf("problems: %v", problems)
	}
}

// TestBuildForQPDF asks an independent reader whether the file is sound, where the
// machine has it.
func TestBuildForQPDF(t *testing.T) {
	if _, err := exec.LookPath("qpdf"); err != nil {
		t.Skipf("skipped: %v", err) // optional even where tools are required
	}
	for name, text := range map[string]pdfa.Text{"letter": letter(), "empty": {}} {
		t.Run(name, func(t *testing.T) {
			if said := tool(t, build(t, text), "qpdf", "--check"); !strings.Contains(said, "No syntax or stream encoding errors found") {
				t.Error(said)
			}
		})
	}
}

func TestBuildIsDeterministic(t *testing.T) {
	a, b := build(t, letter()), build(t, letter())
	if !bytes.Equal(a, b) {
		t.Error("the same text gave two files")
	}
	other := letter()
	other.Lines[0] += "."
	if bytes.Equal(a, build(t, other)) {
		t.Error("two texts gave one file")
	}
	if len(a) > 30_000 {
		t.Errorf("%d bytes for one page", len(a))
	}
}

func TestBuildPassesItsOwnCheck(t *testing.T) {
	for name, text := range map[string]pdfa.Text{
		"letter":       letter(),
		"empty":        {},
		"only a title": {Title: "a)(\\<>&\"'"},
		"one space":    {Lines: []string{" "}},
	} {
		t.Run(name, func(t *testing.T) {
			if problems := pdfa.Check(build(t, text)); len(problems) != 0 {
				t.Errorf("problems: %v", problems)
			}
		})
	}
}

func TestBuildBounds(t *testing.T) {
	for name, lines := range map[string][]string{
		"bytes": {strings.Repeat("a", 5<<20)},
		"pages": {strings.Repeat("\n", 200_000)},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := pdfa.Build(pdfa.Text{Lines: lines}); !errors.Is(err, pdfa.ErrTooLong) {
				t.Errorf("error %v", err)
			}
		})
	}
}
