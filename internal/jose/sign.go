package jose

import (
	"crypto"
	"crypto/hmac"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"fmt"
)

// b64 is the encoding of RFC 7515 §2.
var b64 = base64.RawURLEncoding

// Style is how a JOSE header is written.
type Style int

// The header styles.
const (
	// Spaced is what Keycloak's own JWS builder writes: a space on both sides of
	// the colon from the second member on.
	Spaced Style = iota
	// Compact is plain JSON.
	Compact
)

// Header writes a JOSE header of alg, typ and kid.
func (s Style) Header(alg, kid string) []byte {
	if s == Compact {
		return fmt.Appendf(nil, `{"alg":%q,"typ":"JWT","kid":%q}`, alg, kid)
	}
	return fmt.Appendf(nil, `{"alg":%q,"typ" : "JWT","kid" : %q}`, alg, kid)
}

// SignRS256 returns the compact JWS of the claims (RFC 7518 §3.3).
func SignRS256(key crypto.Signer, style Style, kid string, claims Claims) (string, error) {
	input, err := signingInput(style.Header("RS256", kid), claims)
	if err != nil {
		return "", err
	}
	if _, ok := key.Public().(*rsa.PublicKey); !ok {
		return "", fmt.Errorf("jose: RS256 needs an RSA key, got %T", key.Public())
	}
	sum := sha256.Sum256(input)
	// PKCS #1 v1.5 signatures are deterministic; the random source is not read.
	sig, err := key.Sign(nil, sum[:], crypto.SHA256)
	if err != nil {
		return "", fmt.Errorf("jose: sign: %w", err)
	}
	return string(b64.AppendEncode(append(input, '.'), sig)), nil
}

// SignHMAC returns the compact JWS of the claims under HS256 or HS512 (RFC 7518 §3.2).
func SignHMAC(alg string, secret []byte, style Style, kid string, claims Claims) (string, error) {
	input, err := signingInput(style.Header(alg, kid), claims)
	if err != nil {
		return "", err
	}
	h := sha256.New
	switch alg {
	case "HS256":
	case "HS512":
		h = sha512.New
	default:
		return "", fmt.Errorf("jose: unknown HMAC algorithm %q", alg)
	}
	mac := hmac.New(h, secret)
	mac.Write(input)
	return string(b64.AppendEncode(append(input, '.'), mac.Sum(nil))), nil
}

func signingInput(header []byte, claims Claims) ([]byte, error) {
	payload, err := json.Marshal(claims)
	if err != nil {
		return nil, fmt.Errorf("jose: claims: %w", err)
	}
	out := b64.AppendEncode(make([]byte, 0, 2*len(payload)+512), header)
	out = append(out, '.')
	return b64.AppendEncode(out, payload), nil
}

// HalfHash is the at_hash of an RS256, HS256 or ES256 token: the left half of
// the SHA-256 of the value, base64url (OIDC Core 1.0 §3.1.3.6).
func HalfHash(value string) string {
	sum := sha256.Sum256([]byte(value))
	return b64.EncodeToString(sum[:len(sum)/2])
}

// KeyID is the identifier that Keycloak gives an RSA key: the SHA-256 of its
// DER-encoded public key, base64url.
func KeyID(der []byte) string {
	sum := sha256.Sum256(der)
	return b64.EncodeToString(sum[:])
}
