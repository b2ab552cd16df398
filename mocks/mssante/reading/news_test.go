package reading_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/segursim/segursim/internal/store"
)

// TestNews: what another session does is told after a command, EXPUNGE only where no
// sequence number can be mistaken (RFC 9051 §7.5.1).
func TestNews(t *testing.T) {
	b := start(t)
	for i := range 4 {
		b.put("INBOX", letter(fmt.Sprint("m", i+1), "x"))
	}
	one, two := b.selected("INBOX"), b.selected("INBOX")
	expect := func(got []string, want ...string) {
		t.Helper()
		if !slices.Equal(got, want) {
			t.Errorf("(-want +got):\n%s", cmp.Diff(want, got))
		}
	}
	two.ok(`STORE 2 +FLAGS.SILENT (\Flagged)`)
	expect(one.ok("NOOP"), `* 2 FETCH (UID 2 FLAGS (\Flagged))`)
	expect(one.ok("NOOP"))

	two.ok(`STORE 1,3 +FLAGS.SILENT (\Deleted)`)
	expect(two.ok("EXPUNGE"), "* 1 EXPUNGE", "* 2 EXPUNGE")
	b.put("INBOX", letter("m5", "x"))

	// By sequence number: the numbers of before still hold, what is new is told.
	status, got := one.do("FETCH 1:4 (UID)")
	expect(got, "* 2 FETCH (UID 2)", "* 4 FETCH (UID 4)", "* 5 EXISTS")
	if status != "OK [EXPUNGEISSUED] FETCH completed" {
		t.Error(status)
	}
	expect(one.ok("SEARCH ALL"), "* SEARCH 2 4 5")
	status, _ = one.do("COPY 1:2 Sent")
	if status != "NO [EXPUNGEISSUED] Some of these messages were expunged by somebody else" {
		t.Error(status)
	}
	status, got = one.do(`STORE 3:4 +FLAGS (\Answered)`)
	expect(got, `* 4 FETCH (UID 4 FLAGS (\Answered))`)
	if status != "OK [EXPUNGEISSUED] STORE completed" {
		t.Error(status)
	}
	// By UID: they are told after the answers.
	expect(one.ok("UID FETCH 1:* (FLAGS)"), `* 2 FETCH (UID 2 FLAGS (\Flagged))`, `* 4 FETCH (UID 4 FLAGS (\Answered))`, "* 5 FETCH (UID 5 FLAGS ())", "* 1 EXPUNGE", "* 2 EXPUNGE")
	expect(one.ok("FETCH 1:* (UID)"), "* 1 FETCH (UID 2)", "* 2 FETCH (UID 4)", "* 3 FETCH (UID 5)")

	// A message that came and went between two looks is never told of.
	uid := b.put("INBOX", letter("m6", "x"))
	two.ok("NOOP")
	two.ok(`UID STORE %d +FLAGS.SILENT (\Deleted)`, uid)
	two.ok("EXPUNGE")
	expect(one.ok("NOOP"))

	// A new message that somebody flags is told as new.
	uid = b.put("INBOX", letter("m7", "x"))
	two.ok("NOOP")
	two.ok(`UID STORE %d +FLAGS.SILENT (\Flagged)`, uid)
	expect(one.ok("NOOP"), "* 4 EXISTS")
	expect(one.ok("FETCH 4 FLAGS"), `* 4 FETCH (FLAGS (\Flagged))`)

	// Renaming changes nothing, deleting ends the session.
	two.ok("CREATE Dossier")
	two.ok("UID COPY %d Dossier", uid)
	three := b.selected("Dossier")
	two.ok("RENAME Dossier Classeur")
	expect(three.ok("FETCH 1 UID"), "* 1 FETCH (UID 1)")
	two.ok("DELETE Classeur")
	three.send("x NOOP\r\n")
	if got := three.closed(); !strings.Contains(got, "* BYE [UNAVAILABLE] The selected mailbox was deleted\r\n") {
		t.Errorf("%q", got)
	}
}

