package psc

import (
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"github.com/segursim/segursim/internal/jose"
	"github.com/segursim/segursim/internal/sim"
)

// discovery answers a provider metadata document. The two of PSC differ by the
// authorization endpoint alone: the wallet's host in
// .well-known/wallet-openid-configuration, Keycloak's own in
// .well-known/openid-configuration (inferred: clients fall back on it).
func (s *Service) discovery(rl realm, wallet bool) handler {
	written := &documents{}
	return func(c echo.Context, _ *sim.Exchange, _ form) *sim.Error {
		r := c.Request()
		issuer, authorize := s.issuer(r, rl), s.url(r, rl, rl.protocol()+"/auth")
		if wallet {
			authorize = s.walletBase(r) + "/auth"
		}
		c.Response().Header().Set("Cache-Control", "no-cache, must-revalidate, no-transform, no-store")
		write := func() jose.Claims { return metadata(s.config.Profile, issuer, authorize, rl) }
		if c.Get(patchKey) != nil {
			return answer(c, http.StatusOK, write())
		}
		b, err := written.get(issuer+" "+authorize, write)
		if err != nil {
			return sim.AsError(err)
		}
		if err := c.JSONBlob(http.StatusOK, b); err != nil {
			return sim.AsError(err)
		}
		return nil
	}
}

// metadata is the document, its members in the real one's order.
func metadata(profile, issuer, authorize string, rl realm) jose.Claims {
	at := func(path string) string { return issuer + "/protocol/openid-connect" + path }
	algs, pub := signingAlgs(profile), publicAlgs(profile)
	auth := authMethods()
	var d jose.Claims
	d.Add("issuer", issuer)
	d.Add("authorization_endpoint", authorize)
	d.Add("token_endpoint", at("/token"))
	d.Add("introspection_endpoint", at("/token/introspect"))
	d.Add("userinfo_endpoint", at("/userinfo"))
	d.Add("end_session_endpoint", at("/logout"))
	d.Add("frontchannel_logout_session_supported", true)
	d.Add("frontchannel_logout_supported", true)
	d.Add("jwks_uri", at("/certs"))
	d.Add("check_session_iframe", at("/login-status-iframe.html"))
	d.Add("grant_types_supported", grantTypes(profile, rl))
	d.Add("acr_values_supported", []string{"0", "0"}) // sic: the real document says it twice
	d.Add("response_types_supported", []string{
		"code", "none", "id_token", "token", "id_token token", "code id_token", "code token", "code id_token token",
	})
	d.Add("subject_types_supported", []string{"public", "pairwise"})
	d.Add("id_token_signing_alg_values_supported", algs)
	d.Add("id_token_encryption_alg_values_supported", encryptionAlgs())
	d.Add("id_token_encryption_enc_values_supported", encryptionEncs())
	d.Add("userinfo_signing_alg_values_supported", append(slices.Clone(algs), "none"))
	d.Add("userinfo_encryption_alg_values_supported", encryptionAlgs())
	d.Add("userinfo_encryption_enc_values_supported", encryptionEncs())
	d.Add("request_object_signing_alg_values_supported", append(slices.Clone(algs), "none"))
	d.Add("request_object_encryption_alg_values_supported", encryptionAlgs())
	d.Add("request_object_encryption_enc_values_supported", encryptionEncs())
	d.Add("response_modes_supported", []string{"query", "fragment", "form_post", "query.jwt", "fragment.jwt", "form_post.jwt", "jwt"})
	d.Add("registration_endpoint", issuer+"/clients-registrations/openid-connect")
	d.Add("token_endpoint_auth_methods_supported", auth)
	d.Add("token_endpoint_auth_signing_alg_values_supported", algs)
	d.Add("introspection_endpoint_auth_methods_supported", auth)
	d.Add("introspection_endpoint_auth_signing_alg_values_supported", algs)
	d.Add("authorization_signing_alg_values_supported", algs)
	d.Add("authorization_encryption_alg_values_supported", encryptionAlgs())
	d.Add("authorization_encryption_enc_values_supported", encryptionEncs())
	d.Add("claims_supported", []string{"aud", "sub", "iss", "auth_time", "name", "given_name", "family_name", "preferred_username", "email", "acr"})
	d.Add("claim_types_supported", []string{"normal"})
	d.Add("claims_parameter_supported", true)
	d.Add("scopes_supported", scopes(profile))
	d.Add("request_parameter_supported", true)
	d.Add("request_uri_parameter_supported", true)
	d.Add("require_request_uri_registration", true)
	d.Add("code_challenge_methods_supported", []string{"plain", "S256"})
	d.Add("tls_client_certificate_bound_access_tokens", true)
	d.Add("revocation_endpoint", at("/revoke"))
	d.Add("revocation_endpoint_auth_methods_supported", auth)
	d.Add("revocation_endpoint_auth_signing_alg_values_supported", algs)
	d.Add("backchannel_logout_supported", true)
	d.Add("backchannel_logout_session_supported", true)
	d.Add("device_authorization_endpoint", at("/auth/device"))
	d.Add("backchannel_token_delivery_modes_supported", []string{"poll", "ping"})
	d.Add("backchannel_authentication_endpoint", at("/ext/ciba/auth"))
	d.Add("backchannel_authentication_request_signing_alg_values_supported", pub)
	d.Add("require_pushed_authorization_requests", false)
	d.Add("pushed_authorization_request_endpoint", at("/ext/par/request"))
	d.Add("mtls_endpoint_aliases", aliases(issuer))
	if profile == profile2026 {
		d.Add("authorization_response_iss_parameter_supported", true)
	}
	return d
}

