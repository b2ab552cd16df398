package message

import (
	"bytes"
	"strings"
)

// describe reads the fields that say what a part is (RFC 2045, RFC 2183).
func (w *walker) describe(p *Part, mediaType string) {
	p.MediaType, p.Encoding = mediaType, "7bit"
	var contentType, disposition, encoding *Field
	for i := range p.Header {
		f := &p.Header[i]
		if len(f.Name) < len("Content-Type") || !strings.EqualFold(f.Name[:8], "Content-") {
			continue
		}
		switch {
		case strings.EqualFold(f.Name, "Content-Type"):
			w.once(f, &contentType)
		case strings.EqualFold(f.Name, "Content-Disposition"):
			w.once(f, &disposition)
		case strings.EqualFold(f.Name, "Content-Transfer-Encoding"):
			w.once(f, &encoding)
		}
	}

	if contentType != nil {
		p.MediaType, p.Params = parameters(contentType.text())
		if kind, sub, ok := strings.Cut(p.MediaType, "/"); !ok || !isToken(kind) || !isToken(sub) {
			w.problem(contentType.Offset, "header-line", "the Content-Type is not of the form type/subtype: %s", excerpt(p.MediaType))
			p.MediaType = "text/plain" // RFC 2045 §5.2
		}
	}
	if disposition != nil {
		w.disposition(p, disposition)
	}
	if p.Filename == "" && p.Params["name"] != "" {
		p.Filename = fileName(p.Params["name"], contentType)
	}
	if encoding != nil {
		if v := strings.ToLower(token(encoding.text())); v != "" {
			p.Encoding = v
		}
	}
	w.judge(p, contentType, encoding)
}

// once keeps the first field of a name that may stand once.
func (w *walker) once(f *Field, first **Field) {
	if *first == nil {
		*first = f
		return
	}
	w.problem(f.Offset, "header-line", "%s stands twice: the first counts", f.Name)
}

// disposition reads Content-Disposition. A type that is not known is an attachment
// (RFC 2183 §2.8).
func (w *walker) disposition(p *Part, f *Field) {
	kind, params := parameters(f.text())
	switch kind {
	case "", "inline", "attachment":
		p.Disposition = kind
	default:
		p.Disposition = "attachment"
	}
	p.Filename = fileName(params["filename"], f)
}

// fileName decodes the encoded words that old clients put into a name. They are
// looked for in the field itself: RFC 2231 may have spelled what looks like one.
func fileName(s string, f *Field) string {
	if bytes.Contains(f.Raw, []byte("=?")) {
		return decodeWords(s)
	}
	return s
}

// judge tells what contradicts the body's structure.
func (w *walker) judge(p *Part, contentType, encoding *Field) {
	switch {
	case encoding == nil:
	case !known(p.Encoding):
		w.problem(encoding.Offset, "encoding", "the transfer encoding %s is not known", excerpt(p.Encoding))
	case !p.identity() && (p.multipart() || p.MediaType == "message/rfc822"):
		w.problem(encoding.Offset, "encoding", "%s in %s (RFC 2045 §6.4)", p.MediaType, p.Encoding)
	}
	switch {
	case contentType == nil:
	case p.multipart() && p.Params["boundary"] == "":
		w.problem(contentType.Offset, "boundary", "%s without a boundary", p.MediaType)
	case strings.HasPrefix(p.MediaType, "text/") && p.Params["charset"] != "" && !knownCharset(p.Params["charset"]):
		w.problem(contentType.Offset, "charset", "the charset %s is not known", excerpt(p.Params["charset"]))
	}
}

// multipart tells whether the body is one.
func (p *Part) multipart() bool { return strings.HasPrefix(p.MediaType, "multipart/") }

// message tells whether the body is a message.
func (p *Part) message() bool {
	return p.MediaType == "message/rfc822" || p.MediaType == "message/global"
}

// identity tells whether the body travels as it is.
func (p *Part) identity() bool {
	return p.Encoding == "7bit" || p.Encoding == "8bit" || p.Encoding == "binary"
}

// known tells whether Decode undoes a transfer encoding.
func known(encoding string) bool {
	switch encoding {
	case "7bit", "8bit", "binary", "base64", "quoted-printable":
		return true
	}
	return false
}
