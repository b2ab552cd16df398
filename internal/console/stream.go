package console

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"
)

// sendWithin is how long one write of an event stream may take, in real time: a
// reader that hangs is let go.
const sendWithin = 30 * time.Second

// StreamGap is the data of a "dropped" event: entries that the reader will not
// get, because the journal let go of them.
type StreamGap struct {
	From  uint64 `json:"from"`
	To    uint64 `json:"to"`
	Count uint64 `json:"count"`
}

// streamJournal sends the matching entries as server-sent events:
//
//	event: entry      id: the entry's number, data: its summary
//	event: dropped    data: StreamGap
//	event: restarted  the reader's number is ahead of the log's: another simulator
//
// It starts after Last-Event-ID, else after `after`, else with the next entry.
// A comment is sent when nothing was for a heartbeat.
func (c *Console) streamJournal(e echo.Context) error {
	q := e.QueryParams()
	f, err := c.filter(q)
	if err != nil {
		return err
	}
	log := c.deps.World.Journal
	cursor, err := number(q, "after", log.Last(), 1<<63)
	if err != nil {
		return err
	}
	if id := e.Request().Header.Get("Last-Event-ID"); id != "" {
		if cursor, err = strconv.ParseUint(id, 10, 64); err != nil {
			return badParameter("Last-Event-ID", id, "un numéro d'échange est attendu.", "an exchange's number is wanted.")
		}
	}
	ctx, cancel := c.scope(e.Request().Context(), 0)
	defer cancel()
	s := &stream{e: e, ctx: ctx, ctl: http.NewResponseController(e.Response())}
	e.Response().Header().Set(echo.HeaderContentType, "text/event-stream")
	e.Response().WriteHeader(http.StatusOK)
	s.send("retry: 1000\n\n")
	if cursor > log.Last() {
		s.event("restarted", 0, struct{}{})
		cursor = 0
	}
	for s.err == nil && ctx.Err() == nil {
		chunk := log.Summaries(cursor, scanChunk)
		for i := range chunk {
			if gap := chunk[i].Seq - cursor - 1; gap > 0 {
				s.event("dropped", 0, StreamGap{cursor + 1, chunk[i].Seq - 1, gap})
			}
			cursor = chunk[i].Seq
			if f.matches(log, &chunk[i]) {
				s.event("entry", cursor, chunk[i])
			}
		}
		if len(chunk) == scanChunk {
			continue
		}
		beat, stop := context.WithTimeout(ctx, c.deps.Heartbeat)
		if errors.Is(log.Wait(beat, cursor), context.DeadlineExceeded) {
			s.send(": alive\n\n")
		}
		stop()
	}
	return nil
}

// A stream writes events until one fails.
type stream struct {
	e   echo.Context
	ctx context.Context
	ctl *http.ResponseController
	err error
}

func (s *stream) event(name string, id uint64, data any) {
	b, err := json.Marshal(data)
	if err != nil {
		s.err = err
		return
	}
	head := ""
	if id > 0 {
		head = fmt.Sprintf("id: %d\n", id)
	}
	s.send(fmt.Sprintf("%sevent: %s\ndata: %s\n\n", head, name, b))
}

func (s *stream) send(text string) {
	if s.err != nil {
		return
	}
	ctx, cancel := context.WithTimeout(s.ctx, sendWithin)
	defer cancel()
	stop := context.AfterFunc(ctx, func() {
		_ = s.ctl.SetWriteDeadline(time.Unix(1, 0)) // long gone: the write ends now
	})
	defer stop()
	if _, s.err = s.e.Response().Write([]byte(text)); s.err == nil {
		s.err = s.ctl.Flush()
	}
}
