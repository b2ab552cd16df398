package mailbox_test

import (
	"bytes"
	"errors"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/segursim/segursim/internal/store"
	"github.com/segursim/segursim/mocks/mssante/mailbox"
)

func TestAppend(t *testing.T) {
	t.Parallel()
	w := withMarie(t)
	raw := letter("CR d'examens")
	given := bytes.Clone(raw)
	var got mailbox.Message
	w.update(t, func(tx *store.Txn) (err error) {
		got, err = w.mail.Append(tx, strings.ToUpper(marie), "inbox", given, []string{`\flagged`, `\Recent`, "$mdnsent"}, noon())
		return err
	})
	for i := range given { // the caller goes on with its buffer
		given[i] = 'x'
	}

	f := w.folder(t, mailbox.Inbox)
	want := mailbox.Message{
		ID: f.ID + "00000001", Folder: f.ID, UID: 1, ModSeq: 2, Flags: []string{"$MDNSent", `\Flagged`}, Arrived: noon(), Size: int64(len(raw)),
		Content: mailbox.Prepare(raw).Hash(), MessageID: "1@segursim.test", Subject: "CR d'examens",
		From: "Dr_Paul_DURAND <paul.durand@medecin.segursim.test>", To: marie, Sent: time.Date(2026, 3, 2, 11, 0, 0, 0, time.UTC),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error("(-want +got)\n" + diff)
	}
	w.view(t, func(tx *store.Txn) {
		found, ok := w.mail.Message(tx, f.ID, 1)
		if diff := cmp.Diff(got, found); !ok || diff != "" {
			t.Error("found (-want +got)\n" + diff)
		}
		kept, err := w.mail.Raw(tx, found)
		if err != nil || !bytes.Equal(kept, raw) {
			t.Errorf("raw: %q, %v", kept, err)
		}
		if used := w.mail.Used(tx, marie); used != int64(len(raw)) {
			t.Errorf("used: %d", used)
		}
		if _, ok := w.mail.Message(tx, f.ID, 2); ok {
			t.Error("a message that never came")
		}
		if _, err := w.mail.Raw(tx, mailbox.Message{Content: "none"}); !errors.Is(err, store.ErrNotFound) {
			t.Error(err)
		}
	})
	f.UIDValidity = 0
	counters := mailbox.Folder{ID: f.ID, BAL: marie, Name: mailbox.Inbox, UIDNext: 2, ModSeq: 2, Count: 1, Unseen: 1, Size: int64(len(raw)), Subscribed: true}
	if diff := cmp.Diff(counters, f); diff != "" {
		t.Error("folder (-want +got)\n" + diff)
	}
}

// TestAppendMakesMailbox shows that the INBOX of a BAL that nobody made is there from
// its first message on, and no other folder is.
func TestAppendMakesMailbox(t *testing.T) {
	t.Parallel()
	w := newWorld(t, mailbox.Options{})
	refused := w.mail.Update(func(tx *store.Txn) error {
		_, err := w.mail.Append(tx, marie, "Sent", letter("un"), nil, noon())
		return err
	})
	if !errors.Is(refused, mailbox.ErrNoFolder) {
		t.Errorf("into Sent: %v", refused)
	}
	if got := w.names(t); got != nil {
		t.Errorf("folders: %v", got)
	}
	w.append(t, "Inbox", "un")
	if diff := cmp.Diff([]string{"INBOX", "Archive", "Drafts", "Junk", "Sent", "Trash"}, w.names(t)); diff != "" {
		t.Error("(-want +got)\n" + diff)
	}
	w.append(t, "Inbox", "deux")
	if diff := cmp.Diff([]uint32{1, 2}, w.uids(t, "INBOX")); diff != "" {
		t.Error("(-want +got)\n" + diff)
	}
}

func TestAppendRefuses(t *testing.T) {
	t.Parallel()
	var many []string
	for i := range 65 {
		many = append(many, "k"+strconv.Itoa(i))
	}
	tests := map[string]struct {
		folder string
		flags  []string
		want   error
	}{
		"no such folder":      {"Dossiers", nil, mailbox.ErrNoFolder},
		"unknown system flag": {"INBOX", []string{`\Lu`}, mailbox.ErrFlag},
		"keyword not an atom": {"INBOX", []string{"à traiter"}, mailbox.ErrFlag},
		"wildcard":            {"INBOX", []string{`\*`}, mailbox.ErrFlag},
		"empty flag":          {"INBOX", []string{""}, mailbox.ErrFlag},
		"long keyword":        {"INBOX", []string{strings.Repeat("k", 65)}, mailbox.ErrFlag},
		"too many":            {"INBOX", many, mailbox.ErrLimit},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := withMarie(t)
			before := snapshot(t, w)
			w.update(t, func(tx *store.Txn) error {
				if _, err := w.mail.Append(tx, marie, tt.folder, letter("un"), tt.flags, noon()); !errors.Is(err, tt.want) {
					t.Errorf("got %v, want %v", err, tt.want)
				}
				return nil // what was refused has written nothing
			})
			if diff := cmp.Diff(before, snapshot(t, w)); diff != "" {
				t.Error("(-before +after)\n" + diff)
			}
		})
	}
}

