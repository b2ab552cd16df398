package mssante

import (
	"net/http"
	"net/url"
	"strconv"
	"sync"

	"github.com/labstack/echo/v4"

	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/internal/sim"
)

// note is what a form did, or why it did not.
type note struct {
	text    journal.Text
	refused bool
}

// notes are what forms said last: the redirection carries a note's id, never its
// words, so that an address cannot put words in a page.
type notes struct {
	mu   sync.Mutex
	last int
	by   map[string]note
}

// maxNotes bounds what is kept.
const maxNotes = 64

func (n *notes) put(v note) string {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.last++
	id := strconv.Itoa(n.last)
	n.by[id] = v
	delete(n.by, strconv.Itoa(n.last-maxNotes))
	return id
}

func (n *notes) get(id string) (note, bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	v, ok := n.by[id]
	return v, ok
}

// refusalText says why an action was refused, for a person.
func refusalText(e *sim.Error) journal.Text {
	if e.Cause.Text.FR != "" {
		return e.Cause.Text
	}
	if e.Kind == sim.Internal {
		return journal.Text{FR: "Le simulateur n'a pas pu le faire ; son journal technique dit pourquoi.", EN: "The simulator could not do it; its log says why."}
	}
	return journal.Text{FR: e.Error(), EN: e.Error()}
}

// back answers a form: to the page, with what it did or why it did not.
func (p *panel) back(c echo.Context, q url.Values, done journal.Text, err error) error {
	v := note{text: done}
	if err != nil {
		e := sim.AsError(err)
		if e.Kind == sim.Internal {
			p.s.world.Log.ErrorContext(c.Request().Context(), "mssante: console form", "error", err)
		}
		v = note{text: refusalText(e), refused: true}
	}
	if q == nil {
		q = url.Values{}
	}
	q.Set("said", p.said.put(v))
	return c.Redirect(http.StatusSeeOther, p.base()+"?"+q.Encode())
}

// carried are fields of a form that name what the page shows.
func carried(c echo.Context, names ...string) url.Values {
	q := url.Values{}
	for _, name := range names {
		if v := c.FormValue(name); v != "" {
			q.Set(name, v)
		}
	}
	return q
}
