package pki_test

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"encoding/asn1"
	"math/big"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/crypto/ocsp"

	"github.com/segursim/segursim/internal/pki"
)

func TestRevoke(t *testing.T) {
	t.Parallel()
	p := open(t, pki.Options{})
	c := credential(t, p, "insi-auto")
	named, err := p.Issue(pki.Request{Name: "dr-test", Kind: pki.CPSAuth, Subject: pki.Subject{
		Given: "UN", Family: "TEST", PersonID: "899700000001", Profession: 10,
	}})
	if err != nil {
		t.Fatal(err)
	}
	serial := c.Leaf.SerialNumber.Text(16)
	tests := map[string]struct {
		ref    string
		chain  []*x509.Certificate
		reason pki.CRLReason
		err    bool
	}{
		"by profile":             {"insi-auto", chainOf(c), pki.KeyCompromise, false},
		"by serial":              {serial, chainOf(c), pki.Superseded, false},
		"by serial with colons":  {"6A:" + serial, nil, pki.Superseded, true},
		"by request":             {"dr-test", chainOf(named), pki.AffiliationChanged, false},
		"an intermediate":        {pki.OrganisationsElementaire, chainOf(c), pki.CACompromise, false},
		"a root":                 {pki.RootFort, nil, pki.CACompromise, true},
		"nobody":                 {"personne", nil, 0, true},
		"of another PKI":         {"1D5DE25E3DC14BDE7DA6A7B3F111BF3A", nil, 0, true},
		"empty":                  {"", nil, 0, true},
		"no such reason":         {"insi-auto", nil, 7, true},
		"reason below the table": {"insi-auto", nil, -1, true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			rev, err := p.Revoke(tt.ref, time.Time{}, tt.reason)
			if (err != nil) != tt.err {
				t.Fatalf("error %v, want one: %v", err, tt.err)
			}
			if tt.err {
				return
			}
			if _, err := p.Verify(tt.chain, pki.ClientUsage); reasonOf(err) != pki.IsRevoked {
				t.Errorf("not refused as revoked: %v", err)
			}
			if diff := cmp.Diff([]pki.Revocation{rev}, p.Revocations()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if err := p.Unrevoke(tt.ref); err != nil {
				t.Error(err)
			}
			if _, err := p.Verify(tt.chain, pki.ClientUsage); err != nil {
				t.Errorf("still refused: %v", err)
			}
			if err := p.Unrevoke(tt.ref); err == nil {
				t.Error("taken back twice")
			}
		})
	}
}

func TestRevokedOnlyFromThen(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	p := open(t, pki.Options{Now: func() time.Time { return now }})
	c := credential(t, p, "insi-auto")
	if _, err := p.Revoke("insi-auto", now.Add(time.Hour), pki.CessationOfOperation); err != nil {
		t.Fatal(err)
	}
	entries := func() int {
		der, err := p.CRL("ACI-EL-ORG")
		if err != nil {
			t.Fatal(err)
		}
		crl, err := x509.ParseRevocationList(der)
		if err != nil {
			t.Fatal(err)
		}
		return len(crl.RevokedCertificateEntries)
	}
	if _, err := p.Verify(chainOf(c), pki.ClientUsage); err != nil || entries() != 0 {
		t.Errorf("revoked before its time: %v", err)
	}
	now = now.Add(2 * time.Hour)
	if _, err := p.Verify(chainOf(c), pki.ClientUsage); reasonOf(err) != pki.IsRevoked || entries() != 1 {
		t.Errorf("not revoked after its time: %v", err)
	}
}

func TestSetRevocations(t *testing.T) {
	t.Parallel()
	p := open(t, pki.Options{})
	c, profile := credential(t, p, "insi-auto"), credential(t, p, "revoked")
	if _, err := p.Revoke("insi-auto", time.Time{}, pki.KeyCompromise); err != nil {
		t.Fatal(err)
	}
	if err := p.Unrevoke("revoked"); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Verify(chainOf(profile), pki.ClientUsage); err != nil {
		t.Errorf("still refused: %v", err)
	}
	snapshot := p.Revocations()
	if err := p.SetRevocations(nil); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Verify(chainOf(c), pki.ClientUsage); err != nil {
		t.Errorf("still refused after a reset: %v", err)
	}
	if _, err := p.Verify(chainOf(profile), pki.ClientUsage); reasonOf(err) != pki.IsRevoked {
		t.Errorf("the revoked profile is sound after a reset: %v", err)
	}
	if err := p.SetRevocations(snapshot); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Verify(chainOf(c), pki.ClientUsage); reasonOf(err) != pki.IsRevoked {
		t.Errorf("not refused after a restored snapshot: %v", err)
	}
	for name, bad := range map[string]pki.Revocation{
		"issuer": {Issuer: "AC", Serial: "01"}, "serial": {Issuer: "ACI-EL-ORG", Serial: "xx"}, "reason": {Issuer: "ACI-EL-ORG", Serial: "01", Reason: 8},
	} {
		if err := p.SetRevocations([]pki.Revocation{bad}); err == nil {
			t.Errorf("a bad %s was taken", name)
		}
	}
}

