package psc

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/segursim/segursim/internal/jose"
)

// ordered reads the claims of a token that was verified before, in the order in
// which they stand there; a claim that stands twice is given once, with its last
// value, as a JSON reader on the other side would have it.
func ordered(token string) (jose.Claims, error) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return nil, fmt.Errorf("%w: not a JWS", errSignature)
	}
	raw, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errSignature, err)
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	if _, err := dec.Token(); err != nil {
		return nil, fmt.Errorf("%w: %w", errSignature, err)
	}
	var out jose.Claims
	at := map[string]int{}
	for dec.More() {
		name, err := dec.Token()
		if err != nil {
			return nil, fmt.Errorf("%w: %w", errSignature, err)
		}
		var v any
		if err := dec.Decode(&v); err != nil {
			return nil, fmt.Errorf("%w: %w", errSignature, err)
		}
		key := fmt.Sprint(name)
		if i, ok := at[key]; ok {
			out[i].Value = v
			continue
		}
		at[key] = len(out)
		out.Add(key, v)
	}
	return out, nil
}
