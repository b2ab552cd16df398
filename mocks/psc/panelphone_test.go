package psc_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/segursim/segursim/mocks/psc"
)

// candidates are the numbers that the phone offers.
func candidates(page pageAnswer) []string {
	var out []string
	for n := range page.root.Descendants() {
		if nodeAttr(n, "type") == "radio" {
			out = append(out, nodeAttr(n, "value"))
		}
	}
	return out
}

func TestPhone(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		section string
		answer  func(w *walletTab, page pageAnswer) pageAnswer
		waits   bool   // the demand waits after it
		says    string // on the phone
		event   string
	}{
		"right number": {"", func(w *walletTab, page pageAnswer) pageAnswer {
			return submitted(w, page, "/answer", url.Values{"number": {"42"}}, "do=confirm")
		}, false, "Connexion confirmée", "ciba.approved"},
		"wrong number": {"", func(w *walletTab, page pageAnswer) pageAnswer {
			return submitted(w, page, "/answer", url.Values{"number": {decoy(page)}}, "do=confirm")
		}, false, "Mauvais numéro", "ciba.refused"},
		"wrong number, may retry": {"wrong_number: retry", func(w *walletTab, page pageAnswer) pageAnswer {
			return submitted(w, page, "/answer", url.Values{"number": {decoy(page)}}, "do=confirm")
		}, true, "choisissez-en un autre", ""},
		"refused": {"", func(w *walletTab, page pageAnswer) pageAnswer {
			return submitted(w, page, "/answer", nil, "do=refuse")
		}, false, "Demande refusée", "ciba.refused"},
		"no number": {"", func(w *walletTab, page pageAnswer) pageAnswer {
			return submitted(w, page, "/answer", nil, "do=confirm")
		}, true, "Choisissez l’un des trois", ""},
		"short code": {"", func(w *walletTab, page pageAnswer) pageAnswer {
			return submitted(w, page, "/answer", url.Values{"number": {"42"}, "code": {"12"}}, "do=confirm")
		}, true, "4 à 8 chiffres", ""},
		"late": {"", func(w *walletTab, page pageAnswer) pageAnswer {
			return submitted(w, page, "/answer", url.Values{"number": {"42"}, "demand": {"absente"}}, "do=confirm")
		}, true, "n’existe pas", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newWalletBench(t, tc.section)
			b.ciba("MOBILE", kit, "42")
			w := b.console()
			page := w.get(b.panel("ecps?as=" + kit))
			if got := candidates(page); len(got) != 3 || !slices.Contains(got, "42") {
				t.Fatalf("the phone offers %v, want three numbers and 42 among them:\n%s", got, page.text())
			}
			for _, want := range []string{"LPS de test", "KIT DOC0036624", "un logiciel (CIBA)", "120 s", "Inventé"} {
				if !strings.Contains(page.text(), want) {
					t.Errorf("the request lacks %q: %s", want, page.text())
				}
			}
			after := tc.answer(w, page)
			if !strings.Contains(after.text(), tc.says) {
				t.Errorf("the phone says %q, want %q", after.text(), tc.says)
			}
			if _, waits := b.waiting()[kit]; waits != tc.waits {
				t.Errorf("waiting = %v, want %v", waits, tc.waits)
			}
			if tc.waits != (candidates(after) != nil) {
				t.Errorf("the phone shows the request: %v, want %v", candidates(after), tc.waits)
			}
			if tc.event != "" && lastOf(b.srv, tc.event) == nil {
				t.Errorf("the journal has no %s", tc.event)
			}
		})
	}
}

// decoy is a number that the phone offers and the service did not show.
func decoy(page pageAnswer) string {
	for _, n := range candidates(page) {
		if n != "42" {
			return n
		}
	}
	return ""
}

