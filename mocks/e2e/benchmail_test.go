package e2e_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/smtp"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/segursim/segursim/internal/need"
	"github.com/segursim/segursim/mocks"
)

// xoauth2 is net/smtp's side of the mechanism.
type xoauth2 struct{ user, token string }

func (x xoauth2) Start(*smtp.ServerInfo) (string, []byte, error) {
	return "XOAUTH2", []byte("user=" + x.user + "\x01auth=Bearer " + x.token + "\x01\x01"), nil
}

func (x xoauth2) Next(_ []byte, more bool) ([]byte, error) {
	if more {
		return nil, errors.New("refused")
	}
	return nil, nil
}

// A mailServer is one to measure: where it is, and how one logs in.
type mailServer struct {
	addr string
	tls  *tls.Config // nil for none
	auth smtp.Auth   // nil for none
}

func (m mailServer) dial() (*smtp.Client, error) {
	c, err := smtp.Dial(m.addr)
	if err != nil {
		return nil, err
	}
	if m.tls != nil {
		if err := c.StartTLS(m.tls); err != nil {
			return nil, errors.Join(err, c.Close())
		}
	}
	if m.auth != nil {
		if err := c.Auth(m.auth); err != nil {
			return nil, errors.Join(err, c.Close())
		}
	}
	return c, nil
}

// deliver sends one message over an open session: its head, then its body.
func deliver(c *smtp.Client, from, to, head string, body []byte) error {
	if err := c.Mail(from); err != nil {
		return err
	}
	if err := c.Rcpt(to); err != nil {
		return err
	}
	w, err := c.Data()
	if err != nil {
		return err
	}
	if _, err := io.WriteString(w, head); err != nil {
		return err
	}
	if _, err := w.Write(body); err != nil {
		return err
	}
	return w.Close()
}

// filler is a text of about n bytes.
func filler(n int) []byte {
	line := []byte("Une ligne de texte ordinaire, telle qu'un courrier en porte.\r\n")
	return bytes.Repeat(line, n/len(line))
}

// BenchmarkMail is messages a second, sent one after the other over four open
// sessions: to the simulator, which checks, judges, journals and stores them; and
// to a mail test server of Debian, python3-aiosmtpd, which drops them. STARTTLS on
// both sides.
func BenchmarkMail(b *testing.B) {
	for _, size := range []int{4 << 10, 200 << 10} {
		name := strconv.Itoa(size>>10) + "kB"
		b.Run(name+"/segursim", func(b *testing.B) {
			s := start(b, mocks.Options{Sections: map[string][]byte{"mssante": []byte("storage: { quota: 4294967296, total: 8589934592 }")}})
			conf, err := s.TLS("")
			if err != nil {
				b.Fatal(err)
			}
			conf.ServerName = "localhost"
			measure(b, mailServer{"localhost:" + s.port(b, "smtp"), conf, xoauth2{bal, s.bearer(b)}}, size)
			if got := s.last(b, "smtp.send"); got.Fact("lint.errors") != int64(0) {
				b.Errorf("the messages are not right: %v", got.Fact("lint.rules"))
			}
		})
		b.Run(name+"/aiosmtpd", func(b *testing.B) { measure(b, startAiosmtpd(b), size) })
	}
}

// measure sends b.N messages over four sessions.
func measure(b *testing.B, server mailServer, size int) {
	b.Helper()
	const sessions = 4
	clients := make([]*smtp.Client, sessions)
	for i := range clients {
		c, err := server.dial()
		if err != nil {
			b.Fatal(err)
		}
		clients[i] = c
		b.Cleanup(func() { _ = c.Close() })
	}
	var id atomic.Int64
	left := atomic.Int64{}
	left.Store(int64(b.N))
	failed := make(chan error, sessions)
	body := filler(size)
	b.SetBytes(int64(size))
	b.ResetTimer()
	for _, c := range clients {
		go func() {
			for left.Add(-1) >= 0 {
				head := letter(bal, colleague, "Mesure", "m"+strconv.FormatInt(id.Add(1), 10)+"@medecin.segursim.test")
				if err := deliver(c, bal, colleague, head, body); err != nil {
					failed <- err
					return
				}
			}
			failed <- nil
		}()
	}
	for range clients {
		if err := <-failed; err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "messages/s")
}

