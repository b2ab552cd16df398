package pki

import (
	"fmt"
	"math/big"
	"sort"
	"sync"
	"time"
)

// CRLReason is a reason code of RFC 5280 §5.3.1.
type CRLReason int

// Reason codes.
const (
	Unspecified          CRLReason = 0
	KeyCompromise        CRLReason = 1
	CACompromise         CRLReason = 2
	AffiliationChanged   CRLReason = 3
	Superseded           CRLReason = 4
	CessationOfOperation CRLReason = 5
	CertificateHold      CRLReason = 6
	PrivilegeWithdrawn   CRLReason = 9
	AACompromise         CRLReason = 10
)

func (r CRLReason) known() bool {
	return r >= Unspecified && r <= AACompromise && r != 7 && r != 8
}

// Revocation is one revoked certificate.
type Revocation struct {
	Issuer string    `json:"issuer"` // short name of the authority
	Serial string    `json:"serial"` // upper-case hexadecimal
	At     time.Time `json:"at"`     // simulated time; it counts from then on
	Reason CRLReason `json:"reason"`
	Name   string    `json:"name,omitempty"` // of the profile or request, when asked by name
}

type revocationKey struct{ issuer, serial string }

// register holds what is revoked: by the profiles (the defect revoked), which
// stays, and by requests made while running.
type register struct {
	mu       sync.Mutex
	built    map[revocationKey]Revocation
	asked    map[revocationKey]Revocation
	lifted   map[revocationKey]bool // of built, by Unrevoke
	revision uint64
}

func newRegister() *register {
	return &register{
		built: map[revocationKey]Revocation{}, asked: map[revocationKey]Revocation{}, lifted: map[revocationKey]bool{},
	}
}

// profile enters the certificates, present and past, of a revoked profile.
func (r *register) profile(issuer, name string, o *object) {
	r.mu.Lock()
	defer r.mu.Unlock()
	at := o.cert().NotBefore.Add(day)
	for _, s := range append([]string{serialText(o.cert().SerialNumber)}, o.past...) {
		k := revocationKey{issuer, s}
		if _, ok := r.built[k]; !ok {
			r.built[k] = Revocation{Issuer: issuer, Serial: s, At: at, Reason: KeyCompromise, Name: name}
			r.revision++
		}
	}
}

// find returns the revocation of a certificate that counts at a time.
func (r *register) find(issuer string, serial *big.Int, at time.Time) (Revocation, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	k := revocationKey{issuer, serialText(serial)}
	rev, ok := r.asked[k]
	if !ok && !r.lifted[k] {
		rev, ok = r.built[k]
	}
	return rev, ok && !rev.At.After(at)
}

// list returns what counts at a time, all issuers for "", ordered.
func (r *register) list(issuer string, at time.Time) ([]Revocation, uint64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	var out []Revocation
	for k, rev := range r.asked {
		if (issuer == "" || k.issuer == issuer) && !rev.At.After(at) {
			out = append(out, rev)
		}
	}
	for k, rev := range r.built {
		if _, dup := r.asked[k]; !dup && !r.lifted[k] && (issuer == "" || k.issuer == issuer) && !rev.At.After(at) {
			out = append(out, rev)
		}
	}
	sort.Slice(out, func(i, j int) bool {
		if out[i].Issuer != out[j].Issuer {
			return out[i].Issuer < out[j].Issuer
		}
		return out[i].Serial < out[j].Serial
	})
	return out, r.revision
}

// Revoke revokes a certificate: ref is the name of a profile or of a kept
// request, the short name of an intermediate authority, or a serial number in
// hexadecimal. A zero time means now. A certificate of another PKI is refused.
// It lives in memory: a restart or SetRevocations(nil) forgets it.
func (p *PKI) Revoke(ref string, at time.Time, reason CRLReason) (Revocation, error) {
	if !reason.known() {
		return Revocation{}, fmt.Errorf("pki: revoke %q: no reason code %d (RFC 5280 §5.3.1)", ref, reason)
	}
	k, name, err := p.resolve(ref)
	if err != nil {
		return Revocation{}, fmt.Errorf("pki: revoke: %w", err)
	}
	if at.IsZero() {
		at = p.opts.Now()
	}
	rev := Revocation{Issuer: k.issuer, Serial: k.serial, At: at.UTC().Truncate(time.Second), Reason: reason, Name: name}
	p.register.mu.Lock()
	defer p.register.mu.Unlock()
	p.register.asked[k] = rev
	p.register.revision++
	return rev, nil
}

