package lps

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParsePage(t *testing.T) {
	t.Parallel()
	u, err := url.Parse("https://psc.test/auth?x=1")
	if err != nil {
		t.Fatal(err)
	}
	type want struct {
		Action, Method, Fields, Names string
	}
	for name, tc := range map[string]struct {
		src     string
		forms   []want
		refresh string
	}{
		"text": {
			`<form method=post action="/in"><input name=id value=a><button>ok</button></form>`,
			[]want{{"https://psc.test/in", "POST", "id=a", "id"}},
			"",
		},
		"own address": {`<form><input name=q></form>`, []want{{"https://psc.test/auth?x=1", "GET", "q=", "q"}}, ""},
		"kinds": {
			`<form action=go><input type=hidden name=h value=1><input type=checkbox name=c checked><input type=checkbox name=d>
			<input type=radio name=r value=2 checked><input type=file name=f><input type=reset name=s><input disabled name=x>
			<input><button name=b1 value=1>1</button><button name=b2 value=2>2</button></form>`,
			[]want{{"https://psc.test/go", "GET", "b1=1&c=on&h=1&r=2", ""}},
			"",
		},
		"two": {
			`<form><input name=a></form><form><input name=b type=password></form>`,
			[]want{{"https://psc.test/auth?x=1", "GET", "a=", "a"}, {"https://psc.test/auth?x=1", "GET", "b=", "b"}},
			"",
		},
		"noscript refresh": {`<head><noscript><meta http-equiv="refresh" content="2;url=/w/1/continue"></noscript></head>`, nil, "https://psc.test/w/1/continue"},
		"refresh itself":   {`<meta http-equiv=Refresh content=5>`, nil, "https://psc.test/auth?x=1"},
		"quoted refresh":   {`<meta http-equiv=refresh content="0; URL='a b'">`, nil, "https://psc.test/a%20b"},
		"nothing":          {``, nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, err := parsePage(u, strings.NewReader(tc.src))
			if err != nil {
				t.Fatal(err)
			}
			var got []want
			for _, f := range p.Forms {
				got = append(got, want{f.Action, f.Method, f.Fields.Encode(), strings.Join(f.names, " ")})
			}
			if diff := cmp.Diff(tc.forms, got); diff != "" {
				t.Errorf("forms (-want +got):\n%s", diff)
			}
			if p.Refresh != tc.refresh {
				t.Errorf("refresh %q, want %q", p.Refresh, tc.refresh)
			}
		})
	}
	for _, src := range []string{`<form action="http://a:b:c">`, `<meta http-equiv=refresh content="0;url=http://a:b:c">`} {
		if _, err := parsePage(u, strings.NewReader(src)); err == nil {
			t.Errorf("%s: no error", src)
		}
	}
}

func FuzzParsePage(f *testing.F) {
	for _, s := range []string{"", "<form><input name=a>", `<meta http-equiv=refresh content="2;url=/x">`, "<form action=%zz>", "<a"} {
		f.Add(s)
	}
	u := &url.URL{Scheme: "https", Host: "psc.test", Path: "/"}
	f.Fuzz(func(t *testing.T, src string) {
		p, err := parsePage(u, strings.NewReader(src))
		if err != nil {
			return
		}
		for _, form := range p.Forms {
			if _, err := url.Parse(form.Action); err != nil {
				t.Errorf("action %q: %v", form.Action, err)
			}
		}
	})
}

func TestTab(t *testing.T) {
	t.Parallel()
	mux := http.NewServeMux()
	mux.HandleFunc("/loop", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/loop", http.StatusFound) })
	mux.HandleFunc("/start", func(w http.ResponseWriter, r *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "sso", Value: "1"})
		http.Redirect(w, r, "/page", http.StatusFound)
	})
	mux.HandleFunc("/page", func(w http.ResponseWriter, r *http.Request) {
		if c, err := r.Cookie("sso"); err != nil || c.Value != "1" || r.Header.Get("Accept-Language") != "fr" {
			http.Error(w, "no cookie", http.StatusForbidden)
			return
		}
		_, _ = w.Write([]byte(`<form method=post action=/in><input name=pin type=password></form><form method=post action=/in><input name=id></form>`))
	})
	mux.HandleFunc("/in", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/out?was="+r.Method+"&id="+r.PostFormValue("id"), http.StatusSeeOther)
	})
	mux.HandleFunc("/keep", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/in", http.StatusTemporaryRedirect)
	})
	mux.HandleFunc("/out", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusTeapot) })
	srv := httptest.NewServer(mux)
	t.Cleanup(srv.Close)
	hc, err := browser(srv.Client())
	if err != nil {
		t.Fatal(err)
	}
	tb := &tab{http: hc, lang: "fr"}
	if err := tb.visit(t.Context(), srv.URL+"/start"); err != nil {
		t.Fatal(err)
	}
	f, err := tb.page.login()
	if err != nil {
		t.Fatal(err)
	}
	f.fill("a/B")
	for _, path := range []string{"/in", "/keep"} {
		f.Action = srv.URL + path
		if err := tb.submit(t.Context(), f); err != nil {
			t.Fatal(err)
		}
		if got, want := tb.page.URL.RawQuery, "was=POST&id=a/B"; got != want || tb.page.Status != http.StatusTeapot {
			t.Errorf("%s ended at %q with HTTP %d, want %q with 418", path, got, tb.page.Status, want)
		}
	}
	if _, err := tb.page.login(); err == nil {
		t.Error("a page without form has a login form")
	}
	if err := tb.submit(t.Context(), form{Action: srv.URL + "/out?a=1", Fields: url.Values{"q": {"2"}}}); err != nil || tb.page.URL.RawQuery != "q=2" {
		t.Errorf("a GET form went to %v, %v", tb.page.URL, err)
	}
	if err := tb.visit(t.Context(), srv.URL+"/loop"); err == nil || !strings.Contains(err.Error(), "too many") {
		t.Errorf("error %v, want too many redirections", err)
	}
	if err := tb.visit(t.Context(), "http://127.0.0.1:1/"); err == nil {
		t.Error("nobody there: no error")
	}
}
