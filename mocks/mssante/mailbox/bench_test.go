package mailbox_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/segursim/segursim/internal/store"
	"github.com/segursim/segursim/mocks/mssante/mailbox"
)

// unlimited has no limit that a benchmark could meet.
func unlimited() mailbox.Options { return mailbox.Options{Quota: -1, Storage: -1} }

// BenchmarkAppend stores messages that all differ, each in a transaction of its own.
// Run with -benchtime=20000x or more to see the cost in a folder that fills.
func BenchmarkAppend(b *testing.B) {
	for _, size := range []int{4_000, 200_000} {
		b.Run(strconv.Itoa(size), func(b *testing.B) {
			w := newWorld(b, unlimited())
			raw := sized(0, size)
			at := strings.Index(string(raw), "QUJD")
			b.ReportAllocs()
			n := 0
			for b.Loop() {
				n++
				copy(raw[at:], fmt.Sprintf("%08x", n))
				w.update(b, func(tx *store.Txn) error {
					_, err := w.mail.Append(tx, marie, mailbox.Inbox, raw, nil, noon())
					return err
				})
				if size > 100_000 && n%2000 == 0 { // not to fill the machine's memory
					w.update(b, func(tx *store.Txn) error { return w.mail.Remove(tx, marie) })
				}
			}
		})
	}
}

// BenchmarkPrepare is the part of Append that needs no transaction.
func BenchmarkPrepare(b *testing.B) {
	for _, size := range []int{4_000, 200_000} {
		b.Run(strconv.Itoa(size), func(b *testing.B) {
			raw := sized(0, size)
			b.ReportAllocs()
			for b.Loop() {
				mailbox.Prepare(raw)
			}
		})
	}
}

// large is a BAL whose INBOX has n messages.
func large(b *testing.B, n int) (*world, mailbox.Folder) {
	b.Helper()
	w := newWorld(b, unlimited())
	w.update(b, func(tx *store.Txn) error {
		for i := range n {
			flags := []string{`\Seen`}
			if i%10 == 0 {
				flags = nil
			}
			raw := fmt.Appendf(nil, "From: a@segursim.test\r\nSubject: CR d'examens %d\r\n\r\n%d\r\n", i, i)
			if _, err := w.mail.Append(tx, marie, mailbox.Inbox, raw, flags, noon()); err != nil {
				return err
			}
		}
		return nil
	})
	return w, w.folder(b, mailbox.Inbox)
}

// BenchmarkSelect opens a mailbox of 100,000 messages: counters and UIDs.
func BenchmarkSelect(b *testing.B) {
	w, f := large(b, 100_000)
	for b.Loop() {
		w.view(b, func(tx *store.Txn) {
			got, _ := w.mail.Folder(tx, marie, "inbox")
			if uids := w.mail.UIDs(tx, got.ID); len(uids) != 100_000 || got.Unseen != 10_000 || got.ID != f.ID {
				b.Fatal(len(uids), got.Unseen)
			}
		})
	}
}

// BenchmarkSearch looks for a word in the kept fields of 100,000 messages.
func BenchmarkSearch(b *testing.B) {
	w, f := large(b, 100_000)
	for b.Loop() {
		w.view(b, func(tx *store.Txn) {
			found := 0
			for m := range w.mail.Messages(tx, f.ID) {
				if strings.Contains(m.Subject, "99") && strings.Contains(m.From, "segursim") {
					found++
				}
			}
			if found == 0 {
				b.Fatal("nothing found")
			}
		})
	}
}

// BenchmarkRange reads 50 messages at the end of 100,000.
func BenchmarkRange(b *testing.B) {
	w, f := large(b, 100_000)
	b.ResetTimer()
	for b.Loop() {
		w.view(b, func(tx *store.Txn) {
			n := 0
			for range w.mail.Range(tx, f.ID, 99_951, 100_000) {
				n++
			}
			if n != 50 {
				b.Fatal(n)
			}
		})
	}
}

// BenchmarkSetFlags changes one message in a transaction of its own.
func BenchmarkSetFlags(b *testing.B) {
	w, f := large(b, 100_000)
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		n++
		flags := []string{`\Seen`, `\Flagged`}
		if n%200_000 >= 100_000 {
			flags = nil
		}
		w.update(b, func(tx *store.Txn) error {
			_, err := w.mail.SetFlags(tx, f.ID, uint32(n%100_000)+1, flags)
			return err
		})
	}
}

// BenchmarkSince asks for news of 100,000 messages of which one changed.
func BenchmarkSince(b *testing.B) {
	w, f := large(b, 100_000)
	for b.Loop() {
		w.view(b, func(tx *store.Txn) {
			if c, ok := w.mail.Since(tx, f.ID, f.ModSeq-1); !ok || len(c.Changed) != 1 {
				b.Fatal(c, ok)
			}
		})
	}
}

func uidsFrom(first, n uint32) []uint32 {
	uids := make([]uint32, n)
	for i := range uids {
		uids[i] = first + uint32(i)
	}
	return uids
}

// BenchmarkExpunge removes 10,000 messages in one transaction.
func BenchmarkExpunge(b *testing.B) {
	for b.Loop() {
		b.StopTimer()
		w, f := large(b, 10_000)
		b.StartTimer()
		w.update(b, func(tx *store.Txn) error { return w.mail.Expunge(tx, f.ID, uidsFrom(1, 10_000)) })
	}
}

// BenchmarkMove moves 10,000 messages in one transaction.
func BenchmarkMove(b *testing.B) {
	for b.Loop() {
		b.StopTimer()
		w, f := large(b, 10_000)
		trash := w.folder(b, "Trash")
		b.StartTimer()
		w.update(b, func(tx *store.Txn) error {
			_, err := w.mail.Move(tx, f.ID, uidsFrom(1, 10_000), trash.ID)
			return err
		})
	}
}

// BenchmarkFlag sets \Seen on 10,000 messages in one transaction.
func BenchmarkFlag(b *testing.B) {
	for b.Loop() {
		b.StopTimer()
		w, f := large(b, 10_000)
		b.StartTimer()
		w.update(b, func(tx *store.Txn) error {
			_, err := w.mail.Flag(tx, f.ID, uidsFrom(1, 10_000), mailbox.AddFlags, []string{`\Flagged`})
			return err
		})
	}
}
