package saml_test

import (
	"strings"
	"testing"

	"github.com/segursim/segursim/internal/pki"
	"github.com/segursim/segursim/internal/saml"
)

// TestSignerIsIssuer: the same name is the same name however it is written.
func TestSignerIsIssuer(t *testing.T) {
	t.Parallel()
	c := credential(t, "cps-medecin-sign").Leaf
	java, err := pki.JavaName(c.RawSubject)
	if err != nil {
		t.Fatal(err)
	}
	rfc, err := pki.RFC2253(c.RawSubject)
	if err != nil {
		t.Fatal(err)
	}
	for name, v := range map[string]struct {
		issuer string
		want   bool
	}{
		"rfc 2253":     {rfc, true},
		"java":         {java, true},
		"slashes":      {"/C=FR/title=Médecin/GN=KIT/SN=DOC0036624/CN=899700366240", true},
		"quotes":       {`CN="899700366240", SN=DOC0036624, GN=KIT, T=Médecin, C=fr`, true},
		"other person": {strings.Replace(rfc, "899700366240", "899700218896", 1), false},
		"part":         {"CN=899700366240", false},
		"not a name":   {"urn:issuer", false},
		"empty":        {"", false},
		"cut":          {rfc + `\`, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := saml.Assertion{Issuer: saml.NameID{Value: v.issuer}, Certificate: c}
			if got := a.SignerIsIssuer(); got != v.want {
				t.Errorf("%q: got %v", v.issuer, got)
			}
		})
	}
	if (&saml.Assertion{}).SignerIsIssuer() {
		t.Error("without certificate")
	}
}
