package reading

import (
	"bytes"
	"errors"
	"io"
	"time"

	"github.com/segursim/segursim/mocks/mssante/wire"
)

// How long the client may take, in real time. RFC 9051 §5.4 wants at least half an
// hour between the commands of somebody who is authenticated.
const (
	patienceIdle   = 35 * time.Minute
	patienceLogin  = time.Minute
	patienceWithin = time.Minute // between two pieces of one command
)

// scratchSize is what is read at once where the library gives no buffer.
const scratchSize = 4 << 10

// errLong says that a line is longer than it may be; it was read to its end.
var errLong = errors.New("reading: the line is too long")

// errEndless says that a line is so long that its end is not waited for.
var errEndless = errors.New("reading: the line does not end")

// maxDiscard bounds what is thrown away to find the end of a line, or of a literal,
// that is refused.
const maxDiscard = 64 << 20

// intake reads lines and literals from a connection. Between commands it holds no
// memory: what is waited for is read into a buffer that somebody lends.
type intake struct {
	conn *wire.Conn
	rest []byte // read, not yet used; nil when there is nothing
}

// more reads once.
func (in *intake) more(scratch []byte, patience time.Duration) error {
	if len(scratch) < 256 {
		scratch = make([]byte, scratchSize)
	}
	if err := in.patient(patience); err != nil {
		return err
	}
	n, err := in.conn.Read(scratch)
	if n > 0 {
		in.rest = append(in.rest, scratch[:n]...)
		return nil
	}
	if err == nil {
		err = io.ErrNoProgress
	}
	return err
}

// patient bounds the next read.
func (in *intake) patient(d time.Duration) error {
	return in.conn.SetReadDeadline(in.conn.World().Clock.Wall().Add(d))
}

// use takes n bytes off what was read.
func (in *intake) use(n int) {
	in.rest = in.rest[n:]
	if len(in.rest) == 0 {
		in.rest = nil
	}
}

// line reads up to a line feed, which it returns too. first is the patience for the
// first byte. A line longer than limit is read to its end and refused with errLong.
func (in *intake) line(scratch []byte, limit int, first time.Duration) ([]byte, error) {
	patience, looked := first, 0
	for {
		if i := bytes.IndexByte(in.rest[looked:], '\n'); i >= 0 {
			end := looked + i + 1
			if end > limit {
				in.use(end)
				return nil, errLong
			}
			line := bytes.Clone(in.rest[:end])
			in.use(end)
			return line, nil
		}
		if looked = len(in.rest); looked > limit {
			return nil, in.discardLine(scratch)
		}
		if looked > 0 {
			patience = patienceWithin
		}
		if err := in.more(scratch, patience); err != nil {
			return nil, err
		}
	}
}

// discardLine reads to the end of a line, and says errLong.
func (in *intake) discardLine(scratch []byte) error {
	for dropped := 0; dropped < 1<<20; {
		if i := bytes.IndexByte(in.rest, '\n'); i >= 0 {
			in.use(i + 1)
			return errLong
		}
		dropped += len(in.rest)
		in.rest = in.rest[:0]
		if err := in.more(scratch, patienceWithin); err != nil {
			return err
		}
	}
	return errEndless
}

// literal reads n bytes. Memory grows with what arrives, not with what was
// announced.
func (in *intake) literal(n int64) ([]byte, error) {
	out := make([]byte, 0, min(n, 32<<10))
	for int64(len(out)) < n {
		if len(out) == cap(out) {
			out = append(make([]byte, 0, min(n, 2*int64(cap(out)))), out...)
		}
		if len(in.rest) > 0 {
			take := min(len(in.rest), cap(out)-len(out))
			out = append(out, in.rest[:take]...)
			in.use(take)
			continue
		}
		if err := in.patient(patienceWithin); err != nil {
			return nil, err
		}
		got, err := in.conn.Read(out[len(out):cap(out)])
		out = out[:len(out)+got]
		if err != nil && int64(len(out)) < n {
			return nil, err
		}
	}
	return out, nil
}

// discard throws n bytes away.
func (in *intake) discard(scratch []byte, n int64) error {
	if n > maxDiscard {
		return errEndless
	}
	for {
		take := min(int64(len(in.rest)), n)
		in.use(int(take))
		if n -= take; n == 0 {
			return nil
		}
		if err := in.more(scratch, patienceWithin); err != nil {
			return err
		}
	}
}
