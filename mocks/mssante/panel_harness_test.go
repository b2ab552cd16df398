package mssante

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/segursim/segursim/internal/registre"
	"github.com/segursim/segursim/internal/sim"
	"github.com/segursim/segursim/internal/store"
)

// front is a simulator seen through its console.
type front struct {
	*bench
	http *http.Client
	base string
}

func openFront(t testing.TB, section string) *front {
	t.Helper()
	b := begin(t, section)
	tr := &http.Transport{}
	t.Cleanup(tr.CloseIdleConnections)
	return &front{bench: b, http: &http.Client{Transport: tr}, base: "http://" + b.app.Endpoints().Listeners["control"]}
}

// act runs an action that must succeed.
func (f *front) act(verb string, in map[string]any) map[string]any {
	f.t.Helper()
	out, err := f.s.Actions()[verb].Do(f.t.Context(), in)
	if err != nil {
		f.t.Fatalf("action %s: %v (%s)", verb, err, sim.AsError(err).Cause.Text.EN)
	}
	return out.(map[string]any)
}

// address is a patient's.
func (f *front) address(patient string) (address string) {
	_ = f.app.World().Store.View(func(tx *store.Txn) error {
		p, _ := registre.GetPatient(tx, patient)
		address = patientAddress(p.INS)
		return nil
	})
	return address
}

// sheet is a page, read.
type sheet struct {
	t      testing.TB
	status int
	at     *url.URL
	header http.Header
	body   string
	root   *html.Node
}

// get opens a page of the service: "boites?q=kit", or a link as a page has it.
func (f *front) get(path string) sheet {
	f.t.Helper()
	if !strings.HasPrefix(path, "/") {
		path = panelRoot + path
	}
	req, err := http.NewRequestWithContext(f.t.Context(), http.MethodGet, f.base+path, nil)
	if err != nil {
		f.t.Fatal(err)
	}
	req.Header.Set("Accept", "text/html")
	return f.read(req)
}

func (f *front) read(req *http.Request) sheet {
	f.t.Helper()
	resp, err := f.http.Do(req)
	if err != nil {
		f.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		f.t.Fatal(err)
	}
	p := sheet{t: f.t, status: resp.StatusCode, at: resp.Request.URL, header: resp.Header, body: string(body)}
	if p.root, err = html.ParseWithOptions(bytes.NewReader(body), html.ParseOptionEnableScripting(false)); err != nil {
		f.t.Fatal(err)
	}
	return p
}

// upload is a file of a form.
type upload struct {
	name    string
	content []byte
}

// submit sends the first form to that path whose button has that value of "do" (any
// for ""), with some fields changed.
func (f *front) submit(p sheet, path, do string, change url.Values, files ...upload) sheet {
	f.t.Helper()
	for n := range p.root.Descendants() {
		if n.Data != "form" || at(n, "method") != "post" || !strings.HasSuffix(at(n, "action"), "/"+path) {
			continue
		}
		values, button := formValues(n, do)
		if !button {
			continue
		}
		for k, v := range change {
			values[k] = v
		}
		to, err := p.at.Parse(at(n, "action"))
		if err != nil {
			f.t.Fatal(err)
		}
		var b bytes.Buffer
		w := multipart.NewWriter(&b)
		for k, list := range values {
			for _, v := range list {
				_ = w.WriteField(k, v)
			}
		}
		for _, file := range files {
			part, err := w.CreateFormFile("files", file.name)
			if err != nil {
				f.t.Fatal(err)
			}
			_, _ = part.Write(file.content)
		}
		_ = w.Close()
		req, err := http.NewRequestWithContext(f.t.Context(), http.MethodPost, to.String(), &b)
		if err != nil {
			f.t.Fatal(err)
		}
		req.Header.Set("Content-Type", w.FormDataContentType())
		req.Header.Set("Accept", "text/html")
		return f.read(req)
	}
	f.t.Fatalf("no form to %s with do=%q in the page:\n%s", path, do, p.text())
	return sheet{}
}

