package pki

import (
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
	"math/big"
	"time"
)

// The wire types of RFC 6960 §4. golang.org/x/crypto/ocsp reads a single
// request and cannot echo a nonce, hence these.

type ocspRequest struct {
	TBS       ocspTBSRequest
	Signature asn1.RawValue `asn1:"explicit,tag:0,optional"`
}

type ocspTBSRequest struct {
	Version    int           `asn1:"explicit,tag:0,default:0,optional"`
	Requestor  asn1.RawValue `asn1:"explicit,tag:1,optional"`
	List       []ocspSingleRequest
	Extensions []pkix.Extension `asn1:"explicit,tag:2,optional"`
}

type ocspSingleRequest struct {
	ID         ocspCertID
	Extensions []pkix.Extension `asn1:"explicit,tag:0,optional"`
}

type ocspCertID struct {
	Hash     pkix.AlgorithmIdentifier
	NameHash []byte
	KeyHash  []byte
	Serial   *big.Int
}

type ocspResponse struct {
	Status asn1.Enumerated
	Bytes  ocspResponseBytes `asn1:"explicit,tag:0,optional"`
}

type ocspResponseBytes struct {
	Type asn1.ObjectIdentifier
	Data []byte
}

type ocspBasic struct {
	TBS       asn1.RawValue
	Algorithm pkix.AlgorithmIdentifier
	Signature asn1.BitString
}

type ocspData struct {
	Responder  []byte    `asn1:"explicit,tag:2"` // byKey
	ProducedAt time.Time `asn1:"generalized"`
	Responses  []ocspSingle
	Extensions []pkix.Extension `asn1:"explicit,tag:1,optional,omitempty"`
}

type ocspSingle struct {
	ID         ocspCertID
	Status     asn1.RawValue
	ThisUpdate time.Time `asn1:"generalized"`
	NextUpdate time.Time `asn1:"generalized,explicit,tag:0"`
}

type ocspRevoked struct {
	At     time.Time       `asn1:"generalized"`
	Reason asn1.Enumerated `asn1:"explicit,tag:0"`
}

// Statuses of a response without an answer (RFC 6960 §4.2.1).
const (
	ocspSuccessful   = 0
	ocspMalformed    = 1
	ocspInternal     = 2
	ocspUnauthorized = 6
)

func oidNonce() asn1.ObjectIdentifier {
	return asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 48, 1, 2}
}

func oidBasicResponse() asn1.ObjectIdentifier {
	return asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 48, 1, 1}
}

// Bounds of a request; the nonce's is that of RFC 9654 §2.1 with the DER
// header of its OCTET STRING.
const (
	ocspMaxBytes = 64 << 10
	ocspMaxList  = 64
	ocspMaxNonce = 128 + 3
)

// decodeOCSP reads a request and its nonce, nil when there is none.
func decodeOCSP(der []byte) (*ocspTBSRequest, *pkix.Extension, error) {
	if len(der) > ocspMaxBytes {
		return nil, nil, fmt.Errorf("%d bytes, more than %d", len(der), ocspMaxBytes)
	}
	var req ocspRequest
	rest, err := asn1.Unmarshal(der, &req)
	if err != nil {
		return nil, nil, err
	}
	switch n := len(req.TBS.List); {
	case len(rest) > 0:
		return nil, nil, fmt.Errorf("%d bytes after the request", len(rest))
	case req.TBS.Version != 0:
		return nil, nil, fmt.Errorf("version %d", req.TBS.Version+1)
	case n == 0 || n > ocspMaxList:
		return nil, nil, fmt.Errorf("%d certificates, want 1 to %d", n, ocspMaxList)
	}
	var nonce *pkix.Extension
	for i, ext := range req.TBS.Extensions {
		switch {
		case ext.Id.Equal(oidNonce()) && nonce == nil:
			if len(ext.Value) == 0 || len(ext.Value) > ocspMaxNonce {
				return nil, nil, fmt.Errorf("nonce of %d bytes", len(ext.Value))
			}
			nonce = &req.TBS.Extensions[i]
		case ext.Critical:
			return nil, nil, errors.New("critical extension " + ext.Id.String())
		}
	}
	return &req.TBS, nonce, nil
}

// encodeStatus is a response without an answer.
func encodeStatus(status int) ([]byte, error) {
	return asn1.Marshal(struct{ Status asn1.Enumerated }{asn1.Enumerated(status)})
}
