package psc

import (
	"net/http"
	"regexp"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/segursim/segursim/internal/jose"
	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/internal/sim"
)

// bindingForm is Keycloak's rule; PSC's own, two digits, is an option.
var (
	bindingForm = regexp.MustCompile(`^[a-zA-Z0-9-._+/!?#]{1,50}$`)
	twoDigits   = regexp.MustCompile(`^[0-9]{2}$`)
)

// acrEIDAS1 is the only acr value that PSC documents for editors (EX PSC 16).
const acrEIDAS1 = "eidas1"

// cibaRequest answers the backchannel authentication endpoint (CIBA Core 1.0
// §7), in Keycloak's order of checks: client, person, scope, binding message,
// then what poll mode does not know.
func (s *Service) cibaRequest(c echo.Context, x *sim.Exchange, f form) *sim.Error {
	r := c.Request()
	if e := s.needTLS(r); e != nil {
		return e
	}
	client, refusal := s.authenticate(r, f, x)
	if refusal != nil {
		refusal.Status = http.StatusUnauthorized // this endpoint turns every client error into a 401
		return refusal
	}
	if refusal := s.checkCIBA(f, client); refusal != nil {
		return refusal
	}
	person, refusal := s.resolve(f)
	if refusal != nil {
		return refusal
	}
	if refusal := s.checkCIBAParams(f, client); refusal != nil {
		return refusal
	}
	s.remark(x, f)
	channel := channelMobile // default inferred: the e-CPS application
	if f.get("channel") == channelCard {
		channel = channelCard
	}
	if e := s.reachable(person, channel); e != nil {
		return e
	}
	l := s.config.Lifetimes
	d, err := s.ask(demand{
		Kind: "ciba", Client: client.ID, Person: person.ID, Channel: channel, Number: f.get("binding_message"),
		Scope: f.get("scope"), ACR: s.acr(f.get("acr_values")), Expires: s.now().Add(time.Duration(l.CIBA)),
	})
	if err != nil {
		return sim.AsError(err)
	}
	reqID, err := jose.Seal(s.secret(secretCIBA).Value[:32], s.world.Random(12), []byte(d.ID))
	if err != nil {
		return sim.AsError(err)
	}
	x.Fact("ciba", map[string]any{"id": d.ID, "auth_req_id": reqID, "channel": channel, "interval": int64(time.Duration(l.CIBAInterval).Seconds())})
	x.Fact("person", map[string]any{"id": person.ID})
	var out jose.Claims
	out.Add("auth_req_id", reqID)
	out.Add("expires_in", int64(time.Duration(l.CIBA).Seconds()))
	if l.CIBAInterval > 0 {
		out.Add("interval", int64(time.Duration(l.CIBAInterval).Seconds()))
	}
	noStore(c)
	return answer(c, http.StatusOK, out)
}

// checkCIBA refuses a client without CIBA, and forms of request that only other
// modes know.
func (s *Service) checkCIBA(f form, client Client) *sim.Error {
	if !*client.CIBA {
		return invalidGrant("Client not allowed OIDC CIBA Grant", "ciba-disabled",
			"CIBA n'est pas activé pour le client "+client.ID+" : PSC l'ouvre client par client.",
			"CIBA is not switched on for client "+client.ID+": PSC opens it client by client.", "CIBA Core 1.0 §13")
	}
	if f.has("request") || f.has("request_uri") {
		return refuse(http.StatusBadRequest, "invalid_request", "Signed authentication requests are not simulated", cause("ciba-request",
			"Les requêtes CIBA signées (request, request_uri) ne sont pas simulées.",
			"Signed CIBA requests (request, request_uri) are not simulated.", "CIBA Core 1.0 §7.1.1"))
	}
	if name, twice := f.duplicated(); twice {
		return refuse(http.StatusBadRequest, "invalid_request", "duplicated parameter", cause("duplicated",
			"Le paramètre « "+name+" » est présent plusieurs fois.", "The parameter “"+name+"” appears more than once.", "RFC 6749 §3.2"))
	}
	return nil
}

