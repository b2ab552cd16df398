package psc

import (
	"net/http"
	"net/url"
	"regexp"

	"github.com/labstack/echo/v4"

	"github.com/segursim/segursim/internal/sim"
)

// phoneCode is what the simulated application takes for the person's e-CPS code.
// Invented: the registre knows no such code, and its real form is not public.
var phoneCode = regexp.MustCompile(`^[0-9]{4,8}$`)

// phoneView is the e-CPS phone.
type phoneView struct {
	As       string // whose phone it is; empty for whoever is asked next
	Name     string
	Unknown  bool // nobody with an active e-CPS has that identifier
	Incoming *demandView
	Others   int         // more that wait on this phone
	Last     *demandView // how the last one ended, while it is fresh
	History  []demandView
	People   peopleView
	Left     map[string]int
	Clock    string
	Retry    bool // a wrong number may be tried again
}

// Asked is the incoming request's id, or nothing.
func (v phoneView) Asked() string {
	if v.Incoming == nil {
		return ""
	}
	return v.Incoming.ID
}

func (p *panel) mountPhone(g *echo.Group) {
	g.GET("", p.phone)
	g.GET("/live", p.phoneLive)
	g.POST("/answer", p.phoneAnswer)
}

// phoneState reads what the phone shows. ?as= is whose it is, ?ignore= a request
// that the person left unanswered.
func (p *panel) phoneState(c echo.Context) phoneView {
	s := p.s
	v := phoneView{As: c.QueryParam("as"), Clock: s.now().Format("15:04"), Retry: s.config.WrongNumber == "retry"}
	if v.As != "" {
		who, ok := s.person(v.As)
		if ok {
			v.As, v.Name = who.ID, who.Name()
		}
		v.Unknown = !ok || !hasPhone(who)
	}
	everyone, _ := s.history("", channelMobile, 0)
	v.People = s.people(c.QueryParam("q"), v.As, waits(everyone), hasPhone, nil)
	waiting, settled := s.history(v.As, channelMobile, 6)
	v.Left = lefts(waiting...)
	v.History = settled
	ignored := c.QueryParam("ignore")
	for i := range waiting {
		switch {
		case waiting[i].ID == ignored:
		case v.Incoming == nil:
			v.Incoming = &waiting[i]
		default:
			v.Others++
		}
	}
	if len(settled) > 0 && s.fresh(settled[0]) {
		v.Last = &settled[0]
	}
	return v
}

func (p *panel) phoneData(c echo.Context) (panelData, phoneView) {
	v := p.phoneState(c)
	return p.data(c, v, "panels/ecps.html", "panels/part.html"), v
}

func (p *panel) phone(c echo.Context) error {
	d, _ := p.phoneData(c)
	return p.show(c, d)
}

func (p *panel) phoneLive(c echo.Context) error {
	d, v := p.phoneData(c)
	a := liveAnswer{Left: v.Left, Count: len(v.Left)}
	switch {
	case v.Incoming != nil:
		a.Say = d.T("Demande de ", "Request from ") + v.Incoming.Service + d.T(" pour ", " for ") + v.Incoming.Name + "."
	case v.Last != nil:
		a.Say = demandOutcome(d.Lang, *v.Last)
	}
	return p.answerLive(c, d, a, "phone", "people", "history")
}

// phoneAnswer is the person's answer on the phone.
func (p *panel) phoneAnswer(c echo.Context) error {
	q := url.Values{}
	if as := c.FormValue("as"); as != "" {
		q.Set("as", as)
	}
	id, number := c.FormValue("demand"), c.FormValue("number")
	q.Set("demand", id) // so that the page knows what the problem is about
	d, ok := p.s.demandOf(id)
	switch {
	case !ok || d.Channel != channelMobile:
		return p.back(c, q, "", "unknown_demand")
	case c.FormValue("do") == "refuse":
		_, refusal := p.s.answerDemand(id, outcomeRefuse, "", "personne")
		return p.back(c, q, "", codeOf(refusal))
	case c.FormValue("do") != "confirm":
		return echo.NewHTTPError(http.StatusBadRequest, "do: confirm, refuse")
	case !phoneCode.MatchString(c.FormValue("code")):
		return p.back(c, q, "", "code")
	case number == "" && d.Number != "":
		return p.back(c, q, "", "number")
	}
	_, refusal := p.s.answerDemand(id, outcomeApprove, number, "personne")
	return p.back(c, q, "", codeOf(refusal))
}

// codeOf is a refusal's code, or nothing.
func codeOf(e *sim.Error) string {
	if e == nil {
		return ""
	}
	return e.Code
}

// demandOutcome says in a sentence how a demand ended.
func demandOutcome(lang string, v demandView) string {
	switch {
	case v.Approved():
		return choose(lang, "Connexion confirmée.", "Login confirmed.")
	case v.State == expired:
		return choose(lang, "La demande a expiré sans réponse.", "The request expired without an answer.")
	case v.Reason == reasonWrongNumber:
		return choose(lang, "Mauvais numéro : la demande est refusée.", "Wrong number: the request is refused.")
	}
	return choose(lang, "Demande refusée.", "Request refused.")
}
