package reading

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/segursim/segursim/internal/message"
	"github.com/segursim/segursim/mocks/mssante/mailbox"
)

// A sortKey is one criterion of SORT (RFC 5256 §3).
type sortKey struct {
	name    string
	reverse bool
}

// maxSortKeys bounds the criteria of one SORT.
const maxSortKeys = 16

// A sortable is a message with what it is sorted by.
type sortable struct {
	uid  uint32
	sent time.Time
	size int64
	when time.Time // of arrival
	// texts are those of the keys that are texts, in the order of the keys.
	texts []string
}

// answerSort answers SORT and UID SORT (RFC 5256).
func (f *front) answerSort(c *command, x *exchange) error {
	s := f.sess
	p := &searcher{lexer: c.lexer(), sel: s.sel, now: f.World().Clock.Now()}
	keys, err := p.sortKeys()
	if err != nil {
		return err
	}
	t, err := p.charsetAndProgram()
	if err != nil {
		return err
	}
	var rows []sortable
	var failed error
	err = s.walk(t, func(c *candidate) {
		row, err := c.sortable(keys)
		if err != nil {
			failed = err
		}
		rows = append(rows, row)
	})
	if err := cmp.Or(err, failed); err != nil {
		return err
	}
	slices.SortStableFunc(rows, func(a, b sortable) int { return compareBy(keys, &a, &b) })
	x.Fact("found", int64(len(rows)))
	uids := make([]uint32, len(rows))
	for i := range rows {
		uids[i] = rows[i].uid
	}
	var b strings.Builder
	b.WriteString("* SORT")
	for _, n := range s.numbers(c, uids) {
		b.WriteByte(' ')
		b.WriteString(strconv.FormatUint(uint64(n), 10))
	}
	return f.reply(b.String() + "\r\n")
}

// charsetAndProgram reads a charset, which SORT and THREAD want, and the criteria.
func (p *searcher) charsetAndProgram() (test, error) {
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
	return p.program()
}

func (p *searcher) sortKeys() ([]sortKey, error) {
	if err := p.space(); err != nil {
		return nil, err
	}
	var keys []sortKey
	reverse := false
	isList, err := p.list(func() error {
		name, err := p.atom()
		if err != nil {
			return err
		}
		switch name = strings.ToUpper(name); name {
		case "REVERSE":
			if reverse {
				return syntax("REVERSE twice")
			}
			reverse = true
			return nil
		case "ARRIVAL", "CC", "DATE", "FROM", "SIZE", "SUBJECT", "TO":
		default:
			return syntax("unknown sort key %q", shortened(name))
		}
		if len(keys) >= maxSortKeys {
			return no("LIMIT", "Too many sort keys")
		}
		keys = append(keys, sortKey{name, reverse})
		reverse = false
		return nil
	})
	switch {
	case err != nil:
		return nil, err
	case !isList || len(keys) == 0 || reverse:
		return nil, syntax("a list of sort keys is expected")
	}
	return keys, nil
}

// sortable reads what a message is sorted by.
func (c *candidate) sortable(keys []sortKey) (sortable, error) {
	row := sortable{uid: c.msg.UID, size: c.msg.Size, when: c.msg.Arrived, sent: sentDate(&c.msg)}
	for _, k := range keys {
		text := ""
		switch k.name {
		case "SUBJECT":
			text, _ = baseSubject(c.msg.Subject)
		case "FROM":
			text = localPart(c.msg.From)
		case "TO":
			text = localPart(c.msg.To)
		case "CC":
			h, err := c.fields()
			if err != nil {
				return row, err
			}
			text = localPart(h.Get("Cc"))
		}
		row.texts = append(row.texts, text)
	}
	return row, nil
}

// sentDate is the sent date of RFC 5256 §2.2: the arrival where there is none.
func sentDate(m *mailbox.Message) time.Time {
	if m.Sent.IsZero() {
		return m.Arrived
	}
	return m.Sent
}

// localPart is the mailbox of the first address of a list, in lower case (RFC 5256 §3:
// addr-mailbox).
func localPart(list string) string {
	addresses, err := message.ParseAddresses(list)
	if err != nil && len(addresses) == 0 {
		return ""
	}
	if len(addresses) == 0 {
		return ""
	}
	address := addresses[0].Address
	if at := strings.LastIndexByte(address, '@'); at >= 0 {
		address = address[:at]
	}
	return strings.ToLower(address)
}

// compareBy compares by the keys, then by the order in the folder.
func compareBy(keys []sortKey, a, b *sortable) int {
	for i, k := range keys {
		order := 0
		switch k.name {
		case "ARRIVAL":
			order = a.when.Compare(b.when)
		case "DATE":
			order = a.sent.Compare(b.sent)
		case "SIZE":
			order = cmp.Compare(a.size, b.size)
		default:
			order = strings.Compare(a.texts[i], b.texts[i])
		}
		if order != 0 {
			if k.reverse {
				return -order
			}
			return order
		}
	}
	return cmp.Compare(a.uid, b.uid)
}
