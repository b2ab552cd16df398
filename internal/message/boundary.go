package message

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
)

// boundaryTries bounds how often a boundary that stands in the content is made
// again.
const boundaryTries = 10

// boundary makes the boundary of a multipart: one that no line of its parts begins
// with, and that is neither the beginning of another nor begins with one.
func (b *builder) boundary(e entity) (string, error) {
	for range boundaryTries {
		s := b.nextBoundary()
		if !isBoundary(s) {
			return "", fmt.Errorf("message: %s is no boundary (RFC 2046 §5.1.1)", excerpt(s))
		}
		taken := e.contains([]byte("--" + s))
		for _, other := range b.boundaries {
			taken = taken || strings.HasPrefix(s, other) || strings.HasPrefix(other, s)
		}
		if !taken {
			b.boundaries = append(b.boundaries, s)
			return s, nil
		}
	}
	return "", errors.New("message: the boundaries repeat, or stand in the content")
}

// nextBoundary asks the draft, or derives one: "=_" stands neither in base64 nor in
// quoted-printable (RFC 2045 §6.7).
func (b *builder) nextBoundary() string {
	if b.draft.Boundary != nil {
		return b.draft.Boundary()
	}
	b.made++
	sum := sha256.Sum256(fmt.Appendf(nil, "%d %s %s %s %s", b.made, b.draft.MessageID, b.draft.Date, b.draft.From.Address, b.draft.Subject))
	return "=_" + hex.EncodeToString(sum[:12])
}

// contains tells whether a body in the entity that travels readable holds s.
func (e entity) contains(s []byte) bool {
	if e.encoding != "base64" && bytes.Contains(e.body, s) {
		return true
	}
	for _, part := range e.parts {
		if part.contains(s) {
			return true
		}
	}
	return false
}

// isBoundary tells whether s is a boundary of RFC 2046 §5.1.1.
func isBoundary(s string) bool {
	if s == "" || len(s) > 70 || strings.HasSuffix(s, " ") {
		return false
	}
	for i := 0; i < len(s); i++ {
		c := s[i]
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && strings.IndexByte("'()+_,-./:=? ", c) < 0 {
			return false
		}
	}
	return true
}
