package mailbox_test

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/segursim/segursim/internal/store"
	"github.com/segursim/segursim/mocks/mssante/mailbox"
)

// TestWait waits, lets something happen, and looks whether the wait ended.
func TestWait(t *testing.T) {
	t.Parallel()
	errFail := errors.New("fail")
	tests := map[string]struct {
		happens func(t *testing.T, w *world, stop chan struct{}, cancel func())
		ends    bool
		err     error
	}{
		"a message": {func(t *testing.T, w *world, _ chan struct{}, _ func()) { w.append(t, "INBOX", "deux") }, true, nil},
		"flags": {func(t *testing.T, w *world, _ chan struct{}, _ func()) {
			id := w.folder(t, "INBOX").ID
			w.update(t, func(tx *store.Txn) error { _, err := w.mail.SetFlags(tx, id, 1, []string{`\Seen`}); return err })
		}, true, nil},
		"the same flags": {func(t *testing.T, w *world, _ chan struct{}, _ func()) {
			id := w.folder(t, "INBOX").ID
			w.update(t, func(tx *store.Txn) error { _, err := w.mail.SetFlags(tx, id, 1, nil); return err })
		}, false, nil},
		"an expunge": {func(t *testing.T, w *world, _ chan struct{}, _ func()) {
			id := w.folder(t, "INBOX").ID
			w.update(t, func(tx *store.Txn) error { return w.mail.Expunge(tx, id, []uint32{1}) })
		}, true, nil},
		"a copy to it": {func(t *testing.T, w *world, _ chan struct{}, _ func()) {
			id := w.folder(t, "INBOX").ID
			w.update(t, func(tx *store.Txn) error { _, err := w.mail.Copy(tx, id, []uint32{1}, id); return err })
		}, true, nil},
		"a move from it": {func(t *testing.T, w *world, _ chan struct{}, _ func()) {
			id, to := w.folder(t, "INBOX").ID, w.folder(t, "Trash").ID
			w.update(t, func(tx *store.Txn) error { _, err := w.mail.Move(tx, id, []uint32{1}, to); return err })
		}, true, nil},
		"the BAL goes": {func(t *testing.T, w *world, _ chan struct{}, _ func()) {
			w.update(t, func(tx *store.Txn) error { return w.mail.Remove(tx, marie) })
		}, true, nil},
		"another folder": {func(t *testing.T, w *world, _ chan struct{}, _ func()) { w.append(t, "Sent", "deux") }, false, nil},
		"another BAL": {func(t *testing.T, w *world, _ chan struct{}, _ func()) {
			w.update(t, func(tx *store.Txn) error {
				_, err := w.mail.Append(tx, "paul@segursim.test", "INBOX", letter("un"), nil, noon())
				return err
			})
		}, false, nil},
		"a write that fails": {func(t *testing.T, w *world, _ chan struct{}, _ func()) {
			err := w.mail.Update(func(tx *store.Txn) error {
				if _, err := w.mail.Append(tx, marie, "INBOX", letter("deux"), nil, noon()); err != nil {
					t.Error(err)
				}
				return errFail
			})
			if !errors.Is(err, errFail) {
				t.Error(err)
			}
		}, false, nil},
		"a panic": {func(t *testing.T, w *world, _ chan struct{}, _ func()) {
			func() {
				defer func() { _ = recover() }()
				_ = w.mail.Update(func(*store.Txn) error { panic("bug of a caller") })
			}()
			w.update(t, func(*store.Txn) error { return nil }) // the store goes on
		}, false, nil},
		"a wake":   {func(_ *testing.T, w *world, _ chan struct{}, _ func()) { w.mail.Wake() }, true, nil},
		"a stop":   {func(_ *testing.T, _ *world, stop chan struct{}, _ func()) { close(stop) }, true, nil},
		"the end":  {func(_ *testing.T, _ *world, _ chan struct{}, cancel func()) { cancel() }, true, context.Canceled},
		"nothing":  {func(*testing.T, *world, chan struct{}, func()) {}, false, nil},
		"a reset":  {func(_ *testing.T, w *world, _ chan struct{}, _ func()) { w.db.Reset(); w.mail.Wake() }, true, nil},
		"a rename": {func(t *testing.T, w *world, _ chan struct{}, _ func()) { w.make(t, "INBOX/Labo") }, false, nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := withMarie(t)
				w.append(t, "INBOX", "un")
				f := w.folder(t, "INBOX")
				ctx, cancel := context.WithCancel(t.Context())
				stop, ended := make(chan struct{}), make(chan error, 1)
				go func() { ended <- w.mail.Wait(ctx, f.ID, f.ModSeq, stop) }()
				synctest.Wait()
				select {
				case err := <-ended:
					t.Fatalf("ended at once: %v", err)
				default:
				}
				tt.happens(t, w, stop, cancel)
				synctest.Wait()
				select {
				case err := <-ended:
					if !tt.ends || !errors.Is(err, tt.err) || tt.err == nil && err != nil {
						t.Errorf("ended with %v", err)
					}
				default:
					if tt.ends {
						t.Error("still waits")
					}
				}
				cancel()
			})
		})
	}
}

