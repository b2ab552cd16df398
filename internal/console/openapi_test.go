package console_test

import (
	"encoding/json"
	"flag"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/labstack/echo/v4"

	"github.com/segursim/segursim/internal/console"
	"github.com/segursim/segursim/internal/need"
)

var update = flag.Bool("update", false, "write the golden files and docs/openapi.json")

// The file in docs is what the table of routes writes.
func TestOpenAPIFile(t *testing.T) {
	root, err := need.Root()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(root, "docs", "openapi.json")
	want, err := console.OpenAPI()
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("docs/openapi.json is stale: go generate ./internal/console (-want +got):\n%s", diff)
	}
}

type document struct {
	OpenAPI string `json:"openapi"`
	Paths   map[string]map[string]struct {
		OperationID string `json:"operationId"`
		Parameters  []struct {
			Name, In string
			Required bool
		}
		Responses map[string]any
	}
	Components map[string]map[string]any
}

// Every route that echo has under /api is in the file, and the other way round.
func TestOpenAPIAgreesWithTheRoutes(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	e := echo.New()
	h.console.Mount(e)
	registered := map[string]bool{}
	for _, r := range e.Routes() {
		if strings.HasPrefix(r.Path, "/api") {
			parts := strings.Split(r.Path, "/")
			for i, p := range parts {
				if name, ok := strings.CutPrefix(p, ":"); ok {
					parts[i] = "{" + name + "}"
				}
			}
			registered[r.Method+" "+strings.Join(parts, "/")] = true
		}
	}
	doc := decode[document](t, h.get("/api/openapi.json"), 200)
	described, ids := map[string]bool{}, map[string]bool{}
	for path, methods := range doc.Paths {
		for method, op := range methods {
			described[strings.ToUpper(method)+" "+path] = true
			if op.OperationID == "" || ids[op.OperationID] {
				t.Errorf("%s %s: operationId %q is empty or taken", method, path, op.OperationID)
			}
			ids[op.OperationID] = true
			inPath := map[string]bool{}
			for _, p := range op.Parameters {
				if p.In == "path" {
					inPath[p.Name] = p.Required
				}
			}
			wanted := map[string]bool{}
			for part := range strings.SplitSeq(path, "/") {
				if strings.HasPrefix(part, "{") {
					wanted[strings.Trim(part, "{}")] = true
				}
			}
			if diff := cmp.Diff(wanted, inPath); diff != "" {
				t.Errorf("%s %s: path parameters (-want +got):\n%s", method, path, diff)
			}
			if len(op.Responses) < 2 {
				t.Errorf("%s %s: answers = %v", method, path, op.Responses)
			}
		}
	}
	want, got := slices.Sorted(maps.Keys(registered)), slices.Sorted(maps.Keys(described))
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("routes (-registered +described):\n%s", diff)
	}
	if doc.OpenAPI != "3.1.0" || len(got) < 30 {
		t.Errorf("OpenAPI %s with %d routes", doc.OpenAPI, len(got))
	}
}

// Every $ref points at something.
func TestOpenAPIReferences(t *testing.T) {
	t.Parallel()
	b, err := console.OpenAPI()
	if err != nil {
		t.Fatal(err)
	}
	var doc map[string]any
	if err := json.Unmarshal(b, &doc); err != nil {
		t.Fatal(err)
	}
	n := 0
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, item := range v {
				walk(item)
			}
		case map[string]any:
			if ref, ok := v["$ref"].(string); ok {
				n++
				var at any = doc
				for part := range strings.SplitSeq(strings.TrimPrefix(ref, "#/"), "/") {
					at, _ = at.(map[string]any)[part]
				}
				if at == nil {
					t.Errorf("%s points at nothing", ref)
				}
			}
			for _, item := range v {
				walk(item)
			}
		}
	}
	walk(doc)
	if n < 20 {
		t.Errorf("%d references only", n)
	}
}

// An answer of the API has the fields that its schema requires.
func TestOpenAPISchemasAgreeWithAnswers(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	fill(h)
	doc := decode[document](t, h.get("/api/openapi.json"), 200)
	for path, name := range map[string]string{
		"/api/clock": "ClockView", "/api/counters": "Counters", "/api/services": "ServiceList", "/api/journal": "JournalList",
		"/api/journal/1": "EntryView", "/api/certs": "CertList", "/api/faults": "FaultList", "/api/absent": "ErrorBody",
	} {
		var body map[string]any
		if err := json.Unmarshal([]byte(h.get(path).body), &body); err != nil {
			t.Fatal(err)
		}
		schema, ok := doc.Components["schemas"][name].(map[string]any)
		if !ok {
			t.Fatalf("no schema %s", name)
		}
		for _, field := range schema["required"].([]any) {
			if _, has := body[field.(string)]; !has {
				t.Errorf("%s lacks %s, which %s requires", path, field, name)
			}
		}
		for field := range body {
			if _, known := schema["properties"].(map[string]any)[field]; !known {
				t.Errorf("%s has %s, which %s does not know", path, field, name)
			}
		}
	}
}
