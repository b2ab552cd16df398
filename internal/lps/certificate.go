package lps

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"github.com/segursim/segursim/internal/lps/teleservice"
)

// Who the software is for the téléservices: made up, and visibly so.
const (
	idam     = "TESTSEGURSIM" // 12 characters, as the CNDA's
	lpsName  = "urn:lps:lps-temoin-segursim:1.0"
	instance = "5e9a51d0-0000-4000-8000-00000000ca11"
)

// practice is where the physician of the scripts works. The billing number is
// made up.
func practice() teleservice.Practice {
	return teleservice.Practice{Billing: "991000017", Sector: "SA07", Specialty: "01"}
}

// keys fetches a test certificate with its private key and chain, as an editor
// installs the one they were given.
func (s *session) keys(ctx context.Context, profile string) ([]byte, error) {
	resp, err := s.control.send(ctx, http.MethodGet, "/api/certs/"+url.PathEscape(profile)+".pem", nil)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil {
		return nil, fmt.Errorf("lps: reading the certificate %s: %w", profile, err)
	}
	return b, nil
}

// byCard makes a caller that is identified by a professional's card: its signing
// certificate. It is the user of the calls from then on.
func (s *session) byCard(ctx context.Context, profile string) (*teleservice.Client, error) {
	b, err := s.keys(ctx, profile)
	if err != nil {
		return nil, err
	}
	card, err := teleservice.ParseCard(b)
	if err != nil {
		return nil, fmt.Errorf("lps: %s: %w", profile, err)
	}
	s.is(card.ID())
	return teleservice.New(s.caller(s.http, card.ID(), card))
}

// byStructure makes a caller that is identified by a structure's certificate, in
// mutual TLS.
func (s *session) byStructure(ctx context.Context, profile string) (*teleservice.Client, error) {
	b, err := s.keys(ctx, profile)
	if err != nil {
		return nil, err
	}
	pair, err := tls.X509KeyPair(b, b)
	if err != nil {
		return nil, fmt.Errorf("lps: %s: %w", profile, err)
	}
	unit := pair.Leaf.Subject.OrganizationalUnit
	if len(unit) == 0 {
		return nil, fmt.Errorf("lps: %s: a certificate without OU names no structure", profile)
	}
	s.is(unit[0])
	return teleservice.New(s.caller(s.trust.client(pair), unit[0], nil))
}

// is says who the user of the software is, on its pages and in its journal.
func (s *session) is(user string) {
	s.user = user
	s.site.set(func(v *view) { v.Connected, v.Name, v.ID = true, user, user })
}

func (s *session) caller(hc *http.Client, emitter string, card *teleservice.Card) teleservice.Config {
	return teleservice.Config{
		HTTP: hc, Rand: s.opt.Rand, Now: s.now, Emitter: emitter, Card: card, Practice: practice(),
		Software: teleservice.Software{IDAM: idam, Name: lpsName, Version: "1.0", Instance: instance},
	}
}
