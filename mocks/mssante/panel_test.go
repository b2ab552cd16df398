package mssante

import (
	"strings"
	"testing"
)

// TestPanelPages opens every page of a world that has been used, in both languages.
func TestPanelPages(t *testing.T) {
	t.Parallel()
	f := openFront(t, "")
	populate(f)
	for path, words := range map[string][2][]string{
		"boites":                          {{"Kit", "Titulaires", "Configurer un client"}, {"Configure a client"}},
		"courrier":                        {},
		"courrier?bal=" + kitBAL:          {},
		"composer":                        {},
		"usagers":                         {},
		"usagers?patient=" + alice:        {},
		"compteurs":                       {},
		"compteurs/fiche?couloir=HOP-PFI": {},
		"controle":                        {},
	} {
		for i, lang := range []string{"fr", "en"} {
			sep := "?"
			if strings.Contains(path, "?") {
				sep = "&"
			}
			p := f.get(path + sep + "lang=" + lang)
			p.says(words[i]...)
			p.safe()
		}
	}
}
