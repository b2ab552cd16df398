package pki

import (
	"bytes"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// object is what one file of the folder holds: a private key, its certificates
// (own one first; none for a signing key), and what must outlive a run.
type object struct {
	key    *rsa.PrivateKey
	certs  []*x509.Certificate
	issued uint64   // certificates issued so far under this name
	past   []string // serial numbers of replaced certificates, of revoked profiles only
}

// pastMax bounds the serial numbers remembered of a revoked profile.
const pastMax = 256

func (o *object) cert() *x509.Certificate {
	if len(o.certs) == 0 {
		return nil
	}
	return o.certs[0]
}

// encode writes explanatory lines, which PEM readers skip (RFC 7468 §2), then
// the key as PKCS#8 and the certificates.
func (o *object) encode(name string) ([]byte, error) {
	der, err := x509.MarshalPKCS8PrivateKey(o.key)
	if err != nil {
		return nil, fmt.Errorf("encode private key: %w", err)
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "# segursim: TEST material of a simulator, worth nothing elsewhere\n# name: %s\n# issued: %d\n", name, o.issued)
	if len(o.past) > 0 {
		fmt.Fprintf(&b, "# past: %s\n", strings.Join(o.past, ","))
	}
	b.Write(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
	b.Write(certsPEM(o.certs))
	return b.Bytes(), nil
}

func certsPEM(certs []*x509.Certificate) []byte {
	var b bytes.Buffer
	for _, c := range certs {
		b.Write(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw}))
	}
	return b.Bytes()
}

// decodeObject reads what encode wrote. The first certificate, if any, has to
// be that of the key.
func decodeObject(data []byte) (*object, error) {
	o := &object{}
	head, _, found := bytes.Cut(data, []byte("-----BEGIN "))
	if !found {
		return nil, errors.New("no PEM block")
	}
	if err := o.decodeHead(string(head)); err != nil {
		return nil, err
	}
	for block, rest := pem.Decode(data); block != nil; block, rest = pem.Decode(rest) {
		if err := o.decodeBlock(block); err != nil {
			return nil, err
		}
	}
	if o.key == nil {
		return nil, errors.New("no private key")
	}
	if c := o.cert(); c != nil && !o.key.PublicKey.Equal(c.PublicKey) {
		return nil, errors.New("the certificate is not that of the private key")
	}
	return o, nil
}

func (o *object) decodeHead(head string) error {
	for line := range strings.Lines(head) {
		key, val, _ := strings.Cut(strings.TrimSpace(strings.TrimPrefix(line, "#")), ":")
		val = strings.TrimSpace(val)
		switch key {
		case "issued":
			n, err := strconv.ParseUint(val, 10, 64)
			if err != nil {
				return fmt.Errorf("line %q: %w", strings.TrimSpace(line), err)
			}
			o.issued = n
		case "past":
			for s := range strings.SplitSeq(val, ",") {
				if _, ok := parseSerial(s); !ok || len(o.past) == pastMax {
					return fmt.Errorf("line past: %q is not a serial number, or one too many", s)
				}
				o.past = append(o.past, s)
			}
		}
	}
	return nil
}

func (o *object) decodeBlock(block *pem.Block) error {
	switch block.Type {
	case "PRIVATE KEY":
		key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
		if err != nil {
			return fmt.Errorf("private key: %w", err)
		}
		rsaKey, ok := key.(*rsa.PrivateKey)
		if !ok || o.key != nil {
			return errors.New("private key: want one RSA key")
		}
		o.key = rsaKey
	case "CERTIFICATE":
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return fmt.Errorf("certificate: %w", err)
		}
		o.certs = append(o.certs, c)
	default:
		return fmt.Errorf("unexpected PEM block %q", block.Type)
	}
	return nil
}
