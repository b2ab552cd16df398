package pki

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
)

// ErrClosed is returned by a PKI that was closed.
var ErrClosed = errors.New("pki: closed")

// PKI makes certificates and keeps them. Its methods may be called
// concurrently; each object is made by one caller while the others wait.
type PKI struct {
	opts      Options
	folder    *folder
	catalogue *catalogue
	serials   serials
	register  *register

	authorities map[string]*authorityCell // fixed after Open
	byName      map[string]string         // raw subject of an authority -> short name

	mu     sync.Mutex
	base   string
	gen    uint64 // goes up with the base URL
	leaves map[string]*leafCell
	keys   map[string]*keyCell
	crls   map[string]*crlCell

	loose  atomic.Uint64 // certificates issued without a name
	caFile caFile

	judged struct {
		mu sync.Mutex
		by map[[sha256.Size]byte]judgement
	}

	ctx    context.Context //nolint:containedctx // ends the background work at Close
	cancel context.CancelFunc
	wg     sync.WaitGroup
	closed bool // under mu
}

// Open reads the profiles and prepares the folder. It makes no key and no
// certificate: see [PKI.Prepare]. It fails on options that cannot work, on an
// invalid profiles.yaml (with line and reason) and on a folder it cannot use.
func Open(o Options) (*PKI, error) {
	o, err := o.check()
	if err != nil {
		return nil, err
	}
	cat, err := loadCatalogue(o.Profiles, o.Hosts)
	if err != nil {
		return nil, err
	}
	p := &PKI{
		opts: o, base: o.BaseURL, catalogue: cat, register: newRegister(),
		authorities: map[string]*authorityCell{}, byName: map[string]string{},
		leaves: map[string]*leafCell{}, keys: map[string]*keyCell{}, crls: map[string]*crlCell{},
	}
	for _, d := range hierarchy() {
		name, err := d.name()
		if err != nil {
			return nil, fmt.Errorf("pki: %s: %w", d.short, err)
		}
		p.authorities[d.short] = &authorityCell{def: d, name: name}
		p.byName[string(name)] = d.short
	}
	if !o.Ephemeral {
		if p.folder, err = openFolder(o.Dir); err != nil {
			return nil, err
		}
	}
	if err := p.openSerials(); err != nil {
		return nil, err
	}
	p.ctx, p.cancel = context.WithCancel(context.Background())
	return p, nil
}

// openSerials draws the seed of this run and draws or reads the kept key.
func (p *PKI) openSerials() error {
	source := p.opts.Rand
	if source == nil {
		source = rand.Reader
	}
	p.serials.seed = make([]byte, 32)
	if _, err := io.ReadFull(source, p.serials.seed); err != nil {
		return fmt.Errorf("pki: seed of serial numbers: %w", err)
	}
	var path string
	if p.folder != nil {
		path = filepath.Join(p.folder.dir, dirAuthority, "serial.key")
		key, err := p.folder.read(path)
		if err != nil {
			return err
		}
		if key != nil {
			return p.useSerialKey(path, key)
		}
	}
	key := make([]byte, 32)
	if _, err := io.ReadFull(source, key); err != nil {
		return fmt.Errorf("pki: key of serial numbers: %w", err)
	}
	if p.folder != nil {
		created, err := p.folder.create(path, key)
		if err != nil {
			return err
		}
		if !created {
			if key, err = p.folder.read(path); err != nil {
				return err
			}
		}
	}
	return p.useSerialKey(path, key)
}

func (p *PKI) useSerialKey(path string, key []byte) error {
	if len(key) != 32 {
		return fmt.Errorf("pki: file %s is damaged: %d bytes instead of 32; remove it to have a new one made", path, len(key))
	}
	p.serials.key = key
	return nil
}

// Close ends the background work and waits for it, and removes the temporary
// file of CAFile when the PKI is ephemeral. Later calls return ErrClosed.
func (p *PKI) Close() error {
	p.mu.Lock()
	p.closed = true
	p.mu.Unlock()
	p.cancel()
	p.wg.Wait()
	return p.caFile.remove(p.folder == nil)
}

// SetBaseURL changes the address that certificates name for CRL, OCSP and
// issuers. Certificates made for another address are issued anew, with the same
// keys, when next asked for.
func (p *PKI) SetBaseURL(base string) error {
	base, err := cleanBaseURL(base)
	if err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if base != p.base {
		p.base = base
		p.gen++
	}
	return nil
}

// BaseURL returns the address that certificates name.
func (p *PKI) BaseURL() string {
	base, _, _ := p.current()
	return base
}

// Dir returns the folder, empty for an ephemeral PKI.
func (p *PKI) Dir() string {
	if p.folder == nil {
		return ""
	}
	return p.folder.dir
}

// current returns the base URL and its generation.
func (p *PKI) current() (base string, gen uint64, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return p.base, p.gen, ErrClosed
	}
	return p.base, p.gen, nil
}

func (p *PKI) instants() instants { return instants{now: p.opts.Now(), wall: p.opts.Wall()} }

// links are the addresses of the base URL.
type links struct{ base string }

func (l links) crl(short string) string { return l.base + "/pki/crl/" + short + "-TEST.crl" }
func (l links) ca(short string) string  { return l.base + "/pki/ca/" + short + "-TEST.cer" }
func (l links) ocsp() string            { return l.base + "/pki/ocsp" }

// caFile is the trust bundle as a file.
type caFile struct {
	mu   sync.Mutex
	path string
}

func (c *caFile) remove(temporary bool) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.path == "" || !temporary {
		return nil
	}
	err := os.RemoveAll(filepath.Dir(c.path))
	c.path = ""
	return err
}
