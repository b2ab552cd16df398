package soap

import (
	"bytes"
	"errors"
	"io"
	"strings"

	"github.com/beevik/etree"
)

// Read reads a message of at most l.Bytes bytes from r and decodes it. Beyond
// the bound it stops reading. length is the size announced, -1 when unknown: a
// message that announces too much is refused unread.
func Read(r io.Reader, length int64, l Limits) (*Envelope, error) {
	l = l.withDefaults()
	if length > l.Bytes {
		return nil, tooLarge(l)
	}
	var b bytes.Buffer
	if length > 0 {
		b.Grow(int(length) + bytes.MinRead)
	}
	n, err := b.ReadFrom(io.LimitReader(r, l.Bytes+1))
	if n > l.Bytes {
		return nil, tooLarge(l)
	}
	if err != nil {
		return nil, &Problem{
			Kind: Unread, Err: err,
			FR: "le message n'est pas arrivé en entier", EN: "the message did not arrive whole",
		}
	}
	return Decode(b.Bytes(), l)
}

// Decode decodes a message; the error is a *Problem. The body is kept, not
// copied.
func Decode(body []byte, l Limits) (*Envelope, error) {
	l = l.withDefaults()
	if int64(len(body)) > l.Bytes {
		return nil, tooLarge(l)
	}
	root, err := parse(body, l)
	if err != nil {
		return nil, err
	}
	e := &Envelope{Raw: body, Root: root}
	if err := e.shape(); err != nil {
		return nil, err
	}
	if err := e.addressing(); err != nil {
		return nil, err
	}
	return e, nil
}

// shape finds header and body (SOAP 1.2 Part 1 §5.1).
func (e *Envelope) shape() error {
	name := NameOf(e.Root)
	switch {
	case name == Name{NS11, "Envelope"}:
		return &Problem{Kind: VersionMismatch, FR: "enveloppe SOAP 1.1 ; le service parle SOAP 1.2 (" + NS + ")", EN: "a SOAP 1.1 envelope; the service speaks SOAP 1.2 (" + NS + ")"}
	case name != Name{NS, "Envelope"}:
		return &Problem{Kind: VersionMismatch, FR: "la racine est " + clip(name) + ", pas une enveloppe SOAP 1.2", EN: "the root is " + clip(name) + ", not a SOAP 1.2 envelope"}
	}
	var header, body *etree.Element
	for _, c := range e.Root.Child {
		el, ok := c.(*etree.Element)
		if !ok {
			if strayText(c) {
				return invalid("du texte se trouve entre les parties de l'enveloppe", "there is text between the parts of the envelope")
			}
			continue
		}
		switch n := NameOf(el); {
		case n == Name{NS, "Header"} && header == nil && body == nil:
			header = el
		case n == Name{NS, "Body"} && body == nil:
			body = el
		default:
			return invalid(clip(n)+" n'a pas sa place à cet endroit de l'enveloppe (Header, puis Body)", clip(n)+" has no place here in the envelope (Header, then Body)")
		}
	}
	if body == nil {
		return invalid("l'enveloppe n'a pas de Body", "the envelope has no Body")
	}
	if header != nil {
		for _, c := range header.Child {
			if strayText(c) {
				return invalid("du texte se trouve entre les en-têtes", "there is text between the header blocks")
			}
		}
		e.Headers = header.ChildElements()
	}
	for _, c := range body.Child {
		el, ok := c.(*etree.Element)
		switch {
		case !ok && strayText(c):
			return invalid("du texte se trouve directement dans Body", "there is text directly in Body")
		case ok && e.Body != nil:
			return invalid("Body contient plusieurs éléments ; le service en attend un seul", "Body holds several elements; the service expects one")
		case ok:
			e.Body = el
		}
	}
	return nil
}

// addressing reads the WS-Addressing headers; each stands at most once
// (WS-Addressing 1.0 Core §3.2).
func (e *Envelope) addressing() error {
	seen := map[string]bool{}
	for _, h := range e.Headers {
		if h.NamespaceURI() != WSA {
			continue
		}
		var to *string
		switch h.Tag {
		case "Action":
			to = &e.Action
		case "MessageID":
			to = &e.MessageID
		case "To":
			to = &e.To
		case "RelatesTo": // may come several times: the first counts
			if e.RelatesTo == "" {
				e.RelatesTo = TextOf(h)
			}
			continue
		default:
			continue
		}
		if seen[h.Tag] {
			return &Problem{Kind: Addressing, FR: "l'en-tête wsa:" + h.Tag + " est présent deux fois", EN: "the header wsa:" + h.Tag + " is there twice"}
		}
		seen[h.Tag] = true
		*to = TextOf(h)
	}
	return nil
}

func strayText(t etree.Token) bool {
	c, ok := t.(*etree.CharData)
	return ok && strings.TrimSpace(c.Data) != ""
}

func invalid(fr, en string) error { return &Problem{Kind: Invalid, FR: fr, EN: en} }

// maxName is how much of a peer's name a text repeats.
const maxName = 200

func clip(n Name) string {
	s := n.String()
	if len(s) > maxName {
		s = strings.ToValidUTF8(s[:maxName], "") + "…"
	}
	return s
}

// IsTooLarge tells whether the message was refused for its size alone.
func IsTooLarge(err error) bool {
	var p *Problem
	return errors.As(err, &p) && p.Kind == TooLarge
}
