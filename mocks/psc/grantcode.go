package psc

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/segursim/segursim/internal/registre"
	"github.com/segursim/segursim/internal/sim"
	"github.com/segursim/segursim/internal/store"
)

// grantCode redeems an authorization code (RFC 6749 §4.1.3, RFC 7636 §4.5). A
// code that is used twice ends the client's part of the session.
func (s *Service) grantCode(c echo.Context, x *sim.Exchange, f form, client Client) *sim.Error {
	value := f.get("code")
	if value == "" {
		return refuse(http.StatusBadRequest, "invalid_request", "Missing parameter: code", cause("code",
			"Le paramètre code manque.", "The parameter code is missing.", "RFC 6749 §4.1.3"))
	}
	g := grant{realm: walletRealm, issuer: s.issuer(c.Request(), walletRealm), client: client.ID, now: s.now()}
	var refusal *sim.Error
	err := s.world.Store.Update(func(tx *store.Txn) error {
		refusal = s.redeem(tx, value, f, client, &g)
		return nil // what a refusal changed (the code is used) stays
	})
	if err != nil {
		return sim.AsError(err)
	}
	if refusal != nil {
		return refusal
	}
	body, refusal := s.tokens(g, x)
	if refusal != nil {
		return refusal
	}
	return success(c, body)
}

func invalidGrant(text, rule, fr, en, ref string) *sim.Error {
	return refuse(http.StatusBadRequest, "invalid_grant", text, cause(rule, fr, en, ref))
}

// redeem checks a code in Keycloak's order and marks it as used.
func (s *Service) redeem(tx *store.Txn, value string, f form, client Client, g *grant) *sim.Error {
	id, _, _ := strings.Cut(value, ".")
	row, ok := codes.Get(tx, id)
	if !ok || row.value() != value {
		return invalidGrant("Code not valid", "code", "Ce code est inconnu.", "This code is unknown.", "RFC 6749 §5.2")
	}
	sess, alive := sessions.Get(tx, row.Session)
	if row.Used {
		if alive {
			sess.Clients = without(sess.Clients, row.Client)
			if err := sessions.Put(tx, sess); err != nil {
				return sim.AsError(err)
			}
		}
		return invalidGrant("Code not valid", "code-replayed",
			"Ce code a déjà servi : la session de ce client est close.",
			"This code was used before: this client's session is closed.", "RFC 6749 §4.1.2")
	}
	row.Used = true
	if err := codes.Put(tx, row); err != nil {
		return sim.AsError(err)
	}
	if !g.now.Before(row.Expires) {
		return invalidGrant("Code is expired", "code-expired", "Ce code a expiré.", "This code has expired.", "RFC 6749 §4.1.2")
	}
	if !alive {
		return invalidGrant("User session not found", "session", "La session PSC de ce code n'existe plus.",
			"The PSC session of this code is gone.", "Keycloak")
	}
	person, ok := registre.FindProfessional(tx, sess.Person)
	if !ok {
		return invalidGrant("User not found", "person", "La personne de ce code n'existe plus.", "The person of this code is gone.", "Keycloak")
	}
	if !person.Active() {
		return invalidGrant("User disabled", "person-disabled", "Le compte "+person.ID+" est désactivé.",
			"The account "+person.ID+" is disabled.", "Keycloak")
	}
	if row.RedirectURI != f.get("redirect_uri") {
		return invalidGrant("Incorrect redirect_uri", "redirect-uri",
			"redirect_uri vaut « "+f.get("redirect_uri")+" », la demande portait « "+row.RedirectURI+" ».",
			"redirect_uri is “"+f.get("redirect_uri")+"”, the request had “"+row.RedirectURI+"”.", "RFC 6749 §4.1.3")
	}
	if row.Client != client.ID {
		return invalidGrant("Auth error: Found different client_id in clientSession", "code-client",
			"Ce code a été émis pour le client "+row.Client+".", "This code was issued to client "+row.Client+".", "RFC 6749 §4.1.3")
	}
	if !*client.Standard {
		return invalidGrant("Client not allowed to exchange code", "flow", "Le flux par code n'est pas ouvert à "+client.ID+".",
			"The code flow is not open to "+client.ID+".", "Keycloak")
	}
	if !sess.valid(g.now, s.config.Lifetimes) {
		return invalidGrant("Session not active", "session", "La session PSC a expiré (4 h, ou 30 min d'inactivité).",
			"The PSC session has expired (4 h, or 30 idle minutes).", "ANS, IG sécurisation du transport des API REST")
	}
	if e := checkVerifier(row, f); e != nil {
		return e
	}
	g.person, g.session, g.scope, g.nonce = person, sess, s.grantedScope(row.Scope), row.Nonce
	return nil
}

// value is what the client was given: three dot-separated parts.
func (c authCode) value() string {
	return c.ID + "." + c.Session + "." + registre.SubOf("client/"+c.Client)
}

// checkVerifier checks PKCE as Keycloak does, with its texts.
func checkVerifier(row authCode, f form) *sim.Error {
	no := func(text, fr, en string) *sim.Error { return invalidGrant(text, "pkce", fr, en, "RFC 7636 §4.6") }
	verifier := f.get("code_verifier")
	switch {
	case row.Challenge == "" && verifier == "":
		return nil
	case row.Challenge == "":
		return no("PKCE code verifier specified but challenge not present in authorization",
			"code_verifier est fourni, mais la demande n'avait pas de code_challenge.",
			"code_verifier is given, but the request had no code_challenge.")
	case verifier == "":
		return no("PKCE code verifier not specified", "code_verifier manque.", "code_verifier is missing.")
	case !pkceText(verifier):
		return no("PKCE verification failed: Invalid code verifier",
			"code_verifier n'a pas 43 à 128 caractères de l'alphabet permis.",
			"code_verifier is not 43 to 128 characters of the allowed alphabet.")
	}
	got := verifier
	if row.Method == "S256" {
		sum := sha256.Sum256([]byte(verifier))
		got = base64.RawURLEncoding.EncodeToString(sum[:])
	}
	if subtle.ConstantTimeCompare([]byte(got), []byte(row.Challenge)) != 1 {
		return no("PKCE verification failed: Code mismatch",
			"code_verifier ne correspond pas au code_challenge ("+row.Method+").",
			"code_verifier does not match the code_challenge ("+row.Method+").")
	}
	return nil
}

// pkceText tells whether a verifier or challenge has the form of RFC 7636 §4.1.
func pkceText(s string) bool {
	if len(s) < 43 || len(s) > 128 {
		return false
	}
	for _, r := range s {
		ok := r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || strings.ContainsRune("-._~", r)
		if !ok {
			return false
		}
	}
	return true
}

// without returns a copy of the map less one key.
func without[V any](m map[string]V, key string) map[string]V {
	out := make(map[string]V, len(m))
	for k, v := range m {
		if k != key {
			out[k] = v
		}
	}
	return out
}
