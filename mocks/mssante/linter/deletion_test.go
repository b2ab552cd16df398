package linter_test

import (
	"slices"
	"testing"

	"github.com/segursim/segursim/internal/message"
	"github.com/segursim/segursim/internal/xdm"
	"github.com/segursim/segursim/internal/xds"
	"github.com/segursim/segursim/mocks/mssante/linter"
)

// The deletion of a document comes without the document: nothing about its file, its
// copy or its CDA can be missing.
func TestDeletion(t *testing.T) {
	t.Parallel()
	s := right(t)
	var bare []byte
	s.meta = func(m *xds.Metadata) {
		gone := *m
		gone.Entries = slices.Clone(m.Entries)
		gone.Entries[0].Availability = xds.Deleted
		var err error
		if bare, err = xdm.Build(&gone, [][]byte{nil}); err != nil {
			t.Fatal(err)
		}
	}
	s.archive = func([]byte) []byte { return bare }
	s.noPDF = true
	s.draft.Attachments = []message.Attachment{}
	r := s.header("X-MSS-INS", "").header("X-MSS-CODECDA", "").lint()
	for _, f := range r.Findings {
		if f.Level != linter.Information {
			t.Errorf("%s %s: %s", f.Level, f.Rule, f.Text.EN)
		}
	}
	if facts := r.Facts()["xdm"].(map[string]any); facts["deletes"] != true {
		t.Errorf("facts %v", facts)
	}
}
