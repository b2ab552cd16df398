package lps

import (
	"bytes"
	"context"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/segursim/segursim/internal/lps/dossier"
)

//go:embed pages/*.html
var pages embed.FS

// The software's pages.
const (
	pageCGU     = "cgu"
	pageLogin   = "connexion"
	pageWaiting = "attente"
	pageHome    = "connecte"
	pageLogout  = "deconnexion"
	pageReturn  = "retour"

	pagePatient = "patient"
	pageCompare = "comparaison"
	pageCalls   = "journal"
	pagePrinted = "document"
	pageMail    = "messagerie"
)

// A view is what the pages show. A page is rendered from a copy.
type view struct {
	Lang       string
	Page       string
	Identifier string // the professional's, in the login zone
	Code       string // the two digits to compare
	Seconds    int    // how long the person has
	Connected  bool
	Name, ID   string // the connected person
	Notice     Text

	Record  dossier.Record // the patient's; read only
	Waiting bool           // for an answer of INSi
	Square  template.HTML  // the datamatrix INS of a qualified identity, as SVG

	BAL  string // that is open
	Mail []mailRow
}

// T is the text in the reader's language.
func (v view) T(fr, en string) string { return Text{FR: fr, EN: en}.In(v.Lang) }

// Say is a text of the record in the reader's language.
func (v view) Say(t dossier.Text) string { return Text(t).In(v.Lang) }

// Join writes a list of names.
func (view) Join(names []string) string { return strings.Join(names, " ") }

// A site is the software's own HTTP server, on a port of 127.0.0.1.
type site struct {
	base   string
	pages  *template.Template
	server *http.Server
	served chan error

	mu   sync.Mutex
	view view
	back chan url.Values // what the browser brought back from PSC
}

// open starts the server.
func open(lang string) (*site, error) {
	t, err := template.ParseFS(pages, "pages/*.html")
	if err != nil {
		return nil, fmt.Errorf("lps: %w", err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("lps: %w", err)
	}
	s := &site{
		base: "http://" + l.Addr().String(), pages: t,
		served: make(chan error, 1), back: make(chan url.Values, 1),
		view: view{Lang: lang},
	}
	mux := http.NewServeMux()
	for _, p := range []string{pageCGU, pageLogin, pageWaiting, pageHome, pageLogout, pagePatient, pageCompare, pageCalls, pagePrinted, pageMail} {
		mux.HandleFunc("GET /"+p, func(w http.ResponseWriter, r *http.Request) { s.serve(w, p) })
	}
	mux.HandleFunc("GET /"+pageReturn, s.comeBack)
	s.server = &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	go func() { s.served <- s.server.Serve(l) }()
	return s, nil
}

// close stops the server.
func (s *site) close() error {
	err := s.server.Close()
	if served := <-s.served; err == nil && !errors.Is(served, http.ErrServerClosed) {
		err = served
	}
	return err
}

// set changes what the pages show.
func (s *site) set(change func(*view)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(&s.view)
}

func (s *site) serve(w http.ResponseWriter, page string) {
	s.mu.Lock()
	v := s.view
	s.mu.Unlock()
	v.Page = page
	var b bytes.Buffer
	if err := s.pages.ExecuteTemplate(&b, page+".html", v); err != nil {
		http.Error(w, "LPS témoin SEGURSIM: "+err.Error(), http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	_, _ = b.WriteTo(w) // the reader may have gone
}

// comeBack takes what the browser brings back from the authorization endpoint.
func (s *site) comeBack(w http.ResponseWriter, r *http.Request) {
	select {
	case s.back <- r.URL.Query():
		http.Redirect(w, r, "/"+pageLogin, http.StatusSeeOther)
	default:
		http.Error(w, "LPS témoin SEGURSIM: une connexion est déjà en cours de retour", http.StatusConflict)
	}
}

// read fetches one page, as a screen would, and returns its HTML.
func (s *site) read(ctx context.Context, page string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.base+"/"+page, nil)
	if err != nil {
		return nil, fmt.Errorf("lps: page %s: %w", page, err)
	}
	t := &http.Transport{DisableKeepAlives: true}
	resp, err := (&http.Client{Transport: t}).Do(req)
	if err != nil {
		return nil, fmt.Errorf("lps: page %s: %w", page, err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	switch {
	case err != nil:
		return nil, fmt.Errorf("lps: page %s: %w", page, err)
	case resp.StatusCode != http.StatusOK:
		return nil, fmt.Errorf("lps: page %s: HTTP %d", page, resp.StatusCode)
	case !bytes.Contains(b, []byte(`data-page="`+page+`"`)):
		return nil, fmt.Errorf("lps: page %s: another page was served", page)
	}
	return b, nil
}
