package auth

import (
	"context"
	"slices"
	"strings"

	"github.com/emersion/go-sasl"

	"github.com/segursim/segursim/internal/sim"
	"github.com/segursim/segursim/mocks/mssante/wire"
)

// Limits of what a client may send, in bytes.
const (
	MaxToken = 12 << 10 // RFC 4954 §4 wants lines of 12288 to pass
	MaxName  = 320      // RFC 3696 erratum 1690: 64 + 1 + 255
)

// A Protocol is what the mechanisms need to know of the protocol around them.
type Protocol struct {
	// Name is "SMTP" or "IMAP": what Authority.Refusal is asked about.
	Name string
	// Error puts a refusal in the protocol's form: what Next returns. Kind tells
	// them apart:
	//
	//	BadRequest    the response is malformed, or too long
	//	NotFound      the mechanism is not offered here
	//	Unauthorized  the token, the password or the certificate does not do
	//	Forbidden     they do, but not for this BAL
	//	Unavailable   not now
	//	Internal      the simulator went wrong
	Error func(*sim.Error) error
	// Fault completes the refusal that a fault asks for: its Kind, from its Code;
	// nil leaves it as it is.
	Fault func(*sim.Error) *sim.Error
}

// NewServer begins one SASL exchange; its error is in the protocol's form, and
// done was told it. ctx carries the exchange of the journal (sim.WithExchange),
// begun: the mechanism adds the facts of [Facts] and asks the Director.
//
// done is called exactly once, before the last Next returns: with who may go on, or
// with the refusal. A client that leaves in the middle, or cancels with "*", is
// not seen here: done is not called.
func NewServer(ctx context.Context, p Protocol, mech string, a Authority, c *wire.Conn, done func(Identity, *sim.Error)) (sasl.Server, error) {
	s := &server{ctx: ctx, proto: p, name: strings.ToUpper(mech), authority: a, conn: c, done: done, facts: map[string]any{}}
	s.exchange = sim.ExchangeOf(ctx)
	s.facts["mechanism"] = s.name
	if len(s.name) > 20 { // RFC 4422 §3.1
		s.facts["mechanism"] = s.name[:20]
	}
	s.exchange.Fact("auth", s.facts)
	s.mech = mechanismOf(s.name)
	if !c.Encrypted() {
		return nil, s.refuse(noEncryption())
	}
	offered := a.Mechanisms(c)
	if s.mech == nil || !slices.Contains(offered, s.name) {
		return nil, s.refuse(noMechanism(s.name, offered))
	}
	return s, nil
}

// Facts are what the mechanisms write in the exchange.
func Facts() map[string]sim.FactType {
	return map[string]sim.FactType{
		"auth.mechanism":        sim.String,
		"auth.user":             sim.String, // the BAL that was asked for
		"auth.initial_response": sim.Bool,
		"auth.token_length":     sim.Int,
		"auth.refusal":          sim.String, // "clean" or "drop", of a token
		"auth.person":           sim.String, // national identifier
		"auth.client":           sim.String, // azp, or the certificate's common name
		"auth.session":          sim.String, // of Pro Santé Connect
	}
}

// A server is one exchange.
type server struct {
	ctx       context.Context //nolint:containedctx // an exchange is a call in pieces
	proto     Protocol
	name      string
	mech      mechanism
	authority Authority
	conn      *wire.Conn
	done      func(Identity, *sim.Error)
	exchange  *sim.Exchange
	facts     map[string]any

	asked   bool // the empty challenge was sent, or a response came
	ended   bool
	refusal *sim.Error // waits for the client's answer to the challenge
}

// Next takes one step. It never panics, whatever the response.
func (s *server) Next(response []byte) (challenge []byte, done bool, err error) {
	switch {
	case s.ended:
		return nil, false, s.proto.Error(malformed("sasl.over", "L'échange SASL est déjà terminé.", "The SASL exchange is over."))
	case s.refusal != nil:
		// RFC 7628 §3.2.3: the answer is a lone %x01; an empty one is common.
		s.ended = true
		return nil, false, s.proto.Error(s.refusal)
	case !s.asked && response == nil:
		s.asked = true
		s.facts["initial_response"] = false
		return nil, false, nil // an empty challenge
	}
	if !s.asked {
		s.facts["initial_response"] = true
	}
	s.asked = true
	return s.decide(response)
}

// decide reads the response and has it judged.
func (s *server) decide(response []byte) ([]byte, bool, error) {
	cred, refusal := s.mech.read(response)
	if cred.user != "" {
		s.facts["user"] = cred.user
	}
	if cred.token != "" {
		s.facts["token_length"] = int64(len(cred.token))
	}
	if refusal != nil {
		return nil, false, s.refuse(refusal)
	}
	if _, fault := s.conn.World().Decide(s.ctx, s.exchange); fault != nil {
		if s.proto.Fault != nil {
			fault = s.proto.Fault(fault)
		}
		return s.challenge(fault)
	}
	id, refusal := s.mech.ask(s.ctx, s.authority, s.conn, cred)
	if refusal != nil {
		return s.challenge(refusal)
	}
	id.Mechanism = s.name
	s.facts["person"], s.facts["client"], s.facts["session"] = id.Person, id.Client, id.Session
	s.facts["user"] = id.BAL
	s.ended = true
	s.done(id, nil)
	return nil, true, nil
}

// challenge refuses, by the mechanism's challenge when it has one for refusals of
// this kind.
func (s *server) challenge(e *sim.Error) ([]byte, bool, error) {
	text := s.mech.challenge()
	if text == "" || e.Kind != sim.Unauthorized && e.Kind != sim.Forbidden {
		return nil, false, s.refuse(e)
	}
	how := s.authority.Refusal(s.proto.Name)
	s.facts["refusal"] = how
	s.refusal = e
	if how == "drop" {
		s.conn.DropAfterWrite()
	}
	s.done(Identity{}, e)
	return []byte(text), false, nil
}

func (s *server) refuse(e *sim.Error) error {
	s.ended = true
	s.done(Identity{}, e)
	return s.proto.Error(e)
}
