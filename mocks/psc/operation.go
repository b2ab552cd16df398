package psc

import (
	"maps"

	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/internal/sim"
)

// Sources of what is known, named in full in the package comment.
const (
	srcDiscovery = "ansforge/psc-edc-proxy-esante, document de découverte BAS"
	srcKeycloak  = "code source de Keycloak"
	srcTokens    = "jetons BAS publiés (ansforge/PSC-POC)"
	srcCIBA      = "industriels.esante.gouv.fr, pages CIBA ; ansforge/psc-edc-proxy-esante"
	srcIG        = "ansforge/IG-securisation-transport-api-rest"
)

// operations are what the service answers, with what is known of each.
func operations() []sim.Op {
	w := walletRealm
	return []sim.Op{
		op("discovery", "Document de découverte", "Discovery document", "GET", w.root()+"/.well-known/{wallet-,}openid-configuration", sim.Confirmed, srcDiscovery, nil),
		op("certs", "Clés publiques (JWKS)", "Public keys (JWKS)", "GET", w.protocol()+"/certs", sim.Confirmed, srcDiscovery, nil),
		op("authorize", "Demande d'authentification", "Authentication request", "GET", "/auth", sim.Confirmed, srcDiscovery+" ; "+srcKeycloak, facts(authorizeFacts(), personFacts())),
		op("login", "Page de connexion du portefeuille", "Wallet login page", "POST", walletPath+"/{id}/{ecps,cps,continue,cancel}", sim.Inferred, "captures d'écran publiques : les requêtes de la page ne sont pas documentées", facts(personFacts(), cibaFacts())),
		op("token", "Jetons", "Tokens", "POST", w.protocol()+"/token", sim.Confirmed, srcTokens+" ; "+srcKeycloak, facts(tokenFacts(), personFacts(), cibaFacts()),
			"invalid_grant", "invalid_request", "invalid_client", "unauthorized_client", "authorization_pending", "slow_down", "expired_token", "access_denied", "invalid_scope", "server_error", "temporarily_unavailable"),
		op("userinfo", "Données du professionnel", "Professional's data", "GET", w.protocol()+"/userinfo", sim.Confirmed, "réponses publiées (ansforge/PSC-POC, prosante-connect-synapse-module)", personFacts(),
			"invalid_token", "insufficient_scope", "server_error"),
		op("introspect", "Introspection", "Introspection", "POST", w.protocol()+"/token/introspect", sim.Confirmed, "réponses publiées (ansforge/PSC-POC)", tokenFacts(), "invalid_request", "server_error"),
		op("revoke", "Révocation", "Revocation", "POST", w.protocol()+"/revoke", sim.Inferred, srcKeycloak, tokenFacts(), "invalid_token", "invalid_request", "server_error"),
		op("logout", "Déconnexion", "Logout", "GET", w.protocol()+"/logout", sim.Confirmed, srcDiscovery+" ; "+srcKeycloak, map[string]sim.FactType{
			"form.id_token_hint": sim.String, "form.refresh_token": sim.String, "query.id_token_hint": sim.String,
			"form.post_logout_redirect_uri": sim.String, "query.post_logout_redirect_uri": sim.String, "form.client_id": sim.String,
			"form.state": sim.String, "query.state": sim.String,
			"session.id": sim.String, "session.ended": sim.Bool,
		}, "invalid_grant", "invalid_request", "server_error"),
		op("par", "Demande poussée (PAR)", "Pushed authorization request", "POST", w.protocol()+"/ext/par/request", sim.Inferred, srcDiscovery+" ; "+srcKeycloak, authorizeFacts(), "invalid_request", "invalid_client", "server_error"),
		op("ciba.request", "Demande CIBA", "CIBA request", "POST", w.protocol()+"/ext/ciba/auth", sim.Confirmed, srcCIBA, facts(cibaRequestFacts(), personFacts(), cibaFacts()),
			"invalid_request", "invalid_scope", "invalid_binding_message", "invalid_grant", "unauthorized_client", "invalid_client", "server_error"),
		op("device", "Autorisation d'appareil", "Device authorization", "POST", w.protocol()+"/auth/device", sim.Inferred, srcKeycloak, nil, "unauthorized_client"),
		op("register", "Enregistrement dynamique", "Dynamic registration", "POST", w.root()+"/clients-registrations/openid-connect", sim.Inferred, srcKeycloak, nil),
		op("iframe", "Surveillance de session", "Session iframe", "GET", w.protocol()+"/login-status-iframe.html", sim.Inferred, srcDiscovery, nil),
		op("api.discovery", "Découverte du serveur d'autorisation EDC", "EDC authorization server discovery", "GET", apiRealm.root()+"/.well-known/openid-configuration", sim.Inferred, srcIG, nil),
		op("api.certs", "Clés du serveur d'autorisation EDC", "EDC authorization server keys", "GET", apiRealm.protocol()+"/certs", sim.Inferred, srcIG, nil),
		op("api.token", "Échange de jeton (espace de confiance)", "Token exchange (espace de confiance)", "POST", apiRealm.protocol()+"/token", sim.Confirmed, srcIG+" ; ansforge/psc-edc-proxy-esante", facts(tokenFacts(), personFacts(), map[string]sim.FactType{
			"form.subject_token": sim.String, "form.subject_token_type": sim.String, "form.subject_issuer": sim.String, "form.requested_token_type": sim.String,
			"subject.jti": sim.String, "subject.client": sim.String, "subject.SubjectNameID": sim.String,
		}), "invalid_request", "invalid_scope", "invalid_token", "unauthorized_client", "server_error"),
		op("api.introspect", "Introspection (espace de confiance)", "Introspection (espace de confiance)", "POST", apiRealm.protocol()+"/token/introspect", sim.Inferred, srcIG, tokenFacts(), "invalid_request", "server_error"),
		happening("ciba.approved", "Demande confirmée par la personne", "Demand confirmed by the person"),
		happening("ciba.refused", "Demande refusée", "Demand refused"),
		happening("ciba.expired", "Demande expirée", "Demand expired"),
		happening("session.started", "Session ouverte", "Session started"),
		happening("session.ended", "Session close", "Session ended"),
	}
}

