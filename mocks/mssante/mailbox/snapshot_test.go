package mailbox_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/segursim/segursim/internal/store"
	"github.com/segursim/segursim/mocks/mssante/mailbox"
)

// snapshot is the whole state, by table and row.
func snapshot(t testing.TB, w *world) map[string]any {
	t.Helper()
	var b bytes.Buffer
	if err := w.db.Export(&b); err != nil {
		t.Fatal(err)
	}
	state := map[string]any{}
	if err := json.Unmarshal(b.Bytes(), &state); err != nil {
		t.Fatal(err)
	}
	return state
}

// TestSnapshot takes a state with everything in it to another simulator, bytes that
// are no text included.
func TestSnapshot(t *testing.T) {
	t.Parallel()
	w := withMarie(t)
	all := make([]byte, 256)
	for i := range all {
		all[i] = byte(i)
	}
	raw := append(letter("octets"), all...)
	w.make(t, "Dossiers/2026")
	w.append(t, "INBOX", "un", "$Suivi")
	w.append(t, "INBOX", "deux", `\Deleted`)
	inbox, sub := w.folder(t, "INBOX"), w.folder(t, "Dossiers/2026")
	w.update(t, func(tx *store.Txn) error {
		if _, err := w.mail.Append(tx, marie, "INBOX", raw, nil, noon()); err != nil {
			return err
		}
		if _, err := w.mail.Copy(tx, inbox.ID, []uint32{3}, sub.ID); err != nil {
			return err
		}
		if err := w.mail.DeleteFolder(tx, marie, "Junk"); err != nil {
			return err
		}
		return w.mail.Expunge(tx, inbox.ID, []uint32{1})
	})
	var export bytes.Buffer
	if err := w.db.Export(&export); err != nil {
		t.Fatal(err)
	}

	other := newWorld(t, mailbox.Options{})
	other.append(t, "INBOX", "un monde d'avant")
	if err := other.db.Import(strings.NewReader(export.String())); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(snapshot(t, w), snapshot(t, other)); diff != "" {
		t.Error("(-want +got)\n" + diff)
	}
	other.view(t, func(tx *store.Txn) {
		m, ok := other.mail.Message(tx, sub.ID, 1)
		got, err := other.mail.Raw(tx, m)
		if !ok || err != nil || !bytes.Equal(got, raw) {
			t.Errorf("raw: %v, %q", err, got)
		}
		c, ok := other.mail.Since(tx, inbox.ID, inbox.ModSeq)
		if !ok || !cmp.Equal(c.Expunged, []uint32{1}) || len(c.Changed) != 1 {
			t.Errorf("since: %+v, %t", c, ok)
		}
	})
	// Life goes on there: UIDs, ids and counts follow on.
	other.update(t, func(tx *store.Txn) error { return other.mail.Expunge(tx, inbox.ID, []uint32{3}) })
	if m := other.append(t, "INBOX", "quatre"); m.UID != 4 {
		t.Errorf("UID %d", m.UID)
	}
	other.make(t, "Autre")
	audit(t, other)
}

// TestReset goes back to the baseline and shows that nothing of the world that was is
// left, but that UIDVALIDITY tells clients of it.
func TestReset(t *testing.T) {
	t.Parallel()
	w := withMarie(t)
	w.append(t, "INBOX", "au départ")
	w.db.Baseline()
	baseline, before := snapshot(t, w), w.folder(t, "INBOX")

	w.append(t, "INBOX", "après")
	w.make(t, "Dossiers")
	w.db.Reset()
	w.mail.Wake()

	if diff := cmp.Diff(baseline, snapshot(t, w)); diff != "" {
		t.Error("(-want +got)\n" + diff)
	}
	after := w.folder(t, "INBOX")
	if after.UIDValidity <= before.UIDValidity {
		t.Errorf("UIDVALIDITY %d after %d", after.UIDValidity, before.UIDValidity)
	}
	after.UIDValidity = before.UIDValidity
	if diff := cmp.Diff(before, after); diff != "" {
		t.Error("(-want +got)\n" + diff)
	}
	if m := w.append(t, "INBOX", "autre chose"); m.UID != 2 {
		t.Errorf("UID %d", m.UID)
	}
	audit(t, w)
}
