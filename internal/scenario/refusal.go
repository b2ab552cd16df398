package scenario

import (
	"errors"

	"github.com/segursim/segursim/internal/journal"
)

// A Refusal is an order to a run that cannot be followed as things stand.
type Refusal struct {
	Text journal.Text
	// NotFound: the run, the step or the scenario does not exist.
	NotFound bool
}

// Error gives both languages.
func (r *Refusal) Error() string { return "scenario: " + r.Text.FR + " / " + r.Text.EN }

func refuse(fr, en string, args ...any) *Refusal { return &Refusal{Text: text(fr, en, args...)} }

// ErrClosed is returned once the engine is closed.
var ErrClosed = errors.New("scenario: engine closed")
