package reading

import (
	"crypto/sha256"
	"encoding/hex"
	"hash"

	"github.com/segursim/segursim/internal/journal"
)

// maxTape bounds what the journal keeps of one direction of one command, in bytes,
// beside the journal's own bound.
const maxTape = 1 << 20

// A tape records the bytes of one direction of one command.
type tape struct {
	kept []byte
	size int64
	sum  hash.Hash // of everything, once more came than is kept
}

func (t *tape) record(p []byte, limit int64) {
	limit = min(limit, maxTape)
	t.size += int64(len(p))
	if t.sum == nil {
		room := max(limit-int64(len(t.kept)), 0)
		if int64(len(p)) <= room {
			t.kept = append(t.kept, p...)
			return
		}
		t.sum = sha256.New()
		_, _ = t.sum.Write(t.kept)
		t.kept = append(t.kept, p[:room]...)
	}
	_, _ = t.sum.Write(p)
}

// message is what was recorded, for the journal.
func (t *tape) message() journal.Message {
	m := journal.Message{Body: t.kept, Size: t.size}
	if t.sum != nil {
		m.SHA256 = hex.EncodeToString(t.sum.Sum(nil))
	}
	return m
}
