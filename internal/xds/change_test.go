package xds_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/segursim/segursim/internal/xds"
)

func TestChanges(t *testing.T) {
	t.Parallel()
	link := func(kind, source, target string) xds.Association {
		return xds.Association{Type: kind, Source: source, Target: target}
	}
	deletion := func(target, status string) xds.Association {
		return xds.Association{Type: xds.UpdatesStatus, Source: "set", Target: target, OriginalStatus: xds.Approved, NewStatus: status}
	}
	for name, c := range map[string]struct {
		entries []xds.Entry
		links   []xds.Association
		want    []xds.Change
	}{
		"nothing":               {nil, nil, nil},
		"addition":              {[]xds.Entry{{ID: "a"}, {ID: "b"}}, []xds.Association{link(xds.HasMember, "set", "a")}, []xds.Change{{Action: xds.Add, Entry: 0}, {Action: xds.Add, Entry: 1}}},
		"replacement":           {[]xds.Entry{{ID: "a"}, {ID: "b"}}, []xds.Association{link(xds.Replaces, "b", oldUUID)}, []xds.Change{{Action: xds.Add, Entry: 0}, {xds.Replace, 1, oldUUID}}},
		"transform and replace": {[]xds.Entry{{ID: "a"}}, []xds.Association{link(xds.TransformsReplaces, "a", oldUUID)}, []xds.Change{{xds.Replace, 0, oldUUID}}},
		"appended":              {[]xds.Entry{{ID: "a"}}, []xds.Association{link(xds.Appends, "a", oldUUID)}, []xds.Change{{Action: xds.Add, Entry: 0}}},
		"deleted by status":     {[]xds.Entry{{ID: oldUUID, Availability: xds.Deleted}}, nil, []xds.Change{{xds.Delete, 0, oldUUID}}},
		"deleted, names old":    {[]xds.Entry{{ID: "a", Availability: xds.Deleted}}, []xds.Association{link(xds.Replaces, "a", oldUUID)}, []xds.Change{{xds.Delete, 0, oldUUID}}},
		"deleted by link alone": {nil, []xds.Association{deletion(oldUUID, xds.Deleted), deletion(oldUUID, xds.Deleted)}, []xds.Change{{xds.Delete, -1, oldUUID}}},
		"link and entry":        {[]xds.Entry{{ID: oldUUID}}, []xds.Association{deletion(oldUUID, xds.Deleted)}, []xds.Change{{xds.Delete, 0, oldUUID}}},
		"archived":              {nil, []xds.Association{deletion(oldUUID, xds.Archived)}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := &xds.Metadata{Entries: c.entries, Associations: c.links}
			if diff := cmp.Diff(c.want, m.Changes()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
	if diff := cmp.Diff(full().Changes(), parse(t, build(t, full())).Changes()); diff != "" {
		t.Errorf("after the wire (-want +got):\n%s", diff)
	}
}
