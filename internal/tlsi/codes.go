package tlsi

import (
	"fmt"
	"strings"

	"github.com/segursim/segursim/internal/soap"
)

// A Code is a siram number and a detail code, written "siram_100/desir_560".
type Code string

// split returns the two parts; ok when both are there.
func (c Code) split() (siram, code string, ok bool) {
	siram, code, ok = strings.Cut(string(c), "/")
	return siram, code, ok && strings.HasPrefix(siram, "siram_") && code != "" && !strings.ContainsAny(string(c), " \t\r\n<>&\"'")
}

// Codes are the gateway's answers whose real code is not public. Access defaults
// to what the real gateway says of a certificate that does not suffice,
// desir_560; the others to numbers above 9000, ours, of which none was ever seen.
type Codes struct {
	Access      Code `yaml:"access"`      // siram_100/desir_560: neither certificate nor assertion that suffices
	Message     Code `yaml:"message"`     // siram_10/desir_9001: not a SOAP 1.2 envelope
	MediaType   Code `yaml:"media_type"`  // siram_10/desir_9002: not application/soap+xml
	Action      Code `yaml:"action"`      // siram_10/desir_9003: unknown or contradictory action
	Absent      Code `yaml:"absent"`      // siram_40/desir_9004: a téléservice that is not simulated
	Header      Code `yaml:"header"`      // siram_10/desir_9005: a context header missing or not of its schema
	Understand  Code `yaml:"understand"`  // siram_10/desir_9006: a mustUnderstand header that nobody knows
	Security    Code `yaml:"security"`    // siram_10/desir_9007: wsse:Security or an assertion not of its schema
	Signature   Code `yaml:"signature"`   // siram_100/desir_9008: signature missing, false or of something else
	Certificate Code `yaml:"certificate"` // siram_100/desir_9009: the signer's certificate is refused
	Expired     Code `yaml:"expired"`     // siram_100/desir_9010: a professional's assertion out of its time
	Content     Code `yaml:"content"`     // siram_100/desir_9011: an attribute or a qualifier missing
	Nominative  Code `yaml:"nominative"`  // siram_100/desir_9012: a card that names nobody
	Profession  Code `yaml:"profession"`  // siram_100/desir_9013: a professional who is not let in
	Vitale      Code `yaml:"vitale"`      // siram_100/desir_9014: a Vitale assertion out of its time, or false
	Token       Code `yaml:"token"`       // siram_100/desir_9015: the Pro Santé Connect token
}

// option is one of Codes with its default and its texts.
type option struct {
	name   string
	code   *Code
	def    Code
	soap   string
	reason string
	text   string
}

func (c *Codes) options() []option {
	const (
		reject = "Votre demande n'a pas pu être lue."
		deny   = "Votre authentification n'a pas été acceptée."
	)
	return []option{
		{"access", &c.Access, "siram_100/desir_560", soap.Sender, "Vos droits sont insuffisants pour appeler ce téléservice.", "Droits insuffisants : niveau d'accès du certificat ou de l'assertion."},
		{"message", &c.Message, "siram_10/desir_9001", soap.Sender, reject, "Message SOAP 1.2 illisible."},
		{"media_type", &c.MediaType, "siram_10/desir_9002", soap.Sender, reject, "Type de contenu non accepté : application/soap+xml attendu."},
		{"action", &c.Action, "siram_10/desir_9003", soap.Sender, reject, "Action inconnue ou contradictoire."},
		{"absent", &c.Absent, "siram_40/desir_9004", soap.Receiver, "Ce téléservice n'est pas disponible dans le SIMULATEUR.", "Téléservice non simulé par SEGURSIM."},
		{"header", &c.Header, "siram_10/desir_9005", soap.Sender, reject, "En-tête de contexte absent ou non conforme."},
		{"understand", &c.Understand, "siram_10/desir_9006", soap.MustUnderstand, reject, "En-tête obligatoire inconnu."},
		{"security", &c.Security, "siram_10/desir_9007", soap.Sender, reject, "En-tête Security ou assertion non conforme."},
		{"signature", &c.Signature, "siram_100/desir_9008", soap.Sender, deny, "Signature de l'assertion absente ou fausse."},
		{"certificate", &c.Certificate, "siram_100/desir_9009", soap.Sender, deny, "Certificat du signataire de l'assertion refusé."},
		{"expired", &c.Expired, "siram_100/desir_9010", soap.Sender, deny, "Assertion du professionnel hors de sa période de validité."},
		{"content", &c.Content, "siram_100/desir_9011", soap.Sender, deny, "Assertion du professionnel incomplète."},
		{"nominative", &c.Nominative, "siram_100/desir_9012", soap.Sender, deny, "Carte non nominative : une CPS, CPF ou CPE nominative est attendue."},
		{"profession", &c.Profession, "siram_100/desir_9013", soap.Sender, "Votre profession n'ouvre pas droit à ce téléservice.", "Profession non autorisée."},
		{"vitale", &c.Vitale, "siram_100/desir_9014", soap.Sender, "La carte Vitale doit être présentée à nouveau.", "Assertion Vitale hors de sa période de validité ou non conforme."},
		{"token", &c.Token, "siram_100/desir_9015", soap.Sender, deny, "Jeton Pro Santé Connect absent ou refusé."},
	}
}

func (c *Codes) setDefaults() error {
	for _, o := range c.options() {
		if *o.code == "" {
			*o.code = o.def
		}
		if _, _, ok := o.code.split(); !ok {
			return fmt.Errorf("tlsi: codes: %s: want siram_NN/code, not %q", o.name, *o.code)
		}
	}
	return nil
}

// faults are the options as faults, by name.
func (c Codes) faults() map[string]Fault {
	out := map[string]Fault{}
	for _, o := range c.options() {
		siram, code, _ := o.code.split()
		out[o.name] = Fault{
			Layer: Gateway, SOAP: o.soap, Siram: siram, Code: code, Severity: Erreur, Reason: o.reason, Text: o.text, Inferred: true,
		}
	}
	return out
}
