package reading

import (
	"time"

	"github.com/segursim/segursim/internal/journal"
)

// An ending is why the server ends a session: what BYE says, and the cause for the
// journal, when there is one.
type ending struct {
	code, text string
	cause      journal.Cause
}

// worldReset ends the sessions of a world that is no more.
func worldReset() ending { return ending{code: "UNAVAILABLE", text: "The simulator was reset"} }

// byeTimeout bounds the last write, in real time.
const byeTimeout = 2 * time.Second

// endSoon ends the session with BYE (RFC 9051 §7.1.5), at once when nothing is being
// written, at the end of the answer that is otherwise. It does not block.
func (f *front) endSoon(e ending) {
	if f.end.CompareAndSwap(nil, &e) {
		go f.sayBye()
	}
}

// sayBye says what the ending is and closes, unless an answer is under way: its last
// Write comes back here.
func (f *front) sayBye() {
	f.mu.Lock()
	e, x := f.end.Load(), f.live
	if e == nil || f.over || f.out.inside {
		f.mu.Unlock()
		return
	}
	f.over = true
	line := (&refusal{status: "BYE", code: e.code, text: e.text}).line("")
	_ = f.SetWriteDeadline(f.World().Clock.Wall().Add(byeTimeout))
	_ = f.push([]byte(line))
	if x != nil {
		x.heard([]byte(line))
	}
	f.mu.Unlock()
	_ = f.Conn.Close()
	f.journalEnding(e, line)
}

// journalEnding writes an ending down: it answers no command.
func (f *front) journalEnding(e *ending, line string) {
	w := f.World()
	entry := journal.Entry{
		Time: w.Clock.Now(), Transport: "imap", Service: "mssante", Op: opBye, Outcome: journal.Event, Peer: f.Peer(),
		Provenance: string(f.srv.ops[opBye].Provenance), Summary: "IMAP : BYE " + e.text,
		Facts:    map[string]any{"answer": "BYE", "text": e.text, "user": f.user()},
		Response: journal.Message{Body: []byte(line), Size: int64(len(line))},
	}
	if e.cause.Rule != "" {
		entry.Causes = []journal.Cause{e.cause}
	}
	w.Journal.Append(&entry)
}

// checkAlive ends the session when its identity is at its end; false then.
func (f *front) checkAlive() bool {
	id, ok := f.identity()
	if !ok {
		return true
	}
	refusal := f.srv.auth.Alive(id)
	if refusal == nil {
		return true
	}
	text := refusal.Text
	if text == "" {
		text = "The session has ended"
	}
	f.endSoon(ending{code: "UNAVAILABLE", text: text, cause: refusal.Cause})
	return false
}
