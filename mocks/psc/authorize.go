package psc

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/segursim/segursim/internal/registre"
	"github.com/segursim/segursim/internal/sim"
	"github.com/segursim/segursim/internal/store"
)

// authorize answers the authorization endpoint (OIDC Core 1.0 §3.1.2), on the
// wallet's host and on Keycloak's own path. In Keycloak's order: what is wrong
// with the client or its redirect URI is a page; all else goes back to the client
// in the redirection. Then the person: an SSO session that suffices, or a page.
func (s *Service) authorize(c echo.Context, x *sim.Exchange, f form) *sim.Error {
	r := c.Request()
	c.Set(pageKey, s.errorPage(c))
	if e := s.needTLS(r); e != nil {
		return e
	}
	client, f, refusal := s.authorizeClient(f)
	x.Fact("client", map[string]any{"id": client.ID, "auth": authNone})
	if refusal != nil {
		return refusal
	}
	x.Fact("query", f.facts()) // of a pushed request, its parameters
	back := f.get("redirect_uri")
	if !client.allowsRedirect(back) {
		return refuse(http.StatusBadRequest, "invalid_request", "Invalid parameter: redirect_uri", cause("redirect-uri",
			"redirect_uri « "+back+" » n'est pas enregistrée pour "+client.ID+" : pas de redirection.",
			"redirect_uri “"+back+"” is not registered for "+client.ID+": no redirection.", "RFC 6749 §3.1.2.4"))
	}
	req, refusal := s.checkAuthorize(f, client, x)
	if refusal != nil {
		c.Set(pageKey, func(e *sim.Error) error { return s.sendError(c, req, e) })
		return refusal
	}
	return s.login(c, x, req)
}

// authorizeClient finds the client, and the pushed request if there is one.
func (s *Service) authorizeClient(f form) (Client, form, *sim.Error) {
	page := func(text, rule, fr, en, ref string) *sim.Error {
		return refuse(http.StatusBadRequest, "invalid_request", text, cause(rule, fr, en, ref))
	}
	id := f.get("client_id")
	if id == "" {
		return Client{}, f, page("Missing parameters: client_id", "client-id", "client_id manque.", "client_id is missing.", "RFC 6749 §4.1.1")
	}
	client, refusal := s.client(id)
	if refusal != nil {
		refusal.Status, refusal.Text = http.StatusBadRequest, "Client not found."
		if client.Disabled {
			refusal.Text = "Client disabled."
		}
		return Client{ID: id}, f, refusal
	}
	uri := f.get("request_uri")
	if uri == "" && !f.has("request") {
		return client, f, nil
	}
	if !strings.HasPrefix(uri, parPrefix) {
		return client, f, page("Invalid Request", "request-object", "Les objets de requête (request, request_uri) ne sont pas simulés, hors PAR.",
			"Request objects (request, request_uri) are not simulated, PAR aside.", "OIDC Core 1.0 §6")
	}
	var row pushed
	err := s.world.Store.Update(func(tx *store.Txn) error {
		var ok bool
		if row, ok = pushes.Get(tx, strings.TrimPrefix(uri, parPrefix)); !ok {
			return nil
		}
		_, err := pushes.Delete(tx, row.ID)
		return err
	})
	if err != nil {
		return client, f, sim.AsError(err)
	}
	if row.ID == "" || row.Client != id || !s.now().Before(row.Expires) {
		return client, f, page("Invalid Request", "par", "Ce request_uri est inconnu, expiré, déjà employé, ou d'un autre client.",
			"This request_uri is unknown, expired, used before, or another client's.", "RFC 9126 §4")
	}
	return client, form(row.Params), nil
}

