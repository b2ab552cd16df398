package pki

import "fmt"

// Reason says why a certificate was refused.
type Reason string

// Reasons, in the order in which they are looked for.
const (
	NotACertificate Reason = "not-a-certificate"
	FromUnknownCA   Reason = "unknown-ca"
	IsNotYetValid   Reason = "not-yet-valid"
	IsExpired       Reason = "expired"
	IsRevoked       Reason = "revoked"
	WrongUsage      Reason = "wrong-usage"
)

// Text returns what to tell the user, in French and English.
func (r Reason) Text() Title {
	switch r {
	case NotACertificate:
		return Title{"aucun certificat lisible n'a été présenté", "no readable certificate was presented"}
	case FromUnknownCA:
		return Title{"le certificat n'est pas signé par une autorité de l'IGC-Santé de test du simulateur", "the certificate is not signed by an authority of the simulator's test IGC-Santé"}
	case IsNotYetValid:
		return Title{"le certificat n'est pas encore valide à l'heure simulée", "the certificate is not valid yet at the simulated time"}
	case IsExpired:
		return Title{"le certificat a expiré à l'heure simulée", "the certificate has expired at the simulated time"}
	case IsRevoked:
		return Title{"le certificat est révoqué", "the certificate is revoked"}
	case WrongUsage:
		return Title{"le certificat n'est pas fait pour cet usage", "the certificate is not made for this usage"}
	}
	return Title{"certificat refusé", "certificate refused"}
}

// VerifyError is the error of Verify.
type VerifyError struct {
	Reason   Reason
	Identity Identity // as far as it could be read
	Err      error    // detail, may be nil
}

func (e *VerifyError) Error() string {
	text := "pki: certificate refused (" + string(e.Reason) + ")"
	if e.Identity.Subject != "" {
		text += fmt.Sprintf(": %s, serial number %s", e.Identity.Subject, e.Identity.Serial)
	}
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

func (e *VerifyError) Unwrap() error { return e.Err }
