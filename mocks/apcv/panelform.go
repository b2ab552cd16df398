package apcv

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/internal/sim"
	"github.com/segursim/segursim/internal/store"
)

// back answers a form: to the patient's phone, with what it did or why it did not.
func (p *panel) back(c echo.Context, patient, done string, refusal *sim.Error) error {
	q := url.Values{}
	if patient != "" {
		q.Set("patient", patient)
	}
	switch {
	case refusal != nil:
		q.Set("problem", refusal.Code)
	case done != "":
		q.Set("done", done)
	}
	return c.Redirect(http.StatusSeeOther, panelBase+"?"+q.Encode())
}

// show is the patient who has the QR code shown.
func (p *panel) show(c echo.Context) error {
	patient, refusal := p.s.whose(c.FormValue("patient"))
	if refusal != nil {
		return p.back(c, c.FormValue("patient"), "", refusal)
	}
	_, refusal = p.s.show(patient, 0)
	return p.back(c, patient.ID, "", refusal)
}

// expire ends a code or a context before its time.
func (p *panel) expire(c echo.Context) error {
	_, err := p.s.actExpire(c.Request().Context(), map[string]any{"code": c.FormValue("code"), "context": c.FormValue("context")})
	return p.back(c, c.FormValue("patient"), "expired", refusalOf(err))
}

// destroy is the patient who withdraws a professional's context.
func (p *panel) destroy(c echo.Context) error {
	_, refusal := p.s.destroy(c.FormValue("context"), "", "patient")
	return p.back(c, c.FormValue("patient"), "destroyed", refusal)
}

func refusalOf(err error) *sim.Error {
	if err == nil {
		return nil
	}
	return sim.AsError(err)
}

// pngScale is how many pixels a module has in the image to download.
const pngScale = 8

// image is the QR code as a file, for a scanner or a camera test bench.
func (p *panel) image(c echo.Context) error {
	sim.ExchangeOf(c.Request().Context()).Quiet = true
	id, isPNG := strings.CutSuffix(c.Param("file"), ".png")
	var row code
	var ok bool
	_ = p.s.world.Store.View(func(tx *store.Txn) error {
		row, ok = codes.Get(tx, id)
		return nil
	})
	if !ok || !isPNG {
		return echo.ErrNotFound
	}
	m, err := newMatrix(row.Payload)
	if err != nil {
		return err
	}
	b, err := m.png(pngScale)
	if err != nil {
		return err
	}
	h := c.Response().Header()
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Disposition", `attachment; filename="segursim-test-apcv.png"`)
	return c.Blob(http.StatusOK, "image/png", b)
}

// panelNotice says what a form did, by the name that the redirection carries; an
// unknown name says nothing, so that an address can't put words in the page.
func panelNotice(lang, name string) string {
	return pick(lang, map[string]journal.Text{
		"expired":   {FR: "Expiré avant l’heure.", EN: "Expired before its time."},
		"destroyed": {FR: "Contexte détruit : le professionnel ne peut plus s’en servir.", EN: "Context destroyed: the professional can no longer use it."},
	}[name])
}

// panelProblem says why a form did nothing.
func panelProblem(lang, code string) string {
	return pick(lang, map[string]journal.Text{
		"unknown_patient":   {FR: "Aucun patient n’a cet identifiant.", EN: "No patient has this identifier."},
		"several_patients":  {FR: "Plusieurs patients ont ce matricule : choisissez dans la liste.", EN: "Several patients have this matricule: pick in the list."},
		"no_card":           {FR: "Sans matricule, pas de carte Vitale.", EN: "Without a matricule, no carte Vitale."},
		"deceased":          {FR: "La personne est décédée : sa carte Vitale n’est plus valable.", EN: "The person is deceased: the carte Vitale is no longer valid."},
		"nothing_to_expire": {FR: "Ce QR code ou ce contexte n’est déjà plus valable.", EN: "This QR code or this context is no longer valid already."},
		contextUnknown:      {FR: "Ce contexte n’existe pas, ou plus.", EN: "This context does not exist, or no longer."},
		contextExpired:      {FR: "Ce contexte a déjà expiré.", EN: "This context has expired already."},
		contextDestroyed:    {FR: "Ce contexte est déjà détruit.", EN: "This context is destroyed already."},
		"server_error":      {FR: "Le simulateur n’a pas pu le faire ; son journal technique dit pourquoi.", EN: "The simulator could not do it; its log says why."},
	}[code])
}

func pick(lang string, t journal.Text) string { return choose(lang, t.FR, t.EN) }
