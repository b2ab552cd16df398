package reading

import (
	"bytes"
	"net"
	"strings"
	"time"
)

// writeTimeout bounds writing where the library sets no bound of its own, in real
// time.
const writeTimeout = 30 * time.Second

// An outflow follows what goes out, to know where an answer begins and ends: at line
// ends that are not those of a literal's header, nor inside a literal.
type outflow struct {
	inside  bool   // an answer has begun and not ended
	literal int64  // bytes of the literal that are still to come
	tail    []byte // the end of the line under way: enough to see "{n}CRLF"
}

const tailSize = 16

// follow advances over p and tells whether an answer ends with it. The library
// flushes after each answer: no piece holds more than one.
func (o *outflow) follow(p []byte) bool {
	for len(p) > 0 {
		o.inside = true
		if o.literal > 0 {
			n := min(o.literal, int64(len(p)))
			o.literal -= n
			p = p[n:]
			continue
		}
		end := bytes.IndexByte(p, '\n')
		if end < 0 {
			o.tail = lastOf(append(o.tail, lastOf(p)...))
			return false
		}
		line := append(o.tail, lastOf(p[:end+1])...)
		o.tail, p = nil, p[end+1:]
		if size, _, _, ok := literalAt(line); ok && line[len(line)-3] == '}' {
			o.literal = size
			continue
		}
		o.inside = false
	}
	return !o.inside
}

func lastOf(b []byte) []byte {
	if len(b) > tailSize {
		b = b[len(b)-tailSize:]
	}
	return b
}

// Write takes a piece of an answer from the library.
func (f *front) Write(p []byte) (int, error) {
	f.mu.Lock()
	err := f.write(p)
	f.mu.Unlock()
	if f.end.Load() != nil {
		f.sayBye()
	}
	if err != nil {
		return 0, err
	}
	return len(p), nil
}

// reply writes a whole answer of our own, or several.
func (f *front) reply(s string) error {
	_ = f.SetWriteDeadline(f.World().Clock.Wall().Add(writeTimeout))
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.write([]byte(s))
}

// write sends a piece of an answer; f.mu is held.
func (f *front) write(p []byte) error {
	if f.over {
		return net.ErrClosed
	}
	first := !f.out.inside
	if first && !f.greeted && f.conn != nil {
		f.greeted = true
		if f.silent {
			return nil
		}
		p = []byte(f.greeting())
	}
	kind, status := "", ""
	if first {
		if p = f.rewrite(p); p == nil {
			return nil
		}
		kind, status = f.kindOf(p)
	}
	whole := f.out.follow(p)
	if f.live == nil {
		return f.push(p)
	}
	x := f.live
	x.heard(p)
	if first && kind == "" {
		x.lines++
	}
	idles := kind == "more" && f.cmd != nil && f.cmd.name == "IDLE"
	switch {
	case kind == "tagged": // before it goes out: who has an answer finds it in the journal
		x.spoil.stop()
		f.live, f.answered = nil, true
		if status != "OK" && !x.refused {
			x.refuseAs(refusalIn(p))
		}
		f.settle(x, status)
	case idles:
		f.live = nil
		f.settle(x, "+")
	}
	if err := f.send(x, p, kind, first, whole); err != nil {
		return err
	}
	f.waiting = f.waiting || kind == "more"
	if idles {
		f.idling(x)
	}
	return nil
}

// push writes to the connection.
func (f *front) push(p []byte) error {
	_, err := f.Conn.Write(p)
	return err
}

// kindOf tells a tagged answer, with its status, and a continuation from the rest.
func (f *front) kindOf(p []byte) (kind, status string) {
	if bytes.HasPrefix(p, []byte("+ ")) {
		return "more", ""
	}
	if f.live == nil || f.live.tag == "" {
		return "", ""
	}
	if rest, ok := bytes.CutPrefix(p, []byte(f.live.tag+" ")); ok {
		status, _ := word(rest)
		return "tagged", status
	}
	return "", ""
}

// refusalIn reads the refusal out of an answer of the library.
func refusalIn(p []byte) *refusal {
	s := strings.TrimRight(string(p), "\r\n")
	_, s, _ = strings.Cut(s, " ")
	status, text, _ := strings.Cut(s, " ")
	r := &refusal{status: status, text: text}
	if inner, ok := strings.CutPrefix(text, "["); ok {
		if code, after, ok := strings.Cut(inner, "]"); ok {
			r.code, _, _ = strings.Cut(code, " ")
			r.text = strings.TrimSpace(after)
		}
	}
	r.kind = kindOf(r.code)
	return r
}

// rewrite changes what the library says and we say otherwise; nil drops it.
func (f *front) rewrite(p []byte) []byte {
	switch {
	case bytes.HasPrefix(p, []byte("* CAPABILITY ")):
		return []byte("* CAPABILITY " + strings.Join(f.capabilities(), " ") + "\r\n")
	case f.live == nil:
		return p
	}
	rest, ok := bytes.CutPrefix(p, []byte(f.live.tag+" "))
	if !ok {
		return p
	}
	if after, ok := bytes.CutPrefix(rest, []byte("OK [CAPABILITY ")); ok {
		_, text, _ := bytes.Cut(after, []byte("]"))
		return []byte(f.live.tag + " OK [CAPABILITY " + strings.Join(f.capabilities(), " ") + "]" + string(text))
	}
	if string(rest) == "NO [SERVERBUG] Internal server error\r\n" {
		// What the library says of arguments that it cannot parse; the session's own
		// errors have other words.
		return []byte(f.live.tag + " BAD [CLIENTBUG] Syntax error in arguments\r\n")
	}
	if f.sess != nil && f.sess.note != "" {
		if text, ok := bytes.CutPrefix(rest, []byte("OK ")); ok {
			note := f.sess.note
			f.sess.note = ""
			return []byte(f.live.tag + " OK [" + note + "] " + string(text))
		}
	}
	return p
}

// greeting is what a connection begins with.
func (f *front) greeting() string {
	return "* OK [CAPABILITY " + strings.Join(f.capabilities(), " ") + "] " + f.srv.keeper.Host() + " IMAP4 MSSante (segursim) ready\r\n"
}

// enabled tells whether the client enabled a capability (RFC 5161).
func (f *front) enabled(name string) bool {
	if f.conn == nil {
		return false
	}
	for c := range f.conn.EnabledCaps() {
		if strings.EqualFold(string(c), name) {
			return true
		}
	}
	return false
}
