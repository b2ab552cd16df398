package psc

import (
	"net/http"
	"strings"

	gojose "github.com/go-jose/go-jose/v4"
	"github.com/labstack/echo/v4"

	"github.com/segursim/segursim/internal/sim"
)

// grantRefresh renews tokens (RFC 6749 §6). auth_time, nonce and session stay; a
// new refresh token is returned each time. Whether the former one still serves is
// the option `refresh`.
func (s *Service) grantRefresh(c echo.Context, x *sim.Exchange, f form, client Client) *sim.Error {
	token := f.get("refresh_token")
	if token == "" {
		return refuse(http.StatusBadRequest, "invalid_request", "No refresh token", cause("refresh-token",
			"Le paramètre refresh_token manque.", "The parameter refresh_token is missing.", "RFC 6749 §6"))
	}
	claims, sess, refusal := s.refreshToken(token, client)
	if refusal != nil {
		return refusal
	}
	person, ok := s.person(sess.Person)
	if !ok || !person.Active() {
		return invalidGrant("User disabled", "person-disabled", "Le compte "+sess.Person+" est désactivé.",
			"The account "+sess.Person+" is disabled.", "Keycloak")
	}
	scope, refusal := narrow(text(claims, "scope"), f.get("scope"))
	if refusal != nil {
		return refusal
	}
	body, refusal := s.tokens(grant{
		realm: walletRealm, issuer: s.issuer(c.Request(), walletRealm), client: client.ID, person: person,
		session: sess, scope: scope, nonce: text(claims, "nonce"), now: s.now(),
	}, x)
	if refusal != nil {
		return refusal
	}
	return success(c, body)
}

// refreshToken verifies a refresh token and returns its session.
func (s *Service) refreshToken(token string, client Client) (map[string]any, session, *sim.Error) {
	var none session
	claims, err := s.readClaims(walletRealm, token, gojose.SignatureAlgorithm(s.refreshAlg()))
	if err != nil || text(claims, "typ") != "Refresh" {
		why := "ce n'est pas un refresh_token"
		if err != nil {
			why = err.Error()
		}
		return nil, none, invalidGrant("Invalid refresh token", "refresh-token",
			"Ce refresh_token n'est pas le nôtre, ou a été altéré : "+why+".",
			"This refresh_token is not ours, or was altered: "+why+".", "RFC 6749 §5.2")
	}
	if !s.now().Before(instant(claims, "exp")) {
		return nil, none, invalidGrant("Token is not active", "refresh-expired",
			"Ce refresh_token a expiré (30 min) : la personne doit se réauthentifier.",
			"This refresh_token has expired (30 min): the person must authenticate again.",
			"ANS, IG sécurisation du transport des API REST")
	}
	if text(claims, "azp") != client.ID {
		return nil, none, invalidGrant("Invalid refresh token. Token client and authorized client don't match", "refresh-client",
			"Ce refresh_token appartient au client "+text(claims, "azp")+".",
			"This refresh_token belongs to client "+text(claims, "azp")+".", "RFC 6749 §6")
	}
	sess, err := s.session(claims)
	if err != nil {
		return nil, none, invalidGrant("Session not active", "session",
			"La session PSC est close ou a expiré (4 h, ou 30 min d'inactivité) : la personne doit se réauthentifier.",
			"The PSC session is closed or has expired (4 h, or 30 idle minutes): the person must authenticate again.",
			"ANS, IG sécurisation du transport des API REST")
	}
	if instant(claims, "iat").Unix()+1 < sess.Started.Unix() {
		return nil, none, invalidGrant("Stale token", "refresh-stale", "Ce refresh_token est antérieur à la session.",
			"This refresh_token is older than the session.", "Keycloak")
	}
	if s.config.Refresh == "rotate-strict" && sess.LastRefresh[client.ID] != text(claims, "jti") {
		return nil, none, invalidGrant("Maximum allowed refresh token reuse exceeded", "refresh-reused",
			"Ce refresh_token a déjà servi (option refresh: rotate-strict).",
			"This refresh_token was used before (option refresh: rotate-strict).", "Keycloak")
	}
	return claims, sess, nil
}

// narrow keeps the granted scope, or the part that was asked for again.
func narrow(granted, asked string) (string, *sim.Error) {
	if asked == "" {
		return granted, nil
	}
	for _, one := range strings.Fields(asked) {
		if !hasScope(granted, one) {
			return "", refuse(http.StatusBadRequest, "invalid_scope", "Invalid scopes: "+asked, cause("scope",
				"Le scope « "+one+" » n'était pas accordé.", "The scope “"+one+"” was not granted.", "RFC 6749 §6"))
		}
	}
	return asked, nil
}
