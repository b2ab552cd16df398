package reading

import "github.com/segursim/segursim/mocks/mssante/auth"

// A Keeper is told what readers do, beyond the mailboxes themselves.
type Keeper interface {
	// Opened is told that a BAL was opened: it is in use.
	Opened(id auth.Identity)
	// Quota is the limit of a BAL in bytes.
	Quota(bal string) int64
	// MaxSize is the largest message that APPEND takes.
	MaxSize() int64
	// Host is the name in the greeting.
	Host() string
}
