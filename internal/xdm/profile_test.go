package xdm_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/segursim/segursim/internal/xdm"
	"github.com/segursim/segursim/internal/xds"
)

// tree is a good archive as names and contents, for spoiling.
func tree(t testing.TB, documents ...string) map[string]string {
	t.Helper()
	var contents [][]byte
	for _, d := range documents {
		contents = append(contents, []byte(d))
	}
	files := map[string]string{}
	for _, f := range read(t, build(t, lot(len(documents)), contents...)).Files {
		files[f.Name] = string(f.Content)
	}
	return files
}

const (
	inSubset = "IHE_XDM/SUBSET01/"
	metadata = inSubset + "METADATA.XML"
)

func zipped(t testing.TB, files map[string]string) []byte {
	t.Helper()
	var pairs []string
	for _, name := range []string{"INDEX.HTM", "README.TXT"} { // first, where they are
		if content, ok := files[name]; ok {
			pairs = append(pairs, name, content)
		}
	}
	for name, content := range files {
		if name != "INDEX.HTM" && name != "README.TXT" {
			pairs = append(pairs, name, content)
		}
	}
	return pack(t, pairs...)
}

// TestProfile: departures from the profile are told, and the rest is read.
func TestProfile(t *testing.T) {
	t.Parallel()
	move := func(files map[string]string, from, to string) {
		files[to] = files[from]
		delete(files, from)
	}
	edit := func(files map[string]string, from, to string) {
		if !strings.Contains(files[metadata], from) {
			panic("there is no " + from)
		}
		files[metadata] = strings.Replace(files[metadata], from, to, 1)
	}
	const uri = "<rim:Value>DOC0001.XML</rim:Value>"
	for name, c := range map[string]struct {
		spoil func(files map[string]string)
		want  []string // "code file", those that must be there and no other
		says  string   // in one of the texts
		reads int      // documents with content
	}{
		"good":            {func(map[string]string) {}, nil, "", 2},
		"folders":         {func(f map[string]string) { f["IHE_XDM/"], f[inSubset] = "", "" }, nil, "", 2},
		"other files":     {func(f map[string]string) { f["AUTORUN.INF"] = "" }, nil, "", 2},
		"no index":        {func(f map[string]string) { delete(f, "INDEX.HTM") }, []string{"no-index INDEX.HTM"}, "", 2},
		"no readme":       {func(f map[string]string) { delete(f, "README.TXT") }, []string{"no-readme README.TXT"}, "", 2},
		"index elsewhere": {func(f map[string]string) { move(f, "INDEX.HTM", "IHE_XDM/INDEX.HTM") }, []string{"no-index INDEX.HTM", "unlisted-file IHE_XDM/INDEX.HTM"}, "", 2},
		"index in small":  {func(f map[string]string) { move(f, "INDEX.HTM", "Index.htm") }, []string{"name-case Index.htm"}, "capitals", 2},
		"long extension":  {func(f map[string]string) { move(f, "INDEX.HTM", "INDEX.HTML") }, []string{"name-case INDEX.HTML", "no-index INDEX.HTM"}, "eight and three", 2},
		"nothing": {
			func(f map[string]string) { clear(f) }, []string{"no-index INDEX.HTM", "no-readme README.TXT", "no-subset IHE_XDM"}, "", 0,
		},
		"in a folder": {
			func(f map[string]string) {
				for name := range tree(t, "<a/>", "<b/>") {
					move(f, name, "ENVOI/"+name)
				}
			},
			[]string{"no-index INDEX.HTM", "no-readme README.TXT", "no-subset ENVOI/"},
			"at the root", 0,
		},
		"metadata too high": {
			func(f map[string]string) {
				move(f, metadata, "IHE_XDM/METADATA.XML")
				delete(f, inSubset+"DOC0001.XML")
				delete(f, inSubset+"DOC0002.XML")
			}, []string{"no-subset IHE_XDM", "unlisted-file IHE_XDM/METADATA.XML"}, "", 0,
		},
		"no metadata": {
			func(f map[string]string) { delete(f, metadata) },
			[]string{"no-metadata " + metadata, "unlisted-file " + inSubset + "DOC0001.XML", "unlisted-file " + inSubset + "DOC0002.XML"},
			"", 0,
		},
		"metadata of another kind": {
			func(f map[string]string) { f[metadata] = "<ClinicalDocument/>" },
			[]string{"metadata " + metadata, "unlisted-file " + inSubset + "DOC0001.XML", "unlisted-file " + inSubset + "DOC0002.XML"},
			`"ClinicalDocument"`, 0,
		},
		"metadata with a dtd": {
			func(f map[string]string) { edit(f, "<lcm:", `<!DOCTYPE a [<!ENTITY e "x">]><lcm:`) },
			[]string{"metadata " + metadata, "unlisted-file " + inSubset + "DOC0001.XML", "unlisted-file " + inSubset + "DOC0002.XML"},
			"DTD", 0,
		},
		"form of the metadata": {func(f map[string]string) { edit(f, "20240203103015", "hier") }, []string{"metadata " + metadata}, "creationTime", 2},
		"missing file": {
			func(f map[string]string) { delete(f, inSubset+"DOC0002.XML") }, []string{"missing-file " + inSubset + "DOC0002.XML"}, `"Document02"`, 1,
		},
		"unlisted file": {func(f map[string]string) { f[inSubset+"DOC0003.XML"] = "x" }, []string{"unlisted-file " + inSubset + "DOC0003.XML"}, "", 2},
		"hash":          {func(f map[string]string) { f[inSubset+"DOC0001.XML"] = "<A/>" }, []string{"hash " + inSubset + "DOC0001.XML"}, "its SHA-1 is", 2},
		"size": {
			func(f map[string]string) { edit(f, "<rim:Value>4</rim:Value>", "<rim:Value>5</rim:Value>") }, []string{"size " + inSubset + "DOC0001.XML"}, "4 bytes; the metadata say 5", 2,
		},
		"other content": {
			func(f map[string]string) { f[inSubset+"DOC0001.XML"] = "<aa/>" },
			[]string{"hash " + inSubset + "DOC0001.XML", "size " + inSubset + "DOC0001.XML"},
			"", 2,
		},
		"hash in capitals": {func(f map[string]string) { edit(f, hashOf(f), strings.ToUpper(hashOf(f))) }, nil, "", 2},
		"no hash, no size": {
			func(f map[string]string) {
				edit(f, `"hash"`, `"hash.x"`)
				edit(f, `"size"`, `"size.x"`)
			},
			[]string{"hash " + inSubset + "DOC0001.XML", "size " + inSubset + "DOC0001.XML"},
			"do not give", 2,
		},
		"no uri": {
			func(f map[string]string) { edit(f, `"URI"`, `"URI.x"`) }, []string{"metadata " + metadata, "unlisted-file " + inSubset + "DOC0001.XML"}, "no URI", 1,
		},
		"uri climbs": {
			func(f map[string]string) { edit(f, uri, "<rim:Value>../../INDEX.HTM</rim:Value>") },
			[]string{"missing-file " + inSubset + "../../INDEX.HTM", "unlisted-file " + inSubset + "DOC0001.XML"},
			"", 1,
		},
		"uri is the metadata": {
			func(f map[string]string) { edit(f, uri, "<rim:Value>METADATA.XML</rim:Value>") },
			[]string{"missing-file " + metadata, "unlisted-file " + inSubset + "DOC0001.XML"},
			"", 1,
		},
		"uri with a dot": {func(f map[string]string) { edit(f, uri, "<rim:Value>./DOC0001.XML</rim:Value>") }, nil, "", 2},
		"uri escaped":    {func(f map[string]string) { edit(f, uri, "<rim:Value>DOC%30001.XML</rim:Value>") }, nil, "", 2},
		"uri in small":   {func(f map[string]string) { edit(f, uri, "<rim:Value>doc0001.xml</rim:Value>") }, []string{"name-case " + inSubset + "DOC0001.XML"}, `"doc0001.xml"`, 2},
		"file in a folder": {
			func(f map[string]string) {
				edit(f, uri, "<rim:Value>CDA/DOC0001.XML</rim:Value>")
				move(f, inSubset+"DOC0001.XML", inSubset+"CDA/DOC0001.XML")
			}, nil, "", 2,
		},
		"one file for two": {
			func(f map[string]string) {
				edit(f, "<rim:Value>DOC0002.XML</rim:Value>", uri)
				delete(f, inSubset+"DOC0002.XML")
			},
			[]string{"metadata " + inSubset + "DOC0001.XML", "hash " + inSubset + "DOC0001.XML"},
			"two documents", 2,
		},
		"all in small": {
			func(f map[string]string) {
				for name := range tree(t, "<a/>", "<b/>") {
					move(f, name, strings.ToLower(name))
				}
			},
			[]string{
				"name-case ihe_xdm/subset01/doc0001.xml", "name-case ihe_xdm/subset01/doc0001.xml", "name-case ihe_xdm/subset01/doc0002.xml", "name-case ihe_xdm/subset01/doc0002.xml",
				"name-case ihe_xdm/subset01/metadata.xml", "name-case index.htm", "name-case readme.txt",
			},
			"", 2,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			files := tree(t, "<a/>", "<b/>")
			c.spoil(files)
			a := read(t, zipped(t, files))
			var got []string
			said := c.says == ""
			for _, p := range a.Problems {
				line := p.Code + " " + p.File
				if strings.HasPrefix(line, "no-subset ENVOI/") { // any of its files
					line = "no-subset ENVOI/"
				}
				got = append(got, line)
				said = said || strings.Contains(p.Text, c.says)
			}
			if diff := cmp.Diff(sorted(c.want), sorted(got)); diff != "" {
				t.Errorf("(-want +got):\n%s\n%v", diff, a.Problems)
			}
			if !said {
				t.Errorf("nothing says %q: %v", c.says, a.Problems)
			}
			reads := 0
			for _, s := range a.Subsets {
				for _, d := range s.Documents {
					if d.Content != nil {
						reads++
					}
				}
			}
			if reads != c.reads {
				t.Errorf("%d documents were read, want %d", reads, c.reads)
			}
		})
	}
}

