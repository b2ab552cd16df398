package mssante

import (
	"slices"
	"strings"
	"testing"

	"github.com/segursim/segursim/mocks/mssante/bal"
)

// listed are the addresses that an answer lists.
func listed(out map[string]any) []string {
	var all []string
	for _, b := range out["bals"].([]map[string]any) {
		all = append(all, b["address"].(string))
	}
	return all
}

// TestDirectory: what the directory tells, and what only the operator sees.
func TestDirectory(t *testing.T) {
	t.Parallel()
	b := prepare(t, "")
	all, public := listed(b.do("bals", nil)), listed(b.do("bals", map[string]any{"view": "annuaire"}))
	for _, hidden := range []string{appBAL, labBAL, "camille.doc9000002@medecin.segursim.test", kitClosed, kitUnused} {
		if !slices.Contains(all, hidden) || slices.Contains(public, hidden) {
			t.Errorf("%s: for the operator %v, in the directory %v; want it hidden there", hidden, slices.Contains(all, hidden), slices.Contains(public, hidden))
		}
	}
	for _, shown := range []string{kitBAL, sharedBAL, "cabinet.doc9000001@medecin.segursim.test"} {
		if !slices.Contains(public, shown) {
			t.Errorf("%s is not in the directory", shown)
		}
	}
	tests := map[string]struct {
		in   map[string]any
		want string
	}{
		"by person":             {map[string]any{"person": kit, "kind": "ORG"}, sharedBAL},
		"by RPPS":               {map[string]any{"person": "99990000129", "state": "active", "kind": "per"}, noaBAL},
		"by domain":             {map[string]any{"domain": "Test-CI-SIS.segursim.test", "kind": "APP"}, appBAL},
		"by state":              {map[string]any{"state": "inaccessible"}, kitUnused},
		"by structure and kind": {map[string]any{"structure": "499990000012009", "kind": "CAB"}, "cabinet.doc9000001@medecin.segursim.test"},
		"by label":              {map[string]any{"text": "secrétariat des"}, sharedBAL},
		"by start of address":   {map[string]any{"text": "SGL@"}, labBAL},
	}
	for name, tt := range tests {
		if got := listed(b.do("bals", tt.in)); len(got) != 1 || got[0] != tt.want {
			t.Errorf("%s: %v, want %s", name, got, tt.want)
		}
	}
	one := b.do("bals", map[string]any{"limit": 1})
	if len(listed(one)) != 1 || one["total"] != len(all) {
		t.Errorf("limited to 1: %d of %v", len(listed(one)), one["total"])
	}
	first := b.do("bals", map[string]any{"view": "annuaire", "text": kitBAL})["bals"].([]map[string]any)[0]
	if people := first["professionals"].([]map[string]any); len(people) != 1 || people[0]["rpps"] != kit[1:] || first["kind"] != bal.Personal {
		t.Errorf("in the directory: %v", first)
	}
	for name, in := range map[string]map[string]any{"view": {"view": "x"}, "limit": {"limit": -1}, "much": {"limit": 5000}, "type": {"text": []any{1}}} {
		if code := b.refused("bals", in); code != "bad-value" {
			t.Errorf("%s: %s", name, code)
		}
	}
}

