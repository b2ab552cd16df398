package xds_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/segursim/segursim/internal/need"
	"github.com/segursim/segursim/internal/xds"
)

func build(t testing.TB, m *xds.Metadata) []byte {
	t.Helper()
	b, err := xds.Build(m)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func parse(t testing.TB, b []byte) *xds.Metadata {
	t.Helper()
	m, err := xds.Parse(b)
	if err != nil {
		t.Fatalf("%v\n%s", err, b)
	}
	return m
}

func TestRoundTrip(t *testing.T) {
	t.Parallel()
	want := full()
	if diff := cmp.Diff(want, parse(t, build(t, want)), cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(full(), want); diff != "" {
		t.Errorf("Build changed its input (-want +got):\n%s", diff)
	}
	if !bytes.Equal(build(t, full()), build(t, full())) {
		t.Error("the same metadata gave other bytes")
	}
}

// TestBuildMakesIDs: what has no id gets one that nothing else has, and is a member.
func TestBuildMakesIDs(t *testing.T) {
	t.Parallel()
	m := &xds.Metadata{
		Entries: []xds.Entry{{Title: "a"}, {ID: "Document01", Title: "b"}, {Title: "c"}},
		// The set has no id yet: its source is understood.
		Associations: []xds.Association{{Type: xds.HasMember, Target: "Document01", Status: "Reference"}},
	}
	got := parse(t, build(t, m))
	var ids []string
	for _, e := range got.Entries {
		ids = append(ids, e.ID)
	}
	if diff := cmp.Diff([]string{"Document02", "Document01", "Document03"}, ids); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	var links []string
	for _, a := range got.Associations {
		links = append(links, a.Source+" "+a.Target+" "+a.Status)
	}
	if diff := cmp.Diff([]string{"SubmissionSet01 Document01 Reference", "SubmissionSet01 Document02 Original", "SubmissionSet01 Document03 Original"}, links); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if len(got.Problems) != 0 {
		t.Errorf("problems: %v", got.Problems)
	}
}

func TestBuildRefuses(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		spoil func(*xds.Metadata)
		says  string
	}{
		"control character":   {func(m *xds.Metadata) { m.Entries[0].Title = "a\x01" }, "cannot carry"},
		"nul in a slot":       {func(m *xds.Metadata) { m.Entries[0].Hash = "\x00" }, "cannot carry"},
		"not utf-8":           {func(m *xds.Metadata) { m.Entries[0].Comments = "\xe9" }, "cannot carry"},
		"noncharacter":        {func(m *xds.Metadata) { m.Submission.Title = "\uffff" }, "cannot carry"},
		"long value":          {func(m *xds.Metadata) { m.Entries[0].Authors[0].Institution = strings.Repeat("é", 257) }, "257 characters"},
		"long title":          {func(m *xds.Metadata) { m.Entries[0].Title = strings.Repeat("a", 1025) }, "1025 characters"},
		"same id":             {func(m *xds.Metadata) { m.Entries[1].ID = m.Entries[0].ID }, "twice"},
		"id of the set":       {func(m *xds.Metadata) { m.Submission.ID = "as1" }, "twice"},
		"id with a space":     {func(m *xds.Metadata) { m.Entries[1].ID = "a b" }, "white space"},
		"link without type":   {func(m *xds.Metadata) { m.Associations[2].Type = "" }, "lacks"},
		"link without target": {func(m *xds.Metadata) { m.Associations[2].Target = "" }, "lacks"},
		"field with a bar":    {func(m *xds.Metadata) { m.Entries[0].SourcePatient["PID|5"] = "x" }, "PID field"},
		"field without name":  {func(m *xds.Metadata) { m.Entries[0].SourcePatient[""] = "x" }, "PID field"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := full()
			c.spoil(m)
			b, err := xds.Build(m)
			if err == nil || !strings.Contains(err.Error(), c.says) || b != nil {
				t.Errorf("got %d bytes, %v; want …%s…", len(b), err, c.says)
			}
		})
	}
	if _, err := xds.Build(nil); err == nil {
		t.Error("no metadata were built")
	}
	// The bounds themselves are allowed.
	m := full()
	m.Entries[0].Title, m.Entries[0].Authors[0].Role = strings.Repeat("é", 1024), strings.Repeat("é", 256)
	if got := parse(t, build(t, m)); len(got.Problems) != 0 {
		t.Errorf("at the bounds: %v", got.Problems)
	}
}

