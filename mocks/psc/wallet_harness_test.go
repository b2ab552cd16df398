package psc_test

import (
	"context"
	"crypto/tls"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/segursim/segursim/mocks"
	"github.com/segursim/segursim/mocks/psc"
)

// People of the fixtures.
const (
	kit     = "899700366240" // e-CPS and card
	robert  = "899700218896"
	noPhone = "899990000061"
	blocked = "899990000095" // the card is
	revoked = "899990000103" // the card is
	pin     = "1234"
)

// walletBench is a simulator with what the tests of its pages do to it.
type walletBench struct {
	t   *testing.T
	srv *mocks.Server
}

func newWalletBench(t *testing.T, section string) *walletBench {
	t.Helper()
	opt := mocks.Options{Seed: "pages", PKIDir: pkiDir} // RSA keys are made once for all the tests
	if section != "" {
		opt.Sections = map[string][]byte{"psc": []byte(section)}
	}
	srv, err := mocks.Start(t.Context(), opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := srv.Close(); err != nil {
			t.Error(err)
		}
	})
	return &walletBench{t: t, srv: srv}
}

// do runs an action.
func (b *walletBench) do(verb string, in map[string]any) any {
	b.t.Helper()
	out, err := b.srv.Do(b.t.Context(), "psc", verb, in)
	if err != nil {
		b.t.Fatalf("action %s: %v", verb, err)
	}
	return out
}

// authorizeURL is an authorization request of the default client.
func (b *walletBench) authorizeURL(more ...string) string {
	q := url.Values{
		"response_type": {"code"}, "client_id": {psc.DefaultClientID}, "redirect_uri": {"https://lps.test/retour"},
		"scope": {"openid scope_all"}, "acr_values": {"eidas1"}, "state": {"etat"}, "nonce": {"nonce"},
	}
	for i := 0; i+1 < len(more); i += 2 {
		q.Set(more[i], more[i+1])
	}
	return b.srv.URL() + "/auth?" + q.Encode()
}

// walletTab is a browser without scripts that stops before foreign redirections.
type walletTab struct {
	t    *testing.T
	http *http.Client
	lang string
}

// pageAnswer is what a tab got.
type pageAnswer struct {
	status int
	header http.Header
	at     *url.URL
	body   string
	root   *html.Node
}

func (b *walletBench) tab(profile string) *walletTab {
	b.t.Helper()
	conf, err := b.srv.TLS(profile)
	if err != nil {
		b.t.Fatal(err)
	}
	return newWalletTab(b.t, conf)
}

