package submission

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"

	"github.com/emersion/go-smtp"

	"github.com/segursim/segursim/internal/sim"
)

// A reply of one or several lines.
type reply struct {
	code     int
	enhanced string // RFC 3463: "5.7.1"; empty for none
	lines    []string
}

// bytes is the reply on the wire, with the enhanced code on every line (RFC 2034 §4).
func (r reply) bytes() []byte {
	var b bytes.Buffer
	for i, line := range r.lines {
		b.WriteString(strconv.Itoa(r.code))
		b.WriteByte("- "[btoi(i == len(r.lines)-1)])
		if r.enhanced != "" {
			b.WriteString(r.enhanced)
			b.WriteByte(' ')
		}
		b.WriteString(line)
		b.WriteString("\r\n")
	}
	return b.Bytes()
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// text is the reply as one line without codes.
func (r reply) text() string { return strings.Join(r.lines, " ") }

// shown is its first line with its codes.
func (r reply) shown() string { return strings.TrimSpace(strconv.Itoa(r.code) + " " + r.enhanced) }

// intermediate tells whether the client has to go on before the real reply.
func (r reply) intermediate() bool { return r.code/100 == 3 }

// cutReply takes the first whole reply off what go-smtp wrote. What is no reply is
// passed by as one without a code.
func cutReply(b []byte) (r reply, rest []byte, ok bool) {
	for {
		i := bytes.IndexByte(b, '\n')
		if i < 0 {
			return reply{}, nil, false
		}
		line := strings.TrimRight(string(b[:i]), "\r")
		b = b[i+1:]
		code, err := strconv.Atoi(line[:min(3, len(line))])
		if err != nil {
			return reply{lines: []string{line}}, b, true
		}
		text := ""
		if len(line) > 4 {
			text = line[4:]
		}
		r.code = code
		if e, t, ok := cutEnhanced(code, text); ok {
			r.enhanced, text = e, t
		}
		r.lines = append(r.lines, text)
		if len(line) < 4 || line[3] != '-' {
			return r, b, true
		}
	}
}

// cutEnhanced takes an enhanced code off a text, if it is one of the reply's class.
func cutEnhanced(code int, text string) (enhanced, rest string, ok bool) {
	head, rest, _ := strings.Cut(text, " ")
	if !isEnhanced(head) || int(head[0]-'0') != code/100 {
		return "", text, false
	}
	return head, rest, true
}

// isEnhanced tells whether s is class.subject.detail (RFC 3463 §2).
func isEnhanced(s string) bool {
	parts := strings.Split(s, ".")
	if len(parts) != 3 || len(parts[0]) != 1 || !strings.Contains("245", parts[0]) {
		return false
	}
	for _, p := range parts {
		if _, err := strconv.ParseUint(p, 10, 16); err != nil || len(p) > 3 {
			return false
		}
	}
	return true
}

// refusalReply is the reply to a refusal of an operation.
func refusalReply(op string, e *sim.Error) reply {
	r := byKind(op, e.Kind)
	if e.Status >= 200 && e.Status <= 599 && e.Status != r.code {
		r.code, r.enhanced = e.Status, fmt.Sprintf("%d.0.0", e.Status/100)
	}
	if isEnhanced(e.Code) && int(e.Code[0]-'0') == r.code/100 {
		r.enhanced = e.Code
	}
	if e.Text != "" {
		r.lines = nil
		for line := range strings.Lines(e.Text) {
			if len(r.lines) < 20 {
				r.lines = append(r.lines, ascii(strings.TrimRight(line, "\r\n")))
			}
		}
	}
	return r
}

// byKind is the reply of a refusal that does not say which one it wants.
func byKind(op string, k sim.Kind) reply {
	one := func(code int, enhanced, text string) reply { return reply{code, enhanced, []string{text}} }
	if op == opAuth { // RFC 4954 §4 and §6
		switch k {
		case sim.BadRequest:
			return one(501, "5.5.2", "Cannot decode response")
		case sim.NotFound:
			return one(504, "5.5.4", "Unrecognized authentication type")
		case sim.Unavailable, sim.Internal:
			return one(454, "4.7.0", "Temporary authentication failure")
		}
		return one(535, "5.7.8", "Authentication credentials invalid")
	}
	switch k {
	case sim.BadRequest:
		return one(501, "5.5.4", "Syntax error in parameters or arguments")
	case sim.Unauthorized:
		return one(530, "5.7.0", "Authentication required")
	case sim.Forbidden:
		return one(550, "5.7.1", "Not allowed")
	case sim.NotFound:
		return one(550, "5.1.1", "Mailbox unavailable")
	case sim.Conflict:
		return one(450, "4.2.0", "Mailbox busy")
	case sim.TooLarge:
		return one(552, "5.3.4", "Message size exceeds fixed limit")
	}
	return one(451, "4.3.0", "Requested action aborted: local error in processing")
}

// forLibrary is the reply as go-smtp takes it from a session: an error, whatever
// its code.
func (r reply) forLibrary() *smtp.SMTPError {
	out := &smtp.SMTPError{Code: r.code, EnhancedCode: smtp.NoEnhancedCode, Message: strings.Join(r.lines, "\n")}
	var a, b, c int
	if n, _ := fmt.Sscanf(r.enhanced, "%d.%d.%d", &a, &b, &c); n == 3 {
		out.EnhancedCode = smtp.EnhancedCode{a, b, c}
	}
	return out
}

// maxText bounds the text of one line of a reply (RFC 5321 §4.5.3.1.5: 512 in all).
const maxText = 480

// ascii is a text as a reply may hold it (RFC 5321 §4.2.1): printable ASCII, with
// the letters of French without their accents.
func ascii(s string) string {
	const (
		from = "àâäçéèêëîïôöùûüÿÀÂÄÇÉÈÊËÎÏÔÖÙÛÜŸ’‘“”«»–—…\u00a0"
		to   = "aaaceeeeiioouuuyAAACEEEEIIOOUUUY''\"\"\"\"--. "
	)
	plain := []rune(to)
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '\t', ' ' <= r && r < 0x7f:
			b.WriteRune(r)
		default:
			i := 0
			found := '?'
			for _, f := range from {
				if f == r {
					found = plain[i]
				}
				i++
			}
			b.WriteRune(found)
		}
		if b.Len() >= maxText {
			break
		}
	}
	return b.String()
}
