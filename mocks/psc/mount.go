package psc

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/segursim/segursim/internal/sim"
)

// Mount adds the routes. What is mounted under the realm's path answers on every
// host name; the wallet's own paths do not collide with them.
func (s *Service) Mount(g *echo.Group) {
	w, a := walletRealm, apiRealm
	read(g, w.root()+"/.well-known/wallet-openid-configuration", s.op("discovery", s.discovery(w, true)))
	read(g, w.root()+"/.well-known/openid-configuration", s.op("discovery", s.discovery(w, false)))
	read(g, w.protocol()+"/certs", s.op("certs", s.certs(w)))
	both(g, "/auth", s.op("authorize", s.authorize))
	both(g, w.protocol()+"/auth", s.op("authorize", s.authorize))
	g.POST(w.protocol()+"/token", s.op("token", s.token))
	both(g, w.protocol()+"/userinfo", s.op("userinfo", s.userinfo))
	g.POST(w.protocol()+"/token/introspect", s.op("introspect", s.introspect(w)))
	g.POST(w.protocol()+"/revoke", s.op("revoke", s.revoke))
	both(g, w.protocol()+"/logout", s.op("logout", s.logout))
	g.POST(w.protocol()+"/ext/par/request", s.op("par", s.par))
	g.POST(w.protocol()+"/ext/ciba/auth", s.op("ciba.request", s.cibaRequest))
	g.POST(w.protocol()+"/auth/device", s.op("device", s.device))
	g.POST(w.root()+"/clients-registrations/openid-connect", s.op("register", s.register))
	g.GET(w.protocol()+"/login-status-iframe.html", s.op("iframe", s.iframe))

	g.GET(walletPath+"/:id", s.op("login", s.loginShow))
	g.POST(walletPath+"/:id/ecps", s.op("login", s.loginECPS))
	g.POST(walletPath+"/:id/cps", s.op("login", s.loginCPS))
	g.POST(walletPath+"/:id/cancel", s.op("login", s.loginCancel))
	g.GET(walletPath+"/:id/continue", s.op("login", s.loginContinue))
	g.GET(walletPath+"/:id/state", s.op("login", s.loginState))
	g.GET(walletPath+"/assets/:name", assets().Serve)

	read(g, a.root()+"/.well-known/openid-configuration", s.op("api.discovery", s.discovery(a, false)))
	read(g, a.protocol()+"/certs", s.op("api.certs", s.certs(a)))
	g.POST(a.protocol()+"/token", s.op("api.token", s.apiToken))
	g.POST(a.protocol()+"/token/introspect", s.op("api.introspect", s.introspect(a)))
}

// read answers GET, and HEAD as every Keycloak resource that is read does.
func read(g *echo.Group, path string, h echo.HandlerFunc) {
	g.GET(path, h)
	g.HEAD(path, h)
}

func both(g *echo.Group, path string, h echo.HandlerFunc) {
	g.GET(path, h)
	g.POST(path, h)
}

// device refuses: the grant is advertised and offered to no editor.
func (s *Service) device(c echo.Context, x *sim.Exchange, f form) *sim.Error {
	client, refusal := s.authenticate(c.Request(), f, x)
	if refusal != nil {
		return refusal
	}
	e := s.grantDevice(c, x, f, client)
	e.Status = http.StatusUnauthorized
	return e
}

// register refuses as Keycloak's default policy does (inferred).
func (s *Service) register(echo.Context, *sim.Exchange, form) *sim.Error {
	return refuse(http.StatusForbidden, "insufficient_scope",
		"Policy 'Trusted Hosts' rejected request to client-registration service. Details: Host not trusted.", cause("register",
			"PSC n'enregistre pas de client par cette voie : passer par l'ANS.",
			"PSC registers no client this way: apply to ANS.", "Keycloak"))
}

// iframe answers the page of OIDC Session Management 1.0 §3.3, which says that
// the session never changed: PSC's services do not use it.
func (s *Service) iframe(c echo.Context, _ *sim.Exchange, _ form) *sim.Error {
	const page = `<!doctype html><title>SEGURSIM</title><script>addEventListener("message",function(e){e.source.postMessage("unchanged",e.origin)})</script>`
	if err := c.HTML(http.StatusOK, page); err != nil {
		return sim.AsError(err)
	}
	return nil
}
