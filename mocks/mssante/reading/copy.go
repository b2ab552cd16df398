package reading

import (
	"errors"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"

	"github.com/segursim/segursim/internal/store"
	"github.com/segursim/segursim/mocks/mssante/mailbox"
)

// Copy answers COPY (RFC 9051 §6.4.7): all of the messages, or none.
func (s *session) Copy(set imap.NumSet, dest string) (*imap.CopyData, error) {
	if s.sel == nil {
		return nil, bad("No mailbox is selected").imap()
	}
	data, err := s.transfer(set, dest, s.srv.mail.Copy)
	return data, s.imapError(err)
}

// Move answers MOVE (RFC 6851): the messages leave the folder, and the client is told
// so after their new UIDs.
func (s *session) Move(w *imapserver.MoveWriter, set imap.NumSet, dest string) error {
	if _, err := s.writable(); err != nil {
		return s.imapError(err)
	}
	data, err := s.transfer(set, dest, s.srv.mail.Move)
	if err != nil || data == nil {
		return s.imapError(err)
	}
	return w.WriteCopyData(data)
}

// transfer copies or moves messages; nil data when the set holds none.
func (s *session) transfer(set imap.NumSet, dest string, do func(tx *store.Txn, folder string, uids []uint32, dest string) ([]mailbox.Message, error)) (*imap.CopyData, error) {
	sel := s.sel
	uids, err := sel.resolve(set)
	if err != nil {
		return nil, err
	}
	var data *imap.CopyData
	err = s.srv.mail.Update(func(tx *store.Txn) error {
		if !sel.take(tx, s.srv.mail) {
			return errVanished
		}
		target, ok := s.srv.mail.Folder(tx, s.bal(), dest)
		if !ok {
			return no("TRYCREATE", textOf("TRYCREATE"))
		}
		var there []uint32
		for _, uid := range uids {
			if !sel.isGone(uid) {
				there = append(there, uid)
			}
		}
		if _, byUID := set.(imap.UIDSet); !byUID && len(there) < len(uids) {
			return no("EXPUNGEISSUED", "Some of these messages were expunged by somebody else") // RFC 2180 §4.4
		}
		if len(there) == 0 {
			return nil
		}
		made, err := do(tx, sel.id, there, target.ID)
		if err != nil {
			return err
		}
		if len(made) != len(there) {
			return errors.New("the store copied another number of messages than it was given")
		}
		data = &imap.CopyData{UIDValidity: target.UIDValidity}
		for i := range made {
			data.SourceUIDs.AddNum(imap.UID(there[i]))
			data.DestUIDs.AddNum(imap.UID(made[i].UID))
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return data, nil
}
