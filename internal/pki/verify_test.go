package pki_test

import (
	"crypto/x509"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/segursim/segursim/internal/pki"
)

func TestVerify(t *testing.T) {
	t.Parallel()
	p := shared(t)
	c := func(name string) *pki.Credential { return credential(t, p, name) }
	stranger := credential(t, open(t, pki.Options{}), "insi-auto") // same names, other keys
	tests := map[string]struct {
		chain  []*x509.Certificate
		usage  pki.Usage
		reason pki.Reason
	}{
		"leaf alone":                     {chainOf(c("insi-auto"))[:1], pki.ClientUsage, ""},
		"with intermediate":              {chainOf(c("insi-auto"))[:2], pki.ClientUsage, ""},
		"with root":                      {chainOf(c("insi-auto")), pki.ClientUsage, ""},
		"with another chain":             {append(chainOf(c("insi-auto"))[:1:1], c("cps-medecin-auth").Chain...), pki.ClientUsage, ""},
		"with holes":                     {[]*x509.Certificate{c("insi-auto").Leaf, nil}, pki.ClientUsage, ""},
		"signature":                      {chainOf(c("cps-medecin-sign")), pki.SignatureUsage, ""},
		"organisation's signature":       {chainOf(c("org-sign")), pki.SignatureUsage, ""},
		"software signature":             {chainOf(c("ps-sign")), pki.SignatureUsage, ""},
		"server":                         {chainOf(c("serv-ssl")), pki.ServerUsage, ""},
		"server as client":               {chainOf(c("serv-ssl")), pki.ClientUsage, ""},
		"any usage":                      {chainOf(c("wrong-usage")), pki.AnyUsage, ""},
		"nothing":                        {nil, pki.ClientUsage, pki.NotACertificate},
		"nil":                            {[]*x509.Certificate{nil}, pki.ClientUsage, pki.NotACertificate},
		"empty":                          {[]*x509.Certificate{{}}, pki.ClientUsage, pki.NotACertificate},
		"same names, other keys":         {chainOf(stranger), pki.ClientUsage, pki.FromUnknownCA},
		"authentication as signature":    {chainOf(c("cps-medecin-auth")), pki.SignatureUsage, pki.WrongUsage},
		"signature as authentication":    {chainOf(c("cps-medecin-sign")), pki.ClientUsage, pki.WrongUsage},
		"client as server":               {chainOf(c("insi-auto")), pki.ServerUsage, pki.WrongUsage},
		"an intermediate as client":      {c("insi-auto").Chain, pki.ClientUsage, pki.WrongUsage},
		"a root":                         {c("insi-auto").Chain[1:], pki.ClientUsage, pki.WrongUsage},
		"unknown usage":                  {chainOf(c("insi-auto")), "autre", pki.WrongUsage},
		"expired":                        {chainOf(c("expired")), pki.ClientUsage, pki.IsExpired},
		"not yet valid":                  {chainOf(c("not-yet-valid")), pki.ClientUsage, pki.IsNotYetValid},
		"revoked":                        {chainOf(c("revoked")), pki.ClientUsage, pki.IsRevoked},
		"unknown CA, sent with its root": {chainOf(c("unknown-ca")), pki.ClientUsage, pki.FromUnknownCA},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := p.Verify(tt.chain, tt.usage)
			if got := reasonOf(err); got != tt.reason || tt.reason == "" && err != nil {
				t.Errorf("reason %q, want %q (%v)", got, tt.reason, err)
			}
			if err != nil && (tt.reason.Text().FR == "" || tt.reason.Text().FR == pki.Reason("").Text().FR) {
				t.Errorf("no text for %q", tt.reason)
			}
		})
	}
}

func TestVerifyForged(t *testing.T) {
	t.Parallel()
	p := shared(t)
	der := append([]byte(nil), credential(t, p, "insi-auto").Leaf.Raw...)
	der[len(der)-1] ^= 1 // in the signature
	forged, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Verify([]*x509.Certificate{forged}, pki.ClientUsage); reasonOf(err) != pki.FromUnknownCA {
		t.Errorf("a broken signature: %v", err)
	}
}