// hashOf is the first hash in the metadata.
func hashOf(files map[string]string) string {
	_, after, _ := strings.Cut(files[metadata], `name="hash"`)
	_, after, _ = strings.Cut(after, "<rim:Value>")
	hash, _, _ := strings.Cut(after, "<")
	return hash
}

func sorted(s []string) []string {
	m := map[string]int{}
	for _, v := range s {
		m[v]++
	}
	var out []string
	for v, n := range m {
		out = append(out, fmt.Sprintf("%s ×%d", v, n))
	}
	slices.Sort(out)
	return out
}

// TestSeveralSubsets: each folder is a set with its own documents, in order.
func TestSeveralSubsets(t *testing.T) {
	t.Parallel()
	files := tree(t, "<a/>")
	for name, content := range tree(t, "<c/>") {
		if rest, ok := strings.CutPrefix(name, inSubset); ok {
			files["IHE_XDM/SUBSET02/"+rest] = content
		}
	}
	files["IHE_XDM/SUBSET00/METADATA.XML"] = "<x/>"
	a := read(t, zipped(t, files))
	var got []string
	for _, s := range a.Subsets {
		line := s.Folder
		for _, d := range s.Documents {
			line += " " + d.Path + " " + string(d.Content)
		}
		got = append(got, line)
	}
	if diff := cmp.Diff([]string{
		"IHE_XDM/SUBSET00", "IHE_XDM/SUBSET01 IHE_XDM/SUBSET01/DOC0001.XML <a/>", "IHE_XDM/SUBSET02 IHE_XDM/SUBSET02/DOC0001.XML <c/>",
	}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if len(a.Problems) != 1 || a.Problems[0].Code != "metadata" {
		t.Errorf("problems: %v", a.Problems)
	}
}

// TestManyEntriesOfOneFile: a large file named by thousands of entries is hashed
// once, and the problems do not pile up.
func TestManyEntriesOfOneFile(t *testing.T) {
	t.Parallel()
	m := &xds.Metadata{}
	for range 400 {
		m.Entries = append(m.Entries, xds.Entry{URI: "DOC0001.XML", Size: 1})
	}
	b, err := xds.Build(m)
	if err != nil {
		t.Fatal(err)
	}
	a := read(t, pack(t, "INDEX.HTM", "", "README.TXT", "", metadata, string(b), inSubset+"DOC0001.XML", strings.Repeat("0123456789", 1000)))
	if n := len(a.Problems); n != 500 {
		t.Errorf("%d problems", n)
	}
	if n := len(a.Subsets[0].Documents); n != 400 {
		t.Errorf("%d documents", n)
	}
}

// TestMetadataBudget: many large metadata are not all parsed.
func TestMetadataBudget(t *testing.T) {
	t.Parallel()
	large := `<lcm:SubmitObjectsRequest xmlns:lcm="` + xds.LCM + `"><lcm:RegistryObjectList/>` + "<!--" + strings.Repeat(" ", 3<<20) + "-->" + `</lcm:SubmitObjectsRequest>`
	pairs := []string{"INDEX.HTM", "", "README.TXT", ""}
	for i := range 3 {
		pairs = append(pairs, fmt.Sprintf("IHE_XDM/SUBSET%02d/METADATA.XML", i), large)
	}
	a, err := xdm.Read(pack(t, pairs...), xdm.Limits{Ratio: 1100})
	if err != nil {
		t.Fatal(err)
	}
	last := a.Problems[len(a.Problems)-1]
	if len(a.Subsets) != 3 || last.Code != "metadata" || !strings.Contains(last.Text, "not read") {
		t.Errorf("%d subsets, %v", len(a.Subsets), a.Problems)
	}
}
