package psc

import (
	"crypto/rsa"
	"crypto/sha1" //nolint:gosec // x5t is SHA-1 by RFC 7517 §4.8
	"crypto/sha256"
	"encoding/base64"
	"math/big"
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/segursim/segursim/internal/sim"
)

// jwk is a published key, its members in Keycloak's order (RFC 7517).
type jwk struct {
	Kid  string   `json:"kid"`
	Kty  string   `json:"kty"`
	Alg  string   `json:"alg"`
	Use  string   `json:"use"`
	X5C  []string `json:"x5c"`
	X5T  string   `json:"x5t"`
	X5TS string   `json:"x5t#S256"`
	N    string   `json:"n"`
	E    string   `json:"e"`
}

// certs answers the JWKS: the signing key, and those it replaced until they are
// dropped.
func (s *Service) certs(rl realm) handler {
	return func(c echo.Context, _ *sim.Exchange, _ form) *sim.Error {
		keys, err := s.keys(rl)
		if err != nil {
			return sim.AsError(err)
		}
		out := struct {
			Keys []jwk `json:"keys"`
		}{Keys: make([]jwk, 0, len(keys))}
		for _, k := range keys {
			der, err := s.certificate(rl, k)
			if err != nil {
				return sim.AsError(err)
			}
			pub := k.signer.Public().(*rsa.PublicKey)
			one, two := sha1.Sum(der), sha256.Sum256(der) //nolint:gosec // see above
			out.Keys = append(out.Keys, jwk{
				Kid: k.kid, Kty: "RSA", Alg: "RS256", Use: "sig",
				X5C:  []string{base64.StdEncoding.EncodeToString(der)},
				X5T:  base64.RawURLEncoding.EncodeToString(one[:]),
				X5TS: base64.RawURLEncoding.EncodeToString(two[:]),
				N:    base64.RawURLEncoding.EncodeToString(pub.N.Bytes()),
				E:    base64.RawURLEncoding.EncodeToString(big.NewInt(int64(pub.E)).Bytes()),
			})
		}
		c.Response().Header().Set("Cache-Control", "no-cache")
		return answer(c, http.StatusOK, out)
	}
}
