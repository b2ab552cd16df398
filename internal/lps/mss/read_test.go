package mss_test

import (
	"context"
	"errors"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/segursim/segursim/internal/lps/mss"
	"github.com/segursim/segursim/internal/message"
)

// written is a message with a document, and another that answers it.
func written(t testing.TB) (with, answer []byte) {
	t.Helper()
	l := mss.Letter{
		From: message.Address{Name: "Labo", Address: "labo@labo.segursim.test"}, To: []string{bal}, Text: "Voilà.\n", At: morning(),
		ID: "1@labo.segursim.test", NIL: "P1", Receipt: true, Pack: pack(t, report()),
	}
	with, err := message.Build(l.Draft())
	if err != nil {
		t.Fatal(err)
	}
	l.Pack, l.Subject, l.ID, l.Answers, l.Receipt = nil, "Re: autre", "2@labo.segursim.test", "1@labo.segursim.test", false
	if answer, err = message.Build(l.Draft()); err != nil {
		t.Fatal(err)
	}
	return with, answer
}

// reader opens a mailbox in memory.
func reader(t testing.TB, byToken bool) (*mss.Account, *mss.Inbox) {
	t.Helper()
	conf, trust := keys(t)
	a := &mss.Account{BAL: bal, TLS: trust, Servers: mss.Servers{IMAP: shelves(t, conf, byToken)}}
	if byToken {
		a.Token = giving(token)
	}
	in, err := a.Inbox(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := in.Close(); err != nil {
			t.Error(err)
		}
	})
	if _, err := in.Select(t.Context(), "INBOX"); err != nil {
		t.Fatal(err)
	}
	return a, in
}

// A mailbox is listed and read part by part; flags, moves and news work.
func TestRead(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	a, in := reader(t, false)
	if rows, err := in.List(ctx); err != nil || len(rows) != 0 {
		t.Fatalf("empty: %v %v", rows, err)
	}
	with, answer := written(t)

	// News come while one waits.
	other, err := a.Inbox(ctx)
	if err != nil {
		t.Fatal(err)
	}
	told := make(chan error, 1)
	go func() { told <- in.Idle(ctx) }()
	for came := false; !came; {
		if err := other.Append(ctx, "INBOX", with, morning()); err != nil {
			t.Fatal(err)
		}
		select {
		case err := <-told:
			if came = true; err != nil {
				t.Fatal(err)
			}
		case <-time.After(100 * time.Millisecond):
		}
	}
	if err := other.Append(ctx, "INBOX", answer, morning()); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(other.Close(), in.Noop(ctx)); err != nil {
		t.Fatal(err)
	}

	rows, err := in.List(ctx)
	if err != nil || len(rows) < 2 {
		t.Fatalf("%v %v", rows, err)
	}
	first, last := rows[0], rows[len(rows)-1]
	if first.Shown() != "CR d'examens biologiques D'HERAULT-OEUF Zoe 12/04/1985" || first.From != "labo@labo.segursim.test" || first.FromName != "Labo" || !first.Seen || first.Size != int64(len(with)) {
		t.Errorf("%+v", first)
	}
	if last.Shown() != "Re: autre" || last.Replies != "1@labo.segursim.test" || last.ID != "2@labo.segursim.test" {
		t.Errorf("%+v", last)
	}
	m, err := in.Fetch(ctx, first)
	if err != nil {
		t.Fatal(err)
	}
	want := pack(t, report()).Files
	if diff := cmp.Diff(want, m.Files); diff != "" {
		t.Errorf("files (-want +got)\n%.300s", diff)
	}
	if m.Text != "Voilà.\r\n" || m.Header.Get("X-MSS-NIL") != "P1" {
		t.Errorf("text %q, NIL %q", m.Text, m.Header.Get("X-MSS-NIL"))
	}
	if err := errors.Join(in.Flag(ctx, first.UID, `\Flagged`, "$MDNSent"), in.Move(ctx, last.UID, "Archive")); err != nil {
		t.Fatal(err)
	}
	if after, err := in.List(ctx); err != nil || len(after) != len(rows)-1 {
		t.Errorf("after the move: %d %v", len(after), err)
	}
	if folder, err := in.Sent(ctx); err != nil || folder != "Sent" {
		t.Errorf("sent: %q %v", folder, err)
	}
	if n, err := in.Select(ctx, "Archive"); err != nil || n != 1 {
		t.Errorf("archive: %d %v", n, err)
	}
}

