package reading

import (
	"strings"

	"github.com/emersion/go-imap/v2"

	"github.com/segursim/segursim/internal/store"
)

// delimiter separates the levels of a folder's name.
const delimiter = '/'

// Create makes a folder, with a special use if the client says so (RFC 9051 §6.3.4,
// RFC 6154 §3).
func (s *session) Create(name string, options *imap.CreateOptions) error {
	name = strings.TrimSuffix(name, "/") // "there will be folders below": there may
	special := ""
	for _, use := range options.SpecialUse {
		if special != "" || !specialUse(use) {
			return s.imapError(no("USEATTR", "This special use is not available"))
		}
		special = string(use)
	}
	return s.imapError(s.srv.mail.Update(func(tx *store.Txn) error {
		for _, f := range s.srv.mail.Folders(tx, s.bal()) {
			if special != "" && f.Special == special {
				return no("USEATTR", "Another mailbox has this special use")
			}
		}
		_, err := s.srv.mail.CreateFolder(tx, s.bal(), name, special)
		return err
	}))
}

// specialUse tells whether a folder may have a use. \All and \Flagged would be
// folders that show messages of others: there are none.
func specialUse(a imap.MailboxAttr) bool {
	switch a {
	case imap.MailboxAttrArchive, imap.MailboxAttrDrafts, imap.MailboxAttrJunk, imap.MailboxAttrSent, imap.MailboxAttrTrash:
		return true
	}
	return false
}

// Delete removes a folder and its messages (RFC 9051 §6.3.5).
func (s *session) Delete(name string) error {
	return s.imapError(s.srv.mail.Update(func(tx *store.Txn) error {
		return s.srv.mail.DeleteFolder(tx, s.bal(), name)
	}))
}

// Rename renames a folder and those below it; of INBOX, the messages move and INBOX
// stays (RFC 9051 §6.3.6).
func (s *session) Rename(name, newName string, _ *imap.RenameOptions) error {
	newName = strings.TrimSuffix(newName, "/")
	return s.imapError(s.srv.mail.Update(func(tx *store.Txn) error {
		return s.srv.mail.RenameFolder(tx, s.bal(), name, newName)
	}))
}

// Subscribe subscribes to a folder (RFC 9051 §6.3.7).
func (s *session) Subscribe(name string) error { return s.subscribe(name, true) }

// Unsubscribe undoes it (RFC 9051 §6.3.8).
func (s *session) Unsubscribe(name string) error { return s.subscribe(name, false) }

func (s *session) subscribe(name string, subscribed bool) error {
	return s.imapError(s.srv.mail.Update(func(tx *store.Txn) error {
		return s.srv.mail.Subscribe(tx, s.bal(), name, subscribed)
	}))
}
