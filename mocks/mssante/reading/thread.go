package reading

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A knot is a message in a thread, or the place of one that is not there.
type knot struct {
	uid      uint32 // 0 for a place
	date     time.Time
	subject  string // base subject
	reply    bool   // the subject had a mark of a reply
	parent   *knot
	children []*knot
}

// answerThread answers THREAD and UID THREAD (RFC 5256).
func (f *front) answerThread(c *command, x *exchange) error {
	s := f.sess
	p := &searcher{lexer: c.lexer(), sel: s.sel, now: f.World().Clock.Now()}
	if err := p.space(); err != nil {
		return err
	}
	algorithm, err := p.atom()
	if err != nil {
		return err
	}
	algorithm = strings.ToUpper(algorithm)
	if algorithm != "ORDEREDSUBJECT" && algorithm != "REFERENCES" {
		return bad("Unknown threading algorithm")
	}
	t, err := p.charsetAndProgram()
	if err != nil {
		return err
	}
	var letters []letter
	var failed error
	err = s.walk(t, func(c *candidate) {
		l, err := c.letter(algorithm == "REFERENCES")
		if err != nil {
			failed = err
		}
		letters = append(letters, l)
	})
	if err := cmp.Or(err, failed); err != nil {
		return err
	}
	x.Fact("found", int64(len(letters)))
	var roots []*knot
	if algorithm == "REFERENCES" {
		roots = byReferences(letters)
	} else {
		roots = bySubject(letters)
	}
	var b strings.Builder
	b.WriteString("* THREAD")
	if len(roots) > 0 {
		b.WriteByte(' ')
	}
	for _, root := range roots {
		writeThread(&b, root, func(uid uint32) uint32 { return s.numbers(c, []uint32{uid})[0] })
	}
	return f.reply(b.String() + "\r\n")
}

// A letter is what threading asks of a message.
type letter struct {
	knot
	id   string
	refs []string
}

// maxReferences bounds the references that are followed of one message: the last ones.
const maxReferences = 100

func (c *candidate) letter(references bool) (letter, error) {
	l := letter{knot: knot{uid: c.msg.UID, date: sentDate(&c.msg)}}
	l.subject, l.reply = baseSubject(c.msg.Subject)
	if !references {
		return l, nil
	}
	h, err := c.fields()
	if err != nil {
		return l, err
	}
	if ids := h.IDs("Message-Id"); len(ids) > 0 {
		l.id = ids[0]
	}
	if l.refs = h.IDs("References"); len(l.refs) == 0 {
		if ids := h.IDs("In-Reply-To"); len(ids) > 0 {
			l.refs = ids[:1]
		}
	}
	if n := len(l.refs); n > maxReferences {
		l.refs = l.refs[n-maxReferences:]
	}
	return l, nil
}

// bySubject is ORDEREDSUBJECT: one level, by subject and date (RFC 5256 §3).
func bySubject(letters []letter) []*knot {
	groups := map[string]*knot{}
	var roots []*knot
	sortLetters(letters)
	for i := range letters {
		k := &letters[i].knot
		if first := groups[k.subject]; first != nil {
			first.children = append(first.children, k)
			continue
		}
		groups[k.subject] = k
		roots = append(roots, k)
	}
	return roots
}

func sortLetters(letters []letter) {
	slices.SortStableFunc(letters, func(a, b letter) int {
		return cmp.Or(a.date.Compare(b.date), cmp.Compare(a.uid, b.uid))
	})
}

// writeThread writes a thread (RFC 5256 §4): a message, then its only child after a
// space, or its children in parentheses of their own.
func writeThread(b *strings.Builder, root *knot, number func(uint32) uint32) {
	b.WriteByte('(')
	for k := root; ; {
		if k.uid != 0 {
			b.WriteString(strconv.FormatUint(uint64(number(k.uid)), 10))
		}
		if len(k.children) == 1 && k.uid != 0 {
			b.WriteByte(' ')
			k = k.children[0]
			continue
		}
		if len(k.children) > 0 && k.uid != 0 {
			b.WriteByte(' ')
		}
		for _, child := range k.children {
			writeThread(b, child, number)
		}
		break
	}
	b.WriteByte(')')
}