// TestWaitPast shows that what happened before the wait counts.
func TestWaitPast(t *testing.T) {
	t.Parallel()
	w := withMarie(t)
	f := w.folder(t, "INBOX")
	w.append(t, "INBOX", "un")
	for name, modseq := range map[string]uint64{"a change before": f.ModSeq, "a modseq of another world": 99} {
		if err := w.mail.Wait(t.Context(), f.ID, modseq, nil); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := w.mail.Wait(t.Context(), "00000099", 0, nil); err != nil {
		t.Errorf("no such folder: %v", err)
	}
}

// TestConcurrency has writers, waiters that follow along, readers and wakers at once:
// no change is missed, and every view holds together.
func TestConcurrency(t *testing.T) {
	t.Parallel()
	const writers, each = 4, 40
	w := withMarie(t)
	f := w.folder(t, "INBOX")
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute) // far more than it takes
	defer cancel()
	var work, follow, watch sync.WaitGroup
	for range 6 {
		follow.Go(func() { // follows until everything was there and is gone again
			known, came := map[uint32]bool{}, map[uint32]bool{}
			for modseq := f.ModSeq; len(came) < writers*each || len(known) > 0; {
				if err := w.mail.Wait(ctx, f.ID, modseq, nil); err != nil {
					t.Errorf("%d came, %d there: %v", len(came), len(known), err)
					return
				}
				err := w.db.View(func(tx *store.Txn) error {
					c, ok := w.mail.Since(tx, f.ID, modseq)
					if !ok {
						return errors.New("forgotten")
					}
					modseq = c.ModSeq
					for _, m := range c.Changed {
						known[m.UID], came[m.UID] = true, true
					}
					for _, uid := range c.Expunged {
						came[uid] = true
						delete(known, uid)
					}
					return nil
				})
				if err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	for range 2 {
		watch.Go(func() { // reads: counters and rows of one view agree
			for ctx.Err() == nil {
				err := w.db.View(func(tx *store.Txn) error {
					got, _ := w.mail.Find(tx, f.ID)
					if uids := w.mail.UIDs(tx, f.ID); len(uids) != int(got.Count) {
						t.Errorf("%d UIDs, count %d", len(uids), got.Count)
					}
					for m := range w.mail.Messages(tx, f.ID) {
						if _, err := w.mail.Raw(tx, m); err != nil {
							return err
						}
					}
					return nil
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	watch.Go(func() {
		for range 20 {
			w.mail.Wake()
		}
	})
	for n := range writers {
		work.Go(func() {
			for i := range each {
				err := w.mail.Update(func(tx *store.Txn) error {
					m, err := w.mail.Append(tx, marie, "INBOX", letter(strconv.Itoa(i%7)), nil, noon())
					if err != nil || n%2 == 1 {
						return err
					}
					_, err = w.mail.Flag(tx, f.ID, []uint32{m.UID, m.UID - 1}, mailbox.AddFlags, []string{`\Seen`})
					return err
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	work.Wait()
	w.update(t, func(tx *store.Txn) error { return w.mail.Expunge(tx, f.ID, w.mail.UIDs(tx, f.ID)) })
	follow.Wait() // by themselves: nothing wakes them now
	cancel()
	watch.Wait()
	audit(t, w)
}

// BenchmarkWake measures a delivery to a folder on which sessions wait, and to one on
// which nobody does while they wait elsewhere.
func BenchmarkWake(b *testing.B) {
	for _, at := range []string{"INBOX", "Sent"} {
		b.Run(at, func(b *testing.B) {
			w := withMarie(b)
			f := w.folder(b, at)
			ctx, cancel := context.WithCancel(b.Context())
			var waiting sync.WaitGroup
			for range 1000 {
				waiting.Go(func() {
					for w.mail.Wait(ctx, f.ID, w.folder(b, at).ModSeq, nil) == nil {
						continue
					}
				})
			}
			for b.Loop() {
				w.append(b, "INBOX", "un")
			}
			cancel()
			waiting.Wait()
		})
	}
}
