package psc

import (
	"html/template"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/segursim/segursim/internal/jose"
	"github.com/segursim/segursim/internal/sim"
	"github.com/segursim/segursim/internal/store"
)

// sendCode makes a code and sends the browser back with it, its parameters in
// the order seen: state, session_state, iss (2024 and later), code.
func (s *Service) sendCode(c echo.Context, x *sim.Exchange, req authRequest, row session) *sim.Error {
	now := s.now()
	code := authCode{
		ID: s.world.ID(), Client: req.Client, Session: row.ID, RedirectURI: req.RedirectURI, Scope: req.Scope,
		Nonce: req.Nonce, Challenge: req.Challenge, Method: req.Method,
		Expires: now.Add(time.Duration(s.config.Lifetimes.Code)),
	}
	err := s.world.Store.Update(func(tx *store.Txn) error { return codes.Put(tx, code) })
	if err != nil {
		return sim.AsError(err)
	}
	x.Fact("person", map[string]any{"id": row.Person})
	x.Fact("session", map[string]any{"id": row.ID})
	var out jose.Claims
	if req.State != "" {
		out.Add("state", req.State)
	}
	out.Add("session_state", row.ID)
	s.addIssuer(&out, c.Request())
	out.Add("code", code.value())
	return s.respond(c, req, out)
}

// sendError sends a refusal back to the client (RFC 6749 §4.1.2.1).
func (s *Service) sendError(c echo.Context, req authRequest, e *sim.Error) error {
	var out jose.Claims
	out.Add("error", e.Code)
	if e.Text != "" {
		out.Add("error_description", e.Text)
	}
	if req.State != "" {
		out.Add("state", req.State)
	}
	s.addIssuer(&out, c.Request())
	if refusal := s.respond(c, req, out); refusal != nil {
		return refusal
	}
	return nil
}

// addIssuer adds iss (RFC 9207), which came with the profile of 2024.
func (s *Service) addIssuer(out *jose.Claims, r *http.Request) {
	if s.config.Profile == profile2026 {
		out.Add("iss", s.issuer(r, walletRealm))
	}
}

// respond delivers the parameters in the response mode that was asked for
// (OAuth 2.0 Multiple Response Types §2.1, Form Post Response Mode, JARM §2.3).
func (s *Service) respond(c echo.Context, req authRequest, params jose.Claims) *sim.Error {
	mode := req.ResponseMode
	if strings.HasSuffix(mode, "jwt") {
		claims := jose.Claims{
			{Name: "iss", Value: s.issuer(c.Request(), walletRealm)},
			{Name: "aud", Value: req.Client},
			{Name: "exp", Value: s.now().Add(10 * time.Minute).Unix()},
		}
		signed, err := s.sign(walletRealm, append(claims, params...))
		if err != nil {
			return sim.AsError(err)
		}
		params = jose.Claims{{Name: "response", Value: signed}}
		if mode = strings.TrimSuffix(mode, ".jwt"); mode == "jwt" {
			mode = "query"
		}
	}
	switch mode {
	case "form_post":
		// The URI is registered, scheme included: a native client's own scheme too.
		return s.page(c, http.StatusOK, "formpost", map[string]any{"Action": template.URL(req.RedirectURI), "Params": params})
	case "fragment":
		return redirect(c, req.RedirectURI+"#"+encodeParams(params))
	}
	sep := "?"
	if strings.Contains(req.RedirectURI, "?") {
		sep = "&"
	}
	return redirect(c, req.RedirectURI+sep+encodeParams(params))
}

func encodeParams(params jose.Claims) string {
	parts := make([]string, len(params))
	for i, p := range params {
		v, _ := p.Value.(string)
		parts[i] = url.QueryEscape(p.Name) + "=" + url.QueryEscape(v)
	}
	return strings.Join(parts, "&")
}

func redirect(c echo.Context, to string) *sim.Error {
	c.Response().Header().Set("Cache-Control", "no-store, must-revalidate, max-age=0")
	if err := c.Redirect(http.StatusFound, to); err != nil {
		return sim.AsError(err)
	}
	return nil
}
