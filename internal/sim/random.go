package sim

import (
	"io"

	"github.com/google/uuid"
)

// ID returns a random UUID (RFC 9562 §5.4) from the world's source.
func (w *World) ID() string {
	u, err := uuid.NewRandomFromReader(w.Rand)
	if err != nil {
		panic("sim: the random source is exhausted: " + err.Error())
	}
	return u.String()
}

// Random returns n bytes from the world's source.
func (w *World) Random(n int) []byte {
	b := make([]byte, n)
	if _, err := io.ReadFull(w.Rand, b); err != nil {
		panic("sim: the random source is exhausted: " + err.Error())
	}
	return b
}
