package registre

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/segursim/segursim/internal/store"
)

// FuzzYAML seeds from arbitrary files: never a panic, every refusal with a place
// inside the file, and what is accepted survives a snapshot.
func FuzzYAML(f *testing.F) {
	folders := []string{folderStructures, folderProfessionals, folderPatients, folderDocuments}
	for name, file := range yamlOnly(f) {
		folder := folderOf(name)
		_, list, _ := bytes.Cut(file.Data, []byte(":\n"))
		items := bytes.SplitAfter(list, []byte("\n  - "))
		for _, item := range items[1:min(4, len(items))] {
			src := append([]byte(folder+":\n  - "), bytes.TrimSuffix(item, []byte("  - "))...)
			f.Add(byte(slices.Index(folders, folder)), src)
		}
	}
	for _, s := range []string{
		"", "structures:\n- <<: *a\n", "structures: &a [*a]", "structures:\n- {id: 10B9999999, raisonSocialeSite: !!binary aGk=}\n",
		"? [a]\n: b\n", "structures:\n- id: 'x", "%YAML 1.2\n---\nstructures: []\n", "structures:\n  -\n   - -\n",
	} {
		f.Add(byte(0), []byte(s))
	}
	f.Fuzz(func(t *testing.T, folder byte, src []byte) {
		if len(src) > 64<<10 {
			t.Skip()
		}
		check(t, folders[int(folder)%len(folders)]+"/a.yaml", src)
	})
}

// FuzzRASS does the same with extractions.
func FuzzRASS(f *testing.F) {
	f.Add([]byte(rassSample()))
	f.Add([]byte(rassHeader + "|\n"))
	f.Add([]byte(rassHeader))
	f.Add([]byte(rassHeader + "|Code genre activité|\n" + strings.Repeat("|", 50) + "\n"))
	f.Add([]byte(rassHeader + "|\n" + rassLine(map[int]string{2: "8", 3: "é", 4: "'''"})))
	f.Add([]byte("Type d'identifiant PP"))
	f.Fuzz(func(t *testing.T, src []byte) {
		if len(src) > 256<<10 {
			t.Skip()
		}
		check(t, "professionnels/a.txt", src)
	})
}

func check(t *testing.T, name string, src []byte) {
	t.Helper()
	db := open(t)
	fsys := fstest.MapFS{name: {Data: src}}
	l, problems := readLayer(tree{fsys: fsys, name: "fixtures"})
	c := merge([]*layer{l.bind()})
	rows := c.resolve()
	for _, p := range append(problems, c.problems...) {
		lines := strings.Count(string(src), "\n") + strings.Count(string(src), "\r") + 2
		if p.Reason == "" || !utf8.ValidString(p.Reason) || p.Line < 0 || p.Line > lines || p.Column < 0 {
			t.Fatalf("problem %+v of a file of %d lines", p, lines)
		}
	}
	if len(problems)+len(c.problems) > 0 {
		return
	}
	if err := db.Update(rows.write); err != nil {
		t.Fatal(err)
	}
	before := dump(t, db)
	other := open(t)
	if err := other.Import(strings.NewReader(before)); err != nil {
		t.Fatalf("%v\n%s", err, before)
	}
	if diff := cmp.Diff(before, dump(t, other)); diff != "" {
		t.Fatalf("after a snapshot (-want +got):\n%s", diff)
	}
	view(t, other, func(tx *store.Txn) {
		for _, p := range rows.professionals {
			if got, ok := FindProfessional(tx, p.ID); !ok || got.ID != p.ID {
				t.Fatalf("%q is not found", p.ID)
			}
		}
	})
}
