package mailbox

import (
	"errors"
	"fmt"
)

// Errors of the operations; tell them apart with errors.Is.
var (
	ErrNoFolder  = errors.New("mailbox: no such folder")
	ErrExists    = errors.New("mailbox: the folder exists")
	ErrQuota     = errors.New("mailbox: over quota")
	ErrFull      = errors.New("mailbox: the simulator's storage is full")
	ErrForbidden = errors.New("mailbox: the folder cannot be changed so")
)

// Errors that are kinds of ErrForbidden: a name that no folder can have, a flag that
// no message can have, too many of something.
var (
	ErrName  = fmt.Errorf("%w: not a name", ErrForbidden)
	ErrFlag  = fmt.Errorf("%w: not a flag", ErrForbidden)
	ErrLimit = fmt.Errorf("%w: too many", ErrForbidden)
)
