package mssante

import (
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"github.com/segursim/segursim/internal/journal"
)

// pageNumber is the page asked for, from 1.
func pageNumber(c echo.Context) int {
	n, err := strconv.Atoi(c.QueryParam("page"))
	if err != nil || n < 1 || n > 1<<20 {
		return 1
	}
	return n
}

// boxKeeps are the parameters of the list that a form keeps.
func boxKeeps(c echo.Context) (address string, keep []string) {
	return c.FormValue("bal"), []string{"bal", "q", "kind", "state", "domain", "page"}
}

// boxState opens or closes a BAL.
func (p *panel) boxState(c echo.Context) error {
	address, keep := boxKeeps(c)
	in, ctx := map[string]any{"address": address}, c.Request().Context()
	var err error
	var done journal.Text
	switch c.FormValue("do") {
	case "open":
		_, err = p.s.actOpenBAL(ctx, in)
		done = journal.Text{FR: "BAL ouverte : elle reçoit et s'ouvre de nouveau.", EN: "BAL open: it receives and opens again."}
	case "close":
		_, err = p.s.actCloseBAL(ctx, in)
		done = journal.Text{FR: "BAL fermée : ce qui lui est envoyé revient.", EN: "BAL closed: what is sent to it comes back."}
	default:
		return echo.NewHTTPError(http.StatusBadRequest, "do: open, close")
	}
	return p.back(c, carried(c, keep...), done, err)
}

// boxDelegate gives a delegation, or takes it away.
func (p *panel) boxDelegate(c echo.Context) error {
	address, keep := boxKeeps(c)
	_, err := p.s.actDelegateBAL(c.Request().Context(), map[string]any{
		"address": address, "person": c.FormValue("person"), "remove": c.FormValue("remove"),
	})
	done := journal.Text{FR: "Délégation donnée.", EN: "Delegation given."}
	if c.FormValue("remove") != "" {
		done = journal.Text{FR: "Délégation retirée.", EN: "Delegation taken away."}
	}
	return p.back(c, carried(c, keep...), done, err)
}

// boxReceipts says how a simulated professional's BAL answers what asks for a receipt.
func (p *panel) boxReceipts(c echo.Context) error {
	address, keep := boxKeeps(c)
	_, err := p.s.actReceipts(c.Request().Context(), map[string]any{
		"bal": address, "disposition": c.FormValue("disposition"), "code": codeFor(c), "delay": c.FormValue("delay"),
	})
	return p.back(c, carried(c, keep...), journal.Text{FR: "Accusés réglés.", EN: "Receipts set."}, err)
}

// codeFor is the code of a form, where its disposition has one.
func codeFor(c echo.Context) string {
	if c.FormValue("disposition") != readError {
		return ""
	}
	return c.FormValue("code")
}

// boxQuota changes a quota.
func (p *panel) boxQuota(c echo.Context) error {
	address, keep := boxKeeps(c)
	_, err := p.s.actQuota(c.Request().Context(), map[string]any{"bal": address, "bytes": c.FormValue("bytes")})
	return p.back(c, carried(c, keep...), journal.Text{FR: "Quota changé.", EN: "Quota changed."}, err)
}
