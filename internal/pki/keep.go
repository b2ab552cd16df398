package pki

import (
	"crypto/rand"
	"crypto/rsa"
	"fmt"
	"os"
)

// leafBits is the size of every key but the authorities', as in the real ones.
const leafBits = 2048

func newKey(bits int) (*rsa.PrivateKey, error) {
	key, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		return nil, fmt.Errorf("pki: make RSA key: %w", err)
	}
	return key, nil
}

// load returns a kept object, nil when there is none. A damaged file is an
// error that names it, unless remake says that a new object does no harm: then
// the file is taken away.
func (p *PKI) load(sub, name string, remake bool) (*object, error) {
	if p.folder == nil {
		return nil, nil
	}
	path := p.folder.path(sub, name)
	data, err := p.folder.read(path)
	if err != nil || data == nil {
		return nil, err
	}
	obj, err := decodeObject(data)
	if err == nil {
		return obj, nil
	}
	if !remake {
		return nil, fmt.Errorf("pki: file %s is damaged: %w; remove it (and the leaf folder beside) to have a new one made", path, err)
	}
	if err := os.Remove(path); err != nil && !os.IsNotExist(err) {
		return nil, fmt.Errorf("pki: damaged file: %w", err)
	}
	return nil, nil
}

// store keeps a new object. When another process kept one under the same name
// first, that one is returned, and the new one forgotten.
func (p *PKI) store(sub, name string, obj *object, remake bool) (*object, error) {
	if p.folder == nil {
		return obj, nil
	}
	data, err := obj.encode(name)
	if err != nil {
		return nil, fmt.Errorf("pki: %s: %w", name, err)
	}
	created, err := p.folder.create(p.folder.path(sub, name), data)
	if err != nil || created {
		return obj, err
	}
	other, err := p.load(sub, name, remake)
	if err != nil {
		return nil, err
	}
	if other == nil { // taken away in between: keep ours in memory
		return obj, nil
	}
	return other, nil
}

// update writes an object over the kept one.
func (p *PKI) update(sub, name string, obj *object) error {
	if p.folder == nil {
		return nil
	}
	data, err := obj.encode(name)
	if err != nil {
		return fmt.Errorf("pki: %s: %w", name, err)
	}
	return p.folder.replace(p.folder.path(sub, name), data, 0o600)
}
