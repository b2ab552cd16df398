package console

import (
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/segursim/segursim/internal/journal"
)

// maxEntries bounds one answer of the list.
const maxEntries = 1000

// JournalList is a part of the journal.
type JournalList struct {
	Entries any    `json:"entries" doc:"summaries, oldest first; whole entries with bodies=1"`
	Next    uint64 `json:"next" doc:"what to give as after to go on from here"`
	First   uint64 `json:"first" doc:"number of the oldest entry kept, 0 when there is none"`
	Last    uint64 `json:"last" doc:"number of the newest entry"`
	Dropped uint64 `json:"dropped" doc:"entries that the journal's bounds pushed out"`
}

// listJournal answers the entries after a number, at once or as soon as one
// matches.
func (c *Console) listJournal(e echo.Context) error {
	q := e.QueryParams()
	f, err := c.filter(q)
	if err != nil {
		return err
	}
	after, err := number(q, "after", 0, 1<<63)
	if err != nil {
		return err
	}
	limit, err := number(q, "limit", 100, maxEntries)
	if err != nil {
		return err
	}
	whole, err := boolean(q, "bodies", false)
	if err != nil {
		return err
	}
	wait, err := waiting(q)
	if err != nil {
		return err
	}
	log := c.deps.World.Journal
	ctx, cancel := c.scope(e.Request().Context(), wait)
	defer cancel()
	scan := e.Request().Context() // the wait bounds waiting, not reading
	found, next := f.forward(scan, log, after, max(1, int(limit)))
	for wait > 0 && len(found) == 0 && log.Wait(ctx, next) == nil {
		found, next = f.forward(scan, log, next, max(1, int(limit)))
	}
	out := JournalList{Entries: found, Next: next}
	if whole {
		out.Entries = c.wholeEntries(found)
	}
	s := log.Stats()
	out.First, out.Last, out.Dropped = s.First, s.Last, s.Dropped
	return answer(e, http.StatusOK, out)
}

func (c *Console) wholeEntries(found []journal.Summary) []EntryView {
	out := make([]EntryView, 0, len(found))
	for _, s := range found {
		if entry, ok := c.deps.World.Journal.Get(s.Seq); ok {
			out = append(out, viewEntry(entry))
		}
	}
	return out
}

// entry returns the one that the path names.
func (c *Console) entry(e echo.Context) (*journal.Entry, error) {
	seq, err := sequence(e)
	if err != nil {
		return nil, err
	}
	entry, ok := c.deps.World.Journal.Get(seq)
	if !ok {
		return nil, notFound(journal.Text{FR: "Échange", EN: "Exchange"}, e.Param("seq"))
	}
	return entry, nil
}

func (c *Console) getEntry(e echo.Context) error {
	entry, err := c.entry(e)
	if err != nil {
		return err
	}
	return answer(e, http.StatusOK, viewEntry(entry))
}

func (c *Console) getRequest(e echo.Context) error {
	return c.rawMessage(e, "request", func(x *journal.Entry) *journal.Message { return &x.Request })
}

func (c *Console) getResponse(e echo.Context) error {
	return c.rawMessage(e, "response", func(x *journal.Entry) *journal.Message { return &x.Response })
}

// rawMessage sends the bytes of one direction, as a download: a browser must not
// run what a peer sent.
func (c *Console) rawMessage(e echo.Context, name string, of func(*journal.Entry) *journal.Message) error {
	entry, err := c.entry(e)
	if err != nil {
		return err
	}
	m := of(entry)
	var b []byte
	switch part := e.QueryParam("part"); part {
	case "", "all":
		b = raw(m)
	case "head":
		b = m.Head
	case "body":
		b = m.Body
	default:
		return badParameter("part", part, "all, head ou body.", "all, head or body.")
	}
	h := e.Response().Header()
	h.Set("Content-Disposition", fmt.Sprintf(`attachment; filename="segursim-%d-%s.bin"`, entry.Seq, name))
	if m.Truncated() {
		h.Set("X-Segursim-Truncated", fmt.Sprintf("kept %d of %d bytes, sha256 %s", len(m.Body), m.Size, m.SHA256))
	}
	return e.Blob(http.StatusOK, echo.MIMEOctetStream, b)
}

func (c *Console) getCurl(e echo.Context) error {
	entry, err := c.entry(e)
	if err != nil {
		return err
	}
	return e.String(http.StatusOK, curl(entry))
}

// clearJournal forgets every entry; the numbers go on.
func (c *Console) clearJournal(e echo.Context) error {
	c.deps.World.Journal.Reset()
	c.counters.reset()
	return e.NoContent(http.StatusNoContent)
}

// exportNDJSON streams the matching entries, one JSON object a line, as they were
// when it was asked for.
func (c *Console) exportNDJSON(e echo.Context) error {
	w := e.Response()
	return c.export(e, "application/x-ndjson", "ndjson", func(entry *journal.Entry) error {
		return json.NewEncoder(w).Encode(viewEntry(entry))
	})
}

// export streams the matching entries through one, oldest first.
func (c *Console) export(e echo.Context, media, ext string, one func(*journal.Entry) error) error {
	f, err := c.filter(e.QueryParams())
	if err != nil {
		return err
	}
	after, err := number(e.QueryParams(), "after", 0, 1<<63)
	if err != nil {
		return err
	}
	log, last := c.deps.World.Journal, c.deps.World.Journal.Last()
	ctx, cancel := c.scope(e.Request().Context(), 0)
	defer cancel()
	h := e.Response().Header()
	h.Set(echo.HeaderContentType, media)
	h.Set("Content-Disposition", `attachment; filename="segursim-journal.`+ext+`"`)
	e.Response().WriteHeader(http.StatusOK)
	for after < last && ctx.Err() == nil {
		found, next := f.forward(ctx, log, after, scanChunk)
		for _, s := range found {
			if s.Seq > last {
				break
			}
			entry, ok := log.Get(s.Seq)
			if !ok {
				continue
			}
			if err := one(entry); err != nil {
				return err
			}
		}
		if next == after {
			break
		}
		after = next
	}
	return nil
}
