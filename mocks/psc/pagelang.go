package psc

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/segursim/segursim/internal/sim"
)

// pageLang is the language of a wallet page, "fr" or "en": the first one known
// of ui_locales (OIDC Core 1.0 §3.1.2.1), then the one preferred of
// Accept-Language (RFC 9110 §12.5.4), then French. chosen says that ui_locales
// decided.
func pageLang(r *http.Request) (lang string, chosen bool) {
	for _, tag := range strings.Fields(uiLocales(r)) {
		if l := knownLang(tag); l != "" {
			return l, true
		}
	}
	return acceptLanguage(r.Header.Get("Accept-Language")), false
}

// uiLocales is the parameter as the exchange's facts have it: they hold the
// query's, the form's, and a pushed request's parameters alike.
func uiLocales(r *http.Request) string {
	facts := sim.ExchangeOf(r.Context()).Entry.Facts
	for _, group := range []string{"query", "form"} {
		if m, ok := facts[group].(map[string]any); ok {
			if v, ok := m["ui_locales"].(string); ok && v != "" {
				return v
			}
		}
	}
	return r.URL.Query().Get("ui_locales")
}

func knownLang(tag string) string {
	primary, _, _ := strings.Cut(strings.ToLower(tag), "-")
	if primary == "fr" || primary == "en" {
		return primary
	}
	return ""
}

// acceptLanguage picks the known language of the highest weight; the first one
// among equals.
func acceptLanguage(header string) string {
	type choice struct {
		lang string
		q    float64
	}
	var choices []choice
	for _, part := range strings.Split(header, ",") {
		tag, params, _ := strings.Cut(strings.TrimSpace(part), ";")
		c := choice{lang: knownLang(strings.TrimSpace(tag)), q: 1}
		if v, ok := strings.CutPrefix(strings.ReplaceAll(params, " ", ""), "q="); ok {
			q, err := strconv.ParseFloat(v, 64)
			if err != nil {
				continue
			}
			c.q = q
		}
		if c.lang != "" && c.q > 0 {
			choices = append(choices, c)
		}
	}
	slices.SortStableFunc(choices, func(a, b choice) int {
		switch {
		case a.q > b.q:
			return -1
		case a.q < b.q:
			return 1
		}
		return 0
	})
	if len(choices) > 0 {
		return choices[0].lang
	}
	return "fr"
}