func TestCRL(t *testing.T) {
	t.Parallel()
	p := open(t, pki.Options{})
	c := credential(t, p, "revoked")
	var numbers []*big.Int
	for range 3 {
		der, err := p.CRL("ACI-EL-ORG-TEST.crl")
		if err != nil {
			t.Fatal(err)
		}
		crl, err := x509.ParseRevocationList(der)
		if err != nil {
			t.Fatal(err)
		}
		if err := crl.CheckSignatureFrom(c.Chain[0]); err != nil {
			t.Error(err)
		}
		if now := time.Now(); now.Before(crl.ThisUpdate) || now.After(crl.NextUpdate) {
			t.Errorf("from %v to %v", crl.ThisUpdate, crl.NextUpdate)
		}
		found := false
		for _, e := range crl.RevokedCertificateEntries {
			found = found || e.SerialNumber.Cmp(c.Leaf.SerialNumber) == 0 && e.ReasonCode == int(pki.KeyCompromise)
		}
		if !found {
			t.Error("the revoked profile is not listed")
		}
		numbers = append(numbers, crl.Number)
		if len(numbers) == 2 {
			if _, err := p.Revoke("insi-manu", time.Time{}, pki.Superseded); err != nil {
				t.Fatal(err)
			}
		}
	}
	if numbers[0].Cmp(numbers[1]) != 0 || numbers[1].Cmp(numbers[2]) >= 0 {
		t.Errorf("numbers %v: want the same list twice, then a later one", numbers)
	}
	if _, err := p.CRL("ACI-XX"); err == nil {
		t.Error("a list of an unknown authority was given")
	}
}

func TestOCSP(t *testing.T) {
	t.Parallel()
	p := open(t, pki.Options{})
	good, revoked := credential(t, p, "insi-auto"), credential(t, p, "revoked")
	person := credential(t, p, "cps-medecin-auth")
	foreign := &x509.Certificate{SerialNumber: new(big.Int).Add(good.Leaf.SerialNumber, big.NewInt(1))}
	tests := map[string]struct {
		cert   *x509.Certificate
		issuer *x509.Certificate
		hash   crypto.Hash
		want   int
	}{
		"good, SHA-1":        {good.Leaf, good.Chain[0], crypto.SHA1, ocsp.Good},
		"good, SHA-256":      {good.Leaf, good.Chain[0], crypto.SHA256, ocsp.Good},
		"good, SHA-384":      {good.Leaf, good.Chain[0], crypto.SHA384, ocsp.Good},
		"good, SHA-512":      {good.Leaf, good.Chain[0], crypto.SHA512, ocsp.Good},
		"revoked":            {revoked.Leaf, revoked.Chain[0], crypto.SHA1, ocsp.Revoked},
		"of a person":        {person.Leaf, person.Chain[0], crypto.SHA1, ocsp.Good},
		"of an intermediate": {good.Chain[0], good.Chain[1], crypto.SHA1, ocsp.Good},
		"not issued":         {foreign, good.Chain[0], crypto.SHA1, ocsp.Unknown},
		"of another issuer":  {good.Leaf, person.Chain[0], crypto.SHA1, ocsp.Unknown},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			req, err := ocsp.CreateRequest(tt.cert, tt.issuer, &ocsp.RequestOptions{Hash: tt.hash})
			if err != nil {
				t.Fatal(err)
			}
			der, err := p.OCSP(req)
			if err != nil {
				t.Fatal(err)
			}
			resp, err := ocsp.ParseResponse(der, tt.issuer)
			if err != nil {
				t.Fatal(err)
			}
			if resp.Status != tt.want || resp.SerialNumber.Cmp(tt.cert.SerialNumber) != 0 {
				t.Errorf("status %d of %x, want %d", resp.Status, resp.SerialNumber, tt.want)
			}
			if tt.want == ocsp.Revoked && resp.RevocationReason != ocsp.KeyCompromise {
				t.Errorf("reason %d", resp.RevocationReason)
			}
		})
	}
}

func TestOCSPRefusals(t *testing.T) {
	t.Parallel()
	p := open(t, pki.Options{})
	c, other := credential(t, p, "insi-auto"), credential(t, shared(t), "insi-auto")
	good, err := ocsp.CreateRequest(c.Leaf, c.Chain[0], nil)
	if err != nil {
		t.Fatal(err)
	}
	elsewhere, err := ocsp.CreateRequest(other.Leaf, other.Chain[0], nil) // same names, other keys
	if err != nil {
		t.Fatal(err)
	}
	// The request list repeated beyond the bound.
	var single struct {
		TBS struct{ List []asn1.RawValue }
	}
	if _, err := asn1.Unmarshal(good, &single); err != nil {
		t.Fatal(err)
	}
	for range 100 {
		single.TBS.List = append(single.TBS.List, single.TBS.List[0])
	}
	long, err := asn1.Marshal(single)
	if err != nil {
		t.Fatal(err)
	}
	single.TBS.List = single.TBS.List[:0]
	none, err := asn1.Marshal(single)
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		request []byte
		want    ocsp.ResponseError
	}{
		"empty":              {nil, ocsp.ResponseError{Status: ocsp.Malformed}},
		"text":               {[]byte("bonjour"), ocsp.ResponseError{Status: ocsp.Malformed}},
		"cut":                {good[:len(good)-3], ocsp.ResponseError{Status: ocsp.Malformed}},
		"trailing bytes":     {append(bytes.Clone(good), 0), ocsp.ResponseError{Status: ocsp.Malformed}},
		"huge":               {make([]byte, 1<<20), ocsp.ResponseError{Status: ocsp.Malformed}},
		"too many":           {long, ocsp.ResponseError{Status: ocsp.Malformed}},
		"none":               {none, ocsp.ResponseError{Status: ocsp.Malformed}},
		"another PKI's keys": {elsewhere, ocsp.ResponseError{Status: ocsp.Unauthorized}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			der, err := p.OCSP(tt.request)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := ocsp.ParseResponse(der, nil); err != tt.want { //nolint:errorlint // a plain value
				t.Errorf("%v, want %v", err, tt.want)
			}
		})
	}
}
