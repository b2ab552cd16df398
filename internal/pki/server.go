package pki

import (
	"crypto/tls"
	"fmt"
)

// serverProfile is the profile of the server's certificate; its bad variants
// are named after it.
const (
	serverProfile = "serv-ssl"
	serverVariant = "server-"
)

// ServerCertificate returns the certificate that the simulator shows: the sound
// one for "", else the bad variant named expired, revoked, wrong-host,
// unknown-ca or not-yet-valid. The leaf comes with its intermediate. The bad
// variants share the server's key, so that asking for one in a handshake is
// quick.
func (p *PKI) ServerCertificate(kind string) (*tls.Certificate, error) {
	name := serverProfile
	if kind != "" {
		name = serverVariant + kind
	}
	if _, ok := p.catalogue.byName[name]; !ok {
		return nil, fmt.Errorf("pki: no server certificate %q", kind)
	}
	c, err := p.Credential(name)
	if err != nil {
		return nil, err
	}
	return c.TLS(), nil
}
