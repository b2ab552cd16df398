package console

import (
	"fmt"
	"strings"

	"github.com/segursim/segursim/internal/journal"
)

// curl writes the command that sends an exchange's request again, for a POSIX
// shell. It is text to copy: nothing here runs it. What the command cannot carry
// (a binary body, a client's private key, the part of a body that the journal let
// go of) is said in comments before it.
func curl(e *journal.Entry) string {
	if !isHTTP(e) {
		return fmt.Sprintf("# %s %d: pas une requête HTTP, rien à rejouer avec curl / not an HTTP request, nothing for curl\n",
			comment(e.Transport), e.Seq)
	}
	h := parseHead(e.Request.Head)
	w := &curlWriter{}
	w.say("segursim %d %s %s (SIMULATEUR, TEST)", e.Seq, e.Service, e.Op)
	w.arg("--globoff")
	w.arg("--path-as-is")
	if e.Transport == "https" {
		w.say("ca.pem : GET /api/certs/ca.pem")
		w.arg("--cacert", "ca.pem")
	}
	if t := e.Peer.TLS; t != nil && t.SHA256 != "" {
		w.say("certificat client / client certificate: %s ; GET /api/certs/…pem", t.Subject)
		w.arg("--cert", "client.pem")
	}
	switch {
	case h.First == "HEAD":
		w.arg("--head")
	case h.First != "GET" || len(e.Request.Body) > 0:
		w.arg("--request", h.First)
	}
	if !strings.HasPrefix(h.Second, "/") && !strings.Contains(h.Second, "://") {
		w.arg("--request-target", h.Second)
	}
	w.headers(h, len(e.Request.Body) > 0)
	w.body(e)
	w.arg("--url", requestURL(e))
	return w.String()
}

type curlWriter struct {
	comments, args strings.Builder
}

func (w *curlWriter) say(format string, args ...any) {
	w.comments.WriteString("# " + comment(fmt.Sprintf(format, args...)) + "\n")
}

func (w *curlWriter) arg(option string, value ...string) {
	w.args.WriteString(" \\\n  " + option)
	for _, v := range value {
		w.args.WriteString(" " + shellQuote(v))
	}
}

func (w *curlWriter) String() string { return w.comments.String() + "curl" + w.args.String() + "\n" }

// headers repeats the request's lines, and takes away the ones that curl would
// add of its own.
func (w *curlWriter) headers(h httpHead, body bool) {
	for _, l := range h.Lines {
		switch strings.ToLower(l.Name) {
		case "host", "content-length", "transfer-encoding", "connection", "expect":
			continue // curl's own business
		case "accept-encoding":
			w.arg("--compressed")
			continue
		}
		if !isToken(l.Name) {
			w.say("en-tête omis / header left out: %q", l.Name)
			continue
		}
		if l.Value == "" {
			w.arg("--header", l.Name+";") // curl's way to send an empty value
			continue
		}
		w.arg("--header", l.Name+": "+l.Value)
	}
	for _, name := range []string{"User-Agent", "Accept"} {
		if h.get(name) == "" {
			w.arg("--header", name+":")
		}
	}
	if body && h.get("Content-Type") == "" {
		w.arg("--header", "Content-Type:")
	}
}

func (w *curlWriter) body(e *journal.Entry) {
	m := &e.Request
	if m.Truncated() {
		w.say("corps tronqué : %d octets gardés sur %d / body cut, %d bytes kept of %d", len(m.Body), m.Size, len(m.Body), m.Size)
	}
	switch {
	case len(m.Body) == 0:
	case isText(m.Body):
		// --data-raw takes the text as it is, a leading @ included.
		w.arg("--data-raw", string(m.Body))
	default:
		name := fmt.Sprintf("request-%d.bin", e.Seq)
		w.say("corps binaire / binary body: GET /api/journal/%d/request?part=body > %s", e.Seq, name)
		w.arg("--data-binary", "@"+name)
	}
}

// shellQuote makes one word of a POSIX shell (POSIX.1-2024, 2.2.2): between
// single quotes everything is literal but the single quote itself.
func shellQuote(s string) string {
	s = strings.ReplaceAll(s, "\x00", "") // no argument can hold it
	if s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:@%+=,") == "" {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// comment keeps a text on its own line.
func comment(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == 0x85 || r == 0x2028 || r == 0x2029 {
			return ' '
		}
		return r
	}, s)
}

// isToken tells whether a header's name is one (RFC 9110 §5.6.2).
func isToken(s string) bool {
	for i := range len(s) {
		if c := s[i]; c <= ' ' || c >= 0x7f || strings.IndexByte(`"(),/:;<=>?@[\]{}`, c) >= 0 {
			return false
		}
	}
	return s != ""
}
