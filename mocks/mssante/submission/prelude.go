package submission

import (
	"errors"
	"io"
	"net"
	"slices"

	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/internal/sim"
)

// maxUnknown is how many lines that are no commands the prelude takes.
const maxUnknown = 10

// prelude is the dialogue in clear, up to TLS; false, when the connection is to
// close. Only EHLO, HELO, NOOP, RSET, VRFY, HELP, QUIT and STARTTLS do something
// (RFC 3207 §4).
func (d *dialogue) prelude() bool {
	x := d.connect(true)
	fault := d.decide(x)
	noTLS := fault != nil && fault.Status == 454
	if fault != nil && !noTLS {
		return d.turnAway(x, fault)
	}
	if !d.greet(x) || !d.speaksSMTP(x) {
		return false
	}
	unknown := 0
	for {
		line, err := d.readLine()
		if errors.Is(err, errLong) {
			unknown++
			_ = d.say(refusalReply("", tooLong()))
			continue
		}
		if err != nil {
			return false
		}
		d.commands++
		text := string(trimmed(line))
		verb, args := verbOf(text)
		shown, masked := string(line), false
		if verb == "AUTH" {
			shown, masked = maskedAuth(text)
		}
		d.note(shown, masked)
		switch verb {
		case "EHLO", "HELO":
			err = d.say(d.introduced(verb, args))
		case "NOOP", "RSET":
			err = d.say(reply{250, "2.0.0", []string{"Ok"}})
		case "VRFY":
			err = d.say(reply{252, "2.5.0", []string{"Cannot VRFY user"}})
		case "HELP":
			err = d.say(help())
		case "QUIT":
			d.how = byQuit
			_ = d.say(reply{221, "2.0.0", []string{"Bye"}})
			return false
		case "STARTTLS":
			if noTLS && args == "" {
				err = d.say(x.refuse(fault))
				break
			}
			if args != "" {
				err = d.say(reply{501, "5.5.4", []string{"Syntax: STARTTLS"}})
				break
			}
			return d.startTLS(x)
		case "MAIL", "RCPT", "DATA", "BDAT", "AUTH":
			d.early(x, verb)
			err = d.say(reply{530, "5.7.0", []string{"Must issue a STARTTLS command first"}})
			if verb == "BDAT" { // what follows are no commands
				return false
			}
		default:
			unknown++
			err = d.say(reply{500, "5.5.2", []string{"Syntax error, command unrecognized"}})
		}
		if err != nil || d.over {
			return false
		}
		if unknown > maxUnknown {
			d.farewell(ending{how: byErrors, refusal: &sim.Error{
				Status: 421, Code: "4.7.0", Text: "Too many errors, closing transmission channel",
				Cause: cause("smtp.errors", "Trop de lignes qui ne sont pas des commandes.", "Too many lines that are no commands.", "RFC 5321 §4.3.2"),
			}})
			return false
		}
	}
}

func trimmed(line []byte) []byte {
	for len(line) > 0 && (line[len(line)-1] == '\n' || line[len(line)-1] == '\r') {
		line = line[:len(line)-1]
	}
	return line
}

// connect begins the exchange of the connection; its owner settles it.
func (d *dialogue) connect(starttls bool) *exchange {
	x := d.begin(opConnect)
	x.whole, x.held = true, true
	x.Fact("starttls", starttls)
	d.mu.Lock()
	d.x = x
	d.mu.Unlock()
	return x
}

// turnAway refuses the connection instead of a greeting.
func (d *dialogue) turnAway(x *exchange, e *sim.Error) bool {
	r := x.refuse(e)
	x.held = false
	d.over, d.how = true, byRefusal
	_ = d.say(r)
	return false
}

// speaksSMTP looks at the first byte: a client that begins with a handshake is told
// so in the journal, and let go.
func (d *dialogue) speaksSMTP(x *exchange) bool {
	if !d.arm(d.server.limits.Command, false) {
		_ = d.lose(nil)
		return false
	}
	first, err := d.in.Peek(1)
	if err != nil {
		_ = d.lose(err)
		return false
	}
	if first[0] != 0x16 { // a TLS record of a handshake: RFC 8446 §5.1
		return true
	}
	d.over, d.how = true, byRefusal
	d.mu.Lock()
	defer d.mu.Unlock()
	x.Refuse(&sim.Error{Kind: sim.BadRequest, Cause: cause("smtp.tls-first", "Le client commence par TLS sur le port à STARTTLS : utiliser STARTTLS, ou le port TLS.",
		"The client begins with TLS on the STARTTLS port: use STARTTLS, or the TLS port.", "RFC 3207 §4, RFC 8314 §3")})
	return false
}

