package reading

import (
	"slices"
	"strings"

	"github.com/emersion/go-imap/v2"

	"github.com/segursim/segursim/internal/store"
	"github.com/segursim/segursim/mocks/mssante/mailbox"
)

// canonicalFlag writes the flags that everybody knows in their usual case; flags have
// none (RFC 9051 §2.3.2).
func canonicalFlag(name string) string {
	for _, f := range append(systemFlags(), imap.FlagPhishing, imap.FlagImportant) {
		if strings.EqualFold(string(f), name) {
			return string(f)
		}
	}
	return name
}

// settable checks flags that a client sets, and returns them as they are kept. \Recent
// is the server's: it is left out without a word, as clients send back what they read.
func settable(names []string) ([]string, error) {
	var out []string
	for _, name := range names {
		name = canonicalFlag(name)
		switch {
		case strings.EqualFold(name, `\Recent`):
			continue
		case strings.HasPrefix(name, `\`) && !slices.Contains(systemFlags(), imap.Flag(name)):
			return nil, bad("Unknown system flag")
		}
		if !slices.ContainsFunc(out, func(f string) bool { return strings.EqualFold(f, name) }) {
			out = append(out, name)
		}
	}
	return out, nil
}

// storeChunk is how many messages change in one write: the store's other writers wait
// meanwhile.
const storeChunk = 500

// setFlags changes flags of messages of the selected folder and returns the UIDs, in
// order, of those that are still there. What others changed meanwhile is noted, what
// changes here is not: the caller knows.
func (s *session) setFlags(uids []uint32, op mailbox.FlagOp, flags []string) ([]uint32, error) {
	sel := s.sel
	var there []uint32
	for chunk := range slices.Chunk(uids, storeChunk) {
		modseq := sel.modseq
		err := s.srv.mail.Update(func(tx *store.Txn) error {
			if !sel.take(tx, s.srv.mail) {
				return errVanished
			}
			msgs, err := s.srv.mail.Flag(tx, sel.id, chunk, op, flags)
			if err != nil {
				return err
			}
			for i := range msgs {
				there = append(there, msgs[i].UID)
			}
			folder, _ := s.srv.mail.Find(tx, sel.id)
			modseq = folder.ModSeq
			return nil
		})
		if err != nil {
			return nil, err
		}
		sel.modseq = modseq
	}
	return there, nil
}

// markSeen sets \Seen on messages that are read, and returns those on which it was not.
func (s *session) markSeen(uids []uint32) ([]uint32, error) {
	msgs, err := s.messages(uids)
	if err != nil {
		return nil, err
	}
	var unseen []uint32
	for i := range msgs {
		if !msgs[i].Has(string(imap.FlagSeen)) {
			unseen = append(unseen, msgs[i].UID)
		}
	}
	if len(unseen) == 0 {
		return nil, nil
	}
	return s.setFlags(unseen, mailbox.AddFlags, []string{string(imap.FlagSeen)})
}
