package pki_test

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/asn1"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/segursim/segursim/internal/need"
	"github.com/segursim/segursim/internal/pki"
)

// shape is what a certificate looks like, whoever it is for.
type shape struct {
	Subject, Issuer []string // attribute types with their ASN.1 string types, " + " within a set
	Extensions      []string // in order, with "critical"
	KeyUsage        x509.KeyUsage
	ExtKeyUsage     []x509.ExtKeyUsage
	UnknownEKU      []string
	Policies        []string
	KeyBits         int
	Signature       x509.SignatureAlgorithm
	SerialBytes     int
	Private         map[string]string // private extensions, free digits as 9
	AccessMethods   int
	UPN             string // as the private extensions
	PathLen         int
	Years           int
}

// freshestCRL names a delta CRL in a directory, which the simulator has not.
const freshestCRL = "2.5.29.46"

func shapeOf(t *testing.T, c *x509.Certificate) shape {
	t.Helper()
	key, ok := c.PublicKey.(*rsa.PublicKey)
	if !ok {
		t.Fatalf("key of type %T", c.PublicKey)
	}
	s := shape{
		Subject: nameShape(t, c.RawSubject), Issuer: nameShape(t, c.RawIssuer), KeyUsage: c.KeyUsage, ExtKeyUsage: c.ExtKeyUsage,
		KeyBits: key.N.BitLen(), Signature: c.SignatureAlgorithm, SerialBytes: len(c.SerialNumber.Bytes()),
		Private: map[string]string{}, AccessMethods: len(c.OCSPServer) + len(c.IssuingCertificateURL), PathLen: c.MaxPathLen,
		Years: int(c.NotAfter.Sub(c.NotBefore).Hours()/24/365.25 + 0.5),
	}
	for _, oid := range c.UnknownExtKeyUsage {
		s.UnknownEKU = append(s.UnknownEKU, oid.String())
	}
	for _, oid := range c.Policies {
		s.Policies = append(s.Policies, oid.String())
	}
	for _, ext := range c.Extensions {
		id := ext.Id.String()
		if id == freshestCRL {
			continue
		}
		text := id
		if ext.Critical {
			text += " critical"
		}
		s.Extensions = append(s.Extensions, text)
		if strings.HasPrefix(id, "1.2.250.1.71.1.2.") {
			s.Private[id] = fmt.Sprintf("%q", pattern(ext.Value))
		}
		if id == "2.5.29.17" && len(c.DNSNames) == 0 {
			// Only the types: lengths vary with the identifier.
			s.UPN = fmt.Sprintf("%x", ext.Value[4:16])
		}
	}
	return s
}

// pattern turns the free digits of a card number into 9.
func pattern(b []byte) string {
	const fixed = "8025000001/"
	s := string(b)
	head, tail, ok := strings.Cut(s, fixed)
	if !ok {
		return s
	}
	return head + fixed + strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return '9'
		}
		return r
	}, tail)
}

func nameShape(t *testing.T, der []byte) []string {
	t.Helper()
	type attribute struct {
		Type  asn1.ObjectIdentifier
		Value asn1.RawValue
	}
	type setSET []attribute
	var rdns []setSET
	if _, err := asn1.Unmarshal(der, &rdns); err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, set := range rdns {
		var parts []string
		for _, a := range set {
			parts = append(parts, fmt.Sprintf("%s(%d)", a.Type, a.Value.Tag))
		}
		// The order within a set depends on the lengths of the values (DER).
		if len(parts) > 1 {
			parts = sorted(parts)
		}
		out = append(out, strings.Join(parts, " + "))
	}
	return out
}

func sorted(s []string) []string {
	for i := range s {
		for j := i; j > 0 && s[j] < s[j-1]; j-- {
			s[j], s[j-1] = s[j-1], s[j]
		}
	}
	return s
}

