package submission_test

import (
	"crypto/tls"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/mocks/mssante/submission"
)

// TestPrelude is the dialogue in clear.
func TestPrelude(t *testing.T) {
	t.Parallel()
	w := start(t, submission.Limits{})
	for _, tt := range []struct {
		line string
		want string // code and enhanced code
	}{
		{"NOOP", "250 2.0.0"},
		{"noop", "250 2.0.0"},
		{"RSET", "250 2.0.0"},
		{"VRFY alice", "252 2.5.0"},
		{"HELP", "214 2.0.0"},
		{"HELO poste", "250 " + host},
		{"EHLO", "501 5.5.4"},
		{"HELO", "501 5.5.4"},
		{"MAIL FROM:<" + bal + ">", "530 5.7.0"},
		{"RCPT TO:<" + peer + ">", "530 5.7.0"},
		{"DATA", "530 5.7.0"},
		{"AUTH XOAUTH2 " + xoauth2(bal, token), "530 5.7.0"},
		{"AUTH PLAIN", "530 5.7.0"},
		{"BDAT 3 LAST\r\nRCP", "530 5.7.0"},
		{"STARTTLS maintenant", "501 5.5.4"},
		{"EXPN x", "500 5.5.2"},
		{"GET / HTTP/1.1", "500 5.5.2"},
		{"", "500 5.5.2"},
		{"NOOP " + strings.Repeat("x", 30_000), "500 5.5.2"},
	} {
		t.Run(fmt.Sprintf("%.20q", tt.line), func(t *testing.T) {
			t.Parallel()
			c := w.dial(t)
			c.want(220)
			c.send(tt.line + "\r\n")
			if _, text := c.reply(); !strings.HasPrefix(text, tt.want) {
				t.Errorf("got %q, want %s", text, tt.want)
			}
		})
	}
	t.Run("EHLO", func(t *testing.T) {
		c := w.dial(t)
		if g := c.want(220); !strings.Contains(g, host) || !strings.Contains(g, "SIMULATEUR") {
			t.Errorf("greeting %q", g)
		}
		clear := c.cmd(250, "EHLO poste")
		if !strings.Contains(clear, "\n250-STARTTLS\r") || strings.Contains(clear, "AUTH") {
			t.Errorf("in clear: %q", clear)
		}
		c.cmd(220, "STARTTLS")
		c.handshake(w.tls(""))
		under := c.cmd(250, "EHLO poste")
		for _, want := range []string{"-AUTH XOAUTH2 OAUTHBEARER\r", "-SIZE 26214400\r", "-8BITMIME\r", "-PIPELINING\r", "-ENHANCEDSTATUSCODES\r", "-CHUNKING\r", "-DSN\r", " SMTPUTF8\r"} {
			if !strings.Contains(under, want) {
				t.Errorf("under TLS: %q lacks %q", under, want)
			}
		}
		if strings.Contains(under, "STARTTLS") {
			t.Errorf("under TLS: %q", under)
		}
		c.cmd(503, "STARTTLS")
	})
}

// TestInjection: commands in clear behind STARTTLS never pass for commands under
// TLS (CVE-2011-0411).
func TestInjection(t *testing.T) {
	t.Parallel()
	w := start(t, submission.Limits{})
	c := w.dial(t)
	c.want(220)
	c.send("STARTTLS\r\nNOOP\r\n")
	c.want(554)
	c.closed()
	e := w.entry(t, "smtp.connect", 0)
	hasCause(t, e, "mssante.smtp.injection")
	if e.Outcome != journal.Refused || e.Status != 554 || e.Peer.TLS != nil {
		t.Errorf("%s %d %+v", e.Outcome, e.Status, e.Peer)
	}
}

// TestClear: a client that never goes over to TLS is written down, without its
// secrets.
func TestClear(t *testing.T) {
	t.Parallel()
	w := start(t, submission.Limits{})
	c := w.dial(t)
	c.want(220)
	c.cmd(250, "EHLO poste")
	c.cmd(530, "AUTH XOAUTH2 "+xoauth2(bal, token))
	c.cmd(530, "MAIL FROM:<"+bal+">")
	c.cmd(221, "QUIT")
	c.closed()
	e := w.entry(t, "smtp.connect", 0)
	for _, rule := range []string{"mssante.smtp.before-tls", "mssante.smtp.before-tls-auth", "mssante.smtp.clear"} {
		hasCause(t, e, rule)
	}
	if e.Outcome != journal.Refused || e.Status != 221 || strings.Contains(string(e.Request.Head), xoauth2(bal, token)) || !strings.Contains(string(e.Request.Head), "MAIL FROM") {
		t.Errorf("%s %d %q", e.Outcome, e.Status, e.Request.Head)
	}
	if got, want := fmt.Sprint(e.Facts["before_tls"]), "[AUTH MAIL]"; got != want {
		t.Errorf("before TLS: %s, want %s", got, want)
	}
	// One that leaves in the handshake, as some do over a certificate.
	c = w.dial(t)
	c.want(220)
	c.cmd(220, "STARTTLS")
	_ = c.conn.Close()
	hasCause(t, w.entry(t, "smtp.connect", e.Seq), "mssante.smtp.handshake-left")
}

