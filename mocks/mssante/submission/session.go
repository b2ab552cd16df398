package submission

import (
	"strings"
	"unicode/utf8"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"github.com/segursim/segursim/internal/sim"
	"github.com/segursim/segursim/mocks/mssante/auth"
)

// A session is what go-smtp asks on behalf of one connection.
type session struct {
	d    *dialogue
	conn *smtp.Conn
}

var _ smtp.AuthSession = (*session)(nil)

// AuthMechanisms is not asked for the list of EHLO, which the dialogue makes.
func (s *session) AuthMechanisms() []string { return s.d.server.authority.Mechanisms(s.d.Conn) }

// Auth begins an AUTH.
func (s *session) Auth(mech string) (sasl.Server, error) {
	d := s.d
	x := d.current()
	proto := auth.Protocol{
		Name: "SMTP", Fault: forAuth,
		Error: func(e *sim.Error) error { return refusalReply(opAuth, e).forLibrary() },
	}
	return auth.NewServer(sim.WithExchange(d.ctx, x.Exchange), proto, mech, d.server.authority, d.Conn, func(id auth.Identity, refusal *sim.Error) {
		if refusal != nil {
			d.failures++
			x.refuse(refusal)
			return
		}
		d.mu.Lock()
		d.id = &id
		d.mu.Unlock()
	})
}

// Mail checks the sender and begins a transaction.
func (s *session) Mail(from string, opts *smtp.MailOptions) error {
	d := s.d
	x := d.current()
	size := opts.Size
	x.Fact("mail", map[string]any{"from": from, "declared_size": size, "helo": s.conn.Hostname()})
	if opts.Return != "" || opts.EnvelopeID != "" {
		x.Fact("dsn", map[string]any{"ret": string(opts.Return), "envid": opts.EnvelopeID})
	}
	if refusal := d.mayMail(from, opts); refusal != nil {
		return x.refuse(refusal).forLibrary()
	}
	if fault := d.decide(x); fault != nil {
		return x.refuse(fault).forLibrary()
	}
	if dead := d.server.authority.Alive(*d.id); dead != nil {
		return x.refuse(over(dead)).forLibrary()
	}
	if limit := d.server.post.MaxSize(); size > limit {
		return x.refuse(tooLarge(size, limit)).forLibrary()
	}
	if refusal := d.server.post.Sender(sim.WithExchange(d.ctx, x.Exchange), *d.id, from, size); refusal != nil {
		return x.refuse(refusal).forLibrary()
	}
	send := d.begin(opSend)
	send.whole, send.masked = true, d.masked
	tx := &transaction{
		declared: size, body: string(opts.Body), utf8: opts.UTF8, x: send,
		envelope: Envelope{From: from, EnvelopeID: opts.EnvelopeID, Return: string(opts.Return), Sender: *d.id, Helo: s.conn.Hostname(), Exchange: send.Exchange},
	}
	d.mu.Lock()
	d.tx = tx
	d.mu.Unlock()
	return nil
}

// mayMail refuses a MAIL that is out of place.
func (d *dialogue) mayMail(from string, opts *smtp.MailOptions) *sim.Error {
	switch {
	case d.id == nil:
		return &sim.Error{
			Status: 530, Code: "5.7.0", Kind: sim.Unauthorized, Text: "Authentication required",
			Cause: cause("smtp.unauthenticated", "MAIL FROM avant l'authentification.", "MAIL FROM before authentication.", "REM MSS/CONF.07, RFC 4954 §6"),
		}
	case d.tx != nil:
		return &sim.Error{
			Status: 503, Code: "5.5.1", Text: "Nested MAIL command",
			Cause: cause("smtp.sequence", "MAIL FROM dans une transaction déjà ouverte : RSET d'abord.", "MAIL FROM inside an open transaction: RSET first.", "RFC 5321 §4.1.4"),
		}
	}
	if from == "" {
		return nil
	}
	return address(from, opts.UTF8, "5.1.7")
}