func op(name, fr, en, method, path string, p sim.Provenance, source string, own map[string]sim.FactType, codes ...string) sim.Op {
	return sim.Op{
		Name: name, Title: journal.Text{FR: fr, EN: en}, Method: method, Path: path,
		Provenance: p, Source: source, Facts: facts(commonFacts(), own), Codes: codes,
	}
}

// happening is an event of the simulated world.
func happening(name, fr, en string) sim.Op {
	return sim.Op{
		Name: name, Title: journal.Text{FR: fr, EN: en}, Provenance: sim.Inferred, Source: "événement du simulateur",
		Facts: facts(personFacts(), cibaFacts(), map[string]sim.FactType{
			"client.id": sim.String, "session.id": sim.String, "session.reason": sim.String, "session.auth_mode": sim.String,
		}),
	}
}

func facts(groups ...map[string]sim.FactType) map[string]sim.FactType {
	out := map[string]sim.FactType{}
	for _, g := range groups {
		maps.Copy(out, g)
	}
	return out
}

// named makes facts of one type under a group: form.scope, form.nonce…
func named(group string, t sim.FactType, names ...string) map[string]sim.FactType {
	out := map[string]sim.FactType{}
	for _, n := range names {
		out[group+"."+n] = t
	}
	return out
}

func commonFacts() map[string]sim.FactType {
	return facts(
		named("http", sim.String, "method", "path", "host"),
		named("header", sim.String, "authorization_scheme", "correlation_id"),
		named("client", sim.String, "id", "auth"),
		named("error", sim.String, "code", "text"),
	)
}

func personFacts() map[string]sim.FactType { return named("person", sim.String, "id") }

func authorizeFacts() map[string]sim.FactType {
	names := []string{
		"client_id", "redirect_uri", "response_type", "response_mode", "scope", "state", "nonce", "acr_values", "prompt",
		"max_age", "login_hint", "code_challenge", "code_challenge_method", "request_uri", "request", "ui_locales",
	}
	return facts(
		named("query", sim.String, names...), named("form", sim.String, names...),
		named("attempt", sim.String, "id", "why"), named("session", sim.String, "id"),
	)
}

func cibaRequestFacts() map[string]sim.FactType {
	return named("form", sim.String, "scope", "acr_values", "login_hint", "binding_message", "channel", "client_id",
		"client_secret", "requested_expiry", "user_code", "client_notification_token", "request", "request_uri", "nonce", "prompt")
}

func cibaFacts() map[string]sim.FactType {
	return facts(
		named("ciba", sim.String, "id", "auth_req_id", "channel", "kind", "reason", "number"),
		named("ciba", sim.Int, "interval", "polls"),
		named("ciba", sim.Float, "waited_s", "elapsed_s"),
	)
}

func tokenFacts() map[string]sim.FactType {
	return facts(
		named("form", sim.String, "grant_type", "code", "redirect_uri", "code_verifier", "refresh_token", "auth_req_id",
			"scope", "client_id", "client_secret", "token", "token_type_hint", "username", "password"),
		named("token", sim.String, "jti", "iss", "sub", "typ", "azp", "nonce", "session_state", "sid", "acr", "scope",
			"authMode", "auth_level", "SubjectNameID", "PSISubjectNameID", "preferred_username"),
		named("token", sim.Int, "exp", "iat", "auth_time"),
		map[string]sim.FactType{"token.active": sim.Bool, "token.otherIds": sim.Any, "token.cnf": sim.Any, "token.aud": sim.Any},
		named("session", sim.String, "id"),
	)
}
