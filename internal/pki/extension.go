package pki

import (
	"crypto/rsa"
	"crypto/sha1" //nolint:gosec // RFC 5280 §4.2.1.2 method (1), not a signature
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"net"
	"time"
)

// extensions collects certificate extensions in the order they are added and
// keeps the first error.
type extensions struct {
	list []pkix.Extension
	err  error
}

func (e *extensions) add(id asn1.ObjectIdentifier, critical bool, value any) {
	if e.err != nil {
		return
	}
	der, err := asn1.Marshal(value)
	if err != nil {
		e.err = fmt.Errorf("encode extension %s: %w", id, err)
		return
	}
	e.list = append(e.list, pkix.Extension{Id: id, Critical: critical, Value: der})
}

type basicConstraints struct {
	IsCA       bool `asn1:"optional"`
	MaxPathLen int  `asn1:"optional,default:-1"`
}

// basicConstraints is critical for an authority and not for a leaf, as seen.
func (e *extensions) basicConstraints(ca bool, pathLen int) {
	e.add(oidExt(extBasicConstraints), ca, basicConstraints{IsCA: ca, MaxPathLen: pathLen})
}

func (e *extensions) subjectKeyID(id []byte) { e.add(oidExt(extSubjectKeyID), false, id) }

type authorityKeyID struct {
	KeyID []byte `asn1:"tag:0"`
}

// authorityKeyID has the key identifier alone, without issuer and serial.
func (e *extensions) authorityKeyID(id []byte) {
	e.add(oidExt(extAuthorityKeyID), false, authorityKeyID{KeyID: id})
}

func (e *extensions) keyUsage(usage x509.KeyUsage) {
	e.add(oidExt(extKeyUsage), true, keyUsageBits(usage))
}

// keyUsageBits is a named bit list without trailing zero bits (X.690 §11.2.2).
// Go numbers the usages from the first bit: digitalSignature is bit 0.
func keyUsageBits(usage x509.KeyUsage) asn1.BitString {
	var b [2]byte
	last := 0
	for bit := range 9 {
		if usage&(1<<bit) != 0 {
			b[bit/8] |= 0x80 >> (bit % 8)
			last = bit
		}
	}
	return asn1.BitString{Bytes: b[:last/8+1], BitLength: last + 1}
}

type policyInformation struct {
	Policy     asn1.ObjectIdentifier
	Qualifiers []policyQualifier
}

type policyQualifier struct {
	ID  asn1.ObjectIdentifier
	URI string `asn1:"ia5"`
}

// policyURI is the address of a certification practice statement that exists
// nowhere (RFC 2606 §2): the real certificates name one at this place.
const policyURI = "http://igc-sante.segursim.invalid/PC%20TEST"

func (e *extensions) policy(id asn1.ObjectIdentifier) {
	e.add(oidExt(extPolicies), false, []policyInformation{{
		Policy: id, Qualifiers: []policyQualifier{{ID: oidCPS(), URI: policyURI}},
	}})
}

func (e *extensions) extKeyUsage(names []string) {
	var oids []asn1.ObjectIdentifier
	for _, n := range names {
		id, ok := oidEKU(n)
		if !ok && e.err == nil {
			e.err = fmt.Errorf("unknown extended key usage %q", n)
		}
		oids = append(oids, id)
	}
	if len(oids) > 0 {
		e.add(oidExt(extExtKeyUsage), false, oids)
	}
}

type privateKeyPeriod struct {
	NotBefore time.Time `asn1:"generalized,tag:0"`
	NotAfter  time.Time `asn1:"generalized,tag:1"`
}

// privateKeyPeriod is carried by signature certificates (RFC 3280 §4.2.1.4).
func (e *extensions) privateKeyPeriod(notBefore, notAfter time.Time) {
	e.add(oidExt(extPrivateKeyPeriod), false, privateKeyPeriod{notBefore.UTC(), notAfter.UTC()})
}

type otherName struct {
	ID    asn1.ObjectIdentifier
	Value asn1.RawValue // [0] EXPLICIT UTF8String
}

// userPrincipalName is the otherName of a smart card logon, as a GeneralName.
func userPrincipalName(upn string) (asn1.RawValue, error) {
	text, err := asn1.MarshalWithParams(upn, "utf8,explicit,tag:0")
	if err != nil {
		return asn1.RawValue{}, fmt.Errorf("encode user principal name: %w", err)
	}
	der, err := asn1.MarshalWithParams(otherName{oidUPN(), asn1.RawValue{FullBytes: text}}, "tag:0")
	if err != nil {
		return asn1.RawValue{}, fmt.Errorf("encode user principal name: %w", err)
	}
	return asn1.RawValue{FullBytes: der}, nil
}

// altNames writes subjectAltName with a UPN, an e-mail address, DNS names and
// IP addresses, each where present; nothing when there is none.
func (e *extensions) altNames(upn, email string, hosts []string) {
	var names []asn1.RawValue
	if upn != "" {
		name, err := userPrincipalName(upn)
		if err != nil && e.err == nil {
			e.err = err
		}
		names = append(names, name)
	}
	if email != "" {
		names = append(names, contextString(1, email))
	}
	for _, h := range hosts {
		if ip := net.ParseIP(h); ip == nil {
			names = append(names, contextString(2, h))
		} else if v4 := ip.To4(); v4 != nil {
			names = append(names, contextString(7, string(v4)))
		} else {
			names = append(names, contextString(7, string(ip)))
		}
	}
	if len(names) > 0 {
		e.add(oidExt(extSubjectAltName), false, names)
	}
}

func contextString(tag int, s string) asn1.RawValue {
	return asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: tag, Bytes: []byte(s)}
}

// crlPoint names one address in fullName (RFC 5280 §4.2.1.13).
func (e *extensions) crlPoint(uri string) {
	constructed := func(inner asn1.RawValue) asn1.RawValue {
		der, err := asn1.Marshal(inner)
		if err != nil && e.err == nil {
			e.err = fmt.Errorf("encode distribution point: %w", err)
		}
		return asn1.RawValue{Class: asn1.ClassContextSpecific, IsCompound: true, Bytes: der}
	}
	type distributionPoint struct{ Name asn1.RawValue }
	e.add(oidExt(extCRLPoints), false, []distributionPoint{
		{Name: constructed(constructed(contextString(6, uri)))},
	})
}

type accessDescription struct {
	Method   asn1.ObjectIdentifier
	Location asn1.RawValue
}

func (e *extensions) authorityInfo(ocsp, issuer string) {
	e.add(oidAIA(), false, []accessDescription{
		{oidOCSP(), contextString(6, ocsp)},
		{oidCAIssuers(), contextString(6, issuer)},
	})
}

// keyID is the SHA-1 of the public key (RFC 5280 §4.2.1.2 method 1).
func keyID(pub *rsa.PublicKey) []byte {
	sum := sha1.Sum(x509.MarshalPKCS1PublicKey(pub)) //nolint:gosec // identifier only
	return sum[:]
}
