package apcv_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/segursim/segursim/internal/sim"
)

func TestActionRefusals(t *testing.T) {
	t.Parallel()
	b := start(t, "")
	for name, c := range map[string]struct {
		verb string
		in   map[string]any
		code string
	}{
		"show nobody":           {"show", map[string]any{}, "unknown_patient"},
		"show a stranger":       {"show", map[string]any{"patient": "personne"}, "unknown_patient"},
		"show a dead person":    {"show", map[string]any{"patient": dead}, "deceased"},
		"show without INS":      {"show", map[string]any{"patient": newborn}, "no_card"},
		"show for no time":      {"show", map[string]any{"patient": alice, "validity": "0s"}, "bad_value"},
		"show for a bad time":   {"show", map[string]any{"patient": alice, "validity": "demain"}, "bad_value"},
		"show, not a text":      {"show", map[string]any{"patient": []any{alice}}, "bad_value"},
		"shared matricule":      {"show", map[string]any{"patient": "1090763220834"}, ""},
		"expire nothing":        {"expire", map[string]any{}, "nothing_to_expire"},
		"expire a stranger":     {"expire", map[string]any{"patient": "personne"}, "unknown_patient"},
		"expire a code unknown": {"expire", map[string]any{"code": "ABC"}, "nothing_to_expire"},
		"contexts, stranger":    {"contexts", map[string]any{"patient": "personne"}, "unknown_patient"},
		"destroy nothing":       {"destroy", map[string]any{}, "nothing_to_destroy"},
		"destroy a stranger":    {"destroy", map[string]any{"patient": "personne"}, "unknown_patient"},
		"destroy an unknown":    {"destroy", map[string]any{"context": "jamais-vu"}, "CONTEXTE_INCONNU"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := b.srv.Do(t.Context(), "apcv", c.verb, c.in)
			var e *sim.Error
			switch {
			case c.code == "" && err != nil:
				t.Errorf("refused: %v", err)
			case c.code == "":
			case !errors.As(err, &e) || e.Code != c.code || e.Cause.Text.FR == "" || e.Cause.Text.EN == "":
				t.Errorf("error %v, want %s with its cause", err, c.code)
			}
		})
	}
}

func TestActions(t *testing.T) {
	t.Parallel()
	b := start(t, "")
	c := b.do("show", map[string]any{"patient": "285047599910178", "validity": "90s"}) // by matricule and key
	if c["patient"] != alice || !c["expires"].(time.Time).Equal(morning.Add(90*time.Second)) || c["state"] != "shown" {
		t.Errorf("show: %v", c)
	}
	first, _ := b.read(c["payload"].(string))
	second, _ := b.read(b.show(alice))
	b.show("segursim-usage")

	list := b.do("contexts", map[string]any{"patient": alice})
	var ids []any
	for _, v := range list["contexts"].([]map[string]any) {
		ids = append(ids, v["context"])
		if v["professional"] != doctor || v["billing"] != billing || v["token"] == "" {
			t.Errorf("context %v", v)
		}
	}
	if len(ids) != 2 || len(list["codes"].([]map[string]any)) != 2 {
		t.Errorf("contexts of Alice: %v", list)
	}
	if n := len(b.do("contexts", map[string]any{"state": "shown"})["codes"].([]map[string]any)); n != 1 {
		t.Errorf("%d codes are shown, want 1", n)
	}
	if n := len(b.do("contexts", map[string]any{"professional": other})["contexts"].([]map[string]any)); n != 0 {
		t.Errorf("%d contexts of another professional", n)
	}
	if out := b.do("destroy", map[string]any{"context": first}); out["state"] != "destroyed" || out["reason"] != "action" {
		t.Errorf("destroy: %v", out)
	}
	if diff := cmp.Diff(map[string]any{"destroyed": 1}, b.do("destroy", map[string]any{"professional": doctor})); diff != "" {
		t.Errorf("destroy (-want +got):\n%s", diff)
	}
	b.refused(b.send(destroyRequest(second)), "CONTEXTE_DETRUIT", "apcv.context-destroyed")
	b.read(b.show(alice))
	b.show(alice)
	if diff := cmp.Diff(map[string]any{"expired": 2}, b.do("expire", map[string]any{"patient": alice})); diff != "" {
		t.Errorf("expire (-want +got):\n%s", diff)
	}
}
