package pdfa

import (
	"bytes"
	"errors"
	"strconv"
)

// The values of a PDF (PDF Reference 1.4 §3.2) that a check needs: name, int, float64,
// dict, list, ref and stream as below; nil for null, strings, booleans.
type (
	name string
	dict map[name]any
	list []any // without its numbers and strings
	ref  int   // number of an object; its generation does not matter
)

// A stream is an object with data, as they are in the file.
type stream struct {
	dict dict
	data []byte
}

// Bounds of parsing.
const (
	maxNesting = 64
	maxValues  = 2_000_000
)

var (
	errSyntax = errors.New("not a value")
	errLimit  = errors.New("too many values, or nested too deep")
)

// A parser reads values from b, forward from pos.
type parser struct {
	b      []byte
	pos    int
	depth  int
	values *int // left to read
}

func isSpace(c byte) bool {
	return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\f' || c == 0
}

func isDelimiter(c byte) bool {
	return c == '(' || c == ')' || c == '<' || c == '>' || c == '[' || c == ']' || c == '{' || c == '}' || c == '/' || c == '%'
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// space skips white space and comments.
func (p *parser) space() {
	for p.pos < len(p.b) {
		switch c := p.b[p.pos]; {
		case isSpace(c):
			p.pos++
		case c == '%':
			for p.pos < len(p.b) && p.b[p.pos] != '\n' && p.b[p.pos] != '\r' {
				p.pos++
			}
		default:
			return
		}
	}
}

// prefix skips s where it comes next.
func (p *parser) prefix(s string) bool {
	if bytes.HasPrefix(p.b[p.pos:], []byte(s)) {
		p.pos += len(s)
		return true
	}
	return false
}

// value reads one value.
func (p *parser) value() (any, error) {
	p.space()
	if p.pos >= len(p.b) {
		return nil, errSyntax
	}
	if *p.values--; *p.values < 0 || p.depth > maxNesting {
		return nil, errLimit
	}
	switch c := p.b[p.pos]; {
	case c == '/':
		return p.name(), nil
	case c == '(':
		return nil, p.literal()
	case p.prefix("<<"):
		return p.dict()
	case c == '<':
		end := bytes.IndexByte(p.b[p.pos:], '>')
		if end < 0 {
			p.pos = len(p.b)
			return nil, errSyntax
		}
		p.pos += end + 1
		return nil, nil
	case c == '[':
		p.pos++
		return p.list()
	case isDigit(c), c == '+', c == '-', c == '.':
		return p.number()
	case p.prefix("true"), p.prefix("false"), p.prefix("null"):
		return nil, nil
	}
	return nil, errSyntax
}

func (p *parser) name() name {
	p.pos++
	start := p.pos
	for p.pos < len(p.b) && !isSpace(p.b[p.pos]) && !isDelimiter(p.b[p.pos]) {
		p.pos++
	}
	raw := p.b[start:p.pos]
	if !bytes.ContainsRune(raw, '#') {
		return name(raw)
	}
	var out []byte
	for i := 0; i < len(raw); i++ {
		if raw[i] == '#' && i+2 < len(raw) {
			if v, err := strconv.ParseUint(string(raw[i+1:i+3]), 16, 8); err == nil {
				out = append(out, byte(v))
				i += 2
				continue
			}
		}
		out = append(out, raw[i])
	}
	return name(out)
}

// literal skips a string in parentheses, which nest.
func (p *parser) literal() error {
	open := 0
	for ; p.pos < len(p.b); p.pos++ {
		switch p.b[p.pos] {
		case '\\':
			p.pos++
		case '(':
			open++
		case ')':
			if open--; open == 0 {
				p.pos++
				return nil
			}
		}
	}
	p.pos = len(p.b)
	return errSyntax
}

func (p *parser) dict() (any, error) {
	p.depth++
	defer func() { p.depth-- }()
	d := dict{}
	for {
		p.space()
		if p.prefix(">>") {
			return d, nil
		}
		if p.pos >= len(p.b) || p.b[p.pos] != '/' {
			return nil, errSyntax
		}
		key := p.name()
		v, err := p.value()
		if err != nil {
			return nil, err
		}
		d[key] = v
	}
}

func (p *parser) list() (any, error) {
	p.depth++
	defer func() { p.depth-- }()
	var l list
	for {
		p.space()
		if p.prefix("]") {
			return l, nil
		}
		v, err := p.value()
		if err != nil {
			return nil, err
		}
		switch v.(type) {
		case nil, int, float64:
		default:
			l = append(l, v)
		}
	}
}

// number reads a number, or a reference: two integers and an R.
func (p *parser) number() (any, error) {
	start := p.pos
	for p.pos < len(p.b) && (isDigit(p.b[p.pos]) || p.b[p.pos] == '+' || p.b[p.pos] == '-' || p.b[p.pos] == '.') {
		p.pos++
	}
	word := string(p.b[start:p.pos])
	n, err := strconv.Atoi(word)
	if err != nil {
		f, err := strconv.ParseFloat(word, 64)
		if err != nil {
			return nil, errSyntax
		}
		return f, nil
	}

	// At most ten characters further: "1 0 R".
	at := p.pos
	for at < len(p.b) && isSpace(p.b[at]) {
		at++
	}
	digits := at
	for at < len(p.b) && at < digits+5 && isDigit(p.b[at]) {
		at++
	}
	if at == digits || n < 0 {
		return n, nil
	}
	for at < len(p.b) && isSpace(p.b[at]) {
		at++
	}
	if at < len(p.b) && p.b[at] == 'R' && (at+1 == len(p.b) || isSpace(p.b[at+1]) || isDelimiter(p.b[at+1])) {
		p.pos = at + 1
		return ref(n), nil
	}
	return n, nil
}
