package evidence

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/segursim/segursim/internal/journal"
)

// An exchangeView is one exchange's folder, and what the report shows of it.
type exchangeView struct {
	Seq      uint64
	Folder   string // "exchanges/012-psc-token"
	Anchor   string
	Time     string // time code
	Service  string
	Op       string
	Status   int
	Outcome  journal.Outcome
	Summary  string
	Steps    []string
	Causes   []journal.Cause
	Fault    string
	Request  string // as shown in the report, cut
	Response string
	files    map[string][]byte
}

// A meta is an exchange's meta.json.
type meta struct {
	Seq        uint64          `json:"seq"`
	ID         string          `json:"id,omitempty"`
	Time       time.Time       `json:"time"`
	Timecode   string          `json:"timecode"`
	Duration   time.Duration   `json:"duration_ns"`
	Transport  string          `json:"transport"`
	Service    string          `json:"service,omitempty"`
	Op         string          `json:"op,omitempty"`
	Provenance string          `json:"provenance,omitempty"`
	Status     int             `json:"status"`
	Outcome    journal.Outcome `json:"outcome"`
	Summary    string          `json:"summary,omitempty"`
	Steps      []string        `json:"steps,omitempty"`
	Facts      any             `json:"facts,omitempty"`
	Causes     []journal.Cause `json:"causes,omitempty"`
	Fault      string          `json:"fault,omitempty"`
	Peer       journal.Peer    `json:"peer"`
	Request    part            `json:"request"`
	Response   part            `json:"response"`
}

// A part describes one direction's file.
type part struct {
	Files []string `json:"files,omitempty"`
	Size  int64    `json:"size"` // of the whole body on the wire
	// SHA256 is the whole body's when the journal kept only a part of it.
	SHA256    string `json:"sha256,omitempty"`
	Rebuilt   bool   `json:"rebuilt,omitempty"`   // head written from the parsed header
	Truncated bool   `json:"truncated,omitempty"` // the journal kept a part
	Shortened bool   `json:"shortened,omitempty"` // secrets were shortened
	Decoded   string `json:"decoded,omitempty"`   // Content-Encoding that was undone to look inside
}

// exchange makes an exchange's folder.
func (v *view) exchange(e *journal.Entry, steps []string) exchangeView {
	x := exchangeView{
		Seq: e.Seq, Anchor: fmt.Sprintf("x%d", e.Seq), Time: timecode(e.Time.Sub(v.Run.Started)),
		Folder:  fmt.Sprintf("exchanges/%03d-%s-%s", e.Seq, clean(e.Service), clean(e.Op)),
		Service: e.Service, Op: e.Op, Status: e.Status, Outcome: e.Outcome, Summary: v.red.text(e.Summary),
		Steps: steps, Fault: e.Fault, files: map[string][]byte{},
	}
	for _, c := range e.Causes {
		x.Causes = append(x.Causes, *v.cause(&c))
	}
	m := meta{
		Seq: e.Seq, ID: e.ID, Time: e.Time.UTC(), Timecode: x.Time, Duration: e.Duration, Transport: e.Transport,
		Service: e.Service, Op: e.Op, Provenance: e.Provenance, Status: e.Status, Outcome: e.Outcome,
		Summary: x.Summary, Steps: steps, Facts: v.facts(e), Causes: x.Causes, Fault: e.Fault, Peer: e.Peer,
	}
	m.Request, x.Request = v.direction(x.files, "request", e.Transport, &e.Request)
	m.Response, x.Response = v.direction(x.files, "response", e.Transport, &e.Response)
	x.files["meta.json"] = indented(m)
	return x
}

func (v *view) facts(e *journal.Entry) any {
	if len(e.Facts) == 0 {
		return nil
	}
	return v.red.facts(map[string]any(e.Facts), "", "")
}

