package mailbox

import (
	"fmt"
	"slices"
	"strings"

	"github.com/segursim/segursim/internal/store"
)

// RenameFolder renames a folder and those below it, and makes the levels above the new
// name that are missing (RFC 9051 §6.3.6). A name that is no folder can be renamed when
// there are folders below it. Ids, UIDs, UIDVALIDITY, the special use and the
// subscription go with a folder; no other folder of the BAL ever had this UIDVALIDITY.
//
// Renaming INBOX moves its messages to a new folder and leaves INBOX empty; what is
// below INBOX stays.
//
// It refuses with ErrNoFolder, ErrExists, ErrName, ErrLimit, and with ErrForbidden for
// a folder that would go below itself.
func (s *Store) RenameFolder(tx *store.Txn, bal, from, to string) error {
	from, to = canonical(from), canonical(to)
	if err := checkName(to); err != nil {
		return err
	}
	if _, ok := byName(tx, bal, to); ok {
		return ErrExists
	}
	if from == Inbox {
		return s.renameInbox(tx, bal, to)
	}
	rows, err := renamed(tx, bal, from, to)
	if err != nil {
		return err
	}
	if err := s.createParents(tx, bal, to); err != nil {
		return err
	}
	l := s.ledger(tx, bal)
	for _, r := range rows {
		if i, ok := slices.BinarySearch(l.account.Gone, r.Name); ok { // subscribed to before it was there
			l.account.Gone = slices.Delete(slices.Clone(l.account.Gone), i, i+1)
			r.Subscribed = true
		}
		if err := folders.Put(tx, r); err != nil {
			return err
		}
	}
	return l.save(tx)
}

// renamed are the folder called from and those below it, under their new names.
func renamed(tx *store.Txn, bal, from, to string) ([]record, error) {
	if strings.HasPrefix(to, from+"/") {
		return nil, fmt.Errorf("%w: %q would be below itself", ErrForbidden, from)
	}
	var rows []record
	if r, ok := byName(tx, bal, from); ok {
		rows = append(rows, r)
	}
	for r := range folders.Prefix(tx, "nom", nameKey(address(bal), from+"/")) {
		rows = append(rows, r)
	}
	if len(rows) == 0 {
		return nil, ErrNoFolder
	}
	// A folder may take the name that a shorter one leaves: "a/b" and "a/b/b" below
	// "a". The shorter ones go first.
	slices.SortStableFunc(rows, func(a, b record) int { return len(a.Name) - len(b.Name) })
	for i := range rows {
		name := to + strings.TrimPrefix(rows[i].Name, from)
		if err := checkName(name); err != nil {
			return nil, err
		}
		holder, ok := byName(tx, bal, name)
		if ok && !slices.ContainsFunc(rows[:i], func(r record) bool { return r.ID == holder.ID }) {
			return nil, ErrExists
		}
		rows[i].Name = name
	}
	return rows, nil
}

// renameInbox moves the messages of INBOX to a new folder.
func (s *Store) renameInbox(tx *store.Txn, bal, to string) error {
	inbox, ok := byName(tx, bal, Inbox)
	if !ok {
		return ErrNoFolder
	}
	if err := s.createParents(tx, bal, to); err != nil {
		return err
	}
	r, err := s.create(tx, bal, to, "", false)
	if err != nil {
		return err
	}
	_, err = s.Move(tx, inbox.ID, s.UIDs(tx, inbox.ID), r.ID)
	return err
}