func TestPhoneExpires(t *testing.T) {
	t.Parallel()
	b := newWalletBench(t, "")
	b.ciba("MOBILE", kit, "42")
	w := b.console()
	page := w.get(b.panel("ecps"))
	if len(candidates(page)) != 3 {
		t.Fatalf("the phone of whoever is asked does not ring: %s", page.text())
	}
	if page.refresh() != "" || page.node("http-equiv", "refresh") != nil {
		t.Error("without scripts, a page being filled in reloads itself")
	}
	ignored := w.get(b.panel("ecps?ignore=" + nodeAttr(page.node("name", "demand"), "value")))
	if len(candidates(ignored)) != 0 || !strings.Contains(ignored.text(), "Revoir la demande") {
		t.Errorf("left alone: %s", ignored.text())
	}
	b.srv.Clock().Advance(2*time.Minute + time.Second)
	if got := w.get(b.panel("ecps")).text(); !strings.Contains(got, "Demande expirée") {
		t.Errorf("expired: %s", got)
	}
	late := submitted(w, page, "/answer", url.Values{"number": {"42"}}, "do=confirm")
	if !strings.Contains(late.problem(), "n’attend plus") {
		t.Errorf("late answer: %q", late.problem())
	}
	b.srv.Clock().Advance(3 * time.Minute)
	if got := w.get(b.panel("ecps")).text(); !strings.Contains(got, "Aucune demande") {
		t.Errorf("later: %s", got)
	}
	if idle := w.get(b.panel("ecps")); idle.node("http-equiv", "refresh") == nil {
		t.Error("without scripts, an idle phone does not reload itself")
	}
}

// TestPhoneWithoutNumber: a request without binding_message has nothing to match.
func TestPhoneWithoutNumber(t *testing.T) {
	t.Parallel()
	b := newWalletBench(t, "")
	b.ciba("MOBILE", kit, "ABC-dossier-2026/1")
	w := b.console()
	page := w.get(b.panel("ecps"))
	if !slices.Contains(candidates(page), "ABC-dossier-2026/1") {
		t.Errorf("a message that is no number is not offered: %v", candidates(page))
	}
	a := b.tab("").post(b.srv.Issuer()+"/protocol/openid-connect/ext/ciba/auth", url.Values{
		"scope": {"openid scope_all"}, "acr_values": {"eidas1"}, "login_hint": {robert},
		"client_id": {psc.DefaultClientID}, "client_secret": {psc.DefaultClientSecret},
	}, nil)
	if a.status != http.StatusOK {
		t.Fatalf("ciba: %s", a.body)
	}
	page = w.get(b.panel("ecps?as=" + robert))
	if len(candidates(page)) != 0 || !strings.Contains(page.text(), "aucun numéro") {
		t.Errorf("no binding_message: %s", page.text())
	}
	if after := submitted(w, page, "/answer", nil, "do=confirm"); !strings.Contains(after.text(), "Connexion confirmée") {
		t.Errorf("confirmed: %s", after.text())
	}
}

func TestPhonePeople(t *testing.T) {
	t.Parallel()
	b := newWalletBench(t, "")
	w := b.console()
	has := func(page pageAnswer, id string) bool {
		part := page.node("data-part", "people")
		return part != nil && strings.Contains(nodeText(part), id)
	}
	for name, tc := range map[string]struct {
		query, id string
		want      bool
	}{
		"by family name":           {"?q=specialiste", robert, true},
		"by given name":            {"?q=rob", robert, true},
		"by identifier":            {"?q=8997002188", robert, true},
		"others left out":          {"?q=specialiste", kit, false},
		"no phone":                 {"?q=" + noPhone, noPhone, false},
		"the one shown is there":   {"?as=" + robert, robert, true},
		"far in the list, shown":   {"?as=899990000012", "899990000012", true},
		"hostile search":           {"?q=" + url.QueryEscape(`"><script>`), robert, false},
		"unknown person, no crash": {"?as=" + url.QueryEscape("x\x00y"), robert, false},
	} {
		t.Run(name, func(t *testing.T) {
			page := w.get(b.panel("ecps" + tc.query))
			if got := has(page, tc.id); page.status != http.StatusOK || got != tc.want {
				t.Errorf("%d, listed %v, want %v: %s", page.status, got, tc.want, nodeText(page.node("data-part", "people")))
			}
			if found := page.inline(); len(found) > 0 {
				t.Errorf("inline: %q", found)
			}
		})
	}
	if page := w.get(b.panel("ecps?as=" + noPhone)); !strings.Contains(page.text(), "Pas de téléphone") {
		t.Errorf("no e-CPS: %s", page.text())
	}
}
