package insi

import (
	"fmt"
	"slices"
	"time"
)

// Config is the user's `insi:` section. The zero value of each field means its
// documented default.
type Config struct {
	// Mode is how an unknown identity is answered: real (default: CR 01, as the
	// contract says) or qualif-like (fault insi_102, as the official test
	// environment often does).
	Mode string `yaml:"mode"`
	// Given says when the TIQ carries Prenom besides ListePrenom: auto (default:
	// in the style cnda of the door, see tlsi.style), always or never.
	Given string `yaml:"prenom"`
	// OID is what a NIR is answered with: stored (default: what the identity
	// has), qualification (….8 for every NIR, as the official test environment)
	// or test (….10 for every NIR). A NIA keeps its own.
	OID string `yaml:"oid"`
	// Order says what happens to the fields of a request in another order than
	// the schema's: tolerate (default, noted in the journal) or reject. What the
	// real service does is unknown.
	Order string `yaml:"order"`
	// VitaleAssertion: required (default) or optional, in a search by carte
	// Vitale. Whether the real service takes one without is unknown.
	VitaleAssertion string `yaml:"vitale_assertion"`
	// VitaleAccess: person (default: a search by carte Vitale wants the assertion
	// of a professional) or any, a structure's certificate too. Unknown.
	VitaleAccess string `yaml:"vitale_access"`
	// OffCard says what a search by carte Vitale answers about a known person whom
	// the card does not cover: fault (default) or none, CR 01. Unknown.
	OffCard string `yaml:"off_card"`
	// Codes rename refusals, or replace codes that are not public, by the names
	// that docs/insi.md lists.
	Codes map[string]Code `yaml:"codes"`
	// VerificationContract is a file that replaces contrat-verification.yaml.
	VerificationContract string `yaml:"verification_contract"`
	// Lot rules the verification in batch, which is invented.
	Lot LotConfig `yaml:"lot"`
}

// LotConfig rules the verification in batch.
type LotConfig struct {
	// Max is how many identities a lot may hold: 500. A larger lot needs larger
	// limits of the door too (tlsi.limits).
	Max int `yaml:"max"`
	// Delay is how long a lot takes, in simulated time, whatever its size: 1m;
	// Each is added for every identity: 10ms.
	Delay Duration `yaml:"delay"`
	Each  Duration `yaml:"each"`
	// Keep is how long its results can be retrieved once done: 168h.
	Keep Duration `yaml:"keep"`
}

// A Code is what a refusal carries on the wire. An empty field keeps the default.
type Code struct {
	Siram    string `yaml:"siram"`    // "siram_10"
	Code     string `yaml:"code"`     // "insi_19"
	Severity string `yaml:"severity"` // "erreur", "fatal"
	Text     string `yaml:"text"`     // for the user, in French
}

// Duration is a time.Duration written as in Go: "2m", "90s".
type Duration time.Duration

// UnmarshalText reads "2m30s".
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

// MarshalText writes "2m30s".
func (d Duration) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }

// The values of the options, the default first.
const (
	modeReal   = "real"
	modeQualif = "qualif-like"

	auto   = "auto"
	always = "always"
	never  = "never"

	oidStored        = "stored"
	oidQualification = "qualification"
	oidTest          = "test"

	tolerate = "tolerate"
	reject   = "reject"

	required = "required"
	optional = "optional"

	person = "person"
	anyone = "any"

	none = "none"
)

// setDefaults fills what the user left out and refuses what means nothing.
func (c *Config) setDefaults() error {
	for _, o := range []struct {
		name    string
		value   *string
		allowed []string
	}{
		{"mode", &c.Mode, []string{modeReal, modeQualif}},
		{"prenom", &c.Given, []string{auto, always, never}},
		{"oid", &c.OID, []string{oidStored, oidQualification, oidTest}},
		{"order", &c.Order, []string{tolerate, reject}},
		{"vitale_assertion", &c.VitaleAssertion, []string{required, optional}},
		{"off_card", &c.OffCard, []string{"fault", none}},
		{"vitale_access", &c.VitaleAccess, []string{person, anyone}},
	} {
		if *o.value == "" {
			*o.value = o.allowed[0]
		}
		if !slices.Contains(o.allowed, *o.value) {
			return fmt.Errorf("insi: %s: %q is none of %v", o.name, *o.value, o.allowed)
		}
	}
	for _, d := range []struct {
		value *Duration
		def   time.Duration
	}{
		{&c.Lot.Delay, time.Minute},
		{&c.Lot.Each, 10 * time.Millisecond},
		{&c.Lot.Keep, 7 * 24 * time.Hour},
	} {
		if *d.value == 0 {
			*d.value = Duration(d.def)
		}
	}
	switch {
	case c.Lot.Max < 0:
		return fmt.Errorf("insi: lot.max is negative: %d", c.Lot.Max)
	case c.Lot.Max == 0:
		c.Lot.Max = 500
	}
	return nil
}
