package mailbox_test

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/segursim/segursim/internal/store"
	"github.com/segursim/segursim/mocks/mssante/mailbox"
)

// custom are the names of Marie's folders beside those of every BAL.
func custom(t testing.TB, w *world) []string {
	t.Helper()
	names := []string{}
	for _, name := range w.names(t) {
		if !slices.Contains([]string{"INBOX", "Archive", "Drafts", "Junk", "Sent", "Trash"}, name) {
			names = append(names, name)
		}
	}
	return names
}

func TestCreateFolder(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		name string
		want []string
		err  error
	}{
		"plain":                 {"Dossiers", []string{"Dossiers"}, nil},
		"accents":               {"Comptes rendus reçus", []string{"Comptes rendus reçus"}, nil},
		"levels above are made": {"a/b/c", []string{"a", "a/b", "a/b/c"}, nil},
		"below INBOX":           {"inbox/Labo", []string{"INBOX/Labo"}, nil},
		"like INBOX":            {"INBOXES", []string{"INBOXES"}, nil},
		"INBOX":                 {"iNbOx", nil, mailbox.ErrExists},
		"another one":           {"Sent", nil, mailbox.ErrExists},
		"other case":            {"SENT", []string{"SENT"}, nil},
		"empty":                 {"", nil, mailbox.ErrName},
		"slash":                 {"/", nil, mailbox.ErrName},
		"empty level":           {"a//b", nil, mailbox.ErrName},
		"trailing slash":        {"a/", nil, mailbox.ErrName},
		"wildcard":              {"a%", nil, mailbox.ErrName},
		"control":               {"a\r\nb", nil, mailbox.ErrName},
		"NUL":                   {"a\x00b", nil, mailbox.ErrName},
		"not UTF-8":             {"caf\xe9", nil, mailbox.ErrName},
		"long":                  {strings.Repeat("n", 256), nil, mailbox.ErrName},
		"deep":                  {strings.Repeat("n/", 20) + "n", nil, mailbox.ErrName},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := withMarie(t)
			err := w.mail.Update(func(tx *store.Txn) error {
				f, err := w.mail.CreateFolder(tx, marie, tt.name, "")
				if found, ok := w.mail.Find(tx, f.ID); err == nil && (!ok || found != f || f.UIDNext != 1 || f.UIDValidity == 0 || f.Subscribed) {
					t.Errorf("made %+v, found %+v", f, found)
				}
				return err
			})
			if !errors.Is(err, tt.err) {
				t.Errorf("got %v, want %v", err, tt.err)
			}
			if tt.err != nil && !errors.Is(err, mailbox.ErrExists) && !errors.Is(err, mailbox.ErrForbidden) {
				t.Errorf("%v is no kind of ErrForbidden", err)
			}
			if diff := cmp.Diff(append([]string{}, tt.want...), custom(t, w)); diff != "" {
				t.Error("(-want +got)\n" + diff)
			}
			audit(t, w)
		})
	}
}

// TestCreateTwice shows that Create leaves a BAL that has folders alone, and that no
// folder is made for a BAL that does not exist.
func TestCreateTwice(t *testing.T) {
	t.Parallel()
	w := withMarie(t)
	w.update(t, func(tx *store.Txn) error { return w.mail.DeleteFolder(tx, marie, "Junk") })
	before := snapshot(t, w)
	w.update(t, func(tx *store.Txn) error { return w.mail.Create(tx, marie) })
	if diff := cmp.Diff(before, snapshot(t, w)); diff != "" {
		t.Error("(-before +after)\n" + diff)
	}
	err := w.mail.Update(func(tx *store.Txn) error {
		_, err := w.mail.CreateFolder(tx, "personne@segursim.test", "Dossiers", "")
		return err
	})
	if !errors.Is(err, mailbox.ErrNoFolder) {
		t.Error(err)
	}
}

