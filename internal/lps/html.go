package lps

import (
	"fmt"
	"io"
	"net/url"
	"strings"

	"golang.org/x/net/html"
)

// A form is an HTML form as a browser would submit it.
type form struct {
	Action   string // absolute
	Method   string // "GET" or "POST"
	Fields   url.Values
	names    []string // of the fields that a person fills in
	password bool     // one of them is a password's
	submit   bool     // a submit button was seen
}

// parsePage reads the forms of a page and its refresh, as a browser without
// scripts sees them.
func parsePage(u *url.URL, r io.Reader) (page, error) {
	root, err := html.ParseWithOptions(r, html.ParseOptionEnableScripting(false))
	if err != nil {
		return page{}, fmt.Errorf("lps: browser: %w", err)
	}
	p := page{URL: u}
	for n := range root.Descendants() {
		switch {
		case n.Type != html.ElementNode:
		case n.Data == "form":
			f, err := readForm(u, n)
			if err != nil {
				return page{}, err
			}
			p.Forms = append(p.Forms, f)
		case n.Data == "meta" && strings.EqualFold(attr(n, "http-equiv"), "refresh"):
			to, err := u.Parse(refreshTarget(attr(n, "content")))
			if err != nil {
				return page{}, fmt.Errorf("lps: browser: refresh: %w", err)
			}
			p.Refresh = to.String()
		}
	}
	return p, nil
}

// refreshTarget is the address in "2;url=/there"; empty stands for the page.
func refreshTarget(content string) string {
	_, rest, _ := strings.Cut(content, ";")
	rest = strings.TrimSpace(rest)
	if len(rest) < 4 || !strings.EqualFold(rest[:4], "url=") {
		return ""
	}
	return strings.Trim(rest[4:], `"' `)
}

// readForm reads one form. Check boxes and radio buttons count when they are
// checked; the first submit button's name and value are sent.
func readForm(u *url.URL, n *html.Node) (form, error) {
	f := form{Method: strings.ToUpper(or(attr(n, "method"), "GET")), Fields: url.Values{}}
	to, err := u.Parse(attr(n, "action"))
	if err != nil {
		return f, fmt.Errorf("lps: browser: form action: %w", err)
	}
	f.Action = to.String()
	for e := range n.Descendants() {
		if e.Type == html.ElementNode && (e.Data == "input" || e.Data == "button") && !has(e, "disabled") {
			f.take(e)
		}
	}
	return f, nil
}

// take adds an element's field.
func (f *form) take(n *html.Node) {
	name, value := attr(n, "name"), attr(n, "value")
	kind := strings.ToLower(attr(n, "type"))
	if kind == "" {
		kind = map[string]string{"button": "submit", "input": "text"}[n.Data]
	}
	switch kind {
	case "submit":
		if !f.submit && name != "" {
			f.Fields.Add(name, value)
		}
		f.submit = true
		return
	case "button", "reset", "image", "file":
		return
	}
	if name == "" {
		return
	}
	switch kind {
	case "checkbox", "radio":
		if has(n, "checked") {
			f.Fields.Add(name, or(value, "on"))
		}
	case "hidden":
		f.Fields.Add(name, value)
	default:
		f.Fields.Add(name, value)
		f.names = append(f.names, name)
		f.password = f.password || kind == "password"
	}
}

// fill puts a value in the only field that a person fills in.
func (f *form) fill(value string) { f.Fields.Set(f.names[0], value) }

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func has(n *html.Node, name string) bool {
	for _, a := range n.Attr {
		if a.Key == name {
			return true
		}
	}
	return false
}
