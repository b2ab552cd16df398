package config

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// defaultPKIDir chooses the kept folder of the PKI, or none with a warning when
// it cannot be written.
func (c *Config) defaultPKIDir(env map[string]string, goos string) {
	dir, err := dataDir(env, goos)
	if err == nil {
		dir = filepath.Join(dir, "segursim", "pki")
		err = writable(dir)
	}
	if err != nil {
		c.Ephemeral = true
		c.Warnings = append(c.Warnings, fmt.Sprintf("the test PKI is not kept between starts: %v (choose a folder with --pki-dir, or say --ephemeral)", err))
		return
	}
	c.PKIDir = dir
}

// dataDir is the user's data folder: %LocalAppData% on Windows, ~/Library/
// Application Support on macOS, else $XDG_DATA_HOME or ~/.local/share (XDG Base
// Directory Specification). $XDG_DATA_HOME wins everywhere.
func dataDir(env map[string]string, goos string) (string, error) {
	if dir := env["XDG_DATA_HOME"]; dir != "" {
		if !filepath.IsAbs(dir) {
			return "", errors.New("XDG_DATA_HOME is not an absolute path")
		}
		return dir, nil
	}
	name, below := "HOME", filepath.Join(".local", "share")
	switch goos {
	case "windows":
		name, below = "LOCALAPPDATA", ""
	case "darwin":
		below = filepath.Join("Library", "Application Support")
	}
	if env[name] == "" {
		return "", fmt.Errorf("the environment has no %s, so no data folder", name)
	}
	return filepath.Join(env[name], below), nil
}

// writable makes a folder, for its owner only, and tries to write in it.
func writable(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, ".write-test-*")
	if err != nil {
		return err
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}
