package xdm_test

import (
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/segursim/segursim/internal/need"
	"github.com/segursim/segursim/internal/xdm"
	"github.com/segursim/segursim/internal/xds"
)

const oldUUID = "urn:uuid:0f6d4c1e-6f0e-4b49-9a55-4c1f0a6c0001"

// lot is metadata of n documents.
func lot(n int) *xds.Metadata {
	patient := xds.CX{ID: "279035121518989", Root: "1.2.250.1.213.1.4.10", Type: "NH"}
	m := &xds.Metadata{Submission: xds.Submission{
		ID: "SubmissionSet01", UniqueID: "1.2.250.1.999.5.1", SourceID: "1.2.250.1.999.6", PatientID: patient, Time: "20240203104501", Title: "Lot d'essai",
		Authors: []xds.Author{{Person: "899900063480^MAX^LIBRE^^^^^^&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS", Institution: "CABINET D'ESSAI <1> & Cie^^^^^&1.2.250.1.71.4.2.2&ISO^IDNST^^^10B0127189"}},
	}}
	for i := range n {
		id := fmt.Sprintf("Document%02d", i+1)
		m.Entries = append(m.Entries, xds.Entry{
			ID: id, UniqueID: fmt.Sprintf("1.2.250.1.999.1.1.%d", i), Title: "CR d'examens <biologiques>", MIMEType: "text/xml", Size: -1, PatientID: patient,
			CreationTime: "20240203103015", Language: "fr-FR", Type: xds.Code{Code: "11502-2", System: "2.16.840.1.113883.6.1", Display: "CR d'examens biologiques"},
		})
		m.Associations = append(m.Associations, xds.Association{ID: "as" + id, Type: xds.HasMember, Source: "SubmissionSet01", Target: id, Status: xds.Original})
	}
	return m
}

