package oidc

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// A Person is what the software keeps of userinfo.
type Person struct {
	Sub string `json:"sub"`
	// SubjectNameID is the national identifier, in exact case: the key of the
	// software's account (EX PSC 19). Older profiles lack it, and then
	// preferred_username stands in.
	SubjectNameID string   `json:"SubjectNameID"`
	Username      string   `json:"preferred_username"`
	Given         string   `json:"given_name"`
	Family        string   `json:"family_name"`
	Civility      string   `json:"codeCivilite"`
	Organization  string   `json:"SubjectOrganization"`
	Roles         []string `json:"SubjectRole"`
}

// Name is the person's given and family names.
func (p Person) Name() string { return strings.TrimSpace(p.Given + " " + p.Family) }

// Userinfo reads the person that the access token stands for. sub is the
// id_token's: another one in the answer is refused (OIDC Core 1.0 §5.3.2).
func (c *Client) Userinfo(ctx context.Context, access, sub string) (Person, error) {
	m, err := c.Discover(ctx)
	if err != nil {
		return Person{}, err
	}
	var p Person
	if err := c.get(ctx, "userinfo", m.Userinfo, access, &p); err != nil {
		return Person{}, err
	}
	if p.Sub != sub {
		return Person{}, fmt.Errorf("oidc: userinfo: sub is %q, the id_token's is %q", p.Sub, sub)
	}
	if p.SubjectNameID == "" {
		p.SubjectNameID = p.Username
	}
	if p.SubjectNameID == "" {
		return Person{}, errors.New("oidc: userinfo: neither SubjectNameID nor preferred_username")
	}
	return p, nil
}