func real(t *testing.T, file string) *x509.Certificate {
	t.Helper()
	der, err := os.ReadFile(need.Shared(t, "data", "ordonnance", "pki", file))
	if err != nil {
		t.Fatal(err)
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestShapeOfLeaves(t *testing.T) {
	t.Parallel()
	p := shared(t)
	tests := map[string]struct {
		profile, file string
		adjust        func(ours, real *shape)
	}{
		"CPE AUTH":          {"cpe-auth", "PSC-POC-2bf7a1e1.der", nil},
		"CPS SIGN":          {"cps-infirmier-sign", "PSC-POC-4be021e0.der", nil},
		"CPS SIGN, another": {"cps-infirmier-sign", "xpadoa_tlsi-ins-19182c88.der", nil},
		"ORG SIGN":          {"org-sign", "PSC-POC-10ba82a3.der", nil},
		"ORG SIGN, of 2016": {"org-sign", "PSC-POC-5c43a07d.der", nil},
		"SERV SSL":          {"serv-ssl", "dops-platines-application-0ecf0a9b.der", nil},
		"CPS AUTH": {"cps-medecin-auth", "dops-platines-application-1f5267c4.der", func(ours, real *shape) {
			// A certificate of 2018 from an acceptance platform: one more OU in the
			// issuer, PrintableString everywhere, a short serial number, and a dentist.
			real.Issuer = append(real.Issuer[:4:4], real.Issuer[5:]...)
			for i, s := range real.Subject[1:] {
				real.Subject[i+1] = strings.ReplaceAll(s, "(19)", "(12)")
			}
			real.SerialBytes = ours.SerialBytes
			real.Private["1.2.250.1.71.1.2.7"] = ours.Private["1.2.250.1.71.1.2.7"]
		}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := shapeOf(t, real(t, tt.file))
			got := shapeOf(t, credential(t, p, tt.profile).Leaf)
			if tt.adjust != nil {
				tt.adjust(&got, &want)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s (-real +ours):\n%s", tt.file, diff)
			}
		})
	}
}

func TestShapeOfAuthorities(t *testing.T) {
	t.Parallel()
	p := shared(t)
	tests := map[string]struct{ short, file string }{
		"root EL":         {pki.RootElementaire, "PSC-POC-57884204.der"},
		"root ST":         {pki.RootStandard, "PSC-POC-e17bb72a.der"},
		"intermediate EL": {pki.OrganisationsElementaire, "PSC-POC-0c92e179.der"},
		"persons EL":      {pki.PersonnesElementaire, "PSC-POC-aaec1e60.der"},
		"persons ST":      {pki.PersonnesStandard, "PSC-POC-c830926a.der"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := shapeOf(t, real(t, tt.file))
			want.KeyBits = 2048 // documented: Options.CABits
			der, err := p.CACertificate(tt.short)
			if err != nil {
				t.Fatal(err)
			}
			c, err := x509.ParseCertificate(der)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, shapeOf(t, c)); diff != "" {
				t.Errorf("%s (-real +ours):\n%s", tt.file, diff)
			}
			if cn := c.Subject.CommonName; !strings.HasPrefix(cn, "TEST ") || !strings.HasSuffix(cn, " SEGURSIM") {
				t.Errorf("CN=%s could pass for a real authority", cn)
			}
		})
	}
}

// TestIdentityOfRealCertificates reads people and organisations off public
// certificates.
func TestIdentityOfRealCertificates(t *testing.T) {
	t.Parallel()
	tests := map[string]pki.Identity{
		"PSC-POC-2bf7a1e1.der": {
			Kind: pki.IdentityCPE, CommonName: "30B0057881/CPET0002", PersonID: "30B0057881/CPET0002", Given: "CHARLES",
			Family: "ADMINISTRATIF-CH057880002", Title: "Personnel santé ou social", StructureID: "10B0057881",
			Organization: "HOPITAL DES 3 DAMES", Department: "Paris (75)", CardType: pki.CPE, CardNumber: "8025000001/2600301752", Test: true,
		},
		"PSC-POC-4be021e0.der": {
			Kind: pki.IdentityCPS, CommonName: "00B6077602", PersonID: "00B6077602", Given: "GUY", Family: "INFIRMCH7760",
			Title: "Infirmier", Profession: 60, CardType: pki.CPS, CardNumber: "8025000001/2800262487", Test: true, Signature: true,
		},
		"dops-platines-application-1f5267c4.der": {
			Kind: pki.IdentityCPS, CommonName: "899700041983", PersonID: "899700041983", Given: "GERALDINE", Family: "DENTISTE RPPS-ADELI",
			Title: "Chirurgien-Dentiste", Profession: 40, CardType: pki.CPS, CardNumber: "8025000001/2500634598", Test: true,
		},
		"PSC-POC-10ba82a3.der": {
			Kind: pki.IdentityORG, CommonName: "esignsante-apcv", StructureID: "300000000077081", Organization: "MINISTERE DE TEST7708",
			Department: "Côte-d'Or (21)", CardType: pki.NoCard, Test: true, Software: true, Signature: true,
		},
		"dops-platines-application-0ecf0a9b.der": {
			Kind: pki.IdentitySERV, CommonName: "platines.qualif1.henix.asipsante.fr", StructureID: "318751275100020", Organization: "ASIP-SANTE",
			Department: "Paris (75)", CardType: pki.NoCard, Test: true, Software: true,
		},
	}
	for file, want := range tests {
		t.Run(file, func(t *testing.T) {
			t.Parallel()
			got, err := pki.ParseIdentity(real(t, file))
			if err != nil {
				t.Fatal(err)
			}
			got.Serial, got.Subject, got.SubjectJava, got.Issuer = "", "", "", "" // held against openssl and Java elsewhere
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("identity (-want +got):\n%s", diff)
			}
		})
	}
}
