package apcv_test

import (
	"bytes"
	"encoding/json"
	"image"
	"image/color"
	"image/png"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"
	"golang.org/x/net/html"
)

// page is the phone's page, read.
type page struct {
	status int
	at     *url.URL
	header http.Header
	body   []byte
	root   *html.Node
}

func (b *bench) console() *http.Client {
	jar, err := cookiejar.New(nil)
	if err != nil {
		b.t.Fatal(err)
	}
	tr := &http.Transport{}
	b.t.Cleanup(tr.CloseIdleConnections)
	return &http.Client{Jar: jar, Transport: tr}
}

func (b *bench) panel(rest string) string {
	return b.srv.ControlURL() + "/console/apcv/telephone" + rest
}

func (b *bench) get(c *http.Client, target string) page {
	b.t.Helper()
	resp, err := c.Get(target)
	if err != nil {
		b.t.Fatal(err)
	}
	return b.readPage(resp)
}

func (b *bench) readPage(resp *http.Response) page {
	b.t.Helper()
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	p := page{status: resp.StatusCode, at: resp.Request.URL, header: resp.Header, body: body}
	if p.root, err = html.ParseWithOptions(bytes.NewReader(body), html.ParseOptionEnableScripting(false)); err != nil {
		b.t.Fatal(err)
	}
	return p
}

