package psc

import (
	"fmt"
	"slices"
	"time"
)

// Config is the user's `psc:` section. The zero value of each field means its
// documented default.
type Config struct {
	// Profile is the year whose behaviour is shown: 2021, 2023 or 2026 (default).
	// It rules the tokens' claims, the discovery document and the iss parameter.
	Profile string `yaml:"profile"`
	// AuthURL and WalletURL pin the two hosts' base URLs; by default they follow
	// the Host of the request: one host, or the pair of real qualification names.
	AuthURL   string `yaml:"auth_url"`
	WalletURL string `yaml:"wallet_url"`
	// ACR says what happens to an acr_values other than eidas1: tolerate (default:
	// what Keycloak does) or reject. What the real service answers is unknown.
	ACR string `yaml:"acr"`
	// Nonce and State say what happens when they are missing: tolerate (default)
	// or reject. They are mandatory for clients; whether PSC refuses is unknown.
	Nonce string `yaml:"nonce"`
	State string `yaml:"state"`
	// BindingMessage: tolerate (default: Keycloak's rule only) or two-digits.
	BindingMessage string `yaml:"binding_message"`
	// WrongNumber: deny (default) or retry; the real reaction is unknown.
	WrongNumber string `yaml:"wrong_number"`
	// Refresh: reuse (default) or rotate-strict, where each refresh token serves
	// once. The real policy is unknown.
	Refresh string `yaml:"refresh"`
	// SessionState: auto (default: by profile), always or never, in the tokens.
	SessionState string `yaml:"session_state"`
	// LogoutState: return (default) or omit, a quirk seen on the real service.
	LogoutState string `yaml:"logout_state"`
	// CNF is how a certificate thumbprint is written in x5t#S256: rfc8705, or
	// ans-hex64 (default: what the ANS test server emits).
	CNF string `yaml:"cnf"`
	// SSL: external (default: plain HTTP from private addresses only), all, none.
	SSL string `yaml:"ssl_required"`
	// Issuer: any (default: tokens of every host name of this simulator are
	// accepted) or strict.
	Issuer string `yaml:"issuer"`
	// SubjectIssuer: tolerate (default) or require subject_issuer=psc in exchanges.
	SubjectIssuer string `yaml:"subject_issuer"`
	// Userinfo: auto (default: by the person's data), minimal, or jwt.
	Userinfo string `yaml:"userinfo"`

	Lifetimes Lifetimes `yaml:"lifetimes"`
	// Approve answers for every person who has no policy of their own.
	Approve Policy `yaml:"approve"`
	// Persons are policies by national identifier.
	Persons map[string]Policy `yaml:"persons"`
	// Clients are added to the default ones, or replace those of the same id.
	Clients []Client `yaml:"clients"`
	// NoDefaultClients leaves the default clients out.
	NoDefaultClients bool `yaml:"no_default_clients"`
}

// Lifetimes are durations of simulated time.
type Lifetimes struct {
	Access       Duration `yaml:"access"`        // 2m
	Refresh      Duration `yaml:"refresh"`       // 30m
	Session      Duration `yaml:"session"`       // 4h
	Idle         Duration `yaml:"idle"`          // 30m
	CIBA         Duration `yaml:"ciba"`          // 2m
	CIBAInterval Duration `yaml:"ciba_interval"` // 5s
	Code         Duration `yaml:"code"`          // 1m
	Login        Duration `yaml:"login"`         // 30m: a wallet page left open
	PAR          Duration `yaml:"par"`           // 1m
	API          Duration `yaml:"api"`           // 4h: tokens of the espace de confiance
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

// Policy answers in a person's place.
type Policy struct {
	// Outcome: ask (default: nobody answers), approve, refuse, wrong-number.
	Outcome string `yaml:"outcome" json:"outcome,omitempty"`
	// After is how long the person takes, in simulated time.
	After Duration `yaml:"after" json:"after,omitempty"`
	// Polls waits for the n-th poll of the token endpoint instead.
	Polls int `yaml:"polls" json:"polls,omitempty"`
}

func (p Policy) active() bool { return p.Outcome != "" && p.Outcome != outcomeAsk }

// The outcomes of a Policy.
const (
	outcomeAsk         = "ask"
	outcomeApprove     = "approve"
	outcomeRefuse      = "refuse"
	outcomeWrongNumber = "wrong-number"
)

func (p Policy) check(where string) error {
	switch p.Outcome {
	case "", outcomeAsk, outcomeApprove, outcomeRefuse, outcomeWrongNumber:
	default:
		return fmt.Errorf("psc: %s: outcome %q is none of ask, approve, refuse, wrong-number", where, p.Outcome)
	}
	if p.Polls < 0 {
		return fmt.Errorf("psc: %s: polls is negative", where)
	}
	return nil
}

// setDefaults fills what the user left out and refuses what means nothing.
func (c *Config) setDefaults() error {
	for _, o := range []struct {
		name    string
		value   *string
		allowed []string
	}{
		{"profile", &c.Profile, []string{"2026", "2023", "2021"}},
		{"acr", &c.ACR, []string{"tolerate", "reject"}},
		{"nonce", &c.Nonce, []string{"tolerate", "reject"}},
		{"state", &c.State, []string{"tolerate", "reject"}},
		{"binding_message", &c.BindingMessage, []string{"tolerate", "two-digits"}},
		{"wrong_number", &c.WrongNumber, []string{"deny", "retry"}},
		{"refresh", &c.Refresh, []string{"reuse", "rotate-strict"}},
		{"session_state", &c.SessionState, []string{"auto", "always", "never"}},
		{"logout_state", &c.LogoutState, []string{"return", "omit"}},
		{"cnf", &c.CNF, []string{"ans-hex64", "rfc8705"}},
		{"ssl_required", &c.SSL, []string{"external", "all", "none"}},
		{"issuer", &c.Issuer, []string{"any", "strict"}},
		{"subject_issuer", &c.SubjectIssuer, []string{"tolerate", "require"}},
		{"userinfo", &c.Userinfo, []string{"auto", "minimal", "jwt"}},
	} {
		if *o.value == "" {
			*o.value = o.allowed[0]
		}
		if !slices.Contains(o.allowed, *o.value) {
			return fmt.Errorf("psc: %s: %q is none of %v", o.name, *o.value, o.allowed)
		}
	}
	l := &c.Lifetimes
	for _, d := range []struct {
		value *Duration
		def   time.Duration
	}{
		{&l.Access, c.accessDefault()},
		{&l.Refresh, 30 * time.Minute},
		{&l.Session, 4 * time.Hour},
		{&l.Idle, 30 * time.Minute},
		{&l.CIBA, 2 * time.Minute},
		{&l.CIBAInterval, 5 * time.Second},
		{&l.Code, time.Minute},
		{&l.Login, 30 * time.Minute},
		{&l.PAR, time.Minute},
		{&l.API, 4 * time.Hour},
	} {
		if *d.value == 0 {
			*d.value = Duration(d.def)
		}
	}
	if err := c.Approve.check("approve"); err != nil {
		return err
	}
	for id, p := range c.Persons {
		if err := p.check("persons." + id); err != nil {
			return err
		}
	}
	return nil
}

// accessDefault is what the tokens of each year show.
func (c *Config) accessDefault() time.Duration {
	if c.Profile == "2021" {
		return time.Minute
	}
	return 2 * time.Minute
}