// startAiosmtpd runs Debian's aiosmtpd with STARTTLS, dropping what it gets.
func startAiosmtpd(b *testing.B) mailServer {
	b.Helper()
	path := need.Tool(b, "aiosmtpd")
	dir := b.TempDir()
	cert, key := filepath.Join(dir, "c.pem"), filepath.Join(dir, "k.pem")
	mustRun(b, "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", cert, "-days", "2", "-subj", "/CN=localhost")
	port := freePort(b)
	ctx, cancel := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, path, "-n", "-l", fmt.Sprintf("127.0.0.1:%d", port), "-c", "aiosmtpd.handlers.Sink", "--tlscert", cert, "--tlskey", key)
	cmd.Env, cmd.Stderr = bareEnv(), os.Stderr
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { cancel(); _ = cmd.Wait() })
	addr := fmt.Sprintf("127.0.0.1:%d", port)
	for range 200 {
		if c, err := net.Dial("tcp", addr); err == nil {
			_ = c.Close()
			return mailServer{addr, &tls.Config{InsecureSkipVerify: true}, nil} //nolint:gosec // a certificate of this very moment
		}
		if err := pause(b, 50*time.Millisecond); err != nil {
			b.Fatal(err)
		}
	}
	b.Fatal("aiosmtpd did not start")
	return mailServer{}
}

// BenchmarkIdleIMAP is what a session costs that waits in IDLE, TLS included: 1,000
// of them against none, resident memory of the process that serves.
func BenchmarkIdleIMAP(b *testing.B) {
	const sessions = 1000
	b.Setenv("SEGURSIM_JOURNAL_BYTES", "1MiB") // what opening them leaves there is not theirs
	bin, ports := build(b), freePorts(b)
	p := launch(b, bin, b.TempDir(), ports)
	defer p.stop(b)
	token := p.bearer(b)
	addr := text(b, object(b, p.fetch(b, "/api/endpoints"))["listeners"].(map[string]any), "imaps")
	idle := func() net.Conn {
		c, err := tls.Dial("tcp", addr, &tls.Config{InsecureSkipVerify: true, ServerName: "localhost"}) //nolint:gosec // memory is measured, not trust
		if err != nil {
			b.Fatal(err)
		}
		r := newLines(c)
		r.until(b, "* OK")
		_, blob, _ := xoauth2{bal, token}.Start(nil)
		r.ask(b, "a AUTHENTICATE XOAUTH2 "+base64.StdEncoding.EncodeToString(blob), "a OK")
		r.ask(b, "b SELECT INBOX", "b OK")
		r.ask(b, "c IDLE", "+ ")
		return c
	}
	warm := idle()
	defer warm.Close()
	before := p.memory(b, "VmRSS")
	var open []net.Conn
	b.ResetTimer()
	for range sessions {
		open = append(open, idle())
	}
	b.StopTimer()
	after := p.memory(b, "VmRSS")
	for _, c := range open {
		_ = c.Close()
	}
	b.ReportMetric(float64(after-before)/sessions/1024, "KiB/session")
	b.ReportMetric(0, "ns/op")
}

// bearer logs the doctor in by CIBA.
func (p *process) bearer(b *testing.B) string {
	b.Helper()
	issuer := "http://" + p.http + "/auth/realms/esante-wallet"
	ask := func(at string, form url.Values) map[string]any {
		form.Set("client_id", clientID)
		form.Set("client_secret", clientSecret)
		res, err := http.PostForm(issuer+at, form)
		if err != nil {
			b.Fatal(err)
		}
		defer res.Body.Close()
		out, err := io.ReadAll(res.Body)
		if err != nil || res.StatusCode != http.StatusOK {
			b.Fatalf("%s: %d %v %s", at, res.StatusCode, err, out)
		}
		return object(b, out)
	}
	asked := ask(cibaPath, cibaForm())
	res, err := http.Post(p.control+"/api/actions/psc/approve", "application/json", strings.NewReader(`{"login_hint":"`+doctor+`"}`))
	if err != nil {
		b.Fatal(err)
	}
	_ = res.Body.Close()
	return text(b, ask(tokenPath, url.Values{"grant_type": {cibaGrant}, "auth_req_id": {text(b, asked, "auth_req_id")}}), "access_token")
}

// lines is a line protocol's client.
type lines struct {
	c    net.Conn
	seen []byte
}

func newLines(c net.Conn) *lines { return &lines{c: c} }

// until reads lines until one begins with prefix.
func (l *lines) until(tb testing.TB, prefix string) string {
	tb.Helper()
	buf := make([]byte, 4096)
	for {
		if i := bytes.Index(l.seen, []byte("\r\n")); i >= 0 {
			line := string(l.seen[:i])
			l.seen = l.seen[i+2:]
			if strings.HasPrefix(line, prefix) {
				return line
			}
			continue
		}
		n, err := l.c.Read(buf)
		if err != nil && !(errors.Is(err, io.EOF) && n > 0) {
			tb.Fatalf("waiting for %q: %v (read: %q)", prefix, err, l.seen)
		}
		l.seen = append(l.seen, buf[:n]...)
	}
}

// ask writes a line and waits for the answer that begins with prefix.
func (l *lines) ask(tb testing.TB, line, prefix string) string {
	tb.Helper()
	if _, err := io.WriteString(l.c, line+"\r\n"); err != nil {
		tb.Fatal(err)
	}
	return l.until(tb, prefix)
}
