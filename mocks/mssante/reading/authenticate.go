package reading

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-sasl"

	"github.com/segursim/segursim/internal/sim"
	"github.com/segursim/segursim/internal/store"
	"github.com/segursim/segursim/mocks/mssante/auth"
	"github.com/segursim/segursim/mocks/mssante/mailbox"
)

const (
	// maxSASLLine bounds a SASL response: a token of auth.MaxToken and what goes
	// around it, in base64.
	maxSASLLine = 24 << 10
	// maxLibraryLine is what the library reads of a line that it waits for.
	maxLibraryLine = 4000
)

// authenticate prepares AUTHENTICATE for the library. The library fails over
// responses longer than its buffer, so that the first one is read here and handed
// over as an initial response (RFC 4959), which may be long.
func (f *front) authenticate(c *command, x *exchange) error {
	if f.authenticated() {
		return f.turnDown(c, x, bad("Already authenticated"))
	}
	if c.name == "LOGIN" {
		return f.pass(c, x)
	}
	l := c.lexer()
	err := l.space()
	mech, aerr := l.atom()
	if err := errors.Join(err, aerr); err != nil || len(c.literals) > 0 {
		return f.turnDown(c, x, bad("AUTHENTICATE needs a mechanism"))
	}
	c.initial = l.special(' ')
	if !c.initial {
		if err := l.end(); err != nil {
			return f.turnDown(c, x, bad("Syntax error after the mechanism"))
		}
		if !slices.Contains(f.mechanisms(), strings.ToUpper(mech)) {
			return f.pass(c, x) // to be refused before the client says anything
		}
		if err := f.reply("+ \r\n"); err != nil {
			return err
		}
		line, err := f.in.line(nil, maxSASLLine, patienceLogin)
		if errors.Is(err, errLong) {
			return f.turnDown(c, x, bad("SASL response too long"))
		}
		if err != nil {
			return err
		}
		x.said(mask(line))
		c.size += int64(len(line))
		response := strings.TrimRight(string(line), "\r\n")
		switch response {
		case "*": // RFC 9051 §6.2.2
			return f.turnDown(c, x, bad("AUTHENTICATE cancelled"))
		case "":
			response = "="
		}
		c.text = []byte(c.tag + " AUTHENTICATE " + mech + " " + response + "\r\n")
	}
	return f.pass(c, x)
}

// mechanisms are those offered on this connection.
func (f *front) mechanisms() []string { return f.srv.auth.Mechanisms(f.Conn) }

// protocol tells the mechanisms about IMAP.
func protocol() auth.Protocol {
	return auth.Protocol{
		Name:  "IMAP",
		Error: func(e *sim.Error) error { return saslRefusal(e).imap() },
		Fault: func(e *sim.Error) *sim.Error {
			e.Kind = kindOf(e.Code)
			return e
		},
	}
}

// saslRefusal puts the refusal of a mechanism in IMAP's form (RFC 9051 §6.2.2).
func saslRefusal(e *sim.Error) *refusal {
	r := refusalOf(e)
	switch {
	case e.Code != "":
	case e.Kind == sim.NotFound:
		r.code = ""
	case e.Kind == sim.BadRequest:
		r.status, r.code = "BAD", ""
	}
	return r
}

// imap is the refusal as the library writes it.
func (r *refusal) imap() *imap.Error {
	return &imap.Error{Type: imap.StatusResponseType(r.status), Code: imap.ResponseCode(r.code), Text: r.text}
}

// exchangeSASL runs one mechanism over the library's steps.
type exchangeSASL struct {
	sasl.Server
	front   *front
	x       *exchange
	cancel  context.CancelFunc
	initial bool // the client gave an initial response
	begun   bool
}

// newSASL begins a mechanism for the command under way.
func (f *front) newSASL(mech string, initial bool) (sasl.Server, error) {
	x := f.live
	ctx, cancel := context.WithCancel(x.ctx)
	inner, err := auth.NewServer(ctx, protocol(), mech, f.srv.auth, f.Conn, func(id auth.Identity, e *sim.Error) {
		if e != nil {
			x.refuseAs(saslRefusal(e))
			return
		}
		f.opened(id, x)
	})
	if err != nil {
		cancel()
		return nil, err
	}
	return &exchangeSASL{Server: inner, front: f, x: x, cancel: cancel, initial: initial}, nil
}

// Next takes a step, and watches the connection meanwhile: a fault may make the step
// last.
func (s *exchangeSASL) Next(response []byte) (challenge []byte, done bool, err error) {
	if !s.begun && !s.initial {
		// The front has asked for the response already.
		if _, _, err := s.Server.Next(nil); err != nil {
			return nil, false, err
		}
	}
	s.begun = true
	gone := s.front.linger(s.x.ctx, func(ctx context.Context) error {
		stop := context.AfterFunc(ctx, s.cancel)
		defer stop()
		challenge, done, err = s.Server.Next(response)
		return nil
	})
	if gone != nil {
		return nil, false, gone
	}
	switch kind := s.x.Wire.Kind; {
	case kind == sim.HTTPStatus:
		r := no("UNAVAILABLE", textOf("UNAVAILABLE"))
		s.x.refuseAs(r)
		s.front.shut()
		return nil, false, r.imap()
	case kind != sim.NoWireFault && s.x.spoil == nil:
		s.x.spoil = newSpoiler(s.x.Wire)
	}
	return challenge, done, err
}

// opened lets somebody in.
func (f *front) opened(id auth.Identity, x *exchange) {
	f.mu.Lock()
	f.id = id
	f.mu.Unlock()
	x.Fact("user", id.BAL)
	x.Fact("person", id.Person)
	x.Fact("client", id.Client)
	f.forget = f.srv.auth.OnEnd(func() { f.checkAlive() })
	f.srv.keeper.Opened(id)
	if err := f.furnish(id.BAL); err != nil {
		f.World().Log.Error("imap: a BAL has no folders", "bal", id.BAL, "error", err)
	}
}

// shut undoes opened: a fault has the last word.
func (f *front) shut() {
	if f.forget != nil {
		f.forget()
		f.forget = nil
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.id = auth.Identity{}
}

// furnish makes the folders of a BAL that has none yet.
func (f *front) furnish(bal string) error {
	there := false
	err := f.World().Store.View(func(tx *store.Txn) error {
		_, there = f.srv.mail.Folder(tx, bal, mailbox.Inbox)
		return nil
	})
	if err != nil || there {
		return err
	}
	return f.srv.mail.Update(func(tx *store.Txn) error { return f.srv.mail.Create(tx, bal) })
}

// identity is who opened the BAL; false before.
func (f *front) identity() (auth.Identity, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.id, f.id.BAL != ""
}

// user is the BAL, empty before authentication.
func (f *front) user() string {
	id, _ := f.identity()
	return id.BAL
}
