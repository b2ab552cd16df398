package evidence

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"unicode/utf8"

	"github.com/segursim/segursim/internal/journal"
)

// A line is an entry of journal.ndjson: the entry's own fields, with heads and
// bodies as text where they are text.
type line struct {
	*journal.Entry
	Request  message `json:"request"`
	Response message `json:"response"`
}

type message struct {
	Head     string `json:"head,omitempty"`
	Rebuilt  bool   `json:"rebuilt,omitempty"`
	Body     string `json:"body,omitempty"`
	Encoding string `json:"body_encoding,omitempty"` // "utf-8" or "base64"
	Size     int64  `json:"size"`
	SHA256   string `json:"sha256,omitempty"`
}

// ndjson writes every entry the run saw, one a line.
func ndjson(v *view) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	for _, e := range v.entries {
		c := *e
		c.Time = c.Time.UTC()
		c.Summary = v.red.text(c.Summary)
		c.Facts, _ = v.facts(e).(map[string]any)
		c.Causes = nil
		for _, cause := range e.Causes {
			c.Causes = append(c.Causes, *v.cause(&cause))
		}
		if err := enc.Encode(line{Entry: &c, Request: v.line(&e.Request), Response: v.line(&e.Response)}); err != nil {
			return nil, fmt.Errorf("evidence: journal entry %d: %w", e.Seq, err)
		}
	}
	return b.Bytes(), nil
}

func (v *view) line(m *journal.Message) message {
	head, body, _ := v.message(m)
	out := message{Head: string(bytes.ToValidUTF8(head, []byte("\uFFFD"))), Rebuilt: m.Rebuilt, Size: m.Size, SHA256: m.SHA256}
	switch {
	case len(body) == 0:
	case utf8.Valid(body):
		out.Body, out.Encoding = string(body), "utf-8"
	default:
		out.Body, out.Encoding = base64.StdEncoding.EncodeToString(body), "base64"
	}
	return out
}
