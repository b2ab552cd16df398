package pki

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
)

// CAFile writes the trust bundle to a file and returns its path: ca.pem in the
// folder, or in a temporary folder that Close removes. At once it holds what
// exists already, and at least the chain of the server certificate; Warm
// completes it. The file is replaced whole, never seen half written.
func (p *PKI) CAFile() (string, error) {
	p.caFile.mu.Lock()
	defer p.caFile.mu.Unlock()
	if p.caFile.path == "" {
		path, err := p.caPath()
		if err != nil {
			return "", err
		}
		p.caFile.path = path
	}
	return p.caFile.path, p.writeCAFile()
}

func (p *PKI) caPath() (string, error) {
	if _, _, err := p.current(); err != nil {
		return "", err
	}
	if p.folder != nil {
		return filepath.Join(p.folder.dir, "ca.pem"), nil
	}
	dir, err := os.MkdirTemp("", "segursim-ca-*") // 0700
	if err != nil {
		return "", fmt.Errorf("pki: trust bundle: %w", err)
	}
	return filepath.Join(dir, "ca.pem"), nil
}

// completeCAFile writes the file again if somebody asked for it.
func (p *PKI) completeCAFile() error {
	p.caFile.mu.Lock()
	defer p.caFile.mu.Unlock()
	if p.caFile.path == "" {
		return nil
	}
	return p.writeCAFile()
}

// writeCAFile is called with the file's mutex held.
func (p *PKI) writeCAFile() error {
	var shorts []string
	for _, short := range Authorities() {
		if short == RootElementaire || short == OrganisationsElementaire || p.made(short) {
			shorts = append(shorts, short)
		}
	}
	certs, err := p.bundle(shorts)
	if err != nil {
		return err
	}
	data := certsPEM(certs)
	if old, err := os.ReadFile(p.caFile.path); err == nil && bytes.Equal(old, data) {
		return nil
	}
	return (&folder{}).replace(p.caFile.path, data, 0o644)
}

// made reports whether an authority exists, in memory or in the folder, without
// making it. One that is being made right now counts as missing.
func (p *PKI) made(short string) bool {
	c := p.authorities[short]
	if p.folder.has(dirAuthority, short) {
		return true
	}
	if !c.mu.TryLock() {
		return false
	}
	defer c.mu.Unlock()
	return c.cur != nil
}
