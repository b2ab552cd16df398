package evidence

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// A pack is its files by slash-separated name.
type pack map[string][]byte

// Write makes the pack as a ZIP archive. The same input gives the same bytes.
func Write(w io.Writer, in Input) error {
	p, err := build(&in)
	if err != nil {
		return err
	}
	z := zip.NewWriter(w)
	for _, name := range slices.Sorted(maps.Keys(p)) {
		f, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: zipTime(in.end())})
		if err != nil {
			return fmt.Errorf("evidence: %s: %w", name, err)
		}
		if _, err := f.Write(p[name]); err != nil {
			return fmt.Errorf("evidence: %s: %w", name, err)
		}
	}
	if err := z.Close(); err != nil {
		return fmt.Errorf("evidence: %w", err)
	}
	return nil
}

// zipTime is t within what an archive can say: even seconds from 1980 on.
func zipTime(t time.Time) time.Time {
	t = t.UTC().Truncate(2 * time.Second)
	if t.Year() < 1980 || t.Year() > 2107 {
		return time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	return t
}

// WriteDir makes the pack as files in a folder, which it creates. It refuses a
// folder that holds anything but an earlier pack, whose files it replaces.
func WriteDir(dir string, in Input) error {
	p, err := build(&in)
	if err != nil {
		return err
	}
	if err := makeRoom(dir); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(p)) {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return fmt.Errorf("evidence: %w", err)
		}
		if err := os.WriteFile(path, p[name], 0o644); err != nil {
			return fmt.Errorf("evidence: %w", err)
		}
	}
	return nil
}

// makeRoom removes an earlier pack: a folder that has a manifest of ours.
func makeRoom(dir string) error {
	list, err := os.ReadDir(dir)
	if os.IsNotExist(err) || err == nil && len(list) == 0 {
		return nil
	}
	if err != nil {
		return fmt.Errorf("evidence: %w", err)
	}
	old, err := os.ReadFile(filepath.Join(dir, "manifest.json"))
	if err != nil || !bytes.Contains(old, []byte(`"simulator": "segursim"`)) {
		return fmt.Errorf("evidence: le dossier %s contient autre chose qu'une preuve / folder %s holds something else than evidence", dir, dir)
	}
	for _, d := range list {
		if name := d.Name(); slices.Contains(topLevel(), name) {
			if err := os.RemoveAll(filepath.Join(dir, name)); err != nil {
				return fmt.Errorf("evidence: %w", err)
			}
		}
	}
	return nil
}

func topLevel() []string {
	return []string{
		"index.csv", "rapport.html", "rapport.pdf", "junit.xml", "chapters.vtt", "chapters.ffmeta",
		"exchanges", "journal.ndjson", "manifest.json",
	}
}

// build makes every file.
func build(in *Input) (pack, error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	v := newView(in)
	p := pack{}
	var err error
	if p["index.csv"], err = index(v); err != nil {
		return nil, err
	}
	if in.wants("report") {
		if p["rapport.html"], err = reportHTML(v); err != nil {
			return nil, err
		}
		if p["rapport.pdf"], err = reportPDF(v); err != nil {
			return nil, err
		}
	}
	if in.wants("junit") {
		if p["junit.xml"], err = junit(v); err != nil {
			return nil, err
		}
	}
	if in.wants("chapters") {
		p["chapters.vtt"], p["chapters.ffmeta"] = chaptersVTT(v), chaptersFF(v)
	}
	if in.wants("exchanges") {
		for _, x := range v.Exchanges {
			for name, b := range x.files {
				p[x.Folder+"/"+name] = b
			}
		}
	}
	if in.wants("journal") {
		if p["journal.ndjson"], err = ndjson(v); err != nil {
			return nil, err
		}
	}
	p["manifest.json"], err = manifest(v, p)
	return p, err
}

// clean makes a name safe for a file.
func clean(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r == '.', r == '-', r == '_':
			return r
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		}
		return '_'
	}, s)
	s = strings.Trim(s, ".")
	if s == "" {
		return "inconnu"
	}
	return s[:min(len(s), 60)]
}