func aliases(issuer string) jose.Claims {
	at := func(path string) string { return issuer + "/protocol/openid-connect" + path }
	return jose.Claims{
		{Name: "token_endpoint", Value: at("/token")},
		{Name: "revocation_endpoint", Value: at("/revoke")},
		{Name: "introspection_endpoint", Value: at("/token/introspect")},
		{Name: "device_authorization_endpoint", Value: at("/auth/device")},
		{Name: "registration_endpoint", Value: issuer + "/clients-registrations/openid-connect"},
		{Name: "userinfo_endpoint", Value: at("/userinfo")},
		{Name: "pushed_authorization_request_endpoint", Value: at("/ext/par/request")},
		{Name: "backchannel_authentication_endpoint", Value: at("/ext/ciba/auth")},
	}
}

// The profiles.
const (
	profile2021 = "2021"
	profile2023 = "2023"
	profile2026 = "2026"
)

// grantTypes are what the documents list: more than an editor may use. The
// exchange of the espace de confiance is added to its own realm's (inferred).
func grantTypes(profile string, rl realm) []string {
	g := []string{"authorization_code", "implicit", "refresh_token", "password", "client_credentials", grantCIBA, grantDevice}
	if profile != profile2026 {
		g[5], g[6] = g[6], g[5]
	}
	if rl == apiRealm {
		g = append(g, grantExchange)
	}
	return g
}

func signingAlgs(profile string) []string {
	if profile == profile2026 {
		return []string{"PS384", "RS384", "EdDSA", "ES384", "HS256", "HS512", "ES256", "RS256", "HS384", "ES512", "PS256", "PS512", "RS512"}
	}
	return []string{"PS384", "ES384", "RS384", "HS256", "HS512", "ES256", "RS256", "HS384", "ES512", "PS256", "PS512", "RS512"}
}

func publicAlgs(profile string) []string {
	return slices.DeleteFunc(signingAlgs(profile), func(a string) bool { return a[0] == 'H' })
}

func encryptionAlgs() []string { return []string{"RSA-OAEP", "RSA-OAEP-256", "RSA1_5"} }

func encryptionEncs() []string {
	return []string{"A256GCM", "A192GCM", "A128GCM", "A128CBC-HS256", "A192CBC-HS384", "A256CBC-HS512"}
}

func authMethods() []string {
	return []string{"private_key_jwt", "client_secret_basic", "client_secret_post", "tls_client_auth", "client_secret_jwt"}
}

// scopes are the realm's, in the document's order; "basic" came in 2024.
func scopes(profile string) []string {
	all := []string{
		"openid", "microprofile-jwt", "rpps", "referentiel", "web-origins", "basic", "identity", "acr", "offline_access",
		"eidas1", "profile", "roles", "email", "scope_all", "phone", "interop", "scope_1", "address", "scope_2", "eidas2",
	}
	if profile != profile2026 {
		all = slices.DeleteFunc(all, func(s string) bool { return s == "basic" })
	}
	return all
}
