package main

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/segursim/segursim/internal/lps"
)

// maxUnpacked bounds what is unpacked: far above any real pack.
const maxUnpacked = 4 << 30

// keepEvidence fetches the evidence pack of a run, leaves it as evidence.zip in
// a folder, and unpacks it there. It returns the folder.
func keepEvidence(ctx context.Context, l *lps.LPS, run lps.Run, dir string) (string, error) {
	var pack bytes.Buffer
	if err := l.Evidence(ctx, run.ID, &pack); err != nil {
		return "", err
	}
	dir, err := evidenceDir(dir, run.Scenario)
	if err != nil {
		return "", fmt.Errorf("evidence: %w", err)
	}
	if err := os.WriteFile(filepath.Join(dir, "evidence.zip"), pack.Bytes(), 0o644); err != nil {
		return dir, fmt.Errorf("evidence: %w", err)
	}
	if err := unpack(pack.Bytes(), dir); err != nil {
		return dir, fmt.Errorf("evidence: %w", err)
	}
	return dir, nil
}

// emptyDir makes a folder; one that holds something is refused: an older run's
// evidence stays as it was.
func emptyDir(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	old, err := os.ReadDir(dir)
	if err == nil && len(old) > 0 {
		err = fmt.Errorf("%s is not empty", dir)
	}
	return err
}

// evidenceDir is the said folder, else the first of evidence/SCENARIO-1, -2…
// that does not exist, which it makes.
func evidenceDir(dir, scenario string) (string, error) {
	if dir != "" {
		return dir, nil
	}
	if err := os.MkdirAll("evidence", 0o755); err != nil {
		return "", err
	}
	for n := 1; ; n++ {
		dir := filepath.Join("evidence", fmt.Sprintf("%s-%d", scenario, n))
		err := os.Mkdir(dir, 0o755)
		if !errors.Is(err, os.ErrExist) {
			return dir, err
		}
	}
}

// unpack writes the files of a pack below a folder, never outside of it.
func unpack(pack []byte, dir string) error {
	z, err := zip.NewReader(bytes.NewReader(pack), int64(len(pack)))
	if err != nil {
		return err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	left := int64(maxUnpacked)
	for _, f := range z.File {
		if f.FileInfo().IsDir() {
			continue
		}
		n, err := extract(root, f, left)
		if err != nil {
			return fmt.Errorf("%s: %w", f.Name, err)
		}
		left -= n
	}
	return nil
}

// extract writes one file of at most limit bytes.
func extract(root *os.Root, f *zip.File, limit int64) (n int64, err error) {
	in, err := f.Open()
	if err != nil {
		return 0, err
	}
	defer in.Close()
	name := filepath.FromSlash(f.Name)
	if err := root.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return 0, err
	}
	out, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	n, err = io.Copy(out, io.LimitReader(in, limit+1))
	if err == nil && n > limit {
		err = fmt.Errorf("the pack unpacks to more than %d bytes", int64(maxUnpacked))
	}
	return n, err
}
