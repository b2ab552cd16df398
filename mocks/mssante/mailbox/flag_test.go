package mailbox_test

import (
	"errors"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/segursim/segursim/internal/store"
	"github.com/segursim/segursim/mocks/mssante/mailbox"
)

func TestFlag(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		had   []string
		op    mailbox.FlagOp
		flags []string
		want  []string
		same  bool // nothing is written
		err   error
	}{
		"replace":             {[]string{`\Seen`, "k"}, mailbox.ReplaceFlags, []string{`\Flagged`}, []string{`\Flagged`}, false, nil},
		"replace by none":     {[]string{`\Seen`}, mailbox.ReplaceFlags, nil, nil, false, nil},
		"replace by the same": {[]string{`\Seen`, "k"}, mailbox.ReplaceFlags, []string{"k", `\SEEN`}, []string{`\Seen`, "k"}, true, nil},
		"add":                 {[]string{`\Seen`}, mailbox.AddFlags, []string{"k", `\Answered`}, []string{`\Answered`, `\Seen`, "k"}, false, nil},
		"add what is there":   {[]string{`\Seen`}, mailbox.AddFlags, []string{`\seen`}, []string{`\Seen`}, true, nil},
		"remove":              {[]string{`\Seen`, "k"}, mailbox.RemoveFlags, []string{"K", `\Draft`}, []string{`\Seen`}, false, nil},
		"remove what is not":  {[]string{`\Seen`}, mailbox.RemoveFlags, []string{"k"}, []string{`\Seen`}, true, nil},
		"recent":              {[]string{`\Seen`}, mailbox.AddFlags, []string{`\Recent`}, []string{`\Seen`}, true, nil},
		"case of a keyword":   {[]string{"Suivi"}, mailbox.ReplaceFlags, []string{"SUIVI"}, []string{"Suivi"}, true, nil},
		"known keywords":      {nil, mailbox.AddFlags, []string{"$mdnsent", "$FORWARDED"}, []string{"$Forwarded", "$MDNSent"}, false, nil},
		"not a flag":          {[]string{`\Seen`}, mailbox.AddFlags, []string{"a b"}, []string{`\Seen`}, true, mailbox.ErrFlag},
		"not a system flag":   {[]string{`\Seen`}, mailbox.RemoveFlags, []string{`\Vu`}, []string{`\Seen`}, true, mailbox.ErrFlag},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := withMarie(t)
			m := w.append(t, "INBOX", "un", tt.had...)
			before := w.folder(t, "INBOX")
			err := w.mail.Update(func(tx *store.Txn) error {
				got, err := w.mail.Flag(tx, before.ID, []uint32{m.UID}, tt.op, tt.flags)
				if err == nil {
					if diff := cmp.Diff(tt.want, got[0].Flags); diff != "" {
						t.Error("returned (-want +got)\n" + diff)
					}
				}
				return err
			})
			if !errors.Is(err, tt.err) {
				t.Errorf("got %v, want %v", err, tt.err)
			}
			after := w.folder(t, "INBOX")
			w.view(t, func(tx *store.Txn) {
				got, _ := w.mail.Message(tx, before.ID, m.UID)
				if diff := cmp.Diff(tt.want, got.Flags); diff != "" {
					t.Error("kept (-want +got)\n" + diff)
				}
				if same := after.ModSeq == before.ModSeq; same != tt.same || got.ModSeq != after.ModSeq {
					t.Errorf("ModSeq was %d, is %d, of the message %d", before.ModSeq, after.ModSeq, got.ModSeq)
				}
			})
			audit(t, w)
		})
	}
}

// TestFlagMany changes several messages in one change, and writes only those that do
// change.
func TestFlagMany(t *testing.T) {
	t.Parallel()
	w := withMarie(t)
	for i := range 5 {
		w.append(t, "INBOX", strconv.Itoa(i))
	}
	f := w.folder(t, "INBOX")
	w.update(t, func(tx *store.Txn) error {
		_, err := w.mail.Flag(tx, f.ID, []uint32{2}, mailbox.AddFlags, []string{`\Seen`})
		return err
	})
	w.update(t, func(tx *store.Txn) error {
		got, err := w.mail.Flag(tx, f.ID, []uint32{4, 2, 9, 3, 4}, mailbox.AddFlags, []string{`\Seen`})
		seqs := map[uint32]uint64{}
		order := []uint32{}
		for _, m := range got {
			seqs[m.UID] = m.ModSeq - f.ModSeq
			order = append(order, m.UID)
		}
		if diff := cmp.Diff(map[uint32]uint64{2: 1, 3: 2, 4: 2}, seqs); diff != "" {
			t.Error("ModSeq (-want +got)\n" + diff)
		}
		if diff := cmp.Diff([]uint32{4, 2, 3}, order); diff != "" {
			t.Error("order (-want +got)\n" + diff)
		}
		return err
	})
	if got := w.folder(t, "INBOX"); got.ModSeq != f.ModSeq+2 || got.Unseen != 2 {
		t.Errorf("%+v", got)
	}
}

func TestSetFlags(t *testing.T) {
	t.Parallel()
	w := withMarie(t)
	w.append(t, "INBOX", "un", `\Seen`)
	f := w.folder(t, "INBOX")
	w.update(t, func(tx *store.Txn) error {
		m, err := w.mail.SetFlags(tx, f.ID, 1, []string{`\Deleted`})
		if diff := cmp.Diff([]string{`\Deleted`}, m.Flags); diff != "" || !m.Has(`\Deleted`) || m.Has(`\Seen`) {
			t.Error("(-want +got)\n" + diff)
		}
		if _, err := w.mail.SetFlags(tx, f.ID, 2, nil); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("no such message: %v", err)
		}
		if _, err := w.mail.SetFlags(tx, "ffffffff", 1, nil); !errors.Is(err, mailbox.ErrNoFolder) {
			t.Errorf("no such folder: %v", err)
		}
		return err
	})
}

// TestKeywordLimit fills the keywords of a folder: neither a message with a new one, nor
// a copy of one, gets in, and nothing is written.
func TestKeywordLimit(t *testing.T) {
	t.Parallel()
	w := withMarie(t)
	for i := range 256 {
		w.append(t, "INBOX", "un", "k"+strconv.Itoa(i))
	}
	w.append(t, "Sent", "deux", "nouveau")
	inbox, sent := w.folder(t, "INBOX"), w.folder(t, "Sent")
	w.append(t, "INBOX", "trois", "K7") // a known one
	before := snapshot(t, w)
	w.update(t, func(tx *store.Txn) error {
		_, appended := w.mail.Append(tx, marie, "INBOX", letter("un"), []string{"nouveau"}, noon())
		_, copied := w.mail.Copy(tx, sent.ID, []uint32{1}, inbox.ID)
		_, moved := w.mail.Move(tx, sent.ID, []uint32{1}, inbox.ID)
		_, flagged := w.mail.SetFlags(tx, inbox.ID, 1, []string{"nouveau"})
		for name, err := range map[string]error{"append": appended, "copy": copied, "move": moved, "flag": flagged} {
			if !errors.Is(err, mailbox.ErrLimit) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if n := len(w.mail.Keywords(tx, inbox.ID)); n != 256 {
			t.Errorf("%d keywords", n)
		}
		return nil
	})
	if diff := cmp.Diff(before, snapshot(t, w)); diff != "" {
		t.Error("(-before +after)\n" + diff)
	}
}
