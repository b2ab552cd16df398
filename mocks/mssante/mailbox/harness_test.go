package mailbox_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/segursim/segursim/internal/store"
	"github.com/segursim/segursim/mocks/mssante/mailbox"
)

// The BAL and the instant of most tests.
const marie = "marie.martin@medecin.segursim.test"

func noon() time.Time { return time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC) }

// A world is a store with mailboxes in it.
type world struct {
	db   *store.DB
	mail *mailbox.Store
}

func newWorld(t testing.TB, opt mailbox.Options) *world {
	t.Helper()
	if opt.Now == nil {
		opt.Now = noon
	}
	db := store.New()
	if err := db.Open(mailbox.Tables()...); err != nil {
		t.Fatal(err)
	}
	return &world{db: db, mail: mailbox.New(db, opt)}
}

// withMarie is a world in which Marie has her folders.
func withMarie(t testing.TB) *world {
	t.Helper()
	w := newWorld(t, mailbox.Options{})
	w.update(t, func(tx *store.Txn) error { return w.mail.Create(tx, marie) })
	return w
}

func (w *world) update(t testing.TB, f func(tx *store.Txn) error) {
	t.Helper()
	if err := w.mail.Update(f); err != nil {
		t.Fatal(err)
	}
}

func (w *world) view(t testing.TB, f func(tx *store.Txn)) {
	t.Helper()
	if err := w.db.View(func(tx *store.Txn) error { f(tx); return nil }); err != nil {
		t.Fatal(err)
	}
}

func (w *world) folder(t testing.TB, name string) (f mailbox.Folder) {
	t.Helper()
	w.view(t, func(tx *store.Txn) {
		var ok bool
		if f, ok = w.mail.Folder(tx, marie, name); !ok {
			t.Fatalf("no folder %q", name)
		}
	})
	return f
}

// names are those of Marie's folders.
func (w *world) names(t testing.TB) (names []string) {
	t.Helper()
	w.view(t, func(tx *store.Txn) {
		for _, f := range w.mail.Folders(tx, marie) {
			names = append(names, f.Name)
		}
	})
	return names
}

func (w *world) uids(t testing.TB, name string) (uids []uint32) {
	t.Helper()
	f := w.folder(t, name)
	w.view(t, func(tx *store.Txn) { uids = w.mail.UIDs(tx, f.ID) })
	return uids
}

// append puts a letter into one of Marie's folders.
func (w *world) append(t testing.TB, folder, subject string, flags ...string) (m mailbox.Message) {
	t.Helper()
	w.update(t, func(tx *store.Txn) (err error) {
		m, err = w.mail.Append(tx, marie, folder, letter(subject), flags, noon())
		return err
	})
	return m
}

// make creates one of Marie's folders.
func (w *world) make(t testing.TB, names ...string) {
	t.Helper()
	w.update(t, func(tx *store.Txn) error {
		for _, name := range names {
			if _, err := w.mail.CreateFolder(tx, marie, name, ""); err != nil {
				return err
			}
		}
		return nil
	})
}

func letter(subject string) []byte {
	return []byte("From: Dr_Paul_DURAND <paul.durand@medecin.segursim.test>\r\nTo: " + marie +
		"\r\nSubject: " + subject + "\r\nDate: Mon, 2 Mar 2026 12:00:00 +0100\r\nMessage-ID: <1@segursim.test>\r\n\r\nBonjour\r\n")
}

// sized is a message of about size bytes with an attachment.
func sized(n, size int) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "From: Dr_Paul_DURAND_Cabinet <paul.durand@medecin.segursim.test>\r\nTo: %s\r\nSubject: XDM/1.0/DDM+CR d'examens biologiques CORSE Jean %d\r\n"+
		"Date: Mon, 2 Mar 2026 12:00:00 +0100\r\nMessage-ID: <%d@segursim.test>\r\nX-MSS-NIL: 1234\r\nMIME-Version: 1.0\r\n"+
		"Content-Type: multipart/mixed; boundary=limite\r\n\r\n--limite\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nBonjour\r\n"+
		"--limite\r\nContent-Type: application/zip\r\nContent-Disposition: attachment; filename=IHE_XDM.zip\r\nContent-Transfer-Encoding: base64\r\n\r\n", marie, n, n)
	line := strings.Repeat("QUJD", 19) + "\r\n"
	for b.Len() < size-20 {
		b.WriteString(line)
	}
	b.WriteString("--limite--\r\n")
	return []byte(b.String())
}