func newWalletTab(t *testing.T, conf *tls.Config) *walletTab {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	tr := &http.Transport{TLSClientConfig: conf}
	t.Cleanup(tr.CloseIdleConnections)
	return &walletTab{t: t, http: &http.Client{
		Jar: jar, Transport: tr,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

func (w *walletTab) get(target string) pageAnswer {
	w.t.Helper()
	return w.send(http.MethodGet, target, nil, nil)
}

func (w *walletTab) post(target string, form url.Values, header map[string]string) pageAnswer {
	w.t.Helper()
	return w.send(http.MethodPost, target, form, header)
}

func (w *walletTab) send(method, target string, form url.Values, header map[string]string) pageAnswer {
	w.t.Helper()
	req, err := http.NewRequestWithContext(context.WithoutCancel(w.t.Context()), method, target, strings.NewReader(form.Encode()))
	if err != nil {
		w.t.Fatal(err)
	}
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if w.lang != "" {
		req.Header.Set("Accept-Language", w.lang)
	}
	for k, v := range header {
		req.Header.Set(k, v)
	}
	resp, err := w.http.Do(req)
	if err != nil {
		w.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	a := pageAnswer{status: resp.StatusCode, header: resp.Header, at: req.URL, body: string(body)}
	if a.root, err = html.ParseWithOptions(strings.NewReader(a.body), html.ParseOptionEnableScripting(false)); err != nil {
		w.t.Fatal(err)
	}
	return a
}

// submit sends the form whose action ends like that, its fields as the page has
// them, with some set.
func (w *walletTab) submit(page pageAnswer, action string, set url.Values, button string) pageAnswer {
	w.t.Helper()
	for n := range page.root.Descendants() {
		if n.Data != "form" || !strings.HasSuffix(actionPath(nodeAttr(n, "action")), action) {
			continue
		}
		fields := url.Values{}
		for e := range n.Descendants() {
			kind := nodeAttr(e, "type")
			switch {
			case e.Data != "input" || nodeAttr(e, "name") == "" || nodeHas(e, "disabled"):
			case (kind == "checkbox" || kind == "radio") && !nodeHas(e, "checked"):
			default:
				fields.Set(nodeAttr(e, "name"), nodeAttr(e, "value"))
			}
		}
		for k, v := range set {
			fields[k] = v
		}
		if name, value, ok := strings.Cut(button, "="); ok {
			fields.Set(name, value)
		}
		to, err := page.at.Parse(nodeAttr(n, "action"))
		if err != nil {
			w.t.Fatal(err)
		}
		if strings.EqualFold(nodeAttr(n, "method"), "post") {
			return w.post(to.String(), fields, nil)
		}
		to.RawQuery = fields.Encode()
		return w.get(to.String())
	}
	w.t.Fatalf("no form to %q in the page:\n%s", action, page.body)
	return pageAnswer{}
}

func actionPath(action string) string {
	path, _, _ := strings.Cut(action, "?")
	return path
}

// back is the query of a redirection to the client.
func (a pageAnswer) back(t *testing.T) url.Values {
	t.Helper()
	to := a.header.Get("Location")
	if a.status != http.StatusFound || !strings.HasPrefix(to, "https://lps.test/retour?") {
		t.Fatalf("status %d, Location %q, want a redirection to the client; body:\n%s", a.status, to, a.body)
	}
	u, err := url.Parse(to)
	if err != nil {
		t.Fatal(err)
	}
	return u.Query()
}

// text is the page's text, blanks folded, scripts left out.
func (a pageAnswer) text() string { return nodeText(a.root) }

func nodeText(n *html.Node) string {
	var b strings.Builder
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		if n.Data == "script" || n.Data == "style" || n.Data == "head" {
			return
		}
		if n.Type == html.TextNode {
			b.WriteString(n.Data + " ")
		}
		for c := range n.ChildNodes() {
			walk(c)
		}
	}
	walk(n)
	return strings.Join(strings.Fields(b.String()), " ")
}

// node is the first element with that attribute value.
func (a pageAnswer) node(name, value string) *html.Node {
	for n := range a.root.Descendants() {
		if n.Type == html.ElementNode && nodeAttr(n, name) == value {
			return n
		}
	}
	return nil
}

// problem is the text of the page's alert.
func (a pageAnswer) problem() string {
	if n := a.node("role", "alert"); n != nil {
		return nodeText(n)
	}
	return ""
}

// refresh is where the page goes by itself without scripts.
func (a pageAnswer) refresh() string {
	if n := a.node("http-equiv", "refresh"); n != nil {
		_, to, _ := strings.Cut(nodeAttr(n, "content"), "url=")
		return to
	}
	return ""
}

// number is the one that the waiting page shows.
func (a pageAnswer) number(t *testing.T) string {
	t.Helper()
	n := a.node("id", "number")
	if n == nil || !regexp.MustCompile(`^[0-9]{2}$`).MatchString(nodeText(n)) {
		t.Fatalf("no two-digit number in the page:\n%s", a.body)
	}
	return nodeText(n)
}

func nodeAttr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func nodeHas(n *html.Node, name string) bool {
	for _, a := range n.Attr {
		if a.Key == name {
			return true
		}
	}
	return false
}

// inline lists what a page's policy would block, and what an unescaped value
// would have made: scripts and styles in the page, handlers, foreign images.
func (a pageAnswer) inline() []string {
	var out []string
	for n := range a.root.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		if n.Data == "script" && (nodeAttr(n, "src") == "" || n.FirstChild != nil) || n.Data == "style" {
			out = append(out, "<"+n.Data+">")
		}
		for _, at := range n.Attr {
			switch {
			case at.Key == "style", strings.HasPrefix(at.Key, "on"), strings.HasPrefix(strings.ToLower(at.Val), "javascript:"),
				at.Key == "src" && !strings.HasPrefix(at.Val, "/"):
				out = append(out, n.Data+" "+at.Key+"="+at.Val)
			}
		}
	}
	return out
}
