package reading

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/emersion/go-imap/v2"

	"github.com/segursim/segursim/internal/store"
	"github.com/segursim/segursim/mocks/mssante/mailbox"
)

// A newsWriter tells a client what happened: the library's UpdateWriter, or our own
// where the command is ours.
type newsWriter interface {
	WriteExpunge(seq uint32) error
	WriteNumMessages(n uint32) error
	WriteMessageFlags(seq uint32, uid imap.UID, flags []imap.Flag) error
}

// directNews writes news past the library.
type directNews struct{ f *front }

// WriteExpunge says that a message is gone.
func (d directNews) WriteExpunge(seq uint32) error {
	return d.f.reply(fmt.Sprintf("* %d EXPUNGE\r\n", seq))
}

// WriteNumMessages says how many messages there are.
func (d directNews) WriteNumMessages(n uint32) error {
	return d.f.reply(fmt.Sprintf("* %d EXISTS\r\n", n))
}

// WriteMessageFlags says which flags a message has.
func (d directNews) WriteMessageFlags(seq uint32, uid imap.UID, flags []imap.Flag) error {
	names := make([]string, len(flags))
	for i, f := range flags {
		names[i] = string(f)
	}
	return d.f.reply(fmt.Sprintf("* %d FETCH (UID %d FLAGS (%s))\r\n", seq, uid, strings.Join(names, " ")))
}

// errVanished says that the selected folder is no longer there.
var errVanished = errors.New("reading: the selected folder is gone")

// maxTold bounds the flag changes told at a time: the rest comes the next time.
const maxTold = 1000

// news tells the client what happened in the selected folder. Expunged messages wait
// where the client could take one number for another (RFC 9051 §7.5.1).
func (s *session) news(w newsWriter, allowExpunge bool) error {
	sel := s.sel
	if sel == nil {
		return nil
	}
	flags, err := s.gatherNews()
	if errors.Is(err, errVanished) {
		// RFC 2180 §3: the session cannot go on with what is no longer there.
		s.front.endSoon(ending{code: "UNAVAILABLE", text: "The selected mailbox was deleted"})
		return nil
	}
	if err != nil {
		return err
	}
	if allowExpunge && len(sel.gone) > 0 {
		seqs := sel.view.remove(sel.gone)
		sel.gone = nil
		for _, seq := range seqs {
			if err := w.WriteExpunge(seq); err != nil {
				return err
			}
		}
	}
	if len(sel.fresh) > 0 {
		for _, uid := range sel.fresh {
			sel.view.add(uid)
		}
		sel.fresh = nil
		if err := w.WriteNumMessages(sel.view.count()); err != nil {
			return err
		}
	}
	for _, told := range flags {
		if seq, ok := sel.view.seq(told.UID); ok {
			if err := w.WriteMessageFlags(seq, imap.UID(told.UID), flagsOf(&told)); err != nil {
				return err
			}
		}
	}
	return nil
}

// gatherNews takes what happened and returns the messages whose flags are to be told.
func (s *session) gatherNews() ([]mailbox.Message, error) {
	sel := s.sel
	var flags []mailbox.Message
	err := s.view(func(tx *store.Txn) error {
		if !sel.take(tx, s.srv.mail) {
			return errVanished
		}
		n := min(len(sel.changed), maxTold)
		for _, uid := range sel.changed[:n] {
			if msg, ok := s.srv.mail.Message(tx, sel.id, uid); ok {
				flags = append(flags, msg)
			}
		}
		if sel.changed = sel.changed[n:]; len(sel.changed) == 0 {
			sel.changed = nil
		}
		return nil
	})
	return flags, err
}

// flagsOf are the flags of a message, as the library wants them.
func flagsOf(m *mailbox.Message) []imap.Flag {
	out := make([]imap.Flag, len(m.Flags))
	for i, f := range m.Flags {
		out[i] = imap.Flag(f)
	}
	slices.Sort(out)
	return out
}
