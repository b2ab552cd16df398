package tlsi_test

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/labstack/echo/v4"

	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/internal/sim"
	"github.com/segursim/segursim/internal/soap"
	"github.com/segursim/segursim/internal/tlsi"
)

func TestDispatch(t *testing.T) {
	t.Parallel()
	s := start(t, "")
	c := s.client("insi-auto")
	other := strings.ReplaceAll(repete, "Repete", "Autre")
	for _, x := range []struct {
		name, contentType string
		m                 message
		op                string // of the journal
		code, rule        string // empty: accepted
		status            int
	}{
		{name: "by wsa:Action", contentType: media, op: "repeter"},
		{name: "by the media type", contentType: withAction(echoAction), m: message{action: none}, op: "repeter"},
		{name: "unquoted action", contentType: "application/soap+xml;action=" + echoAction, m: message{action: none}, op: "repeter"},
		{name: "capitals", contentType: "Application/SOAP+XML; Action=\"" + echoAction + "\"", m: message{action: none}, op: "repeter"},
		{name: "both", contentType: withAction(echoAction), op: "repeter"},
		{name: "by the body", contentType: media, m: message{action: none}, op: "repeter"},
		{name: "no MessageID", contentType: media, m: message{id: none}, op: "repeter"},

		{name: "contradiction", contentType: withAction(sealAction), op: "lps", code: "desir_9003", rule: "tlsi.action.mismatch"},
		{name: "body of another operation", contentType: media, m: message{body: other}, op: "lps", code: "desir_9003", rule: "tlsi.action.body"},
		{name: "unknown action", contentType: media, m: message{action: "urn:x"}, op: "lps", code: "desir_9003", rule: "tlsi.action.unknown"},
		{name: "neither action nor body", contentType: media, m: message{action: none, body: other}, op: "lps", code: "desir_9003", rule: "tlsi.action.missing"},
		{name: "ADRi", contentType: media, m: message{action: "urn:adr:1.1.0:acquerirLesDroits"}, op: "lps", code: "desir_9004", rule: "tlsi.absent"},
		{name: "ALDi", contentType: media, m: message{action: "urn:ald:1.0.0:lister"}, op: "lps", code: "desir_9004", rule: "tlsi.absent"},
		{name: "HRi", contentType: withAction("urn:HR:1.1.0:ConsulterHistorique"), m: message{action: none}, op: "lps", code: "desir_9004", rule: "tlsi.absent"},
		{name: "IMTi", contentType: media, m: message{action: "urn:MT:3.0.0:LireMT"}, op: "lps", code: "desir_9004", rule: "tlsi.absent"},
		{name: "DMTi", contentType: media, m: message{action: "urn:MT:2.1.0:TeledeclarerMT"}, op: "lps", code: "desir_9004", rule: "tlsi.absent"},
		{name: "empty body", contentType: media, m: message{body: none}, op: "lps", code: "desir_9001", rule: "tlsi.body"},
		{name: "SOAP 1.1", contentType: "text/xml; charset=utf-8", op: "lps", code: "desir_9002", rule: "tlsi.media-type", status: 415},
		{name: "no media type", contentType: "", op: "lps", code: "desir_9002", rule: "tlsi.media-type", status: 415},
		{name: "attachments", contentType: "multipart/related; type=\"application/xop+xml\"", op: "lps", code: "desir_9002", rule: "tlsi.media-type", status: 415},
		{name: "must understand", contentType: media, m: message{more: `<x:h xmlns:x="urn:x" s:mustUnderstand="1"/>`}, op: "repeter", code: "desir_9006", rule: "tlsi.must-understand"},
		{name: "must understand what we do", contentType: media, m: message{more: `<a:To xmlns:a="` + soap.WSA + `" s:mustUnderstand="1">x</a:To>`}, op: "repeter"},
	} {
		t.Run(x.name, func(t *testing.T) {
			a := s.post(c, "/lps", x.contentType, x.m.String())
			if a.err != nil {
				t.Fatal(a.err)
			}
			if x.status == 0 {
				x.status = 500
				if x.code == "" {
					x.status = 200
				}
			}
			if a.status != x.status || a.entry.Op != x.op || x.code != "" && !(strings.Contains(a.body, `code="`+x.code+`"`) && strings.Contains(rules(a.entry), x.rule)) {
				t.Errorf("%d, op %q, %s\n%s", a.status, a.entry.Op, rules(a.entry), a.body)
			}
			if got := a.header.Get("Content-Type"); got != "application/soap+xml; charset=utf-8" {
				t.Errorf("Content-Type %q", got)
			}
			if _, err := soap.Decode([]byte(a.body), soap.Limits{}); err != nil {
				t.Errorf("not an envelope: %v", err)
			}
		})
	}
	a := s.post(c, "/lps", media, message{}.String(), "Content-Encoding", "gzip")
	if a.status != 415 || !strings.Contains(a.entry.Causes[0].Text.EN, "compressed") {
		t.Errorf("compressed: %d %+v", a.status, a.entry.Causes)
	}
}