// direction writes one direction's files, and returns what the report shows.
func (v *view) direction(files map[string][]byte, name, transport string, m *journal.Message) (part, string) {
	p := part{Size: m.Size, SHA256: m.SHA256, Rebuilt: m.Rebuilt, Truncated: m.Truncated()}
	head, body, decoded := v.message(m)
	p.Decoded = decoded
	p.Shortened = !bytes.Equal(head, m.Head) || decoded == "" && !bytes.Equal(body, m.Body) || decoded != ""
	whole := raw(head, body, extension(transport) == "http")
	if len(whole) == 0 {
		return p, ""
	}
	add := func(ext string, b []byte) {
		files[name+"."+ext] = b
		p.Files = append(p.Files, name+"."+ext)
	}
	if transport == "smtp" {
		// The dialogue is one thing, the message another: mail readers open the latter.
		if len(head) > 0 {
			add("txt", head)
		}
		if len(body) > 0 {
			add("eml", body)
		}
		return p, shown(whole)
	}
	add(extension(transport), whole)
	if extension(transport) == "http" && isXML(body) {
		add("xml", body)
	}
	return p, shown(whole)
}

// shortened is a message without its secrets.
type shortened struct {
	head, body []byte
	decoded    string // Content-Encoding that was undone to look inside
}

// message shortens a message, once.
func (v *view) message(m *journal.Message) (head, body []byte, decoded string) {
	s, ok := v.messages[m]
	if !ok {
		s = v.shorten(m)
		v.messages[m] = s
	}
	return s.head, s.body, s.decoded
}

// shorten undoes a compressed body when that shows secrets in it.
func (v *view) shorten(m *journal.Message) shortened {
	s := shortened{head: v.red.bytes(m.Head), body: v.red.bytes(m.Body)}
	if m.Header.Get("Content-Encoding") != "gzip" || v.red.keep {
		return s
	}
	z, err := gzip.NewReader(bytes.NewReader(m.Body))
	if err != nil {
		return s
	}
	// A part of a stream ends in an error: what came before it counts.
	plain, _ := io.ReadAll(io.LimitReader(z, 4<<20))
	if clean := v.red.bytes(plain); !bytes.Equal(clean, plain) {
		s.body, s.decoded = clean, "gzip"
	}
	return s
}

// raw puts head and body together, with the empty line of HTTP between them.
func raw(head, body []byte, http bool) []byte {
	if !http || len(head) == 0 {
		return append(bytes.Clone(head), body...)
	}
	head = bytes.TrimRight(head, "\r\n")
	out := append(bytes.Clone(head), "\r\n\r\n"...)
	return append(out, body...)
}

// extension is the file type of a transport's messages.
func extension(transport string) string {
	switch transport {
	case "http", "https":
		return "http"
	case "mllp":
		return "er7"
	}
	return "txt"
}

func isXML(b []byte) bool {
	t := bytes.TrimLeft(bytes.TrimPrefix(b, []byte("\xef\xbb\xbf")), " \t\r\n")
	return bytes.HasPrefix(t, []byte("<?xml")) || bytes.HasPrefix(t, []byte("<")) && !bytes.HasPrefix(bytes.ToLower(t), []byte("<!doctype html")) && !bytes.HasPrefix(bytes.ToLower(t), []byte("<html"))
}

// maxShown is how much of a message the report shows.
const maxShown = 8 << 10

// shown is a message as text, cut.
func shown(b []byte) string {
	if !utf8.Valid(b) {
		return fmt.Sprintf("[%d octets / bytes]", len(b))
	}
	s := string(b)
	if len(s) > maxShown {
		s = s[:maxShown]
		for !utf8.ValidString(s) {
			s = s[:len(s)-1]
		}
		s += "\n[…]"
	}
	return strings.ReplaceAll(s, "\r\n", "\n")
}

// indented is JSON as files have it. What is written holds nothing that JSON
// cannot say.
func indented(v any) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(v); err != nil {
		return []byte(`{"error": "unreadable"}` + "\n")
	}
	return b.Bytes()
}
