package mss

import (
	"encoding/json"
	"fmt"
)

// XOAUTH2 is the client of the SASL mechanism of that name (REM MSS/CONF.07). It is
// used once.
type XOAUTH2 struct {
	BAL, Token string
	refused    *TokenError
}

// A TokenError is a token refused, in the words of the server's challenge.
type TokenError struct {
	Status  string `json:"status"` // "401"
	Schemes string `json:"schemes"`
	Scope   string `json:"scope"`
}

func (e *TokenError) Error() string {
	return fmt.Sprintf("mss: the token was refused: status %q, schemes %q, scope %q", e.Status, e.Schemes, e.Scope)
}

// Start gives the name of the mechanism and the initial response.
func (x *XOAUTH2) Start() (name string, initial []byte, err error) {
	return "XOAUTH2", []byte("user=" + x.BAL + "\x01auth=Bearer " + x.Token + "\x01\x01"), nil
}

// Next answers a challenge: it says why the token is refused, and wants an empty
// line back before the exchange fails.
func (x *XOAUTH2) Next(challenge []byte) ([]byte, error) {
	if len(challenge) == 0 { // the initial response is asked for again
		_, initial, err := x.Start()
		return initial, err
	}
	x.refused = &TokenError{}
	if json.Unmarshal(challenge, x.refused) != nil {
		x.refused.Status = fmt.Sprintf("%.40q", challenge)
	}
	return []byte{}, nil
}

// Refused is why the token was refused; nil when it was not.
func (x *XOAUTH2) Refused() *TokenError { return x.refused }
