package psc

import (
	"time"

	"github.com/segursim/segursim/internal/store"
)

// session is an SSO session: one person, one authentication, any number of
// clients.
type session struct {
	ID       string    `json:"id"` // sid
	Person   string    `json:"person"`
	Browser  string    `json:"browser,omitempty"` // value of the SSO cookie; empty for CIBA
	Started  time.Time `json:"started"`           // auth_time
	Used     time.Time `json:"used"`              // last login or refresh
	AuthMode string    `json:"auth_mode"`         // CARD or MOBILE
	ACR      string    `json:"acr"`
	// Clients are the clients attached, with when.
	Clients map[string]time.Time `json:"clients"`
	// LastRefresh is, by client, the id of the refresh token last issued.
	LastRefresh map[string]string `json:"last_refresh,omitempty"`
}

// valid tells whether the session lives at an instant: 4 h at most, 30 minutes
// idle (IG securisation-transport-api-rest).
func (s *session) valid(now time.Time, l Lifetimes) bool {
	return now.Before(s.Started.Add(time.Duration(l.Session))) && now.Before(s.Used.Add(time.Duration(l.Idle)))
}

// authCode is an authorization code.
type authCode struct {
	ID          string    `json:"id"`
	Client      string    `json:"client"`
	Session     string    `json:"session"`
	RedirectURI string    `json:"redirect_uri"`
	Scope       string    `json:"scope"`
	Nonce       string    `json:"nonce"`
	Challenge   string    `json:"challenge,omitempty"`
	Method      string    `json:"method,omitempty"`
	Expires     time.Time `json:"expires"`
	Used        bool      `json:"used"`
}

// The channels through which a person is asked.
const (
	channelMobile = "MOBILE" // e-CPS application
	channelCard   = "CARD"   // CPx card in a reader
)

// The states of a demand.
const (
	pending  = "pending"
	approved = "approved"
	refused  = "refused"
	expired  = "expired"
	used     = "used"
)

// demand asks a person to authenticate: through CIBA, or from a wallet page.
type demand struct {
	ID      string `json:"id"`
	Kind    string `json:"kind"` // ciba or web
	Client  string `json:"client"`
	Person  string `json:"person"`
	Channel string `json:"channel"`
	// Number is what the service or the wallet page shows; Candidates are the
	// three that the phone offers.
	Number     string    `json:"number"`
	Candidates []string  `json:"candidates,omitempty"`
	Scope      string    `json:"scope"`
	ACR        string    `json:"acr"`
	Created    time.Time `json:"created"`
	Expires    time.Time `json:"expires"`
	State      string    `json:"state"`
	Reason     string    `json:"reason,omitempty"` // why it was refused
	Settled    time.Time `json:"settled,omitzero"`
	Polls      int       `json:"polls"`
	LastPoll   time.Time `json:"last_poll,omitzero"` // last poll that was not too early
	SeenPoll   time.Time `json:"seen_poll,omitzero"` // last poll at all
	// Policy answers by itself: at Due, or at the n-th poll.
	Policy  Policy    `json:"policy"`
	Due     time.Time `json:"due,omitzero"`
	Attempt string    `json:"attempt,omitempty"` // web: the login attempt
	Nonce   string    `json:"nonce,omitempty"`
}

// attempt is a login page that waits for a person.
type attempt struct {
	ID      string      `json:"id"`
	Request authRequest `json:"request"`
	Created time.Time   `json:"created"`
	Demand  string      `json:"demand,omitempty"`
	// Reauth says why a living session did not suffice.
	Reauth string `json:"reauth,omitempty"`
	Done   bool   `json:"done"`
}

// authRequest is an authorization request that passed its checks.
type authRequest struct {
	Client       string `json:"client"`
	RedirectURI  string `json:"redirect_uri"`
	ResponseMode string `json:"response_mode"`
	Scope        string `json:"scope"`
	State        string `json:"state"`
	Nonce        string `json:"nonce"`
	ACR          string `json:"acr"`
	Prompt       string `json:"prompt"`
	MaxAge       int    `json:"max_age"` // -1 when absent
	LoginHint    string `json:"login_hint"`
	Challenge    string `json:"challenge"`
	Method       string `json:"method"`
}

