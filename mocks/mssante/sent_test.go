package mssante

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/segursim/segursim/internal/sim"
	"github.com/segursim/segursim/mocks/mssante/linter"
)

// TestKnows: a message may name one that its BAL got, as an answer does, or one that it
// sent, as a new version does; another BAL's is unknown to it.
func TestKnows(t *testing.T) {
	t.Parallel()
	d := newDesk(t, nil)
	first := d.do("deposer", map[string]any{"from": robertBAL, "to": kitBAL, "text": "un"})
	id := first["message_id"].(string)
	for from, unknown := range map[string]bool{robertBAL: false, kitBAL: false, noaBAL: true} {
		out := d.do("deposer", map[string]any{"from": from, "to": kitBAL, "text": "deux", "in_reply_to": id})
		got := slices.ContainsFunc(out["findings"].([]linter.Finding), func(f linter.Finding) bool { return f.Rule == "mss.reponse.inconnue" })
		if got != unknown {
			t.Errorf("from %s: unknown is %v", from, got)
		}
	}
}

// TestSendFacts: what a sending tells is declared, each fact with its type, so that a
// scenario's condition is checked when it is loaded.
func TestSendFacts(t *testing.T) {
	t.Parallel()
	d := newDesk(t, nil)
	declared := map[string]sim.FactType{}
	for _, op := range operations() {
		if op.Name == "smtp.send" {
			declared = op.Facts
		}
	}
	for name := range declared {
		if strings.HasSuffix(name, "*") {
			t.Errorf("%s: a fact without a name", name)
		}
	}
	_, x := d.send(mail{to: []string{kitBAL}})
	for group, v := range x.Entry.Facts {
		members, ok := v.(map[string]any)
		if !ok {
			continue
		}
		for name, value := range members {
			want, ok := declared[group+"."+name]
			got := map[string]sim.FactType{"string": sim.String, "bool": sim.Bool, "int": sim.Int, "int64": sim.Int, "[]string": sim.Strings, "[]interface {}": sim.Any}[fmt.Sprintf("%T", value)]
			if !ok || got != want {
				t.Errorf("%s.%s is %q, declared %q", group, name, got, want)
			}
		}
	}
}
