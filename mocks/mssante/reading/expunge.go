package reading

import (
	"slices"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"

	"github.com/segursim/segursim/internal/store"
)

// Expunge answers EXPUNGE, UID EXPUNGE (RFC 9051 §6.4.3, §6.4.9), and CLOSE, which says
// nothing of the messages and does nothing to a folder open read-only (§6.4.1). The
// client is told after the command, with the other news.
func (s *session) Expunge(_ *imapserver.ExpungeWriter, only *imap.UIDSet) error {
	if s.sel != nil && s.sel.readOnly && s.front.cmd.name == "CLOSE" {
		return nil
	}
	sel, err := s.writable()
	if err != nil {
		return s.imapError(err)
	}
	var deleted []uint32
	err = s.view(func(tx *store.Txn) error {
		deleted = s.srv.mail.Deleted(tx, sel.id)
		return nil
	})
	if err != nil {
		return s.imapError(err)
	}
	if only != nil {
		wanted, err := sel.resolve(*only)
		if err != nil {
			return s.imapError(err)
		}
		deleted = slices.DeleteFunc(deleted, func(uid uint32) bool {
			_, ok := slices.BinarySearch(wanted, uid)
			return !ok
		})
	}
	for chunk := range slices.Chunk(deleted, storeChunk) {
		err := s.srv.mail.Update(func(tx *store.Txn) error {
			var still []uint32 // somebody may have undeleted one meanwhile
			for _, uid := range chunk {
				m, ok := s.srv.mail.Message(tx, sel.id, uid)
				if ok && m.Has(string(imap.FlagDeleted)) {
					still = append(still, uid)
				}
			}
			return s.srv.mail.Expunge(tx, sel.id, still)
		})
		if err != nil {
			return s.imapError(err)
		}
	}
	return nil
}
