package pki_test

import (
	"crypto/x509"
	"errors"
	"fmt"
	"time"

	"github.com/segursim/segursim/certs"
	"github.com/segursim/segursim/internal/pki"
)

func Example() {
	p, err := pki.Open(pki.Options{Ephemeral: true, Now: time.Now, Profiles: certs.FS()})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer p.Close()

	doctor, err := p.Credential("cps-medecin-auth")
	if err != nil {
		fmt.Println(err)
		return
	}
	id, err := p.Verify([]*x509.Certificate{doctor.Leaf}, pki.ClientUsage)
	fmt.Println(id.Kind, id.PersonID, id.Title, err)

	expired, err := p.Credential("expired")
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = p.Verify([]*x509.Certificate{expired.Leaf}, pki.ClientUsage)
	var refused *pki.VerifyError
	if errors.As(err, &refused) {
		fmt.Println(refused.Reason.Text().FR)
	}
	// Output:
	// CPS 899700366240 Médecin <nil>
	// le certificat a expiré à l'heure simulée
}
