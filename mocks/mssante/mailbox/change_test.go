package mailbox_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/segursim/segursim/internal/store"
	"github.com/segursim/segursim/mocks/mssante/mailbox"
)

func TestSince(t *testing.T) {
	t.Parallel()
	w := withMarie(t)
	f := w.folder(t, "INBOX") // ModSeq 1
	w.append(t, "INBOX", "un")
	w.append(t, "INBOX", "deux")
	w.append(t, "INBOX", "trois")
	w.append(t, "INBOX", "quatre") // 5
	w.update(t, func(tx *store.Txn) error {
		if _, err := w.mail.SetFlags(tx, f.ID, 3, []string{`\Seen`}); err != nil { // 6
			return err
		}
		return w.mail.Expunge(tx, f.ID, []uint32{4, 1}) // 7
	})
	w.append(t, "Sent", "ailleurs")
	w.update(t, func(tx *store.Txn) error {
		_, err := w.mail.SetFlags(tx, f.ID, 2, []string{`\Flagged`}) // 8
		return err
	})
	tests := map[string]struct {
		modseq            uint64
		changed, expunged []uint32
		ok                bool
	}{
		"from the start":      {0, []uint32{2, 3}, []uint32{1, 4}, true},
		"when it was made":    {1, []uint32{2, 3}, []uint32{1, 4}, true},
		"after three":         {4, []uint32{2, 3}, []uint32{1, 4}, true},
		"after the flag":      {6, []uint32{2}, []uint32{1, 4}, true},
		"after the expunge":   {7, []uint32{2}, nil, true},
		"now":                 {8, nil, nil, true},
		"from another future": {9, nil, nil, false},
		"never":               {1<<64 - 1, nil, nil, false},
	}
	w.view(t, func(tx *store.Txn) {
		for name, tt := range tests {
			c, ok := w.mail.Since(tx, f.ID, tt.modseq)
			var changed []uint32
			for _, m := range c.Changed {
				changed = append(changed, m.UID)
			}
			if diff := cmp.Diff([][]uint32{tt.changed, tt.expunged}, [][]uint32{changed, c.Expunged}); diff != "" || ok != tt.ok || ok && c.ModSeq != 8 {
				t.Errorf("%s: %d, %t, changed and expunged (-want +got)\n%s", name, c.ModSeq, ok, diff)
			}
		}
		if _, ok := w.mail.Since(tx, "00000099", 0); ok {
			t.Error("news of no folder")
		}
	})
}

// TestLogFloor lets a folder forget: the oldest departures go, one at a time, and
// Since refuses who asks for them.
func TestLogFloor(t *testing.T) {
	t.Parallel()
	w := withMarie(t)
	const n = 12_000
	f := w.folder(t, "INBOX")
	fill := func(tx *store.Txn) error { // with n copies of a message
		m, err := w.mail.Append(tx, marie, "INBOX", letter("un"), nil, noon())
		for uids := []uint32{m.UID}; err == nil && len(uids) < n; uids = w.mail.UIDs(tx, f.ID) {
			_, err = w.mail.Copy(tx, f.ID, uids[:min(len(uids), n-len(uids))], f.ID)
		}
		return err
	}
	w.update(t, fill)
	f = w.folder(t, "INBOX")
	expunge := func(uids []uint32) {
		w.update(t, func(tx *store.Txn) error { return w.mail.Expunge(tx, f.ID, uids) })
	}
	since := func(modseq uint64) (n int, ok bool) {
		w.view(t, func(tx *store.Txn) {
			c, known := w.mail.Since(tx, f.ID, modseq)
			n, ok = len(c.Expunged), known
		})
		return n, ok
	}
	for i := range uint32(10) { // 10 departures of 1,000: as many as it remembers
		expunge(uidsFrom(1+i*1000, 1000))
	}
	if got, ok := since(f.ModSeq); got != 10_000 || !ok {
		t.Errorf("%d, %t", got, ok)
	}
	expunge([]uint32{10_001}) // one more: the first thousand is forgotten
	if got, ok := since(f.ModSeq); got != 0 || ok {
		t.Errorf("before the floor: %d, %t", got, ok)
	}
	if got, ok := since(f.ModSeq + 1); got != 9001 || !ok {
		t.Errorf("at the floor: %d, %t", got, ok)
	}
	audit(t, w)
	// A departure larger than the log is remembered, alone.
	w.update(t, func(tx *store.Txn) error {
		if err := w.mail.Expunge(tx, f.ID, w.mail.UIDs(tx, f.ID)); err != nil {
			return err
		}
		return fill(tx)
	})
	before := w.folder(t, "INBOX").ModSeq
	expunge(w.uids(t, "INBOX"))
	if got, ok := since(before); got != n || !ok {
		t.Errorf("a large departure: %d, %t", got, ok)
	}
	if _, ok := since(before - 1); !ok {
		t.Error("what came after the departure before is forgotten")
	}
	audit(t, w)
}

// TestSinceReplays tells a session, from time to time, what happened, and compares what
// it then knows with what is there.
func TestSinceReplays(t *testing.T) {
	t.Parallel()
	w := withMarie(t)
	f := w.folder(t, "INBOX")
	known, modseq := map[uint32][]string{}, f.ModSeq
	for i := range uint32(60) {
		w.append(t, "INBOX", "un", `\Seen`)
		w.update(t, func(tx *store.Txn) error {
			if i%3 == 1 {
				return w.mail.Expunge(tx, f.ID, []uint32{i / 2})
			}
			_, err := w.mail.Flag(tx, f.ID, []uint32{i / 2, i}, mailbox.AddFlags, []string{"k"})
			return err
		})
		if i%7 != 0 {
			continue
		}
		w.view(t, func(tx *store.Txn) {
			c, ok := w.mail.Since(tx, f.ID, modseq)
			if !ok {
				t.Fatal("forgotten")
			}
			modseq = c.ModSeq
			for _, m := range c.Changed {
				known[m.UID] = m.Flags
			}
			for _, uid := range c.Expunged {
				delete(known, uid)
			}
			there := map[uint32][]string{}
			for m := range w.mail.Messages(tx, f.ID) {
				there[m.UID] = slices.Clone(m.Flags)
			}
			if diff := cmp.Diff(there, known); diff != "" {
				t.Errorf("after %d (-there +known)\n%s", i, diff)
			}
		})
	}
}
