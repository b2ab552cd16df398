package pki

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/big"
	"strings"
)

// Serial numbers. The real hierarchy gives its leaves 16 bytes of which the
// first 8 are the same for every leaf of one authority, and its authorities 18
// bytes that begin with 1120 (seen). Here the last bytes are a check value
// under a key kept with the PKI, so that "was this issued here" needs no list:
//
//	leaf       8 of the issuer | 5 of the issue | 3 of check
//	authority  11 20           | 12 of the issue | 4 of check
//
// The bytes of the issue come from the seed drawn once from Options.Rand, the
// name of the object and the number of its issue: the same seed gives the same
// serial numbers whatever the order in which objects are asked for.
const (
	leafSerial, leafCheck = 16, 3
	authSerial, authCheck = 18, 4
	leafPrefix            = 8
)

func mac(key []byte, parts ...[]byte) []byte {
	h := hmac.New(sha256.New, key)
	for _, p := range parts {
		var n [4]byte
		binary.BigEndian.PutUint32(n[:], uint32(len(p)))
		h.Write(n[:])
		h.Write(p)
	}
	return h.Sum(nil)
}

// serials makes and recognises serial numbers.
type serials struct {
	key  []byte // kept with the PKI
	seed []byte // of this run
}

func (s serials) issue(issuer, name string, count uint64) []byte {
	return mac(s.seed, []byte("issue"), []byte(issuer), []byte(name), binary.BigEndian.AppendUint64(nil, count))
}

// prefix is positive and never begins with a zero byte.
func (s serials) prefix(issuer string) []byte {
	p := mac(s.key, []byte("prefix"), []byte(issuer))[:leafPrefix]
	p[0] = p[0]&0x3f | 0x40
	return p
}

func (s serials) seal(issuer string, body []byte, n int) []byte {
	return append(body, mac(s.key, []byte("check"), []byte(issuer), body)[:n]...)
}

// leaf returns the serial number of the count-th certificate of a name.
func (s serials) leaf(issuer, name string, count uint64) *big.Int {
	body := append(s.prefix(issuer), s.issue(issuer, name, count)[:leafSerial-leafPrefix-leafCheck]...)
	return new(big.Int).SetBytes(s.seal(issuer, body, leafCheck))
}

// authority returns the serial number of an authority's certificate.
func (s serials) authority(issuer, short string, count uint64) *big.Int {
	body := append([]byte{0x11, 0x20}, s.issue(issuer, short, count)[:authSerial-2-authCheck]...)
	return new(big.Int).SetBytes(s.seal(issuer, body, authCheck))
}

// issued reports whether the authority issued this serial number.
func (s serials) issued(issuer string, serial *big.Int) bool {
	b := serial.Bytes()
	check := 0
	switch len(b) {
	case leafSerial:
		check = leafCheck
	case authSerial:
		check = authCheck
	default:
		return false
	}
	if serial.Sign() <= 0 {
		return false
	}
	body, sum := b[:len(b)-check], b[len(b)-check:]
	return hmac.Equal(mac(s.key, []byte("check"), []byte(issuer), body)[:check], sum)
}

// serialText is the form used in revocations: upper-case hexadecimal without
// separators, as `openssl x509 -serial` prints it.
func serialText(n *big.Int) string {
	b := n.Bytes()
	if len(b) == 0 {
		return "00"
	}
	return fmt.Sprintf("%X", b)
}

// parseSerial reads hexadecimal with or without colons and spaces.
func parseSerial(s string) (*big.Int, bool) {
	s = strings.NewReplacer(":", "", " ", "").Replace(s)
	if s == "" || len(s) > 64 || strings.Trim(s, "0123456789abcdefABCDEF") != "" {
		return nil, false
	}
	return new(big.Int).SetString(s, 16)
}
