package console

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/segursim/segursim/internal/journal"
)

// exchangeData is what one exchange's page shows.
type exchangeData struct {
	*journal.Entry
	Sides  []side
	Facts  []endpointField
	Tokens []tokenView
	Curl   string
	HTTP   bool
	Older  uint64 // the neighbours that match the filter; 0 when there is none
	Newer  uint64
	Query  string
}

// A side is one direction, made readable.
type side struct {
	Name  string // "request" or "response", as the API has it
	Title journal.Text
	Head  string
	Form  []harPair // a form's fields, or none
	JSON  string    // indented, or empty
	Text  string    // any other text
	Hex   string    // a dump of what is not text
	M     *journal.Message
}

// Limits of what a page shows of a body; the rest is downloaded.
const (
	maxShown     = 256 << 10
	maxDump      = 4 << 10
	neighbourCap = 20_000
)

func (c *Console) exchangePage(e echo.Context) error {
	entry, err := c.entry(e)
	if err != nil {
		return err
	}
	f, kept, err := c.pageFilter(e)
	if err != nil {
		return err
	}
	log, ctx := c.deps.World.Journal, e.Request().Context()
	data := exchangeData{
		Entry: entry, HTTP: isHTTP(entry), Query: kept.Encode(), Facts: flatten("", entry.Facts),
		Tokens: tokens(entry, c.deps.World.Clock.Now()),
	}
	if data.HTTP {
		data.Curl = curl(entry)
	}
	for _, s := range []side{
		{Name: "request", Title: journal.Text{FR: "Requête", EN: "Request"}, M: &entry.Request},
		{Name: "response", Title: journal.Text{FR: "Réponse", EN: "Response"}, M: &entry.Response},
	} {
		if len(s.M.Head) > 0 || s.M.Size > 0 {
			s.fill()
			data.Sides = append(data.Sides, s)
		}
	}
	if older := f.backward(ctx, log, entry.Seq, 1, neighbourCap); len(older) > 0 {
		data.Older = older[0].Seq
	}
	if newer, _ := f.forward(ctx, log, entry.Seq, 1); len(newer) > 0 {
		data.Newer = newer[0].Seq
	}
	title := fmt.Sprintf("n° %d", entry.Seq)
	return c.render(e, http.StatusOK, "exchange", c.page(e, journal.Text{FR: "Échange " + title, EN: "Exchange " + title}, data))
}

// fill makes the body readable by what its Content-Type says, or by what it is.
func (s *side) fill() {
	s.Head, _ = readable(s.M.Head)
	s.Head = strings.TrimRight(s.Head, "\r\n")
	body := s.M.Body
	if len(body) == 0 {
		return
	}
	if !isText(body) {
		s.Hex = hex.Dump(body[:min(len(body), maxDump)])
		return
	}
	kind := strings.ToLower(parseHead(s.M.Head).get("Content-Type"))
	switch {
	case strings.HasPrefix(kind, "application/x-www-form-urlencoded"):
		s.Form = formPairs(string(body))
	case strings.Contains(kind, "json") && len(body) <= maxShown && json.Valid(body):
		s.JSON = indent(body)
	default:
		s.Text = strings.ToValidUTF8(string(body[:min(len(body), maxShown)]), "")
	}
}

// Shown tells whether the page shows the whole kept body.
func (s side) Shown() bool {
	return (s.Hex == "" || len(s.M.Body) <= maxDump) && (s.Text == "" || len(s.M.Body) <= maxShown)
}
