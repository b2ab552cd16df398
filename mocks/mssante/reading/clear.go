package reading

import (
	"github.com/segursim/segursim/internal/sim"
)

// talkInClear is the dialogue before STARTTLS (RFC 9051 §6.2.1, REM MSS/CONF.06); it
// returns true once the connection is under TLS. The library sees nothing of it.
func (f *front) talkInClear() bool {
	if !f.connected() || f.reply(f.greeting()) != nil {
		return false
	}
	var scratch [scratchSize]byte
	for range maxClearCommands {
		if f.end.Load() != nil {
			f.sayBye()
			return false
		}
		c, err := f.gather(scratch[:])
		if err != nil {
			f.lost(err)
			return false
		}
		secured, err := f.takeInClear(c, f.live)
		if err != nil || secured {
			f.silent = true // the library's greeting: the client has had one
			return err == nil
		}
	}
	f.endSoon(ending{text: "Too many commands before STARTTLS"})
	f.sayBye()
	return false
}

// maxClearCommands bounds the commands before TLS.
const maxClearCommands = 50

// takeInClear answers one command before TLS, and tells whether TLS began.
func (f *front) takeInClear(c *command, x *exchange) (secured bool, err error) {
	if c.early != nil {
		return false, f.turnDown(c, x, c.early)
	}
	x.describe(c)
	refusal, err := f.decide(x)
	if err != nil {
		return false, err
	}
	if refusal != nil {
		return false, f.turnDown(c, x, refusal)
	}
	switch {
	case c.uid:
	case c.name == "STARTTLS":
		return f.startTLS(c, x)
	case c.name == "CAPABILITY":
		return false, f.say(c, "* CAPABILITY \r\n", "CAPABILITY completed")
	case c.name == "NOOP":
		return false, f.say(c, "", "NOOP completed")
	case c.name == "ID":
		return false, f.answer(f.srv.own["ID"], c, x)
	case c.name == "LOGOUT":
		err := f.say(c, "* BYE Logging out\r\n", "LOGOUT completed")
		_ = f.Conn.Close()
		return false, err
	case c.name == "LOGIN", c.name == "AUTHENTICATE":
		return false, f.turnDown(c, x, privacyRequired())
	}
	if libraryServes(c) || f.srv.own[c.name].run != nil {
		return false, f.turnDown(c, x, bad("This command is not available before TLS and authentication"))
	}
	return false, f.turnDown(c, x, bad("Unknown command"))
}

// say answers a command that has no argument.
func (f *front) say(c *command, untagged, text string) error {
	if err := c.lexer().end(); err != nil {
		return f.turnDown(c, f.live, bad(c.name+" takes no argument"))
	}
	if untagged != "" {
		if err := f.reply(untagged); err != nil {
			return err
		}
	}
	return f.reply(c.tag + " OK " + text + "\r\n")
}

// startTLS brings the connection under TLS. Whatever the client sent after the
// command without waiting for the answer could have been put there by somebody else
// before TLS, and read as if it had come under it: the connection is over then.
func (f *front) startTLS(c *command, x *exchange) (bool, error) {
	if len(f.in.rest) > 0 {
		r := bad("Nothing may follow STARTTLS before its answer").because("pipelined-starttls",
			"Le client a envoyé des octets après STARTTLS sans attendre la réponse : ils sont refusés (injection possible).",
			"The client sent bytes after STARTTLS without waiting for the answer: they are refused (injection is possible).", "RFC 9051 §11.2, CVE-2011-0411")
		f.in.rest = nil
		if err := f.turnDown(c, x, r); err != nil {
			return false, err
		}
		_ = f.Conn.Close()
		return false, errPipelined
	}
	if err := f.say(c, "", "Begin TLS negotiation now"); err != nil {
		return false, err
	}
	if x.refused || f.over {
		return false, nil
	}
	return true, f.Secure(f.ctx)
}

// errPipelined says that bytes came after STARTTLS too early.
var errPipelined = syntax("bytes after STARTTLS")

// greetUnderTLS begins a connection that is under TLS from its first byte; the
// library says the greeting, in our words.
func (f *front) greetUnderTLS() bool {
	return f.Secure(f.ctx) == nil && f.connected()
}

// connected journals the connection; false when a fault refuses it.
func (f *front) connected() bool {
	x := f.open(opConnect, "", "")
	refusal, err := f.decide(x)
	if err != nil {
		f.cut(x)
		return false
	}
	kind := sim.NoWireFault
	if x.spoil != nil {
		kind = x.spoil.Kind
		x.spoil = nil
	}
	switch {
	case refusal != nil:
		refusal.status = "BYE"
		x.refuseAs(refusal)
		line := refusal.line("")
		x.heard([]byte(line))
		_ = f.reply(line)
		_ = f.Conn.Close()
		f.settle(x, "BYE")
		return false
	case kind == sim.Drop || kind == sim.ResetConn || kind == sim.Truncate:
		f.Drop(kind == sim.ResetConn)
		f.settle(x, "")
		return false
	}
	x.heard([]byte(f.greeting()))
	f.settle(x, "OK")
	return true
}

// privacyRequired refuses to authenticate in clear.
func privacyRequired() *refusal {
	return no("PRIVACYREQUIRED", "STARTTLS first").because("starttls",
		"L'authentification demande TLS : envoyer STARTTLS d'abord.",
		"Authentication wants TLS: send STARTTLS first.", "RFC 9051 §6.2.3, REM MSS/CONF.06")
}
