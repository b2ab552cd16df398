package mailbox_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/segursim/segursim/internal/store"
	"github.com/segursim/segursim/mocks/mssante/mailbox"
)

type transfer func(*store.Txn, string, []uint32, string) ([]mailbox.Message, error)

// TestTransfer copies and moves: order, flags, dates, UIDs.
func TestTransfer(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		move bool
		dest string
		uids []uint32
		// from and to are UIDs afterwards; made those returned.
		from, to, made []uint32
	}{
		"copy":               {false, "Archive", []uint32{1, 3}, []uint32{1, 2, 3}, []uint32{1, 2}, []uint32{1, 2}},
		"copy out of order":  {false, "Archive", []uint32{3, 1}, []uint32{1, 2, 3}, []uint32{1, 2}, []uint32{1, 2}},
		"copy to itself":     {false, "INBOX", []uint32{2}, []uint32{1, 2, 3, 4}, []uint32{1, 2, 3, 4}, []uint32{4}},
		"copy what is not":   {false, "Archive", []uint32{7, 2}, []uint32{1, 2, 3}, []uint32{1}, []uint32{1}},
		"copy nothing":       {false, "Archive", nil, []uint32{1, 2, 3}, nil, nil},
		"move":               {true, "Archive", []uint32{2, 3}, []uint32{1}, []uint32{1, 2}, []uint32{1, 2}},
		"move within folder": {true, "INBOX", []uint32{1}, []uint32{2, 3, 4}, []uint32{2, 3, 4}, []uint32{4}},
		"move what is not":   {true, "Archive", []uint32{7}, []uint32{1, 2, 3}, nil, nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := withMarie(t)
			w.append(t, "INBOX", "un", `\Seen`)
			w.append(t, "INBOX", "deux", `\Deleted`, "$Suivi")
			w.append(t, "INBOX", "trois")
			from, to := w.folder(t, "INBOX"), w.folder(t, tt.dest)
			var do transfer = w.mail.Copy
			if tt.move {
				do = w.mail.Move
			}
			var was, made []mailbox.Message
			w.update(t, func(tx *store.Txn) (err error) {
				for _, uid := range tt.uids {
					if m, ok := w.mail.Message(tx, from.ID, uid); ok {
						was = append(was, m)
					}
				}
				made, err = do(tx, from.ID, tt.uids, to.ID)
				return err
			})
			var uids []uint32
			for i, m := range made {
				uids = append(uids, m.UID)
				want := was[i]
				want.ID, want.Folder, want.UID, want.ModSeq = m.ID, to.ID, m.UID, m.ModSeq
				if diff := cmp.Diff(want, m); diff != "" {
					t.Error("message (-want +got)\n" + diff)
				}
			}
			if diff := cmp.Diff([][]uint32{tt.made, tt.from, tt.to}, [][]uint32{uids, nonNil(w.uids(t, "INBOX")), nonNil(w.uids(t, tt.dest))}); diff != "" {
				t.Error("made, from, to (-want +got)\n" + diff)
			}
			audit(t, w)
		})
	}
}

func nonNil(uids []uint32) []uint32 {
	if len(uids) == 0 {
		return nil
	}
	return uids
}

func TestTransferRefuses(t *testing.T) {
	t.Parallel()
	const paul = "paul.durand@medecin.segursim.test"
	size := int64(len(letter("un")))
	w := newWorld(t, mailbox.Options{Quota: size + 10})
	w.append(t, "INBOX", "un")
	w.update(t, func(tx *store.Txn) error { return w.mail.Create(tx, paul) })
	inbox, archive := w.folder(t, "INBOX"), w.folder(t, "Archive")
	var pauls mailbox.Folder
	w.view(t, func(tx *store.Txn) { pauls, _ = w.mail.Folder(tx, paul, "INBOX") })

	tests := map[string]struct {
		do         transfer
		from, dest string
		want       error
	}{
		"copy over quota":      {w.mail.Copy, inbox.ID, archive.ID, mailbox.ErrQuota},
		"copy to nowhere":      {w.mail.Copy, inbox.ID, "00000099", mailbox.ErrNoFolder},
		"copy from nowhere":    {w.mail.Copy, "00000099", inbox.ID, mailbox.ErrNoFolder},
		"move to nowhere":      {w.mail.Move, inbox.ID, "", mailbox.ErrNoFolder},
		"copy to another BAL":  {w.mail.Copy, inbox.ID, pauls.ID, mailbox.ErrForbidden},
		"move to another BAL":  {w.mail.Move, inbox.ID, pauls.ID, mailbox.ErrForbidden},
		"move needs no room":   {w.mail.Move, inbox.ID, archive.ID, nil},
		"a prefix is no id":    {w.mail.Copy, "0000000", inbox.ID, mailbox.ErrNoFolder},
		"a longer is no id":    {w.mail.Copy, inbox.ID + "0", inbox.ID, mailbox.ErrNoFolder},
		"the name is not one":  {w.mail.Copy, "INBOX", archive.ID, mailbox.ErrNoFolder},
		"copy within over too": {w.mail.Copy, inbox.ID, inbox.ID, mailbox.ErrQuota},
	}
	for name, tt := range tests {
		rolled := errors.New("rolled back")
		err := w.mail.Update(func(tx *store.Txn) error {
			if _, err := tt.do(tx, tt.from, []uint32{1}, tt.dest); !errors.Is(err, tt.want) {
				t.Errorf("%s: %v, want %v", name, err, tt.want)
			}
			return rolled
		})
		if !errors.Is(err, rolled) {
			t.Errorf("%s: %v", name, err)
		}
	}
	audit(t, w)
}