func (s *Service) checkCIBAParams(f form, client Client) *sim.Error {
	bad := func(code, text, rule, fr, en, ref string) *sim.Error {
		return refuse(http.StatusBadRequest, code, text, cause(rule, fr, en, ref))
	}
	if f.get("scope") == "" {
		return bad("invalid_request", "missing parameter : scope", "scope", "Le paramètre scope manque.", "The parameter scope is missing.", "CIBA Core 1.0 §7.1")
	}
	if e := s.checkScope(client, f.get("scope")); e != nil {
		return e
	}
	if f.has("binding_message") && !bindingForm.MatchString(f.get("binding_message")) {
		return bad("invalid_binding_message",
			"the binding_message value has to be max 50 characters in length and must contain only basic plain-text characters without spaces",
			"binding-message", "binding_message « "+f.get("binding_message")+" » : 1 à 50 caractères simples, sans espace.",
			"binding_message “"+f.get("binding_message")+"”: 1 to 50 plain characters, no space.", "CIBA Core 1.0 §7.1, Keycloak")
	}
	if s.config.BindingMessage == "two-digits" && !twoDigits.MatchString(f.get("binding_message")) {
		return bad("invalid_binding_message", "the binding_message value has to be two digits", "binding-message",
			"binding_message doit être un nombre de deux chiffres (option binding_message: two-digits).",
			"binding_message must be a two-digit number (option binding_message: two-digits).", "PSC, documentation CIBA (inféré)")
	}
	if s.config.ACR == "reject" && f.get("acr_values") != acrEIDAS1 {
		return bad("invalid_request", "Invalid parameter: acr_values", "acr-values",
			"acr_values vaut « "+f.get("acr_values")+" », attendu eidas1 (option acr: reject).",
			"acr_values is “"+f.get("acr_values")+"”, expected eidas1 (option acr: reject).", "EX PSC 16")
	}
	if f.has("client_notification_token") {
		return bad("invalid_request", "Client Notification token supported only for the ping mode", "ciba-ping",
			"PSC n'offre que le mode poll : pas de client_notification_token.",
			"PSC offers poll mode only: no client_notification_token.", "CIBA Core 1.0 §7.1")
	}
	if f.has("user_code") {
		return bad("invalid_request", "User code not supported", "ciba-user-code", "user_code n'est pas pris en charge.",
			"user_code is not supported.", "CIBA Core 1.0 §7.1")
	}
	if v := f.get("requested_expiry"); v != "" {
		if _, err := strconv.Atoi(v); err != nil {
			return bad("invalid_request", "Invalid parameter: requested_expiry", "ciba-expiry",
				"requested_expiry n'est pas un entier.", "requested_expiry is not an integer.", "CIBA Core 1.0 §7.1")
		}
	}
	return nil
}

// remark notes in the journal what PSC asks of editors and Keycloak lets pass.
func (s *Service) remark(x *sim.Exchange, f form) {
	if v := f.get("acr_values"); v != acrEIDAS1 {
		x.Note(cause("acr-values", "acr_values vaut « "+v+" », attendu eidas1 ; toléré (option acr: tolerate).",
			"acr_values is “"+v+"”, expected eidas1; tolerated (option acr: tolerate).", "EX PSC 16"))
	}
	if f.get("scope") != "openid scope_all" {
		x.Note(cause("scope-editors", "PSC n'ouvre aux éditeurs que « openid scope_all ».",
			"PSC opens only “openid scope_all” to editors.", "documentation technique PSC"))
	}
	if v := f.get("binding_message"); !twoDigits.MatchString(v) {
		x.Note(cause("binding-message-digits", "binding_message vaut « "+v+" » ; la personne attend un nombre de deux chiffres.",
			"binding_message is “"+v+"”; the person expects a two-digit number.", "documentation CIBA de PSC"))
	}
	if v := f.get("channel"); v != channelCard && v != channelMobile {
		x.Note(journal.Cause{Rule: "psc.channel", Text: journal.Text{
			FR: "channel vaut « " + v + " », ni CARD ni MOBILE : pris comme MOBILE (inféré).",
			EN: "channel is “" + v + "”, neither CARD nor MOBILE: taken as MOBILE (inferred).",
		}, Ref: "documentation CIBA de PSC"})
	}
}

// acr is the value that the tokens will show.
func (s *Service) acr(asked string) string {
	if s.config.Profile == profile2026 {
		return acrEIDAS1
	}
	switch asked {
	case "eidas1", "eidas2", "eidas3":
		return asked
	}
	return "eidas3"
}
