package submission

import (
	"fmt"
	"io"
	"log/slog"
	"runtime/debug"
	"strconv"

	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/internal/sim"
)

func octets(n int64) string { return strconv.FormatInt(n, 10) }

// Data takes the message: of DATA, which the dialogue reads by itself so that the
// library finds but its end; or of BDAT, on a goroutine of the library's, through a
// pipe.
func (s *session) Data(r io.Reader) error {
	d := s.d
	d.mu.Lock()
	tx := d.tx
	d.mu.Unlock()
	_, chunked := r.(*io.PipeReader)
	if tx == nil {
		// The transaction was given up before the first chunk was looked at.
		return reply{503, "5.5.1", []string{"Need MAIL command"}}.forLibrary()
	}
	x := tx.x
	var c content
	var err error
	if chunked {
		c, err = d.chunks(r)
	} else {
		c, err = d.receive(tx.declared)
		d.feed = []byte(".\r\n") // the end, for the library
	}
	tx.facts(x, &c, chunked)
	if err != nil {
		return d.cutOff(x, chunked).forLibrary()
	}
	for _, m := range c.remarks() {
		x.Note(m)
	}
	d.body(&x.Entry.Request, c.raw)
	if c.over {
		x.Entry.Request.Size = c.size
	}
	answer := d.judge(tx, &c)
	d.mu.Lock()
	x.sent, x.verdict = true, answer
	if d.x != nil && !d.x.sent && d.x.Entry.Fault == "" {
		d.x = nil // the entry of the command itself: this one says more
	}
	d.x = x
	if c.endless {
		d.how = byOverflow
		d.over = true
	}
	d.mu.Unlock()
	return answer.forLibrary()
}

// judge decides about a message that came whole.
func (d *dialogue) judge(tx *transaction, c *content) (answer reply) {
	x := tx.x
	defer func() {
		if p := recover(); p != nil {
			d.server.world.Log.ErrorContext(d.ctx, "the post panicked", slog.Any("panic", p), slog.String("stack", string(debug.Stack())))
			answer = x.refuse(&sim.Error{Kind: sim.Internal, Err: fmt.Errorf("panic: %v", p), Cause: cause("smtp.internal",
				"Erreur interne du simulateur : voir son journal technique.", "Internal error of the simulator: see its technical log.", "")})
		}
	}()
	mail, _ := x.Entry.Facts["mail"].(map[string]any)
	if c.over {
		limit := d.server.post.MaxSize()
		return x.refuse(tooLarge(c.size, limit))
	}
	mail["complete"] = true
	if fault := d.decide(x); fault != nil {
		return x.refuse(fault)
	}
	d.mu.Lock()
	gone := d.ending != nil && d.ending.now
	d.mu.Unlock()
	if gone {
		return x.refuse(resetRefusal())
	}
	env := tx.envelope
	env.Received = d.server.world.Clock.Now()
	queue, refusal := d.server.post.Submit(sim.WithExchange(d.ctx, x.Exchange), env, c.raw)
	if refusal != nil {
		return x.refuse(refusal)
	}
	mail["queue"] = queue
	x.Entry.ID = queue
	return reply{250, "2.0.0", []string{ascii("Ok: queued as " + queue)}}
}

// cutOff settles a sending whose message never came whole. Nothing was posted.
func (d *dialogue) cutOff(x *exchange, chunked bool) reply {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !chunked {
		d.x = nil // DATA itself
	}
	if x.Entry.Outcome == journal.OK {
		x.Refuse(&sim.Error{Kind: sim.BadRequest, Cause: cause("smtp.cut", "Le message n'est pas arrivé jusqu'à sa fin : rien n'a été envoyé.",
			"The message did not come to its end: nothing was sent.", "RFC 5321 §4.1.1.4")})
	}
	d.settle(x, reply{})
	return reply{451, "4.4.2", []string{"Message was cut off"}}
}
