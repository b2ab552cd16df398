package reading

import (
	"slices"
	"strings"
	"time"

	"github.com/emersion/go-imap/v2"

	"github.com/segursim/segursim/mocks/mssante/mailbox"
)

// Bounds of a search.
const (
	maxKeys      = 200
	maxKeysDepth = 50
)

// A searcher reads the criteria of a search (RFC 9051 §6.4.4, RFC 5032).
type searcher struct {
	*lexer
	sel  *selected
	now  time.Time
	keys int
}

// program reads criteria to the end of the line.
func (p *searcher) program() (test, error) {
	var tests []test
	for {
		t, err := p.key(0)
		if err != nil {
			return test{}, err
		}
		tests = append(tests, t)
		if !p.special(' ') {
			break
		}
		if len(p.b) > 0 && (p.b[0] == '\r' || p.b[0] == '\n') {
			break // a blank at the end
		}
	}
	return both(tests), p.end()
}

// charset checks the charset of a search: texts are read as UTF-8.
func charset(name string) error {
	switch strings.ToUpper(name) {
	case "US-ASCII", "UTF-8":
		return nil
	}
	return no("BADCHARSET (US-ASCII UTF-8)", "This charset is not available")
}

// key reads one criterion.
func (p *searcher) key(depth int) (test, error) {
	if p.keys++; p.keys > maxKeys || depth > maxKeysDepth {
		return test{}, no("LIMIT", "Too many search keys")
	}
	if len(p.b) > 0 && p.b[0] == '(' {
		return p.group(depth)
	}
	word := p.while(func(b byte) bool { return atomChar(b) || b == '*' })
	switch name := strings.ToUpper(word); name {
	case "":
		return test{}, syntax("a search key is expected before %q", p.ahead())
	case "ALL", "OLD": // nothing is \Recent here
		return all(), nil
	case "NEW", "RECENT":
		return not(all()), nil
	case "ANSWERED", "DELETED", "DRAFT", "FLAGGED", "SEEN":
		return flagged(`\` + name), nil
	case "UNANSWERED", "UNDELETED", "UNDRAFT", "UNFLAGGED", "UNSEEN":
		return not(flagged(`\` + name[2:])), nil
	case "NOT":
		t, err := p.next(depth)
		return not(t), err
	case "OR":
		a, err := p.next(depth)
		if err != nil {
			return test{}, err
		}
		b, err := p.next(depth)
		return either(a, b), err
	case "$":
		return among(p.sel.saved()), nil
	case "UID":
		if err := p.space(); err != nil {
			return test{}, err
		}
		set, err := p.uidSet()
		if err != nil {
			return test{}, err
		}
		uids, err := p.sel.resolve(set)
		return among(uids), err
	case "MODSEQ":
		return test{}, bad("CONDSTORE is not available")
	default:
		if t, known, err := p.argued(name); known || err != nil {
			return t, err
		}
	}
	set, err := parseSet(word)
	if err != nil {
		return test{}, syntax("unknown search key %q", shortened(word))
	}
	uids, err := p.sel.resolve(seqSet(set))
	return among(uids), err
}

func shortened(s string) string {
	if len(s) > 20 {
		return s[:20] + "…"
	}
	return s
}

// next reads the criterion after a space.
func (p *searcher) next(depth int) (test, error) {
	if err := p.space(); err != nil {
		return test{}, err
	}
	return p.key(depth + 1)
}

// group reads criteria in parentheses.
func (p *searcher) group(depth int) (test, error) {
	var tests []test
	_, err := p.list(func() error {
		t, err := p.key(depth + 1)
		tests = append(tests, t)
		return err
	})
	if err == nil && len(tests) == 0 {
		err = syntax("an empty list of search keys")
	}
	if err != nil {
		return test{}, err
	}
	return both(tests), nil
}

// argued reads the criteria that have an argument; false when the name is none.
func (p *searcher) argued(name string) (test, bool, error) {
	switch name {
	case "KEYWORD", "UNKEYWORD", "BCC", "CC", "FROM", "SUBJECT", "TO", "HEADER", "BODY", "TEXT", "LARGER", "SMALLER", "OLDER", "YOUNGER",
		"BEFORE", "ON", "SINCE", "SENTBEFORE", "SENTON", "SENTSINCE":
	default:
		return test{}, false, nil
	}
	if err := p.space(); err != nil {
		return test{}, true, err
	}
	switch name {
	case "KEYWORD", "UNKEYWORD":
		flag, err := p.flag()
		if t := flagged(flag); name == "KEYWORD" {
			return t, true, err
		}
		return not(flagged(flag)), true, err
	case "LARGER", "SMALLER", "OLDER", "YOUNGER":
		n, err := p.number()
		return p.measured(name, n), true, err
	case "BEFORE", "ON", "SINCE", "SENTBEFORE", "SENTON", "SENTSINCE":
		t, err := p.date()
		return dated(name, day(t)), true, err
	case "HEADER":
		field, err := p.astring()
		if err != nil {
			return test{}, true, err
		}
		if err := p.space(); err != nil {
			return test{}, true, err
		}
		text, err := p.astring()
		return inHeader(field, text), true, err
	}
	text, err := p.astring()
	return worded(name, text), true, err
}

// measured are the criteria of a number.
func (p *searcher) measured(name string, n int64) test {
	limit := p.now.Add(-time.Duration(min(n, 1<<32)) * time.Second)
	switch name {
	case "LARGER":
		return row(func(c *candidate) bool { return c.msg.Size > n })
	case "SMALLER":
		return row(func(c *candidate) bool { return c.msg.Size < n })
	case "OLDER": // RFC 5032
		return row(func(c *candidate) bool { return !c.msg.Arrived.After(limit) })
	}
	return row(func(c *candidate) bool { return !c.msg.Arrived.Before(limit) })
}

// dated are the criteria of a day.
func dated(name string, d int) test {
	of := arrived
	name, isSent := strings.CutPrefix(name, "SENT")
	if isSent {
		of = sent
	}
	switch name {
	case "BEFORE":
		return of(func(x int) bool { return x < d })
	case "ON":
		return of(func(x int) bool { return x == d })
	}
	return of(func(x int) bool { return x >= d })
}

// worded are the criteria of a text.
func worded(name, text string) test {
	n := newNeedle(text)
	inRow := func(f func(*mailbox.Message) string) test {
		header := inHeader(name, text)
		return test{cost: ofText, ok: func(c *candidate) (bool, error) {
			kept := f(&c.msg)
			if len(kept) < longRow || n.in(kept) {
				return n.in(kept), nil
			}
			return header.ok(c) // the row may have cut it
		}}
	}
	switch name {
	case "SUBJECT":
		return inRow(func(m *mailbox.Message) string { return m.Subject })
	case "FROM":
		return inRow(func(m *mailbox.Message) string { return m.From })
	case "TO":
		return inRow(func(m *mailbox.Message) string { return m.To })
	case "TEXT":
		return inText(text)
	case "BODY":
		return inBody(text)
	}
	return inHeader(name, text)
}

// longRow is the length, in bytes, from which what a row keeps of a field may be cut.
const longRow = 490

// uidSet reads a set of UIDs, or "$" (RFC 5182).
func (p *searcher) uidSet() (imap.UIDSet, error) {
	if p.special('$') {
		return imap.SearchRes(), nil
	}
	set, err := parseSet(p.while(func(b byte) bool { return atomChar(b) || b == '*' }))
	if err != nil {
		return nil, err
	}
	var out imap.UIDSet
	for _, r := range set {
		out.AddRange(imap.UID(r[0]), imap.UID(r[1]))
	}
	return out, nil
}

func seqSet(set [][2]uint32) imap.SeqSet {
	var out imap.SeqSet
	for _, r := range set {
		out.AddRange(r[0], r[1])
	}
	return out
}

// parseSet reads a sequence set (RFC 9051 §9: sequence-set); 0 stands for "*".
func parseSet(s string) ([][2]uint32, error) {
	var out [][2]uint32
	for part := range strings.SplitSeq(s, ",") {
		a, b, isRange := strings.Cut(part, ":")
		first, err := parseNumber(a)
		if err != nil {
			return nil, err
		}
		last := first
		if isRange {
			if last, err = parseNumber(b); err != nil {
				return nil, err
			}
		}
		out = append(out, [2]uint32{first, last})
	}
	slices.SortFunc(out, func(a, b [2]uint32) int { return int(int64(a[0]) - int64(b[0])) })
	return out, nil
}
