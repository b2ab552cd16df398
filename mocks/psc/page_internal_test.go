package psc

import (
	"net/http/httptest"
	"testing"
)

// FuzzPageLang: whatever a browser sends, a page has one of the two languages.
func FuzzPageLang(f *testing.F) {
	f.Add("fr-FR,fr;q=0.9,en;q=0.8", "en")
	f.Add("en;q=zz,;;,", "de fr")
	f.Add("*;q=0", "\x00")
	f.Fuzz(func(t *testing.T, accept, locales string) {
		r := httptest.NewRequest("GET", "/auth", nil)
		r.Header.Set("Accept-Language", accept)
		q := r.URL.Query()
		q.Set("ui_locales", locales)
		r.URL.RawQuery = q.Encode()
		lang, chosen := pageLang(r)
		if lang != "fr" && lang != "en" {
			t.Errorf("language %q", lang)
		}
		if again := acceptLanguage(accept); !chosen && lang != again {
			t.Errorf("language %q, Accept-Language alone says %q", lang, again)
		}
	})
}

// BenchmarkLoginPage is what a login page costs: its templates are parsed each
// time it is shown.
func BenchmarkLoginPage(b *testing.B) {
	data := pageData{Lang: "fr", V: loginView{Attempt: "a", Client: "LPS de test", Tab: tabECPS}}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := render(data, "page", "layout.html", "login.html"); err != nil {
			b.Fatal(err)
		}
	}
}

func TestShortDuration(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"2m": "2m", "4h": "4h", "1h30m": "1h30m", "10s": "10s", "1m30s": "1m30s", "0s": "0s", "100h": "100h", "20m": "20m"} {
		var d Duration
		if err := d.UnmarshalText([]byte(text)); err != nil {
			t.Fatal(err)
		}
		if got := shortDuration(d); got != want {
			t.Errorf("%s is written %s, want %s", text, got, want)
		}
	}
}
