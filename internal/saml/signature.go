package saml

import (
	"strings"

	"github.com/beevik/etree"
)

const (
	excC14N       = "http://www.w3.org/2001/10/xml-exc-c14n#"
	envelopedSign = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
	rsaSHA256     = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
	sha256URI     = "http://www.w3.org/2001/04/xmlenc#sha256"
)

// signature returns the assertion's signature, once its shape is such that it
// can only cover the assertion (SAML 2.0 Core §5.4.2 to §5.4.4).
func (a *Assertion) signature() (*signature, error) {
	if !a.Signed {
		return nil, problem(Unsigned, "l'assertion n'est pas signée", "the assertion is not signed")
	}
	if err := a.alone(); err != nil {
		return nil, err
	}
	el, err := one(a.element, "Signature")
	if err != nil {
		return nil, err
	}
	s := &signature{element: el}
	if s.signedInfo, err = one(el, "SignedInfo"); err != nil {
		return nil, err
	}
	if err := s.methods(); err != nil {
		return nil, err
	}
	value, err := one(el, "SignatureValue")
	if err != nil {
		return nil, err
	}
	if s.value, err = decode64(value); err != nil {
		return nil, err
	}
	return s, s.reference(a.ID)
}

// alone checks that no other element of the document has the assertion's ID and
// that no other signature hides in the assertion.
func (a *Assertion) alone() error {
	root := a.element
	for root.Parent() != nil {
		root = root.Parent()
	}
	same, signatures := 0, 0
	var visit func(e *etree.Element, inside bool)
	visit = func(e *etree.Element, inside bool) {
		inside = inside || e == a.element
		for _, at := range e.Attr {
			if at.Space != "xmlns" && strings.EqualFold(at.Key, "id") && at.Value == a.ID {
				same++
			}
		}
		if inside && e.Tag == "Signature" && e.NamespaceURI() == DSig {
			signatures++
		}
		for c := range e.ChildElementsSeq() {
			visit(c, inside)
		}
	}
	visit(root, false)
	switch {
	case same != 1:
		return problem(Wrapped, "plusieurs éléments du message portent l'ID "+quote(a.ID), "several elements of the message have the ID "+quote(a.ID))
	case signatures != 1:
		return problem(Wrapped, "l'assertion contient plusieurs signatures", "the assertion holds several signatures")
	}
	return nil
}

// methods reads the canonicalization and signature methods.
func (s *signature) methods() error {
	c, err := one(s.signedInfo, "CanonicalizationMethod")
	if err != nil {
		return err
	}
	if alg := c.SelectAttrValue("Algorithm", ""); alg != excC14N {
		return problem(Algorithm, "canonisation "+quote(alg)+" ; attendu exc-c14n", "canonicalization "+quote(alg)+"; want exc-c14n")
	}
	s.infoList = prefixList(c)
	m, err := one(s.signedInfo, "SignatureMethod")
	if err != nil {
		return err
	}
	alg := m.SelectAttrValue("Algorithm", "")
	method, ok := methodOf(alg)
	if !ok {
		return problem(Algorithm, "signature "+quote(alg)+" ; attendu rsa-sha256", "signature "+quote(alg)+"; want rsa-sha256")
	}
	s.method = method
	return nil
}

// reference reads the one Reference, which must be to id.
func (s *signature) reference(id string) error {
	ref, err := one(s.signedInfo, "Reference")
	if err != nil {
		return err
	}
	if uri := ref.SelectAttrValue("URI", ""); uri != "#"+id {
		return problem(Wrapped, "la signature porte sur "+quote(uri)+", pas sur cette assertion ("+quote("#"+id)+")", "the signature is of "+quote(uri)+", not of this assertion ("+quote("#"+id)+")")
	}
	if err := s.transforms(ref); err != nil {
		return err
	}
	m, err := one(ref, "DigestMethod")
	if err != nil {
		return err
	}
	alg := m.SelectAttrValue("Algorithm", "")
	hash, ok := hashOf(alg)
	if !ok {
		return problem(Algorithm, "empreinte "+quote(alg)+" ; attendu sha256", "digest "+quote(alg)+"; want sha256")
	}
	s.hash = hash
	value, err := one(ref, "DigestValue")
	if err != nil {
		return err
	}
	s.digest, err = decode64(value)
	return err
}

// transforms accepts enveloped-signature followed by exc-c14n.
func (s *signature) transforms(ref *etree.Element) error {
	ts, err := one(ref, "Transforms")
	if err != nil {
		return err
	}
	var algs []string
	for t := range ts.ChildElementsSeq() {
		alg := t.SelectAttrValue("Algorithm", "")
		algs = append(algs, alg)
		if alg == excC14N {
			s.prefixes = prefixList(t)
		}
	}
	if len(algs) != 2 || algs[0] != envelopedSign || algs[1] != excC14N {
		return problem(Algorithm, "transformations "+quote(strings.Join(algs, " "))+" ; attendu enveloped-signature puis exc-c14n", "transforms "+quote(strings.Join(algs, " "))+"; want enveloped-signature then exc-c14n")
	}
	return nil
}

// prefixList is the PrefixList of InclusiveNamespaces (Exclusive XML
// Canonicalization 1.0 §2); #default stands for no prefix.
func prefixList(e *etree.Element) string {
	for c := range children(e, excC14N, "InclusiveNamespaces") {
		return strings.ReplaceAll(c.SelectAttrValue("PrefixList", ""), "#default", "")
	}
	return ""
}
