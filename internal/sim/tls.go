package sim

import (
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"strings"

	"github.com/segursim/segursim/internal/journal"
)

// DescribeTLS turns a connection's state into what the journal keeps.
func DescribeTLS(st *tls.ConnectionState) *journal.TLS {
	t := &journal.TLS{
		Version: tls.VersionName(st.Version), Cipher: tls.CipherSuiteName(st.CipherSuite), ServerName: st.ServerName,
	}
	if len(st.PeerCertificates) > 0 {
		leaf := st.PeerCertificates[0]
		sum := sha256.Sum256(leaf.Raw)
		t.Subject, t.Issuer = leaf.Subject.String(), leaf.Issuer.String()
		t.Serial, t.SHA256 = leaf.SerialNumber.Text(16), hex.EncodeToString(sum[:])
	}
	return t
}

// HandshakeCause says why a handshake of a server failed and what to do about it;
// protocol is what the connection carries: "HTTP", "SMTP".
func HandshakeCause(err error, protocol string) journal.Cause {
	c := journal.Cause{Rule: "tls.handshake", Ref: "RFC 8446 §6"}
	var plain tls.RecordHeaderError
	msg := err.Error()
	switch {
	case errors.As(err, &plain):
		c.Rule = "tls.plain-text"
		c.Text = plainText(protocol)
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

// plainText says what to do about a client that speaks in clear where TLS is
// expected.
func plainText(protocol string) journal.Text {
	if protocol == "HTTP" {
		return journal.Text{
			FR: "Le client parle HTTP en clair sur le port HTTPS : l'URL doit commencer par https://.",
			EN: "The client speaks plain HTTP to the HTTPS port: the URL must begin with https://.",
		}
	}
	return journal.Text{
		FR: "Le client parle " + protocol + " en clair là où TLS est attendu : utiliser le port à STARTTLS, ou TLS dès la connexion.",
		EN: "The client speaks plain " + protocol + " where TLS is expected: use the STARTTLS port, or TLS from the start.",
	}
}
