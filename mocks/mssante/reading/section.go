package reading

import (
	"github.com/emersion/go-imap/v2"

	"github.com/segursim/segursim/internal/message"
)

// section is what BODY[…] asks for, byte for byte as the message has it (RFC 9051
// §6.4.5.1); nothing where there is no such part.
func section(raw []byte, root *message.Part, item *imap.FetchItemBodySection) []byte {
	return partial(whole(raw, root, item), item.Partial)
}

func whole(raw []byte, root *message.Part, item *imap.FetchItemBodySection) []byte {
	part, ok := partAt(root, item.Part)
	if !ok {
		return nil
	}
	inner := part // what HEADER and TEXT are of: the message itself, or an attached one
	if len(item.Part) > 0 {
		inner = part.Nested
	}
	switch item.Specifier {
	case imap.PartSpecifierMIME:
		return cut(raw, part.Start, part.Content)
	case imap.PartSpecifierHeader, imap.PartSpecifierText:
		if inner == nil {
			return nil
		}
	default:
		if len(item.Part) == 0 {
			return raw
		}
		return cut(raw, part.Content, part.End)
	}
	switch {
	case item.Specifier == imap.PartSpecifierText:
		return cut(raw, inner.Content, inner.End)
	case len(item.HeaderFields) > 0:
		return fields(inner.Header, item.HeaderFields, true)
	case len(item.HeaderFieldsNot) > 0:
		return fields(inner.Header, item.HeaderFieldsNot, false)
	}
	return cut(raw, inner.Start, inner.Content)
}

// partial is the range that <a.b> asks for (RFC 9051 §6.4.5).
func partial(b []byte, p *imap.SectionPartial) []byte {
	if p == nil {
		return b
	}
	size := int64(len(b))
	from := min(p.Offset, size)
	return b[from : from+min(p.Size, size-from)]
}

// decoded is what BINARY[…] asks for: the part without its transfer encoding (RFC
// 3516 §4.2).
func decoded(raw []byte, root *message.Part, path []int) ([]byte, error) {
	part, ok := partAt(root, path)
	switch {
	case !ok:
		return nil, nil
	case len(path) == 0:
		return raw, nil
	case isMultipart(part), part.Nested != nil:
		return cut(raw, part.Content, part.End), nil
	}
	b, err := part.Decode()
	if err != nil {
		return nil, no("UNKNOWN-CTE", "The transfer encoding of this part cannot be undone").because("unknown-cte",
			"L'encodage de transfert de la partie est inconnu ou corrompu : "+err.Error()+".",
			"The transfer encoding of the part is unknown or broken: "+err.Error()+".", "RFC 3516 §4.3")
	}
	return b, nil
}
