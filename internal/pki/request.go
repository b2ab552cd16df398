package pki

import (
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Request asks for a certificate.
type Request struct {
	// Name keeps key and certificate under this name ([a-z0-9-], 64 at most):
	// the same request later returns the same credential. Without a name
	// nothing is kept.
	Name    string
	Kind    Kind
	Subject Subject
	// Hosts are the DNS names and IP addresses of a server certificate.
	Hosts []string
	// EKU replaces the extended key usages of the kind: a wrong usage.
	EKU    []string
	Defect Defect
	// NotBefore and NotAfter replace the period; both or none.
	NotBefore, NotAfter time.Time
	// Key is used instead of a new one; not with Name.
	Key *rsa.PrivateKey
}

// order is a request that was checked and completed.
type order struct {
	Request
	gabarit
	name    []byte // DER of the distinguished name
	upnName string
}

// validName holds a name to what is safe in a file name and in a URL.
func validName(name string) bool {
	return name != "" && len(name) <= 64 && name[0] != '-' &&
		strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == ""
}

// order checks a request.
func (r Request) order() (*order, error) {
	g, ok := gabaritOf(r.Kind)
	if !ok {
		return nil, fmt.Errorf("no kind %q (kinds: %v)", r.Kind, Kinds())
	}
	if !r.Defect.known() {
		return nil, fmt.Errorf("no defect %q", r.Defect)
	}
	hosts, err := cleanHosts(r.Hosts)
	if err != nil {
		return nil, err
	}
	r.Hosts = hosts
	if (len(r.Hosts) > 0) != (r.Kind == ServSSL) {
		return nil, fmt.Errorf("kind %s with %d hosts: a server certificate, and only one, names hosts", r.Kind, len(r.Hosts))
	}
	if r.NotBefore.IsZero() != r.NotAfter.IsZero() || r.NotAfter.Before(r.NotBefore) {
		return nil, errors.New("want both ends of the period, in order, or none")
	}
	if r.Name != "" && r.Key != nil {
		return nil, errors.New("a key is given for a certificate that is kept under a name")
	}
	r.Subject = r.Subject.complete(r.Kind, g, r.Hosts)
	if err := r.Subject.check(r.Kind, g); err != nil {
		return nil, err
	}
	o := &order{Request: r, gabarit: g}
	if len(r.EKU) > 0 {
		o.eku = slices.Clone(r.EKU)
	}
	for _, name := range o.eku {
		if _, ok := oidEKU(name); !ok {
			return nil, fmt.Errorf("unknown extended key usage %q", name)
		}
	}
	if r.Defect == UnknownCA {
		o.issuer = Unknown
	}
	if g.upn {
		o.upnName = r.Subject.upn(g)
	}
	o.name, err = r.Subject.name(g)
	return o, err
}

// period is that of the request, else that of the defect.
func (o *order) period(i instants) (notBefore, notAfter time.Time) {
	if !o.NotBefore.IsZero() {
		return o.NotBefore.UTC().Truncate(time.Second), o.NotAfter.UTC().Truncate(time.Second)
	}
	return o.Defect.validity(i)
}

// current reports whether a period is still what the order wants.
func (o *order) current(i instants, c *x509.Certificate) bool {
	if !o.NotBefore.IsZero() {
		notBefore, notAfter := o.period(i)
		return c.NotBefore.Equal(notBefore) && c.NotAfter.Equal(notAfter)
	}
	return o.Defect.holds(i, c.NotBefore, c.NotAfter)
}

// extensions of a leaf, in the order of the real ones.
func (o *order) extensions(pub, issuer *rsa.PublicKey, l links, notBefore, notAfter time.Time) ([]pkix.Extension, error) {
	var e extensions
	e.basicConstraints(false, -1)
	e.subjectKeyID(keyID(pub))
	e.authorityKeyID(keyID(issuer))
	e.keyUsage(o.usage)
	e.policy(oidTestPolicy())
	e.extKeyUsage(o.eku)
	if o.keyPeriod {
		e.privateKeyPeriod(notBefore, notAfter)
	}
	e.altNames(o.upnName, o.Subject.Email, o.Hosts)
	e.crlPoint(l.crl(o.issuer))
	e.authorityInfo(l.ocsp(), l.ca(o.issuer))
	nature := byte(natureTest)
	if o.software() {
		nature |= natureSoftware
	}
	e.nature(nature)
	if !o.software() {
		e.cardType(int(o.card))
		e.cardNumber(o.Subject.CardNumber)
	}
	if o.profession {
		e.profession(o.Subject.Profession)
	}
	return e.list, e.err
}
