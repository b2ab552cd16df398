package edge

import (
	"crypto/tls"
	"errors"
	"strings"

	"github.com/segursim/segursim/internal/journal"
)

// handshakeCause says why a handshake failed and what to do about it.
func handshakeCause(err error) journal.Cause {
	c := journal.Cause{Rule: "tls.handshake", Ref: "RFC 8446 §6"}
	var plain tls.RecordHeaderError
	msg := err.Error()
	switch {
	case errors.As(err, &plain):
		c.Rule = "tls.plain-text"
		c.Text = journal.Text{
			FR: "Le client parle HTTP en clair sur le port HTTPS : l'URL doit commencer par https://.",
			EN: "The client speaks plain HTTP to the HTTPS port: the URL must begin with https://.",
		}
	case strings.Contains(msg, "unknown certificate authority"), strings.Contains(msg, "bad certificate"),
		strings.Contains(msg, "certificate unknown"):
		c.Rule = "tls.untrusted"
		c.Text = journal.Text{
			FR: "Le client ne fait pas confiance au certificat du simulateur : ajouter son autorité (ca.pem) à son magasin de confiance.",
			EN: "The client does not trust the simulator's certificate: add its authority (ca.pem) to the client's trust store.",
		}
	case strings.Contains(msg, "expired"):
		c.Rule = "tls.expired"
		c.Text = journal.Text{
			FR: "Le client refuse un certificat expiré ; une panne « tls » est peut-être posée.",
			EN: "The client refuses an expired certificate; a “tls” fault may be set.",
		}
	case strings.Contains(msg, "protocol version"), strings.Contains(msg, "unsupported versions"):
		c.Rule = "tls.version"
		c.Text = journal.Text{
			FR: "Le client ne propose ni TLS 1.2 ni TLS 1.3.",
			EN: "The client offers neither TLS 1.2 nor TLS 1.3.",
		}
	case strings.Contains(msg, "no cipher suite"), strings.Contains(msg, "handshake failure"):
		c.Rule = "tls.cipher"
		c.Text = journal.Text{
			FR: "Aucune suite cryptographique commune avec le client.",
			EN: "No cipher suite in common with the client.",
		}
	default:
		c.Text = journal.Text{
			FR: "La négociation TLS a échoué : " + msg + ".",
			EN: "The TLS handshake failed: " + msg + ".",
		}
	}
	return c
}
