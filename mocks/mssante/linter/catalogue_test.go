package linter_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/segursim/segursim/internal/need"
	"github.com/segursim/segursim/mocks/mssante/linter"
)

var update = flag.Bool("update", false, "rewrite the generated document")

// TestCatalogueFile holds docs/mssante-regles.md against the rules.
// `go test ./mocks/mssante/linter -run TestCatalogueFile -update` rewrites it.
func TestCatalogueFile(t *testing.T) {
	t.Parallel()
	root, err := need.Root()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(root, "docs", "mssante-regles.md")
	var b bytes.Buffer
	fmt.Fprint(&b, `# MSSanté : ce que le contrôle des messages vérifie

Chaque message envoyé est lu contre ces règles ; les constats sont dans le journal
(`+"`lint.*`"+`), dans la console et par l'action `+"`mssante/lint`"+`. Rien n'est refusé pour un
constat : ce que l'opérateur refuse est ailleurs.

Document produit par `+"`go test ./mocks/mssante/linter -run TestCatalogueFile -update`"+`.

| règle | niveau | exigences | provenance | constat |
|---|---|---|---|---|
`)
	for _, r := range linter.Catalogue() {
		text := strings.NewReplacer("%d", "…", "%s", "…", "%q", "« … »", "%v", "…", "|", "\\|").Replace(r.FR)
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s |\n", r.Name, r.Level, strings.Join(r.Refs, ", "), r.Provenance, text)
	}
	if *update {
		if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil { //nolint:gosec // a document
			t.Fatal(err)
		}
		return
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, b.Bytes()) {
		t.Errorf("%s is not what the linter knows: run this test with -update", path)
	}
}