// TestTLSOnTheWrongPort: each port tells about the other one.
func TestTLSOnTheWrongPort(t *testing.T) {
	t.Parallel()
	w := start(t, submission.Limits{})
	if c, err := tls.Dial("tcp", w.addr("smtp"), w.tls("")); err == nil {
		_ = c.Close()
		t.Error("TLS from the start on the STARTTLS port")
	}
	hasCause(t, w.entry(t, "smtp.connect", 0), "mssante.smtp.tls-first")

	c := w.dial(t)
	_ = c.conn.Close()
	plain := w.dialTo(t, "smtps")
	plain.send("EHLO poste\r\n")
	plain.reply()
	hasCause(t, w.entry(t, "", 0), "tls.plain-text")
}

// TestConnectEntry looks at the entry of both ports, with a certificate.
func TestConnectEntry(t *testing.T) {
	t.Parallel()
	w := start(t, submission.Limits{})
	w.secure(t, "org-auth-cli")
	e := w.entry(t, "smtp.connect", 0)
	if e.Fact("starttls") != true || e.Fact("tls.version") != "TLS 1.3" || e.Status != 220 || e.Outcome != journal.OK {
		t.Errorf("%d %s %v", e.Status, e.Outcome, e.Facts)
	}
	if s, _ := e.Fact("tls.subject").(string); !strings.Contains(s, "CN=") || e.Fact("tls.problem") != "" {
		t.Errorf("certificate: %v", e.Fact("tls"))
	}
	if got := string(e.Request.Head); got != "EHLO poste.segursim.test\r\nSTARTTLS\r\n" {
		t.Errorf("request %q", got)
	}
	if got := string(e.Response.Head); !strings.HasPrefix(got, "220 "+host) || !strings.HasSuffix(got, "220 2.0.0 Ready to start TLS\r\n") {
		t.Errorf("response %q", got)
	}
	conf := w.tls("expired")
	conf.MaxVersion = tls.VersionTLS12
	c := w.dialTo(t, "smtps")
	c.handshake(conf)
	c.want(220)
	c.cmd(250, "EHLO poste")
	c.cmd(221, "QUIT")
	c.closed()
	e = w.entry(t, "smtp.connect", e.Seq)
	if p, _ := e.Fact("tls.problem").(string); e.Fact("starttls") != false || e.Fact("tls.version") != "TLS 1.2" || p == "" {
		t.Errorf("smtps: %v", e.Facts)
	}
	end := w.entry(t, "smtp.quit", e.Seq)
	if end.Fact("end.how") != "quit" || end.Status != 221 || string(end.Request.Head) != "EHLO poste\r\nQUIT\r\n" {
		t.Errorf("quit: %d %v %q", end.Status, end.Facts, end.Request.Head)
	}
}

// TestSuites: only the suites of REM MSS/CONF.03 for TLS 1.2, and nothing older.
func TestSuites(t *testing.T) {
	t.Parallel()
	w := start(t, submission.Limits{})
	for _, tt := range []struct {
		name    string
		version uint16
		suite   uint16
		ok      bool
	}{
		{"1.3", tls.VersionTLS13, 0, true},
		{"1.2 C030", tls.VersionTLS12, tls.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384, true},
		{"1.2 C02F", tls.VersionTLS12, tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, true},
		{"1.2 C027", tls.VersionTLS12, tls.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256, true},
		{"1.2 CHACHA20", tls.VersionTLS12, tls.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256, false},
		{"1.2 CBC SHA-1", tls.VersionTLS12, tls.TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA, false},
		{"1.2 RSA", tls.VersionTLS12, tls.TLS_RSA_WITH_AES_128_GCM_SHA256, false},
		{"1.1", tls.VersionTLS11, 0, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			conf := w.tls("")
			conf.MinVersion, conf.MaxVersion = tt.version, tt.version
			if tt.suite != 0 {
				conf.CipherSuites = []uint16{tt.suite}
			}
			c, err := tls.Dial("tcp", w.addr("smtps"), conf)
			if ok := err == nil; ok != tt.ok {
				t.Fatalf("handshake: %v", err)
			}
			if err == nil {
				_ = c.Close()
			}
		})
	}
}

// TestIdle: a client that says nothing is let go, with a reply.
func TestIdle(t *testing.T) {
	t.Parallel()
	w := start(t, submission.Limits{Command: time.Second})
	c := w.dial(t)
	c.want(220)
	c.send("NO") // half a command is none
	c.want(421)
	c.closed()
	hasCause(t, w.entry(t, "smtp.connect", 0), "mssante.smtp.timeout")
	c = w.secure(t, "")
	c.want(421)
	c.closed()
	if e := w.entry(t, "smtp.quit", 0); e.Fact("end.how") != "timeout" || e.Status != 421 {
		t.Errorf("end %v %d", e.Fact("end"), e.Status)
	}
}

// TestProbe: a port that is only looked at leaves nothing.
func TestProbe(t *testing.T) {
	t.Parallel()
	w := start(t, submission.Limits{})
	c := w.dial(t)
	c.want(220)
	_ = c.conn.Close()
	c = w.dialTo(t, "smtps")
	_ = c.conn.Close()
	w.dial(t).want(220) // the server has seen to the others, or is about to
	time.Sleep(50 * time.Millisecond)
	for _, e := range w.app.World().Journal.Since(0, 0) {
		t.Errorf("entry %s %s", e.Op, e.Summary)
	}
}