func TestFolderLimit(t *testing.T) {
	t.Parallel()
	w := withMarie(t)
	err := w.mail.Update(func(tx *store.Txn) error {
		for i := range 1000 {
			if _, err := w.mail.CreateFolder(tx, marie, strconv.Itoa(i), ""); err != nil {
				if i != 994 {
					t.Errorf("folder %d refused", i)
				}
				return err
			}
		}
		return nil
	})
	if !errors.Is(err, mailbox.ErrLimit) {
		t.Errorf("got %v", err)
	}
	if names := custom(t, w); len(names) != 0 {
		t.Errorf("%d folders of a transaction that failed", len(names))
	}
}

func TestDeleteFolder(t *testing.T) {
	t.Parallel()
	w := withMarie(t)
	w.make(t, "a/b")
	w.append(t, "a", "un")
	w.append(t, "a/b", "un") // the same content
	w.append(t, "a", "deux")
	old := w.folder(t, "a")
	for name, want := range map[string]error{"inbox": mailbox.ErrForbidden, "rien": mailbox.ErrNoFolder, "": mailbox.ErrNoFolder} {
		if err := w.mail.Update(func(tx *store.Txn) error { return w.mail.DeleteFolder(tx, marie, name) }); !errors.Is(err, want) {
			t.Errorf("%q: %v", name, err)
		}
	}
	w.update(t, func(tx *store.Txn) error { return w.mail.DeleteFolder(tx, marie, "a") })
	if diff := cmp.Diff([]string{"a/b"}, custom(t, w)); diff != "" {
		t.Error("(-want +got)\n" + diff)
	}
	audit(t, w)
	w.view(t, func(tx *store.Txn) {
		if _, ok := w.mail.Since(tx, old.ID, old.ModSeq); ok {
			t.Error("news of a folder that is gone")
		}
		for range w.mail.Messages(tx, old.ID) {
			t.Error("a message of a folder that is gone")
		}
	})
	// The name comes back as another folder.
	w.make(t, "a")
	if again := w.folder(t, "a"); again.UIDValidity <= old.UIDValidity || again.ID == old.ID || again.UIDNext != 1 {
		t.Errorf("was %+v, is %+v", old, again)
	}
}

func TestRenameFolder(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		have     []string
		gone     []string // deleted before
		from, to string
		want     []string
		err      error
	}{
		"plain":                    {have: []string{"a"}, from: "a", to: "b", want: []string{"b"}},
		"with children":            {have: []string{"a/b/c", "ab"}, from: "a", to: "z", want: []string{"ab", "z", "z/b", "z/b/c"}},
		"levels above are made":    {have: []string{"a"}, from: "a", to: "x/y/a", want: []string{"x", "x/y", "x/y/a"}},
		"up":                       {have: []string{"a/b"}, from: "a/b", to: "b", want: []string{"a", "b"}},
		"below INBOX":              {have: []string{"a"}, from: "a", to: "Inbox/a", want: []string{"INBOX/a"}},
		"special":                  {from: "Sent", to: "Envoyés", want: []string{"Envoyés"}},
		"a name that is no folder": {have: []string{"a/b"}, gone: []string{"a"}, from: "a", to: "z", want: []string{"z/b"}},
		"to the name above":        {have: []string{"a/b/b/z", "a/b/z"}, gone: []string{"a"}, from: "a/b", to: "a", want: []string{"a", "a/b", "a/b/z", "a/z"}},
		"unknown":                  {from: "a", to: "b", err: mailbox.ErrNoFolder},
		"taken":                    {have: []string{"a", "b"}, from: "a", to: "b", err: mailbox.ErrExists},
		"to itself":                {have: []string{"a"}, from: "a", to: "a", err: mailbox.ErrExists},
		"to INBOX":                 {have: []string{"a"}, from: "a", to: "inbox", err: mailbox.ErrExists},
		"a child's name is taken":  {have: []string{"a/x", "b/x"}, gone: []string{"b"}, from: "a", to: "b", err: mailbox.ErrExists},
		"below itself":             {have: []string{"a"}, from: "a", to: "a/b", err: mailbox.ErrForbidden},
		"not a name":               {have: []string{"a"}, from: "a", to: "a//b", err: mailbox.ErrName},
		"a child's name too long":  {have: []string{"a/" + strings.Repeat("n", 200)}, from: "a", to: strings.Repeat("m", 60), err: mailbox.ErrName},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := withMarie(t)
			w.make(t, tt.have...)
			w.update(t, func(tx *store.Txn) error {
				for _, name := range tt.gone {
					if err := w.mail.DeleteFolder(tx, marie, name); err != nil {
						return err
					}
				}
				return nil
			})
			before, was := snapshot(t, w), folderOf(t, w, tt.from)
			err := w.mail.Update(func(tx *store.Txn) error { return w.mail.RenameFolder(tx, marie, tt.from, tt.to) })
			if !errors.Is(err, tt.err) {
				t.Errorf("got %v, want %v", err, tt.err)
			}
			audit(t, w)
			if tt.err != nil {
				if diff := cmp.Diff(before, snapshot(t, w)); diff != "" {
					t.Error("(-before +after)\n" + diff)
				}
				return
			}
			if diff := cmp.Diff(tt.want, custom(t, w)); diff != "" {
				t.Error("(-want +got)\n" + diff)
			}
			if is := folderOf(t, w, tt.to); was.ID != "" {
				if was.Name = is.Name; is != was {
					t.Errorf("was %+v, is %+v", was, is)
				}
			}
		})
	}
}

