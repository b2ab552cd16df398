package soap

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/beevik/etree"
)

// parser builds the tree token by token, so that what is refused is refused
// where it stands. encoding/xml's raw tokens leave to their reader: that end
// tags match, namespaces, attributes given twice, and one root only.
type parser struct {
	dec    *xml.Decoder
	limits Limits
	nodes  int
	root   *etree.Element
	open   []*etree.Element
	scope  []binding // prefixes in scope, innermost last
	marks  []int     // length of scope before each open element
}

type binding struct{ prefix, uri string }

const (
	maxAttrs = 100  // of one element
	maxScope = 1000 // namespace declarations in scope
	xmlNS    = "http://www.w3.org/XML/1998/namespace"
	xmlnsNS  = "http://www.w3.org/2000/xmlns/"
)

// parse reads one document and returns its root.
func parse(body []byte, l Limits) (*etree.Element, error) {
	body, err := decodeText(body)
	if err != nil {
		return nil, err
	}
	p := &parser{dec: xml.NewDecoder(bytes.NewReader(body)), limits: l, scope: []binding{{"xml", xmlNS}}}
	// decodeText has made it UTF-8, whatever the declaration says.
	p.dec.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil }
	for {
		t, err := p.dec.RawToken()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, p.syntax(err)
		}
		if err := p.token(t); err != nil {
			return nil, err
		}
	}
	switch {
	case len(p.open) > 0:
		return nil, p.malformed("l'élément "+p.open[len(p.open)-1].FullTag()+" n'est pas fermé", "the element "+p.open[len(p.open)-1].FullTag()+" is not closed")
	case p.root == nil:
		return nil, &Problem{Kind: Malformed, FR: "le message est vide", EN: "the message is empty"}
	}
	return p.root, nil
}

func (p *parser) token(t xml.Token) error {
	if p.nodes++; p.nodes > p.limits.Nodes {
		return p.problem(TooMany, fmt.Sprintf("plus de %d nœuds", p.limits.Nodes), fmt.Sprintf("more than %d nodes", p.limits.Nodes))
	}
	switch t := t.(type) {
	case xml.StartElement:
		return p.start(t)
	case xml.EndElement:
		return p.end(t)
	case xml.CharData:
		if len(p.open) > 0 {
			p.top().CreateText(string(t))
			return nil
		}
		if len(bytes.TrimSpace(t)) > 0 {
			return p.malformed("du texte se trouve hors de la racine", "there is text outside of the root")
		}
	case xml.Comment:
		if len(p.open) > 0 {
			p.top().CreateComment(string(t))
		}
	case xml.Directive:
		return p.problem(Forbidden, "un DTD est refusé (SOAP 1.2 §5)", "a DTD is refused (SOAP 1.2 §5)")
	case xml.ProcInst:
		if len(p.open) > 0 {
			return p.problem(Forbidden, "une instruction de traitement est refusée dans l'enveloppe (SOAP 1.2 §5)", "a processing instruction is refused in the envelope (SOAP 1.2 §5)")
		}
		if strings.EqualFold(t.Target, "xml") && (p.nodes > 1 || t.Target != "xml") {
			return p.malformed("la déclaration XML n'est pas au début", "the XML declaration is not at the start")
		}
	}
	return nil
}

func (p *parser) top() *etree.Element { return p.open[len(p.open)-1] }

func (p *parser) start(t xml.StartElement) error {
	switch {
	case len(p.open) == 0 && p.root != nil:
		return p.malformed("il y a deux racines", "there are two roots")
	case len(p.open) >= p.limits.Depth:
		return p.problem(TooDeep, fmt.Sprintf("plus de %d niveaux", p.limits.Depth), fmt.Sprintf("more than %d levels", p.limits.Depth))
	}
	if len(t.Attr) > maxAttrs {
		return p.problem(TooMany, fmt.Sprintf("plus de %d attributs à un élément", maxAttrs), fmt.Sprintf("more than %d attributes on an element", maxAttrs))
	}
	if p.nodes += len(t.Attr); p.nodes > p.limits.Nodes {
		return p.problem(TooMany, fmt.Sprintf("plus de %d nœuds", p.limits.Nodes), fmt.Sprintf("more than %d nodes", p.limits.Nodes))
	}
	p.marks = append(p.marks, len(p.scope))
	if err := p.declare(t.Attr); err != nil {
		return err
	}
	if err := p.names(t); err != nil {
		return err
	}
	e := etree.NewElement("")
	e.Space, e.Tag = t.Name.Space, t.Name.Local
	e.Attr = make([]etree.Attr, 0, len(t.Attr))
	for _, a := range t.Attr {
		e.CreateAttr(tag(a.Name), a.Value)
	}
	if len(p.open) > 0 {
		p.top().AddChild(e)
	} else {
		p.root = e
	}
	p.open = append(p.open, e)
	return nil
}

