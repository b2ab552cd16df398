package console

import (
	"encoding/base64"
	"encoding/json"
	"mime"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/segursim/segursim/internal/journal"
)

// HAR 1.2: the format that browsers' developer tools read and write. Fields that
// begin with an underscore are the format's way to carry our own.
type (
	harEntry struct {
		StartedDateTime string      `json:"startedDateTime"`
		Time            float64     `json:"time"`
		Request         harRequest  `json:"request"`
		Response        harResponse `json:"response"`
		Cache           struct{}    `json:"cache"`
		Timings         harTimings  `json:"timings"`
		Comment         string      `json:"comment,omitempty"`
		Seq             uint64      `json:"_seq"`
		Service         string      `json:"_service,omitempty"`
		Op              string      `json:"_op,omitempty"`
		Outcome         string      `json:"_outcome"`
	}
	harRequest struct {
		Method      string    `json:"method"`
		URL         string    `json:"url"`
		HTTPVersion string    `json:"httpVersion"`
		Cookies     []harPair `json:"cookies"`
		Headers     []harPair `json:"headers"`
		QueryString []harPair `json:"queryString"`
		PostData    *harPost  `json:"postData,omitempty"`
		HeadersSize int       `json:"headersSize"`
		BodySize    int64     `json:"bodySize"`
	}
	harResponse struct {
		Status      int        `json:"status"`
		StatusText  string     `json:"statusText"`
		HTTPVersion string     `json:"httpVersion"`
		Cookies     []harPair  `json:"cookies"`
		Headers     []harPair  `json:"headers"`
		Content     harContent `json:"content"`
		RedirectURL string     `json:"redirectURL"`
		HeadersSize int        `json:"headersSize"`
		BodySize    int64      `json:"bodySize"`
	}
	harPair struct {
		Name  string `json:"name"`
		Value string `json:"value"`
	}
	harPost struct {
		MimeType string    `json:"mimeType"`
		Params   []harPair `json:"params"`
		Text     string    `json:"text"`
		Encoding string    `json:"_encoding,omitempty"` // base64; HAR has none for requests
		Comment  string    `json:"comment,omitempty"`
	}
	harContent struct {
		Size     int64  `json:"size"`
		MimeType string `json:"mimeType"`
		Text     string `json:"text,omitempty"`
		Encoding string `json:"encoding,omitempty"`
		Comment  string `json:"comment,omitempty"`
	}
	harTimings struct {
		Send    float64 `json:"send"`
		Wait    float64 `json:"wait"`
		Receive float64 `json:"receive"`
	}
)

// exportHAR streams the HTTP exchanges among the matching entries.
func (c *Console) exportHAR(e echo.Context) error {
	w, sep := e.Response(), ""
	open, err := json.Marshal(map[string]string{"name": "segursim (SIMULATEUR, TEST)", "version": c.deps.Version})
	if err != nil {
		return err
	}
	started := false
	start := func() error {
		if started {
			return nil
		}
		started = true
		_, err := w.Write([]byte(`{"log":{"version":"1.2","creator":` + string(open) + `,"entries":[`))
		return err
	}
	err = c.export(e, echo.MIMEApplicationJSON, "har", func(entry *journal.Entry) error {
		if err := start(); err != nil || !isHTTP(entry) {
			return err
		}
		b, err := json.Marshal(harOf(entry))
		if err != nil {
			return err
		}
		_, err = w.Write([]byte(sep + "\n" + string(b)))
		sep = ","
		return err
	})
	if err != nil {
		return err
	}
	if err := start(); err != nil {
		return err
	}
	_, err = w.Write([]byte("\n]}}\n"))
	return err
}

func harOf(e *journal.Entry) harEntry {
	ms := float64(e.Duration) / float64(time.Millisecond)
	return harEntry{
		StartedDateTime: e.Time.Format(time.RFC3339Nano), Time: ms,
		Request: harRequestOf(e), Response: harResponseOf(e),
		Timings: harTimings{Wait: ms}, Comment: e.Summary,
		Seq: e.Seq, Service: e.Service, Op: e.Op, Outcome: string(e.Outcome),
	}
}

func harRequestOf(e *journal.Entry) harRequest {
	h := parseHead(e.Request.Head)
	r := harRequest{
		Method: h.First, URL: requestURL(e), HTTPVersion: h.Third,
		Cookies: cookiePairs(h, "Cookie"), Headers: headPairs(h), QueryString: []harPair{},
		HeadersSize: len(e.Request.Head), BodySize: e.Request.Size,
	}
	if _, query, ok := strings.Cut(r.URL, "?"); ok {
		r.QueryString = formPairs(query)
	}
	if e.Request.Size == 0 {
		return r
	}
	p := &harPost{MimeType: h.get("Content-Type"), Params: []harPair{}, Comment: cutNote(&e.Request)}
	if isText(e.Request.Body) {
		p.Text = string(e.Request.Body)
	} else {
		p.Text, p.Encoding = base64.StdEncoding.EncodeToString(e.Request.Body), "base64"
	}
	if media, _, _ := mime.ParseMediaType(p.MimeType); media == "application/x-www-form-urlencoded" && p.Encoding == "" {
		p.Params = formPairs(p.Text)
	}
	r.PostData = p
	return r
}

func harResponseOf(e *journal.Entry) harResponse {
	h := parseHead(e.Response.Head)
	r := harResponse{
		HTTPVersion: h.First, StatusText: h.Third,
		Cookies: cookiePairs(h, "Set-Cookie"), Headers: headPairs(h), RedirectURL: h.get("Location"),
		HeadersSize: len(e.Response.Head), BodySize: e.Response.Size,
		Content: harContent{Size: e.Response.Size, MimeType: h.get("Content-Type"), Comment: cutNote(&e.Response)},
	}
	r.Status, _ = strconv.Atoi(h.Second) // 0 when nothing was answered, as HAR has it
	if isText(e.Response.Body) {
		r.Content.Text = string(e.Response.Body)
	} else {
		r.Content.Text, r.Content.Encoding = base64.StdEncoding.EncodeToString(e.Response.Body), "base64"
	}
	return r
}

func cutNote(m *journal.Message) string {
	if !m.Truncated() {
		return ""
	}
	return "cut: " + strconv.Itoa(len(m.Body)) + " bytes kept, sha256 of all " + m.SHA256
}

func headPairs(h httpHead) []harPair {
	out := []harPair{}
	for _, l := range h.Lines {
		out = append(out, harPair(l))
	}
	return out
}

// formPairs decodes a form or a query in its own order; what does not decode is
// kept as it is.
func formPairs(s string) []harPair {
	out := []harPair{}
	for part := range strings.SplitSeq(s, "&") {
		if part == "" {
			continue
		}
		k, v, _ := strings.Cut(part, "=")
		out = append(out, harPair{unescape(k), unescape(v)})
	}
	return out
}

func unescape(s string) string {
	if d, err := url.QueryUnescape(s); err == nil {
		return d
	}
	return s
}

func cookiePairs(h httpHead, header string) []harPair {
	out := []harPair{}
	for _, l := range h.Lines {
		if !strings.EqualFold(l.Name, header) {
			continue
		}
		for i, part := range strings.Split(l.Value, ";") {
			name, value, ok := strings.Cut(strings.TrimSpace(part), "=")
			if ok && (header == "Cookie" || i == 0) {
				out = append(out, harPair{name, value})
			}
		}
	}
	return out
}
