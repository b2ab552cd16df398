package mailbox

import (
	"strings"

	"github.com/segursim/segursim/internal/store"
)

// Inbox is the folder in which messages arrive (RFC 9051 §5.1).
const Inbox = "INBOX"

// A Folder is one folder of a BAL.
type Folder struct {
	ID          string `json:"id"` // does not change with the name
	BAL         string `json:"bal"`
	Name        string `json:"nom"`               // "INBOX", "Sent", "Dossiers/2026": "/" separates
	Special     string `json:"special,omitempty"` // "\\Sent"
	UIDValidity uint32 `json:"uidvalidity"`
	UIDNext     uint32 `json:"uidnext"`
	// ModSeq grows with every change in the folder.
	ModSeq uint64 `json:"modseq"`
	Count  uint32 `json:"count"`
	Unseen uint32 `json:"unseen"` // without \Seen
	// Deleted is how many have \Deleted.
	Deleted    uint32 `json:"deleted"`
	Size       int64  `json:"size"` // bytes
	Subscribed bool   `json:"subscribed"`
}

// Folders lists a BAL's folders: INBOX first, then by name.
func (s *Store) Folders(tx *store.Txn, bal string) []Folder {
	var list []Folder
	for r := range folders.Prefix(tx, "nom", nameKey(address(bal), "")) {
		list = append(list, s.show(r))
	}
	for i := range list {
		if list[i].Name == Inbox {
			inbox := list[i]
			copy(list[1:i+1], list[:i])
			list[0] = inbox
			break
		}
	}
	return list
}

// Folder finds one; INBOX whatever its case.
func (s *Store) Folder(tx *store.Txn, bal, name string) (Folder, bool) {
	r, ok := byName(tx, bal, name)
	return s.show(r), ok
}

// Find finds a folder by its id, whatever it is called now.
func (s *Store) Find(tx *store.Txn, id string) (Folder, bool) {
	r, ok := folders.Get(tx, id)
	return s.show(r), ok
}

// Keywords are the keywords, flags without a backslash, that a message of the folder
// has or had, sorted: what FLAGS lists beside the system flags (RFC 9051 §7.3.5).
func (s *Store) Keywords(tx *store.Txn, folder string) []string {
	r, _ := folders.Get(tx, folder)
	return r.Keywords
}

// show is a folder as the others see it: see Wake for the UIDVALIDITY.
func (s *Store) show(r record) Folder {
	if r.ID != "" {
		r.UIDValidity += s.epoch.Load() * epochStride
	}
	return r.Folder
}

func byName(tx *store.Txn, bal, name string) (record, bool) {
	return folders.First(tx, "nom", nameKey(address(bal), canonical(name)))
}

// address is a BAL's address as it is kept.
func address(bal string) string { return strings.ToLower(bal) }
