package registre

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/segursim/segursim/fixtures"
	"github.com/segursim/segursim/internal/store"
)

func TestFindProfessional(t *testing.T) {
	t.Parallel()
	db := seeded(t, fixtures.FS, "")
	view(t, db, func(tx *store.Txn) {
		for id, want := range map[string]string{
			"899700366240":                         "899700366240",
			"00B4004198":                           "899700041983", // another identifier
			"5e9a51d0-0000-4000-8000-000009000002": "899990000020", // Pro Santé Identité
			"30B0057881/CPET0002":                  "30B0057881/CPET0002",
			"99700366240":                          "", // not an identifier: the RPPS number alone
			"89970036624":                          "", // not a prefix either
			"ans20231122132732":                    "", // case counts
			SubOf("899700366240"):                  "", // technical
			"":                                     "",
			"\x00":                                 "",
		} {
			p, ok := FindProfessional(tx, id)
			if p.ID != want || ok != (want != "") {
				t.Errorf("FindProfessional(%q) = %q, %v, want %q", id, p.ID, ok, want)
			}
		}
		for _, n := range []string{"99700366240", "899700366240"} {
			if p, ok := FindRPPS(tx, n); !ok || p.ID != "899700366240" {
				t.Errorf("FindRPPS(%q) = %q, %v", n, p.ID, ok)
			}
		}
		if p, ok := FindRPPS(tx, "00B6077602"); ok {
			t.Errorf("an ADELI number leads to %q", p.ID)
		}
		kit, _ := FindProfessional(tx, "899700366240")
		if p, ok := FindCard(tx, kit.Card.Number); !ok || p.ID != kit.ID {
			t.Errorf("FindCard = %q, %v", p.ID, ok)
		}
		if p, ok := Professionals.First(tx, "sub", kit.Sub); !ok || p.ID != kit.ID {
			t.Errorf("by sub = %q, %v", p.ID, ok)
		}
		if p, ok := Professionals.First(tx, "mssante", "kit.doc0053468@medecin.formation.mssante.fr"); !ok || p.ID != "899700534680" {
			t.Errorf("by address = %q, %v", p.ID, ok)
		}
		var staff []string
		for p := range Professionals.Find(tx, "structure", "10B0057881") {
			staff = append(staff, p.ID)
		}
		want := []string{"00B6077602", "30B0057881/CPET0002", "899700075064", "899700075122", "899700739180"}
		if diff := cmp.Diff(want, staff); diff != "" {
			t.Errorf("staff (-want +got):\n%s", diff)
		}
	})
}

func TestFindStructure(t *testing.T) {
	t.Parallel()
	db := seeded(t, fixtures.FS, "")
	view(t, db, func(tx *store.Txn) {
		for id, want := range map[string]string{
			"10B0172805": "10B0172805", "0B0172805": "10B0172805", "F0B0172805": "10B0172805",
			"R95141": "499700366240007", "00000009000019": "300000009000019", "nowhere": "",
		} {
			if s, ok := FindStructure(tx, id); s.ID != want || ok != (want != "") {
				t.Errorf("FindStructure(%q) = %q, %v, want %q", id, s.ID, ok, want)
			}
		}
		if s, ok := Structures.First(tx, "juridique", "1B0062023"); !ok || s.ID != "10B0172805" {
			t.Errorf("by legal entity = %q, %v", s.ID, ok)
		}
		if s, ok := Structures.First(tx, "mssante", "accueil@hopital.segursim.test"); !ok || s.ID != "10B9000017" {
			t.Errorf("by address = %q, %v", s.ID, ok)
		}
	})
}

