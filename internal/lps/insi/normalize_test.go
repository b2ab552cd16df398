package insi

import (
	"regexp"
	"strings"
	"testing"
)

func TestNormalize(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"ADRUN":                   "ADRUN",
		"d’æion":                  "D'AEION",
		"Cœur":                    "COEUR",
		"  Éloïse   Zoé ":         "ELOISE ZOE",
		"D'ARTAGNAN DE L'HERAULT": "D'ARTAGNAN DE L'HERAULT",
		"Jean‑Noël":               "JEAN-NOEL",
		"e\u0301tienne":           "ETIENNE",
		"Straße":                  "STRASSE",
		"Ÿvonne Çelik Ñandú Łódź": "YVONNE CELIK NANDU LODZ",
		"SEGURSIM DOUBLE--TIRET":  "SEGURSIM DOUBLE--TIRET",
	} {
		if got, err := Normalize(in); err != nil || got != want {
			t.Errorf("Normalize(%q) = %q, %v; want %q", in, got, err, want)
		}
	}
	for _, in := range []string{"", "  ", "R2D2", "A_B", "A/B", "Ωmega", "ИВАН", "A!", "\u0301"} {
		if got, err := Normalize(in); err == nil {
			t.Errorf("Normalize(%q) = %q, want a refusal", in, got)
		}
	}
}

// FuzzNormalize: what comes out has INSi's characters only, and stays as it is.
func FuzzNormalize(f *testing.F) {
	allowed := regexp.MustCompile(`^[A-Z' -]+$`)
	f.Add("d’Æion Cœur")
	f.Add("1\x00\xff")
	f.Fuzz(func(t *testing.T, s string) {
		out, err := Normalize(s)
		if err != nil {
			return
		}
		again, err := Normalize(out)
		if !allowed.MatchString(out) || err != nil && strings.TrimSpace(out) != "" || err == nil && strings.Join(strings.Fields(out), " ") != again {
			t.Errorf("Normalize(%q) = %q, then %q, %v", s, out, again, err)
		}
	})
}