// address refuses what no address can be.
func address(s string, utf8Too bool, enhanced string) *sim.Error {
	bad := func(status int, enhanced, text, fr, en, ref string) *sim.Error {
		return &sim.Error{Status: status, Code: enhanced, Kind: sim.BadRequest, Text: text, Cause: cause("smtp.address", fr, en, ref)}
	}
	at := strings.LastIndexByte(s, '@')
	switch {
	case len(s) > 254, at > 64:
		return bad(501, enhanced, "Address too long", "L'adresse dépasse 254 octets, ou 64 avant l'arobase.", "The address is longer than 254 bytes, or 64 before the at sign.", "RFC 5321 §4.5.3.1")
	case !utf8.ValidString(s):
		return bad(501, enhanced, "Malformed address", "L'adresse n'est pas de l'UTF-8.", "The address is not UTF-8.", "RFC 6531 §3.3")
	case !utf8Too && strings.ContainsFunc(s, func(r rune) bool { return r > 0x7e }):
		return bad(553, "5.6.7", "Address needs SMTPUTF8", "L'adresse n'est pas de l'ASCII, et MAIL FROM n'a pas demandé SMTPUTF8.", "The address is not ASCII, and MAIL FROM did not ask for SMTPUTF8.", "RFC 6531 §3.5")
	}
	return nil
}

// tooLarge refuses a size.
func tooLarge(size, limit int64) *sim.Error {
	return &sim.Error{
		Status: 552, Code: "5.3.4", Kind: sim.TooLarge, Text: "Message size exceeds fixed limit",
		Cause: cause("smtp.size", "Le message de "+octets(size)+" octets dépasse la limite de "+octets(limit)+".",
			"The message of "+octets(size)+" bytes is over the limit of "+octets(limit)+".", "REM MSS/va1.13, RFC 1870 §6"),
	}
}

// over is the refusal of an identity that came to its end, as an end of the
// connection (RFC 5321 §3.8: 421).
func over(dead *sim.Error) *sim.Error {
	out := *dead
	out.Status, out.Code = 421, "4.7.0"
	if out.Text == "" {
		out.Text = "Session ended, closing transmission channel"
	}
	return &out
}

// Rcpt checks one recipient.
func (s *session) Rcpt(to string, opts *smtp.RcptOptions) error {
	d := s.d
	x := d.current()
	x.Fact("rcpt", map[string]any{"to": to, "notify": texts(opts.Notify), "original": opts.OriginalRecipient})
	d.mu.Lock()
	tx := d.tx
	d.mu.Unlock()
	if tx == nil { // go-smtp has seen to it
		return x.refuse(&sim.Error{Status: 503, Code: "5.5.1", Text: "Need MAIL command"}).forLibrary()
	}
	x.Fact("mail", map[string]any{"from": tx.envelope.From, "declared_size": tx.declared, "helo": tx.envelope.Helo})
	tx.asked++
	if len(tx.envelope.Recipients) >= d.server.limits.Recipients {
		return x.refuse(&sim.Error{
			Status: 452, Code: "4.5.3", Text: "Too many recipients",
			Cause: cause("smtp.recipients", "Trop de destinataires pour un message.", "Too many recipients for one message.", "RFC 5321 §4.5.3.1.10"),
		}).forLibrary()
	}
	if refusal := address(to, tx.utf8, "5.1.3"); refusal != nil {
		return x.refuse(refusal).forLibrary()
	}
	if fault := d.decide(x); fault != nil {
		return x.refuse(fault).forLibrary()
	}
	if refusal := d.server.post.Recipient(sim.WithExchange(d.ctx, x.Exchange), *d.id, tx.envelope.From, to); refusal != nil {
		return x.refuse(refusal).forLibrary()
	}
	tx.envelope.Recipients = append(tx.envelope.Recipients, Recipient{Address: to, Notify: texts(opts.Notify), Original: opts.OriginalRecipient})
	return nil
}

// refusedAll tells whether there were recipients, all refused.
func (d *dialogue) refusedAll() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.tx != nil && d.tx.asked > 0
}

// Reset drops the transaction.
func (s *session) Reset() {
	d := s.d
	d.mu.Lock()
	defer d.mu.Unlock()
	d.tx = nil
	if x := d.x; x != nil && x.sent { // judged before its last chunk, and then given up
		d.x = nil
		d.settle(x, x.verdict)
	}
}

// Logout has nothing to let go of.
func (s *session) Logout() error { return nil }
