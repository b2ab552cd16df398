package xdm_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"slices"
	"testing"

	"github.com/segursim/segursim/internal/xdm"
	"github.com/segursim/segursim/internal/xds"
)

// FuzzRead: whatever comes, there is an archive or a refusal; and of what is taken,
// the library's own reader sees the same.
func FuzzRead(f *testing.F) {
	m := lot(1)
	m.Associations = append(m.Associations, xds.Association{Type: xds.Replaces, Source: "Document01", Target: oldUUID})
	f.Add(build(f, m, []byte("<a/>")))
	f.Add(pack(f, "INDEX.HTM", "x", "IHE_XDM/SUBSET01/METADATA.XML", "<x/>"))
	f.Add(end64(f, nil))
	for _, c := range hostiles(f) {
		if len(c.b) < 1<<14 {
			f.Add(c.b)
		}
	}
	refusals := []string{"zip", "bomb", "path", "size-lies", "duplicate", "files", "encrypted"}
	limits := xdm.Limits{Files: 100, File: 1 << 20, Total: 2 << 20}
	f.Fuzz(func(t *testing.T, b []byte) {
		a, err := xdm.Read(b, limits)
		if err != nil {
			var p *xdm.Problem
			if !errors.As(err, &p) || !slices.Contains(refusals, p.Code) || p.Text == "" || a != nil {
				t.Fatalf("not a refusal: %#v", err)
			}
			return
		}
		z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
		if err != nil {
			t.Fatalf("archive/zip refuses it: %v", err)
		}
		if len(z.File) != len(a.Files) {
			t.Fatalf("%d files, and archive/zip sees %d", len(a.Files), len(z.File))
		}
		for i, w := range z.File {
			if w.NonUTF8 == false && w.Name != a.Files[i].Name {
				t.Fatalf("%q, and archive/zip sees %q", a.Files[i].Name, w.Name)
			}
			if w.FileInfo().IsDir() {
				continue
			}
			r, err := w.Open()
			if err != nil {
				t.Fatalf("archive/zip cannot open %q: %v", w.Name, err)
			}
			content, err := io.ReadAll(r)
			if err != nil || !bytes.Equal(content, a.Files[i].Content) {
				t.Fatalf("archive/zip reads %q otherwise: %v", w.Name, err)
			}
		}
		for _, s := range a.Subsets {
			for _, d := range s.Documents {
				if (d.Path == "") != (d.Content == nil) {
					t.Fatalf("%q: a path without content, or the other way round", d.Path)
				}
			}
		}
	})
}