// Unrevoke takes a revocation back, that of a profile too. It fails when the
// certificate is not revoked.
func (p *PKI) Unrevoke(ref string) error {
	k, _, err := p.resolve(ref)
	if err != nil {
		return fmt.Errorf("pki: unrevoke: %w", err)
	}
	r := p.register
	r.mu.Lock()
	defer r.mu.Unlock()
	_, asked := r.asked[k]
	_, built := r.built[k]
	if !asked && (!built || r.lifted[k]) {
		return fmt.Errorf("pki: unrevoke: %q is not revoked", ref)
	}
	delete(r.asked, k)
	if built {
		r.lifted[k] = true
	}
	r.revision++
	return nil
}

// Revocations returns what was revoked while running, for a snapshot.
func (p *PKI) Revocations() []Revocation {
	p.register.mu.Lock()
	defer p.register.mu.Unlock()
	out := make([]Revocation, 0, len(p.register.asked))
	for _, rev := range p.register.asked {
		out = append(out, rev)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Issuer+out[i].Serial < out[j].Issuer+out[j].Serial })
	return out
}

// SetRevocations replaces what was revoked while running (nil at a reset) and
// forgets what was taken back of the profiles. A list that is not one of
// Revocations is refused whole.
func (p *PKI) SetRevocations(list []Revocation) error {
	for _, rev := range list {
		serial, ok := parseSerial(rev.Serial)
		if _, known := p.authorities[rev.Issuer]; !known || !ok || serialText(serial) != rev.Serial || !rev.Reason.known() {
			return fmt.Errorf("pki: revocations: issuer %q, serial number %q, reason %d", rev.Issuer, rev.Serial, rev.Reason)
		}
	}
	r := p.register
	r.mu.Lock()
	defer r.mu.Unlock()
	clear(r.asked)
	clear(r.lifted)
	for _, rev := range list {
		r.asked[revocationKey{rev.Issuer, rev.Serial}] = rev
	}
	r.revision++
	return nil
}

// resolve finds the certificate that a reference names.
func (p *PKI) resolve(ref string) (revocationKey, string, error) {
	if c, ok := p.authorities[ref]; ok {
		if c.def.root() {
			return revocationKey{}, "", fmt.Errorf("%s is a root: nobody can revoke it", ref)
		}
		a, err := p.authority(ref)
		if err != nil {
			return revocationKey{}, "", err
		}
		return revocationKey{a.parent.def.short, serialText(a.cert.SerialNumber)}, ref, nil
	}
	if prof, ok := p.catalogue.byName[ref]; ok {
		c, err := p.Credential(ref)
		if err != nil {
			return revocationKey{}, "", err
		}
		return revocationKey{prof.order.issuer, serialText(c.Leaf.SerialNumber)}, ref, nil
	}
	if k, ok := p.issuedName(ref); ok {
		return k, ref, nil
	}
	serial, ok := parseSerial(ref)
	if !ok {
		return revocationKey{}, "", fmt.Errorf("%q is neither a name nor a serial number", ref)
	}
	for _, d := range hierarchy() {
		if p.serials.issued(d.short, serial) {
			return revocationKey{d.short, serialText(serial)}, "", nil
		}
	}
	return revocationKey{}, "", fmt.Errorf("serial number %s was not issued here", serialText(serial))
}

// issuedName finds the certificate of a request that was kept under a name.
func (p *PKI) issuedName(name string) (revocationKey, bool) {
	p.mu.Lock()
	c := p.leaves[name]
	p.mu.Unlock()
	if c == nil {
		return revocationKey{}, false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.cur == nil {
		return revocationKey{}, false
	}
	return revocationKey{c.order.issuer, serialText(c.cur.Leaf.SerialNumber)}, true
}
