package mailbox

import (
	"fmt"
	"math"
	"slices"

	"github.com/segursim/segursim/internal/store"
)

// Create makes the folders of a BAL that has none yet: INBOX and those of the Options,
// subscribed to. One that has INBOX stays as it is.
func (s *Store) Create(tx *store.Txn, bal string) error {
	if _, ok := byName(tx, bal, Inbox); ok {
		return nil
	}
	for _, f := range append([][2]string{{Inbox, ""}}, s.opt.Folders...) {
		if _, err := s.create(tx, bal, f[0], f[1], true); err != nil {
			return fmt.Errorf("mailbox: create %s of %s: %w", f[0], bal, err)
		}
	}
	return nil
}

// CreateFolder makes a folder, empty and not subscribed to unless its name still is,
// and the levels above it that are missing (RFC 9051 §6.3.4). special is its special
// use, or empty. It refuses with ErrExists, ErrName, ErrLimit; with ErrNoFolder where
// the BAL has no INBOX, hence does not exist here.
func (s *Store) CreateFolder(tx *store.Txn, bal, name, special string) (Folder, error) {
	if _, ok := byName(tx, bal, Inbox); !ok {
		return Folder{}, ErrNoFolder
	}
	if _, ok := byName(tx, bal, name); ok {
		return Folder{}, ErrExists
	}
	if err := s.createParents(tx, bal, name); err != nil {
		return Folder{}, err
	}
	r, err := s.create(tx, bal, name, special, false)
	return s.show(r), err
}

// createParents makes the levels above a name that are missing.
func (s *Store) createParents(tx *store.Txn, bal, name string) error {
	if err := checkName(canonical(name)); err != nil {
		return err
	}
	for parent := range parents(canonical(name)) {
		if _, ok := byName(tx, bal, parent); ok {
			continue
		}
		if _, err := s.create(tx, bal, parent, "", false); err != nil {
			return err
		}
	}
	return nil
}

// create makes one folder, whose name is free.
func (s *Store) create(tx *store.Txn, bal, name, special string, subscribed bool) (record, error) {
	name = canonical(name)
	if err := checkName(name); err != nil {
		return record{}, err
	}
	l := s.ledger(tx, bal)
	switch {
	case l.account.Folders >= maxFolders:
		return record{}, fmt.Errorf("%w folders: at most %d", ErrLimit, maxFolders)
	case l.total.Last == math.MaxUint32:
		return record{}, ErrFull
	}
	l.total.Last++
	l.account.Folders++
	l.account.Validity = s.validity(l.account.Validity)
	if i, ok := slices.BinarySearch(l.account.Gone, name); ok {
		l.account.Gone = slices.Delete(slices.Clone(l.account.Gone), i, i+1)
		subscribed = true
	}
	r := record{Folder: Folder{
		ID: folderID(l.total.Last), BAL: l.account.BAL, Name: name, Special: special,
		UIDValidity: l.account.Validity, UIDNext: 1, ModSeq: 1, Subscribed: subscribed,
	}}
	if err := folders.Put(tx, r); err != nil {
		return record{}, err
	}
	return r, l.save(tx)
}

// validity is the UIDVALIDITY of a new folder: the time in seconds, as RFC 9051
// §2.3.1.1 suggests, and greater than any that a folder of the BAL had: a name that
// comes back, by CREATE or RENAME, never has one that it had.
func (s *Store) validity(last uint32) uint32 {
	const most = math.MaxUint32 - 1<<20 // leaves room for those to come
	now := max(1, min(s.opt.Now().Unix(), most))
	return max(uint32(now), last+1)
}
