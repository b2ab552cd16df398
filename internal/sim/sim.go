// Package sim holds the contracts between the kernel and the simulated
// services: what a service declares, the world it lives in, and how one of its
// operations is decided, refused and written down. It holds no behaviour of any
// service.
//
// Every operation of every service runs decode, decide, act, encode: it decodes
// its input into a typed request, asks the Director (which may delay it, refuse
// it, or have the wire misbehave), acts on the store, and encodes the answer. A
// refusal is a value, an *Error; one encoder per wire format turns it into bytes.
package sim

import (
	"context"
	"crypto"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/segursim/segursim/internal/clock"
	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/internal/store"
)

// A Service simulates one real service.
type Service interface {
	// Info describes the service and its operations.
	Info() Info
	// Hosts are the real qualification host names it answers for. Production
	// names never appear.
	Hosts() []string
	// Tables are its part of the store.
	Tables() []store.Schema
	// Seed fills its tables from the fixtures, before the baseline is taken.
	Seed(tx *store.Txn, fixtures fs.FS) error
	// Mount adds its routes to the front door.
	Mount(g *echo.Group)
}

// A StreamService listens on connections of its own: SMTP, IMAP, MLLP, DNS.
type StreamService interface {
	Service
	Listeners() []Listener
}

// A Listener is one listening address of a StreamService.
type Listener struct {
	Name string // "smtp": the flag, and the key in the endpoints document
	// Default is where it listens unless told otherwise: "127.0.0.1:2587"; empty
	// for a listener that is off unless asked for.
	Default string
	// Serve accepts until the listener is closed or ctx ends, and returns once
	// nothing of it runs.
	Serve func(ctx context.Context, l net.Listener) error
	// ServePacket, when not nil, answers datagrams on the same address.
	ServePacket func(ctx context.Context, c net.PacketConn) error
}

// An ActionService has verbs for scenarios, the console and the control API.
type ActionService interface {
	Service
	Actions() map[string]Action
}

// An Action is something a person or the outside world does.
type Action struct {
	Title journal.Text
	// Params documents the JSON body: name to meaning.
	Params map[string]string
	// Do acts. in is the decoded JSON body. Its error may be an *Error.
	Do func(ctx context.Context, in map[string]any) (any, error)
}

// A PanelService has pages of its own in the console.
type PanelService interface {
	Service
	Panels() []Panel
}

// A Panel is one page, mounted at /console/<service>/<Name>.
type Panel struct {
	Name  string
	Title journal.Text
	// MaxForm bounds a form of the page, in bytes, files included; 0 means 1 MiB.
	MaxForm int64
	Mount   func(g *echo.Group, p PanelRenderer)
}

// A PanelRenderer puts a service's HTML into the console's frame.
type PanelRenderer interface {
	// Render writes a page: title, and body as trusted HTML.
	Render(c echo.Context, title journal.Text, body string) error
	// Lang is the language the person reads: "fr" or "en".
	Lang(c echo.Context) string
	// Token guards a form against a foreign site: a form carries it in a field
	// named "_token", and the console refuses a POST without it.
	Token(c echo.Context) string
}

// A KeyService signs from its first answer on: its keys are made ready at start.
type KeyService interface {
	Service
	// SigningKeys are names for PKI.SigningKey.
	SigningKeys() []string
}

// A ResetService is told after the store went back to the baseline, or to a
// snapshot, to drop what it keeps outside the store (timers, waiting connections)
// and make it again from there.
type ResetService interface {
	Service
	Reset()
}

// An EndpointService adds to its part of the endpoints document.
type EndpointService interface {
	Service
	// Endpoints are JSON fields; base is the front door's URL.
	Endpoints(base string) map[string]any
}

// A Constructor makes a service in a world. The world's store has no table
// until every service is made.
type Constructor func(w *World) (Service, error)

// Info describes a service.
type Info struct {
	Name  string // "psc": in paths, scenarios and the endpoints document
	Title journal.Text
	Spec  string // the specification and its version
	Ops   []Op
	// Absent says what is not simulated.
	Absent []journal.Text
}

// Provenance says how much is known of an operation's contract.
type Provenance string

// The provenances.
const (
	Confirmed Provenance = "confirmed" // published, or seen on the real service
	Inferred  Provenance = "inferred"  // follows from what is published, not seen
	Invented  Provenance = "invented"  // not public: ours until it is
)

// An Op is one operation of a service.
type Op struct {
	Name       string // "ciba.request": in the journal and in scenarios
	Title      journal.Text
	Method     string // "POST"; empty for protocols without methods
	Path       string // "/auth/realms/esante-wallet/…"
	Provenance Provenance
	Source     string // where the contract is known from
	// Facts are what its journal entries carry, by dotted path; conditions of
	// scenarios and faults are checked against them when they are loaded.
	Facts map[string]FactType
	// Codes are the errors that a fault may have it answer.
	Codes []string
}

