package pki

import "encoding/asn1"

// Object identifiers are functions' results rather than variables: nothing in
// this package can be changed from outside.

// attribute types (RFC 4519, X.520)
func oidAttr(last int) asn1.ObjectIdentifier { return asn1.ObjectIdentifier{2, 5, 4, last} }

const (
	attrCommonName   = 3
	attrSurname      = 4
	attrCountry      = 6
	attrState        = 8
	attrOrganization = 10
	attrUnit         = 11
	attrTitle        = 12
	attrGivenName    = 42
	attrPseudonym    = 65
)

// certificate extensions (RFC 5280 §4.2.1)
func oidExt(last int) asn1.ObjectIdentifier { return asn1.ObjectIdentifier{2, 5, 29, last} }

const (
	extSubjectKeyID     = 14
	extKeyUsage         = 15
	extPrivateKeyPeriod = 16
	extSubjectAltName   = 17
	extBasicConstraints = 19
	extCRLPoints        = 31
	extPolicies         = 32
	extAuthorityKeyID   = 35
	extExtKeyUsage      = 37
)

// private extensions of the IGC-Santé, below 1.2.250.1.71.1.2
func oidGIP(last int) asn1.ObjectIdentifier {
	return asn1.ObjectIdentifier{1, 2, 250, 1, 71, 1, 2, last}
}

const (
	gipCardType   = 2 // INTEGER, see CardType
	gipCardNumber = 3 // PrintableString "8025000001/<10 digits>"
	gipNature     = 5 // one-byte OCTET STRING: 0x80 test, low bits 0 card or 3 software
	gipProfession = 7 // INTEGER, code of TRE_G15
)

func oidAIA() asn1.ObjectIdentifier { return asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 1, 1} }

func oidOCSP() asn1.ObjectIdentifier { return asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 48, 1} }

func oidCAIssuers() asn1.ObjectIdentifier { return asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 48, 2} }

func oidCPS() asn1.ObjectIdentifier       { return asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 2, 1} }
func oidAnyPolicy() asn1.ObjectIdentifier { return asn1.ObjectIdentifier{2, 5, 29, 32, 0} }

// oidTestPolicy is the policy that every leaf of the real test hierarchy names.
func oidTestPolicy() asn1.ObjectIdentifier {
	return asn1.ObjectIdentifier{1, 2, 250, 1, 213, 1, 7, 2, 1, 1, 1, 1}
}

// oidUPN is Microsoft's user principal name, an otherName of smart card logon.
func oidUPN() asn1.ObjectIdentifier { return asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 311, 20, 2, 3} }

// extended key usages, by the names used in profiles.yaml
func oidEKU(name string) (asn1.ObjectIdentifier, bool) {
	switch name {
	case EKUServerAuth:
		return asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 3, 1}, true
	case EKUClientAuth:
		return asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 3, 2}, true
	case EKUEmailProtection:
		return asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 3, 4}, true
	case EKUSmartcardLogon:
		return asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 311, 20, 2, 2}, true
	}
	return nil, false
}

// Names of extended key usages.
const (
	EKUServerAuth      = "serverAuth"
	EKUClientAuth      = "clientAuth"
	EKUEmailProtection = "emailProtection"
	EKUSmartcardLogon  = "smartcardLogon"
)
