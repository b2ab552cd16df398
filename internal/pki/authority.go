package pki

import (
	"bytes"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"sync"
	"time"
)

// authority is a certification authority that is ready to sign. It is never
// changed once made.
type authority struct {
	def    authorityDef
	key    *rsa.PrivateKey
	cert   *x509.Certificate
	parent *authority // nil for a root
}

// chain returns the certificates from this authority up to its root.
func (a *authority) chain() []*x509.Certificate {
	out := []*x509.Certificate{a.cert}
	if a.parent != nil {
		out = append(out, a.parent.chain()...)
	}
	return out
}

// authorityCell holds one authority, made on first use.
type authorityCell struct {
	def  authorityDef
	name []byte // DER of the distinguished name

	mu  sync.Mutex
	cur *authority
	obj *object
	gen uint64
}

// authority returns an authority, making or reading it on first use.
func (p *PKI) authority(short string) (*authority, error) {
	c, ok := p.authorities[short]
	if !ok {
		return nil, fmt.Errorf("pki: no authority %q", short)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	base, gen, err := p.current()
	if err != nil {
		return nil, err
	}
	i := p.instants()
	if c.cur != nil && c.gen == gen && i.within(c.cur.cert.NotBefore, c.cur.cert.NotAfter) {
		return c.cur, nil
	}
	obj, parent, err := p.authorityParts(c)
	if err != nil {
		return nil, err
	}
	if c.obj, err = p.certify(c, obj, parent, links{base}, i); err != nil {
		return nil, err
	}
	c.cur = &authority{def: c.def, key: c.obj.key, cert: c.obj.cert(), parent: parent}
	c.gen = gen
	return c.cur, nil
}

// authorityParts gets the key (from memory, the folder or new) and the parent
// at the same time.
func (p *PKI) authorityParts(c *authorityCell) (*object, *authority, error) {
	var (
		parent    *authority
		parentErr error
		done      = make(chan struct{})
	)
	go func() {
		defer close(done)
		if !c.def.root() {
			parent, parentErr = p.authority(c.def.parent)
		}
	}()
	obj, err := c.obj, error(nil)
	if obj == nil {
		obj, err = p.load(dirAuthority, c.def.short, false)
	}
	if obj == nil && err == nil {
		var key *rsa.PrivateKey
		key, err = newKey(p.opts.CABits)
		obj = &object{key: key}
	}
	<-done
	if err != nil {
		return nil, nil, err
	}
	return obj, parent, parentErr
}

// certify returns the object with a certificate that fits, issuing one where
// needed.
func (p *PKI) certify(c *authorityCell, obj *object, parent *authority, l links, i instants) (*object, error) {
	if obj.cert() != nil {
		if !bytes.Equal(obj.cert().RawSubject, c.name) {
			return nil, fmt.Errorf("pki: file %s is damaged: it is not the certificate of %s", p.folder.path(dirAuthority, c.def.short), c.def.short)
		}
		if ok, err := p.authorityFits(c, obj, parent, l, i); err != nil || ok {
			return obj, err
		}
		renewed, err := p.issueAuthority(c, obj, parent, l, i)
		if err != nil {
			return nil, err
		}
		return renewed, p.update(dirAuthority, c.def.short, renewed)
	}
	fresh, err := p.issueAuthority(c, obj, parent, l, i)
	if err != nil {
		return nil, err
	}
	kept, err := p.store(dirAuthority, c.def.short, fresh, false)
	if err != nil || kept == fresh {
		return kept, err
	}
	if kept.cert() == nil {
		return nil, fmt.Errorf("pki: file %s is damaged: no certificate", p.folder.path(dirAuthority, c.def.short))
	}
	return p.certify(c, kept, parent, l, i) // another process was first: its key, its certificate
}

// authorityFits reports whether a kept certificate is the one that would be
// issued.
func (p *PKI) authorityFits(c *authorityCell, obj *object, parent *authority, l links, i instants) (bool, error) {
	cert := obj.cert()
	want, err := c.extensions(&obj.key.PublicKey, parent, l)
	if err != nil {
		return false, err
	}
	signer, issuer := cert, c.def.short
	if parent != nil {
		signer, issuer = parent.cert, parent.def.short
	}
	return i.within(cert.NotBefore, cert.NotAfter) && sameExtensions(want, cert.Extensions) &&
		p.serials.issued(issuer, cert.SerialNumber) &&
		bytes.Equal(cert.RawIssuer, signer.RawSubject) && cert.CheckSignatureFrom(signer) == nil, nil
}

// extensions of an authority, in the order of the real ones: the distribution
// point sits between the policies and the key identifiers, roots have none.
func (c *authorityCell) extensions(pub *rsa.PublicKey, parent *authority, l links) ([]pkix.Extension, error) {
	pathLen, issuerKey := -1, pub
	if parent != nil {
		pathLen, issuerKey = 0, &parent.key.PublicKey
	}
	var e extensions
	e.basicConstraints(true, pathLen)
	e.keyUsage(x509.KeyUsageCertSign | x509.KeyUsageCRLSign)
	e.policy(oidAnyPolicy())
	if parent != nil {
		e.crlPoint(l.crl(parent.def.short))
	}
	e.subjectKeyID(keyID(pub))
	e.authorityKeyID(keyID(issuerKey))
	return e.list, e.err
}

func (p *PKI) issueAuthority(c *authorityCell, obj *object, parent *authority, l links, i instants) (*object, error) {
	exts, err := c.extensions(&obj.key.PublicKey, parent, l)
	if err != nil {
		return nil, fmt.Errorf("pki: %s: %w", c.def.short, err)
	}
	notBefore, notAfter := rootValidity(i)
	issuer, signer := c.def.short, obj.key
	if parent != nil { // one day short of the root, as the real ones
		notBefore, notAfter = parent.cert.NotBefore, parent.cert.NotAfter.Add(-24*time.Hour)
		issuer, signer = parent.def.short, parent.key
	}
	t := tbs{
		serial: p.serials.authority(issuer, c.def.short, obj.issued), subject: c.name,
		notBefore: notBefore, notAfter: notAfter, extensions: exts,
	}
	var parentCert *x509.Certificate
	if parent != nil {
		parentCert = parent.cert
	}
	cert, err := t.sign(&obj.key.PublicKey, parentCert, signer)
	if err != nil {
		return nil, fmt.Errorf("pki: %s: %w", c.def.short, err)
	}
	return &object{key: obj.key, certs: []*x509.Certificate{cert}, issued: obj.issued + 1}, nil
}
