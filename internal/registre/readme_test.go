package registre

import (
	"os"
	"regexp"
	"testing"

	"github.com/segursim/segursim/fixtures"
	"github.com/segursim/segursim/internal/store"
)

// TestReadme loads the examples of fixtures/README.md.
func TestReadme(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("../../fixtures/README.md")
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, block := range regexp.MustCompile("(?s)```yaml\n(([a-z]+):\n.*?)```").FindAllSubmatch(readme, -1) {
		files[string(block[2])+"/readme.yaml"] = string(block[1])
	}
	if len(files) != 4 {
		t.Fatalf("examples for %d folders, want 4", len(files))
	}
	db := seeded(t, fixtures.FS, folder(t, files))
	view(t, db, func(tx *store.Txn) {
		p, ok := FindProfessional(tx, "5e9a51d0-0000-4000-8000-000009000001")
		if !ok || p.Card.Number != "8025000001/9000000001" || p.Exercices[0].Activities[0].CodePostal != "75999" {
			t.Errorf("the example's professional = %+v, %v", p, ok)
		}
		if p, _ := Patients.Get(tx, "segursim-alice"); p.UsedName != "SEGURSIM-USAGE" || p.INS.Key == "" {
			t.Errorf("the example's patient = %+v", p)
		}
	})
}