// submit sends the n-th form to that verb, as the page has it.
func (b *bench) submit(c *http.Client, p page, verb string) page {
	b.t.Helper()
	for n := range p.root.Descendants() {
		if n.Data != "form" || !strings.HasSuffix(attr(n, "action"), "/"+verb) {
			continue
		}
		form := url.Values{}
		for e := range n.Descendants() {
			if e.Data == "input" {
				form.Set(attr(e, "name"), attr(e, "value"))
			}
		}
		to, err := p.at.Parse(attr(n, "action"))
		if err != nil {
			b.t.Fatal(err)
		}
		resp, err := c.PostForm(to.String(), form)
		if err != nil {
			b.t.Fatal(err)
		}
		return b.readPage(resp)
	}
	b.t.Fatalf("no form to %s in the page:\n%s", verb, p.text())
	return page{}
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func (p page) node(name, value string) *html.Node {
	for n := range p.root.Descendants() {
		if n.Type == html.ElementNode && attr(n, name) == value {
			return n
		}
	}
	return nil
}

func (p page) text() string {
	var b strings.Builder
	for n := range p.root.Descendants() {
		if n.Type == html.TextNode && n.Parent.Data != "script" {
			b.WriteString(n.Data + " ")
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// scanned reads the QR code drawn in the page, as a camera would.
func (p page) scanned(t *testing.T) string {
	t.Helper()
	svg := p.node("id", "qr")
	if svg == nil {
		t.Fatalf("no QR code in the page: %s", p.text())
	}
	side, err := strconv.Atoi(strings.Fields(attr(svg, "viewbox") + attr(svg, "viewBox"))[2])
	if err != nil {
		t.Fatal(err)
	}
	const scale = 5
	img := image.NewGray(image.Rect(0, 0, side*scale, side*scale))
	for i := range img.Pix {
		img.Pix[i] = 0xff
	}
	for n := range svg.Descendants() {
		for _, m := range regexp.MustCompile(`M(\d+) (\d+)h(\d+)v1h-\d+z`).FindAllStringSubmatch(attr(n, "d"), -1) {
			x, _ := strconv.Atoi(m[1])
			y, _ := strconv.Atoi(m[2])
			w, _ := strconv.Atoi(m[3])
			for dy := range scale {
				for dx := range w * scale {
					img.SetGray(x*scale+dx, y*scale+dy, color.Gray{})
				}
			}
		}
	}
	return decodeQR(t, img)
}

func decodeQR(t *testing.T, img image.Image) string {
	t.Helper()
	bmp, err := gozxing.NewBinaryBitmapFromImage(img)
	if err != nil {
		t.Fatal(err)
	}
	r, err := qrcode.NewQRCodeReader().Decode(bmp, map[gozxing.DecodeHintType]any{gozxing.DecodeHintType_TRY_HARDER: true})
	if err != nil {
		t.Fatalf("the QR code is not readable: %v", err)
	}
	return r.GetText()
}

// TestPhone takes the page through a reading, without scripts.
func TestPhone(t *testing.T) {
	t.Parallel()
	b := start(t, "")
	c := b.console()
	p := b.get(c, b.panel(""))
	for _, want := range []string{"Choisissez un patient", "inventés", "Aucune lecture"} {
		if !strings.Contains(p.text(), want) {
			t.Errorf("the page lacks %q: %s", want, p.text())
		}
	}
	p = b.get(c, b.panel("?patient="+alice))
	if !strings.Contains(p.text(), "Aucun QR code affiché") {
		t.Errorf("before: %s", p.text())
	}
	p = b.submit(c, p, "show")
	text := p.scanned(t)
	if text != attr(p.node("id", "payload"), "value") || !strings.HasPrefix(text, "SEGURSIM-TEST-APCV:") {
		t.Errorf("scanned %q, the page says %q", text, attr(p.node("id", "payload"), "value"))
	}
	for _, want := range []string{"ALICE SEGURSIM-ORDINAIRE", "120 s", "À usage unique", "Contenu inventé", "SIMULATEUR"} {
		if !strings.Contains(p.text(), want) {
			t.Errorf("the phone lacks %q: %s", want, p.text())
		}
	}
	link := ""
	for n := range p.root.Descendants() {
		if n.Data == "a" && strings.HasSuffix(attr(n, "href"), ".png") {
			link = attr(n, "href")
		}
	}
	file := b.get(c, b.srv.ControlURL()+link)
	img, err := png.Decode(bytes.NewReader(file.body))
	if err != nil {
		t.Fatalf("the image: %v", err)
	}
	if got := decodeQR(t, img); got != text {
		t.Errorf("the image says %q", got)
	}

	id, _ := b.read(text)
	p = b.get(c, b.panel("?patient="+alice))
	if !strings.Contains(p.text(), "Carte lue") || !strings.Contains(p.text(), "par KIT DOC0036624, "+morning.In(b.srv.Clock().Now().Location()).Format("15:04:05")) || !strings.Contains(p.text(), id) {
		t.Errorf("after the reading: %s", p.text())
	}
	p = b.submit(c, p, "destroy")
	if !strings.Contains(p.text(), "Contexte détruit") || !strings.Contains(p.text(), "(patient)") {
		t.Errorf("after the patient withdrew it: %s", p.text())
	}
	b.refused(b.send(destroyRequest(id)), "CONTEXTE_DETRUIT", "apcv.context-destroyed")

	p = b.submit(c, b.submit(c, p, "show"), "expire")
	if !strings.Contains(p.text(), "QR code expiré") {
		t.Errorf("expired by hand: %s", p.text())
	}
	p = b.submit(c, p, "show")
	b.srv.Clock().Advance(100 * time.Second)
	if p = b.get(c, b.panel("?patient="+alice)); !strings.Contains(p.text(), "20 s") {
		t.Errorf("the countdown: %s", p.text())
	}
	b.srv.Clock().Advance(20 * time.Second)
	if p = b.get(c, b.panel("?patient="+alice)); !strings.Contains(p.text(), "QR code expiré") || p.node("id", "qr") != nil {
		t.Errorf("expired: %s", p.text())
	}
}

// TestPhoneOf: whose phone it can be, and searches.
func TestPhoneOf(t *testing.T) {
	t.Parallel()
	b := start(t, "")
	b.show("segursim-usage")
	for name, tc := range map[string]struct{ query, says, not string }{
		"nobody":          {"?patient=personne", "Patient inconnu", "Afficher mon QR code"},
		"a dead person":   {"?patient=" + dead, "La personne est décédée", "Afficher mon QR code"},
		"no INS":          {"?patient=" + newborn, "n’a pas de matricule", "Afficher mon QR code"},
		"search":          {"?q=SEGURSIM-ORD", "ALICE SEGURSIM-ORDINAIRE", "ZOE"},
		"by matricule":    {"?q=2850475", "ALICE SEGURSIM-ORDINAIRE", "ZOE"},
		"no match":        {"?q=zzzz", "Personne ne correspond", "ZOE"},
		"whoever shows":   {"", "BERTILLE SEGURSIM-NAISSANCE 2700963999102", ""},
		"hostile":         {"?patient=" + url.QueryEscape(`"><script>alert(1)</script>`) + "&q=" + url.QueryEscape(`'><img src=x onerror=y>`), "Patient inconnu", "alert"},
		"put words in it": {"?done=" + url.QueryEscape("vous avez gagné") + "&problem=x", "Choisissez", "gagné"},
		"in English":      {"?lang=en&patient=" + alice, "Show my QR code", "Afficher"},
		"problem":         {"?problem=deceased", "n’est plus valable", ""},
	} {
		t.Run(name, func(t *testing.T) {
			p := b.get(b.console(), b.panel(tc.query))
			if p.status != http.StatusOK || !strings.Contains(p.text(), tc.says) {
				t.Errorf("%d lacks %q: %s", p.status, tc.says, p.text())
			}
			if tc.not != "" && strings.Contains(p.text(), tc.not) {
				t.Errorf("has %q: %s", tc.not, p.text())
			}
			for n := range p.root.Descendants() {
				for _, a := range n.Attr {
					if strings.HasPrefix(a.Key, "on") || a.Key == "style" || n.Data == "script" && attr(n, "src") == "" {
						t.Errorf("inline: <%s %s=%q>", n.Data, a.Key, a.Val)
					}
				}
			}
		})
	}
	for path, want := range map[string]int{
		"/qr/absent.png": 404, "/qr/absent": 404, "/assets/absent.css": 404, "/assets/panel.css": 200, "/assets/panel.js": 200,
	} {
		if p := b.get(b.console(), b.panel(path)); p.status != want {
			t.Errorf("%s: %d, want %d", path, p.status, want)
		}
	}
}

// TestPhoneForms: forms refuse a foreign site and what no longer is.
func TestPhoneForms(t *testing.T) {
	t.Parallel()
	b := start(t, "")
	c := b.console()
	resp, err := c.PostForm(b.panel("/show"), url.Values{"patient": {alice}})
	if err != nil {
		t.Fatal(err)
	}
	if p := b.readPage(resp); p.status != http.StatusForbidden {
		t.Errorf("without the form's token: %d", p.status)
	}
	shown := b.submit(c, b.get(c, b.panel("?patient="+alice)), "show")
	b.read(shown.scanned(t))
	if p := b.submit(c, shown, "expire"); !strings.Contains(p.text(), "n’est déjà plus valable") {
		t.Errorf("expire what was read: %s", p.text())
	}
	stale := b.get(c, b.panel("?patient="+alice))
	b.do("destroy", map[string]any{"patient": alice})
	if p := b.submit(c, stale, "destroy"); !strings.Contains(p.text(), "déjà détruit") {
		t.Errorf("destroy twice: %s", p.text())
	}
}

// TestPhoneLive: the script's answer changes when what it shows does, not with
// time alone.
func TestPhoneLive(t *testing.T) {
	t.Parallel()
	b := start(t, "")
	c := b.console()
	type answer struct {
		Parts map[string]struct{ Rev, HTML string }
		Left  map[string]int
		Time  string
		Say   string
	}
	live := func() (a answer) {
		t.Helper()
		if err := json.Unmarshal(b.get(c, b.panel("/live?patient="+alice)).body, &a); err != nil {
			t.Fatal(err)
		}
		return a
	}
	idle := live()
	shown := b.do("show", map[string]any{"patient": alice})
	now := live()
	if now.Parts["screen"].Rev == idle.Parts["screen"].Rev || now.Left[shown["code"].(string)] != 120 || now.Say != "QR code affiché." || now.Time != b.srv.Clock().Now().Format("15:04") {
		t.Errorf("shown: %+v", now)
	}
	b.srv.Clock().Advance(30 * time.Second)
	later := live()
	if later.Parts["screen"] != now.Parts["screen"] || later.Left[shown["code"].(string)] != 90 {
		t.Errorf("30 s later the part changed, or the countdown is %v", later.Left)
	}
	id, _ := b.read(shown["payload"].(string))
	if read := live(); read.Say != "Carte lue par KIT DOC0036624." || read.Left[id] != 1200 || read.Parts["contexts"].Rev == later.Parts["contexts"].Rev {
		t.Errorf("read: %+v", read)
	}
}