// introduced answers EHLO or HELO.
func (d *dialogue) introduced(verb, args string) reply {
	switch {
	case args == "":
		return reply{501, "5.5.4", []string{"Syntax: " + verb + " hostname"}}
	case verb == "HELO":
		return reply{250, "", []string{d.server.post.Host()}}
	}
	return d.hello(false)
}

// early records a command that came before TLS, once.
func (d *dialogue) early(x *exchange, verb string) {
	rule := "mssante.smtp.before-tls"
	if verb == "AUTH" {
		rule += "-auth"
	}
	if slices.ContainsFunc(x.Entry.Causes, func(c journal.Cause) bool { return c.Rule == rule }) {
		return
	}
	verbs, _ := x.Entry.Facts["before_tls"].([]string)
	x.Fact("before_tls", append(slices.Clone(verbs), verb))
	x.Note(journal.Cause{Rule: rule, Ref: "REM MSS/CONF.05, RFC 3207 §4", Text: journal.Text{
		FR: verb + " avant STARTTLS : refusé.", EN: verb + " before STARTTLS: refused.",
	}})
}

// startTLS goes over to TLS, unless the client sent something after STARTTLS
// without waiting: commands in clear that would pass for authenticated ones
// (CVE-2011-0411).
func (d *dialogue) startTLS(x *exchange) bool {
	if d.in.Buffered() > 0 {
		r := x.refuse(&sim.Error{
			Status: 554, Code: "5.5.0", Kind: sim.BadRequest, Text: "Data after STARTTLS, closing transmission channel",
			Cause: cause("smtp.injection", "Le client a envoyé des octets en clair après STARTTLS sans attendre la réponse : refusés (injection de commandes).",
				"The client sent bytes in clear after STARTTLS without waiting for the reply: refused (command injection).", "RFC 3207 §4.2, CVE-2011-0411"),
		})
		x.held = false
		d.over, d.how = true, byRefusal
		_ = d.say(r)
		return false
	}
	if d.say(reply{220, "2.0.0", []string{"Ready to start TLS"}}) != nil {
		return false
	}
	_ = d.SetDeadline(noDeadline())
	return d.secure(x)
}

// secure does the handshake and settles the connection's entry.
func (d *dialogue) secure(x *exchange) bool {
	err := d.Secure(d.ctx)
	if err != nil {
		d.mu.Lock()
		defer d.mu.Unlock()
		if d.x = nil; errors.Is(err, io.EOF) || errors.Is(err, net.ErrClosed) {
			if len(d.whole.in) == 0 { // nobody spoke
				return false
			}
			x.Refuse(&sim.Error{Kind: sim.BadRequest, Cause: cause("smtp.handshake-left", "Le client a quitté la négociation TLS : le certificat du simulateur n'est peut-être pas dans son magasin de confiance.",
				"The client left the TLS handshake: the simulator's certificate may not be in its trust store.", "RFC 3207 §4.1")})
			d.settle(x, reply{})
		}
		return false // the failure has an entry of its own
	}
	return true
}

// connected settles the entry of a connection that is under TLS.
func (d *dialogue) connected(x *exchange) {
	t := d.Peer().TLS
	x.Entry.Peer.TLS, x.Chain = t, d.Chain()
	x.Fact("tls", map[string]any{
		"version": t.Version, "cipher": t.Cipher, "server_name": t.ServerName, "subject": t.Subject, "problem": t.Problem,
	})
}

// finishConnect writes the entry of the connection with its status.
func (d *dialogue) finishConnect(x *exchange, status int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.x = nil
	d.settle(x, reply{code: status})
}

// leftInClear settles the entry of a connection that ended before TLS; one on which
// the client said nothing leaves none. d.mu is held.
func (d *dialogue) leftInClear(x *exchange) {
	if len(d.whole.in) == 0 && d.parting.Rule == "" && x.Entry.Outcome == journal.OK && x.Entry.Fault == "" {
		return
	}
	if x.Entry.Outcome == journal.OK && len(x.Entry.Causes) > 0 {
		x.Entry.Outcome = journal.Refused
	}
	if d.parting.Rule != "" {
		x.Note(d.parting)
	}
	x.Note(cause("smtp.clear", "La connexion s'est terminée avant TLS : STARTTLS est obligatoire.", "The connection ended before TLS: STARTTLS is mandatory.", "REM MSS/CONF.05, ECO.1.0.1"))
	d.settle(x, reply{code: d.latest})
}
