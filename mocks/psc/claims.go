package psc

import (
	"time"

	"github.com/segursim/segursim/internal/jose"
	"github.com/segursim/segursim/internal/registre"
)

// storageProvider is the id of the Keycloak user storage that the tokens until
// 2025 show in sub, before the national identifier.
const storageProvider = "f:550dc1c8-d97b-4b1e-ac8c-8eb4471cf9dd:"

// subject is the sub claim: it carries the national identifier until 2025, and
// is a technical UUID without meaning since (services then key on SubjectNameID).
func (s *Service) subject(p registre.Professional) string {
	if s.config.Profile == profile2026 {
		return p.Sub
	}
	return storageProvider + p.ID
}

// sessionState tells whether the tokens carry session_state: those of 2026 that
// were seen do not, the earlier ones do.
func (s *Service) sessionState() bool {
	switch s.config.SessionState {
	case "always":
		return true
	case "never":
		return false
	}
	return s.config.Profile != profile2026
}

// tokenID is a new jti; Keycloak 26 and later begin it with how it was obtained.
func (s *Service) tokenID(prefix string) string {
	if s.config.Profile == profile2026 {
		return prefix + s.world.ID()
	}
	return s.world.ID()
}

// accessClaims are an access token's, in the order of the year's real tokens.
func (s *Service) accessClaims(g grant, life time.Duration) jose.Claims {
	var c jose.Claims
	c.Add("exp", g.now.Add(life).Unix())
	c.Add("iat", g.now.Unix())
	c.Add("auth_time", g.session.Started.Unix())
	c.Add("jti", s.tokenID("onrtac:"))
	c.Add("iss", g.issuer)
	c.Add("sub", s.subject(g.person))
	c.Add("typ", "Bearer")
	c.Add("azp", g.client)
	c.Add("nonce", g.nonce)
	if s.sessionState() {
		c.Add("session_state", g.session.ID)
	}
	switch s.config.Profile {
	case profile2021:
		// Sic: acr stands twice in the tokens of 2021, and readers keep the last.
		c.Add("acr", "1")
		c.Add("scope", g.scope)
		c.Add("acr", g.session.ACR)
		c.Add("email_verified", false)
		c.Add("preferred_username", g.person.ID)
	case profile2023:
		c.Add("acr", g.session.ACR)
		c.Add("scope", g.scope)
		c.Add("sid", g.session.ID)
		c.Add("authMode", g.session.AuthMode)
		c.Add("otherIds", g.person.OtherIDs)
		c.Add("preferred_username", g.person.ID)
	default:
		c.Add("sid", g.session.ID)
		c.Add("acr", g.session.ACR)
		c.Add("scope", g.scope)
		c.Add("authMode", g.session.AuthMode)
		c.Add("auth_level", "1")
		c.Add("SubjectNameID", g.person.ID)
		c.Add("PSISubjectNameID", g.person.PSI)
		c.Add("preferred_username", g.person.ID)
		c.Add("otherIds", g.person.OtherIDs)
	}
	return c
}

// idClaims are an ID token's (OIDC Core 1.0 §2, in Keycloak's order).
// SubjectNameID among them is inferred from the ANS test server's.
func (s *Service) idClaims(g grant, life time.Duration, access string) jose.Claims {
	var c jose.Claims
	c.Add("exp", g.now.Add(life).Unix())
	c.Add("iat", g.now.Unix())
	c.Add("auth_time", g.session.Started.Unix())
	c.Add("jti", s.world.ID())
	c.Add("iss", g.issuer)
	c.Add("aud", g.client)
	c.Add("sub", s.subject(g.person))
	c.Add("typ", "ID")
	c.Add("azp", g.client)
	if g.nonce != "" {
		c.Add("nonce", g.nonce)
	}
	if s.sessionState() {
		c.Add("session_state", g.session.ID)
	}
	c.Add("at_hash", jose.HalfHash(access))
	c.Add("acr", g.session.ACR)
	if s.config.Profile != profile2021 {
		c.Add("sid", g.session.ID)
	}
	if s.config.Profile == profile2026 {
		c.Add("SubjectNameID", g.person.ID)
	}
	c.Add("email_verified", false)
	c.Add("preferred_username", g.person.ID)
	c.Add("given_name", g.person.GivenName)
	c.Add("family_name", g.person.FamilyName)
	return c
}

// refreshClaims are a refresh token's: itself a JWT, for its issuer alone.
func (s *Service) refreshClaims(g grant, id string, life time.Duration) jose.Claims {
	var c jose.Claims
	c.Add("exp", g.now.Add(life).Unix())
	c.Add("iat", g.now.Unix())
	c.Add("jti", id)
	c.Add("iss", g.issuer)
	c.Add("aud", g.issuer)
	c.Add("sub", s.subject(g.person))
	c.Add("typ", "Refresh")
	c.Add("azp", g.client)
	if g.nonce != "" {
		c.Add("nonce", g.nonce)
	}
	if s.sessionState() {
		c.Add("session_state", g.session.ID)
	}
	c.Add("scope", g.scope)
	c.Add("sid", g.session.ID)
	return c
}