// TestForgottenNews: a folder remembers so many departures; a session that lags
// further behind is told all the same.
func TestForgottenNews(t *testing.T) {
	b := start(t)
	raw := []byte(letter("m", "x"))
	if err := b.mail.Update(func(tx *store.Txn) error {
		for range 12_000 {
			if _, err := b.mail.Append(tx, bal, "INBOX", raw, nil, morning); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	l := b.selected("INBOX")
	var uids []uint32
	for uid := uint32(1); uid <= 11_990; uid++ {
		uids = append(uids, uid)
	}
	folder := ""
	if err := b.mail.Update(func(tx *store.Txn) error {
		f, _ := b.mail.Folder(tx, bal, "INBOX")
		folder = f.ID
		return b.mail.Expunge(tx, folder, uids[:6000])
	}); err != nil {
		t.Fatal(err)
	}
	if err := b.mail.Update(func(tx *store.Txn) error {
		if err := b.mail.Expunge(tx, folder, uids[6000:]); err != nil {
			return err
		}
		_, err := b.mail.SetFlags(tx, folder, 12_000, []string{`\Seen`})
		return err
	}); err != nil {
		t.Fatal(err)
	}
	b.put("INBOX", letter("new", "x"))
	got := l.ok("NOOP")
	if n := len(got); n != 11_992 || got[0] != "* 1 EXPUNGE" || got[n-2] != "* 11 EXISTS" || got[n-1] != `* 10 FETCH (UID 12000 FLAGS (\Seen))` {
		t.Errorf("%d answers, the last %q", n, got[max(0, n-3):])
	}
}

// TestIdleNews: IDLE tells of deliveries, flags and expunges as they happen.
func TestIdleNews(t *testing.T) {
	b := start(t)
	b.put("INBOX", letter("m1", "x"))
	l, other := b.selected("INBOX"), b.selected("INBOX")
	l.send("i IDLE\r\n")
	if got := l.read(); got != "+ idling\r\n" {
		t.Fatal(got)
	}
	b.put("INBOX", letter("m2", "x"))
	if got := l.read(); got != "* 2 EXISTS\r\n" {
		t.Error(got)
	}
	other.ok(`STORE 1 +FLAGS (\Seen)`)
	if got := l.read(); got != "* 1 FETCH (UID 1 FLAGS (\\Seen))\r\n" {
		t.Error(got)
	}
	other.ok(`STORE 1 +FLAGS (\Deleted)`)
	l.read()
	other.ok("EXPUNGE")
	if got := l.read(); got != "* 1 EXPUNGE\r\n" {
		t.Error(got)
	}
	l.send("DONE\r\n")
	if got, _ := l.until("i"); got != "OK IDLE completed" {
		t.Error(got)
	}
	if e := b.entry("imap.idle", 1); e.Fact("folder") != "INBOX" || e.Fact("answer") != "+" {
		t.Errorf("journal: %v", e.Facts)
	}
	if e := b.entry("imap.done", 1); fmt.Sprint(e.Fact("count")) != "4" || !strings.Contains(string(e.Response.Body), "* 1 EXPUNGE") || string(e.Request.Body) != "DONE\r\n" {
		t.Errorf("journal: %v %q", e.Facts, e.Response.Body)
	}
	// Anything but DONE is a mistake, and ends IDLE.
	l.send("j IDLE\r\n")
	l.read()
	l.send("NOOP\r\n")
	if got, _ := l.until("j"); !strings.HasPrefix(got, "BAD ") {
		t.Error(got)
	}
	l.ok("NOOP")

	// Without a folder there is no news, and DONE ends it too.
	l.ok("UNSELECT")
	l.send("k IDLE\r\n")
	l.read()
	l.send("DONE\r\n")
	if got, _ := l.until("k"); got != "OK IDLE completed" {
		t.Error(got)
	}
}

// TestJournal: an exchange a command, with what was said and what was understood.
func TestJournal(t *testing.T) {
	b := start(t)
	b.put("INBOX", letter("m1", strings.Repeat("x", 2<<20)))
	l := b.selected("INBOX")
	l.ok("UID FETCH 1 BODY.PEEK[]")
	l.do("SELECT Nowhere")
	e := b.entry("imap.fetch", 1)
	facts := map[string]any{}
	for _, name := range []string{"tag", "command", "uid", "args", "user", "person", "client", "folder", "tls", "count", "answer"} {
		facts[name] = e.Fact(name)
	}
	want := map[string]any{
		"tag": "t3", "command": "UID FETCH", "uid": true, "args": "1 BODY.PEEK[]", "user": bal, "person": person, "client": "lps-test",
		"folder": "INBOX", "tls": true, "count": int64(1), "answer": "OK",
	}
	if diff := cmp.Diff(want, facts); diff != "" {
		t.Errorf("facts (-want +got):\n%s", diff)
	}
	if string(e.Request.Body) != "t3 UID FETCH 1 BODY.PEEK[]\r\n" || e.Outcome != "ok" || e.Transport != "imap" || e.Peer.TLS == nil {
		t.Errorf("%+v", e)
	}
	if !e.Response.Truncated() || len(e.Response.Body) != 1<<20 || e.Response.SHA256 == "" || e.Response.Size < 2<<20 {
		t.Errorf("response: %d of %d bytes, %q", len(e.Response.Body), e.Response.Size, e.Response.SHA256)
	}
	if e.Summary != "IMAP UID FETCH INBOX : OK" {
		t.Error(e.Summary)
	}
	e = b.entry("imap.select", 2)
	if e.Outcome != "refused" || e.Fact("error.code") != "NONEXISTENT" || e.Fact("folder") != "Nowhere" {
		t.Errorf("%s %v", e.Outcome, e.Facts)
	}
	// A client that leaves within a command is written down too.
	l.send("x IDLE\r\n")
	l.until("+")
	_ = l.conn.Close()
	if e := b.entry("imap.done", 1); len(e.Causes) == 0 || e.Causes[0].Rule != "mssante.imap.cut" {
		t.Errorf("%+v", e.Causes)
	}
}
