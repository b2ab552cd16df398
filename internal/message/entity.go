package message

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// An entity is a part to write.
type entity struct {
	mediaType string
	params    []parameterGroup
	// disposition and filename are of a file.
	disposition, filename string
	// encoding is what to do with body: "7bit", "8bit", "quoted-printable",
	// "base64"; empty for a multipart.
	encoding string
	body     []byte
	parts    []entity
}

// content is the body of a draft: the text, and the files around it.
func (b *builder) content() (entity, error) {
	body, err := b.text()
	if err != nil || len(b.draft.Attachments) == 0 {
		return body, err
	}
	files, err := b.files()
	return entity{mediaType: "multipart/mixed", parts: append([]entity{body}, files...)}, err
}

// text is the body without the files. There is one even when it is empty, unless
// HTML stands for it: a message of files alone puts some clients off.
func (b *builder) text() (entity, error) {
	plain, err := textEntity("text/plain", b.draft.Text)
	if err != nil || b.draft.HTML == "" {
		return plain, err
	}
	html, err := textEntity("text/html", b.draft.HTML)
	if err != nil || b.draft.Text == "" {
		return html, err
	}
	return entity{mediaType: "multipart/alternative", parts: []entity{plain, html}}, nil
}

func textEntity(mediaType, text string) (entity, error) {
	if !utf8.ValidString(text) {
		return entity{}, fmt.Errorf("message: the body %s is not UTF-8", mediaType)
	}
	text = canonical(text)
	return entity{
		mediaType: mediaType, params: []parameterGroup{{"charset=utf-8"}},
		encoding: textEncoding(text), body: []byte(text),
	}, nil
}

func (b *builder) files() ([]entity, error) {
	var files []entity
	for i, a := range b.draft.Attachments {
		file, err := a.entity()
		if err != nil {
			return nil, fmt.Errorf("message: attachment %d: %w", i+1, err)
		}
		files = append(files, file)
	}
	return files, nil
}

// maxFilename bounds the name of a file, in bytes: what file systems allow.
const maxFilename = 255

// entity is the part of a file: base64, so that not a byte of it changes, but for
// messages, which may not be encoded (RFC 2046 §5.2.1).
func (a Attachment) entity() (entity, error) {
	if err := checkText(a.Name); err != nil {
		return entity{}, fmt.Errorf("the name %w", err)
	}
	if len(a.Name) > maxFilename {
		return entity{}, fmt.Errorf("a name of %d bytes, the most is %d", len(a.Name), maxFilename)
	}
	if err := checkText(a.MediaType); err != nil {
		return entity{}, fmt.Errorf("the media type %w", err)
	}
	mediaType, params, err := writtenType(a.MediaType)
	if err != nil {
		return entity{}, err
	}

	e := entity{mediaType: mediaType, params: params, disposition: "attachment", filename: a.Name, encoding: "base64", body: a.Content}
	if a.Inline {
		e.disposition = "inline"
	}
	if strings.HasPrefix(mediaType, "message/") {
		e.setMessage(a.Content)
	}
	return e, nil
}

// setMessage makes content, which travels as it is, the body.
func (e *entity) setMessage(content []byte) {
	e.body, e.encoding = crlf(content), "7bit"
	if firstHigh(content) >= 0 {
		e.encoding = "8bit"
	}
}

// crlf gives lines that end with LF alone a CR.
func crlf(content []byte) []byte {
	bare := bytes.Count(content, []byte{'\n'}) - bytes.Count(content, []byte("\r\n"))
	if bare == 0 {
		return content
	}
	out := make([]byte, 0, len(content)+bare)
	for i, c := range content {
		if c == '\n' && (i == 0 || content[i-1] != '\r') {
			out = append(out, '\r')
		}
		out = append(out, c)
	}
	return out
}

// entity writes a part: its fields, the blank line, its body.
func (b *builder) entity(e entity) error {
	var boundary string
	groups := append([]parameterGroup{{e.mediaType}}, e.params...)
	if e.parts != nil {
		var err error
		if boundary, err = b.boundary(e); err != nil {
			return err
		}
		groups = append(groups, parameterGroup{"boundary=" + quote(boundary)})
		if e.eightBit() {
			e.encoding = "8bit" // RFC 2045 §6.4
		}
	}
	if e.filename != "" {
		groups = append(groups, oldName(e.filename))
	}
	b.fold.field("Content-Type").parameters(groups).end()
	if e.encoding != "" {
		b.fold.field("Content-Transfer-Encoding").add(e.encoding).end()
	}
	if e.disposition != "" {
		groups := []parameterGroup{{e.disposition}}
		if e.filename != "" {
			groups = append(groups, extended("filename", e.filename)...)
		}
		b.fold.field("Content-Disposition").parameters(groups).end()
	}
	b.buf.WriteString("\r\n")

	if e.parts == nil {
		b.body(e)
		return nil
	}
	for _, part := range e.parts {
		b.buf.WriteString("--" + boundary + "\r\n")
		if err := b.entity(part); err != nil {
			return err
		}
		// The line end before a delimiter is the delimiter's: what is not encoded
		// keeps its own.
		if part.encoding != "" && part.encoding != "base64" && len(part.body) > 0 {
			b.buf.WriteString("\r\n")
		}
	}
	b.buf.WriteString("--" + boundary + "--\r\n")
	return nil
}

// eightBit tells whether something in the entity travels as 8bit.
func (e entity) eightBit() bool {
	return e.encoding == "8bit" || slices.ContainsFunc(e.parts, entity.eightBit)
}

func (b *builder) body(e entity) {
	switch e.encoding {
	case "base64":
		writeBase64(&b.buf, e.body)
	case "quoted-printable":
		writeQuotedPrintable(&b.buf, string(e.body))
	default:
		b.buf.Write(e.body)
	}
}
