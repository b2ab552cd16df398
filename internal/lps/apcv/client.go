package apcv

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/segursim/segursim/internal/lps/teleservice"
)

const ns = "http://www.sesam-vitale.fr/apcv/auth/1/0"

// A Client calls the authentication service of the ApCV.
type Client struct {
	call     *teleservice.Client
	url      string
	practice teleservice.Practice
}

// New makes a client for the address of the authentication service. The
// practice is the professional's, as in the assertion of their card.
func New(call *teleservice.Client, url string, p teleservice.Practice) (*Client, error) {
	switch {
	case call == nil:
		return nil, errors.New("apcv: no client of téléservices")
	case url == "":
		return nil, errors.New("apcv: no address")
	}
	return &Client{call, url, p}, nil
}

// A Context stands for a card that was read.
type Context struct {
	ID    string    // Identifiant
	Token string    // TokenApCV
	Until time.Time // DateFinValidite
	// The beneficiary, where the answer names one.
	Name      string // birth name
	FirstName string
	Number    string // 13 characters
	Key       string
	Born      string // YYYY-MM-DD
	Rank      string
}

// rep is an answer with a context.
type rep struct {
	ID    string `xml:"ContexteApCV>Identifiant"`
	Token string `xml:"ContexteApCV>TokenApCV"`
	Until string `xml:"ContexteApCV>DateFinValidite"`
	Who   struct {
		Name      string `xml:"NomFamille"`
		FirstName string `xml:"Prenom"`
		NIR       struct {
			Number string `xml:",chardata"`
			Key    string `xml:"cle,attr"`
		} `xml:"NIRCertifie"`
		Born string `xml:"DateNaissance"`
		Rank string `xml:"RangNaissance"`
	} `xml:"Beneficiaire"`
}

// Read trades what was scanned, as it was scanned, for a context.
func (c *Client) Read(ctx context.Context, scanned string) (Context, error) {
	return c.context(ctx, "authentifierUtilisateurProximite", teleservice.E("AuthentifierUtilisateurProximiteReq",
		teleservice.E("ProfessionnelSante",
			teleservice.T("IdentifiantFacturation", c.practice.Billing),
			teleservice.T("CodeSpecialiteAMO", c.practice.Specialty)),
		teleservice.T("Donnees", scanned)))
}

// Restore gives the professional's current context again.
func (c *Client) Restore(ctx context.Context) (Context, error) {
	return c.context(ctx, "restituerContexteApCV", teleservice.E("RestituerContexteApCVReq"))
}

// Destroy ends a context.
func (c *Client) Destroy(ctx context.Context, id string) error {
	var ignored struct{}
	return c.send(ctx, "detruireContexteApCV", teleservice.E("DetruireContexteApCVReq",
		teleservice.E("ContexteApCV", teleservice.T("Identifiant", id))), &ignored)
}

func (c *Client) context(ctx context.Context, verb string, body teleservice.Element) (Context, error) {
	var r rep
	if err := c.send(ctx, verb, body, &r); err != nil {
		return Context{}, err
	}
	if r.ID == "" || r.Token == "" {
		return Context{}, fmt.Errorf("apcv: %s: the answer has no context", verb)
	}
	until, err := end(r.Until)
	if err != nil {
		return Context{}, fmt.Errorf("apcv: %s: %w", verb, err)
	}
	return Context{
		ID: r.ID, Token: r.Token, Until: until, Name: r.Who.Name, FirstName: r.Who.FirstName,
		Number: r.Who.NIR.Number, Key: r.Who.NIR.Key, Born: r.Who.Born, Rank: r.Who.Rank,
	}, nil
}

// send calls an operation. These operations have no ContexteBAM.
func (c *Client) send(ctx context.Context, verb string, body teleservice.Element, v any) error {
	m := teleservice.Message{Action: "urn:ApCV_AUTH:1.0.0:" + verb, Body: body.With("version", "1.0").With("xmlns", ns)}
	if _, err := c.call.Call(ctx, c.url, m, v); err != nil {
		return fmt.Errorf("apcv: %w", err)
	}
	return nil
}

// end reads the end of validity in either of the forms that clients have seen:
// a dateTime, or YYYYMMDDHHMMSS without a zone, which is then taken as UTC+1,
// winter time in France (nothing public says).
func end(s string) (time.Time, error) {
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t, nil
	}
	t, err := time.ParseInLocation("20060102150405", s, time.FixedZone("", 3600))
	if err != nil {
		return time.Time{}, fmt.Errorf("DateFinValidite %q is neither a dateTime nor YYYYMMDDHHMMSS", s)
	}
	return t, nil
}
