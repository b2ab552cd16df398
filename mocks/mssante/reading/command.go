package reading

import (
	"bytes"
	"errors"
	"strconv"
	"strings"
)

// Bounds of what a client sends, in bytes.
const (
	maxCommand      = 48 << 10 // a command without its literals; the library takes 50 kB
	maxClearCommand = 8 << 10  // the same before TLS
	maxLiteral      = 8 << 10  // a literal that is not a message
	maxLiterals     = 64       // in one command
	maxTag          = 64
	maxName         = 32
)

// A command is one command of a client, read whole.
type command struct {
	tag  string
	name string // in upper case, without "UID"
	uid  bool   // "UID FETCH"
	// text is the command as it came, without the bytes of its literals: each
	// "{n}" and its line end stand where they were.
	text []byte
	args int // where the arguments begin in text
	// literals are the bytes of the literals, in order.
	literals [][]byte
	// spans are where the "{n}CRLF" of the literals stand in text.
	spans [][2]int
	// size is how many bytes it took on the wire.
	size int64
	// initial tells whether AUTHENTICATE came with an initial response.
	initial bool
	// early is the answer to a command that was refused before it was whole: its
	// literal is too large, say.
	early *refusal
}

// title is the name with its prefix: "UID FETCH".
func (c *command) title() string {
	if c.uid {
		return "UID " + c.name
	}
	return c.name
}

// rest is what follows the name, without the line end.
func (c *command) rest() []byte { return bytes.TrimRight(c.text[c.args:], "\r\n") }

// Errors of reading a command.
var (
	errTag       = errors.New("a command begins with a tag")
	errNoCommand = errors.New("a command name follows the tag")
	errBytes     = errors.New("a command holds no NUL, and carriage returns only at its line ends")
)

// parseStart reads tag and name off the first line. The tag is returned as far as
// it could be read (RFC 9051 §9: tag).
func (c *command) parseStart() error {
	line := bytes.TrimRight(c.text, "\r\n")
	if bytes.IndexByte(line, 0) >= 0 || bytes.IndexByte(line, '\r') >= 0 {
		return errBytes
	}
	tag, rest, ok := bytes.Cut(line, []byte(" "))
	if len(tag) == 0 || len(tag) > maxTag || bytes.ContainsFunc(tag, func(r rune) bool { return r == '+' || r > 0x7e || !astringChar(byte(r)) }) {
		return errTag
	}
	c.tag = string(tag)
	if !ok {
		return errNoCommand
	}
	name, more := word(rest)
	c.args = len(line) - len(more)
	if strings.EqualFold(name, "UID") {
		sub, ok := bytes.CutPrefix(more, []byte(" "))
		name, more = word(sub)
		if !ok {
			name = ""
		}
		c.uid = true
		c.args = len(line) - len(more)
	}
	if name == "" || len(name) > maxName {
		return errNoCommand
	}
	c.name = strings.ToUpper(name)
	return nil
}

// word takes an atom off the front of a line.
func word(b []byte) (string, []byte) {
	n := 0
	for n < len(b) && atomChar(b[n]) {
		n++
	}
	return string(b[:n]), b[n:]
}

// literalAt reads the "{n}" or "{n+}" that a line ends with (RFC 9051 §4.3, RFC
// 7888), and where it begins.
func literalAt(line []byte) (size int64, sync bool, at int, ok bool) {
	b := bytes.TrimRight(line, "\r\n")
	if len(b) == 0 || b[len(b)-1] != '}' {
		return 0, false, 0, false
	}
	at = bytes.LastIndexByte(b, '{')
	if at < 0 {
		return 0, false, 0, false
	}
	digits, plus := strings.CutSuffix(string(b[at+1:len(b)-1]), "+")
	if digits == "" || len(digits) > 10 || strings.Trim(digits, "0123456789") != "" {
		return 0, false, 0, false
	}
	size, err := strconv.ParseInt(digits, 10, 64)
	return size, !plus, at, err == nil && size <= 1<<32-1
}

// Errors of giving a command to the library.
var (
	errLiteral = errors.New("a literal holds NUL or a line end")
	errQuoted  = errors.New("a quoted string does not end")
)

// closed tells whether every quoted string of a line ends: the library would look for
// the end in the lines that follow.
func closed(line []byte) bool {
	quoted := false
	for i := 0; i < len(line); i++ {
		switch {
		case line[i] == '"':
			quoted = !quoted
		case line[i] == '\\' && quoted:
			i++
		}
	}
	return !quoted
}

// line is the command on one line, for the library: literals become quoted strings,
// which its decoder takes whatever their length. A literal in which a quoted string
// would not do is refused: no command that the library serves has a use for it.
func (c *command) line() ([]byte, error) {
	if !closed(c.text) {
		return nil, errQuoted
	}
	if len(c.literals) == 0 {
		return c.text, nil
	}
	out := make([]byte, 0, len(c.text)+64)
	from := 0
	for i, lit := range c.literals {
		out = append(out, c.text[from:c.spans[i][0]]...)
		from = c.spans[i][1]
		if bytes.ContainsAny(lit, "\x00\r\n") {
			return nil, errLiteral
		}
		out = append(out, '"')
		for _, b := range lit {
			if b == '"' || b == '\\' {
				out = append(out, '\\')
			}
			out = append(out, b)
		}
		out = append(out, '"')
	}
	if out = append(out, c.text[from:]...); len(out) > maxCommand {
		return nil, errLong
	}
	return out, nil
}

// continued is what the journal keeps of a line that the library waited for.
func (c *command) continued(line []byte) []byte {
	if c.name == "AUTHENTICATE" {
		return mask(line)
	}
	return line
}

// folder is the folder that a command names first, for the journal.
func (c *command) folder() (string, bool) {
	switch c.name {
	case "SELECT", "EXAMINE", "CREATE", "DELETE", "RENAME", "SUBSCRIBE", "UNSUBSCRIBE", "STATUS", "APPEND", "GETQUOTAROOT":
	default:
		return "", false
	}
	l := c.lexer()
	if l.space() != nil {
		return "", false
	}
	name, err := l.mailbox()
	return name, err == nil
}

// destination is the folder that a command names last: where COPY, MOVE and RENAME go.
func (c *command) destination() (string, bool) {
	l := c.lexer()
	switch c.name {
	case "COPY", "MOVE":
		if l.space() != nil || l.while(func(b byte) bool { return b > ' ' }) == "" || l.space() != nil {
			return "", false
		}
	case "RENAME":
		if l.space() != nil {
			return "", false
		}
		if _, err := l.mailbox(); err != nil || l.space() != nil {
			return "", false
		}
	default:
		return "", false
	}
	name, err := l.mailbox()
	return name, err == nil
}
