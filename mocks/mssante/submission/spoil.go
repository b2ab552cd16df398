package submission

import (
	"bytes"
	"fmt"

	"github.com/segursim/segursim/internal/sim"
)

// A cut is what happens to the connection after a spoilt reply.
type cut int

const (
	goOn cut = iota
	hangUp
	reset
)

// spoil applies a wire fault to a reply's bytes.
func spoil(f sim.WireFault, b []byte) ([]byte, cut) {
	switch f.Kind {
	case sim.Drop:
		return nil, hangUp
	case sim.ResetConn:
		return nil, reset
	case sim.Truncate:
		n := f.Bytes
		if n <= 0 {
			n = len(b) / 2
		}
		return b[:min(n, len(b))], hangUp
	case sim.Garble:
		return garble(b), goOn
	}
	return b, goOn
}

// garble flips bits of every third byte but of line ends, the same ones each time:
// what is left is no reply, its code first.
func garble(b []byte) []byte {
	out := bytes.Clone(b)
	for i := 1; i < len(out); i += 3 {
		if out[i] != '\r' && out[i] != '\n' {
			out[i] ^= 0x15
		}
	}
	return out
}

// patched replaces parts of a reply: "code", "enhanced", "text"; null removes the
// enhanced code or empties the text. What means nothing is left as it is.
func patched(r reply, patch map[string]any) reply {
	for key, v := range patch {
		s := ""
		if v != nil {
			s = fmt.Sprint(v)
		}
		switch key {
		case "code":
			var n int
			if _, err := fmt.Sscanf(s, "%d", &n); err == nil && n >= 200 && n <= 599 {
				r.code = n
			}
		case "enhanced":
			if v == nil || isEnhanced(s) {
				r.enhanced = s
			}
		case "text":
			r.lines = []string{ascii(s)}
		}
	}
	return r
}