// formValues are what a browser would send.
func formValues(form *html.Node, do string) (url.Values, bool) {
	out, button := url.Values{}, do == ""
	for e := range form.Descendants() {
		name := at(e, "name")
		switch {
		case e.Data == "input" && at(e, "type") == "checkbox":
			if has(e, "checked") {
				out.Add(name, at(e, "value"))
			}
		case e.Data == "input" && name != "" && at(e, "type") != "file":
			out.Add(name, at(e, "value"))
		case e.Data == "textarea" && e.FirstChild != nil:
			out.Add(name, e.FirstChild.Data)
		case e.Data == "select":
			for o := range e.Descendants() {
				if o.Data != "option" {
					continue
				}
				v := at(o, "value")
				if !has(o, "value") && o.FirstChild != nil {
					v = o.FirstChild.Data
				}
				if !out.Has(name) || has(o, "selected") {
					out.Set(name, v)
				}
			}
		case e.Data == "button" && name != "":
			if name == "do" && at(e, "value") == do || name != "do" && do == "" {
				out.Set(name, at(e, "value"))
				button = true
			}
		}
	}
	return out, button
}

func at(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func has(n *html.Node, name string) bool {
	return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == name })
}

// text is what a person reads.
func (p sheet) text() string {
	var b strings.Builder
	for n := range p.root.Descendants() {
		if n.Type == html.TextNode && n.Parent.Data != "script" {
			b.WriteString(n.Data + " ")
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// says checks that a page is there and has these words.
func (p sheet) says(words ...string) {
	p.t.Helper()
	text := p.text()
	if p.status != http.StatusOK {
		p.t.Errorf("%s: %d\n%s", p.at, p.status, text)
		return
	}
	for _, w := range words {
		if !strings.Contains(text, strings.Join(strings.Fields(w), " ")) {
			p.t.Errorf("%s lacks %q:\n%s", p.at, w, text)
		}
	}
}

// link is the address of the first link whose text begins so.
func (p sheet) link(text string) string {
	p.t.Helper()
	for n := range p.root.Descendants() {
		if n.Data == "a" && strings.HasPrefix(strings.TrimSpace(nodeText(n)), text) {
			return at(n, "href")
		}
	}
	p.t.Fatalf("%s has no link %q:\n%s", p.at, text, p.text())
	return ""
}

func nodeText(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return b.String()
}

// rows are the messages that a list has.
func (p sheet) rows() int {
	n := 0
	for d := range p.root.Descendants() {
		if d.Data == "ol" && at(d, "class") == "mss-rows" {
			for c := range d.ChildNodes() {
				if c.Data == "li" {
					n++
				}
			}
		}
	}
	return n
}

// safe checks that nothing of the page can run: no script or style of its own, no
// handler, no link but to pages.
func (p sheet) safe() {
	p.t.Helper()
	if !strings.Contains(p.header.Get("Content-Security-Policy"), "script-src 'self'") || p.header.Get("X-Content-Type-Options") != "nosniff" {
		p.t.Errorf("%s: policy %q", p.at, p.header.Get("Content-Security-Policy"))
	}
	for n := range p.root.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		switch n.Data {
		case "script":
			if !strings.HasPrefix(at(n, "src"), "/console/") {
				p.t.Errorf("%s: a script of its own: %v", p.at, n.Attr)
			}
		case "style", "iframe", "object", "embed", "base":
			p.t.Errorf("%s: <%s>", p.at, n.Data)
		case "img":
			if !strings.HasPrefix(at(n, "src"), "/console/assets/") {
				p.t.Errorf("%s: image %q", p.at, at(n, "src"))
			}
		}
		for _, a := range n.Attr {
			value := strings.ToLower(strings.TrimSpace(a.Val))
			if strings.HasPrefix(a.Key, "on") || a.Key == "style" || (a.Key == "href" || a.Key == "src" || a.Key == "action") && (strings.HasPrefix(value, "javascript:") || strings.HasPrefix(value, "data:")) {
				p.t.Errorf("%s: <%s %s=%q>", p.at, n.Data, a.Key, a.Val)
			}
		}
	}
}
