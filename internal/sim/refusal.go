package sim

import (
	"errors"

	"github.com/segursim/segursim/internal/journal"
)

// Why a TokenVerifier refuses a token whose form and signature are right. Its
// errors wrap them; an error that wraps none of them is of the token itself.
var (
	ErrTokenExpired = errors.New("token expired")
	ErrSessionEnded = errors.New("session ended")
)

// A CertificateError is why PKI refuses a certificate; its message is the French
// text.
type CertificateError struct {
	// Reason is "not-a-certificate", "unknown-ca", "not-yet-valid", "expired",
	// "revoked" or "wrong-usage".
	Reason string
	Text   journal.Text
}

// Error is the French text.
func (e *CertificateError) Error() string { return e.Text.FR }
