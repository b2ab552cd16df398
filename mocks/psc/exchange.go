package psc

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/segursim/segursim/internal/jose"
	"github.com/segursim/segursim/internal/registre"
	"github.com/segursim/segursim/internal/sim"
)

// Token types of RFC 8693 §3.
const (
	typeAccess = "urn:ietf:params:oauth:token-type:access_token"
	typeJWT    = "urn:ietf:params:oauth:token-type:jwt"
)

// apiToken answers the token endpoint of the espace de confiance's authorization
// server: token exchange (RFC 8693) over mutual TLS, and client_credentials.
func (s *Service) apiToken(c echo.Context, x *sim.Exchange, f form) *sim.Error {
	r := c.Request()
	if e := s.needTLS(r); e != nil {
		return e
	}
	return s.dispatch(r, x, f, map[string]func(echo.Context, *sim.Exchange, form, Client) *sim.Error{
		grantExchange: s.grantExchange,
		grantClient: func(c echo.Context, x *sim.Exchange, f form, client Client) *sim.Error {
			return s.serviceAccount(c, x, f, client, apiRealm)
		},
		grantPassword: s.grantPassword,
	})(c)
}

// grantExchange trades a PSC access token for a token of a data provider's API,
// bound to the client's certificate (ANS, IG sécurisation du transport des API
// REST; RFC 8693 §2, RFC 8705 §3). Checks: certificate, parameters, subject
// token, scopes. The error texts are Keycloak's where its exchange has one
// (inferred).
func (s *Service) grantExchange(c echo.Context, x *sim.Exchange, f form, client Client) *sim.Error {
	r := c.Request()
	if len(x.Chain) == 0 && !s.world.Relaxed("client-certificate") {
		return refuse(http.StatusUnauthorized, "unauthorized_client", badCredentials, cause("exchange-mtls",
			"L'échange de jetons exige le certificat client de la structure (mTLS).",
			"Token exchange needs the structure's client certificate (mTLS).", "ANS, IG sécurisation du transport des API REST; RFC 8705 §3"))
	}
	if len(x.Chain) > 0 {
		if err := s.world.PKI.VerifyClient(x.Chain); err != nil && !s.world.Relaxed("client-certificate") {
			return refuse(http.StatusUnauthorized, "unauthorized_client", badCredentials, cause("mtls-refused",
				"Le certificat client est refusé : "+err.Error()+".", "The client certificate is refused: "+err.Error()+".", "RFC 5280 §6"))
		}
	}
	if e := s.checkExchange(f, client); e != nil {
		return e
	}
	claims, sess, err := s.access(walletRealm, f.get("subject_token"), "")
	if err != nil {
		return refuse(http.StatusBadRequest, "invalid_token", "invalid subject token", cause("subject-token",
			"Le subject_token n'est pas un access_token PSC actif : "+err.Error()+".",
			"The subject_token is not an active PSC access token: "+err.Error()+".", "RFC 8693 §2.2.2"))
	}
	person, ok := s.person(sess.Person)
	if !ok || !person.Active() {
		return invalidGrant("User disabled", "person-disabled", "Le compte "+sess.Person+" est désactivé.",
			"The account "+sess.Person+" is disabled.", "Keycloak")
	}
	now, life := s.now(), time.Duration(s.config.Lifetimes.API)
	issuer := s.issuer(r, apiRealm)
	token := s.apiClaims(apiGrant{
		issuer: issuer, client: client.ID, person: person, scope: f.get("scope"), chain: x.Chain, now: now, life: life,
		sid: s.world.ID(),
	})
	signed, err := s.sign(apiRealm, token)
	if err != nil {
		return sim.AsError(err)
	}
	x.Fact("token", token.Map())
	x.Fact("subject", map[string]any{"jti": text(claims, "jti"), "client": text(claims, "azp"), "SubjectNameID": person.ID})
	x.Fact("person", map[string]any{"id": person.ID})
	sid, _ := token.Get("sid")
	var out jose.Claims
	out.Add("access_token", signed)
	out.Add("expires_in", int64(life.Seconds()))
	out.Add("refresh_expires_in", 0)
	out.Add("token_type", "Bearer")
	out.Add("not-before-policy", 0)
	out.Add("session_state", sid)
	out.Add("scope", f.get("scope"))
	out.Add("issued_token_type", typeAccess)
	return success(c, out)
}