// pushed is a pushed authorization request (RFC 9126).
type pushed struct {
	ID      string              `json:"id"`
	Client  string              `json:"client"`
	Params  map[string][]string `json:"params"`
	Expires time.Time           `json:"expires"`
}

// revoked is the id of an access token that was revoked before its time.
type revoked struct {
	ID      string    `json:"id"`
	Expires time.Time `json:"expires"`
}

// signingKey is a key of a realm's JWKS; the newest active one signs.
type signingKey struct {
	ID      string    `json:"id"` // its name in the PKI
	Realm   string    `json:"realm"`
	Created time.Time `json:"created"`
	// Passive keys verify and are published; disabled ones are gone.
	Passive bool `json:"passive"`
}

// secretKey is a symmetric key: of refresh tokens, of auth_req_id.
type secretKey struct {
	ID    string `json:"id"`
	Kid   string `json:"kid"`
	Value []byte `json:"value"`
}

// reader is the simulated card reader of one workstation.
type reader struct {
	ID     string `json:"id"`
	Person string `json:"person"` // whose card is in it
	// Failures counts wrong PINs in a row, by person.
	Failures map[string]int `json:"failures,omitempty"`
}

// policyRow is a person's policy set at run time.
type policyRow struct {
	ID     string `json:"id"` // person
	Policy Policy `json:"policy"`
	// Once has the policy serve one demand.
	Once bool `json:"once,omitempty"`
}

// account is what PSC knows of an account beyond the registre.
type account struct {
	ID string `json:"id"` // person
	// Incomplete accounts have something left to do before they can log in.
	Incomplete bool `json:"incomplete"`
}

// autoLogin has the next authorization requests answered without a page.
type autoLogin struct {
	ID       string `json:"id"`
	Person   string `json:"person"`
	Client   string `json:"client,omitempty"` // empty: any
	AuthMode string `json:"auth_mode"`
	Left     int    `json:"left"`
}

// The tables. The values describe; the rows are in the world's store.
var (
	sessions = store.Define("psc_sessions",
		store.By("id", func(s *session) string { return s.ID }),
		store.By("browser", func(s *session) string { return s.Browser }),
		store.By("person", func(s *session) string { return s.Person }))
	codes   = store.Define("psc_codes", store.By("id", func(c *authCode) string { return c.ID }))
	demands = store.Define("psc_demandes",
		store.By("id", func(d *demand) string { return d.ID }),
		store.By("person", func(d *demand) string { return d.Person }),
		store.By("state", func(d *demand) string { return d.State }))
	attempts    = store.Define("psc_attempts", store.By("id", func(a *attempt) string { return a.ID }))
	pushes      = store.Define("psc_pushed", store.By("id", func(p *pushed) string { return p.ID }))
	revocations = store.Define("psc_revoked", store.By("id", func(r *revoked) string { return r.ID }))
	signingKeys = store.Define("psc_keys", store.By("id", func(k *signingKey) string { return k.ID }),
		store.By("realm", func(k *signingKey) string { return k.Realm }))
	secretKeys = store.Define("psc_secrets", store.By("id", func(k *secretKey) string { return k.ID }))
	readers    = store.Define("psc_readers", store.By("id", func(r *reader) string { return r.ID }))
	policies   = store.Define("psc_policies", store.By("id", func(p *policyRow) string { return p.ID }))
	autoLogins = store.Define("psc_auto_logins", store.By("id", func(a *autoLogin) string { return a.ID }))
	accounts   = store.Define("psc_accounts", store.By("id", func(a *account) string { return a.ID }))
	assertions = store.Define("psc_assertions", store.By("id", func(r *revoked) string { return r.ID }))
)

// tables is every table of the service.
func tables() []store.Schema {
	return []store.Schema{
		clients, sessions, codes, demands, attempts, pushes, revocations,
		signingKeys, secretKeys, readers, policies, autoLogins, accounts, assertions,
	}
}
