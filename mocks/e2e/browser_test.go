package e2e_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"
)

// A browser is one without scripts: cookies, redirections, forms, and the
// refresh that a page asks for.
type browser struct {
	client *http.Client
	url    *url.URL
	status int
	header http.Header
	body   []byte
	hops   []string // where the last navigation went through
}

func (s *simulator) browser(tb testing.TB) *browser {
	tb.Helper()
	conf, err := s.TLS("")
	if err != nil {
		tb.Fatal(err)
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		tb.Fatal(err)
	}
	transport := &http.Transport{TLSClientConfig: conf}
	tb.Cleanup(transport.CloseIdleConnections)
	b := &browser{}
	b.client = &http.Client{Transport: transport, Jar: jar, Timeout: time.Minute, CheckRedirect: func(req *http.Request, via []*http.Request) error {
		b.hops = append(b.hops, req.URL.String())
		if len(via) > 20 {
			return http.ErrUseLastResponse
		}
		return nil
	}}
	return b
}

// open goes to an address, relative to the page that is shown.
func (b *browser) open(tb testing.TB, at string) {
	tb.Helper()
	b.navigate(tb, http.MethodGet, at, nil)
}

func (b *browser) navigate(tb testing.TB, method, at string, fields url.Values) {
	tb.Helper()
	to, err := url.Parse(at)
	if err != nil {
		tb.Fatal(err)
	}
	if b.url != nil {
		to = b.url.ResolveReference(to)
	}
	b.hops = []string{to.String()}
	var body io.Reader
	if fields != nil {
		body = strings.NewReader(fields.Encode())
	}
	req, err := http.NewRequestWithContext(tb.Context(), method, to.String(), body)
	if err != nil {
		tb.Fatal(err)
	}
	req.Header.Set("Accept", "text/html")
	if fields != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	res, err := b.client.Do(req)
	if err != nil {
		tb.Fatalf("%s: %v (by %v)", to, err, b.hops)
	}
	defer res.Body.Close()
	if b.body, err = io.ReadAll(res.Body); err != nil {
		tb.Fatal(err)
	}
	b.url, b.status, b.header = res.Request.URL, res.StatusCode, res.Header
}

// submit fills the form of the page that has a field and sends it.
func (b *browser) submit(tb testing.TB, field, value string) {
	tb.Helper()
	doc := b.parse(tb)
	for form := range doc.Descendants() {
		if form.Data != "form" {
			continue
		}
		fields, found := url.Values{}, false
		for n := range form.Descendants() {
			if n.Data == "input" && attr(n, "name") != "" && attr(n, "type") != "checkbox" {
				fields.Set(attr(n, "name"), attr(n, "value"))
				found = found || attr(n, "name") == field
			}
		}
		if found {
			fields.Set(field, value)
			b.navigate(tb, strings.ToUpper(attr(form, "method")), attr(form, "action"), fields)
			return
		}
	}
	tb.Fatalf("no form with %q on %s:\n%s", field, b.url, b.body)
}

// refresh goes where the page says a browser without scripts goes by itself.
func (b *browser) refresh(tb testing.TB) {
	tb.Helper()
	for n := range b.parse(tb).Descendants() {
		if n.Data == "meta" && strings.EqualFold(attr(n, "http-equiv"), "refresh") {
			if _, to, ok := strings.Cut(attr(n, "content"), "url="); ok {
				b.open(tb, to)
				return
			}
		}
	}
	tb.Fatalf("no refresh on %s:\n%s", b.url, b.body)
}

// has tells whether the page has a form with this field.
func (b *browser) has(tb testing.TB, field string) bool {
	tb.Helper()
	for n := range b.parse(tb).Descendants() {
		if n.Data == "input" && attr(n, "name") == field {
			return true
		}
	}
	return false
}

func (b *browser) parse(tb testing.TB) *html.Node {
	tb.Helper()
	doc, err := html.ParseWithOptions(bytes.NewReader(b.body), html.ParseOptionEnableScripting(false))
	if err != nil {
		tb.Fatal(err)
	}
	return doc
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// loginAtWallet logs in on the wallet's page with the e-CPS application, the
// person confirming through the control API.
func (b *browser) loginAtWallet(tb testing.TB, s *simulator, person string) {
	tb.Helper()
	b.submit(tb, "identifiant", person)
	if b.status != http.StatusOK {
		tb.Fatalf("wallet: %d\n%s", b.status, b.body)
	}
	s.act(tb, "approve", map[string]any{"login_hint": person})
	b.refresh(tb)
}
