package submission

import (
	"bufio"
	"bytes"
	"errors"
	"io"

	"github.com/segursim/segursim/internal/journal"
)

// A content is a message as it was received.
type content struct {
	raw []byte // nothing, when it is too large
	// size is how much came, dots unstuffed.
	size int64
	// over says that it is larger than the limit, endless that its end was not seen.
	over, endless bool
	// What RFC 5321 §2.3.8 and §4.5.2 forbid; it is kept all the same.
	bareLF, bareCR, nul int
}

// errCut is a message whose end did not come.
var errCut = errors.New("submission: the message was cut off")

// firstSize is what is set aside for a message whose size was not declared.
const firstSize = 8 << 10

// maxAhead is the most that is set aside for a message on the strength of SIZE.
const maxAhead = 1 << 20

// receive reads the message of DATA. declared is the parameter SIZE.
func (d *dialogue) receive(declared int64) (content, error) {
	r := dotReader{
		in: d.in, limit: d.server.post.MaxSize(), excess: d.server.limits.Excess,
		arm: func() bool { return d.arm(d.server.limits.Data, true) },
	}
	c, err := r.read(declared)
	if err != nil {
		_ = d.lose(err)
		return c, errCut
	}
	return c, nil
}

// A dotReader reads a message up to CRLF "." CRLF, which alone ends it, and takes
// the dots off lines that begin with one (RFC 5321 §4.5.2).
type dotReader struct {
	in            *bufio.Reader
	limit, excess int64
	// arm is called before a read that may wait; false stops with errStopped.
	arm func() bool
}

// errStopped is the server's own end of a connection.
var errStopped = errors.New("submission: stopped")

// read reads the whole; declared is a size to set aside for.
func (r *dotReader) read(declared int64) (content, error) {
	var c content
	buf := make([]byte, 0, firstSize+min(max(declared, 0), r.limit, maxAhead))
	atStart, last := true, byte(0)
	for {
		if r.in.Buffered() == 0 && !r.arm() {
			return c, errStopped
		}
		piece, err := r.in.ReadSlice('\n')
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return c, err
		}
		if atStart && piece[0] == '.' {
			if len(piece) == 3 && piece[1] == '\r' && piece[2] == '\n' {
				if !c.over {
					c.raw = buf
				}
				return c, nil
			}
			piece = piece[1:]
			last = '.'
		}
		if len(piece) == 0 { // the dot filled the buffer
			atStart = false
			continue
		}
		atStart = c.look(piece, last)
		last = piece[len(piece)-1]
		c.size += int64(len(piece))
		switch {
		case c.size <= r.limit:
			buf = append(buf, piece...)
		case c.size > r.limit+r.excess:
			c.over, c.endless = true, true
			return c, nil
		default:
			c.over, buf = true, nil
		}
	}
}

// look counts what a piece of a line holds that should not be there; before is the
// byte before it. It tells whether a line has just ended, with CRLF.
func (c *content) look(piece []byte, before byte) bool {
	if len(piece) == 0 {
		return false
	}
	cr, ended := bytes.Count(piece, []byte{'\r'}), false
	if n := len(piece); piece[n-1] == '\n' {
		if n > 1 {
			before = piece[n-2]
		}
		ended = before == '\r'
		if !ended {
			c.bareLF++
		} else {
			cr-- // of this piece or of the one before
		}
	}
	c.bareCR += cr
	c.nul += bytes.Count(piece, []byte{0})
	return ended
}

// chunks reads the message of BDAT (RFC 3030 §2), whose bytes are taken as they are.
func (d *dialogue) chunks(r io.Reader) (content, error) {
	limit := d.server.post.MaxSize()
	raw, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return content{}, errCut
	}
	c := content{raw: raw, size: int64(len(raw))}
	if c.size > limit {
		return content{size: c.size, over: true}, nil
	}
	before := byte(0)
	for line := range bytes.Lines(raw) {
		c.look(line, before)
		before = line[len(line)-1]
	}
	return c, nil
}

// remarks are the causes of what a message holds that it should not.
func (c *content) remarks() []journal.Cause {
	var out []journal.Cause
	if c.bareLF > 0 {
		out = append(out, cause("smtp.bare-lf", "Le message a des fins de ligne LF seules (sans CR) ; un opérateur peut le refuser.",
			"The message has lines that end in LF alone (without CR); an operator may refuse it.", "RFC 5321 §2.3.8"))
	}
	if c.bareCR > 0 {
		out = append(out, cause("smtp.bare-cr", "Le message a des CR seuls (sans LF) ; un opérateur peut le refuser.",
			"The message has CR alone (without LF); an operator may refuse it.", "RFC 5321 §2.3.8"))
	}
	if c.nul > 0 {
		out = append(out, cause("smtp.nul", "Le message contient des octets nuls.", "The message holds NUL bytes.", "RFC 5322 §4"))
	}
	return out
}
