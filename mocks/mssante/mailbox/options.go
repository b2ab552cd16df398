package mailbox

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/segursim/segursim/internal/store"
)

// Options say how mailboxes behave.
type Options struct {
	// Folders are those of a new BAL beside INBOX: name to special use, which may be
	// empty. nil means DefaultFolders.
	Folders [][2]string
	// Quota is that of a BAL, bytes; Storage that of all contents. 0 means 1 GiB and
	// 2 GiB; less means no limit.
	Quota, Storage int64
	// Now is the simulated time.
	Now func() time.Time
}

// The limits where Options say nothing. Operators give a BAL one or several GB; what
// they give is theirs, and no document read fixes it [I].
const (
	DefaultQuota   = 1 << 30
	DefaultStorage = 2 << 30
)

// DefaultFolders are the folders of a new BAL beside INBOX, under the names that mail
// clients make themselves; RFC 6154 §2 gives the uses.
func DefaultFolders() [][2]string {
	return [][2]string{
		{"Sent", `\Sent`}, {"Drafts", `\Drafts`}, {"Trash", `\Trash`}, {"Junk", `\Junk`}, {"Archive", `\Archive`},
	}
}

// A Store keeps mailboxes. Its methods may be called concurrently; those that take a
// transaction belong to it.
type Store struct {
	db    *store.DB
	opt   Options
	limit func(tx *store.Txn, bal string) int64

	// epoch is how many worlds there were before: see Wake.
	epoch atomic.Uint32
	// writing is the transaction of Update that runs now, with the folders that it
	// changed. The store runs one write at a time: its lock guards it.
	writing *writing

	mu    sync.Mutex
	bells map[string]*bell
	// waiting is how many Wait there are; read without mu.
	waiting atomic.Int64
}

// New returns a Store over db.
func New(db *store.DB, opt Options) *Store {
	if opt.Folders == nil {
		opt.Folders = DefaultFolders()
	}
	if opt.Quota == 0 {
		opt.Quota = DefaultQuota
	}
	if opt.Storage == 0 {
		opt.Storage = DefaultStorage
	}
	return &Store{db: db, opt: opt, bells: map[string]*bell{}}
}

// SetLimit gives the quota that holds for a BAL, in bytes; where f says 0 or less, the
// one of the Options holds. Set once, before the first use.
func (s *Store) SetLimit(f func(tx *store.Txn, bal string) int64) { s.limit = f }