func TestFindPatients(t *testing.T) {
	t.Parallel()
	db := seeded(t, fixtures.FS, "")
	ids := func(rows func(func(Patient) bool)) []string {
		out := []string{}
		for p := range rows {
			out = append(out, p.ID)
		}
		return out
	}
	view(t, db, func(tx *store.Txn) {
		for _, m := range []string{"2751263220749", "275126322074974"} {
			if got := ids(FindPatients(tx, m)); !slices.Equal(got, []string{"adrun-zoe"}) {
				t.Errorf("FindPatients(%q) = %v", m, got)
			}
		}
		if got := ids(FindPatients(tx, "2090763220834")); len(got) != 0 {
			t.Errorf("a former matricule leads to %v", got)
		}
		if got := ids(Patients.Find(tx, "historique", "2090763220834")); !slices.Equal(got, []string{"ecetinsi"}) {
			t.Errorf("by history = %v", got)
		}
		for given, want := range map[string]int{
			"PIERRE-ALAIN": 1, "MURIEL": 1, "FLORIANT": 1, "PIERRE-ALAIN MURIEL FLORIANT": 1,
			"PIERRE-ALAIN MURIEL": 0, "PIERRE": 0, "": 0,
		} {
			if got := ids(Patients.Find(tx, "traits", TraitsKey("ECETINSI", given, "M", "2009-07-14"))); len(got) != want {
				t.Errorf("traits with %q = %v, want %d", given, got, want)
			}
		}
		if got := ids(Patients.Find(tx, "traits", TraitsKey("DE VINCI", "LEONARDO", "M", "2014-02-01"))); len(got) != 2 {
			t.Errorf("homonyms = %v, want 2", got)
		}
		if p, _ := Patients.Get(tx, "segursim-lunaire-mois"); p.BirthDate != "1948-00-00" || p.INS.OID != OIDTest || p.Name() != "FATOU SEGURSIM-LUNAIRE" {
			t.Errorf("patient = %+v", p)
		}
		if p, ok := Patients.Get(tx, "segursim-inconnu"); !ok || p.INS.Full() != "" {
			t.Errorf("patient = %+v, %v", p, ok)
		}
	})
}

func TestSearch(t *testing.T) {
	t.Parallel()
	db := seeded(t, fixtures.FS, "")
	view(t, db, func(tx *store.Txn) {
		people := func(typed string, limit int) (out []string) {
			for _, p := range SearchProfessionals(tx, typed, limit) {
				out = append(out, p.ID)
			}
			return out
		}
		for typed, want := range map[string][]string{
			"doc003":       {"899700366240"},
			" DOC0036624 ": {"899700366240"},
			"DOC0036624 K": {"899700366240"},
			"89970007":     {"899700075064", "899700075122"},
			"zzz":          nil,
			"grominoch":    {"ANS20231122132732"},
		} {
			if diff := cmp.Diff(want, people(typed, 10)); diff != "" {
				t.Errorf("SearchProfessionals(%q) (-want +got):\n%s", typed, diff)
			}
		}
		if got := people("", 7); len(got) != 7 {
			t.Errorf("%d people, want 7", len(got))
		}
		if got := people("", 0); len(got) != 0 {
			t.Errorf("%d people, want none", len(got))
		}
		seen := map[string]bool{}
		for _, id := range people("", 1000) {
			if seen[id] {
				t.Errorf("%s twice", id)
			}
			seen[id] = true
		}
		for typed, want := range map[string]string{
			"adru": "adrun-zoe", "27512632": "adrun-zoe", "adrun-z": "adrun-zoe", "D'ART": "dartagnan",
		} {
			if got := SearchPatients(tx, typed, 10); len(got) != 1 || got[0].ID != want {
				t.Errorf("SearchPatients(%q) = %v, want %s", typed, got, want)
			}
		}
	})
}

// TestRowsAreCopies: changing a row that was read changes no other reader's.
func TestRowsAreCopies(t *testing.T) {
	t.Parallel()
	db := seeded(t, fixtures.FS, "")
	view(t, db, func(tx *store.Txn) {
		p, _ := FindProfessional(tx, "899700366240")
		p.FamilyName, p.State = "AUTRE", AccountDisabled
		if again, _ := FindProfessional(tx, "899700366240"); again.FamilyName != "DOC0036624" || !again.Active() {
			t.Errorf("row = %+v", again.Identity)
		}
	})
}
