package submission

import (
	"context"
	"time"

	"github.com/segursim/segursim/internal/sim"
	"github.com/segursim/segursim/mocks/mssante/auth"
)

// resetGrace is how long Reset waits for connections to say goodbye, in real time.
const resetGrace = time.Second

// watch ends the connections whose identity came to its end, until ctx does.
func (s *Server) watch(ctx context.Context) {
	changed := make(chan struct{}, 1)
	forget := s.authority.OnEnd(func() {
		select {
		case changed <- struct{}{}:
		default: // it is known already
		}
	})
	if forget != nil {
		defer forget()
	}
	for {
		select {
		case <-ctx.Done():
			return
		case <-changed:
			s.verify()
		}
	}
}

// verify asks about every identity once.
func (s *Server) verify() {
	dead := map[auth.Identity]*sim.Error{}
	for _, d := range s.all() {
		d.mu.Lock()
		id := d.id
		d.mu.Unlock()
		if id == nil {
			continue
		}
		refusal, asked := dead[*id]
		if !asked {
			refusal = s.authority.Alive(*id)
			dead[*id] = refusal
		}
		if refusal != nil {
			d.end(ending{how: bySession, refusal: over(refusal)}, false)
		}
	}
}

func (s *Server) all() []*dialogue {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]*dialogue, 0, len(s.dialogues))
	for d := range s.dialogues {
		out = append(out, d)
	}
	return out
}

// Reset drops every connection, with 421 where there is room for it: the world went
// back to its baseline. It waits until they are gone, for a second of real time at
// most; nothing of them comes into the journal any more.
func (s *Server) Reset() {
	open := s.all()
	for _, d := range open {
		d.end(ending{how: byReset, refusal: resetRefusal(), now: true}, true)
	}
	ctx, cancel := context.WithTimeout(context.Background(), resetGrace)
	defer cancel()
	for _, d := range open {
		select {
		case <-d.Gone():
		case <-ctx.Done():
			d.Drop(false)
		}
	}
}

func resetRefusal() *sim.Error {
	return &sim.Error{
		Status: 421, Code: "4.3.2", Kind: sim.Unavailable, Text: "The simulator was reset, closing transmission channel",
		Cause: cause("smtp.reset", "Le simulateur a été remis à son état initial.", "The simulator was reset.", ""),
	}
}
