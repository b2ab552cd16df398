package psc

import (
	"fmt"
	"net/http"
	"slices"
	"time"

	jose "github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"github.com/segursim/segursim/internal/sim"
	"github.com/segursim/segursim/internal/store"
)

// assertionType is the only client_assertion_type (RFC 7523 §2.2).
const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

// asymmetric are the algorithms that the discovery document lists for
// private_key_jwt; the HMAC ones are for client_secret_jwt. Keeping the lists
// apart is what refuses alg=none and key confusion (RFC 8725 §3.1).
func asymmetric() []jose.SignatureAlgorithm {
	return []jose.SignatureAlgorithm{
		jose.RS256, jose.RS384, jose.RS512, jose.PS256, jose.PS384, jose.PS512, jose.ES256, jose.ES384, jose.ES512, jose.EdDSA,
	}
}

func symmetric() []jose.SignatureAlgorithm {
	return []jose.SignatureAlgorithm{jose.HS256, jose.HS384, jose.HS512}
}

// maxAssertion is how long after its issue an assertion may live.
const maxAssertion = time.Hour

// authenticateJWT authenticates by a signed assertion: private_key_jwt or
// client_secret_jwt (OIDC Core 1.0 §9).
func (s *Service) authenticateJWT(r *http.Request, f form, x *sim.Exchange) (Client, *sim.Error) {
	bad := func(text, fr, en string) *sim.Error {
		return refuse(http.StatusBadRequest, "invalid_client", text, cause("client-assertion", fr, en, "OIDC Core 1.0 §9, RFC 7523 §3"))
	}
	switch t := f.get("client_assertion_type"); {
	case t == "":
		return Client{}, bad("Parameter client_assertion_type is missing",
			"client_assertion_type manque.", "client_assertion_type is missing.")
	case t != assertionType:
		return Client{}, bad("Parameter client_assertion_type has value '"+t+"' but expected is '"+assertionType+"'",
			"client_assertion_type n'a pas la valeur attendue.", "client_assertion_type has not the expected value.")
	}
	raw := f.get("client_assertion")
	if raw == "" {
		return Client{}, bad("client_assertion parameter missing", "client_assertion manque.", "client_assertion is missing.")
	}
	tok, err := jwt.ParseSigned(raw, append(asymmetric(), symmetric()...))
	if err != nil {
		return Client{}, bad("Client authentication with signed JWT failed: "+"Unable to parse",
			"L'assertion n'est pas un JWT signé lisible : "+err.Error()+".",
			"The assertion is not a readable signed JWT: "+err.Error()+".")
	}
	var c jwt.Claims
	if err := tok.UnsafeClaimsWithoutVerification(&c); err != nil {
		return Client{}, bad("Client authentication with signed JWT failed: Invalid claims",
			"Les claims de l'assertion sont illisibles.", "The assertion's claims are unreadable.")
	}
	if id := f.get("client_id"); c.Subject == "" || id != "" && id != c.Subject {
		return Client{}, bad("client_id parameter not matching with client assertion",
			"Le sujet de l'assertion n'est pas le client_id.", "The assertion's subject is not the client_id.")
	}
	alg := jose.SignatureAlgorithm(tok.Headers[0].Algorithm)
	how := authKeyJWT
	if slices.Contains(symmetric(), alg) {
		how = authSecJWT
	}
	x.Fact("client", map[string]any{"id": c.Subject, "auth": how})
	client, refusal := s.client(c.Subject)
	if refusal != nil {
		return Client{}, refusal
	}
	if !client.allows(how) {
		return Client{}, refuse(http.StatusUnauthorized, "unauthorized_client", badCredentials, cause("client-auth",
			fmt.Sprintf("Le client %s n'est pas enregistré pour %s.", client.ID, how),
			fmt.Sprintf("Client %s is not registered for %s.", client.ID, how), "OIDC Core 1.0 §9"))
	}
	if err := verifyAssertion(tok, client, how); err != nil {
		return Client{}, bad("Client authentication with signed JWT failed: Signature on JWT token failed validation",
			"La signature de l'assertion ne se vérifie pas : "+err.Error()+".",
			"The assertion's signature does not verify: "+err.Error()+".")
	}
	if refusal := s.checkAssertion(r, c); refusal != nil {
		return Client{}, refusal
	}
	return client, nil
}

func verifyAssertion(tok *jwt.JSONWebToken, c Client, how string) error {
	if how == authSecJWT {
		return tok.Claims([]byte(c.Secret), &jwt.Claims{})
	}
	keys := c.JWKS.Keys
	if kid := tok.Headers[0].KeyID; kid != "" {
		keys = c.JWKS.Key(kid)
	}
	err := fmt.Errorf("no key of the client's JWKS fits (kid %q)", tok.Headers[0].KeyID)
	for _, k := range keys {
		if err = tok.Claims(k.Key, &jwt.Claims{}); err == nil {
			return nil
		}
	}
	return err
}

// checkAssertion checks the claims: issuer, audience, time, single use.
func (s *Service) checkAssertion(r *http.Request, c jwt.Claims) *sim.Error {
	now := s.world.Clock.Now()
	bad := func(text, fr, en string) *sim.Error {
		return refuse(http.StatusBadRequest, "invalid_client", "Client authentication with signed JWT failed: "+text,
			cause("client-assertion", fr, en, "RFC 7523 §3"))
	}
	issuer := s.issuer(r, walletRealm)
	switch {
	case c.Issuer != c.Subject:
		return bad("Issuer mismatch. The issuer should match the subject",
			"iss et sub diffèrent.", "iss and sub differ.")
	case !slices.ContainsFunc([]string(c.Audience), func(a string) bool {
		return a == issuer || a == issuer+"/protocol/openid-connect/token" || a == s.url(r, walletRealm, r.URL.Path)
	}):
		return bad("Token audience doesn't match domain. Expected audiences are any of ["+issuer+"]",
			fmt.Sprintf("aud vaut %v, attendu %s.", c.Audience, issuer), fmt.Sprintf("aud is %v, expected %s.", c.Audience, issuer))
	case c.Expiry == nil || !now.Before(c.Expiry.Time()) || c.NotBefore != nil && now.Before(c.NotBefore.Time()):
		return bad("Token is not active", "L'assertion est expirée ou pas encore valable.", "The assertion is expired or not valid yet.")
	case c.Expiry.Time().Sub(now) > maxAssertion:
		return bad("Token expiration is too far in the future and iat claim not present in token",
			"L'assertion vit plus d'une heure.", "The assertion lives for over an hour.")
	case c.ID == "":
		return bad("Missing ID on the token", "L'assertion n'a pas de jti.", "The assertion has no jti.")
	}
	replayed := false
	err := s.world.Store.Update(func(tx *store.Txn) error {
		key := c.Subject + " " + c.ID
		if old, ok := assertions.Get(tx, key); ok && now.Before(old.Expires) {
			replayed = true
			return nil
		}
		return assertions.Put(tx, revoked{ID: key, Expires: c.Expiry.Time()})
	})
	if err != nil {
		return sim.AsError(err)
	}
	if replayed {
		return bad("Token reuse detected", "Cette assertion a déjà servi.", "This assertion was used before.")
	}
	return nil
}
