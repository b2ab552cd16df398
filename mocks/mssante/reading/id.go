package reading

import (
	"strings"
)

// Bounds of ID (RFC 2971 §3.3).
const (
	maxIDFields = 30
	maxIDKey    = 30
	maxIDValue  = 1024
)

// answerID tells who the server is, and notes who the client says it is (RFC 2971):
// what a mail client calls itself is worth a look when several talk to one BAL.
func (f *front) answerID(c *command, x *exchange) error {
	l := c.lexer()
	if err := l.space(); err != nil {
		return err
	}
	fields := map[string]any{}
	key := ""
	isList, err := l.list(func() error {
		if key == "" {
			s, ok, err := l.quotedOrLiteral()
			if err != nil || !ok || s == "" || len(s) > maxIDKey {
				return syntax("a field name is a string of %d bytes at most", maxIDKey)
			}
			key = strings.ToLower(s)
			return nil
		}
		s, ok, err := l.nstring()
		if err != nil {
			return err
		}
		if len(s) > maxIDValue || len(fields) >= maxIDFields {
			return syntax("the fields are too long, or too many")
		}
		if ok {
			fields[key] = strings.ToValidUTF8(s, "?")
		}
		key = ""
		return nil
	})
	if err != nil {
		return err
	}
	if !isList {
		if _, ok, err := l.nstring(); err != nil || ok {
			return syntax("a list or NIL is expected")
		}
	}
	if key != "" {
		return syntax("field %q has no value", key)
	}
	if err := l.end(); err != nil {
		return err
	}
	x.Fact("software", fields)
	return f.reply(`* ID ("name" "segursim" "vendor" "segursim" "support-url" "https://github.com/segursim/segursim")` + "\r\n")
}

// answerStartTLS refuses a second STARTTLS (RFC 9051 §6.2.1).
func (f *front) answerStartTLS(*command, *exchange) error {
	return bad("The connection is under TLS already")
}
