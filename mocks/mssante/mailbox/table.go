package mailbox

import (
	"strconv"

	"github.com/segursim/segursim/internal/store"
)

// A record is a folder's row: what the others see of it, and what only this package
// needs.
type record struct {
	Folder
	// Floor is the ModSeq up to which the log of expunged messages has been
	// forgotten; Logged is how many UIDs the log holds.
	Floor  uint64 `json:"floor"`
	Logged int    `json:"logged"`
	// Keywords are those that a message of the folder has or had, sorted.
	Keywords []string `json:"keywords"`
}

// A content is the bytes of one or more messages.
type content struct {
	Hash string `json:"sha256"` // hexadecimal
	Raw  []byte `json:"octets"` // base64 in a snapshot
	Refs int    `json:"references"`
}

// A departure is what left a folder in one change.
type departure struct {
	Folder string   `json:"folder"`
	ModSeq uint64   `json:"modseq"`
	UIDs   []uint32 `json:"uids"` // ascending
}

// An account is what a BAL has in all its folders.
type account struct {
	BAL      string `json:"bal"`
	Used     int64  `json:"used"`     // bytes of messages, each counted
	Messages int64  `json:"messages"` // of them
	Folders  int    `json:"folders"`  // INBOX included
	// Validity is the last UIDVALIDITY given to a folder of the BAL.
	Validity uint32 `json:"validity"`
	// Gone are the names of folders that are subscribed to and no longer exist,
	// sorted (RFC 9051 §6.3.7).
	Gone []string `json:"gone"`
}

// A total is what everything together takes: one row.
type total struct {
	ID string `json:"id"` // totalID
	// Bytes are those of contents, each counted once, and rowCost for each message.
	Bytes int64 `json:"bytes"`
	// Last is the number of the last folder made.
	Last uint32 `json:"last"`
}

const totalID = "total"

// rowCost is what the row of a message counts for in the simulator's storage: a flood
// of empty messages must meet the limit too. Measured: 1.3 to 1.7 kB with its indexes.
const rowCost = 1536

// The tables. The values describe, they hold no row; they are never assigned. Message
// rows are in the order of folder and UID; the second index finds changes.
var (
	folders = store.Define("mssante_dossiers",
		store.By("id", func(r *record) string { return r.ID }),
		store.By("nom", func(r *record) string { return nameKey(r.BAL, r.Name) }))
	messages = store.Define("mssante_messages",
		store.By("id", func(m *Message) string { return m.ID }),
		store.Index[Message]{Name: "modseq", Unique: true, Key: func(m *Message) []string { return []string{changeKey(m.Folder, m.ModSeq, m.UID)} }})
	contents   = store.Define("mssante_contenus", store.By("id", func(c *content) string { return c.Hash }))
	departures = store.Define("mssante_effaces", store.By("id", func(d *departure) string { return logKey(d.Folder, d.ModSeq) }))
	accounts   = store.Define("mssante_comptes", store.By("id", func(a *account) string { return a.BAL }))
	totals     = store.Define("mssante_stockage", store.By("id", func(t *total) string { return t.ID }))
)

// Tables are the package's part of the store.
func Tables() []store.Schema {
	return []store.Schema{folders, messages, contents, departures, accounts, totals}
}

// nameKey is where a folder is found by its name; all those of a BAL share a prefix.
func nameKey(bal, name string) string { return bal + "\x00" + name }

// folderID is the id of a folder from its number. Ids have one width, and no folder
// ever gets that of another in one world.
func folderID(n uint32) string {
	return string(appendHex(make([]byte, 0, idWidth), uint64(n), idWidth))
}

// idWidth is the length of a folder's id.
const idWidth = 8

// messageID is the id of a message's row: folder and UID, so that the order of ids is
// that of UIDs.
func messageID(folder string, uid uint32) string {
	b := append(make([]byte, 0, len(folder)+8), folder...)
	return string(appendHex(b, uint64(uid), 8))
}

// changeKey is where a message is found by its last change.
func changeKey(folder string, modseq uint64, uid uint32) string {
	b := append(make([]byte, 0, len(folder)+24), folder...)
	return string(appendHex(appendHex(b, modseq, 16), uint64(uid), 8))
}

// logKey is where a departure is found.
func logKey(folder string, modseq uint64) string {
	b := append(make([]byte, 0, len(folder)+16), folder...)
	return string(appendHex(b, modseq, 16))
}

// appendHex appends n in hexadecimal with leading zeros.
func appendHex(b []byte, n uint64, width int) []byte {
	var digits [16]byte
	s := strconv.AppendUint(digits[:0], n, 16)
	for range width - len(s) {
		b = append(b, '0')
	}
	return append(b, s...)
}
