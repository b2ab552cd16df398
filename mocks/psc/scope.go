package psc

import (
	"net/http"
	"slices"
	"strings"

	"github.com/segursim/segursim/internal/sim"
)

// checkScope refuses a scope that the realm or the client does not have, with
// Keycloak's text, which quotes the whole parameter.
func (s *Service) checkScope(c Client, scope string) *sim.Error {
	allowed := c.Scopes
	if len(allowed) == 0 {
		allowed = scopes(s.config.Profile)
	}
	for _, one := range strings.Fields(scope) {
		if one != "openid" && !slices.Contains(allowed, one) {
			return refuse(http.StatusBadRequest, "invalid_scope", "Invalid scopes: "+scope, cause("scope",
				"Le scope « "+one+" » n'est pas ouvert au client "+c.ID+" ; PSC attend « openid scope_all ».",
				"The scope “"+one+"” is not open to client "+c.ID+"; PSC expects “openid scope_all”.", "RFC 6749 §3.3"))
		}
	}
	return nil
}

// grantedScope is the scope of a token: what was asked for, with the realm's
// default scopes of the year, in the order seen in real tokens.
func (s *Service) grantedScope(asked string) string {
	have := strings.Fields(asked)
	var out []string
	if slices.Contains(have, "openid") {
		out = append(out, "openid")
	}
	defaults := map[string][]string{
		profile2021: {"profile", "email", "scope_all"},
		profile2023: {"profile", "scope_all", "identity"},
	}[s.config.Profile]
	out = append(out, defaults...)
	for _, one := range have {
		if !slices.Contains(out, one) {
			out = append(out, one)
		}
	}
	return strings.Join(out, " ")
}

func hasScope(scope, one string) bool { return slices.Contains(strings.Fields(scope), one) }
