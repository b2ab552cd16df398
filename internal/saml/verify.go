package saml

import (
	"crypto"
	_ "crypto/sha256" // registers SHA-256
	_ "crypto/sha512" // registers SHA-384 and SHA-512
	"crypto/subtle"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"iter"
	"strings"

	"github.com/beevik/etree"
	dsig "github.com/russellhaering/goxmldsig"
	"github.com/russellhaering/goxmldsig/etreeutils"
)

// A ChainVerifier judges the certificate of a signer; leaf first.
type ChainVerifier func(chain []*x509.Certificate) error

// signature is a ds:Signature of the only shape that is accepted.
type signature struct {
	element, signedInfo *etree.Element
	method              x509.SignatureAlgorithm
	value               []byte
	hash                crypto.Hash
	digest              []byte
	prefixes, infoList  string // InclusiveNamespaces of the transform, of SignedInfo
}

// Verify checks the enveloped signature, then has the signer's certificate
// judged. Its error is a *Problem; a refusal of chain is wrapped in it.
func (a *Assertion) Verify(chain ChainVerifier) error {
	s, err := a.signature()
	if err != nil {
		return err
	}
	if a.Certificate == nil {
		return problem(Certificate, "la signature ne porte pas de certificat X.509 lisible (KeyInfo/X509Data/X509Certificate)", "the signature carries no readable X.509 certificate (KeyInfo/X509Data/X509Certificate)")
	}
	if err := s.checkDigest(a.element); err != nil {
		return err
	}
	if err := s.checkValue(a.Certificate); err != nil {
		return err
	}
	if chain == nil {
		return nil
	}
	if err := chain([]*x509.Certificate{a.Certificate}); err != nil {
		return &Problem{
			Kind: Certificate, Err: err,
			FR: "le certificat du signataire est refusé : " + err.Error(), EN: "the signer's certificate is refused: " + err.Error(),
		}
	}
	return nil
}

// checkDigest compares the digest in the signature with the assertion's, less
// its signature.
func (s *signature) checkDigest(e *etree.Element) error {
	copied, err := detach(e)
	if err != nil {
		return err
	}
	i := s.element.Index()
	copied.RemoveChildAt(i)
	b, err := canonical(copied, s.prefixes)
	if err != nil {
		return err
	}
	h := s.hash.New()
	_, _ = h.Write(b)
	if subtle.ConstantTimeCompare(h.Sum(nil), s.digest) != 1 {
		return problem(Digest, "l'assertion a changé depuis sa signature (empreinte différente)", "the assertion has changed since it was signed (its digest differs)")
	}
	return nil
}

// checkValue verifies the signature of SignedInfo.
func (s *signature) checkValue(c *x509.Certificate) error {
	copied, err := detach(s.signedInfo)
	if err != nil {
		return err
	}
	b, err := canonical(copied, s.infoList)
	if err != nil {
		return err
	}
	if err := c.CheckSignature(s.method, b, s.value); err != nil {
		return &Problem{
			Kind: Signature, Err: err,
			FR: "la valeur de la signature n'est pas de la clé du certificat joint", EN: "the signature's value is not by the key of its certificate",
		}
	}
	return nil
}

// detach copies an element with the namespaces around it.
func detach(e *etree.Element) (*etree.Element, error) {
	ctx, err := etreeutils.NSBuildParentContext(e)
	if err != nil {
		return nil, canonicalProblem(err)
	}
	copied, err := etreeutils.NSDetatch(ctx, e)
	if err != nil {
		return nil, canonicalProblem(err)
	}
	return copied, nil
}

// canonical is Exclusive XML Canonicalization 1.0 without comments. It changes e.
func canonical(e *etree.Element, prefixes string) ([]byte, error) {
	b, err := dsig.MakeC14N10ExclusiveCanonicalizerWithPrefixList(prefixes).Canonicalize(e)
	if err != nil {
		return nil, canonicalProblem(err)
	}
	return b, nil
}

func canonicalProblem(err error) error {
	return &Problem{Kind: Malformed, Err: err, FR: "l'assertion ne se laisse pas canoniser", EN: "the assertion cannot be canonicalized"}
}

// children yields the child elements with a name.
func children(e *etree.Element, space, local string) iter.Seq[*etree.Element] {
	return func(yield func(*etree.Element) bool) {
		for c := range e.ChildElementsSeq() {
			if c.Tag == local && c.NamespaceURI() == space && !yield(c) {
				return
			}
		}
	}
}

// one returns the only child element with a name.
func one(e *etree.Element, local string) (*etree.Element, error) {
	var found *etree.Element
	for c := range children(e, DSig, local) {
		if found != nil {
			return nil, problem(Wrapped, e.Tag+" contient deux "+local, e.Tag+" holds two "+local)
		}
		found = c
	}
	if found == nil {
		return nil, problem(Malformed, e.Tag+" n'a pas de "+local, e.Tag+" has no "+local)
	}
	return found, nil
}

func decode64(e *etree.Element) ([]byte, error) {
	t, err := text(e)
	if err != nil {
		return nil, err
	}
	b, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(t), ""))
	if err != nil {
		return nil, problem(Malformed, e.Tag+" n'est pas du base64", e.Tag+" is not base64")
	}
	return b, nil
}

// methodOf and hashOf are the algorithms allowed (XML Signature 1.1 §6.2, §6.4):
// SHA-1 is not.
func methodOf(uri string) (x509.SignatureAlgorithm, bool) {
	switch uri {
	case rsaSHA256:
		return x509.SHA256WithRSA, true
	case "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384":
		return x509.SHA384WithRSA, true
	case "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512":
		return x509.SHA512WithRSA, true
	}
	return 0, false
}

func hashOf(uri string) (crypto.Hash, bool) {
	switch uri {
	case sha256URI:
		return crypto.SHA256, true
	case "http://www.w3.org/2001/04/xmldsig-more#sha384":
		return crypto.SHA384, true
	case "http://www.w3.org/2001/04/xmlenc#sha512":
		return crypto.SHA512, true
	}
	return 0, false
}

// KindOf is the kind of a *Problem in err's chain, empty when there is none.
func KindOf(err error) Kind {
	var p *Problem
	if errors.As(err, &p) {
		return p.Kind
	}
	return ""
}
