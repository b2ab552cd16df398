package console_test

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/segursim/segursim/internal/journal"
)

func itoa(n uint64) string { return strconv.FormatUint(n, 10) }

func equal(t *testing.T, want, got any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Every page comes, in both languages, well formed enough and with its banner.
func TestPages(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	fill(h)
	for path, words := range map[string][2]string{
		"/console":                  {"Derniers refus", "Latest refusals"},
		"/console/journal":          {"En direct", "Live"},
		"/console/journal/1":        {"Jetons décodés", "Decoded tokens"},
		"/console/journal/3":        {"événement", "event"},
		"/console/journal/4":        {"Corps binaire", "Binary body"},
		"/console/clock":            {"Figer", "Freeze"},
		"/console/faults":           {"Poser un défaut", "Set a fault"},
		"/console/scenarios":        {"Commencer", "Start"},
		"/console/scenarios/essai":  {"Étapes", "Steps"},
		"/console/certs":            {"Certificats", "Certificates"},
		"/console/services/psc":     {"Ce qui n’est pas simulé", "What is not simulated"},
		"/console/psc/phone":        {"Téléphone e-CPS", "e-CPS phone"},
		"/console/journal/2":        {"la valeur attendue est", "the wanted value is"},
		"/console/journal?status=x": {"une classe comme 4xx", "a class such as 4xx"},
	} {
		for i, lang := range []string{"fr", "en"} {
			r := h.get(path, "Cookie: segursim_lang="+lang)
			if want := 200; r.status != want && !strings.Contains(path, "status=x") {
				t.Errorf("%s = %d", path, r.status)
			}
			for _, want := range []string{words[i], `<html lang="` + lang + `"`, "SIMULATEUR", "</html>", `<main id="content"`} {
				if !strings.Contains(r.body, want) {
					t.Errorf("%s in %s lacks %q", path, lang, want)
				}
			}
			for _, bad := range []string{"ZgotmplZ", "<no value>", "%!"} {
				if strings.Contains(r.body, bad) {
					t.Errorf("%s in %s holds %q", path, lang, bad)
				}
			}
		}
	}
}

func TestLanguageIsKept(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	if r := h.get("/console"); !strings.Contains(r.body, `<html lang="fr"`) {
		t.Error("the first page is not in French")
	}
	h.get("/console?lang=en")
	if r := h.get("/console/clock"); !strings.Contains(r.body, `<html lang="en"`) {
		t.Error("the choice was not kept")
	}
	h.get("/console?lang=xx")
	if r := h.get("/console"); !strings.Contains(r.body, `<html lang="en"`) {
		t.Error("an unknown language changed the choice")
	}
}

// What peers send is shown, never run.
func TestPagesEscape(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	const evil = `<script>alert(1)</script>`
	e := exchange(1)
	e.Summary, e.Service, e.Op = evil, evil, evil
	e.Facts = map[string]any{evil: evil}
	e.Causes = []journal.Cause{{Rule: evil, Ref: evil, Text: journal.Text{FR: "`" + evil + "`", EN: evil}}}
	e.Request.Body = []byte("a=" + url.QueryEscape(evil))
	e.Request.Head = []byte("POST /" + evil + " HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\nX: " + evil + "\r\n\r\n")
	e.Outcome = journal.Refused
	h.world.Journal.Append(e)
	for _, path := range []string{"/console", "/console/journal", "/console/journal/1", "/console/journal/rows", "/console/journal?q=" + url.QueryEscape(evil)} {
		if r := h.get(path); r.status != 200 || strings.Contains(r.body, evil) {
			t.Errorf("%s = %d and holds the script", path, r.status)
		}
	}
}

func TestJournalPages(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	for i := range 250 {
		if i%2 == 0 {
			h.world.Journal.Append(exchange(i))
		} else {
			h.world.Journal.Append(refusal(i))
		}
	}
	seen := map[string]bool{}
	path := "/console/journal?outcome=refused"
	for range 5 {
		r := h.get(path)
		for part := range strings.SplitSeq(r.body, `<tr data-seq="`) {
			if seq, _, ok := strings.Cut(part, `"`); ok && len(seq) < 8 && !strings.HasPrefix(seq, "<") {
				if seen[seq] {
					t.Errorf("entry %s is on two pages", seq)
				}
				seen[seq] = true
			}
		}
		_, rest, more := strings.Cut(r.body, `rel="next"`)
		if !more {
			break
		}
		_ = rest
		i := strings.LastIndex(r.body[:len(r.body)-len(rest)], `href="?`)
		link, _, _ := strings.Cut(r.body[i+len(`href="`):], `"`)
		path = "/console/journal" + strings.ReplaceAll(link, "&amp;", "&")
	}
	if len(seen) != 125 {
		t.Errorf("%d refusals over the pages, want 125", len(seen))
	}

	rows := h.get("/console/journal/rows?after=245")
	if n := strings.Count(rows.body, "<tr "); n != 5 || rows.header.Get("X-Segursim-Newest") != "250" {
		t.Errorf("%d rows up to %s, want 5 up to 250", n, rows.header.Get("X-Segursim-Newest"))
	}
	if n := strings.Count(h.get("/console/journal/rows?after=0").body, "<tr "); n != 100 {
		t.Errorf("%d rows at once, want 100 at most", n)
	}
	filtered := h.get("/console/journal/2?outcome=refused")
	if !strings.Contains(filtered.body, "/console/journal/4?outcome=refused") || strings.Contains(filtered.body, `rel="prev"`) {
		t.Error("the neighbours do not follow the filter")
	}
}

func TestClockForm(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	token := h.token()
	post := func(fields url.Values) reply {
		fields.Set("_token", token)
		return h.form("/console/clock", fields)
	}
	before := h.world.Clock.Now()
	if r := post(url.Values{"do": {"advance"}, "advance": {"2 m"}}); r.status != 303 || h.world.Clock.Now().Sub(before) < 2*time.Minute {
		t.Errorf("advance = %d, now %v", r.status, h.world.Clock.Now())
	}
	if r := post(url.Values{"do": {"freeze"}}); r.status != 303 || !h.world.Clock.State().Frozen {
		t.Errorf("freeze = %d", r.status)
	}
	post(url.Values{"do": {"set"}, "set": {"2026-01-15T09:00"}})
	if got := h.world.Clock.Now().Format("2006-01-02T15:04"); got != "2026-01-15T09:00" {
		t.Errorf("set to %s", got)
	}
	post(url.Values{"do": {"unfreeze"}})
	if r := post(url.Values{"do": {"reset"}}); r.status != 303 || h.world.Clock.State().Frozen {
		t.Errorf("reset = %d", r.status)
	}
	bad := post(url.Values{"do": {"advance"}, "advance": {"bientôt"}})
	if bad.status != 400 || !strings.Contains(bad.body, "message refused") || !strings.Contains(bad.body, "bientôt") {
		t.Errorf("bad duration = %d", bad.status)
	}
	if r := post(url.Values{}); r.status != 400 {
		t.Errorf("nothing to do = %d", r.status)
	}
	for path, at := range map[string]string{"/console/reset": "/console?notice=reset", "/console/journal/clear": "/console/journal?notice=journal"} {
		if r := h.form(path, url.Values{"_token": {token}}); r.status != 303 || r.header.Get("Location") != at {
			t.Errorf("%s = %d to %s", path, r.status, r.header.Get("Location"))
		}
	}
}

func TestAssets(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	for name, media := range map[string]string{"console.css": "text/css", "console.js": "text/javascript", "mark.svg": "image/svg+xml"} {
		r := h.get("/console/assets/" + name)
		if r.status != 200 || !strings.HasPrefix(r.header.Get("Content-Type"), media) {
			t.Errorf("%s = %d %s", name, r.status, r.header.Get("Content-Type"))
		}
		if again := h.get("/console/assets/"+name, "If-None-Match: "+r.header.Get("ETag")); again.status != 304 {
			t.Errorf("%s again = %d", name, again.status)
		}
	}
	if r := h.get("/console/assets/absent.js"); r.status != 404 {
		t.Errorf("absent = %d", r.status)
	}
}

func BenchmarkJournalPage(b *testing.B) {
	log := journal.New(journal.Options{})
	for i := range 100_000 {
		log.Append(exchange(i))
	}
	b.Logf("journal: %+v", log.Stats())
	h := benchHarness(b, log)
	for _, path := range []string{"/console/journal", "/console/journal?op=absent", "/console/journal?q=absent", "/console/journal?where=form.acr_values+%3D%3D+%22absent%22", "/api/journal?limit=100"} {
		b.Run(fmt.Sprint(path), func(b *testing.B) {
			for b.Loop() {
				if code := h(path); code != 200 {
					b.Fatal(code)
				}
			}
		})
	}
}
