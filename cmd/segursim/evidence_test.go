package main

import (
	"archive/zip"
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A pack cannot write outside of its folder, nor over what is there.
func TestUnpack(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		files []string
		want  string // in the error; empty wants none
	}{
		"good":     {[]string{"a.txt", "x/y/b.txt", "x/"}, ""},
		"above":    {[]string{"../a.txt"}, "escapes"},
		"absolute": {[]string{"/a.txt"}, "escapes"},
		"twice":    {[]string{"a.txt", "a.txt"}, "exists"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var b bytes.Buffer
			z := zip.NewWriter(&b)
			for _, f := range tc.files {
				w, err := z.Create(f)
				if err != nil {
					t.Fatal(err)
				}
				if !strings.HasSuffix(f, "/") {
					if _, err := w.Write([]byte(f)); err != nil {
						t.Fatal(err)
					}
				}
			}
			if err := z.Close(); err != nil {
				t.Fatal(err)
			}
			dir := filepath.Join(t.TempDir(), "pack")
			if err := emptyDir(dir); err != nil {
				t.Fatal(err)
			}
			err := unpack(b.Bytes(), dir)
			if tc.want != "" {
				if err == nil || !strings.Contains(err.Error(), tc.want) {
					t.Errorf("error %v, want %q", err, tc.want)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			got, err := os.ReadFile(filepath.Join(dir, "x", "y", "b.txt"))
			if err != nil || string(got) != "x/y/b.txt" {
				t.Errorf("%q, %v", got, err)
			}
		})
	}
	if err := unpack([]byte("no zip"), t.TempDir()); err == nil {
		t.Error("no zip: no error")
	}
}