func TestQuota(t *testing.T) {
	t.Parallel()
	size := int64(len(letter("0")))
	const row = 1536 // what a message counts for beside its bytes
	tests := map[string]struct {
		quota, own, storage int64
		same                bool // all messages have the same content
		stored              int  // of 4
		want                error
	}{
		"no limit":                     {-1, 0, -1, false, 4, nil},
		"the BAL is full":              {2 * size, 0, -1, false, 2, mailbox.ErrQuota},
		"one byte short":               {3*size - 1, 0, -1, false, 2, mailbox.ErrQuota},
		"the BAL has its own quota":    {-1, size, -1, false, 1, mailbox.ErrQuota},
		"same content counts in a BAL": {2 * size, 0, -1, true, 2, mailbox.ErrQuota},
		"the storage is full":          {-1, 0, 3 * (size + row), false, 3, mailbox.ErrFull},
		"same content is stored once":  {-1, 0, 3*row + size, true, 3, mailbox.ErrFull},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, mailbox.Options{Quota: tt.quota, Storage: tt.storage})
			w.mail.SetLimit(func(_ *store.Txn, bal string) int64 {
				if bal != marie {
					t.Errorf("limit of %q", bal)
				}
				return tt.own
			})
			stored := 0
			for i := range 4 {
				subject := "0"
				if !tt.same {
					subject = strconv.Itoa(i)
				}
				err := w.mail.Update(func(tx *store.Txn) error {
					_, err := w.mail.Append(tx, marie, mailbox.Inbox, letter(subject), nil, noon())
					return err
				})
				if err == nil {
					stored++
				} else if !errors.Is(err, tt.want) {
					t.Errorf("message %d: %v", i, err)
				}
			}
			if stored != tt.stored {
				t.Errorf("%d stored, want %d", stored, tt.stored)
			}
			w.view(t, func(tx *store.Txn) {
				if used := w.mail.Used(tx, marie); used != int64(stored)*size {
					t.Errorf("used: %d", used)
				}
			})
		})
	}
}

// TestDefaults holds the limits and folders of Options that say nothing.
func TestDefaults(t *testing.T) {
	t.Parallel()
	w := withMarie(t)
	w.view(t, func(tx *store.Txn) {
		if q, u := w.mail.Quota(tx, marie), w.mail.Usage(tx); q != 1<<30 || u.Limit != 2<<30 || u.Bytes != 0 {
			t.Error(q, u)
		}
		special := map[string]string{}
		for _, f := range w.mail.Folders(tx, marie) {
			if special[f.Name] = f.Special; !f.Subscribed {
				t.Errorf("%s is not subscribed to", f.Name)
			}
		}
		want := map[string]string{"INBOX": "", "Sent": `\Sent`, "Drafts": `\Drafts`, "Trash": `\Trash`, "Junk": `\Junk`, "Archive": `\Archive`}
		if diff := cmp.Diff(want, special); diff != "" {
			t.Error("(-want +got)\n" + diff)
		}
	})
	french := newWorld(t, mailbox.Options{Folders: [][2]string{
		{"Envoyés", `\Sent`}, {"Brouillons", `\Drafts`}, {"Corbeille", `\Trash`}, {"Indésirables", `\Junk`}, {"Archives", `\Archive`},
	}})
	french.append(t, mailbox.Inbox, "un")
	want := []string{"INBOX", "Archives", "Brouillons", "Corbeille", "Envoyés", "Indésirables"}
	if diff := cmp.Diff(want, french.names(t)); diff != "" {
		t.Error("(-want +got)\n" + diff)
	}
}

// TestArrival shows that a time that no snapshot could hold is replaced.
func TestArrival(t *testing.T) {
	t.Parallel()
	w := withMarie(t)
	tests := map[string]struct{ given, want time.Time }{
		"given":            {noon().Add(-time.Hour), noon().Add(-time.Hour)},
		"none":             {time.Time{}, noon()},
		"beyond year 9999": {time.Date(10_000, 1, 1, 0, 0, 0, 0, time.UTC), noon()},
		"offset of a day":  {time.Date(2026, 1, 1, 0, 0, 0, 0, time.FixedZone("", 24*3600)), noon()},
	}
	for name, tt := range tests {
		w.update(t, func(tx *store.Txn) error {
			m, err := w.mail.Append(tx, marie, mailbox.Inbox, letter(name), nil, tt.given)
			if !m.Arrived.Equal(tt.want) {
				t.Errorf("%s: %v", name, m.Arrived)
			}
			return err
		})
	}
	snapshot(t, w) // which fails on a time that JSON cannot hold
}