// TestSchema: the schema of ebRIM 3.0 takes what is built.
func TestSchema(t *testing.T) {
	t.Parallel()
	lint := need.Tool(t, "xmllint")
	schema := need.Shared(t, "data", "xsd", "xds", "schema", "ebRS30", "lcm.xsd")
	dir := t.TempDir()
	files := map[string][]byte{
		"full.xml":  build(t, full()),
		"empty.xml": build(t, &xds.Metadata{}),
		"least.xml": build(t, &xds.Metadata{Entries: []xds.Entry{{}, {Size: -1}}}),
	}
	args := []string{"--nonet", "--noout", "--schema", schema}
	for name, b := range files {
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
		args = append(args, filepath.Join(dir, name))
	}
	out, err := exec.CommandContext(t.Context(), lint, args...).CombinedOutput()
	if n := strings.Count(string(out), " validates\n"); err != nil || n != len(files) {
		t.Errorf("%d of %d validate: %v\n%s", n, len(files), err, out)
	}
	// The oracle is awake: the same with a slot after the name is refused.
	bad := bytes.Replace(files["full.xml"], []byte("<rim:Name>"), []byte("<rim:Nom>"), 1)
	bad = bytes.Replace(bad, []byte("</rim:Name>"), []byte("</rim:Nom>"), 1)
	if err := os.WriteFile(filepath.Join(dir, "bad.xml"), bad, 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), lint, "--nonet", "--noout", "--schema", schema, filepath.Join(dir, "bad.xml")).CombinedOutput(); err == nil {
		t.Errorf("xmllint takes what is no ebRIM:\n%s", out)
	}
}

// TestRoundTripProperty: whatever can be built comes back.
func TestRoundTripProperty(t *testing.T) {
	t.Parallel()
	text := rapid.StringMatching(`[a-zé<>&"'][a-z0-9é<>&"'^ ]{0,20}[a-z>&"']`)
	value := rapid.OneOf(rapid.Just(""), text)
	code := rapid.Custom(func(t *rapid.T) xds.Code {
		return xds.Code{Code: text.Draw(t, "code"), System: text.Draw(t, "system"), Display: text.Draw(t, "display")}
	})
	oid := rapid.StringMatching(`1\.2(\.[1-9][0-9]{0,3}){1,5}`)
	cx := rapid.Custom(func(t *rapid.T) xds.CX {
		return xds.CX{ID: text.Draw(t, "id"), Root: oid.Draw(t, "root"), Type: rapid.SampledFrom([]string{"", "NH", "PI"}).Draw(t, "type")}
	})
	author := rapid.Custom(func(t *rapid.T) xds.Author {
		return xds.Author{Person: text.Draw(t, "person"), Institution: value.Draw(t, "institution"), Specialty: value.Draw(t, "specialty"), Role: value.Draw(t, "role")}
	})
	dtm := rapid.SampledFrom([]string{"", "2024", "20240229", "20240229235959"})
	rapid.Check(t, func(t *rapid.T) {
		m := &xds.Metadata{Submission: xds.Submission{
			ID: "set", UniqueID: oid.Draw(t, "uid"), SourceID: value.Draw(t, "source"), PatientID: cx.Draw(t, "patient"), Time: dtm.Draw(t, "time"),
			Title: value.Draw(t, "title"), Content: code.Draw(t, "content"), Authors: rapid.SliceOfN(author, 0, 2).Draw(t, "authors"),
			Recipients: rapid.SliceOfN(text, 0, 2).Draw(t, "recipients"),
		}}
		for i := range rapid.IntRange(0, 3).Draw(t, "entries") {
			e := xds.Entry{
				ID: fmt.Sprintf("doc%d", i), UniqueID: value.Draw(t, "uid"), Title: value.Draw(t, "title"), MIMEType: value.Draw(t, "mime"),
				Hash: value.Draw(t, "hash"), Size: rapid.Int64Min(-1).Draw(t, "size"), CreationTime: dtm.Draw(t, "creation"), ServiceStop: dtm.Draw(t, "stop"),
				PatientID: cx.Draw(t, "pid"), SourcePatientID: cx.Draw(t, "spid"), LegalAuthor: value.Draw(t, "legal"), Class: code.Draw(t, "class"), Practice: code.Draw(t, "practice"),
				SourcePatient:   rapid.MapOfN(rapid.SampledFrom([]string{"PID-3", "PID-5", "PID-11"}), text, 0, 3).Draw(t, "pid map"),
				Confidentiality: rapid.SliceOfN(code, 0, 3).Draw(t, "confidentiality"), Events: rapid.SliceOfN(code, 0, 2).Draw(t, "events"),
				Authors: rapid.SliceOfN(author, 0, 2).Draw(t, "authors"), ReferenceIDs: rapid.SliceOfN(text, 0, 3).Draw(t, "references"),
			}
			m.Entries = append(m.Entries, e)
			m.Associations = append(m.Associations, xds.Association{ID: fmt.Sprintf("as%d", i), Type: xds.HasMember, Source: "set", Target: e.ID, Status: xds.Original})
		}
		b, err := xds.Build(m)
		if err != nil {
			t.Fatal(err)
		}
		got, err := xds.Parse(b)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(m, got, cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("(-want +got):\n%s", diff)
		}
	})
}
