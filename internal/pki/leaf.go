package pki

import (
	"bytes"
	"crypto/rsa"
	"crypto/x509"
	"fmt"
	"math/big"
	"sync"
	"time"
)

// leafCell holds the credential of one name, made on first use.
type leafCell struct {
	mu    sync.Mutex
	order *order
	cur   *Credential
	obj   *object
	gen   uint64
}

// cell returns the cell of a name.
func (p *PKI) cell(name string) *leafCell {
	p.mu.Lock()
	defer p.mu.Unlock()
	c, ok := p.leaves[name]
	if !ok {
		c = &leafCell{}
		p.leaves[name] = c
	}
	return c
}

// kept returns the credential of a named order: the one in memory, else the one
// in the folder, else a new one, as long as it still is what the order wants.
func (p *PKI) kept(o *order, keyOf string) (*Credential, error) {
	c := p.cell(o.Name)
	c.mu.Lock()
	defer c.mu.Unlock()
	base, gen, err := p.current()
	if err != nil {
		return nil, err
	}
	i := p.instants()
	if c.cur != nil && c.gen == gen && c.order == o && o.current(i, c.cur.Leaf) {
		return c.cur, nil
	}
	obj, issuer, err := p.leafParts(c, o, keyOf)
	if err != nil {
		return nil, err
	}
	if c.obj, err = p.settle(o, obj, issuer, links{base}, i, keyOf == ""); err != nil {
		return nil, err
	}
	if o.Defect == Revoked {
		p.register.profile(issuer.def.short, o.Name, c.obj)
	}
	c.cur = &Credential{Name: o.Name, Kind: o.Kind, key: c.obj.key, Leaf: c.obj.cert(), Chain: issuer.chain()}
	c.order, c.gen = o, gen
	return c.cur, nil
}

// leafParts gets the key and the issuer at the same time.
func (p *PKI) leafParts(c *leafCell, o *order, keyOf string) (*object, *authority, error) {
	var (
		issuer    *authority
		issuerErr error
		done      = make(chan struct{})
	)
	go func() {
		defer close(done)
		issuer, issuerErr = p.authority(o.issuer)
	}()
	obj, err := p.leafKey(c, o.Name, keyOf)
	<-done
	if err != nil {
		return nil, nil, err
	}
	return obj, issuer, issuerErr
}

// leafKey returns the object of a name with its key; with keyOf, the key of
// that profile, so that a bad variant of the server costs no new key.
func (p *PKI) leafKey(c *leafCell, name, keyOf string) (*object, error) {
	obj, err := c.obj, error(nil)
	if obj == nil {
		if obj, err = p.load(dirLeaf, name, true); err != nil {
			return nil, err
		}
	}
	if keyOf != "" {
		other, err := p.Credential(keyOf)
		if err != nil {
			return nil, err
		}
		switch {
		case obj == nil:
			obj = &object{key: other.key}
		case !obj.key.Equal(other.key):
			obj = &object{key: other.key, issued: obj.issued, past: obj.past}
		}
	}
	if obj != nil {
		return obj, nil
	}
	key, err := newKey(leafBits)
	if err != nil {
		return nil, err
	}
	return &object{key: key}, nil
}

// settle returns the object with a certificate that the order wants. When
// another process kept one under the same name in the meantime, its key counts,
// unless the key is that of another profile.
func (p *PKI) settle(o *order, obj *object, issuer *authority, l links, i instants, ownKey bool) (*object, error) {
	known := obj.cert() != nil
	if known && p.fits(o, obj, issuer, l, i) {
		return obj, nil
	}
	fresh, err := p.issueLeaf(o, obj, issuer, l, i)
	if err != nil {
		return nil, err
	}
	if known {
		return fresh, p.update(dirLeaf, o.Name, fresh)
	}
	kept, err := p.store(dirLeaf, o.Name, fresh, true)
	if err != nil || kept == fresh {
		return kept, err
	}
	if kept.cert() != nil && (ownKey || kept.key.Equal(fresh.key)) {
		return p.settle(o, kept, issuer, l, i, ownKey)
	}
	return fresh, p.update(dirLeaf, o.Name, fresh)
}

// fits reports whether a certificate is the one that would be issued.
func (p *PKI) fits(o *order, obj *object, issuer *authority, l links, i instants) bool {
	cert := obj.cert()
	want, err := o.extensions(&obj.key.PublicKey, &issuer.key.PublicKey, l, cert.NotBefore, cert.NotAfter)
	return err == nil && o.current(i, cert) && sameExtensions(want, cert.Extensions) &&
		bytes.Equal(cert.RawSubject, o.name) && p.serials.issued(issuer.def.short, cert.SerialNumber) &&
		bytes.Equal(cert.RawIssuer, issuer.cert.RawSubject) &&
		cert.CheckSignatureFrom(issuer.cert) == nil
}

func (p *PKI) issueLeaf(o *order, obj *object, issuer *authority, l links, i instants) (*object, error) {
	notBefore, notAfter := o.period(i)
	serial := p.serials.leaf(issuer.def.short, o.Name, obj.issued)
	cert, err := o.certificate(serial, notBefore, notAfter, &obj.key.PublicKey, issuer, l)
	if err != nil {
		return nil, fmt.Errorf("pki: %s: %w", o.Name, err)
	}
	fresh := &object{key: obj.key, certs: append([]*x509.Certificate{cert}, issuer.chain()...), issued: obj.issued + 1, past: obj.past}
	if o.Defect == Revoked && obj.cert() != nil {
		fresh.past = append(fresh.past[:len(fresh.past):len(fresh.past)], serialText(obj.cert().SerialNumber))
		fresh.past = fresh.past[max(0, len(fresh.past)-pastMax):]
	}
	return fresh, nil
}

// certificate signs the leaf of an order.
func (o *order) certificate(serial *big.Int, notBefore, notAfter time.Time, pub *rsa.PublicKey, issuer *authority, l links) (*x509.Certificate, error) {
	exts, err := o.extensions(pub, &issuer.key.PublicKey, l, notBefore, notAfter)
	if err != nil {
		return nil, err
	}
	t := tbs{serial: serial, subject: o.name, notBefore: notBefore, notAfter: notAfter, extensions: exts}
	return t.sign(pub, issuer.cert, issuer.key)
}
