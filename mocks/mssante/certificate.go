package mssante

import (
	"context"
	"crypto/x509"
	"errors"
	"slices"
	"strings"

	"github.com/segursim/segursim/internal/sim"
	"github.com/segursim/segursim/internal/store"
	"github.com/segursim/segursim/mocks/mssante/auth"
	"github.com/segursim/segursim/mocks/mssante/bal"
	"github.com/segursim/segursim/mocks/mssante/wire"
)

// Certificate opens a BAL applicative to the holder of the connection's certificate
// (REM MSS/CONF.12: mutual TLS with an ORG AUTH_CLI, PLAIN with the BAL as login).
// What the password must be is not published: it is not looked at. An empty
// address (EXTERNAL) stands for the only BAL that the certificate opens.
func (g *gate) Certificate(_ context.Context, c *wire.Conn, address, _ string) (auth.Identity, *sim.Error) {
	relaxed := g.s.world.Relaxed("client-certificate")
	var leaf *x509.Certificate
	if chain := c.Chain(); len(chain) > 0 {
		leaf = chain[0]
	}
	if !relaxed {
		if refusal := g.presentable(c.Chain()); refusal != nil {
			return auth.Identity{}, refusal
		}
	}
	address = strings.ToLower(address)
	var refusal *sim.Error
	_ = g.s.world.Store.View(func(tx *store.Txn) error {
		if address == "" {
			if address, refusal = g.onlyBAL(tx, leaf); refusal != nil {
				return nil
			}
		}
		b, ok := bal.BALs.Get(tx, address)
		switch {
		case !ok:
			refusal = denied(balUnknown, address)
		case b.Kind == bal.Patient:
			refusal = denied(balOfPatient, address)
		case b.Kind != bal.Applicative:
			refusal = denied(balWantsToken, address, string(b.Kind))
		case !relaxed && !g.binds(b, leaf):
			refusal = denied(certificateUnbound, address, leaf.Subject.CommonName, g.wanted(b))
		default:
			refusal = g.open(tx, b)
		}
		return nil
	})
	if refusal != nil {
		return auth.Identity{}, refusal
	}
	g.used(address)
	id := auth.Identity{BAL: address}
	if leaf != nil {
		id.Client = leaf.Subject.CommonName
	}
	return id, nil
}

// presentable refuses a chain that is no valid ORG AUTH_CLI.
func (g *gate) presentable(chain []*x509.Certificate) *sim.Error {
	if len(chain) == 0 {
		return denied(certificateMissing)
	}
	subject := chain[0].Subject.String()
	if err := g.s.world.PKI.VerifyClient(chain); err != nil {
		var why *sim.CertificateError
		if !errors.As(err, &why) {
			refusal := deniedBy(err, certificateRefused, subject, err.Error())
			refusal.Kind = sim.Internal // the hierarchy's own trouble
			return refusal
		}
		switch why.Reason {
		case "expired":
			return denied(certificateExpired, subject)
		case "not-yet-valid":
			return denied(certificateEarly, subject)
		case "revoked":
			return denied(certificateRevoked, subject)
		case "unknown-ca":
			return denied(certificateUnknownCA, subject, chain[0].Issuer.String())
		case "wrong-usage":
			return denied(certificateKind, subject)
		}
		return denied(certificateRefused, subject, why.Text.FR)
	}
	if !organisationClient(chain[0]) {
		return denied(certificateKind, subject)
	}
	return nil
}

// organisationClient tells an ORG AUTH_CLI from the other certificates of the
// IGC-Santé that a TLS client may show: the cards (another authority), the SERV SSL
// (which serves too).
func organisationClient(leaf *x509.Certificate) bool {
	return strings.Contains(strings.ToUpper(leaf.Issuer.CommonName), "ORGANISATIONS") &&
		slices.Contains(leaf.ExtKeyUsage, x509.ExtKeyUsageClientAuth) &&
		!slices.Contains(leaf.ExtKeyUsage, x509.ExtKeyUsageServerAuth)
}

// binds tells whether a certificate opens a BAL applicative. How the real operators
// bind them is not published: see Config.Certificate.
func (g *gate) binds(b bal.BAL, leaf *x509.Certificate) bool {
	switch {
	case leaf == nil:
		return false
	case g.s.config.Certificate == "any":
		return true
	case g.s.config.Certificate == "structure":
		return b.Structure != "" && slices.Contains(leaf.Subject.OrganizationalUnit, b.Structure)
	}
	return slices.Contains(b.Certificates, leaf.Subject.CommonName)
}

// wanted is what binds would have accepted, for a person.
func (g *gate) wanted(b bal.BAL) string {
	if g.s.config.Certificate == "structure" {
		return "OU=" + b.Structure
	}
	names := make([]string, len(b.Certificates))
	for i, cn := range b.Certificates {
		names[i] = "CN=" + cn
	}
	return strings.Join(names, ", ")
}

// onlyBAL is the one BAL that a certificate opens.
func (g *gate) onlyBAL(tx *store.Txn, leaf *x509.Certificate) (string, *sim.Error) {
	var found []string
	for b := range bal.BALs.All(tx) {
		if b.Kind == bal.Applicative && g.binds(b, leaf) {
			found = append(found, b.Address)
		}
	}
	cn := ""
	if leaf != nil {
		cn = leaf.Subject.CommonName
	}
	switch len(found) {
	case 0:
		return "", denied(certificateOpensNone, cn)
	case 1:
		return found[0], nil
	}
	return "", denied(certificateOpensMany, cn, strings.Join(found[:min(len(found), 5)], ", "))
}