func TestExpunge(t *testing.T) {
	t.Parallel()
	w := withMarie(t)
	w.append(t, "INBOX", "un", `\Deleted`)
	w.append(t, "INBOX", "deux")
	w.append(t, "INBOX", "un", `\Deleted`, `\Seen`)
	f := w.folder(t, "INBOX")
	w.update(t, func(tx *store.Txn) error {
		if diff := cmp.Diff([]uint32{1, 3}, w.mail.Deleted(tx, f.ID)); diff != "" {
			t.Error("deleted (-want +got)\n" + diff)
		}
		if err := w.mail.Expunge(tx, "00000099", []uint32{1}); !errors.Is(err, mailbox.ErrNoFolder) {
			t.Error(err)
		}
		return errors.Join(w.mail.Expunge(tx, f.ID, nil), w.mail.Expunge(tx, f.ID, []uint32{8}))
	})
	if got := w.folder(t, "INBOX"); got != f {
		t.Errorf("nothing to expunge changed %+v to %+v", f, got)
	}
	w.update(t, func(tx *store.Txn) error { return w.mail.Expunge(tx, f.ID, []uint32{3, 9, 3}) })
	audit(t, w)
	w.update(t, func(tx *store.Txn) error { return w.mail.Expunge(tx, f.ID, w.mail.Deleted(tx, f.ID)) })
	audit(t, w)
	if diff := cmp.Diff([]uint32{2}, w.uids(t, "INBOX")); diff != "" {
		t.Error("(-want +got)\n" + diff)
	}
	w.view(t, func(tx *store.Txn) {
		if got := w.mail.Deleted(tx, f.ID); got != nil {
			t.Errorf("deleted: %v", got)
		}
	})
}

func TestRange(t *testing.T) {
	t.Parallel()
	w := withMarie(t)
	for range 20 {
		w.append(t, "Archive", "un")
		w.append(t, "Drafts", "un")
	}
	f := w.folder(t, "Archive")
	w.update(t, func(tx *store.Txn) error { return w.mail.Expunge(tx, f.ID, []uint32{1, 9, 10, 20}) })
	tests := map[string]struct {
		from, to uint32
		want     []uint32
	}{
		"middle":          {8, 12, []uint32{8, 11, 12}},
		"from 0":          {0, 2, []uint32{2}},
		"to the end":      {17, 1<<32 - 1, []uint32{17, 18, 19}},
		"past the end":    {20, 1<<32 - 1, nil},
		"the last number": {1<<32 - 1, 1<<32 - 1, nil},
		"a gap":           {9, 10, nil},
		"backwards":       {5, 4, nil},
	}
	w.view(t, func(tx *store.Txn) {
		for name, tt := range tests {
			var got []uint32
			for m := range w.mail.Range(tx, f.ID, tt.from, tt.to) {
				got = append(got, m.UID)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("%s (-want +got)\n%s", name, diff)
			}
		}
		for _, id := range []string{"", "0000", f.ID + "0"} {
			for range w.mail.Range(tx, id, 0, 100) {
				t.Errorf("a message of %q", id)
			}
			for range w.mail.Messages(tx, id) {
				t.Errorf("a message of %q", id)
			}
		}
		if got := w.mail.UIDs(tx, "00000099"); got != nil {
			t.Errorf("UIDs of no folder: %v", got)
		}
	})
}
