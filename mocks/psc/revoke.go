package psc

import (
	"net/http"
	"slices"
	"time"

	gojose "github.com/go-jose/go-jose/v4"
	"github.com/labstack/echo/v4"

	"github.com/segursim/segursim/internal/sim"
	"github.com/segursim/segursim/internal/store"
)

// revoke answers RFC 7009 as Keycloak does: an access token is refused from then
// on; a refresh token takes the client out of all of the person's sessions. An
// unknown token is a 200 with an invalid_token body, Keycloak's own reading.
func (s *Service) revoke(c echo.Context, x *sim.Exchange, f form) *sim.Error {
	r := c.Request()
	if e := s.needTLS(r); e != nil {
		return e
	}
	client, refusal := s.authenticate(r, f, x)
	if refusal != nil {
		return refusal
	}
	token := f.get("token")
	if token == "" {
		return refuse(http.StatusBadRequest, "invalid_request", "Token not provided", cause("revoke",
			"Le paramètre token manque.", "The parameter token is missing.", "RFC 7009 §2.1"))
	}
	claims, err := s.readClaims(walletRealm, token, gojose.RS256)
	if err != nil {
		claims, err = s.readClaims(walletRealm, token, gojose.SignatureAlgorithm(s.refreshAlg()))
	}
	unknown := refuse(http.StatusOK, "invalid_token", "Invalid token", cause("revoke",
		"Ce jeton n'est pas l'un des nôtres, ou sa session n'existe plus.",
		"This token is not one of ours, or its session is gone.", "RFC 7009 §2.2, Keycloak"))
	if err != nil || text(claims, "azp") == "" {
		return unknown
	}
	kind := text(claims, "typ")
	if kind != "Bearer" && kind != "Refresh" {
		return refuse(http.StatusBadRequest, "unsupported_token_type", "Unsupported token type", cause("revoke",
			"Un jeton de type « "+kind+" » ne se révoque pas.", "A token of type “"+kind+"” can't be revoked.", "RFC 7009 §2.2.1"))
	}
	if text(claims, "azp") != client.ID {
		return refuse(http.StatusBadRequest, "invalid_request", "Unmatching clients", cause("revoke",
			"Ce jeton appartient au client "+text(claims, "azp")+".", "This token belongs to client "+text(claims, "azp")+".", "RFC 7009 §2.1"))
	}
	x.Fact("token", map[string]any{"jti": text(claims, "jti"), "typ": kind, "sid": sessionID(claims)})
	var gone []session
	found := true
	if err := s.world.Store.Update(func(tx *store.Txn) error {
		row, ok := sessions.Get(tx, sessionID(claims))
		if _, attached := row.Clients[client.ID]; !ok || !attached {
			found = false
			return nil
		}
		if kind == "Bearer" {
			until := s.now().Add(max(instant(claims, "exp").Sub(s.now()), 10*time.Second))
			return revocations.Put(tx, revoked{ID: text(claims, "jti"), Expires: until})
		}
		gone, err = s.detach(tx, row.Person, client.ID)
		return err
	}); err != nil {
		return sim.AsError(err)
	}
	if !found {
		return unknown
	}
	for _, row := range gone {
		s.sessionEvent("session.ended", row, "révocation")
	}
	return noBody(c, http.StatusOK)
}

// detach takes a client out of a person's sessions, and ends those left empty.
func (s *Service) detach(tx *store.Txn, person, client string) ([]session, error) {
	var gone []session
	for _, row := range slices.Collect(sessions.Find(tx, "person", person)) {
		if _, ok := row.Clients[client]; !ok {
			continue
		}
		row.Clients = without(row.Clients, client)
		if len(row.Clients) > 0 {
			if err := sessions.Put(tx, row); err != nil {
				return nil, err
			}
			continue
		}
		if _, err := sessions.Delete(tx, row.ID); err != nil {
			return nil, err
		}
		gone = append(gone, row)
	}
	return gone, nil
}

func noBody(c echo.Context, status int) *sim.Error {
	if err := c.NoContent(status); err != nil {
		return sim.AsError(err)
	}
	return nil
}
