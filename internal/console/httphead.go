package console

import (
	"strings"

	"github.com/segursim/segursim/internal/journal"
)

// A headLine is one header line as it was on the wire.
type headLine struct{ Name, Value string }

// httpHead is a parsed head: the three parts of its start line, and its lines in
// their order.
type httpHead struct {
	First, Second, Third string // "POST" "/token" "HTTP/1.1", or "HTTP/1.1" "200" "OK"
	Lines                []headLine
}

// parseHead reads an HTTP head leniently: what is not a header line is left out,
// a folded line is joined to the one before it.
func parseHead(b []byte) httpHead {
	var h httpHead
	start, rest, _ := strings.Cut(string(b), "\n")
	parts := strings.SplitN(strings.TrimRight(start, "\r"), " ", 3)
	for len(parts) < 3 {
		parts = append(parts, "")
	}
	h.First, h.Second, h.Third = parts[0], parts[1], parts[2]
	for line := range strings.SplitSeq(rest, "\n") {
		line = strings.TrimRight(line, "\r")
		if n := len(h.Lines); n > 0 && line != "" && (line[0] == ' ' || line[0] == '\t') {
			h.Lines[n-1].Value += " " + strings.TrimSpace(line)
			continue
		}
		if name, value, ok := strings.Cut(line, ":"); ok && name != "" {
			h.Lines = append(h.Lines, headLine{name, strings.TrimSpace(value)})
		}
	}
	return h
}

// get returns the first value of a header, whatever its case.
func (h httpHead) get(name string) string {
	for _, l := range h.Lines {
		if strings.EqualFold(l.Name, name) {
			return l.Value
		}
	}
	return ""
}

// isHTTP tells whether an entry is an HTTP exchange with a request that was
// understood as one.
func isHTTP(e *journal.Entry) bool {
	if e.Transport != "http" && e.Transport != "https" {
		return false
	}
	h := parseHead(e.Request.Head)
	return h.First != "" && h.Second != "" && strings.HasPrefix(h.Third, "HTTP/")
}

// requestURL is the absolute URL of an HTTP exchange.
func requestURL(e *journal.Entry) string {
	h := parseHead(e.Request.Head)
	if strings.Contains(h.Second, "://") {
		return h.Second
	}
	host := h.get("Host")
	if host == "" {
		host = "localhost"
	}
	if !strings.HasPrefix(h.Second, "/") { // OPTIONS *
		return e.Transport + "://" + host + "/"
	}
	return e.Transport + "://" + host + h.Second
}
