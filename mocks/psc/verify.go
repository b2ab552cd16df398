package psc

import (
	"context"
	"crypto"
	"errors"
	"fmt"
	"strings"
	"time"

	gojose "github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"github.com/segursim/segursim/internal/sim"
	"github.com/segursim/segursim/internal/store"
)

// Why a token of ours is refused.
var (
	errSignature  = errors.New("signature or form")
	errInactive   = errors.New("token is not active")
	errIssuer     = errors.New("issuer")
	errType       = errors.New("type")
	errNoSession  = errors.New("session not found, or the client is not attached to it")
	errIdle       = errors.New("session expired")
	errRevoked    = errors.New("revoked")
	errNoPerson   = errors.New("person not found")
	errNoIdentity = errors.New("no session in the token")
)

// readClaims verifies a signature and returns the claims. The algorithms are
// those this realm signs with: alg=none, a symmetric signature made with a public
// key and any other confusion never get to a key (RFC 8725 §3.1).
func (s *Service) readClaims(rl realm, token string, alg gojose.SignatureAlgorithm) (map[string]any, error) {
	tok, err := jwt.ParseSigned(token, []gojose.SignatureAlgorithm{alg})
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errSignature, err)
	}
	claims := map[string]any{}
	if alg != gojose.RS256 {
		if err := tok.Claims(s.secret(secretRefresh).Value, &claims); err != nil {
			return nil, fmt.Errorf("%w: %w", errSignature, err)
		}
		return claims, nil
	}
	keys, err := s.keys(rl)
	if err != nil {
		return nil, err
	}
	var pub crypto.PublicKey
	for _, k := range keys {
		if k.kid == tok.Headers[0].KeyID {
			pub = k.signer.Public()
		}
	}
	if pub == nil {
		return nil, fmt.Errorf("%w: no published key has the kid %q", errSignature, tok.Headers[0].KeyID)
	}
	if err := tok.Claims(pub, &claims); err != nil {
		return nil, fmt.Errorf("%w: %w", errSignature, err)
	}
	return claims, nil
}

// access verifies an access token to its end: signature, type, time, revocation,
// session. issuer is the one expected where config wants it strict; empty where
// it cannot be known.
func (s *Service) access(rl realm, token, issuer string) (map[string]any, session, error) {
	var none session
	claims, err := s.readClaims(rl, token, gojose.RS256)
	if err != nil {
		return nil, none, err
	}
	if text(claims, "typ") != "Bearer" {
		return nil, none, fmt.Errorf("%w: typ is %q", errType, text(claims, "typ"))
	}
	if s.config.Issuer == "strict" && issuer != "" && text(claims, "iss") != issuer {
		return nil, none, fmt.Errorf("%w: iss is %q", errIssuer, text(claims, "iss"))
	}
	if !s.now().Before(instant(claims, "exp")) {
		return claims, none, errInactive
	}
	if rl == apiRealm {
		return claims, none, s.notRevoked(claims)
	}
	sess, err := s.session(claims)
	return claims, sess, err
}

func (s *Service) notRevoked(claims map[string]any) error {
	return s.world.Store.View(func(tx *store.Txn) error {
		if _, gone := revocations.Get(tx, text(claims, "jti")); gone {
			return errRevoked
		}
		return nil
	})
}

// session returns the living session that a token belongs to.
func (s *Service) session(claims map[string]any) (session, error) {
	var sess session
	err := s.world.Store.View(func(tx *store.Txn) error {
		if _, gone := revocations.Get(tx, text(claims, "jti")); gone {
			return errRevoked
		}
		id := sessionID(claims)
		if id == "" {
			return errNoIdentity
		}
		row, ok := sessions.Get(tx, id)
		if !ok {
			return errNoSession
		}
		if _, attached := row.Clients[text(claims, "azp")]; !attached {
			return errNoSession
		}
		if !row.valid(s.now(), s.config.Lifetimes) {
			return errIdle
		}
		sess = row
		return nil
	})
	return sess, err
}

// sessionID is a token's sid, or session_state in the tokens of 2021.
func sessionID(claims map[string]any) string {
	if id := text(claims, "sid"); id != "" {
		return id
	}
	return text(claims, "session_state")
}

// VerifyToken checks an access token for the other simulated services.
func (s *Service) VerifyToken(_ context.Context, token string) (sim.Claims, error) {
	claims, sess, err := s.access(walletRealm, token, "")
	if err != nil {
		return sim.Claims{}, fmt.Errorf("psc: token refused: %w", forOthers(err))
	}
	return sim.Claims{
		SubjectNameID: sess.Person, Session: sess.ID, Client: text(claims, "azp"),
		Expires: instant(claims, "exp"), All: claims,
	}, nil
}

// forOthers adds what the contract of sim tells apart.
func forOthers(err error) error {
	switch {
	case errors.Is(err, errInactive):
		return fmt.Errorf("%w: %w", sim.ErrTokenExpired, err)
	case errors.Is(err, errNoSession), errors.Is(err, errIdle):
		return fmt.Errorf("%w: %w", sim.ErrSessionEnded, err)
	}
	return err
}

func text(claims map[string]any, name string) string {
	v, _ := claims[name].(string)
	return v
}

func instant(claims map[string]any, name string) time.Time {
	switch v := claims[name].(type) {
	case float64:
		return time.Unix(int64(v), 0)
	case int64:
		return time.Unix(v, 0)
	}
	return time.Time{}
}

// bearer reads the token of an Authorization header.
func bearer(header string) string {
	scheme, token, ok := strings.Cut(header, " ")
	if !ok || !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(token)
}