// checkExchange checks the parameters of an exchange (RFC 8693 §2.1).
func (s *Service) checkExchange(f form, client Client) *sim.Error {
	bad := func(text, fr, en string) *sim.Error {
		return refuse(http.StatusBadRequest, "invalid_request", text, cause("exchange", fr, en, "RFC 8693 §2.1"))
	}
	switch t := f.get("subject_token_type"); {
	case f.get("subject_token") == "":
		return bad("Parameter 'subject_token' is missing", "subject_token manque.", "subject_token is missing.")
	case t == "":
		return bad("Parameter 'subject_token_type' is missing", "subject_token_type manque.", "subject_token_type is missing.")
	case t != typeAccess && t != typeJWT:
		return bad("Invalid 'subject_token_type'", "subject_token_type « "+t+" » : attendu "+typeAccess+" ou "+typeJWT+".",
			"subject_token_type “"+t+"”: expected "+typeAccess+" or "+typeJWT+".")
	}
	if v := f.get("requested_token_type"); v != "" && v != typeAccess && v != typeJWT {
		return bad("requested_token_type unsupported", "requested_token_type « "+v+" » n'est pas pris en charge.",
			"requested_token_type “"+v+"” is not supported.")
	}
	if v := f.get("subject_issuer"); v != "psc" && (v != "" || s.config.SubjectIssuer == "require") {
		return bad("Invalid subject_issuer", "subject_issuer vaut « "+v+" », attendu psc.", "subject_issuer is “"+v+"”, expected psc.")
	}
	if f.get("scope") == "" {
		return refuse(http.StatusBadRequest, "invalid_scope", "Missing parameter: scope", cause("exchange-scope",
			"Les scopes métier sont obligatoires.", "The business scopes are mandatory.", "ANS, IG sécurisation du transport des API REST"))
	}
	for _, one := range strings.Fields(f.get("scope")) {
		if len(client.Exchange) > 0 && !slices.Contains(client.Exchange, one) {
			return refuse(http.StatusBadRequest, "invalid_scope", "Invalid scopes: "+f.get("scope"), cause("exchange-scope",
				"Le scope « "+one+" » n'est pas ouvert au client "+client.ID+".",
				"The scope “"+one+"” is not open to client "+client.ID+".", "RFC 6749 §3.3"))
		}
	}
	return nil
}

// apiGrant is what an API token is made of.
type apiGrant struct {
	issuer, client, scope, sid string
	person                     registre.Professional
	chain                      []*x509.Certificate
	now                        time.Time
	life                       time.Duration
}

// apiClaims are an API token's, in the order of the ANS test server's.
func (s *Service) apiClaims(g apiGrant) jose.Claims {
	var c jose.Claims
	c.Add("exp", g.now.Add(g.life).Unix())
	c.Add("iat", g.now.Unix())
	c.Add("jti", s.world.ID())
	c.Add("iss", g.issuer)
	c.Add("aud", []string{"account", g.client})
	c.Add("sub", registre.SubOf(apiRealm.name+"/"+g.person.ID))
	c.Add("typ", "Bearer")
	c.Add("azp", g.client)
	c.Add("session_state", g.sid)
	c.Add("acr", "1")
	c.Add("allowed-origins", []string{"/*"})
	c.Add("realm_access", map[string]any{"roles": []string{"offline_access", "uma_authorization", "default-roles-" + apiRealm.name}})
	c.Add("resource_access", map[string]any{"account": map[string]any{"roles": []string{"manage-account", "manage-account-links", "view-profile"}}})
	c.Add("scope", g.scope)
	c.Add("sid", g.sid)
	c.Add("email_verified", false)
	c.Add("name", g.person.Name())
	c.Add("SubjectNameID", g.person.ID)
	if len(g.chain) > 0 {
		c.Add("cnf", map[string]any{"x5t#S256": thumbprint(s.config.CNF, g.chain[0])})
	}
	c.Add("preferred_username", g.person.ID)
	c.Add("given_name", g.person.GivenName)
	c.Add("family_name", g.person.FamilyName)
	return c
}

// thumbprint writes a certificate's SHA-256: as RFC 8705 §3.1 says, or as the ANS
// test server does, which encodes the hexadecimal text in padded base64.
func thumbprint(format string, leaf *x509.Certificate) string {
	sum := sha256.Sum256(leaf.Raw)
	if format == "rfc8705" {
		return base64.RawURLEncoding.EncodeToString(sum[:])
	}
	return base64.StdEncoding.EncodeToString([]byte(hex.EncodeToString(sum[:])))
}
