package registre

import (
	"bytes"
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/segursim/segursim/fixtures"
	"github.com/segursim/segursim/internal/need"
	"github.com/segursim/segursim/internal/store"
)

// TestIdentitiesAreFake: whoever sees one of the embedded people must see that
// nobody is meant.
func TestIdentitiesAreFake(t *testing.T) {
	t.Parallel()
	db := seeded(t, fixtures.FS, "")
	// Test identities end with their serial number, or were made by a test tool.
	serial := regexp.MustCompile(`[0-9]{4}$|ADELI|^Grominoch$|^NOM$`)
	view(t, db, func(tx *store.Txn) {
		for p := range Professionals.All(tx) {
			ours := p.Source == "segursim"
			if ours && !strings.Contains(p.FamilyName, "SEGURSIM") || !ours && !serial.MatchString(p.FamilyName) {
				t.Errorf("professional %s %q does not look like a test", p.ID, p.FamilyName)
			}
			if n := p.RPPS(); n != "" && (!InTestRange(n) || !ValidRPPS(n)) {
				t.Errorf("RPPS %s of %s is not one of test with its right key", n, p.FamilyName)
			}
			if ours && p.Kind() == RPPS && !strings.HasPrefix(p.ID, "8999") {
				t.Errorf("%s is ours and not in 8999", p.ID)
			}
			if p.Card != nil && !strings.HasPrefix(p.Card.Number, cardIssuer) {
				t.Errorf("card %q", p.Card.Number)
			}
		}
		for s := range Structures.All(tx) {
			if s.Source != "segursim" {
				continue
			}
			if !strings.Contains(s.RaisonSocialeSite, "TEST") {
				t.Errorf("structure %s %q does not look like a test", s.ID, s.RaisonSocialeSite)
			}
			if s.ID[0] == '4' && !ValidLuhn(s.ID[1:]) || s.NumeroSiretSite != "" && s.ID != "300000001815646" && !ValidLuhn(s.NumeroSiretSite) {
				t.Errorf("structure %s has a wrong key", s.ID)
			}
		}
		for p := range Patients.All(tx) {
			for _, ins := range append([]INS{p.INS}, p.History...) {
				if ins.Matricule != "" && !p.Has(MarkWrongKey) && !ValidNIR(ins.Full()) {
					t.Errorf("patient %s: wrong key in %s", p.ID, ins.Full())
				}
			}
			if p.Source != "segursim" {
				continue
			}
			if !strings.HasPrefix(p.BirthName, "SEGURSIM") {
				t.Errorf("patient %s %q does not look like a test", p.ID, p.BirthName)
			}
			if m := p.INS.Matricule; m != "" {
				if p.INS.OID != OIDTest && p.INS.OID != OIDNIA {
					t.Errorf("patient %s: OID %s", p.ID, p.INS.OID)
				}
				if !strings.HasSuffix(p.BirthPlace, "99") && p.BirthPlace != "99990" || m[5:10] != p.BirthPlace {
					t.Errorf("patient %s: matricule %s, born in %s: not in a place that does not exist", p.ID, m, p.BirthPlace)
				}
				if p.BirthDate[2:4] != m[1:3] {
					t.Errorf("patient %s: matricule %s, born %s", p.ID, m, p.BirthDate)
				}
			}
		}
		for d := range Documents.All(tx) {
			if !strings.Contains(d.Content, "DOCUMENT DE TEST") || !strings.Contains(d.Title, "(TEST)") {
				t.Errorf("document %s does not say that it is a test", d.ID)
			}
		}
	})
}