// TestVerifyFollowsTheClock moves simulated time around a certificate.
func TestVerifyFollowsTheClock(t *testing.T) {
	t.Parallel()
	wall := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	now := wall
	p := open(t, pki.Options{Now: func() time.Time { return now }, Wall: func() time.Time { return wall }})
	c := credential(t, p, "insi-auto")
	tests := []struct {
		name   string
		now    time.Time
		reason pki.Reason
	}{
		{"now", wall, ""},
		{"in a year", wall.AddDate(1, 0, 0), ""},
		{"the last second", c.Leaf.NotAfter, ""},
		{"a second later", c.Leaf.NotAfter.Add(time.Second), pki.IsExpired},
		{"after the authorities", wall.AddDate(40, 0, 0), pki.IsExpired},
		{"the first second", c.Leaf.NotBefore, ""},
		{"a second before", c.Leaf.NotBefore.Add(-time.Second), pki.IsNotYetValid},
		{"before the authorities", wall.AddDate(-30, 0, 0), pki.IsNotYetValid},
	}
	for _, tt := range tests {
		now = tt.now
		id, err := p.Verify(chainOf(c), pki.ClientUsage)
		if got := reasonOf(err); got != tt.reason || tt.reason == "" && err != nil {
			t.Errorf("%s: reason %q, want %q (%v)", tt.name, got, tt.reason, err)
		}
		if id.CommonName != "INSI-AUTO" {
			t.Errorf("%s: who was refused is not said: %+v", tt.name, id)
		}
		again, err := p.Credential("insi-auto")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := p.Verify(chainOf(again), pki.ClientUsage); err != nil {
			t.Errorf("%s: a fresh certificate is refused: %v", tt.name, err)
		}
		if wall.Before(again.Leaf.NotBefore) || wall.After(again.Leaf.NotAfter) {
			t.Errorf("%s: a fresh certificate is not valid by wall time", tt.name)
		}
	}
}

func TestIdentity(t *testing.T) {
	t.Parallel()
	p := shared(t)
	tests := map[string]pki.Identity{
		"cps-medecin-auth": {
			Kind: pki.IdentityCPS, CommonName: "899700366240", PersonID: "899700366240", Given: "KIT", Family: "DOC0036624",
			Title: "Médecin", Profession: 10, CardType: pki.CPS, Test: true,
			Subject:     `CN=899700366240+SN=DOC0036624+GN=KIT,title=M\C3\A9decin,C=FR`,
			SubjectJava: `GIVENNAME=KIT + SURNAME=DOC0036624 + CN=899700366240, T=Médecin, C=FR`,
		},
		"cpf-medecin-auth": {
			Kind: pki.IdentityCPF, CommonName: "899990090014", PersonID: "899990090014", Given: "LISON", Family: "INTERNETEST0090001",
			Title: "Médecin en formation", Profession: 10, CardType: pki.CPF, Test: true,
			Subject:     `SN=INTERNETEST0090001+CN=899990090014+GN=LISON,title=M\C3\A9decin en formation,C=FR`,
			SubjectJava: `GIVENNAME=LISON + CN=899990090014 + SURNAME=INTERNETEST0090001, T=Médecin en formation, C=FR`,
		},
		"cpe-non-nominative": {
			Kind: pki.IdentityCDE, CommonName: "30B0099991/000000018", PersonID: "30B0099991/000000018", Pseudonym: "EMPLOYE000000018",
			Title: "Carte de service santé ou social", StructureID: "10B0099991", Organization: "PHARMACIE DE TEST SEGURSIM",
			Department: "Deux-Sèvres (79)", CardType: pki.CPE, Test: true,
			Subject:     `CN=30B0099991/000000018,pseudonym=EMPLOYE000000018,title=Carte de service sant\C3\A9 ou social,OU=10B0099991,O=PHARMACIE DE TEST SEGURSIM,ST=Deux-S\C3\A8vres (79),C=FR`,
			SubjectJava: `CN=30B0099991/000000018, OID.2.5.4.65=EMPLOYE000000018, T=Carte de service santé ou social, OU=10B0099991, O=PHARMACIE DE TEST SEGURSIM, ST=Deux-Sèvres (79), C=FR`,
		},
		"insi-auto": {
			Kind: pki.IdentityORG, CommonName: "INSI-AUTO", StructureID: "300000000077081", Organization: "MINISTERE DE TEST7708",
			Department: "Côte-d'Or (21)", CardType: pki.NoCard, Test: true, Software: true,
			Subject:     `CN=INSI-AUTO,OU=300000000077081,O=MINISTERE DE TEST7708,ST=C\C3\B4te-d'Or (21),C=FR`,
			SubjectJava: `CN=INSI-AUTO, OU=300000000077081, O=MINISTERE DE TEST7708, ST=Côte-d'Or (21), C=FR`,
		},
	}
	for name, want := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := p.Verify(chainOf(credential(t, p, name)), pki.ClientUsage)
			if err != nil {
				t.Fatal(err)
			}
			got.Serial, got.Issuer, got.CardNumber = "", "", ""
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if got.Nominative() == (got.Kind == pki.IdentityCDE || got.Kind == pki.IdentityORG) {
				t.Errorf("nominative: %v", got.Nominative())
			}
		})
	}
}

func TestVerifyErrorText(t *testing.T) {
	t.Parallel()
	p := shared(t)
	_, err := p.Verify(chainOf(credential(t, p, "expired")), pki.ClientUsage)
	var refused *pki.VerifyError
	if !errors.As(err, &refused) || refused.Unwrap() == nil {
		t.Fatalf("%v", err)
	}
	want := pki.Title{FR: "le certificat a expiré à l'heure simulée", EN: "the certificate has expired at the simulated time"}
	if diff := cmp.Diff(want, refused.Reason.Text()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