// folderOf is a folder of Marie, or none.
func folderOf(t testing.TB, w *world, name string) (f mailbox.Folder) {
	t.Helper()
	w.view(t, func(tx *store.Txn) { f, _ = w.mail.Folder(tx, marie, name) })
	return f
}

// TestRenameInbox moves the messages and leaves INBOX with what is below it
// (RFC 9051 §6.3.6).
func TestRenameInbox(t *testing.T) {
	t.Parallel()
	w := withMarie(t)
	w.make(t, "INBOX/Labo")
	w.append(t, "INBOX", "un", `\Seen`)
	w.append(t, "INBOX", "deux", "$Suivi")
	before := w.folder(t, "INBOX")
	w.update(t, func(tx *store.Txn) error { return w.mail.RenameFolder(tx, marie, "inbox", "Vieux/2025") })

	if diff := cmp.Diff([]string{"INBOX/Labo", "Vieux", "Vieux/2025"}, custom(t, w)); diff != "" {
		t.Error("(-want +got)\n" + diff)
	}
	after, moved := w.folder(t, "INBOX"), w.folder(t, "Vieux/2025")
	if after.ID != before.ID || after.Count != 0 || after.UIDNext != 3 || after.UIDValidity != before.UIDValidity {
		t.Errorf("INBOX was %+v, is %+v", before, after)
	}
	if moved.Count != 2 || moved.Unseen != 1 {
		t.Errorf("moved to %+v", moved)
	}
	if m := w.append(t, "INBOX", "trois"); m.UID != 3 {
		t.Errorf("UID %d", m.UID)
	}
	w.view(t, func(tx *store.Txn) {
		if c, ok := w.mail.Since(tx, before.ID, before.ModSeq); !ok || !cmp.Equal(c.Expunged, []uint32{1, 2}) {
			t.Errorf("since: %+v, %t", c, ok)
		}
		if diff := cmp.Diff([]string{"$Suivi"}, w.mail.Keywords(tx, moved.ID)); diff != "" {
			t.Error("keywords (-want +got)\n" + diff)
		}
	})
	audit(t, w)
}

// TestValidity holds the UIDVALIDITY of folders: the time, and never twice in a BAL,
// even when the clock goes back.
func TestValidity(t *testing.T) {
	t.Parallel()
	now := noon()
	w := newWorld(t, mailbox.Options{Now: func() time.Time { return now }})
	w.append(t, "INBOX", "un")
	if got := w.folder(t, "INBOX").UIDValidity; int64(got) != now.Unix() {
		t.Errorf("INBOX has %d at %d", got, now.Unix())
	}
	given := map[uint32]bool{}
	for _, at := range []time.Time{noon(), noon().Add(-time.Hour), time.Unix(-5, 0), time.Date(2300, 1, 1, 0, 0, 0, 0, time.UTC), noon(), noon()} {
		now = at
		w.make(t, "x")
		f := w.folder(t, "x")
		if given[f.UIDValidity] || f.UIDValidity == 0 {
			t.Errorf("%d came back", f.UIDValidity)
		}
		given[f.UIDValidity] = true
		w.update(t, func(tx *store.Txn) error { return w.mail.DeleteFolder(tx, marie, "x") })
	}
}