// checkAuthorize checks what Keycloak refuses by redirection, in its order. The
// request is filled as far as the redirection needs it.
func (s *Service) checkAuthorize(f form, client Client, x *sim.Exchange) (authRequest, *sim.Error) {
	req := authRequest{
		Client: client.ID, RedirectURI: f.get("redirect_uri"), ResponseMode: orElse(f.get("response_mode"), "query"),
		Scope: f.get("scope"), State: f.get("state"), Nonce: f.get("nonce"), ACR: f.get("acr_values"),
		Prompt: f.get("prompt"), MaxAge: -1, LoginHint: f.get("login_hint"),
		Challenge: f.get("code_challenge"), Method: orElse(f.get("code_challenge_method"), "plain"),
	}
	mode := req.ResponseMode
	if !validMode(mode) {
		req.ResponseMode = "query" // errors need a valid one
	}
	bad := func(code, text, rule, fr, en, ref string) *sim.Error {
		return refuse(http.StatusBadRequest, code, text, cause(rule, fr, en, ref))
	}
	rt := f.get("response_type")
	switch {
	case rt == "":
		return req, bad("invalid_request", "Missing parameter: response_type", "response-type", "response_type manque.", "response_type is missing.", "RFC 6749 §4.1.1")
	case !knownResponseType(rt):
		return req, bad("unsupported_response_type", "", "response-type", "response_type « "+rt+" » est inconnu.", "response_type “"+rt+"” is unknown.", "RFC 6749 §4.1.2.1")
	case !validMode(mode):
		return req, bad("invalid_request", "Invalid parameter: response_mode", "response-mode", "response_mode « "+mode+" » est inconnu.", "response_mode “"+mode+"” is unknown.", "OAuth 2.0 Multiple Response Types §2.1")
	case rt != "code" && rt != "none":
		return req, bad("unauthorized_client",
			"Client is not allowed to initiate browser login with given response_type. Implicit flow is disabled for the client.", "flow",
			"PSC n'ouvre que response_type=code ; reçu « "+rt+" ».", "PSC opens response_type=code only; received “"+rt+"”.", "Keycloak")
	case !*client.Standard:
		return req, bad("unauthorized_client",
			"Client is not allowed to initiate browser login with given response_type. Standard flow is disabled for the client.", "flow",
			"Le flux par code n'est pas ouvert à "+client.ID+".", "The code flow is not open to "+client.ID+".", "Keycloak")
	}
	if name, twice := f.duplicated(); twice {
		return req, bad("invalid_request", "duplicated parameter", "duplicated", "Le paramètre « "+name+" » est présent plusieurs fois.", "The parameter “"+name+"” appears more than once.", "RFC 6749 §3.1")
	}
	if e := s.checkScope(client, req.Scope); e != nil {
		return req, e
	}
	if e := checkChallenge(f, client); e != nil {
		return req, e
	}
	if v := f.get("max_age"); v != "" {
		n, err := strconv.Atoi(v)
		if err != nil || n < 0 {
			return req, bad("invalid_request", "Invalid parameter: max_age", "max-age", "max_age « "+v+" » n'est pas un nombre de secondes.", "max_age “"+v+"” is not a number of seconds.", "OIDC Core 1.0 §3.1.2.1")
		}
		req.MaxAge = n
	}
	return req, s.checkPSC(f, x)
}

// checkPSC checks what PSC asks of editors beyond Keycloak.
func (s *Service) checkPSC(f form, x *sim.Exchange) *sim.Error {
	for _, p := range []struct{ name, option, ref string }{
		{"state", s.config.State, "OIDC Core 1.0 §3.1.2.1"}, {"nonce", s.config.Nonce, "documentation technique PSC"},
	} {
		if f.get(p.name) != "" {
			continue
		}
		why := cause(p.name, p.name+" est obligatoire pour PSC.", p.name+" is mandatory for PSC.", p.ref)
		if p.option == "reject" {
			return refuse(http.StatusBadRequest, "invalid_request", "Missing parameter: "+p.name, why)
		}
		x.Note(why)
	}
	if v := f.get("acr_values"); v != acrEIDAS1 {
		why := cause("acr-values", "acr_values vaut « "+v+" », attendu eidas1.", "acr_values is “"+v+"”, expected eidas1.", "EX PSC 16")
		if s.config.ACR == "reject" {
			return refuse(http.StatusBadRequest, "invalid_request", "Invalid parameter: acr_values", why)
		}
		x.Note(why)
	}
	return nil
}

// checkChallenge checks PKCE's request side, as Keycloak does.
func checkChallenge(f form, client Client) *sim.Error {
	no := func(text, fr, en string) *sim.Error {
		return refuse(http.StatusBadRequest, "invalid_request", text, cause("pkce", fr, en, "RFC 7636 §4.4.1"))
	}
	challenge, method := f.get("code_challenge"), f.get("code_challenge_method")
	switch {
	case client.PKCE != "" && method == "":
		return no("Missing parameter: code_challenge_method", "PKCE est exigé de ce client : code_challenge_method manque.", "PKCE is required of this client: code_challenge_method is missing.")
	case client.PKCE != "" && method != client.PKCE:
		return no("Invalid parameter: code challenge method is not matching the configured one", "code_challenge_method doit être "+client.PKCE+".", "code_challenge_method must be "+client.PKCE+".")
	case challenge == "" && method != "", client.PKCE != "" && challenge == "":
		return no("Missing parameter: code_challenge", "code_challenge manque.", "code_challenge is missing.")
	case challenge == "":
		return nil
	case method != "" && method != "S256" && method != "plain":
		return no("Invalid parameter: code_challenge_method", "code_challenge_method « "+method+" » n'est ni S256 ni plain.", "code_challenge_method “"+method+"” is neither S256 nor plain.")
	case !pkceText(challenge):
		return no("Invalid parameter: code_challenge", "code_challenge n'a pas 43 à 128 caractères de l'alphabet permis.", "code_challenge is not 43 to 128 characters of the allowed alphabet.")
	}
	return nil
}

func knownResponseType(rt string) bool {
	switch rt {
	case "code", "none", "id_token", "token", "id_token token", "code id_token", "code token", "code id_token token":
		return true
	}
	return false
}

