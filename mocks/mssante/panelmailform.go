package mssante

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/internal/sim"
	"github.com/segursim/segursim/internal/store"
	"github.com/segursim/segursim/mocks/mssante/mailbox"
)

// mailKeeps are the parameters of the webmail that a form keeps.
func mailKeeps() []string { return []string{"bal", "folder", "message", "before", "after", "q", "tab"} }

// mailSeen marks a message as read, or as unread, as a mail client does: no receipt
// goes out for it.
func (p *panel) mailSeen(c echo.Context) error {
	how, done := mailbox.AddFlags, journal.Text{FR: "Marqué comme lu, sans accusé.", EN: "Marked as read, without a receipt."}
	flag := `\Seen`
	switch c.FormValue("do") {
	case "seen":
	case "unseen":
		how, done = mailbox.RemoveFlags, journal.Text{FR: "Marqué comme non lu.", EN: "Marked as unread."}
	case "flag":
		flag, done = `\Flagged`, journal.Text{FR: "Message suivi.", EN: "Message flagged."}
	case "unflag":
		how, flag, done = mailbox.RemoveFlags, `\Flagged`, journal.Text{FR: "Message non suivi.", EN: "Message unflagged."}
	default:
		return echo.NewHTTPError(http.StatusBadRequest, "do: seen, unseen, flag, unflag")
	}
	address, folder := strings.ToLower(c.FormValue("bal")), cmpOr(c.FormValue("folder"), mailbox.Inbox)
	err := p.s.mail.Update(func(tx *store.Txn) error {
		f, ok := p.s.mail.Folder(tx, address, folder)
		if !ok {
			return actionError(sim.NotFound, "no-folder", "« "+address+" » n'a pas de dossier « "+folder+" »", "“"+address+"” has no folder “"+folder+"”")
		}
		list, err := p.s.mail.Flag(tx, f.ID, []uint32{uidOf(c.FormValue("message"))}, how, []string{flag})
		if err == nil && len(list) == 0 {
			return actionError(sim.NotFound, "no-message", "ce message n'est plus là", "this message is no longer there")
		}
		return err
	})
	return p.back(c, carried(c, mailKeeps()...), done, err)
}

// mailReceipt has the simulated professional send a receipt.
func (p *panel) mailReceipt(c echo.Context) error {
	_, err := p.s.actRead(c.Request().Context(), map[string]any{
		"bal": c.FormValue("bal"), "message": c.FormValue("message"), "disposition": c.FormValue("disposition"), "code": codeFor(c),
		"automatic": c.FormValue("automatic"), "form": c.FormValue("form"),
	})
	return p.back(c, carried(c, mailKeeps()...), journal.Text{FR: "Accusé envoyé.", EN: "Receipt sent."}, err)
}

// integrationCode is a code of the CI-SIS for a document that was not filed, and its label.
type integrationCode struct{ Code, Label string }

// Codes are the codes of a receipt about a document that was not filed.
func (d panelData) Codes() []integrationCode {
	var out []integrationCode
	for _, code := range []string{"900", "901", "902", "903", "904", "905", "906"} {
		out = append(out, integrationCode{code, integrationErrors()[code]})
	}
	return out
}
