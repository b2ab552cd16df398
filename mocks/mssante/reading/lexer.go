package reading

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// atomChar is ATOM-CHAR (RFC 9051 §9), and bytes of UTF-8.
func atomChar(b byte) bool { return b > ' ' && b != 0x7f && !strings.ContainsRune(`(){%*"\]`, rune(b)) }

// astringChar is ASTRING-CHAR.
func astringChar(b byte) bool { return atomChar(b) || b == ']' }

// errSyntax says that arguments do not have their form; the text says where.
var errSyntax = errors.New("syntax error")

func syntax(format string, args ...any) error {
	return fmt.Errorf("%w: %s", errSyntax, fmt.Sprintf(format, args...))
}

// A lexer reads the arguments of a command.
type lexer struct {
	b        []byte
	literals [][]byte
}

// lexer reads the command's arguments, from the space after its name.
func (c *command) lexer() *lexer { return &lexer{b: c.text[c.args:], literals: c.literals} }

// special takes one byte if it comes next.
func (l *lexer) special(b byte) bool {
	if len(l.b) == 0 || l.b[0] != b {
		return false
	}
	l.b = l.b[1:]
	return true
}

// space takes the one space between arguments.
func (l *lexer) space() error {
	if !l.special(' ') {
		return syntax("a space is expected before %q", l.ahead())
	}
	return nil
}

// ahead shows what comes next, for an error.
func (l *lexer) ahead() string {
	b := bytes.TrimRight(l.b, "\r\n")
	if len(b) > 20 {
		b = b[:20]
	}
	return string(b)
}

// end expects the end of the line. Spaces before it are let pass, as many clients
// send them.
func (l *lexer) end() error {
	l.b = bytes.TrimLeft(l.b, " ")
	if len(l.b) > 0 && l.b[0] == '\r' {
		l.b = l.b[1:]
	}
	if len(l.b) != 1 || l.b[0] != '\n' {
		return syntax("the end of the line is expected before %q", l.ahead())
	}
	return nil
}

// while takes bytes as long as they are ok.
func (l *lexer) while(ok func(byte) bool) string {
	n := 0
	for n < len(l.b) && ok(l.b[n]) {
		n++
	}
	s := string(l.b[:n])
	l.b = l.b[n:]
	return s
}

func (l *lexer) atom() (string, error) {
	s := l.while(atomChar)
	if s == "" {
		return "", syntax("an atom is expected before %q", l.ahead())
	}
	return s, nil
}

// quotedOrLiteral reads a string; false when none comes next.
func (l *lexer) quotedOrLiteral() (string, bool, error) {
	switch {
	case l.special('"'):
		s, err := l.quoted()
		return s, true, err
	case len(l.b) > 0 && l.b[0] == '{':
		b, err := l.literal()
		return string(b), true, err
	}
	return "", false, nil
}

func (l *lexer) quoted() (string, error) {
	var out []byte
	for i := 0; i < len(l.b); i++ {
		switch b := l.b[i]; b {
		case '"':
			l.b = l.b[i+1:]
			return string(out), nil
		case '\\':
			if i++; i >= len(l.b) || l.b[i] != '"' && l.b[i] != '\\' {
				return "", syntax(`only " and \ are escaped in a quoted string`)
			}
			out = append(out, l.b[i])
		case '\r', '\n', 0:
			return "", syntax("the quoted string does not end")
		default:
			out = append(out, b)
		}
	}
	return "", syntax("the quoted string does not end")
}

// literal takes the literal that comes next.
func (l *lexer) literal() ([]byte, error) {
	end := bytes.IndexByte(l.b, '\n')
	if end < 0 || len(l.literals) == 0 {
		return nil, syntax("a literal is expected before %q", l.ahead())
	}
	if _, _, at, ok := literalAt(l.b[:end+1]); !ok || at != 0 {
		return nil, syntax("a literal is expected before %q", l.ahead())
	}
	b := l.literals[0]
	l.b, l.literals = l.b[end+1:], l.literals[1:]
	return b, nil
}

func (l *lexer) astring() (string, error) {
	if s, ok, err := l.quotedOrLiteral(); ok || err != nil {
		return s, err
	}
	s := l.while(astringChar)
	if s == "" {
		return "", syntax("a string is expected before %q", l.ahead())
	}
	return s, nil
}

// nstring is a string or NIL, told apart by false.
func (l *lexer) nstring() (string, bool, error) {
	s, ok, err := l.quotedOrLiteral()
	if ok || err != nil {
		return s, true, err
	}
	if a, err := l.atom(); err != nil || !strings.EqualFold(a, "NIL") {
		return "", false, syntax("a string or NIL is expected before %q", l.ahead())
	}
	return "", false, nil
}

// mailbox is the name of a folder, decoded (RFC 3501 §5.1.3; RFC 9051 §5.1 for UTF-8).
func (l *lexer) mailbox() (string, error) {
	s, err := l.astring()
	if err != nil {
		return "", err
	}
	name, err := decodeName(s)
	if err != nil {
		return "", syntax("%v", err)
	}
	return name, nil
}

// list calls item for each element of a parenthesised list, which may be empty; false
// when no list comes next.
func (l *lexer) list(item func() error) (bool, error) {
	if !l.special('(') {
		return false, nil
	}
	for !l.special(')') {
		if err := item(); err != nil {
			return true, err
		}
		if len(l.b) > 0 && l.b[0] == ')' {
			continue
		}
		if err := l.space(); err != nil {
			return true, err
		}
	}
	return true, nil
}

func (l *lexer) number() (int64, error) {
	s := l.while(func(b byte) bool { return b >= '0' && b <= '9' })
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return 0, syntax("a number is expected before %q", l.ahead())
	}
	return n, nil
}

// flag is a flag or a keyword (RFC 9051 §2.3.2).
func (l *lexer) flag() (string, error) {
	system := l.special('\\')
	s, err := l.atom()
	if err != nil {
		return "", err
	}
	if system {
		return `\` + s, nil
	}
	return s, nil
}

// date is a day: "1-Feb-2026", quoted or not; in UTC.
func (l *lexer) date() (time.Time, error) {
	s, err := l.astring()
	if err != nil {
		return time.Time{}, err
	}
	t, err := time.Parse("2-Jan-2006", s)
	if err != nil {
		return time.Time{}, syntax("%q is not a date: 1-Feb-2026", s)
	}
	return t, nil
}
