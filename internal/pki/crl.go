package pki

import (
	"crypto/rand"
	"crypto/x509"
	"fmt"
	"math/big"
	"sync"
	"time"
)

// A CRL is good for a week and made anew every hour (the real periods are not
// public), and whenever a revocation changes it.
const (
	crlLife  = 7 * day
	crlFresh = time.Hour
)

// crlCell holds the last CRL of one authority.
type crlCell struct {
	mu       sync.Mutex
	der      []byte
	key      string // of the authority's certificate
	revision uint64
	count    int
	number   *big.Int
	from     instants
}

// CRL returns the DER of an authority's revocation list (RFC 5280 §5), by short
// name or file name (ACI-EL-ORG, ACI-EL-ORG-TEST.crl). It covers both the
// simulated and the wall time.
func (p *PKI) CRL(short string) ([]byte, error) {
	a, err := p.authority(shortOf(short))
	if err != nil {
		return nil, err
	}
	if err := p.enterRevoked(a.def.short); err != nil {
		return nil, err
	}
	p.mu.Lock()
	c, ok := p.crls[a.def.short]
	if !ok {
		c = &crlCell{}
		p.crls[a.def.short] = c
	}
	p.mu.Unlock()
	c.mu.Lock()
	defer c.mu.Unlock()
	i := p.instants()
	list, revision := p.register.list(a.def.short, i.now)
	if c.current(a, revision, len(list), i) {
		return c.der, nil
	}
	return c.make(a, list, revision, i)
}

func (c *crlCell) current(a *authority, revision uint64, count int, i instants) bool {
	near := func(a, b time.Time) bool { d := a.Sub(b); return d >= 0 && d < crlFresh }
	return c.der != nil && c.key == string(a.cert.Raw) && c.revision == revision && c.count == count &&
		near(i.now, c.from.now) && near(i.wall, c.from.wall)
}

func (c *crlCell) make(a *authority, list []Revocation, revision uint64, i instants) ([]byte, error) {
	// Numbers grow from one list to the next, across restarts too (§5.2.3).
	number := big.NewInt(i.wall.UnixMilli())
	if c.number != nil && number.Cmp(c.number) <= 0 {
		number.Add(c.number, big.NewInt(1))
	}
	template := &x509.RevocationList{
		Number: number, SignatureAlgorithm: x509.SHA256WithRSA,
		ThisUpdate: i.early().Truncate(time.Second), NextUpdate: i.late().Add(crlLife).Truncate(time.Second),
	}
	for _, rev := range list {
		serial, ok := parseSerial(rev.Serial)
		if !ok {
			return nil, fmt.Errorf("pki: CRL of %s: serial number %q", a.def.short, rev.Serial)
		}
		template.RevokedCertificateEntries = append(template.RevokedCertificateEntries, x509.RevocationListEntry{
			SerialNumber: serial, RevocationTime: rev.At.UTC(), ReasonCode: int(rev.Reason),
		})
	}
	der, err := x509.CreateRevocationList(rand.Reader, template, a.cert, a.key)
	if err != nil {
		return nil, fmt.Errorf("pki: CRL of %s: %w", a.def.short, err)
	}
	c.der, c.key, c.revision, c.count, c.number, c.from = der, string(a.cert.Raw), revision, len(list), number, i
	return der, nil
}

// enterRevoked reads the kept certificates of the revoked profiles of an
// authority, so that their revocation is known before anybody asks for them. It
// makes none.
func (p *PKI) enterRevoked(short string) error {
	for _, prof := range p.catalogue.list {
		if prof.Defect == Revoked && prof.order.issuer == short && p.folder.has(dirLeaf, prof.Name) {
			if _, err := p.Credential(prof.Name); err != nil {
				return err
			}
		}
	}
	return nil
}
