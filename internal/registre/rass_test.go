package registre

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/segursim/segursim/fixtures"
	"github.com/segursim/segursim/internal/need"
	"github.com/segursim/segursim/internal/store"
)

// rassLine makes a line of an extraction out of columns, by number from 0.
func rassLine(columns map[int]string) string {
	f := make([]string, rassGenreColumn)
	for i, v := range columns {
		f[i] = v
	}
	return strings.Join(f, "|") + "|\n"
}

func rassSample() string {
	person := map[int]string{
		0: "8", 1: "99999999991", 2: "899999999991", 3: "SEGURSIM-RASS", 4: "ALEX'MARIE LOU'", 5: "31/12/1980", 9: "M", 12: "M",
		13: "10", 14: "C", 15: "DR", 16: "SEGURSIM-RASS", 17: "ALEX", 18: "S", 19: "SM26",
	}
	with := func(more map[int]string) map[int]string {
		out := map[int]string{}
		for k, v := range person {
			out[k] = v
		}
		for k, v := range more {
			out[k] = v
		}
		return out
	}
	return "\ufeff" + rassHeader + "|\r\n" +
		rassLine(with(map[int]string{20: "L", 21: "SA07", 29: "CABINET TEST RASS", 47: "499999999991006", 48: "CNOM/CNOM/CNOM"})) +
		"\n" +
		rassLine(with(map[int]string{20: "S", 21: "SA01", 26: "0B9000017", 29: "HOPITAL VU PAR LE RASS", 47: "10B9000017"})) +
		rassLine(with(map[int]string{13: "40", 18: "", 19: "", 20: "L"})) +
		rassLine(map[int]string{0: "0", 2: "00B9000001", 3: "SEGURSIM-ADELI", 4: "JO", 12: "MME"})
}

func TestRASS(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]string{"professionnels/Extraction_ProSanteConnect_Personne_activite_202601010000.txt": rassSample()})
	db := seeded(t, fixtures.FS, dir)
	view(t, db, func(tx *store.Txn) {
		p, ok := FindRPPS(tx, "99999999991")
		if !ok {
			t.Fatal("the person is not there")
		}
		if p.GivenName != "ALEX" || p.FamilyName != "SEGURSIM-RASS" || p.Civility != "M" || p.Source != "RASS" {
			t.Errorf("person = %+v", p.Identity)
		}
		if diff := cmp.Diff([]OtherID{{"899999999991", "RPPS", 1}}, p.OtherIDs); diff != "" {
			t.Errorf("otherIds (-want +got):\n%s", diff)
		}
		if !p.Card.Usable() || len(p.EIMs) != 1 {
			t.Error("no usual card or e-CPS")
		}
		if len(p.Exercices) != 2 || len(p.Exercices[0].Activities) != 2 || len(p.Exercices[1].Activities) != 1 {
			t.Fatalf("exercices = %+v, want lines of one exercice put together", p.Exercices)
		}
		first := p.Exercices[0].Activities[0]
		want := Activity{CodeModeExercice: "L", CodeSecteurDactivite: "SA07", Site: Site{
			RaisonSocialeSite: "CABINET TEST RASS", AncienIdentifiantDeLaStructure: "499999999991006", AutoriteDenregistrement: "CNOM/CNOM/CNOM",
		}}
		if diff := cmp.Diff(want, first); diff != "" {
			t.Errorf("activity (-want +got):\n%s", diff)
		}
		if got := p.Exercices[0].Activities[1]; got.RaisonSocialeSite != "HOPITAL VU PAR LE RASS" {
			t.Errorf("activity = %+v: what the extraction says was lost", got)
		}
		if s, ok := FindStructure(tx, "499999999991006"); !ok || s.RaisonSocialeSite != "CABINET TEST RASS" || s.Secteur != "SA07" {
			t.Errorf("implied structure = %+v, %v", s, ok)
		}
		if s, _ := FindStructure(tx, "10B9000017"); s.RaisonSocialeSite != "HOPITAL TEST SEGURSIM" {
			t.Errorf("structure = %q: an implied one replaced one that somebody wrote", s.RaisonSocialeSite)
		}
		if p, ok := FindProfessional(tx, "00B9000001"); !ok || len(p.Exercices) != 0 || p.Kind() != ADELI {
			t.Errorf("person without data = %+v, %v", p, ok)
		}
	})
}

func TestRASSGenre(t *testing.T) {
	t.Parallel()
	src := rassHeader + "|Code genre activité|\n" +
		strings.TrimSuffix(rassLine(map[int]string{2: "899999999991", 3: "SEGURSIM", 13: "10"}), "\n") + "GENR01|\n"
	people, problems := decodeRASS([]byte(src))
	if len(problems) > 0 {
		t.Fatal(problems[0])
	}
	if got := people[0].Value.Exercices[0].Activities[0].CodeGenreActivite; got != "GENR01" {
		t.Errorf("codeGenreActivite = %q", got)
	}
}

// TestRASSPublished reads the published extraction.
func TestRASSPublished(t *testing.T) {
	t.Parallel()
	src, err := os.ReadFile(need.Shared(t, "psc", "rass", "Extraction_ProSanteConnect_Personne_activite_sample.txt"))
	if err != nil {
		t.Fatal(err)
	}
	people, problems := decodeRASS(src)
	if len(problems) > 0 || len(people) != 1 {
		t.Fatalf("%d people, problems %v", len(people), problems)
	}
	p := people[0].Value
	a := p.Exercices[0].Activities[0]
	got := []string{
		p.ID, p.FamilyName, p.GivenName, p.Civility, p.Exercices[0].CodeProfession, a.CodeModeExercice, a.CodeSecteurDactivite,
		a.NumeroFinessSite, a.IdentifiantTechniqueDeLaStructure, a.CodePostal, a.AncienIdentifiantDeLaStructure, a.AutoriteDenregistrement,
	}
	want := []string{
		"0533100558", "TEST", "Brigitte", "MME", "31", "S", "SA05",
		"510032549", "F510032549", "51003", "1510032549", "ARS/ARS/ARS",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
