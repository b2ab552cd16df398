package apcv

import (
	"fmt"
	"maps"
	"slices"
	"time"
)

// Config is the user's `apcv:` section. The zero value of each field means its
// documented default. Nothing of what it rules is public: every option is a
// reading of ours beside which others stand.
type Config struct {
	// DateFormat is how DateFinValidite is written: datetime (default,
	// 2026-01-15T10:15:00+01:00) or compact (20260115101500). Both were seen.
	DateFormat string `yaml:"date_format"`
	// Beneficiary: include (default) or omit who the card is of in the answers
	// that carry a context, under the names that signerVitale uses.
	Beneficiary string `yaml:"beneficiary"`
	// Contexts: several (default: each reading adds one) or one (a reading
	// destroys the professional's former context).
	Contexts string `yaml:"contexts"`
	// Billing: match (default: the identifiant de facturation of the request is
	// the assertion's) or tolerate.
	Billing string `yaml:"billing"`
	// Fault is the shape of a refusal's detail: siram (default: that of the
	// téléservices) or exception (ApCVException, after the name of the one class
	// that is known).
	Fault string `yaml:"fault"`
	// Codes replaces the codes of refusals on the wire, by their name here:
	// {QR_CODE_EXPIRE: "1234"}.
	Codes map[string]string `yaml:"codes"`

	Lifetimes Lifetimes `yaml:"lifetimes"`
}

// Lifetimes are durations of simulated time.
type Lifetimes struct {
	Code    Duration `yaml:"code"`    // 2m: a QR code on the phone
	Context Duration `yaml:"context"` // 20m: a context, as a Vitale assertion
	// Memory is how long what ended is still told apart from what never was: 24h.
	Memory Duration `yaml:"memory"`
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

// A choice is an option that takes one of a few values, the default first.
type choice struct {
	name    string
	value   *string
	allowed []string
}

func (c *Config) choices() []choice {
	return []choice{
		{"date_format", &c.DateFormat, []string{"datetime", "compact"}},
		{"beneficiary", &c.Beneficiary, []string{"include", "omit"}},
		{"contexts", &c.Contexts, []string{"several", "one"}},
		{"billing", &c.Billing, []string{"match", "tolerate"}},
	}
}

// setDefaults fills what the user left out and refuses what means nothing.
func (c *Config) setDefaults() error {
	for _, o := range c.choices() {
		if *o.value == "" {
			*o.value = o.allowed[0]
		}
		if !slices.Contains(o.allowed, *o.value) {
			return fmt.Errorf("apcv: %s: %q is none of %v", o.name, *o.value, o.allowed)
		}
	}
	for _, d := range []struct {
		value *Duration
		def   time.Duration
	}{
		{&c.Lifetimes.Code, 2 * time.Minute},
		{&c.Lifetimes.Context, 20 * time.Minute},
		{&c.Lifetimes.Memory, 24 * time.Hour},
	} {
		if *d.value == 0 {
			*d.value = Duration(d.def)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(c.Codes)) {
		if !slices.Contains(refusalCodes(), name) {
			return fmt.Errorf("apcv: codes: %q is none of %v", name, refusalCodes())
		}
		if c.Codes[name] == "" {
			return fmt.Errorf("apcv: codes.%s: the code is empty", name)
		}
	}
	return nil
}

// wireCode is what a refusal is called on the wire.
func (c *Config) wireCode(name string) string {
	if code, ok := c.Codes[name]; ok {
		return code
	}
	return name
}
