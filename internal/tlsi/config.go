package tlsi

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/segursim/segursim/internal/soap"
)

// Config is the user's `tlsi:` section. The zero value of each field means its
// documented default.
type Config struct {
	// IDAM lists the software authorisations that are known; empty (default)
	// knows all. An empty IDAM is never known.
	IDAM []string `yaml:"idam"`
	// Style is how answers are written: live (default: soap:Envelope, env:Body,
	// default namespace inside), cnda (soap:Envelope, S:Body, as in the injection
	// files) or ns2 (S:Envelope, and a prefix inside). All were seen.
	Style string `yaml:"style"`
	// FaultDetail is what soap:Detail holds: siram (default, as seen) or guide, a
	// Detail of Code, Severite and Descriptif that a client expects to find.
	FaultDetail string `yaml:"fault_detail"`
	// Headers: strict (default) holds ContexteBAM, ContexteLPS and Security to
	// their schemas; tolerate reads what it can and notes the rest. Whether the
	// real gateway validates is unknown.
	Headers string `yaml:"headers"`
	// Versions: tolerate (default) any Version of the two contexts, since 1.0 was
	// seen to be sent, or strict: 01_02 and 01_00.
	Versions string `yaml:"versions"`
	// MediaType: strict (default) wants application/soap+xml, tolerate takes any.
	MediaType string `yaml:"media_type"`
	// Action: strict (default) refuses actions that contradict each other or the
	// body (WS-Addressing 1.0 SOAP Binding §4.2), tolerate takes the first.
	Action string `yaml:"action"`
	// Emetteur: tolerate (default) notes an Emetteur that is not the caller,
	// strict refuses it. What the real gateway does is unknown.
	Emetteur string `yaml:"emetteur"`
	// Certificate is the reaction to a client certificate that TLS would have
	// refused: fault (default, desir_560) or reset the connection.
	Certificate string `yaml:"certificate"`
	// Signer says what may sign a professional's assertion: signature (default: a
	// signature certificate) or any, an authentication certificate too.
	Signer string `yaml:"signer"`
	// Issuer: tolerate (default) or strict, an Issuer that is the signer's name.
	Issuer string `yaml:"issuer"`
	// Attributes: strict (default) wants identifiantFacturation, and of CPx
	// secteurActivite, and of a physician a speciality; tolerate notes them.
	Attributes string `yaml:"attributes"`
	// Token is about a Pro Santé Connect token in the Authorization header: check
	// (default: one that is sent must be good and of the same person), require, or
	// ignore. How the real service gets it is unknown.
	Token string `yaml:"token"`
	// Person: tolerate (default) professionals that the registre does not know, or
	// known.
	Person string `yaml:"person"`
	// Professions lists the codes (TRE_G15: "10") that are let in; empty (default)
	// lets all in.
	Professions []string `yaml:"professions"`
	// VitaleSignature: tolerate (default: a signature must be whole, by whomever)
	// or verify, against the test hierarchy. The real one is not known.
	VitaleSignature string `yaml:"vitale_signature"`
	// PSLife is how long a professional's assertion serves: 1h; VitaleLife a
	// Vitale one: 20m; Skew how far a clock may be ahead: 5m (ours).
	PSLife     Duration `yaml:"ps_life"`
	VitaleLife Duration `yaml:"vitale_life"`
	Skew       Duration `yaml:"skew"`
	// Limits bound a message.
	Limits Limits `yaml:"limits"`
	// Codes are the codes whose real value is not public: see Codes.
	Codes Codes `yaml:"codes"`
}

// Limits bound a message: 1 MiB, 64 levels, 20,000 nodes.
type Limits struct {
	Bytes int64 `yaml:"bytes"`
	Depth int   `yaml:"depth"`
	Nodes int   `yaml:"nodes"`
}

// Duration is a time.Duration written as in Go: "1h", "20m".
type Duration time.Duration

// UnmarshalText reads "20m"; a negative one is refused.
func (d *Duration) UnmarshalText(b []byte) error {
	v, err := time.ParseDuration(string(b))
	if err != nil {
		return err
	}
	if v < 0 {
		return fmt.Errorf("a negative duration: %s", b)
	}
	*d = Duration(v)
	return nil
}

// MarshalText writes "20m0s".
func (d Duration) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }

const (
	strict   = "strict"
	tolerate = "tolerate"
)

func (c *Config) setDefaults() error {
	for _, o := range []struct {
		key    string
		value  *string
		values string // the default first
	}{
		{"style", &c.Style, "live cnda ns2"},
		{"fault_detail", &c.FaultDetail, "siram guide"},
		{"headers", &c.Headers, "strict tolerate"},
		{"versions", &c.Versions, "tolerate strict"},
		{"media_type", &c.MediaType, "strict tolerate"},
		{"action", &c.Action, "strict tolerate"},
		{"emetteur", &c.Emetteur, "tolerate strict"},
		{"certificate", &c.Certificate, "fault reset"},
		{"signer", &c.Signer, "signature any"},
		{"issuer", &c.Issuer, "tolerate strict"},
		{"attributes", &c.Attributes, "strict tolerate"},
		{"token", &c.Token, "check require ignore"},
		{"person", &c.Person, "tolerate known"},
		{"vitale_signature", &c.VitaleSignature, "tolerate verify"},
	} {
		values := strings.Fields(o.values)
		if *o.value == "" {
			*o.value = values[0]
		}
		if !slices.Contains(values, *o.value) {
			return fmt.Errorf("tlsi: %s %q is none of %s", o.key, *o.value, strings.Join(values, ", "))
		}
	}
	for _, d := range []struct {
		value *Duration
		def   time.Duration
	}{{&c.PSLife, time.Hour}, {&c.VitaleLife, 20 * time.Minute}, {&c.Skew, 5 * time.Minute}} {
		if *d.value == 0 {
			*d.value = Duration(d.def)
		}
	}
	if c.Limits.Bytes < 0 || c.Limits.Depth < 0 || c.Limits.Nodes < 0 {
		return fmt.Errorf("tlsi: limits: a negative bound")
	}
	return c.Codes.setDefaults()
}

func (c Config) limits() soap.Limits {
	return soap.Limits{Bytes: c.Limits.Bytes, Depth: c.Limits.Depth, Nodes: c.Limits.Nodes}
}

// style returns the prefixes of an envelope and that of its content.
func (c Config) style() (s soap.Style, prefix string) {
	switch c.Style {
	case "cnda":
		return soap.Style{Envelope: "soap", Body: "S"}, ""
	case "ns2":
		return soap.Style{Envelope: "S", Body: "S"}, "ns2"
	}
	return soap.Style{Envelope: "soap", Body: "env"}, ""
}