// A FactType is the type of a fact.
type FactType string

// The fact types.
const (
	String  FactType = "string"
	Int     FactType = "int"
	Float   FactType = "float"
	Bool    FactType = "bool"
	Strings FactType = "strings" // a list of strings
	Any     FactType = "any"
)

// A World is what a service lives in.
type World struct {
	Store    *store.DB
	Clock    *clock.Clock
	Journal  *journal.Log
	Director Director
	PKI      PKI
	Fixtures fs.FS
	Log      *slog.Logger
	// Rand is the source of every identifier: seeded, hence repeatable, when
	// the user asked for it. It may be read concurrently.
	Rand io.Reader
	// Tokens verifies Pro Santé Connect access tokens; nil until a service that
	// issues them is there.
	Tokens TokenVerifier
	// Shared is what services have in common beyond the store.
	Shared *Shared
	// ServerTLS is for the listeners that do TLS by themselves: the simulator's
	// certificate (a bad one while a "tls" fault asks for it), TLS 1.2 and 1.3,
	// a client certificate asked for and not verified. Each call makes a copy.
	ServerTLS func() *tls.Config
	// PublicURL is the pinned base of emitted URLs, empty to follow the Host.
	PublicURL func() string
	// Relaxed tells whether the user loosened a named check.
	Relaxed func(check string) bool
	// Configure decodes the user's section of that name into v, strictly; v
	// stays as it is where the user said nothing.
	Configure func(section string, v any) error
}

// PKI is what services need of the test hierarchy.
type PKI interface {
	// SigningKey returns the named RSA key, made on first use and kept.
	SigningKey(name string) (crypto.Signer, error)
	// VerifyClient checks a client's chain at simulated time; the error, when
	// not nil, says why in words for the journal: a *CertificateError, mostly.
	VerifyClient(chain []*x509.Certificate) error
	// VerifySignature does the same for the certificate of a signed document.
	VerifySignature(chain []*x509.Certificate) error
}

// A TokenVerifier checks Pro Santé Connect access tokens for other services.
type TokenVerifier interface {
	// VerifyToken returns the token's claims; the error says why it is refused:
	// see ErrTokenExpired, ErrSessionEnded.
	VerifyToken(ctx context.Context, token string) (Claims, error)
}

// A SessionKeeper tells which Pro Santé Connect sessions live. A TokenVerifier
// may be one: services that hold a connection open on the strength of a token end
// it with the session.
type SessionKeeper interface {
	// SessionAlive tells whether the session could still be refreshed.
	SessionAlive(session string) bool
	// OnSessionEnd has f called with the id of every session that somebody ends;
	// one that expires by itself is only seen by SessionAlive. f must not block.
	OnSessionEnd(f func(session string))
}

// Claims are what other services read of an access token.
type Claims struct {
	SubjectNameID string // national identifier of the professional
	Session       string // the PSC session's id
	Client        string // azp
	Expires       time.Time
	All           map[string]any
}

// Kind classes an Error independently of the wire format.
type Kind int

// The kinds.
const (
	Internal     Kind = iota // the simulator went wrong
	BadRequest               // malformed
	Unauthorized             // not authenticated
	Forbidden                // authenticated, not allowed
	NotFound
	Conflict
	TooLarge
	Unavailable
)

// KindOf classes an HTTP status.
func KindOf(status int) Kind {
	switch status {
	case http.StatusUnauthorized:
		return Unauthorized
	case http.StatusForbidden:
		return Forbidden
	case http.StatusNotFound:
		return NotFound
	case http.StatusConflict:
		return Conflict
	case http.StatusRequestEntityTooLarge:
		return TooLarge
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return Unavailable
	case http.StatusInternalServerError:
		return Internal
	}
	return BadRequest
}

// An Error is a refusal: Code and Text go to the peer in the protocol's own
// form, Cause to the journal, Err to the log.
type Error struct {
	Kind   Kind
	Status int    // the protocol's status; 0 when Kind says enough
	Code   string // the protocol's code: "invalid_grant"
	Text   string // the protocol's text
	Cause  journal.Cause
	Err    error
}

// Error describes the refusal for a log.
func (e *Error) Error() string {
	s := e.Code
	if e.Text != "" {
		s += ": " + e.Text
	}
	if e.Err != nil {
		s += " (" + e.Err.Error() + ")"
	}
	return s
}

// Unwrap returns the underlying error.
func (e *Error) Unwrap() error { return e.Err }

// AsError returns err's *Error, or wraps it as an internal one.
func AsError(err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return &Error{Kind: Internal, Code: "server_error", Err: err}
}
