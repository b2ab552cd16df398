package linter

import (
	"strings"

	"github.com/segursim/segursim/internal/message"
)

var (
	bodyKind = Rule{
		Name: "mss.corps.type", Level: Error, Refs: []string{"MSS/va1.11", "ECO.2.2.4"}, Provenance: confirmed,
		FR: "Le corps est %s : il doit être text/plain, ou multipart/alternative.", EN: "The body is %s: it must be text/plain, or multipart/alternative.",
	}
	bodyOrder = Rule{
		Name: "mss.corps.ordre", Level: Error, Refs: []string{"MSS/va1.11", "ECO.2.2.4", "RFC 2046 §5.1.4"}, Provenance: confirmed,
		FR: "Dans multipart/alternative, text/plain vient avant text/html.", EN: "In multipart/alternative, text/plain comes before text/html.",
	}
	bodyCharset = Rule{
		Name: "mss.corps.jeu-de-caracteres", Level: Error, Refs: []string{"ECO.2.2.3"}, Provenance: confirmed,
		FR: "Une partie de texte est en %q : les textes sont en UTF-8.", EN: "A text part is in %q: texts are in UTF-8.",
	}
	bodyBytes = Rule{
		Name: "mss.corps.utf8", Level: Error, Refs: []string{"ECO.2.2.3"}, Provenance: confirmed,
		FR: "Une partie de texte se dit UTF-8 et ne l'est pas.", EN: "A text part claims to be UTF-8 and is not.",
	}
	bodyEmpty = Rule{
		Name: "mss.corps.vide", Level: Information, Refs: []string{"ECO.2.2.4"}, Provenance: inferred,
		FR: "Le message n'a pas de texte.", EN: "The message has no text.",
	}
)

func bodyRules() []Rule { return []Rule{bodyKind, bodyOrder, bodyCharset, bodyBytes, bodyEmpty} }

// body reads what a person reads.
func (l *lint) body() {
	m := l.report.Message
	text := bodyPart(m.Part)
	switch {
	case text == nil:
		l.found(bodyEmpty, missing(partBody))
		return
	case text.MediaType == "multipart/alternative":
		l.alternatives(text)
	case text.MediaType != "text/plain":
		l.found(bodyKind, l.partAt(text), text.MediaType)
	case strings.TrimSpace(m.Body()) == "":
		l.found(bodyEmpty, l.partAt(text))
	}
	m.Walk(func(p *message.Part) bool {
		if strings.HasPrefix(p.MediaType, "text/") && p.Disposition != "attachment" && p.Filename == "" {
			l.charset(p)
		}
		return true
	})
}

// bodyPart is the part that holds the text: the root, or the first part of what
// wraps it; nil when the first part is a file.
func bodyPart(p *message.Part) *message.Part {
	for strings.HasPrefix(p.MediaType, "multipart/") && p.MediaType != "multipart/alternative" {
		if len(p.Parts) == 0 {
			return nil
		}
		p = p.Parts[0]
	}
	if p.Disposition == "attachment" || p.Filename != "" {
		return nil
	}
	return p
}

func (l *lint) alternatives(p *message.Part) {
	plain, html := -1, -1
	for i, part := range p.Parts {
		switch {
		case part.MediaType == "text/plain" && plain < 0:
			plain = i
		case part.MediaType == "text/html" && html < 0 || part.MediaType == "multipart/related" && html < 0:
			html = i
		}
	}
	switch {
	case plain < 0:
		l.found(bodyKind, l.partAt(p), "multipart/alternative sans text/plain")
	case html >= 0 && html < plain:
		l.found(bodyOrder, l.partAt(p))
	}
}

func (l *lint) charset(p *message.Part) {
	set := strings.ToLower(p.Params["charset"])
	switch set {
	case "utf-8", "utf8":
		if _, err := p.Text(); err != nil {
			l.found(bodyBytes, l.partAt(p))
		}
	case "us-ascii", "": // UTF-8 as far as it goes
		for i, c := range p.Bytes() {
			if c >= 0x80 {
				l.found(bodyBytes, place{part: partBody, offset: p.Content + i, excerpt: string(p.Bytes()[i:min(len(p.Bytes()), i+40)])})
				return
			}
		}
	default:
		l.found(bodyCharset, l.partAt(p), set)
	}
}

// partAt is the place of a part: its header.
func (l *lint) partAt(p *message.Part) place {
	raw := l.report.Message.Raw
	return place{part: partBody, offset: p.Start, excerpt: string(raw[p.Start:min(p.Content, len(raw))])}
}