func TestRemove(t *testing.T) {
	t.Parallel()
	const paul = "paul.durand@medecin.segursim.test"
	w := withMarie(t)
	w.make(t, "Dossiers")
	w.append(t, "Dossiers", "un")
	w.append(t, "INBOX", "deux")
	old := w.folder(t, "INBOX")
	w.update(t, func(tx *store.Txn) error {
		if _, err := w.mail.Append(tx, paul, "INBOX", letter("un"), nil, noon()); err != nil {
			return err
		}
		if err := w.mail.Remove(tx, "personne@segursim.test"); err != nil {
			return err
		}
		return w.mail.Remove(tx, marie)
	})
	audit(t, w)
	if names := w.names(t); names != nil {
		t.Errorf("folders %v", names)
	}
	w.view(t, func(tx *store.Txn) {
		if used := w.mail.Used(tx, marie); used != 0 {
			t.Errorf("used %d", used)
		}
		if want := int64(len(letter("un"))) + 1536; w.mail.Usage(tx).Bytes != want {
			t.Errorf("storage %d, want %d", w.mail.Usage(tx).Bytes, want)
		}
		f, _ := w.mail.Folder(tx, paul, "INBOX")
		m, _ := w.mail.Message(tx, f.ID, 1)
		if _, err := w.mail.Raw(tx, m); err != nil {
			t.Errorf("the content that another BAL has: %v", err)
		}
	})
	w.update(t, func(tx *store.Txn) error { return w.mail.Create(tx, marie) })
	if again := w.folder(t, "INBOX"); again.UIDValidity <= old.UIDValidity {
		t.Errorf("UIDVALIDITY %d after %d", again.UIDValidity, old.UIDValidity)
	}
}

// TestSubscribe holds that a subscription is to a name (RFC 9051 §6.3.7).
func TestSubscribe(t *testing.T) {
	t.Parallel()
	w := withMarie(t)
	subscribe := func(name string, on bool) error {
		return w.mail.Update(func(tx *store.Txn) error { return w.mail.Subscribe(tx, marie, name, on) })
	}
	want := func(step string, names ...string) {
		t.Helper()
		var got []string
		w.view(t, func(tx *store.Txn) { got = w.mail.Subscriptions(tx, marie) })
		if diff := cmp.Diff(append([]string{}, names...), append([]string{}, got...)); diff != "" {
			t.Errorf("%s (-want +got)\n%s", step, diff)
		}
	}
	for _, name := range []string{"Archive", "Drafts", "Junk", "Trash", "Sent", "sent"} {
		if err := subscribe(name, false); err != nil {
			t.Fatal(err)
		}
	}
	want("unsubscribed", "INBOX")
	w.make(t, "a")
	want("a new folder", "INBOX")
	if err := errors.Join(subscribe("a", true), subscribe("a", true), subscribe("inbox", false)); err != nil {
		t.Fatal(err)
	}
	want("subscribed", "a")
	if err := subscribe("rien", true); !errors.Is(err, mailbox.ErrNoFolder) {
		t.Errorf("to a name that is no folder: %v", err)
	}
	w.update(t, func(tx *store.Txn) error { return w.mail.DeleteFolder(tx, marie, "a") })
	want("deleted", "a")
	w.make(t, "a", "b")
	want("made again", "a")
	if !w.folder(t, "a").Subscribed {
		t.Error("the new folder is not subscribed to")
	}
	w.update(t, func(tx *store.Txn) error { return w.mail.RenameFolder(tx, marie, "a", "c") })
	want("renamed", "c")
	w.update(t, func(tx *store.Txn) error {
		if err := w.mail.DeleteFolder(tx, marie, "c"); err != nil {
			return err
		}
		return w.mail.RenameFolder(tx, marie, "b", "c")
	})
	want("another takes the name", "c")
	w.update(t, func(tx *store.Txn) error { return w.mail.DeleteFolder(tx, marie, "c") })
	if err := subscribe("c", false); err != nil {
		t.Fatal(err)
	}
	want("undone")
}
