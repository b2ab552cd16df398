package reading

import (
	"slices"

	"github.com/emersion/go-imap/v2"

	"github.com/segursim/segursim/internal/store"
	"github.com/segursim/segursim/mocks/mssante/mailbox"
)

// systemFlags are those of RFC 9051 §2.3.2 that a client may set, and the keywords
// that mail clients know; any other keyword may be made (\*).
func systemFlags() []imap.Flag {
	return []imap.Flag{
		imap.FlagSeen, imap.FlagAnswered, imap.FlagFlagged, imap.FlagDeleted, imap.FlagDraft,
		imap.FlagForwarded, imap.FlagMDNSent, imap.FlagJunk, imap.FlagNotJunk,
	}
}

// Select opens a folder (RFC 9051 §6.3.2, §6.3.3).
func (s *session) Select(name string, options *imap.SelectOptions) (*imap.SelectData, error) {
	sel := &selected{readOnly: options.ReadOnly}
	data := &imap.SelectData{}
	var keywords []imap.Flag
	err := s.view(func(tx *store.Txn) error {
		folder, ok := s.srv.mail.Folder(tx, s.bal(), name)
		if !ok {
			return mailbox.ErrNoFolder
		}
		sel.id, sel.name, sel.validity, sel.modseq = folder.ID, folder.Name, folder.UIDValidity, folder.ModSeq
		data.UIDValidity, data.UIDNext = folder.UIDValidity, imap.UID(folder.UIDNext)
		for _, keyword := range s.srv.mail.Keywords(tx, folder.ID) {
			keywords = append(keywords, imap.Flag(keyword))
		}
		if folder.Count == 0 {
			return nil
		}
		unseen := folder.Unseen > 0
		for msg := range s.srv.mail.Messages(tx, folder.ID) {
			sel.view.add(msg.UID)
			if unseen && !msg.Has(string(imap.FlagSeen)) {
				data.FirstUnseenSeqNum, unseen = sel.view.count(), false
			}
		}
		return nil
	})
	if err != nil {
		return nil, s.imapError(err)
	}
	s.sel = sel
	data.NumMessages = sel.view.count()
	data.Flags = systemFlags()
	for _, k := range keywords {
		if !slices.Contains(data.Flags, k) {
			data.Flags = append(data.Flags, k)
		}
	}
	data.PermanentFlags = []imap.Flag{}
	if !sel.readOnly {
		data.PermanentFlags = append(slices.Clone(data.Flags), imap.FlagWildcard)
	}
	return data, nil
}

// Unselect closes the folder (RFC 9051 §6.4.2).
func (s *session) Unselect() error {
	s.sel, s.parsed = nil, lastParsed{}
	return nil
}
