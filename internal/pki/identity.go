package pki

import (
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"slices"
	"strings"
)

// IdentityKind says what a certificate stands for.
type IdentityKind string

// What a certificate may stand for.
const (
	IdentityCPS   IdentityKind = "CPS"  // professional, card
	IdentityCPF   IdentityKind = "CPF"  // professional in training, card
	IdentityCPE   IdentityKind = "CPE"  // employee, nominative card
	IdentityCDE   IdentityKind = "CDE"  // employee, card under pseudonym
	IdentityCPA   IdentityKind = "CPA"  // other card
	IdentityPS    IdentityKind = "PS"   // professional, software certificate
	IdentityORG   IdentityKind = "ORG"  // organisation
	IdentitySERV  IdentityKind = "SERV" // server of an organisation
	IdentityOther IdentityKind = ""     // none of these: not shaped like an IGC-Santé leaf
)

// Identity is who a certificate stands for, read from the certificate alone.
type Identity struct {
	Kind         IdentityKind `json:"kind"`
	CommonName   string       `json:"common_name"`
	PersonID     string       `json:"person_id,omitempty"` // PS_IdNat: the CN of a person's certificate
	Given        string       `json:"given,omitempty"`
	Family       string       `json:"family,omitempty"`
	Title        string       `json:"title,omitempty"`
	Pseudonym    string       `json:"pseudonym,omitempty"`
	StructureID  string       `json:"structure_id,omitempty"` // Struct_IdNat: the OU
	Organization string       `json:"organization,omitempty"`
	Department   string       `json:"department,omitempty"`
	Profession   int          `json:"profession,omitempty"`  // code of TRE_G15; 0 when absent
	CardType     CardType     `json:"card_type"`             // NoCard when absent
	CardNumber   string       `json:"card_number,omitempty"` // "8025000001/<10 digits>"
	Test         bool         `json:"test"`                  // by the private extension .5
	Software     bool         `json:"software"`              // idem
	Signature    bool         `json:"signature"`             // made for signing (nonRepudiation), not for authentication
	Serial       string       `json:"serial"`                // upper-case hexadecimal
	Subject      string       `json:"subject"`               // as openssl -nameopt RFC2253
	SubjectJava  string       `json:"subject_java"`          // as Java's X500Principal.toString
	Issuer       string       `json:"issuer"`                // as openssl -nameopt RFC2253
}

// Nominative reports whether the certificate names a person: the INS service,
// for one, does not take the others.
func (i Identity) Nominative() bool { return i.Given != "" || i.Family != "" }

// ParseIdentity reads a certificate without judging it: see [PKI.Verify]. It
// fails only when the names cannot be decoded.
func ParseIdentity(c *x509.Certificate) (Identity, error) {
	if c == nil || c.SerialNumber == nil {
		return Identity{}, errors.New("pki: no certificate")
	}
	id := Identity{
		CardType: NoCard, Serial: serialText(c.SerialNumber),
		Signature: c.KeyUsage&x509.KeyUsageContentCommitment != 0,
	}
	rdns, err := decodeName(c.RawSubject)
	if err != nil {
		return Identity{}, err
	}
	if id.Subject, err = RFC2253(c.RawSubject); err != nil {
		return Identity{}, err
	}
	if id.SubjectJava, err = JavaName(c.RawSubject); err != nil {
		return Identity{}, err
	}
	if id.Issuer, err = RFC2253(c.RawIssuer); err != nil {
		return Identity{}, err
	}
	id.readName(rdns)
	id.readExtensions(c)
	id.classify(c)
	return id, nil
}

// readName takes the first value of each attribute.
func (i *Identity) readName(rdns []rawRDNSET) {
	for _, set := range rdns {
		for _, a := range set {
			if len(a.Type) != 4 || !slices.Equal(a.Type[:3], []int{2, 5, 4}) {
				continue
			}
			text, ok := a.text()
			if !ok {
				continue
			}
			if field := i.field(a.Type[3]); field != nil && *field == "" {
				*field = text
			}
		}
	}
}

func (i *Identity) field(typ int) *string {
	switch typ {
	case attrCommonName:
		return &i.CommonName
	case attrGivenName:
		return &i.Given
	case attrSurname:
		return &i.Family
	case attrTitle:
		return &i.Title
	case attrPseudonym:
		return &i.Pseudonym
	case attrUnit:
		return &i.StructureID
	case attrOrganization:
		return &i.Organization
	case attrState:
		return &i.Department
	}
	return nil
}

// readExtensions reads the private extensions; one that is not of the form seen
// counts as absent.
func (i *Identity) readExtensions(c *x509.Certificate) {
	for _, ext := range c.Extensions {
		var (
			number int
			octets []byte
			text   asn1.RawValue
		)
		switch {
		case ext.Id.Equal(oidGIP(gipCardType)):
			if exactly(ext.Value, &number) && number >= 0 && number <= int(CPA) {
				i.CardType = CardType(number)
			}
		case ext.Id.Equal(oidGIP(gipProfession)):
			if exactly(ext.Value, &number) && number > 0 {
				i.Profession = number
			}
		case ext.Id.Equal(oidGIP(gipNature)):
			if exactly(ext.Value, &octets) && len(octets) == 1 {
				i.Test = octets[0]&natureTest != 0
				i.Software = octets[0]&natureSoftware == natureSoftware
			}
		case ext.Id.Equal(oidGIP(gipCardNumber)):
			if exactly(ext.Value, &text) {
				if s, ok := stringValue(text); ok {
					i.CardNumber = s
				}
			}
		}
	}
}

// exactly decodes a DER value that fills its bytes.
func exactly(der []byte, to any) bool {
	rest, err := asn1.Unmarshal(der, to)
	return err == nil && len(rest) == 0
}

// classify tells the kind by the card type, else by the shape of the name.
func (i *Identity) classify(c *x509.Certificate) {
	switch {
	case c.IsCA:
	case i.CardType == CPS:
		i.Kind = IdentityCPS
	case i.CardType == CPF:
		i.Kind = IdentityCPF
	case i.CardType == CPE && i.Pseudonym != "":
		i.Kind = IdentityCDE
	case i.CardType == CPE:
		i.Kind = IdentityCPE
	case i.CardType == CPA:
		i.Kind = IdentityCPA
	case i.Nominative():
		i.Kind = IdentityPS
	case i.StructureID != "" && slices.Contains(c.ExtKeyUsage, x509.ExtKeyUsageServerAuth) && (len(c.DNSNames) > 0 || strings.Contains(i.CommonName, ".")):
		i.Kind = IdentitySERV
	case i.StructureID != "":
		i.Kind = IdentityORG
	}
	switch i.Kind {
	case IdentityCPS, IdentityCPF, IdentityCPE, IdentityCDE, IdentityCPA, IdentityPS:
		i.PersonID = i.CommonName
	case IdentityORG, IdentitySERV, IdentityOther:
	}
}
