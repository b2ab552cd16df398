package reading_test

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/segursim/segursim/mocks/mssante/auth"
)

// challenge is what a refused XOAUTH2 is answered with, byte for byte.
const challenge = `{"status":"401","schemes":"bearer","scope":"mail"}`

func TestXOAUTH2(t *testing.T) {
	b := start(t)
	long := token + strings.Repeat("x", 12_000-len(token))
	for _, c := range []struct {
		name, token string
		initial     bool
	}{
		{"initial response", token, true},
		{"without initial response", token, false},
		{"12 kB, initial response", long, true},
		{"12 kB, without initial response", long, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := b.dial("imaps")
			l.read()
			if c.initial {
				l.send("a AUTHENTICATE XOAUTH2 " + xoauth2(bal, c.token) + "\r\n")
			} else {
				l.send("a AUTHENTICATE XOAUTH2\r\n")
				if got := l.read(); got != "+ \r\n" {
					t.Fatalf("%q, want an empty challenge", got)
				}
				l.send(xoauth2(bal, c.token) + "\r\n")
			}
			status, _ := l.until("a")
			if !strings.HasPrefix(status, "OK [CAPABILITY IMAP4rev1 ") || !strings.Contains(status, " QUOTA ") || strings.Contains(status, "AUTH=") {
				t.Fatal(status)
			}
			l.ok("SELECT INBOX")
		})
	}
	for i, e := range b.entries("imap.auth") {
		if fmt.Sprint(e.Fact("user")) != bal || e.Fact("person") != person || e.Fact("client") != "lps-test" || e.Fact("answer") != "OK" ||
			e.Fact("auth.mechanism") != "XOAUTH2" || e.Fact("auth.initial_response") != (i%2 == 0) {
			t.Errorf("entry %d: %v", i, e.Facts)
		}
		if strings.Contains(string(e.Request.Body), "xxxx") || strings.Contains(string(e.Request.Body), xoauth2(bal, token)) {
			t.Errorf("entry %d shows the token: %.200s", i, e.Request.Body)
		}
	}
	if n := len(b.opened); n != 4 {
		t.Errorf("the keeper was told of %d openings, want 4", n)
	}
}

