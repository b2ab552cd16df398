package psc

import (
	"fmt"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/labstack/echo/v4"

	"github.com/segursim/segursim/internal/jose"
)

// TestDocumentsBytes holds a kept document against what an answer would write.
func TestDocumentsBytes(t *testing.T) {
	t.Parallel()
	for _, profile := range []string{profile2021, profile2023, profile2026} {
		for _, rl := range []realm{walletRealm, apiRealm} {
			doc := metadata(profile, "https://localhost:8443"+rl.root(), "https://localhost:8443/auth?a=1&b=<2>", rl)
			w := httptest.NewRecorder()
			if err := writeJSON(echo.New().NewContext(httptest.NewRequest("GET", "/", nil), w), 200, doc); err != nil {
				t.Fatal(err)
			}
			var d documents
			for range 2 {
				b, err := d.get("k", func() jose.Claims { return doc })
				if err != nil {
					t.Fatal(err)
				}
				if got, want := string(b), w.Body.String(); got != want {
					t.Errorf("%s, realm %s:\n got %s\nwant %s", profile, rl.name, got, want)
				}
			}
		}
	}
}

// TestDocumentsBounded makes names up, as a client may with Host.
func TestDocumentsBounded(t *testing.T) {
	t.Parallel()
	var d documents
	var wg sync.WaitGroup
	for worker := range 4 {
		wg.Go(func() {
			for i := range 10 * maxDocuments {
				key := fmt.Sprint(worker, i)
				b, err := d.get(key, func() jose.Claims { return jose.Claims{{Name: "issuer", Value: key}} })
				if want := fmt.Sprintf(`{"issuer":%q}`, key); err != nil || string(b) != want {
					t.Errorf("%s, %v, want %s", b, err, want)
				}
			}
		})
	}
	wg.Wait()
	if len(d.json) > maxDocuments {
		t.Errorf("%d documents kept, want %d at most", len(d.json), maxDocuments)
	}
}

func TestDocumentsFailure(t *testing.T) {
	t.Parallel()
	var d documents
	bad := func() jose.Claims { return jose.Claims{{Name: "issuer", Value: make(chan int)}} }
	if _, err := d.get("k", bad); err == nil {
		t.Error("a document that JSON cannot express was written")
	}
	if _, err := d.get("k", func() jose.Claims { return nil }); err != nil {
		t.Errorf("the failure was kept: %v", err)
	}
}
