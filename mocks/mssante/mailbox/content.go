package mailbox

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"github.com/segursim/segursim/internal/store"
)

// A Letter is a message made ready to be put into folders: hashed, its header read.
// Nothing of it depends on the state, so that it is made before the transaction, and
// once for all recipients.
type Letter struct {
	raw     []byte
	hash    string
	summary Message // the fields of the header
}

// Prepare reads a message. raw is copied when it is first stored, not here: it must
// not be changed before.
func Prepare(raw []byte) *Letter {
	sum := sha256.Sum256(raw)
	return &Letter{raw: raw, hash: hex.EncodeToString(sum[:]), summary: summarise(raw)}
}

// Hash is the SHA-256 of the bytes, in hexadecimal: Message.Content.
func (l *Letter) Hash() string { return l.hash }

// Size is how many bytes it has.
func (l *Letter) Size() int64 { return int64(len(l.raw)) }

// keep counts one more message with a letter's content, and stores its bytes when it
// is the first.
func (l *Letter) keep(tx *store.Txn, c content, t *total) error {
	if c.Refs == 0 {
		c = content{Hash: l.hash, Raw: bytes.Clone(l.raw)}
		t.Bytes += l.Size()
	}
	c.Refs++
	return contents.Put(tx, c)
}

// A tally is how many messages more, or fewer, have a content.
type tally map[string]int

// settle brings counts up to date, and frees what no message has any more. It reads
// everything before it writes: a read between two writes makes the store copy its
// trees anew.
func (n tally) settle(tx *store.Txn, t *total) error {
	rows := make([]content, 0, len(n))
	for hash, by := range n {
		c, ok := contents.Get(tx, hash)
		if !ok {
			return fmt.Errorf("mailbox: content %s: %w", hash, store.ErrNotFound)
		}
		c.Refs += by
		rows = append(rows, c)
	}
	for _, c := range rows {
		if c.Refs > 0 {
			if err := contents.Put(tx, c); err != nil {
				return err
			}
			continue
		}
		t.Bytes -= int64(len(c.Raw))
		if _, err := contents.Remove(tx, c); err != nil {
			return err
		}
	}
	return nil
}
