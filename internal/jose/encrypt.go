package jose

import (
	"crypto/aes"
	"crypto/cipher"
	"errors"
	"fmt"
	"strings"
)

// errSealed is all that Open says: a sealed value is ours or it is not.
var errSealed = errors.New("jose: not a value sealed here")

const directGCM = `{"alg":"dir","enc":"A256GCM"}`

// Seal returns a compact JWE (RFC 7516 §7.1) of the plain text under a 32-byte
// key, with direct encryption. The nonce is 12 bytes and must not repeat.
func Seal(key, nonce, plain []byte) (string, error) {
	gcm, err := newGCM(key)
	if err != nil {
		return "", err
	}
	if len(nonce) != gcm.NonceSize() {
		return "", fmt.Errorf("jose: seal: nonce of %d bytes", len(nonce))
	}
	header := b64.EncodeToString([]byte(directGCM))
	sealed := gcm.Seal(nil, nonce, plain, []byte(header))
	text, tag := sealed[:len(sealed)-gcm.Overhead()], sealed[len(sealed)-gcm.Overhead():]
	return strings.Join([]string{
		header, "", b64.EncodeToString(nonce), b64.EncodeToString(text), b64.EncodeToString(tag),
	}, "."), nil
}

// Open returns the plain text of a value that Seal made with this key.
func Open(key []byte, value string) ([]byte, error) {
	gcm, err := newGCM(key)
	if err != nil {
		return nil, err
	}
	parts := strings.Split(value, ".")
	if len(parts) != 5 || parts[1] != "" {
		return nil, errSealed
	}
	nonce, err1 := b64.DecodeString(parts[2])
	text, err2 := b64.DecodeString(parts[3])
	tag, err3 := b64.DecodeString(parts[4])
	if err1 != nil || err2 != nil || err3 != nil || len(nonce) != gcm.NonceSize() {
		return nil, errSealed
	}
	plain, err := gcm.Open(nil, nonce, append(text, tag...), []byte(parts[0]))
	if err != nil {
		return nil, errSealed
	}
	return plain, nil
}

func newGCM(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("jose: key: %w", err)
	}
	return cipher.NewGCM(block)
}
