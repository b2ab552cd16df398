package message

import (
	"bytes"
	"strings"
)

// A Report is a notification to write around its content: Draft gives the header
// and the human text. Original is the message that it is about; its header alone is
// returned when HeadersOnly.
//
// Attachments of the draft come after the three parts of RFC 6522 §3: that RFC does
// not provide for them, the MDM volet of the CI-SIS has files given back so.
type Report struct {
	Draft       Draft
	Original    []byte
	HeadersOnly bool
}

// build writes a report: kind is its report-type, and fields the content of the
// second part, which is of the type message/kind.
func (r Report) build(kind string, fields []byte) ([]byte, error) {
	b, err := newBuilder(r.Draft)
	if err != nil {
		return nil, err
	}
	body, err := b.text()
	if err != nil {
		return nil, err
	}
	parts := []entity{body, {mediaType: "message/" + kind, encoding: "7bit", body: fields}}
	if len(r.Original) > 0 {
		parts = append(parts, r.original())
	}
	files, err := b.files()
	if err != nil {
		return nil, err
	}
	return b.write(entity{
		mediaType: "multipart/report", params: []parameterGroup{{"report-type=" + kind}},
		parts: append(parts, files...),
	})
}

// original is the message given back: whole, or its header (RFC 6522 §4).
func (r Report) original() entity {
	e := entity{mediaType: "message/rfc822"}
	content := r.Original
	if r.HeadersOnly {
		e.mediaType = "text/rfc822-headers"
		content = headerOf(content)
	}
	e.setMessage(content)
	return e
}

// headerOf is the header of a message, without the blank line after it.
func headerOf(raw []byte) []byte {
	end := len(raw)
	for _, blank := range [...]string{"\n\r\n", "\n\n"} {
		if i := bytes.Index(raw[:end], []byte(blank)); i >= 0 {
			end = i + 1
		}
	}
	return raw[:end]
}

// automatic marks a notification that no person asked to send (RFC 3834 §5), unless
// the draft says something itself.
func (r *Report) automatic() {
	for _, extra := range r.Draft.Extra {
		if strings.EqualFold(extra[0], "Auto-Submitted") {
			return
		}
	}
	extra := [][2]string{{"Auto-Submitted", "auto-replied"}}
	r.Draft.Extra = append(extra, r.Draft.Extra...)
}

// report finds the part of a report that software reads: of the type message/kind,
// or that of RFC 6533 for addresses that are not ASCII.
func (m *Message) report(kind string) *Part {
	if m.MediaType != "multipart/report" {
		return nil
	}
	for _, p := range m.Parts {
		if name, ok := strings.CutPrefix(p.MediaType, "message/"); ok && (name == kind || name == "global-"+kind) {
			return p
		}
	}
	return nil
}
