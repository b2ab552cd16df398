package pki

import (
	"crypto"
	"fmt"
	"sync"
)

// keyCell holds one named signing key, made on first use.
type keyCell struct {
	mu  sync.Mutex
	obj *object
}

func (p *PKI) keyCell(name string) (*keyCell, error) {
	if !validName(name) {
		return nil, fmt.Errorf("pki: signing key %q: want a-z, 0-9 and '-'", name)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return nil, ErrClosed
	}
	c, ok := p.keys[name]
	if !ok {
		c = &keyCell{}
		p.keys[name] = c
	}
	return c, nil
}

// SigningKey returns the RSA 2048 key of a name (a service's token signing
// key), made on first use and kept, so that a start with a kept PKI publishes
// the same JWKS. A damaged file is replaced by a new key.
func (p *PKI) SigningKey(name string) (crypto.Signer, error) {
	c, err := p.keyCell(name)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.obj != nil {
		return c.obj.key, nil
	}
	obj, err := p.load(dirKey, name, true)
	if err != nil {
		return nil, err
	}
	if obj == nil {
		key, err := newKey(leafBits)
		if err != nil {
			return nil, err
		}
		if obj, err = p.store(dirKey, name, &object{key: key}, true); err != nil {
			return nil, err
		}
	}
	c.obj = obj
	return obj.key, nil
}

// NewSigningKey makes another key under a name and returns it: SigningKey gives
// this one from now on, and after a restart. The caller keeps the former key as
// long as it publishes it.
func (p *PKI) NewSigningKey(name string) (crypto.Signer, error) {
	c, err := p.keyCell(name)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	key, err := newKey(leafBits)
	if err != nil {
		return nil, err
	}
	obj := &object{key: key}
	if err := p.update(dirKey, name, obj); err != nil {
		return nil, err
	}
	c.obj = obj
	return key, nil
}