// TestOtherPath: an operation may have a path of its own, and no ContexteBAM.
func TestOtherPath(t *testing.T) {
	t.Parallel()
	s := start(t, "")
	c := s.client("insi-auto")
	m := message{action: "urn:Essai:1.0.0:chemin", bam: none, body: strings.ReplaceAll(repete, "Repete", "Chemin")}.String()
	if a := s.post(c, contextPath, media, m); a.status != 200 || a.entry.Op != "chemin" {
		t.Errorf("%d %s", a.status, a.body)
	}
	if a := s.post(c, "/lps", media, m); !strings.Contains(a.body, "desir_9003") {
		t.Errorf("on /lps: %d %s", a.status, a.body)
	}
	if a := s.post(c, contextPath, media, message{}.String()); !strings.Contains(a.body, "desir_9003") {
		t.Errorf("the other way: %d %s", a.status, a.body)
	}
	resp, err := c.Get(s.url + "/lps")
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("GET: %d", resp.StatusCode)
	}
}

func TestTolerance(t *testing.T) {
	t.Parallel()
	s := start(t, "{action: tolerate, media_type: tolerate, headers: tolerate, idam: [TESTSEGUR000]}")
	c := s.client("insi-auto")
	for name, x := range map[string]struct {
		contentType string
		m           message
		ok          bool
	}{
		"any media type":   {"text/xml", message{}, true},
		"unknown action":   {media, message{action: "urn:x"}, true},
		"contradiction":    {withAction(echoAction), message{action: sealAction}, true},
		"action of other":  {media, message{action: sealAction}, true},
		"order of headers": {media, message{lps: strings.Replace(goodLPS, "<l:Id>1</l:Id>", "", 1)}, true},
		"known IDAM":       {media, message{}, true},
		"unknown IDAM":     {media, message{lps: strings.Replace(goodLPS, "TESTSEGUR000", "TESTSEGUR001", 1)}, false},
	} {
		a := s.post(c, "/lps", x.contentType, x.m.String())
		if (a.status == 200) != x.ok {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
		if !x.ok && !strings.Contains(a.body, "desir_550") {
			t.Errorf("%s: %s", name, a.body)
		}
	}
}

// TestHostile: what is too large, too deep or a bomb is refused at once, and the
// service goes on.
func TestHostile(t *testing.T) {
	t.Parallel()
	s := start(t, "limits: {bytes: 65536}")
	c := s.client("insi-auto")
	for name, x := range map[string]struct {
		body   string
		status int
		rule   string
	}{
		"bomb":            {`<!DOCTYPE a [<!ENTITY b "` + strings.Repeat("x", 1000) + `">]>` + message{}.String()[38:], 500, "tlsi.message.forbidden"},
		"external entity": {`<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>`, 500, "tlsi.message.forbidden"},
		"deep":            {message{body: strings.Repeat("<a>", 100) + strings.Repeat("</a>", 100)}.String(), 500, "tlsi.message.too-deep"},
		"large":           {message{body: "<a>" + strings.Repeat("x", 70000) + "</a>"}.String(), 413, "tlsi.message.too-large"},
		"not xml":         {"x", 500, "tlsi.message.malformed"},
		"empty":           {"", 500, "tlsi.message.malformed"},
		"SOAP 1.1":        {strings.ReplaceAll(message{}.String(), soap.NS, soap.NS11), 500, "tlsi.message.version-mismatch"},
	} {
		a := s.post(c, "/lps", media, x.body)
		if a.err != nil || a.status != x.status || rules(a.entry) != x.rule {
			t.Errorf("%s: %v %d %s", name, a.err, a.status, rules(a.entry))
		}
		if strings.Contains(a.body, "messageID") {
			t.Errorf("%s: a messageID from nowhere: %s", name, a.body)
		}
	}
	if a := s.post(c, "/lps", media, strings.ReplaceAll(message{}.String(), soap.NS, soap.NS11)); !strings.Contains(a.body, ":VersionMismatch<") {
		t.Errorf("SOAP 1.1: %s", a.body)
	}

	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.url+"/lps", io.LimitReader(&zeros{}, 100<<20))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", media)
	started := time.Now()
	if resp, err := c.Do(req); err == nil {
		if resp.StatusCode != 413 {
			t.Errorf("100 MB: %d", resp.StatusCode)
		}
		resp.Body.Close()
	}
	if d := time.Since(started); d > 5*time.Second {
		t.Errorf("100 MB took %v", d)
	}
	if a := s.post(s.client("insi-auto"), "/lps", media, message{}.String()); a.status != 200 {
		t.Errorf("afterwards: %d", a.status)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestFacts(t *testing.T) {
	t.Parallel()
	s := start(t, "")
	a := s.post(s.client("insi-manu"), "/lps", withAction(echoAction), message{}.String())
	want := map[string]any{
		"soap": map[string]any{"action": echoAction, "message_id": goodID, "body": "Repete"},
		"lps":  map[string]any{"idam": "TESTSEGUR000", "nom": "urn:lps:TEST:1", "version": "1", "instance": "INSTANCE-TEST", "emetteur": "300000000077081"},
		"access": map[string]any{
			"mode": "mtls-manu", "structure": "300000000077081", "person": "", "billing": "", "sector": "", "speciality": "", "profession": "", "vitale": false, "apcv": false,
		},
		"essai": map[string]any{"nom": "ADRUN"},
	}
	if diff := cmp.Diff(want, a.entry.Facts); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if a.entry.Service != "essai" || a.entry.Outcome != journal.OK || len(a.entry.Causes) != 0 {
		t.Errorf("%s %s %v", a.entry.Service, a.entry.Outcome, a.entry.Causes)
	}
	for path := range flatten("", a.entry.Facts) {
		if _, ok := tlsi.Facts()[path]; !ok && !strings.HasPrefix(path, "essai.") {
			t.Errorf("fact %s is not declared", path)
		}
	}
	a = s.post(s.client("insi-manu"), "/lps", media, message{lps: strings.Replace(goodLPS, ">TESTSEGUR000<", "><", 1)}.String())
	want = map[string]any{"layer": "desir", "siram": "siram_100", "code": "desir_550", "severity": "erreur"}
	if diff := cmp.Diff(want, a.entry.Facts["siram"]); diff != "" || a.entry.Outcome != journal.Refused {
		t.Errorf("%s (-want +got):\n%s", a.entry.Outcome, diff)
	}
}

func flatten(prefix string, m map[string]any) map[string]any {
	out := map[string]any{}
	for k, v := range m {
		if sub, ok := v.(map[string]any); ok {
			for k, v := range flatten(prefix+k+".", sub) {
				out[k] = v
			}
			continue
		}
		out[prefix+k] = v
	}
	return out
}

func TestOf(t *testing.T) {
	t.Parallel()
	configure := func(string, any) error { return nil }
	w := &sim.World{Shared: &sim.Shared{}, Configure: configure}
	first, err := tlsi.Of(w)
	if err != nil {
		t.Fatal(err)
	}
	if second, _ := tlsi.Of(w); second != first {
		t.Error("two doors in one world")
	}
	if _, err := tlsi.Of(&sim.World{}); err == nil {
		t.Error("a world without Shared")
	}
	g := echo.New().Group("")
	first.Mount(g)
	first.Mount(g) // a second service's
	for name, r := range map[string]tlsi.Route{
		"no handler": {Service: "a", Op: sim.Op{Name: "b"}, Action: "c"},
		"no name":    {Service: "a", Action: "c", Handle: func(*tlsi.Request) ([]byte, *tlsi.Fault) { return nil, nil }},
		"no way in":  {Service: "a", Op: sim.Op{Name: "b"}, Handle: func(*tlsi.Request) ([]byte, *tlsi.Fault) { return nil, nil }},
	} {
		if !panics(func() { first.Handle(r) }) {
			t.Errorf("%s: accepted", name)
		}
	}
	r := tlsi.Route{Service: "a", Op: sim.Op{Name: "b"}, Action: "c", Handle: func(*tlsi.Request) ([]byte, *tlsi.Fault) { return nil, nil }}
	first.Handle(r)
	if !panics(func() { first.Handle(r) }) {
		t.Error("the same action twice")
	}
}

func panics(f func()) (did bool) {
	defer func() { did = recover() != nil }()
	f()
	return false
}

func TestConfigRefused(t *testing.T) {
	t.Parallel()
	for section, says := range map[string]string{
		"style: bizarre":                   "live, cnda, ns2",
		"ps_life: -1h":                     "negative",
		"codes: {access: 560}":             "siram_NN/code",
		"codes: {access: \"siram_1/a b\"}": "siram_NN/code",
		"limits: {depth: -1}":              "negative",
		"inconnu: 1":                       "inconnu",
	} {
		w := &sim.World{Shared: &sim.Shared{}, Configure: strictYAML(section)}
		_, err := tlsi.Of(w)
		if err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", section, err)
		}
		if _, again := tlsi.Of(w); again == nil {
			t.Errorf("%s: the second service does not hear of it", section)
		}
	}
}

func BenchmarkServe(b *testing.B) {
	s := start(b, "")
	c := s.client("insi-auto")
	body := []byte(message{}.String())
	for b.Loop() {
		req, err := http.NewRequestWithContext(b.Context(), http.MethodPost, s.url+"/lps", bytes.NewReader(body))
		if err != nil {
			b.Fatal(err)
		}
		req.Header.Set("Content-Type", media)
		resp, err := c.Do(req)
		if err != nil {
			b.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
		if resp.StatusCode != 200 {
			b.Fatal(resp.Status)
		}
	}
}
