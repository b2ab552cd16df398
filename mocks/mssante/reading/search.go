package reading

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/segursim/segursim/internal/store"
)

// returnOptions are what SEARCH RETURN (…) asks for (RFC 4731, RFC 5182).
type returnOptions struct {
	extended            bool // RETURN was there, or the client enabled IMAP4rev2
	min, max, all, save bool
	count               bool
}

// answerSearch answers SEARCH and UID SEARCH (RFC 9051 §6.4.4).
func (f *front) answerSearch(c *command, x *exchange) error {
	s := f.sess
	p := &searcher{lexer: c.lexer(), sel: s.sel, now: f.World().Clock.Now()}
	options, err := p.options()
	if err != nil {
		return err
	}
	options.extended = options.extended || f.enabled("IMAP4rev2")
	t, err := p.criteria()
	if err != nil {
		return s.forgetResult(options, err)
	}
	var uids []uint32
	err = s.walk(t, func(c *candidate) { uids = append(uids, c.msg.UID) })
	if err != nil {
		return s.forgetResult(options, err)
	}
	x.Fact("found", int64(len(uids)))
	if options.save {
		s.sel.save(options, uids)
	}
	return f.reply(s.searchAnswer(c, options, uids))
}

// options reads RETURN, when it is there.
func (p *searcher) options() (returnOptions, error) {
	var o returnOptions
	if err := p.space(); err != nil {
		return o, err
	}
	if !p.keyword("RETURN") {
		return o, nil
	}
	o.extended = true
	if err := p.space(); err != nil {
		return o, err
	}
	isList, err := p.list(func() error {
		name, err := p.atom()
		switch strings.ToUpper(name) {
		case "MIN":
			o.min = true
		case "MAX":
			o.max = true
		case "ALL":
			o.all = true
		case "COUNT":
			o.count = true
		case "SAVE":
			o.save = true
		default:
			if err == nil {
				err = syntax("unknown option %q of RETURN", shortened(name))
			}
		}
		return err
	})
	if err != nil || !isList {
		return o, errOr(err, "a list of options is expected after RETURN")
	}
	if !o.min && !o.max && !o.count && !o.save {
		o.all = true // RFC 4731 §3.1
	}
	return o, p.space()
}

func errOr(err error, text string) error {
	if err != nil {
		return err
	}
	return syntax("%s", text)
}

// keyword takes a word if it comes next, whole.
func (p *searcher) keyword(word string) bool {
	if len(p.b) <= len(word) || !strings.EqualFold(string(p.b[:len(word)]), word) || p.b[len(word)] != ' ' {
		return false
	}
	p.b = p.b[len(word):]
	return true
}

// criteria reads CHARSET, when it is there, and the criteria.
func (p *searcher) criteria() (test, error) {
	if p.keyword("CHARSET") {
		if err := p.space(); err != nil {
			return test{}, err
		}
		name, err := p.astring()
		if err != nil {
			return test{}, err
		}
		if err := charset(name); err != nil {
			return test{}, err
		}
		if err := p.space(); err != nil {
			return test{}, err
		}
	}
	return p.program()
}

// walkCheck is how many messages are looked at between two looks at the connection.
const walkCheck = 256

// walk calls f with the messages of the selected folder that pass a test, by UID: those
// that the client knows and that are still there.
func (s *session) walk(t test, f func(*candidate)) error {
	return s.view(func(tx *store.Txn) error {
		sel, looked := s.sel, 0
		look := func(c *candidate) error {
			if looked++; looked%walkCheck == 0 {
				select {
				case <-s.front.Gone():
					return errVanished
				default:
				}
			}
			ok, err := t.ok(c)
			if ok && err == nil {
				f(c)
			}
			return err
		}
		if t.limited && uint32(len(t.uids)) < sel.view.count()/8+1 {
			for _, uid := range t.uids {
				if m, ok := s.srv.mail.Message(tx, sel.id, uid); ok {
					if err := look(&candidate{msg: m, mail: s.srv.mail, tx: tx}); err != nil {
						return err
					}
				}
			}
			return nil
		}
		c := &candidate{mail: s.srv.mail, tx: tx}
		for m := range s.srv.mail.Messages(tx, sel.id) {
			if _, ok := sel.view.seq(m.UID); !ok {
				continue
			}
			*c = candidate{msg: m, mail: s.srv.mail, tx: tx}
			if err := look(c); err != nil {
				return err
			}
		}
		return nil
	})
}

// save keeps a result for "$" (RFC 5182 §2.1).
func (s *selected) save(o returnOptions, uids []uint32) {
	s.result = view{}
	if len(uids) == 0 {
		return
	}
	if (o.min || o.max) && !o.all && !o.count {
		if o.min {
			s.result.add(uids[0])
		}
		if last := uids[len(uids)-1]; o.max && last != s.result.last() {
			s.result.add(last)
		}
		return
	}
	for _, uid := range uids {
		s.result.add(uid)
	}
}

// forgetResult empties "$" when a search that was to fill it is refused (RFC 5182
// §2.1), but not when it made no sense.
func (s *session) forgetResult(o returnOptions, err error) error {
	if o.save && s.front.refusalFor(err).status == "NO" {
		s.sel.result = view{}
	}
	return err
}

// searchAnswer writes the answer: SEARCH, or ESEARCH (RFC 9051 §7.3.4) where the client
// asked for it.
func (s *session) searchAnswer(c *command, o returnOptions, uids []uint32) string {
	numbers := s.numbers(c, uids)
	if !o.extended {
		var b strings.Builder
		b.WriteString("* SEARCH")
		for _, n := range numbers {
			b.WriteByte(' ')
			b.WriteString(strconv.FormatUint(uint64(n), 10))
		}
		return b.String() + "\r\n"
	}
	if !o.min && !o.max && !o.count && !o.all {
		if o.save {
			return "" // RFC 5182 §2.1: nothing was asked for but to keep it
		}
		o.all = true
	}
	out := fmt.Sprintf("* ESEARCH (TAG %s)", quote(c.tag))
	if c.uid {
		out += " UID"
	}
	if n := len(numbers); n > 0 {
		if o.min {
			out += fmt.Sprintf(" MIN %d", numbers[0])
		}
		if o.max {
			out += fmt.Sprintf(" MAX %d", numbers[n-1])
		}
		if o.all {
			out += " ALL " + setOf(numbers)
		}
	}
	if o.count {
		out += fmt.Sprintf(" COUNT %d", len(numbers))
	}
	return out + "\r\n"
}

// numbers are the UIDs, or the sequence numbers, that a command answers with.
func (s *session) numbers(c *command, uids []uint32) []uint32 {
	if c.uid {
		return uids
	}
	out := make([]uint32, 0, len(uids))
	for _, uid := range uids {
		if seq, ok := s.sel.view.seq(uid); ok {
			out = append(out, seq)
		}
	}
	return out
}

// setOf writes numbers, ascending, as a sequence set.
func setOf(numbers []uint32) string {
	var b strings.Builder
	for i := 0; i < len(numbers); {
		j := i
		for j+1 < len(numbers) && numbers[j+1] == numbers[j]+1 {
			j++
		}
		if b.Len() > 0 {
			b.WriteByte(',')
		}
		b.WriteString(strconv.FormatUint(uint64(numbers[i]), 10))
		if j > i {
			b.WriteByte(':')
			b.WriteString(strconv.FormatUint(uint64(numbers[j]), 10))
		}
		i = j + 1
	}
	return b.String()
}