func build(t testing.TB, m *xds.Metadata, documents ...[]byte) []byte {
	t.Helper()
	b, err := xdm.Build(m, documents)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func read(t testing.TB, b []byte) *xdm.Archive {
	t.Helper()
	a, err := xdm.Read(b, xdm.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func names(a *xdm.Archive) []string {
	var all []string
	for _, f := range a.Files {
		all = append(all, f.Name)
	}
	return all
}

func TestRoundTrip(t *testing.T) {
	t.Parallel()
	one, two := []byte("<?xml version=\"1.0\"?><ClinicalDocument xmlns=\"urn:hl7-org:v3\"/>"), []byte("%PDF-1.4\n")
	m := lot(2)
	m.Entries[1].MIMEType = "application/pdf"
	a := read(t, build(t, m, one, two))
	if diff := cmp.Diff([]string{"INDEX.HTM", "README.TXT", "IHE_XDM/SUBSET01/METADATA.XML", "IHE_XDM/SUBSET01/DOC0001.XML", "IHE_XDM/SUBSET01/DOC0002.PDF"}, names(a)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if len(a.Problems) != 0 || len(a.Subsets) != 1 {
		t.Fatalf("%d subsets, problems %v", len(a.Subsets), a.Problems)
	}
	s := a.Subsets[0]
	if s.Folder != "IHE_XDM/SUBSET01" || len(s.Documents) != 2 {
		t.Fatalf("folder %s, %d documents", s.Folder, len(s.Documents))
	}
	for i, content := range [][]byte{one, two} {
		sum := sha1.Sum(content)
		want := m.Entries[i]
		want.URI, want.Hash, want.Size = s.Documents[i].Entry.URI, hex.EncodeToString(sum[:]), int64(len(content))
		if diff := cmp.Diff(want, s.Documents[i].Entry); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		if string(s.Documents[i].Content) != string(content) || s.Documents[i].Path != s.Folder+"/"+want.URI {
			t.Errorf("%s has %d bytes, want %d", s.Documents[i].Path, len(s.Documents[i].Content), len(content))
		}
	}
	if m.Entries[0].URI != "" || m.Entries[0].Size != -1 {
		t.Error("Build changed its input")
	}
	if f := a.File("README.TXT"); f == nil || !strings.Contains(string(f.Content), "SIMULATEUR") || a.File("readme.txt") != nil {
		t.Error("README.TXT does not say what it is")
	}
}

// TestRoundTripProperty: any contents come back, and reading finds no fault.
func TestRoundTripProperty(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		documents := rapid.SliceOfN(rapid.OneOf(
			rapid.SliceOfN(rapid.Byte(), 0, 600),
			rapid.Map(rapid.IntRange(0, 20_000), func(n int) []byte { return make([]byte, n) }),
		), 0, 2).Draw(t, "documents")
		b, err := xdm.Build(lot(len(documents)), documents)
		if err != nil {
			t.Fatal(err)
		}
		a, err := xdm.Read(b, xdm.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		if len(a.Problems) > 0 || len(a.Subsets[0].Documents) != len(documents) {
			t.Fatalf("%d documents, %v", len(a.Subsets[0].Documents), a.Problems)
		}
		for i, d := range a.Subsets[0].Documents {
			if string(d.Content) != string(documents[i]) || d.Content == nil {
				t.Fatalf("the document %d came back otherwise", i)
			}
		}
	})
}

// TestSparseDocuments: what deflates so well that it would pass for a bomb is stored.
func TestSparseDocuments(t *testing.T) {
	t.Parallel()
	zeros := make([]byte, 3<<19)
	a := read(t, build(t, lot(2), zeros, zeros[:1000]))
	for i, want := range []int{len(zeros), 1000} {
		if d := a.Subsets[0].Documents[i]; len(d.Content) != want {
			t.Errorf("%d bytes, want %d", len(d.Content), want)
		}
	}
}

// TestOthersRead: three readers that are not ours take what Build writes.
func TestOthersRead(t *testing.T) {
	t.Parallel()
	big := []byte(strings.Repeat("<section>compte rendu</section>\n", 5000))
	dir := t.TempDir()
	file := filepath.Join(dir, "IHE_XDM.zip")
	if err := os.WriteFile(file, build(t, lot(2), big, []byte{}), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Run("unzip", func(t *testing.T) {
		t.Parallel()
		if out, err := exec.CommandContext(t.Context(), need.Tool(t, "unzip"), "-t", file).CombinedOutput(); err != nil || !strings.Contains(string(out), "No errors detected") {
			t.Errorf("%v\n%s", err, out)
		}
	})
	t.Run("zipinfo", func(t *testing.T) {
		t.Parallel()
		out, err := exec.CommandContext(t.Context(), need.Tool(t, "zipinfo"), "-T", file).CombinedOutput()
		if err != nil || strings.Count(string(out), "20240203.104500") != 5 || !strings.Contains(string(out), "5 files") {
			t.Errorf("%v\n%s", err, out)
		}
	})
	t.Run("python", func(t *testing.T) {
		t.Parallel()
		const script = `import sys, zipfile, hashlib
z = zipfile.ZipFile(sys.argv[1])
assert z.testzip() is None
for i in z.infolist(): print(i.filename, i.file_size, i.flag_bits, hashlib.sha1(z.read(i)).hexdigest())`
		out, err := exec.CommandContext(t.Context(), need.Tool(t, "python3"), "-c", script, file).CombinedOutput()
		sum := sha1.Sum(big)
		if want := fmt.Sprintf("IHE_XDM/SUBSET01/DOC0001.XML %d 0 %x\n", len(big), sum); err != nil || !strings.Contains(string(out), want) {
			t.Errorf("%v, want %s\n%s", err, want, out)
		}
	})
	t.Run("xmllint", func(t *testing.T) {
		t.Parallel()
		lint := need.Tool(t, "xmllint")
		a := read(t, build(t, lot(2), big, []byte{}))
		for _, name := range []string{"INDEX.HTM", "IHE_XDM/SUBSET01/METADATA.XML"} {
			cmd := exec.CommandContext(t.Context(), lint, "--nonet", "--noout", "-")
			cmd.Stdin = strings.NewReader(string(a.File(name).Content))
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%s: %v\n%s", name, err, out)
			}
		}
	})
	t.Run("schema", func(t *testing.T) {
		t.Parallel()
		lint, schema := need.Tool(t, "xmllint"), need.Shared(t, "data", "xsd", "xds", "schema", "ebRS30", "lcm.xsd")
		cmd := exec.CommandContext(t.Context(), lint, "--nonet", "--noout", "--schema", schema, "-")
		cmd.Stdin = strings.NewReader(string(read(t, build(t, lot(2), big, []byte{})).File("IHE_XDM/SUBSET01/METADATA.XML").Content))
		if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), "validates") {
			t.Errorf("%v\n%s", err, out)
		}
	})
}

// TestReadOthers reads what other programs write: stored and deflated, with data
// descriptors, with zip64 fields, with folders.
func TestReadOthers(t *testing.T) {
	t.Parallel()
	tree := filepath.Join(t.TempDir(), "arbre")
	source := read(t, build(t, lot(2), []byte(strings.Repeat("<a>é</a>", 3000)), []byte("<b/>")))
	for _, f := range source.Files {
		path := filepath.Join(tree, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, f.Content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	const python = `import sys, os, zipfile, io
kind, tree = sys.argv[1], sys.argv[2]
class Pipe(io.RawIOBase):  # cannot seek: sizes go after the data
    def writable(self): return True
    def write(self, b): sys.stdout.buffer.write(b); return len(b)
out = Pipe() if 'pipe' in kind else io.BytesIO()
z = zipfile.ZipFile(out, 'w', zipfile.ZIP_STORED if 'stored' in kind else zipfile.ZIP_DEFLATED)
for folder, _, files in sorted(os.walk(tree)):
    rel = os.path.relpath(folder, tree)
    if 'folders' in kind and rel != '.': z.write(folder, rel)
    for f in sorted(files):
        with z.open(zipfile.ZipInfo(os.path.normpath(os.path.join(rel, f))) if 'stored' in kind else zip_info(os.path.normpath(os.path.join(rel, f))), 'w', force_zip64='zip64' in kind) as w: w.write(open(os.path.join(folder, f), 'rb').read())
z.comment = b'fait ailleurs' if 'comment' in kind else b''
z.close()
if 'pipe' not in kind: sys.stdout.buffer.write(out.getvalue())`
	script := strings.Replace(python, "kind, tree =", `def zip_info(name):
    i = zipfile.ZipInfo(name); i.compress_type = zipfile.ZIP_DEFLATED; return i
kind, tree =`, 1)
	check := func(t *testing.T, b []byte, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		a := read(t, b)
		if len(a.Problems) != 0 || len(a.Subsets) != 1 || len(a.Subsets[0].Documents) != 2 {
			t.Fatalf("%d subsets, %v, %v", len(a.Subsets), names(a), a.Problems)
		}
		for _, f := range source.Files {
			if got := a.File(f.Name); got == nil || string(got.Content) != string(f.Content) {
				t.Errorf("%s came out otherwise", f.Name)
			}
		}
	}
	for _, kind := range []string{"stored", "deflated", "deflated folders comment", "deflated pipe", "stored pipe", "deflated zip64", "deflated pipe zip64", "stored pipe zip64"} {
		t.Run("python "+kind, func(t *testing.T) {
			t.Parallel()
			cmd := exec.CommandContext(t.Context(), need.Tool(t, "python3"), "-c", script, kind, tree)
			cmd.Stderr = os.Stderr
			b, err := cmd.Output()
			check(t, b, err)
		})
	}
	for _, args := range [][]string{{"-r", "-", "."}, {"-r", "-D", "-X", "-0", "-", "."}} {
		t.Run("zip "+strings.Join(args, " "), func(t *testing.T) {
			t.Parallel()
			cmd := exec.CommandContext(t.Context(), need.Tool(t, "zip"), args...)
			cmd.Dir = tree
			b, err := cmd.Output() // into a pipe: with descriptors
			check(t, b, err)
		})
	}
	for _, more := range []string{"-q", "-fz", "-9"} {
		t.Run("zip to a file "+more, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "a.zip")
			cmd := exec.CommandContext(t.Context(), need.Tool(t, "zip"), more, "-r", file, "INDEX.HTM", "README.TXT", "IHE_XDM")
			cmd.Dir = tree
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			b, err := os.ReadFile(file)
			check(t, b, err)
		})
	}
	t.Run("archive/zip", func(t *testing.T) {
		t.Parallel()
		var pairs []string
		for _, f := range source.Files {
			pairs = append(pairs, f.Name, string(f.Content))
		}
		check(t, pack(t, pairs...), nil)
	})
}
