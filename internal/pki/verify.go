package pki

import (
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"fmt"
	"slices"
	"time"
)

// Usage is what a certificate is presented for.
type Usage string

// Usages. AnyUsage is not checked.
const (
	AnyUsage       Usage = ""
	ClientUsage    Usage = "client"    // TLS client: clientAuth, digitalSignature
	ServerUsage    Usage = "server"    // TLS server: serverAuth
	SignatureUsage Usage = "signature" // signed documents and assertions: nonRepudiation
)

// Verify judges a chain (leaf first, as in tls.ConnectionState.PeerCertificates)
// at the simulated time: signed by this hierarchy, in its period, not revoked,
// made for the usage. Only the leaf counts: the intermediates are known. It returns who the
// leaf stands for, or a *[VerifyError]; another error is a failure of the PKI
// itself.
func (p *PKI) Verify(chain []*x509.Certificate, usage Usage) (Identity, error) {
	if len(chain) == 0 || chain[0] == nil {
		return Identity{}, &VerifyError{Reason: NotACertificate}
	}
	leaf := chain[0]
	known, err := p.judge(leaf)
	if err != nil {
		return known.id, err
	}
	id, path := known.id, known.path
	refuse := func(r Reason, err error) (Identity, error) {
		return id, &VerifyError{Reason: r, Identity: id, Err: err}
	}
	i := p.instants()
	if path == nil {
		return refuse(FromUnknownCA, fmt.Errorf("issuer %s", id.Issuer))
	}
	for _, c := range path {
		switch {
		case i.now.Before(c.NotBefore):
			return refuse(IsNotYetValid, fmt.Errorf("valid from %s, now %s", utc(c.NotBefore), utc(i.now)))
		case i.now.After(c.NotAfter):
			return refuse(IsExpired, fmt.Errorf("valid until %s, now %s", utc(c.NotAfter), utc(i.now)))
		}
	}
	if rev, ok, err := p.revoked(path, i); err != nil {
		return id, err
	} else if ok {
		return refuse(IsRevoked, fmt.Errorf("since %s, reason %d", utc(rev.At), rev.Reason))
	}
	if err := usage.allowed(leaf); err != nil {
		return refuse(WrongUsage, err)
	}
	return id, nil
}

// judgement is what is known of a certificate whatever the time is.
type judgement struct {
	id   Identity
	path []*x509.Certificate // nil when no authority here signed it
}

// maxJudged bounds what judge remembers: more certificates than one simulator
// meets, fewer than a flood of them.
const maxJudged = 1024

// judge reads a certificate and builds its path. A client on a connection that is
// kept alive shows the same one with each request: it is looked at once.
func (p *PKI) judge(leaf *x509.Certificate) (judgement, error) {
	key := sha256.Sum256(leaf.Raw)
	p.judged.mu.Lock()
	known, ok := p.judged.by[key]
	p.judged.mu.Unlock()
	if ok {
		return known, nil
	}
	id, err := ParseIdentity(leaf)
	if err != nil {
		return judgement{id: id}, &VerifyError{Reason: NotACertificate, Identity: id, Err: err}
	}
	path, err := p.path(leaf)
	if err != nil {
		return judgement{id: id}, err
	}
	known = judgement{id, path}
	p.judged.mu.Lock()
	defer p.judged.mu.Unlock()
	if p.judged.by == nil || len(p.judged.by) >= maxJudged {
		p.judged.by = map[[sha256.Size]byte]judgement{}
	}
	p.judged.by[key] = known
	return known, nil
}

func utc(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// path builds the chain up to one of the roots, nil when there is none. The
// issuer's name says which authority to check the signature with, so that no
// other is made, and what else the peer sent does not count. Periods are judged
// afterwards: an expired certificate of ours is expired, not of an unknown CA.
func (p *PKI) path(leaf *x509.Certificate) ([]*x509.Certificate, error) {
	short, ok := p.byName[string(leaf.RawIssuer)]
	if !ok || short == Unknown {
		return nil, nil
	}
	a, err := p.authority(short)
	if err != nil {
		return nil, err
	}
	if err := leaf.CheckSignatureFrom(a.cert); err != nil {
		return nil, nil //nolint:nilerr // not signed by that authority: unknown
	}
	if a.parent == nil && leaf.Equal(a.cert) {
		return []*x509.Certificate{leaf}, nil
	}
	return append([]*x509.Certificate{leaf}, a.chain()...), nil
}

// revoked looks for a revocation along the path.
func (p *PKI) revoked(path []*x509.Certificate, i instants) (Revocation, bool, error) {
	for n, c := range path {
		short, ok := p.byName[string(c.RawIssuer)]
		if !ok {
			continue
		}
		if n == 0 {
			if err := p.enterRevoked(short); err != nil {
				return Revocation{}, false, err
			}
		}
		if rev, ok := p.register.find(short, c.SerialNumber, i.now); ok {
			return rev, true, nil
		}
	}
	return Revocation{}, false, nil
}

// allowed holds key usage and extended key usage to what is asked.
func (u Usage) allowed(c *x509.Certificate) error {
	var (
		bits x509.KeyUsage
		ext  x509.ExtKeyUsage
	)
	switch u {
	case AnyUsage:
		return nil
	case ClientUsage:
		bits, ext = x509.KeyUsageDigitalSignature, x509.ExtKeyUsageClientAuth
	case ServerUsage:
		bits, ext = x509.KeyUsageDigitalSignature|x509.KeyUsageKeyEncipherment, x509.ExtKeyUsageServerAuth
	case SignatureUsage:
		bits, ext = x509.KeyUsageContentCommitment, x509.ExtKeyUsageEmailProtection
	default:
		return fmt.Errorf("no usage %q", u)
	}
	if c.IsCA {
		return errors.New("an authority's certificate")
	}
	if c.KeyUsage != 0 && c.KeyUsage&bits == 0 {
		return fmt.Errorf("key usage does not allow %s", u)
	}
	anyExt := slices.Contains(c.ExtKeyUsage, x509.ExtKeyUsageAny) || len(c.ExtKeyUsage)+len(c.UnknownExtKeyUsage) == 0
	if !anyExt && !slices.Contains(c.ExtKeyUsage, ext) {
		return fmt.Errorf("extended key usage does not allow %s", u)
	}
	return nil
}
