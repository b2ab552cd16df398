package reading

import (
	"bytes"
	"strings"

	"github.com/emersion/go-imap/v2"

	"github.com/segursim/segursim/internal/message"
)

// structure is the BODYSTRUCTURE of an entity (RFC 9051 §7.5.2).
func structure(raw []byte, p *message.Part) imap.BodyStructure {
	kind, sub, _ := strings.Cut(p.MediaType, "/")
	_, params := rawParams(rawValue(p.Header, "Content-Type"))
	if isMultipart(p) {
		bs := &imap.BodyStructureMultiPart{Subtype: sub, Extended: &imap.BodyStructureMultiPartExt{
			Params: params, Disposition: disposition(p.Header), Language: languages(p.Header), Location: p.Header.Get("Content-Location"),
		}}
		for _, child := range p.Parts {
			bs.Children = append(bs.Children, structure(raw, child))
		}
		return bs
	}
	if kind == "multipart" { // in which no part was found
		kind, sub, params = "text", "plain", nil
	}
	body := cut(raw, p.Content, p.End)
	if params == nil && kind == "text" {
		params = map[string]string{"charset": "us-ascii"} // RFC 2045 §5.2
	}
	bs := &imap.BodyStructureSinglePart{
		Type: kind, Subtype: sub, Params: params, ID: p.Header.Get("Content-Id"), Description: p.Header.Get("Content-Description"),
		Encoding: strings.ToLower(p.Encoding), Size: uint32(len(body)),
		Extended: &imap.BodyStructureSinglePartExt{
			Disposition: disposition(p.Header), Language: languages(p.Header), Location: p.Header.Get("Content-Location"),
		},
	}
	switch {
	case p.Nested != nil:
		bs.MessageRFC822 = &imap.BodyStructureMessageRFC822{
			Envelope: envelope(p.Nested.Header), BodyStructure: structure(raw, p.Nested), NumLines: lines(body),
		}
	case kind == "message" && (sub == "rfc822" || sub == "global"): // that was not read: it has another form
		bs.Type, bs.Subtype = "application", "octet-stream"
	case kind == "text":
		bs.Text = &imap.BodyStructureText{NumLines: lines(body)}
	}
	return bs
}

func lines(b []byte) int64 { return int64(bytes.Count(b, []byte("\n"))) }

func disposition(h message.Header) *imap.BodyStructureDisposition {
	value, params := rawParams(rawValue(h, "Content-Disposition"))
	if value == "" {
		return nil
	}
	return &imap.BodyStructureDisposition{Value: value, Params: params}
}

func languages(h message.Header) []string {
	var out []string
	for s := range strings.SplitSeq(h.Get("Content-Language"), ",") {
		if s = strings.TrimSpace(s); s != "" {
			out = append(out, s)
		}
	}
	return out
}

// rawValue is the value of the first field of that name, unfolded and otherwise as it
// is: a client decodes parameters by itself (RFC 2231).
func rawValue(h message.Header, name string) string {
	all := h.All(name)
	if len(all) == 0 {
		return ""
	}
	_, value, _ := bytes.Cut(all[0].Raw, []byte(":"))
	return strings.TrimSpace(strings.NewReplacer("\r\n", "", "\n", "").Replace(string(value)))
}

// maxParams bounds the parameters of a field.
const maxParams = 100

// rawParams reads a value with parameters (RFC 2045 §5.1) without decoding what
// RFC 2231 encodes: names in lower case, "filename*0*" included.
func rawParams(s string) (value string, params map[string]string) {
	value, s = untilSemicolon(s)
	value = strings.TrimSpace(value)
	for s != "" && len(params) < maxParams {
		var pair string
		pair, s = untilSemicolon(s)
		name, v, ok := strings.Cut(pair, "=")
		name = strings.ToLower(strings.TrimSpace(name))
		if !ok || name == "" {
			continue
		}
		if params == nil {
			params = map[string]string{}
		}
		params[name] = unquoted(strings.TrimSpace(v))
	}
	return value, params
}

// untilSemicolon cuts at the first semicolon that is not quoted.
func untilSemicolon(s string) (head, rest string) {
	quoted := false
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			quoted = !quoted
		case ';':
			if !quoted {
				return s[:i], s[i+1:]
			}
		}
	}
	return s, ""
}

// unquoted undoes a quoted string.
func unquoted(s string) string {
	if len(s) < 2 || s[0] != '"' {
		return s
	}
	var out []byte
	for i := 1; i < len(s) && s[i] != '"'; i++ {
		if s[i] == '\\' && i+1 < len(s) {
			i++
		}
		out = append(out, s[i])
	}
	return string(out)
}
