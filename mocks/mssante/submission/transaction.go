package submission

import (
	"slices"

	"github.com/emersion/go-smtp"
)

// A transaction is what was said between MAIL and the message.
type transaction struct {
	envelope Envelope
	declared int64 // SIZE
	body     string
	utf8     bool
	asked    int // RCPT, refused ones included
	x        *exchange
}

// facts writes in an exchange what is known of the transaction.
func (t *transaction) facts(x *exchange, c *content, chunked bool) {
	e := &t.envelope
	to := make([]string, len(e.Recipients))
	var notify []string
	for i, r := range e.Recipients {
		to[i] = r.Address
		for _, n := range r.Notify {
			if !slices.Contains(notify, n) {
				notify = append(notify, n)
			}
		}
	}
	mail := map[string]any{
		"from": e.From, "to": to, "helo": e.Helo, "size": c.size, "declared_size": t.declared, "utf8": t.utf8, "chunked": chunked,
		"complete": false,
	}
	if t.body != "" {
		mail["body"] = t.body
	}
	x.Fact("mail", mail)
	if e.Return != "" || e.EnvelopeID != "" || len(notify) > 0 {
		x.Fact("dsn", map[string]any{"ret": e.Return, "envid": e.EnvelopeID, "notify": notify})
	}
}

// texts are the conditions of NOTIFY.
func texts(in []smtp.DSNNotify) []string {
	if len(in) == 0 {
		return nil
	}
	out := make([]string, len(in))
	for i, n := range in {
		out[i] = string(n)
	}
	return out
}
