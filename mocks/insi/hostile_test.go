package insi_test

import (
	"net/http"
	"strings"
	"testing"
)

// TestHostile: whatever is sent, the answer is a fault with its cause, cheaply.
func TestHostile(t *testing.T) {
	t.Parallel()
	w := start(t, "")
	client := w.client("insi-auto")
	good := traitsCall(adrun()).envelope(w.now())
	declared := func(dtd, use string) string {
		_, rest, _ := strings.Cut(strings.Replace(good, "ADRUN", use, 1), "?>")
		return `<?xml version="1.0"?>` + dtd + rest
	}
	bomb := `<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa">`
	for _, c := range []string{"bcdefghij"} {
		last := "a"
		for _, n := range strings.Split(c, "") {
			bomb += `<!ENTITY ` + n + ` "` + strings.Repeat("&"+last+";", 10) + `">`
			last = n
		}
	}
	bomb += "]>"
	for name, c := range map[string]struct {
		message string
		status  int
	}{
		"billion laughs":       {declared(bomb, "&j;"), 500},
		"external entity":      {declared(`<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>`, "&x;"), 500},
		"empty DTD":            {declared(`<!DOCTYPE a>`, "ADRUN"), 500},
		"not XML":              {"{}", 500},
		"empty":                {"", 500},
		"cut":                  {good[:len(good)/2], 500},
		"deep":                 {strings.Replace(good, "ADRUN", strings.Repeat("<a>", 100)+strings.Repeat("</a>", 100), 1), 500},
		"wide":                 {strings.Replace(good, "ADRUN", strings.Repeat("<a/>", 20_000), 1), 500},
		"SOAP 1.1":             {strings.ReplaceAll(good, "http://www.w3.org/2003/05/soap-envelope", "http://schemas.xmlsoap.org/soap/envelope/"), 500},
		"not UTF-8":            {strings.Replace(good, "ADRUN", "ADR\xffN", 1), 500},
		"NUL by reference":     {strings.Replace(good, "ADRUN", "&#0;", 1), 500},
		"two bodies":           {strings.Replace(good, "</soap:Envelope>", "<soap:Body/></soap:Envelope>", 1), 500},
		"two requests":         {strings.Replace(good, "</soap:Body>", adrun()+"</soap:Body>", 1), 500},
		"2 MB":                 {strings.Replace(good, "ADRUN", strings.Repeat("A", 2<<20), 1), 413},
		"another RECSANS":      {strings.Replace(good, "http://www.cnamts.fr/INSiRecSans", "http://www.cnamts.fr/INSiRecSanz", 1), 500},
		"Unicode white space":  {strings.Replace(good, "ADRUN", "ADRUN\u00a0", 1), 500},
		"right-to-left letter": {strings.Replace(good, "ADRUN", "ADRUN\u202e", 1), 500},
	} {
		t.Run(name, func(t *testing.T) {
			w := w.in(t)
			a := w.sendRaw(client, traitsAction, c.message)
			if a.status != c.status || a.soap.Body.Fault == nil {
				t.Fatalf("%d %s", a.status, a.raw)
			}
			if a.entry.Outcome != "refused" || len(a.entry.Causes) == 0 {
				t.Errorf("journal: %s %v", a.entry.Outcome, a.entry.Causes)
			}
			if strings.Contains(a.raw, "root:") {
				t.Errorf("a file of this machine came back")
			}
		})
	}
	for _, method := range []string{http.MethodPut, http.MethodDelete, http.MethodPatch} {
		req, err := http.NewRequestWithContext(t.Context(), method, w.srv.URL()+"/lps", http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode != http.StatusMethodNotAllowed {
			t.Errorf("%s: %d", method, resp.StatusCode)
		}
	}
}
