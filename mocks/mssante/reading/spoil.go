package reading

import (
	"bytes"
	"net"
	"time"

	"github.com/segursim/segursim/internal/clock"
	"github.com/segursim/segursim/internal/sim"
)

// A spoiler plays a wire fault on the answers to one command.
//
//	drop, reset  the command is carried out, nothing is answered, the connection goes
//	truncate     the first so many bytes go out, or half of the first literal, or half
//	             of the tagged answer where there is none; then the connection goes
//	garble       bits of literals flip, those of the lines where there is no literal
//
// On IDLE, drop and reset wait for the fault's delay: the client idles meanwhile.
type spoiler struct {
	sim.WireFault
	after time.Duration // of drop and reset on IDLE
	timer *clock.Timer
	left  int64 // of truncate; -1 while half is not known
	sent  int   // bytes seen by garble
}

func newSpoiler(w sim.WireFault) *spoiler {
	s := &spoiler{WireFault: w, left: -1}
	if w.Bytes > 0 {
		s.left = int64(w.Bytes)
	}
	return s
}

// stop ends the wait of a fault that has nothing to spoil any more.
func (s *spoiler) stop() {
	if s != nil && s.timer != nil {
		s.timer.Stop()
	}
}

// send writes a piece of the answer to x, spoilt where a fault says so. f.mu is held
// and the outflow already is behind p. first and whole tell whether an answer begins
// and ends with it.
func (f *front) send(x *exchange, p []byte, kind string, first, whole bool) error {
	s := x.spoil
	if s == nil || s.after > 0 { // IDLE's is played by its timer
		return f.push(p)
	}
	switch s.Kind {
	case sim.Drop, sim.ResetConn:
		if whole && kind != "" {
			return f.vanish(s.Kind == sim.ResetConn)
		}
		return nil
	case sim.Truncate:
		return f.truncate(s, p, whole && kind == "tagged")
	case sim.Garble:
		return f.push(s.garble(p, first))
	}
	return f.push(p)
}

// vanish drops the connection under the client.
func (f *front) vanish(reset bool) error {
	f.over = true
	f.Drop(reset)
	return net.ErrClosed
}

// truncate sends what may still go out; last is the tagged answer.
func (f *front) truncate(s *spoiler, p []byte, last bool) error {
	if s.left < 0 { // half is asked for
		switch header := bytes.Index(p, []byte("}\r\n")) + 3; {
		case header >= 3:
			s.left = int64(header) + (f.out.literal+int64(len(p)-header))/2
		case last:
			s.left = int64(len(p) / 2)
		default:
			return f.push(p)
		}
	}
	n := min(s.left, int64(len(p)))
	if last && n == int64(len(p)) {
		n /= 2
	}
	s.left -= n
	err := f.push(p[:n])
	if n < int64(len(p)) {
		return f.vanish(false)
	}
	return err
}

// garble flips bits, the same ones each time. What is not of a literal is changed
// only in an answer that has none.
func (s *spoiler) garble(p []byte, first bool) []byte {
	out := bytes.Clone(p)
	from := 0
	if first {
		from = min(len("* "), len(p))
	}
	if header := bytes.Index(p, []byte("}\r\n")); header >= 0 {
		from = header + 3
	}
	for i := from; i < len(out); i++ {
		if s.sent++; s.sent%31 == 8 && out[i] >= ' ' {
			out[i] ^= 0x15
		}
	}
	return out
}

// idling begins an entry of its own for what follows the beginning of IDLE, which is x,
// and starts the clock of a fault that drops it after a while. f.mu is held.
func (f *front) idling(x *exchange) {
	f.sess.idlers.Add(1) // the library begins its goroutine now
	f.sess.parsed = lastParsed{}
	s := x.spoil
	f.live = f.open(opDone, "IDLE", x.tag)
	if s == nil || s.after <= 0 {
		return
	}
	f.live.spoil, f.live.Entry.Fault = s, x.Entry.Fault
	s.timer = f.World().Clock.AfterFunc(s.after, func() { f.Drop(s.Kind == sim.ResetConn) })
}
