package reading

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"github.com/segursim/segursim/internal/store"
	"github.com/segursim/segursim/mocks/mssante/mailbox"
)

// An appending is what APPEND says (RFC 9051 §6.3.12).
type appending struct {
	folder  string
	flags   []string
	arrived time.Time // zero when the client left it to the server
	raw     []byte
}

// answerAppend puts a message into a folder. Its UID is in the answer (RFC 4315).
func (f *front) answerAppend(c *command, x *exchange) error {
	a, err := c.appending()
	if err != nil {
		return err
	}
	if len(a.raw) == 0 {
		return no("", "An empty message cannot be kept")
	}
	if limit := f.srv.keeper.MaxSize(); int64(len(a.raw)) > limit {
		return tooBig(int64(len(a.raw)), limit)
	}
	if a.flags, err = settable(a.flags); err != nil {
		return err
	}
	if a.arrived.IsZero() {
		a.arrived = f.World().Clock.Now()
	}
	letter := mailbox.Prepare(a.raw) // outside the transaction: it reads the whole message
	var folder mailbox.Folder
	var made mailbox.Message
	err = f.srv.mail.Update(func(tx *store.Txn) error {
		var ok bool
		if folder, ok = f.srv.mail.Folder(tx, f.id.BAL, a.folder); !ok {
			return no("TRYCREATE", textOf("TRYCREATE"))
		}
		var err error
		made, err = f.srv.mail.AppendLetter(tx, f.id.BAL, folder.Name, letter, a.flags, a.arrived)
		return err
	})
	if err != nil {
		return err
	}
	x.Fact("uid_assigned", int64(made.UID))
	f.sess.answer = fmt.Sprintf("APPENDUID %d %d", folder.UIDValidity, made.UID)
	return nil
}

// appending reads the arguments of APPEND.
func (c *command) appending() (*appending, error) {
	l := c.lexer()
	a := &appending{}
	var err error
	if err = l.space(); err != nil {
		return nil, err
	}
	if a.folder, err = l.mailbox(); err != nil {
		return nil, err
	}
	if err = l.space(); err != nil {
		return nil, err
	}
	isList, err := l.list(func() error {
		flag, err := l.flag()
		a.flags = append(a.flags, flag)
		return err
	})
	if err != nil {
		return nil, err
	}
	if isList {
		if err = l.space(); err != nil {
			return nil, err
		}
	}
	if l.special('"') {
		s, err := l.quoted()
		if err != nil {
			return nil, err
		}
		if a.arrived, err = time.Parse("_2-Jan-2006 15:04:05 -0700", s); err != nil {
			return nil, syntax("%q is not a date and time", s)
		}
		if err = l.space(); err != nil {
			return nil, err
		}
	}
	return a, c.content(l, a)
}

// content reads the message: a literal, a literal8 (RFC 3516), or the latter in UTF8()
// (RFC 6855 §4).
func (c *command) content(l *lexer, a *appending) error {
	wrapped := false
	if len(l.b) > 0 && l.b[0] != '{' && l.b[0] != '~' {
		ext, err := l.atom()
		if err != nil || !strings.EqualFold(ext, "UTF8") {
			return syntax("a literal is expected before %q", l.ahead())
		}
		if err := l.space(); err != nil || !l.special('(') {
			return syntax("UTF8 is followed by a literal8 in parentheses")
		}
		wrapped = true
	}
	binary := l.special('~')
	raw, err := l.literal()
	if err != nil {
		return err
	}
	if !binary && bytes.IndexByte(raw, 0) >= 0 {
		return syntax("NUL in a literal: a literal8 may hold it") // RFC 3516 §4.4
	}
	if wrapped && !l.special(')') {
		return syntax("a closing parenthesis is expected")
	}
	a.raw = raw
	return l.end()
}