func (p *parser) end(t xml.EndElement) error {
	if len(p.open) == 0 || p.top().Space != t.Name.Space || p.top().Tag != t.Name.Local {
		return p.malformed("</"+tag(t.Name)+"> ne ferme pas l'élément ouvert", "</"+tag(t.Name)+"> does not close the open element")
	}
	p.open = p.open[:len(p.open)-1]
	p.scope = p.scope[:p.marks[len(p.marks)-1]]
	p.marks = p.marks[:len(p.marks)-1]
	return nil
}

func tag(n xml.Name) string {
	if n.Space == "" {
		return n.Local
	}
	return n.Space + ":" + n.Local
}

// declare brings an element's namespace declarations into scope (Namespaces in
// XML 1.0 §2.2, §3, §5).
func (p *parser) declare(attrs []xml.Attr) error {
	for _, a := range attrs {
		var prefix string
		switch {
		case a.Name.Space == "xmlns":
			prefix = a.Name.Local
			if a.Value == "" {
				return p.malformed("le préfixe "+prefix+" est lié à un espace de noms vide", "the prefix "+prefix+" is bound to an empty namespace")
			}
		case a.Name.Space == "" && a.Name.Local == "xmlns":
		default:
			continue
		}
		if prefix == "xmlns" || a.Value == xmlnsNS || (prefix == "xml") != (a.Value == xmlNS) {
			return p.malformed("les préfixes xml et xmlns sont réservés", "the prefixes xml and xmlns are reserved")
		}
		p.scope = append(p.scope, binding{prefix, a.Value})
		if len(p.scope) > maxScope {
			return p.problem(TooMany, "trop d'espaces de noms déclarés", "too many namespaces declared")
		}
	}
	return nil
}

// names checks that prefixes are declared and that no attribute stands twice.
func (p *parser) names(t xml.StartElement) error {
	if t.Name.Space == "xmlns" {
		return p.malformed("le préfixe xmlns est réservé", "the prefix xmlns is reserved")
	}
	if _, ok := p.lookup(t.Name.Space); !ok {
		return p.undeclared(t.Name.Space)
	}
	for i, a := range t.Attr {
		space := a.Name.Space
		if space != "" && space != "xmlns" {
			uri, ok := p.lookup(space)
			if !ok {
				return p.undeclared(space)
			}
			space = uri
		}
		for _, b := range t.Attr[:i] {
			if b.Name.Local != a.Name.Local {
				continue
			}
			other := b.Name.Space
			if other != "" && other != "xmlns" {
				other, _ = p.lookup(other)
			}
			if other == space {
				return p.malformed("l'attribut "+tag(a.Name)+" est présent deux fois", "the attribute "+tag(a.Name)+" is there twice")
			}
		}
	}
	return nil
}

func (p *parser) lookup(prefix string) (uri string, ok bool) {
	for i := len(p.scope) - 1; i >= 0; i-- {
		if p.scope[i].prefix == prefix {
			return p.scope[i].uri, true
		}
	}
	return "", prefix == ""
}

func (p *parser) undeclared(prefix string) error {
	return p.malformed("le préfixe "+strconv.Quote(prefix)+" n'est pas déclaré", "the prefix "+strconv.Quote(prefix)+" is not declared")
}

func (p *parser) malformed(fr, en string) error { return p.problem(Malformed, fr, en) }

func (p *parser) problem(k Kind, fr, en string) error {
	line, _ := p.dec.InputPos()
	return &Problem{Kind: k, Line: line, FR: short(fr), EN: short(en)}
}

func (p *parser) syntax(err error) error {
	line, _ := p.dec.InputPos()
	text := err.Error()
	var se *xml.SyntaxError
	if errors.As(err, &se) {
		line, text = se.Line, se.Msg
	}
	return &Problem{Kind: Malformed, Line: line, FR: "XML mal formé : " + short(text), EN: "malformed XML: " + short(text), Err: err}
}

// short bounds a text that repeats what the peer wrote.
func short(s string) string {
	if len(s) <= 2*maxName {
		return s
	}
	return strings.ToValidUTF8(s[:2*maxName], "") + "…"
}
