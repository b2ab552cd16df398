package mocks_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/segursim/segursim/mocks"
)

var update = flag.Bool("update", false, "rewrite the generated documents")

// TestCoverage holds docs/coverage.md against what the services declare.
// `go test ./mocks -run TestCoverage -update` rewrites it.
func TestCoverage(t *testing.T) {
	srv := start(t, mocks.Options{})
	resp, err := http.Get(srv.ControlURL() + "/api/services")
	if err != nil {
		t.Fatal(err)
	}
	defer http.DefaultClient.CloseIdleConnections()
	defer resp.Body.Close()
	type text struct{ FR, EN string }
	var doc struct {
		Services []struct {
			Name, Spec string
			Title      text
			Ops        []struct {
				Name, Method, Path, Provenance, Source string
				Title                                  text
				Codes                                  []string
			}
			Absent []text
		}
	}
	if err := json.NewDecoder(resp.Body).Decode(&doc); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	fmt.Fprint(&b, `# Coverage

What is simulated, and how much is known of each operation's contract:
**confirmed** (published, or seen on the real service), **inferred** (follows from
what is published, not seen), **invented** (not public: ours until it is, and marked
on the wire by `+"`X-Segursim-Contrat: invente`"+`).

Generated from the services' own declarations by
`+"`go test ./mocks -run TestCoverage -update`"+`.
`)
	for _, s := range doc.Services {
		fmt.Fprintf(&b, "\n## %s (`%s`)\n\n%s\n\n", s.Title.EN, s.Name, s.Spec)
		fmt.Fprintln(&b, "| operation | what | method and path | provenance | source | refusals that a fault may play |")
		fmt.Fprintln(&b, "|---|---|---|---|---|---|")
		for _, o := range s.Ops {
			where := strings.TrimSpace(o.Method + " " + o.Path)
			if where != "" {
				where = "`" + where + "`"
			}
			codes := ""
			if len(o.Codes) > 0 {
				codes = "`" + strings.Join(o.Codes, "` `") + "`"
			}
			fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s | %s |\n", o.Name, o.Title.EN, where, o.Provenance, o.Source, codes)
		}
		fmt.Fprint(&b, "\nNot simulated:\n\n")
		for _, a := range s.Absent {
			fmt.Fprintf(&b, "- %s\n", a.EN)
		}
	}
	const path = "../docs/coverage.md"
	if *update {
		if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, b.Bytes()) {
		t.Errorf("docs/coverage.md is not what the services declare: run this test with -update")
	}
}
