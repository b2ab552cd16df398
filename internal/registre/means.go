package registre

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
)

// A Card is a CPx card.
type Card struct {
	// Type is "CPS", "CPF" (in training), "CPE" (nominative employee), "CDE"
	// (service card, not nominative) or "CPA".
	Type string `json:"type"`
	// Number is "8025000001/" and ten digits, as in the certificates' private
	// extension 1.2.250.1.71.1.2.3.
	Number string `json:"numero"`
	// PIN is the code that the simulated reader expects: four digits.
	PIN string `json:"pin"`
	// State is the state of the card.
	State CardState `json:"etat"`
}

// CardState is the state of a card.
type CardState string

// The states of a card.
const (
	CardActive  CardState = "active"
	CardBlocked CardState = "bloquee" // too many wrong codes
	CardRevoked CardState = "opposee" // declared lost or stolen
	CardExpired CardState = "expiree"
)

// Usable tells whether the card can log in, given the right code.
func (c *Card) Usable() bool { return c != nil && c.State == CardActive }

// An EIM (moyen d'identification électronique) is a device with the e-CPS
// application. The fields are those of ansforge/psc-secpsc-api, but for State.
type EIM struct {
	MIEType           string `json:"mieType"` // "ECPS"
	SerialNumber      string `json:"serialNumber"`
	Email             string `json:"email"`
	DeviceName        string `json:"deviceName"`
	Model             string `json:"model"`
	OperatingSystem   string `json:"operatingSystem"`
	AppVersion        string `json:"appVersion"`
	CreationDate      string `json:"creationDate"`      // AAAA-MM-JJ
	EndOfValidityDate string `json:"endOfValidityDate"` // AAAA-MM-JJ
	ActivationMode    string `json:"activationMode"`
	EidasLevel        string `json:"eidasLevel"` // "eidas1"
	// State is "actif" or "desactive".
	State AccountState `json:"etat"`
}

// Enabled tells whether the device can be asked.
func (d EIM) Enabled() bool { return d.State == AccountActive }

// cardIssuer begins every card number.
const cardIssuer = "8025000001/"

// cardNumber derives a card number from an identifier, the same for ever.
func cardNumber(id string) string {
	return fmt.Sprintf("%s%010d", cardIssuer, stable(id)%10_000_000_000)
}

func stable(id string) uint64 {
	sum := sha256.Sum256([]byte(namespace + id))
	return binary.BigEndian.Uint64(sum[:])
}
