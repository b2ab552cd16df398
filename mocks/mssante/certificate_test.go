package mssante

import (
	"testing"

	"github.com/segursim/segursim/internal/app"
	"github.com/segursim/segursim/internal/sim"
	"github.com/segursim/segursim/mocks/mssante/auth"
)

// TestCertificate: which certificate opens which BAL, and why not.
func TestCertificate(t *testing.T) {
	t.Parallel()
	const own = `bals: [{adresse: seule@labo.segursim.test, type: APP, certificats: [INSI-AUTO]}, {adresse: close@labo.segursim.test, type: APP, certificats: [LPS TEMOIN SEGURSIM], etat: fermee}]`
	byDefault, byStructure := prepare(t, own), prepare(t, "certificate: structure")
	any, relaxed := prepare(t, "certificate: any"), prepare(t, "", func(o *app.Options) { o.Relax = []string{"client-certificate"} })
	tests := map[string]struct {
		b                *bench
		profile, address string
		want             string
		kind             sim.Kind
		bal              string // opened, when not address
	}{
		"bound by its name":          {b: byDefault, profile: "org-auth-cli", address: appBAL},
		"several BAL":                {b: byDefault, profile: "org-auth-cli", address: labBAL},
		"only one, unnamed":          {b: byDefault, profile: "insi-auto", address: "", bal: "seule@labo.segursim.test"},
		"several, unnamed":           {b: byDefault, profile: "org-auth-cli", address: "", want: certificateOpensMany, kind: sim.Forbidden},
		"none, unnamed":              {b: byDefault, profile: "insi-manu", address: "", want: certificateOpensNone, kind: sim.Forbidden},
		"bound to another":           {b: byDefault, profile: "org-auth-cli", address: pfiBAL, want: certificateUnbound, kind: sim.Forbidden},
		"closed":                     {b: byDefault, profile: "org-auth-cli", address: "close@labo.segursim.test", want: balClosed, kind: sim.Forbidden},
		"no certificate":             {b: byDefault, profile: "", address: appBAL, want: certificateMissing, kind: sim.Unauthorized},
		"expired":                    {b: byDefault, profile: "expired", address: appBAL, want: certificateExpired, kind: sim.Unauthorized},
		"not yet valid":              {b: byDefault, profile: "not-yet-valid", address: appBAL, want: certificateEarly, kind: sim.Unauthorized},
		"revoked":                    {b: byDefault, profile: "revoked", address: appBAL, want: certificateRevoked, kind: sim.Unauthorized},
		"unknown authority":          {b: byDefault, profile: "unknown-ca", address: appBAL, want: certificateUnknownCA, kind: sim.Unauthorized},
		"for signing":                {b: byDefault, profile: "org-sign", address: appBAL, want: certificateKind, kind: sim.Unauthorized},
		"a physician's card":         {b: byDefault, profile: "cps-medecin-auth", address: appBAL, want: certificateKind, kind: sim.Unauthorized},
		"an employee's card":         {b: byDefault, profile: "cpe-auth", address: appBAL, want: certificateKind, kind: sim.Unauthorized},
		"a server's":                 {b: byDefault, profile: "serv-ssl", address: appBAL, want: certificateKind, kind: sim.Unauthorized},
		"a BAL personnelle":          {b: byDefault, profile: "org-auth-cli", address: kitBAL, want: balWantsToken, kind: sim.Forbidden},
		"a BAL organisationnelle":    {b: byDefault, profile: "org-auth-cli", address: sharedBAL, want: balWantsToken, kind: sim.Forbidden},
		"unknown BAL":                {b: byDefault, profile: "org-auth-cli", address: "nobody@labo.segursim.test", want: balUnknown, kind: sim.Forbidden},
		"bound by structure":         {b: byStructure, profile: "org-auth-cli", address: appBAL},
		"of another structure":       {b: byStructure, profile: "org-auth-cli", address: labBAL, want: certificateUnbound, kind: sim.Forbidden},
		"bound by nothing":           {b: any, profile: "insi-manu", address: pfiBAL},
		"relaxed, no certificate":    {b: relaxed, profile: "", address: appBAL},
		"relaxed, expired":           {b: relaxed, profile: "expired", address: appBAL},
		"relaxed, a BAL personnelle": {b: relaxed, profile: "", address: kitBAL, want: balWantsToken, kind: sim.Forbidden},
		"relaxed, unnamed":           {b: relaxed, profile: "", address: "", want: certificateOpensNone, kind: sim.Forbidden},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			here := *tt.b
			here.t = t
			id, refusal := tt.b.s.gate.Certificate(t.Context(), here.connect(tt.profile), tt.address, "whatever")
			if tt.want != "" {
				expectDenied(t, refusal, tt.want, tt.kind)
				return
			}
			if refusal != nil {
				t.Fatalf("refused: %v: %s", refusal, refusal.Cause.Text.EN)
			}
			want := auth.Identity{BAL: tt.address, Client: id.Client}
			if tt.bal != "" {
				want.BAL = tt.bal
			}
			if id != want || id.Client == "" && tt.profile != "" {
				t.Errorf("identity %+v, want %+v with the common name as client", id, want)
			}
			if again := tt.b.s.gate.Alive(id); again != nil {
				t.Errorf("just opened, and not alive: %v", again)
			}
		})
	}
}