func TestAuthenticateRefused(t *testing.T) {
	b := start(t)
	wrong := xoauth2(bal, "expired")
	for _, c := range []struct {
		name         string
		lines        []string
		want         []string
		rule, reason string
	}{
		{"refused token", []string{"a AUTHENTICATE XOAUTH2 " + wrong, ""}, []string{"+ " + base64.StdEncoding.EncodeToString([]byte(challenge)), "a NO [AUTHENTICATIONFAILED] Authentication failed"}, "mssante.token", "AUTHENTICATIONFAILED"},
		{"refused token, asked for", []string{"a AUTHENTICATE XOAUTH2", wrong, "AQ=="}, []string{"+ ", "+ " + base64.StdEncoding.EncodeToString([]byte(challenge)), "a NO [AUTHENTICATIONFAILED] Authentication failed"}, "mssante.token", "AUTHENTICATIONFAILED"},
		{"cancelled", []string{"a AUTHENTICATE XOAUTH2", "*"}, []string{"+ ", "a BAD AUTHENTICATE cancelled"}, "", "BAD"},
		{"cancelled at the challenge", []string{"a AUTHENTICATE XOAUTH2 " + wrong, "*"}, []string{"+ " + base64.StdEncoding.EncodeToString([]byte(challenge)), "a BAD AUTHENTICATE cancelled"}, "mssante.token", "AUTHENTICATIONFAILED"},
		{"not base64", []string{"a AUTHENTICATE XOAUTH2 ***"}, []string{"a BAD [CLIENTBUG] Syntax error in arguments"}, "", "CLIENTBUG"},
		{"malformed", []string{"a AUTHENTICATE XOAUTH2 Zm9v"}, []string{"a BAD Cannot decode response"}, "mssante.sasl.xoauth2", "BAD"},
		{"empty response", []string{"a AUTHENTICATE XOAUTH2", ""}, []string{"+ ", "a BAD Cannot decode response"}, "mssante.sasl.xoauth2", "BAD"},
		{"too long", []string{"a AUTHENTICATE XOAUTH2", strings.Repeat("A", 30_000)}, []string{"+ ", "a BAD SASL response too long"}, "", "BAD"},
		{"unknown mechanism", []string{"a AUTHENTICATE OAUTHBEARER"}, []string{"a NO Unrecognized authentication type"}, "mssante.sasl.mechanism", "NO"},
		{"no mechanism", []string{"a AUTHENTICATE"}, []string{"a BAD AUTHENTICATE needs a mechanism"}, "", "BAD"},
		{"LOGIN", []string{"a LOGIN " + bal + " secret"}, []string{"a NO [AUTHENTICATIONFAILED] LOGIN is disabled: use AUTHENTICATE XOAUTH2"}, "mssante.imap.login-disabled", "AUTHENTICATIONFAILED"},
	} {
		t.Run(c.name, func(t *testing.T) {
			n := len(b.entries("imap.auth"))
			l := b.dial("imaps")
			l.read()
			var got []string
			for i, s := range c.lines {
				l.send(s + "\r\n")
				if i < len(c.want) {
					got = append(got, strings.TrimSuffix(l.read(), "\r\n"))
				}
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			l.ok("NOOP")
			l.ok("AUTHENTICATE XOAUTH2 %s", xoauth2(bal, token)) // the connection is none the worse
			e := b.entry("imap.auth", n+1)
			if e.Outcome != "refused" || fmt.Sprint(e.Fact("error.code")) != c.reason {
				t.Errorf("journal: %s %v", e.Outcome, e.Facts)
			}
			if c.rule != "" && (len(e.Causes) == 0 || e.Causes[0].Rule != c.rule || e.Causes[0].Text.FR == "" || e.Causes[0].Text.EN == "") {
				t.Errorf("journal: causes %+v, want %s", e.Causes, c.rule)
			}
		})
	}
}

// TestRefusalDrops: the other way of refusing, seen over SMTP.
func TestRefusalDrops(t *testing.T) {
	b := start(t, func(h *house) { h.refusal = "drop" })
	l := b.dial("imaps")
	l.read()
	l.send("a AUTHENTICATE XOAUTH2 " + xoauth2(bal, "expired") + "\r\n")
	if got, want := l.closed(), "+ "+base64.StdEncoding.EncodeToString([]byte(challenge))+"\r\n"; got != want {
		t.Errorf("%q, want %q and the end", got, want)
	}
}

func TestMechanisms(t *testing.T) {
	b := start(t, func(h *house) { h.mechanisms = []string{auth.OAuthBearer, auth.Plain} })
	l := b.dial("imaps")
	if g := l.read(); !strings.Contains(g, "AUTH=OAUTHBEARER AUTH=PLAIN]") || strings.Contains(g, "LOGINDISABLED") {
		t.Errorf("greeting %q", g)
	}
	l.ok("AUTHENTICATE OAUTHBEARER %s", base64.StdEncoding.EncodeToString([]byte("n,a="+bal+",\x01auth=Bearer "+token+"\x01\x01")))

	l = b.dial("imaps")
	l.read()
	if s, _ := l.do("AUTHENTICATE PLAIN %s", base64.StdEncoding.EncodeToString([]byte("\x00alix@x\x00pw"))); s != "NO [AUTHORIZATIONFAILED] Not this mailbox" {
		t.Error(s)
	}
	if s, _ := l.do("LOGIN alix@x pw"); s != "NO [AUTHORIZATIONFAILED] Not this mailbox" {
		t.Error(s)
	}
	if s, _ := l.do(`LOGIN "app.dpi@medecin.segursim.test" {3+}` + "\r\npw!"); !strings.HasPrefix(s, "OK [CAPABILITY ") {
		t.Error(s)
	}
	if s, _ := l.do("LOGIN a b"); s != "BAD Already authenticated" {
		t.Error(s)
	}
	// Its folders were made on the way.
	if got := l.ok(`LIST "" "%%"`); len(got) < 3 {
		t.Errorf("folders %q", got)
	}
	for _, e := range b.entries("imap.auth") {
		if strings.Contains(string(e.Request.Body), "pw") {
			t.Errorf("the journal shows a password: %q", e.Request.Body)
		}
	}
}

func TestUnknownCommandsEndNothing(t *testing.T) {
	b := start(t)
	l := b.dial("imaps")
	l.read()
	for range 3 {
		if s, _ := l.do("FOO bar"); s != "BAD Unknown command" {
			t.Fatal(s)
		}
	}
	l.ok(`ID ("name" "x")`)
	l.ok("AUTHENTICATE XOAUTH2 %s", xoauth2(bal, token))
	for range 20 { // once authenticated, nobody counts
		if s, _ := l.do("FOO bar"); s != "BAD Unknown command" {
			t.Fatal(s)
		}
	}
	if e := b.entry("imap.id", 1); fmt.Sprint(e.Fact("software.name")) != "x" {
		t.Errorf("journal: %v", e.Facts)
	}

	l = b.dial("imaps") // who speaks another protocol is shown the door
	l.read()
	l.send(strings.Repeat("GET / HTTP/1.1\r\n", 12))
	if got := l.closed(); strings.Count(got, "BAD") != 10 || !strings.HasSuffix(got, "* BYE Too many invalid commands\r\n") {
		t.Errorf("%q", got)
	}
}

// TestPipelinedSTARTTLS: what comes after STARTTLS in clear is not read as if it had
// come under TLS.
func TestPipelinedSTARTTLS(t *testing.T) {
	b := start(t)
	l := b.dial("imap")
	l.read()
	l.send("a STARTTLS\r\nb NOOP\r\n")
	if got := l.closed(); !strings.HasPrefix(got, "a BAD ") || strings.Contains(got, "b OK") {
		t.Errorf("%q", got)
	}
	if e := b.entry("imap.starttls", 1); len(e.Causes) == 0 || e.Causes[0].Rule != "mssante.imap.pipelined-starttls" {
		t.Errorf("journal: %+v", e.Causes)
	}
}

func TestClearDialogueIsBounded(t *testing.T) {
	b := start(t)
	l := b.dial("imap")
	l.read()
	l.send(strings.Repeat("a NOOP\r\n", 60))
	if got := l.closed(); !strings.HasSuffix(got, "* BYE Too many commands before STARTTLS\r\n") || strings.Count(got, "a OK") != 50 {
		t.Errorf("%d answers, %.100q", strings.Count(got, "a OK"), got[max(0, len(got)-100):])
	}
	l = b.dial("imap")
	l.read()
	l.send("a " + strings.Repeat("x", 20_000) + "\r\nb NOOP\r\n")
	if got, before := l.until("b"); got != "OK NOOP completed" || len(before) != 1 || before[0] != "* BAD Command line too long" {
		t.Error(got, before)
	}
	l = b.dial("imap")
	l.read()
	l.send("a NOOP {4000000000+}\r\n")
	if got := l.closed(); got != "* BYE Line too long\r\n" {
		t.Errorf("%q", got)
	}
}

// TestLongLines: a command that does not end is refused, and the next is read.
func TestLongLines(t *testing.T) {
	b := start(t)
	l := b.selected("INBOX")
	l.send("a SEARCH SUBJECT " + strings.Repeat("x", 100_000) + "\r\nb NOOP\r\n")
	if got := l.read(); got != "* BAD Command line too long\r\n" {
		t.Errorf("%.80q", got)
	}
	if got, _ := l.until("b"); got != "OK NOOP completed" {
		t.Error(got)
	}
	for _, c := range []struct{ send, want string }{
		{"c SEARCH SUBJECT {9000}\r\n", "c NO [TOOBIG]"},
		{"d SEARCH SUBJECT {9000+}\r\n" + strings.Repeat("x", 9000) + "\r\n", "d NO [TOOBIG]"},
		{"e CREATE {3+}\r\na\nb\r\n", "e BAD Syntax error"},
		{"f CREATE {3+}\r\na\"b\r\n", "f OK"},
		{"g APPEND INBOX {30000000+}\r\n" + strings.Repeat("x", 30_000_000) + "\r\n", "g NO [TOOBIG]"},
		{"h APPEND INBOX {3+}\r\na\x00b\r\n", "h BAD"},
		{"i APPEND INBOX ~{3+}\r\na\x00b\r\n", "i OK"},
		{"j NOOP\rfoo\r\n", "j BAD"},
		{"k NOOP\x00\r\n", "k BAD"},
		{"l\r\n", "l BAD"},
		{"m  NOOP\r\n", "m BAD"},
		{"n SELECT {" + "2}\r\n", "+ "},
	} {
		l.send(c.send)
		got := l.read()
		for strings.HasPrefix(got, "* ") && !strings.HasPrefix(c.want, "* ") && strings.Contains(got, "EXISTS") {
			got = l.read()
		}
		if strings.HasPrefix(got, "* BAD") && strings.HasPrefix(c.want[2:], "BAD") {
			continue
		}
		if !strings.HasPrefix(got, c.want) {
			t.Errorf("%.40q: %q, want %s", c.send, got, c.want)
		}
	}
	l.send("é\r\n")
	if got, _ := l.until("n"); !strings.HasPrefix(got, "NO [NONEXISTENT]") {
		t.Error(got)
	}
}

func TestIdleIsNotABusyLoop(t *testing.T) {
	b := start(t)
	l := b.selected("INBOX")
	l.send("a IDLE\r\n")
	l.read()
	b.entry("imap.idle", 1)
	before := b.app.World().Journal.Last()
	time.Sleep(100 * time.Millisecond)
	if after := b.app.World().Journal.Last(); after != before {
		t.Errorf("%d entries while idle", after-before)
	}
	l.send("DONE\r\n")
	if got, _ := l.until("a"); got != "OK IDLE completed" {
		t.Error(got)
	}
}
