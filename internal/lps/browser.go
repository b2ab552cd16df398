package lps

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

const (
	// maxHops bounds the redirections of one navigation, as browsers do.
	maxHops = 20
	maxPage = 1 << 20
)

// A tab is a small browser without scripts: cookies, redirections, forms, and
// the refresh that a page asks for.
type tab struct {
	http *http.Client
	lang string
	page page
}

// A page is what a tab shows.
type page struct {
	URL     *url.URL
	Status  int
	Forms   []form
	Refresh string // where the page asks to go by itself; empty when it does not
}

// visit goes to an address.
func (t *tab) visit(ctx context.Context, target string) error {
	return t.navigate(ctx, http.MethodGet, target, nil)
}

// submit sends a form of the page.
func (t *tab) submit(ctx context.Context, f form) error {
	if f.Method != http.MethodPost {
		u, err := url.Parse(f.Action)
		if err != nil {
			return fmt.Errorf("lps: form: %w", err)
		}
		u.RawQuery = f.Fields.Encode()
		return t.visit(ctx, u.String())
	}
	return t.navigate(ctx, http.MethodPost, f.Action, f.Fields)
}

// navigate sends a request and follows its redirections to a page.
func (t *tab) navigate(ctx context.Context, method, target string, fields url.Values) error {
	for range maxHops {
		var body io.Reader
		if fields != nil {
			body = strings.NewReader(fields.Encode())
		}
		req, err := http.NewRequestWithContext(ctx, method, target, body)
		if err != nil {
			return fmt.Errorf("lps: browser: %w", err)
		}
		req.Header.Set("Accept", "text/html")
		req.Header.Set("Accept-Language", t.lang)
		if fields != nil {
			req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
		resp, err := t.http.Do(req)
		if err != nil {
			return fmt.Errorf("lps: browser: %w", err)
		}
		next, err := resp.Location()
		if resp.StatusCode < 300 || resp.StatusCode > 399 || err != nil {
			return t.show(resp)
		}
		resp.Body.Close()
		// RFC 9110 §15.4: 307 and 308 keep the method, browsers make the others a GET.
		if resp.StatusCode != http.StatusTemporaryRedirect && resp.StatusCode != http.StatusPermanentRedirect {
			method, fields = http.MethodGet, nil
		}
		target = next.String()
	}
	return errors.New("lps: browser: too many redirections")
}

// show reads a page.
func (t *tab) show(resp *http.Response) error {
	defer resp.Body.Close()
	b, err := io.ReadAll(io.LimitReader(resp.Body, maxPage))
	if err != nil {
		return fmt.Errorf("lps: browser: %w", err)
	}
	p, err := parsePage(resp.Request.URL, bytes.NewReader(b))
	if err != nil {
		return err
	}
	p.Status = resp.StatusCode
	t.page = p
	return nil
}

// login is the page's form that asks for an identifier: the one with a single
// field that is no password.
func (p page) login() (form, error) {
	for _, f := range p.Forms {
		if len(f.names) == 1 && !f.password {
			return f, nil
		}
	}
	return form{}, fmt.Errorf("lps: the page %s (HTTP %d) has no form that asks for an identifier", p.URL.Path, p.Status)
}
