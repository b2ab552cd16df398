package pki

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	_ "crypto/sha1" // hash of the certificate identifiers, by number
	"crypto/sha256"
	_ "crypto/sha512" // idem
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"time"
)

// ocspLife is how long an answer may be kept by its reader.
const ocspLife = time.Hour

// OCSP answers a DER request (RFC 6960) with a DER response signed by the
// issuing authority: good, revoked, or unknown for a serial number that this
// PKI did not issue; the nonce is echoed. What cannot be answered gets the
// response malformedRequest or unauthorized (no such issuer) without an error.
// An error comes with the response internalError. When a request asks about
// several issuers, the first one signs and answers "unknown" for the others.
func (p *PKI) OCSP(request []byte) ([]byte, error) {
	req, nonce, err := decodeOCSP(request)
	if err != nil {
		return encodeStatus(ocspMalformed)
	}
	var signer *authority
	for _, single := range req.List {
		if signer, err = p.ocspIssuer(single.ID); err != nil {
			return ocspFailed(err)
		}
		if signer != nil {
			break
		}
	}
	if signer == nil {
		return encodeStatus(ocspUnauthorized)
	}
	if err := p.enterRevoked(signer.def.short); err != nil {
		return ocspFailed(err)
	}
	der, err := p.answerOCSP(req, nonce, signer)
	if err != nil {
		return ocspFailed(err)
	}
	return der, nil
}

func ocspFailed(err error) ([]byte, error) {
	der, encErr := encodeStatus(ocspInternal)
	if encErr != nil {
		return nil, encErr
	}
	return der, fmt.Errorf("pki: OCSP: %w", err)
}

// ocspHash returns the hash of a certificate identifier, 0 for another.
func ocspHash(id asn1.ObjectIdentifier) crypto.Hash {
	switch id.String() {
	case "1.3.14.3.2.26":
		return crypto.SHA1
	case "2.16.840.1.101.3.4.2.1":
		return crypto.SHA256
	case "2.16.840.1.101.3.4.2.2":
		return crypto.SHA384
	case "2.16.840.1.101.3.4.2.3":
		return crypto.SHA512
	}
	return 0
}

// ocspIssuer finds the authority that a certificate identifier names, nil for
// none. Names are known without any key, so that only that one is made.
func (p *PKI) ocspIssuer(id ocspCertID) (*authority, error) {
	hash := ocspHash(id.Hash.Algorithm)
	if hash == 0 {
		return nil, nil
	}
	for _, d := range hierarchy() {
		if !bytes.Equal(sum(hash, p.authorities[d.short].name), id.NameHash) {
			continue
		}
		a, err := p.authority(d.short)
		if err != nil {
			return nil, err
		}
		if bytes.Equal(sum(hash, x509.MarshalPKCS1PublicKey(&a.key.PublicKey)), id.KeyHash) {
			return a, nil
		}
	}
	return nil, nil
}

func sum(hash crypto.Hash, data []byte) []byte {
	h := hash.New()
	h.Write(data)
	return h.Sum(nil)
}

func (p *PKI) answerOCSP(req *ocspTBSRequest, nonce *pkix.Extension, signer *authority) ([]byte, error) {
	i := p.instants()
	data := ocspData{Responder: keyID(&signer.key.PublicKey), ProducedAt: i.early().Truncate(time.Second)}
	if nonce != nil {
		data.Extensions = []pkix.Extension{*nonce}
	}
	for _, single := range req.List {
		status, err := p.ocspStatus(single.ID, signer, i)
		if err != nil {
			return nil, err
		}
		data.Responses = append(data.Responses, ocspSingle{
			ID: single.ID, Status: status,
			ThisUpdate: i.early().Truncate(time.Second), NextUpdate: i.late().Add(ocspLife).Truncate(time.Second),
		})
	}
	tbsDER, err := asn1.Marshal(data)
	if err != nil {
		return nil, fmt.Errorf("encode response: %w", err)
	}
	digest := sha256.Sum256(tbsDER)
	sig, err := rsa.SignPKCS1v15(rand.Reader, signer.key, crypto.SHA256, digest[:])
	if err != nil {
		return nil, fmt.Errorf("sign response: %w", err)
	}
	basic, err := asn1.Marshal(ocspBasic{
		TBS: asn1.RawValue{FullBytes: tbsDER},
		Algorithm: pkix.AlgorithmIdentifier{ // sha256WithRSAEncryption
			Algorithm: asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 11}, Parameters: asn1.NullRawValue,
		},
		Signature: asn1.BitString{Bytes: sig, BitLength: 8 * len(sig)},
	})
	if err != nil {
		return nil, fmt.Errorf("encode response: %w", err)
	}
	return asn1.Marshal(ocspResponse{
		Status: ocspSuccessful, Bytes: ocspResponseBytes{Type: oidBasicResponse(), Data: basic},
	})
}

// ocspStatus is the CHOICE CertStatus: good [0], revoked [1], unknown [2].
func (p *PKI) ocspStatus(id ocspCertID, signer *authority, i instants) (asn1.RawValue, error) {
	issuer, err := p.ocspIssuer(id)
	if err != nil {
		return asn1.RawValue{}, err
	}
	if issuer == nil || issuer.def.short != signer.def.short || !p.serials.issued(signer.def.short, id.Serial) {
		return asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: 2}, nil
	}
	rev, ok := p.register.find(signer.def.short, id.Serial, i.now)
	if !ok {
		return asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: 0}, nil
	}
	der, err := asn1.MarshalWithParams(ocspRevoked{At: rev.At.UTC(), Reason: asn1.Enumerated(rev.Reason)}, "tag:1")
	if err != nil {
		return asn1.RawValue{}, fmt.Errorf("encode status: %w", err)
	}
	return asn1.RawValue{FullBytes: der}, nil
}