// A part that is too large, or a message that has gone, is an error.
func TestReadRefused(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	_, in := reader(t, false)
	with, _ := written(t)
	if err := errors.Join(in.Append(ctx, "INBOX", with, morning()), in.Noop(ctx)); err != nil {
		t.Fatal(err)
	}
	rows, err := in.List(ctx)
	if err != nil || len(rows) != 1 {
		t.Fatal(rows, err)
	}
	big := rows[0]
	big.Parts = slices.Clone(big.Parts)
	big.Parts[len(big.Parts)-1].Size = 1 << 40
	if _, err := in.Fetch(ctx, big); err == nil || !strings.Contains(err.Error(), "are read at most") {
		t.Errorf("too large: %v", err)
	}
	coded := rows[0]
	coded.Parts = slices.Clone(coded.Parts)
	coded.Parts[0].Encoding = "base64" // the text is none
	if _, err := in.Fetch(ctx, coded); err == nil || !strings.Contains(err.Error(), "base64") {
		t.Errorf("no base64: %v", err)
	}
	gone := rows[0]
	gone.UID += 1000
	if _, err := in.Fetch(ctx, gone); err == nil || !strings.Contains(err.Error(), "not there any more") {
		t.Errorf("gone: %v", err)
	}
	if _, err := in.Select(ctx, "Nowhere"); err == nil {
		t.Error("no folder: no error")
	}
	if err := in.Append(ctx, "Nowhere", with, morning()); err == nil {
		t.Error("append to no folder: no error")
	}
}

// The end of the context ends the wait, not the session.
func TestIdleEnds(t *testing.T) {
	t.Parallel()
	_, in := reader(t, false)
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
	defer cancel()
	if err := in.Idle(ctx); err != nil {
		t.Errorf("idle: %v", err)
	}
	if err := in.Noop(t.Context()); err != nil {
		t.Errorf("after: %v", err)
	}
}

// A token opens the mailbox; a bad one is told apart from other failures.
func TestInboxByToken(t *testing.T) {
	t.Parallel()
	a, in := reader(t, true)
	if err := in.Noop(t.Context()); err != nil {
		t.Error(err)
	}
	bad := *a
	bad.Token = giving("dead")
	var refused *mss.TokenError
	if _, err := bad.Inbox(t.Context()); !errors.As(err, &refused) || refused.Status != "401" {
		t.Errorf("dead token: %v", err)
	}
	gone := errors.New("nobody is logged in")
	bad.Token = func(context.Context) (string, error) { return "", gone }
	if _, err := bad.Inbox(t.Context()); !errors.Is(err, gone) {
		t.Errorf("no token: %v", err)
	}
	plain := *a
	plain.Servers.IMAP.Socket = "SSL"
	if _, err := plain.Inbox(t.Context()); !errors.Is(err, mss.ErrNoTLS) {
		t.Errorf("SSL: %v", err)
	}
}

// When the server goes, the session says so.
func TestEnded(t *testing.T) {
	t.Parallel()
	conf, trust := keys(t)
	l := shelves(t, conf, false)
	front, there := relay(t, net.JoinHostPort(l.Host, l.Port))
	a := &mss.Account{BAL: bal, TLS: trust, Servers: mss.Servers{IMAP: there}}
	in, err := a.Inbox(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	told := make(chan error, 1)
	go func() {
		_, err := in.Select(t.Context(), "INBOX")
		told <- errors.Join(err, nil)
		told <- in.Idle(t.Context())
	}()
	if err := <-told; err != nil {
		t.Fatal(err)
	}
	front()
	<-in.Ended()
	if err := <-told; err == nil {
		t.Error("idle on a session that ended: no error")
	}
	if err := in.Close(); err != nil {
		t.Errorf("close: %v", err)
	}
}

// relay passes one connection on; cut ends it.
func relay(t testing.TB, to string) (cut func(), s mss.Server) {
	t.Helper()
	l := listen(t)
	ends := make(chan net.Conn, 2)
	go func() {
		in, err := l.Accept()
		if err != nil {
			return
		}
		out, err := net.Dial("tcp", to)
		if err != nil {
			_ = in.Close()
			return
		}
		ends <- in
		ends <- out
		go func() { _, _ = copyAll(out, in) }()
		_, _ = copyAll(in, out)
	}()
	t.Cleanup(func() { _ = l.Close() })
	return func() { _ = (<-ends).Close(); _ = (<-ends).Close() }, at(t, l)
}
