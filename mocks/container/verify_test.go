package container

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"testing"
	"time"
)

// selfSigned makes a server certificate for localhost that is its own root.
func selfSigned(t *testing.T, until time.Time) *x509.Certificate {
	t.Helper()

	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "TEST SEGURSIM"},
		NotBefore: until.Add(-48 * time.Hour), NotAfter: until,
		IsCA: true, BasicConstraintsValid: true,
		DNSNames: []string{"localhost", "auth.bas.psc.esante.gouv.fr"},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return certificate
}

func TestVerify(t *testing.T) {
	t.Parallel()

	good, expired := selfSigned(t, time.Now().Add(time.Hour)), selfSigned(t, time.Now().Add(-time.Hour))
	tests := map[string]struct {
		address, name string // of the container, and asked for
		shown         *x509.Certificate
		refused       bool
	}{
		"localhost":                  {address: "localhost:4443", name: "localhost", shown: good},
		"qualification name":         {address: "localhost:4443", name: "auth.bas.psc.esante.gouv.fr", shown: good},
		"engine on another machine":  {address: "172.17.0.1:4443", name: "172.17.0.1", shown: good},
		"engine with a name":         {address: "docker:4443", name: "docker", shown: good},
		"loopback address, no SAN":   {address: "127.0.0.1:4443", name: "127.0.0.1", shown: good, refused: true},
		"another name":               {address: "172.17.0.1:4443", name: "ailleurs.test", shown: good, refused: true},
		"another address":            {address: "172.17.0.1:4443", name: "172.17.0.2", shown: good, refused: true},
		"unknown root":               {address: "localhost:4443", name: "localhost", shown: selfSigned(t, time.Now().Add(time.Hour)), refused: true},
		"unknown root, other engine": {address: "docker:4443", name: "docker", shown: selfSigned(t, time.Now().Add(time.Hour)), refused: true},
		"expired":                    {address: "localhost:4443", name: "localhost", shown: expired, refused: true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			roots := x509.NewCertPool()
			roots.AddCert(good)
			roots.AddCert(expired)
			err := verify(roots, tt.address)(tls.ConnectionState{ServerName: tt.name, PeerCertificates: []*x509.Certificate{tt.shown}})
			if (err != nil) != tt.refused {
				t.Errorf("error = %v, want a refusal: %v", err, tt.refused)
			}
		})
	}
}