// TestBALLife: created, changed, delegated, closed, opened, deleted; each is in the
// journal.
func TestBALLife(t *testing.T) {
	t.Parallel()
	b := prepare(t, "")
	const address = "nouvelle@medecin.segursim.test"
	got := b.do("bal-create", map[string]any{"address": "Nouvelle@medecin.segursim.test", "holders": []any{kit}, "quota": float64(1000), "listeRouge": true, "structure": "499700366240007"})
	if got["address"] != address || got["label"] != "Dr_Kit_DOC0036624_CABINET M DOC0036624" || got["quota"] != int64(1000) || got["listeRouge"] != true {
		t.Errorf("created %v", got)
	}
	b.open(address, "token-s-kit")
	b.do("bal-update", map[string]any{"address": address, "label": "Autre", "listeRouge": "false"})
	if row, _ := b.row(address); row.Label != "Autre" || row.ListeRouge || row.Quota != 1000 || row.Used.IsZero() || len(row.Holders) != 1 {
		t.Errorf("updated %+v", row)
	}
	b.do("bal-delegate", map[string]any{"address": address, "person": secretary})
	b.do("bal-delegate", map[string]any{"address": address, "person": secretary})
	id := b.open(address, "token-s-secretary")
	if row, _ := b.row(address); len(row.Delegates) != 1 {
		t.Errorf("delegated twice: %v", row.Delegates)
	}
	b.do("bal-delegate", map[string]any{"address": address, "person": secretary, "remove": true})
	if refusal := b.s.gate.Alive(id); refusal == nil || refusal.Code != balOfOthers {
		t.Errorf("without the delegation the session goes on: %v", refusal)
	}
	b.do("bal-close", map[string]any{"address": address})
	if got := b.do("bal", map[string]any{"address": address}); got["state"] != bal.Closed {
		t.Errorf("closed: %v", got["state"])
	}
	b.do("bal-open", map[string]any{"address": address})
	b.open(address, "token-s-kit")
	b.do("bal-delete", map[string]any{"address": address})
	if code := b.refused("bal", map[string]any{"address": address}); code != "no-bal" {
		t.Errorf("deleted: %s", code)
	}
	for op, want := range map[string]int{evCreated: 1, evChanged: 4, evClosed: 1, evOpened: 1, evDeleted: 1} {
		if got := len(b.entries(op)); got != want {
			t.Errorf("%d events %s, want %d", got, op, want)
		}
	}
	b.app.Reset()
	if _, there := b.row(address); there {
		t.Error("there after a reset")
	}
}

// TestBALRefusals: what an action may not do.
func TestBALRefusals(t *testing.T) {
	t.Parallel()
	b := prepare(t, "")
	create := func(more map[string]any) map[string]any {
		in := map[string]any{"address": "n@medecin.segursim.test", "holders": kit}
		for k, v := range more {
			in[k] = v
		}
		return in
	}
	tests := map[string]struct {
		verb string
		in   map[string]any
		want string
	}{
		"there already":          {"bal-create", create(map[string]any{"address": strings.ToUpper(kitBAL)}), "bal-exists"},
		"no address":             {"bal-create", map[string]any{"holders": kit}, "bad-value"},
		"unknown domain":         {"bal-create", create(map[string]any{"address": "n@nowhere.test"}), "no-domain"},
		"a patient's":            {"bal-create", create(map[string]any{"address": "279035121518989@patient.mssante.fr"}), "patient-bal"},
		"unknown kind":           {"bal-create", create(map[string]any{"kind": "XYZ"}), "bad-value"},
		"unknown holder":         {"bal-create", create(map[string]any{"holders": "1"}), "no-person"},
		"unknown structure":      {"bal-create", create(map[string]any{"structure": "1"}), "no-structure"},
		"no holder":              {"bal-create", create(map[string]any{"holders": ""}), "bad-value"},
		"quota":                  {"bal-create", create(map[string]any{"quota": "much"}), "bad-value"},
		"negative quota":         {"bal-create", create(map[string]any{"quota": -5}), "bad-value"},
		"label of two lines":     {"bal-create", create(map[string]any{"label": "a\r\nBcc: x"}), "bad-value"},
		"APP with holders":       {"bal-create", create(map[string]any{"kind": "APP"}), "bad-value"},
		"kind changes":           {"bal-update", map[string]any{"address": sharedBAL, "kind": "CAB"}, "bal-kind"},
		"update of nothing":      {"bal-update", map[string]any{"address": "n@medecin.segursim.test"}, "no-bal"},
		"close nothing":          {"bal-close", map[string]any{}, "no-bal"},
		"open nothing":           {"bal-open", map[string]any{"address": 12}, "no-bal"},
		"delete nothing":         {"bal-delete", map[string]any{"address": "n@medecin.segursim.test"}, "no-bal"},
		"delegate of an APP":     {"bal-delegate", map[string]any{"address": appBAL, "person": kit}, "app-delegate"},
		"delegate who is no one": {"bal-delegate", map[string]any{"address": kitBAL, "person": "1"}, "no-person"},
		"a list as address":      {"bal", map[string]any{"address": []any{}}, "bad-value"},
	}
	before := len(b.app.World().Journal.Since(0, 0))
	for name, tt := range tests {
		if code := b.refused(tt.verb, tt.in); code != tt.want {
			t.Errorf("%s: %s, want %s", name, code, tt.want)
		}
	}
	if after := len(b.app.World().Journal.Since(0, 0)); after != before {
		t.Errorf("refused actions left %d events", after-before)
	}
}
