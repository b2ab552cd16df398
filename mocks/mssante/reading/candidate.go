package reading

import (
	"strings"

	"github.com/segursim/segursim/internal/message"
	"github.com/segursim/segursim/internal/store"
	"github.com/segursim/segursim/mocks/mssante/mailbox"
)

// A candidate is a message that a search looks at. What its row does not tell is read
// when a test asks for it.
type candidate struct {
	msg  mailbox.Message
	mail *mailbox.Store
	tx   *store.Txn

	raw    []byte
	header message.Header
	root   *message.Part
}

func (c *candidate) bytes() ([]byte, error) {
	if c.raw == nil {
		raw, err := c.mail.Raw(c.tx, c.msg)
		if err != nil {
			return nil, err
		}
		c.raw = raw
	}
	return c.raw, nil
}

func (c *candidate) fields() (message.Header, error) {
	if c.header == nil {
		raw, err := c.bytes()
		if err != nil {
			return nil, err
		}
		c.header = headerOf(raw)
	}
	return c.header, nil
}

func (c *candidate) entity() (*message.Part, error) {
	if c.root == nil {
		raw, err := c.bytes()
		if err != nil {
			return nil, err
		}
		c.root = parse(raw)
	}
	return c.root, nil
}

// inHeader tests a field for a text; an empty text asks for the field alone (RFC 9051
// §6.4.4: HEADER).
func inHeader(name, text string) test {
	n := newNeedle(text)
	id := strings.EqualFold(name, "Message-Id")
	return test{cost: ofHeader, ok: func(c *candidate) (bool, error) {
		if id && c.msg.MessageID != "" {
			return n.in("<" + strings.Trim(c.msg.MessageID, "<>") + ">"), nil
		}
		h, err := c.fields()
		if err != nil {
			return false, err
		}
		for _, f := range h.All(name) {
			if n.in(f.Value()) {
				return true, nil
			}
		}
		return false, nil
	}}
}

// inText tests the whole message for a text; inBody leaves its header out. Parts that
// are no text are not looked into.
func inText(text string) test { return inEntity(newNeedle(text), true) }

func inBody(text string) test { return inEntity(newNeedle(text), false) }

func inEntity(n needle, header bool) test {
	return test{cost: ofBody, ok: func(c *candidate) (bool, error) {
		root, err := c.entity()
		if err != nil {
			return false, err
		}
		return holds(root, n, header, c.raw), nil
	}}
}

// holds tells whether an entity, those below it and the messages attached to it hold a
// text.
func holds(p *message.Part, n needle, header bool, raw []byte) bool {
	if header {
		for _, f := range p.Header {
			if n.in(f.Name + ": " + f.Value()) {
				return true
			}
		}
	}
	for _, child := range p.Parts {
		if holds(child, n, true, raw) {
			return true
		}
	}
	switch {
	case p.Nested != nil:
		return holds(p.Nested, n, true, raw)
	case len(p.Header) == 0: // no message at all: see parse
		return n.in(strings.ToValidUTF8(string(cut(raw, p.Content, p.End)), "?"))
	case len(p.Parts) == 0 && strings.HasPrefix(p.MediaType, "text/"):
		text, _ := p.Text() // what could be read is looked into
		return n.in(text)
	}
	return false
}