// TestSamples: the cases that the issue names are all there.
func TestSamples(t *testing.T) {
	t.Parallel()
	db := seeded(t, fixtures.FS, "")
	get := func(id string) (p Professional) {
		view(t, db, func(tx *store.Txn) {
			var ok bool
			if p, ok = FindProfessional(tx, id); !ok {
				t.Errorf("%q is not there", id)
			}
		})
		return p
	}
	if p := get("899700366240"); len(p.Exercices) != 2 || !cmp.Equal(p.Exercices[0], p.Exercices[1]) || len(p.Exercices[0].Activities) != 2 {
		t.Errorf("KIT has not two equal exercices of two activities: %+v", p.Exercices)
	}
	if p := get("ANS20210107161422"); len(p.Exercices[0].Activities) != 5 {
		t.Errorf("%d activities, want 5", len(p.Exercices[0].Activities))
	}
	if p := get("ANS20260115090000"); len(p.Exercices) != 0 || p.OtherIDs[0].Origine != "EDIT" {
		t.Errorf("the person without professional data has some: %+v", p)
	}
	if p := get("899990000020"); p.PSI == "" || get(p.PSI).ID != p.ID || len(p.OtherIDs) != 2 {
		t.Errorf("Pro Santé Identité is not activated: %+v", p)
	}
	if p := get("00B4004198"); p.ID != "899700041983" || p.RPPS() != "99700041983" {
		t.Errorf("the ADELI number leads to %q", p.ID)
	}
	if p := get("899990000038"); p.Exercices[0].CodeCategorieProfessionnelle != "M" {
		t.Error("no military")
	}
	if p := get("899990000046"); p.Exercices[0].CodeCategorieProfessionnelle != "E" || p.Card.Type != "CPF" {
		t.Error("no student with a CPF")
	}
	if get("899990000053").Active() || !get("899990000012").Active() {
		t.Error("the disabled account is not the one")
	}
	if p := get("899990000061"); len(p.EIMs) != 0 || !p.Card.Usable() {
		t.Error("the person without e-CPS has one, or no card")
	}
	if p := get("899990000079"); p.Card.Usable() || len(p.EIMs) != 1 {
		t.Error("the person without card has one, or no e-CPS")
	}
	if p := get("899990000087"); len(p.EIMs) != 3 || p.EIMs[0].Enabled() {
		t.Errorf("devices = %+v", p.EIMs)
	} else if d, ok := p.Device(); !ok || d.DeviceName != "Téléphone de test du cabinet" {
		t.Errorf("device = %+v, %v: not the first one enabled", d, ok)
	}
	if get("899990000095").Card.Usable() || get("899990000103").Card.Usable() {
		t.Error("a blocked or revoked card is usable")
	}
	if p := get("30B0057881/CPET0002"); p.Card.Type != "CPE" || len(p.EIMs) != 0 || p.Employer != "10B0057881" || len(p.Exercices) != 0 {
		t.Errorf("CPE holder = %+v", p)
	}
	if p := get("500000001815646/CPAT00045"); p.Kind() != SIRET || p.OtherIDs[0].Origine != "SIRET" {
		t.Errorf("employee = %+v", p)
	}
	if p := get("30B9000017/000000001"); p.Card.Type != "CDE" {
		t.Errorf("card = %+v", p.Card)
	}
	if p := get("899990000202"); len(p.Exercices) != 2 || p.Exercices[0].CodeProfession == p.Exercices[1].CodeProfession {
		t.Error("nobody has two professions")
	}
	if _, _, ok := get("ANS20260115090000").First(); ok {
		t.Error("a first activity without any")
	}
	if e, a, ok := get("899700366240").First(); !ok || e.CodeProfession != "10" || a.IdentifiantTechniqueDeLaStructure != "R95141" {
		t.Errorf("first activity = %+v of %+v", a, e)
	}
}

// TestUserinfoSamples encodes exercices and holds them, byte for byte, against
// published userinfo: names, spelling, order, empty strings. The oldest sample
// has no codeGenreActivite.
func TestUserinfoSamples(t *testing.T) {
	t.Parallel()
	db := seeded(t, fixtures.FS, "")
	genre := regexp.MustCompile(`"codeGenreActivite":"[^"]*",`)
	for name, tt := range map[string]struct {
		id      string
		noGenre bool
	}{
		"899700366240_medecin_libre+hospital_VihfBuilderTest.json": {"899700366240", true},
		"ANS20210107161422_PSC-POC.json":                           {"ANS20210107161422", false},
		"ANS20231122132732_pedicure-podologue_synapse.json":        {"ANS20231122132732", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			raw, err := os.ReadFile(need.Shared(t, "psc", "userinfo", name))
			if err != nil {
				t.Fatal(err)
			}
			var sample struct {
				SubjectRefPro struct {
					Exercices json.RawMessage `json:"exercices"`
				}
				OtherIDs json.RawMessage `json:"otherIds"`
			}
			if err := json.Unmarshal(raw, &sample); err != nil {
				t.Fatal(err)
			}
			view(t, db, func(tx *store.Txn) {
				p, ok := FindProfessional(tx, tt.id)
				if !ok {
					t.Fatalf("%s is not there", tt.id)
				}
				got := encode(t, p.Exercices)
				if tt.noGenre {
					got = genre.ReplaceAllString(got, "")
				}
				if diff := cmp.Diff(compact(t, sample.SubjectRefPro.Exercices), got); diff != "" {
					t.Errorf("exercices (-want +got):\n%s", diff)
				}
				if diff := cmp.Diff(compact(t, sample.OtherIDs), encode(t, p.OtherIDs)); diff != "" {
					t.Errorf("otherIds (-want +got):\n%s", diff)
				}
			})
		})
	}
}

func encode(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func compact(t *testing.T, raw []byte) string {
	t.Helper()
	var b bytes.Buffer
	if err := json.Compact(&b, raw); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestOfficialPatients holds the patients against the published test data.
func TestOfficialPatients(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile(need.Shared(t, "insi", "test-identities.json"))
	if err != nil {
		t.Fatal(err)
	}
	var data struct {
		Identities []struct {
			Nom, Sexe, Naissance, Cog, Matricule, Cle, OID string
			Prenoms                                        []string
		}
	}
	if err := json.Unmarshal(raw, &data); err != nil {
		t.Fatal(err)
	}
	db, found := seeded(t, fixtures.FS, ""), 0
	view(t, db, func(tx *store.Txn) {
		for _, want := range data.Identities {
			p, ok := Patients.First(tx, "traits", TraitsKey(want.Nom, want.Prenoms[0], want.Sexe, want.Naissance))
			if !ok || p.INS.Matricule != want.Matricule || p.INS.OID != want.OID {
				continue
			}
			found++
			if p.INS.Key != want.Cle || p.BirthPlace != want.Cog {
				t.Errorf("%s = %+v, want %+v", p.ID, p, want)
			}
		}
	})
	if found < 13 {
		t.Errorf("%d official identities found, want 13", found)
	}
}
