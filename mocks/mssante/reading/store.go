package reading

import (
	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"

	"github.com/segursim/segursim/mocks/mssante/mailbox"
)

// Store answers STORE (RFC 9051 §6.4.6). The flags are told after the command, with
// the other news.
func (s *session) Store(_ *imapserver.FetchWriter, set imap.NumSet, flags *imap.StoreFlags, _ *imap.StoreOptions) error {
	sel, err := s.writable()
	if err != nil {
		return s.imapError(err)
	}
	names := make([]string, len(flags.Flags))
	for i, f := range flags.Flags {
		names[i] = string(f)
	}
	if names, err = settable(names); err != nil {
		return s.imapError(err)
	}
	uids, err := sel.resolve(set)
	if err != nil {
		return s.imapError(err)
	}
	op := mailbox.ReplaceFlags
	switch flags.Op {
	case imap.StoreFlagsAdd:
		op = mailbox.AddFlags
	case imap.StoreFlagsDel:
		op = mailbox.RemoveFlags
	}
	there, err := s.setFlags(uids, op, names)
	if err != nil {
		return s.imapError(err)
	}
	if _, byUID := set.(imap.UIDSet); !byUID && len(there) < len(uids) {
		s.note = "EXPUNGEISSUED"
	}
	if flags.Silent {
		return nil
	}
	for _, uid := range there {
		sel.note(uid)
	}
	return nil
}
