package pki

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Subfolders of a kept PKI. A folder that the user already had keeps its
// permissions; these are 0700 in any case.
const (
	dirAuthority = "ca"
	dirLeaf      = "leaf"
	dirKey       = "key"
)

// folder is the place of a kept PKI. A nil folder keeps nothing.
type folder struct{ dir string }

func openFolder(dir string) (*folder, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("pki: folder: %w", err)
	}
	for _, sub := range []string{dirAuthority, dirLeaf, dirKey} {
		path := filepath.Join(dir, sub)
		if err := os.MkdirAll(path, 0o700); err != nil {
			return nil, fmt.Errorf("pki: folder: %w", err)
		}
		info, err := os.Stat(path)
		if err != nil {
			return nil, fmt.Errorf("pki: folder: %w", err)
		}
		if info.Mode().Perm()&0o077 != 0 {
			if err := os.Chmod(path, 0o700); err != nil { //nolint:gosec // a folder needs its x bit
				return nil, fmt.Errorf("pki: folder: %w", err)
			}
		}
	}
	return &folder{dir: dir}, nil
}

func (f *folder) path(sub, name string) string {
	return filepath.Join(f.dir, sub, name+".pem")
}

func (f *folder) has(sub, name string) bool {
	if f == nil {
		return false
	}
	_, err := os.Stat(f.path(sub, name))
	return err == nil
}

// read returns a private file, after taking away what permissions others have
// on it; nil when there is none.
func (f *folder) read(path string) ([]byte, error) {
	if f == nil {
		return nil, nil
	}
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("pki: %w", err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		if err := os.Chmod(path, 0o600); err != nil {
			return nil, fmt.Errorf("pki: private file open to others: %w", err)
		}
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("pki: %w", err)
	}
	return data, nil
}

// create writes a new file whole or not at all. When another process was
// first, it leaves that one's file and reports false.
func (f *folder) create(path string, data []byte) (bool, error) {
	tmp, err := f.temporary(path, data, 0o600)
	if err != nil {
		return false, err
	}
	defer os.Remove(tmp) //nolint:errcheck // gone already after a rename
	err = os.Link(tmp, path)
	if err == nil {
		return true, nil
	}
	if _, statErr := os.Stat(path); errors.Is(err, fs.ErrExist) || statErr == nil {
		return false, nil
	}
	// A file system without hard links: the last one to rename wins, and both
	// read the file again.
	if err := os.Rename(tmp, path); err != nil {
		return false, fmt.Errorf("pki: %w", err)
	}
	return false, nil
}

// replace writes a file whole or not at all, over an older one.
func (f *folder) replace(path string, data []byte, mode fs.FileMode) error {
	tmp, err := f.temporary(path, data, mode)
	if err != nil {
		return err
	}
	if err := os.Rename(tmp, path); err != nil {
		_ = os.Remove(tmp)
		return fmt.Errorf("pki: %w", err)
	}
	return nil
}

// temporary writes data to a file beside path.
func (f *folder) temporary(path string, data []byte, mode fs.FileMode) (string, error) {
	tmp, err := os.CreateTemp(filepath.Dir(path), ".new-*") // 0600
	if err != nil {
		return "", fmt.Errorf("pki: %w", err)
	}
	_, err = tmp.Write(data)
	if err == nil {
		err = tmp.Sync()
	}
	if mode != 0o600 && err == nil {
		err = tmp.Chmod(mode)
	}
	if closeErr := tmp.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		_ = os.Remove(tmp.Name())
		return "", fmt.Errorf("pki: write %s: %w", path, err)
	}
	return tmp.Name(), nil
}
