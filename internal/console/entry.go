package console

import (
	"bytes"
	"encoding/base64"
	"net/http"
	"unicode/utf8"

	"github.com/segursim/segursim/internal/journal"
)

// An EntryView is a journal entry as JSON carries it: text where the bytes are
// UTF-8, base64 where they are not.
type EntryView struct {
	journal.Entry
	Request  MessageView `json:"request"`
	Response MessageView `json:"response"`
}

// A MessageView is one direction of an exchange.
type MessageView struct {
	Head         string      `json:"head,omitempty"`
	HeadEncoding string      `json:"head_encoding,omitempty" doc:"utf-8 or base64"`
	Rebuilt      bool        `json:"rebuilt,omitempty" doc:"the head was written from its parsed form"`
	Body         string      `json:"body,omitempty"`
	BodyEncoding string      `json:"body_encoding,omitempty" doc:"utf-8 or base64"`
	Size         int64       `json:"size" doc:"of the whole body, in bytes"`
	Truncated    bool        `json:"truncated,omitempty" doc:"the journal kept only the body's first part"`
	SHA256       string      `json:"sha256,omitempty" doc:"of the whole body when truncated, hexadecimal"`
	Header       http.Header `json:"header,omitempty"`
}

func viewEntry(e *journal.Entry) EntryView {
	return EntryView{Entry: *e, Request: viewMessage(&e.Request), Response: viewMessage(&e.Response)}
}

func viewMessage(m *journal.Message) MessageView {
	v := MessageView{
		Rebuilt: m.Rebuilt, Size: m.Size, Truncated: m.Truncated(), SHA256: m.SHA256, Header: m.Header,
	}
	v.Head, v.HeadEncoding = readable(m.Head)
	v.Body, v.BodyEncoding = readable(m.Body)
	return v
}

// readable is text as it is and anything else in base64.
func readable(b []byte) (text, encoding string) {
	switch {
	case len(b) == 0:
		return "", ""
	case isText(b):
		return string(b), "utf-8"
	}
	return base64.StdEncoding.EncodeToString(b), "base64"
}

// isText tells what can be shown and pasted: UTF-8 without NUL.
func isText(b []byte) bool { return utf8.Valid(b) && bytes.IndexByte(b, 0) < 0 }

// raw is a message's bytes: its head with the empty line that ends it, and its
// body, or the part that the journal kept.
func raw(m *journal.Message) []byte {
	out := bytes.Clone(m.Head)
	if len(out) > 0 && len(m.Body) > 0 && !bytes.HasSuffix(out, []byte("\n\r\n")) && !bytes.HasSuffix(out, []byte("\n\n")) {
		out = append(bytes.TrimRight(out, "\r\n"), "\r\n\r\n"...)
	}
	return append(out, m.Body...)
}
