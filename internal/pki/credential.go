package pki

import (
	"crypto"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"slices"
)

// Credential is a private key with its certificate. It must not be changed:
// callers share it.
type Credential struct {
	Name  string              // of the profile or request; may be empty
	Kind  Kind                // the profile kind
	Leaf  *x509.Certificate   // the certificate
	Chain []*x509.Certificate // its issuers: intermediate, then root

	key *rsa.PrivateKey
}

// Key returns the private key, always RSA 2048.
func (c *Credential) Key() crypto.Signer { return c.key }

// TLS returns the credential for crypto/tls: the leaf and the intermediates,
// without the root, as a server or client sends them.
func (c *Credential) TLS() *tls.Certificate {
	out := &tls.Certificate{PrivateKey: c.key, Leaf: c.Leaf}
	for _, cert := range c.sent() {
		out.Certificate = append(out.Certificate, cert.Raw)
	}
	return out
}

// sent lists the leaf and the intermediates, without the root.
func (c *Credential) sent() []*x509.Certificate {
	out := []*x509.Certificate{c.Leaf}
	for _, cert := range c.Chain {
		if !slices.Equal(cert.RawSubject, cert.RawIssuer) {
			out = append(out, cert)
		}
	}
	return out
}

// Credential returns the credential of a profile of profiles.yaml, made on
// first use and kept. It fails when no profile has the name.
func (p *PKI) Credential(name string) (*Credential, error) {
	prof, ok := p.catalogue.byName[name]
	if !ok {
		return nil, fmt.Errorf("pki: no profile %q", name)
	}
	return p.kept(prof.order, prof.keyOf)
}

// Issue makes a certificate for anybody. With a name the credential is kept
// under it, and the same request gets the same one; the names of profiles are
// refused. Making a key takes tens of milliseconds.
func (p *PKI) Issue(r Request) (*Credential, error) {
	o, err := r.order()
	if err != nil {
		return nil, fmt.Errorf("pki: issue: %w", err)
	}
	if r.Name != "" {
		if _, taken := p.catalogue.byName[r.Name]; taken || !validName(r.Name) {
			return nil, fmt.Errorf("pki: issue: name %q is that of a profile, or not of the form a-z, 0-9 and '-'", r.Name)
		}
		return p.kept(o, "")
	}
	obj := &object{key: r.Key, issued: p.loose.Add(1)}
	if obj.key == nil {
		if obj.key, err = newKey(leafBits); err != nil {
			return nil, err
		}
	}
	issuer, err := p.authority(o.issuer)
	if err != nil {
		return nil, err
	}
	base, _, err := p.current()
	if err != nil {
		return nil, err
	}
	if obj, err = p.issueLeaf(o, obj, issuer, links{base}, p.instants()); err != nil {
		return nil, err
	}
	if o.Defect == Revoked {
		p.register.profile(issuer.def.short, "", obj)
	}
	return &Credential{Kind: o.Kind, key: obj.key, Leaf: obj.cert(), Chain: issuer.chain()}, nil
}

// IssuePerson makes a certificate of a professional: CPSAuth, CPSSign, CPFAuth,
// CPFSign or PSSign. The id is the PS_IdNat with its type digit (899700366240),
// the profession a code of TRE_G15.
func (p *PKI) IssuePerson(k Kind, id, given, family string, profession int) (*Credential, error) {
	return p.Issue(Request{Kind: k, Subject: Subject{
		PersonID: id, Given: given, Family: family, Profession: profession,
	}})
}

// IssueStructure makes a certificate of an organisation: OrgAuthCli or OrgSign.
// The id is the Struct_IdNat with its type digit, the department "Paris (75)".
func (p *PKI) IssueStructure(k Kind, id, organization, department, commonName string) (*Credential, error) {
	return p.Issue(Request{Kind: k, Subject: Subject{
		StructureID: id, Organization: organization, Department: department, CommonName: commonName,
	}})
}
