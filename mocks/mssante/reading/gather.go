package reading

import (
	"bytes"
	"errors"
	"fmt"
	"time"
)

// gather reads one command whole, literals included; it is the front that says "go
// ahead" for them (RFC 9051 §4.3). A command that cannot be taken has early set and
// is read to its end, so that what follows is a command again. An error means that
// the connection is of no use any more.
func (f *front) gather(scratch []byte) (*command, error) {
	c := &command{}
	for {
		limit := maxClearCommand
		if f.Encrypted() {
			limit = maxCommand
		}
		patience := patienceWithin
		if len(c.text) == 0 {
			patience = f.patience()
		}
		line, err := f.in.line(scratch, limit-len(c.text), patience)
		if errors.Is(err, errLong) {
			c.refuse(bad("Command line too long"))
			if len(c.text) == 0 { // not even its tag is known
				f.start(f.begin(c))
			}
			return c, nil
		}
		if err != nil {
			return nil, err
		}
		at := len(c.text)
		c.text, c.size = append(c.text, line...), c.size+int64(len(line))
		if at == 0 {
			if err := c.parseStart(); err != nil {
				c.refuse(bad("Syntax error: " + err.Error()))
			}
			f.start(f.begin(c))
		} else if bytes.IndexByte(line, 0) >= 0 || bytes.IndexByte(bytes.TrimRight(line, "\r\n"), '\r') >= 0 {
			c.refuse(bad("Syntax error: " + errBytes.Error()))
		}
		f.live.said(c.masked(line))
		size, sync, brace, ok := literalAt(line)
		if !ok {
			return c, nil
		}
		c.spans = append(c.spans, [2]int{at + brace, len(c.text)})
		if more, err := f.takeLiteral(scratch, c, size, sync); !more || err != nil {
			return c, err
		}
	}
}

// start makes an exchange the one that answers belong to.
func (f *front) start(x *exchange) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.live = x
}

// takeLiteral reads a literal; false when the command ends before it, since the
// client was told so instead of going ahead.
func (f *front) takeLiteral(scratch []byte, c *command, size int64, sync bool) (bool, error) {
	if c.early == nil {
		c.early = f.fits(c, size)
	}
	if c.early != nil {
		if sync {
			return false, nil
		}
		c.size += size
		return true, f.in.discard(scratch, size)
	}
	if sync {
		if err := f.reply("+ Ready for literal data\r\n"); err != nil {
			return false, err
		}
	}
	b, err := f.in.literal(size)
	if err != nil {
		return false, err
	}
	c.literals, c.size = append(c.literals, b), c.size+size
	f.live.said(c.masked(b))
	return true, nil
}

// fits says, with nil, that a literal may come.
func (f *front) fits(c *command, size int64) *refusal {
	switch {
	case !f.Encrypted() && c.name == "LOGIN":
		return privacyRequired() // its password must not come
	case len(c.literals) >= maxLiterals:
		return bad("Too many literals")
	case c.name == "APPEND" && f.authenticated():
		limit := f.srv.keeper.MaxSize()
		if size <= limit {
			return nil
		}
		return tooBig(size, limit)
	case size > maxLiteral:
		return no("TOOBIG", fmt.Sprintf("Literals are limited to %d bytes for this command", maxLiteral))
	}
	return nil
}

// refuse keeps the first refusal.
func (c *command) refuse(r *refusal) {
	if c.early == nil {
		c.early = r
	}
}

// masked is what the journal keeps of a piece of the command: not the secrets. The
// first piece of LOGIN and AUTHENTICATE has a name and a mechanism worth keeping.
func (c *command) masked(piece []byte) []byte {
	switch {
	case c.name == "" && len(piece) > 128: // what cannot be read may hold a token
		return append(bytes.Clone(piece[:64]), mask(piece[64:])...)
	case c.name != "LOGIN" && c.name != "AUTHENTICATE":
		return piece
	}
	if len(c.literals) > 0 || c.args == 0 || len(piece) <= c.args {
		return mask(piece)
	}
	kept := c.args
	fields := bytes.SplitAfterN(piece[c.args:], []byte(" "), 3) // "", the name, the secret
	if len(fields) < 3 {
		return piece
	}
	kept += len(fields[0]) + len(fields[1])
	return append(bytes.Clone(piece[:kept]), mask(fields[2])...)
}

// mask stands for a secret: its length stays readable.
func mask(secret []byte) []byte {
	body := bytes.TrimRight(secret, "\r\n")
	if len(body) == 0 || string(body) == "=" || string(body) == "*" {
		return secret
	}
	return append(fmt.Appendf(nil, "[%d bytes masked]", len(body)), secret[len(body):]...)
}

// patience is how long the client may be silent before a command.
func (f *front) patience() time.Duration {
	if f.authenticated() {
		return patienceIdle
	}
	return patienceLogin
}
