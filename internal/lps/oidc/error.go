package oidc

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// The error codes that a polling client acts upon (OIDC CIBA Core 1.0 §11).
const (
	AuthorizationPending = "authorization_pending"
	SlowDown             = "slow_down"
	ExpiredToken         = "expired_token"
	AccessDenied         = "access_denied"
)

// ErrExpired says that the client itself saw the request's lifetime end.
var ErrExpired = errors.New("the authentication request expired before the person answered")

// An Error is a refusal by the provider (RFC 6749 §5.2).
type Error struct {
	Op          string // what was asked: "ciba.request", "token"
	Status      int    // HTTP status
	Code        string // "invalid_grant"; empty when the body was no OAuth error
	Description string
	// Retry is what Retry-After asked for, zero when absent.
	Retry time.Duration
}

// Error describes the refusal in one line.
func (e *Error) Error() string {
	s := fmt.Sprintf("%s: HTTP %d", e.Op, e.Status)
	if e.Code != "" {
		s += " " + e.Code
	}
	if e.Description != "" {
		s += ": " + e.Description
	}
	return s
}

// Code returns the OAuth error code within err, empty when it holds none.
func Code(err error) string {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

// refusal makes an Error of an answer whose status is not a success.
func refusal(op string, resp *http.Response, body []byte) *Error {
	e := &Error{Op: op, Status: resp.StatusCode}
	var oauth struct {
		Error       string `json:"error"`
		Description string `json:"error_description"`
	}
	if json.Unmarshal(body, &oauth) == nil {
		e.Code, e.Description = oauth.Error, oauth.Description
	}
	if e.Code == "" {
		// RFC 6750 §3: userinfo says it in a header.
		e.Code = challenge(resp.Header.Get("WWW-Authenticate"), "error")
		e.Description = challenge(resp.Header.Get("WWW-Authenticate"), "error_description")
	}
	if n, err := strconv.Atoi(resp.Header.Get("Retry-After")); err == nil && n > 0 {
		e.Retry = time.Duration(n) * time.Second
	}
	return e
}

// challenge returns a quoted parameter of a WWW-Authenticate header.
func challenge(header, name string) string {
	_, params, _ := strings.Cut(header, " ")
	for _, p := range strings.Split(params, ",") {
		k, v, ok := strings.Cut(strings.TrimSpace(p), "=")
		if ok && strings.EqualFold(k, name) {
			return strings.Trim(v, `"`)
		}
	}
	return ""
}
