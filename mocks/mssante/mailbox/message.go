package mailbox

import (
	"fmt"
	"iter"
	"math"
	"slices"
	"time"

	"github.com/segursim/segursim/internal/store"
)

// A Message is one message of a folder. What lists and searches ask for is kept
// beside the content.
type Message struct {
	ID      string    `json:"id"` // of the row: folder and UID
	Folder  string    `json:"folder"`
	UID     uint32    `json:"uid"`
	ModSeq  uint64    `json:"modseq"`
	Flags   []string  `json:"flags"`   // "\\Seen", "$MDNSent": as IMAP writes them, sorted
	Arrived time.Time `json:"arrived"` // INTERNALDATE, simulated
	Size    int64     `json:"size"`
	Content string    `json:"content"` // SHA-256, hexadecimal

	// Of the header, decoded; each bounded. A message whose header cannot be read
	// has none of them.
	MessageID string    `json:"message_id"` // without angle brackets
	Subject   string    `json:"subject"`
	From      string    `json:"from"` // "Name <address>"
	To        string    `json:"to"`   // the same, ", " between several
	Sent      time.Time `json:"sent"` // zero when there is no date that can be read
	// Attached tells whether it has an attachment.
	Attached bool `json:"attached"`
}

// Has tells whether a message has a flag, written as IMAP writes it.
func (m *Message) Has(flag string) bool { return slices.Contains(m.Flags, flag) }

// Messages yields a folder's messages by UID. The folder must not be changed
// meanwhile.
func (s *Store) Messages(tx *store.Txn, folder string) iter.Seq[Message] {
	if len(folder) != idWidth { // the prefix of several
		return func(func(Message) bool) {}
	}
	return messages.Prefix(tx, "id", folder)
}

// Range yields the messages whose UID is at least from and at most to, by UID. It
// costs what it yields, wherever it begins. The folder must not be changed meanwhile.
func (s *Store) Range(tx *store.Txn, folder string, from, to uint32) iter.Seq[Message] {
	return func(yield func(Message) bool) {
		if len(folder) != idWidth || from > to {
			return
		}
		for m := range messages.From(tx, "id", messageID(folder, from)) {
			if m.Folder != folder || m.UID > to || !yield(m) {
				return
			}
		}
	}
}

// UIDs are those of a folder's messages, ascending.
func (s *Store) UIDs(tx *store.Txn, folder string) []uint32 {
	r, ok := folders.Get(tx, folder)
	if !ok {
		return nil
	}
	uids := make([]uint32, 0, r.Count)
	for m := range s.Messages(tx, folder) {
		uids = append(uids, m.UID)
	}
	return uids
}

// Message finds one.
func (s *Store) Message(tx *store.Txn, folder string, uid uint32) (Message, bool) {
	return messages.Get(tx, messageID(folder, uid))
}

// Raw are a message's bytes, not to be changed.
func (s *Store) Raw(tx *store.Txn, m Message) ([]byte, error) {
	c, ok := contents.Get(tx, m.Content)
	if !ok {
		return nil, fmt.Errorf("mailbox: content of message %s: %w", m.ID, store.ErrNotFound)
	}
	return c.Raw[:len(c.Raw):len(c.Raw)], nil
}

// pick reads messages of a folder by their UIDs, in that order; those that are not
// there are left out, and one that is asked for twice comes once.
func pick(tx *store.Txn, folder string, uids []uint32) []Message {
	picked := make([]Message, 0, len(uids))
	var seen map[uint32]bool
	last := uint32(0)
	for i, uid := range uids {
		if seen == nil && i > 0 && uid <= last { // not ascending: remember
			seen = make(map[uint32]bool, len(uids))
			for _, before := range uids[:i] {
				seen[before] = true
			}
		}
		if last = uid; seen != nil {
			if seen[uid] {
				continue
			}
			seen[uid] = true
		}
		if m, ok := messages.Get(tx, messageID(folder, uid)); ok {
			picked = append(picked, m)
		}
	}
	return picked
}

// next gives a folder's next UID. UIDs end with 32 bits (RFC 9051 §2.3.1.1).
func (r *record) next() (uint32, error) {
	if r.UIDNext == math.MaxUint32 {
		return 0, fmt.Errorf("%w messages: the folder has no UID left", ErrLimit)
	}
	uid := r.UIDNext
	r.UIDNext++
	return uid, nil
}

// enter counts a message that came.
func (r *record) enter(m *Message) {
	r.Count++
	r.Size += m.Size
	r.mark(m, 1)
}

// leave counts a message that went.
func (r *record) leave(m *Message) {
	r.Count--
	r.Size -= m.Size
	r.mark(m, -1)
}

// mark counts a message's flags, by 1 or by -1.
func (r *record) mark(m *Message, by int) {
	if !m.Has(seen) {
		r.Unseen += uint32(by)
	}
	if m.Has(deleted) {
		r.Deleted += uint32(by)
	}
}