func validMode(mode string) bool {
	switch mode {
	case "query", "fragment", "form_post", "query.jwt", "fragment.jwt", "form_post.jwt", "jwt":
		return true
	}
	return false
}

// login answers with a code when the browser's session suffices, with
// login_required when no page may be shown, and with the wallet's page otherwise.
func (s *Service) login(c echo.Context, x *sim.Exchange, req authRequest) *sim.Error {
	if p, mode, ok := s.takeAutoLogin(req.Client); ok {
		return s.finish(c, x, req, p, mode)
	}
	row, alive := session{}, false
	if cookie, err := c.Request().Cookie(cookieName); err == nil {
		row, alive = s.browserSession(cookie.Value)
	}
	why := ""
	switch {
	case !alive:
		why = "aucune session"
	case hasScope(req.Prompt, "login"):
		why = "prompt=login"
	case req.MaxAge >= 0 && s.now().Sub(row.Started) > time.Duration(req.MaxAge)*time.Second:
		why = "max_age dépassé"
	}
	if why == "" && hasScope(req.Prompt, "none") && s.incomplete(row.Person) {
		c.Set(pageKey, func(e *sim.Error) error { return s.sendError(c, req, e) })
		return refuse(http.StatusBadRequest, "interaction_required", "", cause("account-incomplete",
			"prompt=none, mais le compte "+row.Person+" a une action à accomplir.",
			"prompt=none, but the account "+row.Person+" has something left to do.", "OIDC Core 1.0 §3.1.2.6"))
	}
	if why == "" {
		return s.reuse(c, x, req, row)
	}
	if hasScope(req.Prompt, "none") {
		c.Set(pageKey, func(e *sim.Error) error { return s.sendError(c, req, e) })
		return refuse(http.StatusBadRequest, "login_required", "", cause("prompt-none",
			"prompt=none, mais il faudrait authentifier la personne ("+why+").",
			"prompt=none, but the person would have to authenticate ("+why+").", "OIDC Core 1.0 §3.1.2.6"))
	}
	a := attempt{ID: s.world.ID(), Request: req, Created: s.now(), Reauth: why}
	if err := s.world.Store.Update(func(tx *store.Txn) error { return attempts.Put(tx, a) }); err != nil {
		return sim.AsError(err)
	}
	x.Fact("attempt", map[string]any{"id": a.ID, "why": why})
	return s.showLogin(c, a, "", "")
}

// finish opens a session for the person and sends the code.
func (s *Service) finish(c echo.Context, x *sim.Exchange, req authRequest, p registre.Professional, mode string) *sim.Error {
	browser := s.world.ID()
	var row session
	err := s.world.Store.Update(func(tx *store.Txn) error {
		if err := s.purge(tx); err != nil {
			return err
		}
		var err error
		row, err = s.startSession(tx, p, mode, s.acr(req.ACR), browser)
		return err
	})
	if err != nil {
		return sim.AsError(err)
	}
	s.sessionEvent("session.started", row, "navigateur")
	s.setCookie(c, browser)
	return s.sendCode(c, x, req, row)
}

func (s *Service) reuse(c echo.Context, x *sim.Exchange, req authRequest, row session) *sim.Error {
	p, ok := s.person(row.Person)
	if !ok || !p.Active() {
		c.Set(pageKey, s.errorPage(c))
		return refuse(http.StatusBadRequest, "access_denied", "Account is disabled, contact your administrator.", cause("person-disabled",
			"Le compte "+row.Person+" est désactivé.", "The account "+row.Person+" is disabled.", "Keycloak"))
	}
	return s.sendCode(c, x, req, row)
}

// takeAutoLogin consumes an armed browserless login for a client.
func (s *Service) takeAutoLogin(client string) (registre.Professional, string, bool) {
	var p registre.Professional
	var mode string
	found := false
	_ = s.world.Store.Update(func(tx *store.Txn) error {
		for a := range autoLogins.All(tx) {
			if a.Client != "" && a.Client != client {
				continue
			}
			person, ok := registre.FindProfessional(tx, a.Person)
			if !ok {
				continue
			}
			p, mode, found = person, a.AuthMode, true
			if a.Left--; a.Left <= 0 {
				_, err := autoLogins.Delete(tx, a.ID)
				return err
			}
			return autoLogins.Put(tx, a)
		}
		return nil
	})
	return p, mode, found
}

// cookieName is the SSO cookie's, Keycloak's own.
const cookieName = "KEYCLOAK_IDENTITY"

// setCookie sets the SSO cookie, or removes it when the value is empty.
func (s *Service) setCookie(c echo.Context, value string) {
	k := &http.Cookie{Name: cookieName, Value: value, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode}
	if c.Request().TLS != nil {
		k.Secure, k.SameSite = true, http.SameSiteNoneMode
	}
	if value == "" {
		k.MaxAge = -1
	}
	c.SetCookie(k)
}
