package submission_test

import (
	"errors"
	"net"
	netsmtp "net/smtp"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"github.com/segursim/segursim/internal/need"
	"github.com/segursim/segursim/mocks/mssante/submission"
)

// tokenAuth is XOAUTH2 for net/smtp and go-smtp, without an initial response when
// late.
type tokenAuth struct {
	token string
	late  bool
}

func (a *tokenAuth) blob() []byte {
	return []byte("user=" + bal + "\x01auth=Bearer " + a.token + "\x01\x01")
}

func (a *tokenAuth) start() (string, []byte, error) {
	if a.late {
		return "XOAUTH2", nil, nil
	}
	return "XOAUTH2", a.blob(), nil
}

func (a *tokenAuth) next(challenge []byte) ([]byte, error) {
	if len(challenge) == 0 {
		return a.blob(), nil
	}
	return []byte{}, nil // the refusal
}

type netAuth struct{ tokenAuth }

func (a *netAuth) Start(*netsmtp.ServerInfo) (string, []byte, error) { return a.start() }
func (a *netAuth) Next(challenge []byte, more bool) ([]byte, error) {
	if !more {
		return nil, nil
	}
	return a.next(challenge)
}

type libAuth struct{ tokenAuth }

func (a *libAuth) Start() (string, []byte, error)        { return a.start() }
func (a *libAuth) Next(challenge []byte) ([]byte, error) { return a.next(challenge) }

var _ sasl.Client = (*libAuth)(nil)

// TestNetSMTP is the client of Go's standard library.
func TestNetSMTP(t *testing.T) {
	t.Parallel()
	w := start(t, submission.Limits{})
	for _, late := range []bool{false, true} {
		c, err := netsmtp.Dial(w.addr("smtp"))
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if err := errors.Join(c.StartTLS(w.tls("")), c.Auth(&netAuth{tokenAuth{token, late}}), c.Mail(bal), c.Rcpt(peer)); err != nil {
			t.Fatal(err)
		}
		d, err := c.Data()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.Write([]byte(head + ".x\n")); err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(d.Close(), c.Quit()); err != nil {
			t.Fatal(err)
		}
	}
	if got := w.post.all(); len(got) != 2 || got[1].raw != head+".x\r\n" {
		t.Errorf("posted %+v", got)
	}
}

// TestGoSMTP is the library's own client: DSN, and the refusal that drops.
func TestGoSMTP(t *testing.T) {
	t.Parallel()
	w := start(t, submission.Limits{})
	c, err := smtp.DialStartTLS(w.addr("smtp"), w.tls(""))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.Auth(&libAuth{tokenAuth{token, false}}); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(
		c.Mail(bal, &smtp.MailOptions{Return: smtp.DSNReturnFull, EnvelopeID: "e=1", UTF8: true}),
		c.Rcpt("zoé@x.test", &smtp.RcptOptions{Notify: []smtp.DSNNotify{smtp.DSNNotifyNever}, OriginalRecipientType: smtp.DSNAddressTypeUTF8, OriginalRecipient: "zoé@y.test"}),
	); err != nil {
		t.Fatal(err)
	}
	d, err := c.Data()
	if err != nil {
		t.Fatal(err)
	}
	_, _ = d.Write([]byte(head))
	if err := errors.Join(d.Close(), c.Quit()); err != nil {
		t.Fatal(err)
	}
	env := w.post.all()[0].env
	if env.EnvelopeID != "e=1" || env.Return != "FULL" || env.Recipients[0].Address != "zoé@x.test" || env.Recipients[0].Original != "zoé@y.test" {
		t.Errorf("envelope %+v", env)
	}
	c, err = smtp.DialStartTLS(w.addr("smtp"), w.tls(""))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	var said *smtp.SMTPError
	if err := c.Auth(&libAuth{tokenAuth{"faux", true}}); err == nil || errors.As(err, &said) {
		t.Errorf("a refused token: %v, want the end of the connection", err)
	}
}

// run runs a program and returns what it wrote.
func run(t *testing.T, stdin, name string, args ...string) (string, error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), need.Tool(t, name), args...)
	cmd.Stdin = strings.NewReader(stdin)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// ca writes the trust bundle.
func (w *world) ca(t *testing.T) string {
	t.Helper()
	return w.app.Endpoints().CA
}

func port(addr string) string { _, p, _ := net.SplitHostPort(addr); return p }

// TestCurl sends with curl, by both ports, by token and by certificate.
func TestCurl(t *testing.T) {
	t.Parallel()
	need.Tool(t, "curl")
	w := start(t, submission.Limits{})
	file := filepath.Join(t.TempDir(), "message.eml")
	raw := head + ".point\r\nfin\r\n"
	if err := os.WriteFile(file, []byte(raw), 0o600); err != nil {
		t.Fatal(err)
	}
	pem := filepath.Join(t.TempDir(), "client.pem")
	cred, err := w.app.PKI().Credential("org-auth-cli")
	if err != nil {
		t.Fatal(err)
	}
	b, err := cred.PEM()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(pem, b, 0o600); err != nil {
		t.Fatal(err)
	}
	common := []string{"-sS", "--cacert", w.ca(t), "--mail-from", bal, "--mail-rcpt", peer, "--upload-file", file}
	plain, implicit := "smtp://localhost:"+port(w.addr("smtp")), "smtps://localhost:"+port(w.addr("smtps"))
	for name, tt := range map[string]struct {
		mechs []string
		args  []string
		ok    bool
	}{
		"XOAUTH2":            {[]string{"XOAUTH2"}, []string{plain, "--ssl-reqd", "-u", bal + ":", "--oauth2-bearer", token}, true},
		"XOAUTH2 with IR":    {[]string{"XOAUTH2"}, []string{plain, "--ssl-reqd", "--sasl-ir", "-u", bal + ":", "--oauth2-bearer", token}, true},
		"XOAUTH2, TLS first": {[]string{"XOAUTH2"}, []string{implicit, "-u", bal + ":", "--oauth2-bearer", token}, true},
		"OAUTHBEARER":        {[]string{"OAUTHBEARER"}, []string{plain, "--ssl-reqd", "-u", bal + ":", "--oauth2-bearer", token}, true},
		"refused":            {[]string{"XOAUTH2"}, []string{plain, "--ssl-reqd", "-u", bal + ":", "--oauth2-bearer", "faux"}, false},
		"PLAIN":              {[]string{"PLAIN"}, []string{plain, "--ssl-reqd", "--cert", pem, "-u", bal + ":x"}, true},
		"EXTERNAL":           {[]string{"EXTERNAL"}, []string{plain, "--ssl-reqd", "--cert", pem, "-u", bal + ":", "--login-options", "AUTH=EXTERNAL"}, true},
		"in clear":           {[]string{"XOAUTH2"}, []string{plain, "-u", bal + ":", "--oauth2-bearer", token}, false},
		"TLS 1.2":            {[]string{"XOAUTH2"}, []string{plain, "--ssl-reqd", "--tls-max", "1.2", "-u", bal + ":", "--oauth2-bearer", token}, true},
	} {
		t.Run(name, func(t *testing.T) {
			w.gate.set(func() { w.gate.mechs = tt.mechs })
			n := len(w.post.all())
			out, err := run(t, "", "curl", append(tt.args, common...)...)
			if (err == nil) != tt.ok {
				t.Fatalf("%v: %s", err, out)
			}
			got := w.post.all()[n:]
			if tt.ok && (len(got) != 1 || got[0].raw != raw) || !tt.ok && len(got) != 0 {
				t.Errorf("posted %+v", got)
			}
		})
	}
}

// TestSwaks sends with swaks, and pipelines.
func TestSwaks(t *testing.T) {
	t.Parallel()
	need.Tool(t, "swaks")
	w := start(t, submission.Limits{})
	_, p, _ := net.SplitHostPort(w.addr("smtp"))
	_, tp, _ := net.SplitHostPort(w.addr("smtps"))
	cred, err := w.app.PKI().Credential("org-auth-cli")
	if err != nil {
		t.Fatal(err)
	}
	b, err := cred.PEM()
	if err != nil {
		t.Fatal(err)
	}
	pem := filepath.Join(t.TempDir(), "client.pem")
	if err := os.WriteFile(pem, b, 0o600); err != nil {
		t.Fatal(err)
	}
	common := []string{
		"--server", "127.0.0.1", "--from", bal, "--to", peer + ",deux@x.test", "--ehlo", "poste.segursim.test", "--tls-ca-path", w.ca(t), "--tls-verify",
		"--auth", "PLAIN", "--auth-user", bal, "--auth-password", "x", "--tls-cert", pem, "--tls-key", pem,
	}
	for name, args := range map[string][]string{
		"STARTTLS": {"--port", p, "--tls"}, "TLS": {"--port", tp, "--tls-on-connect"}, "pipelined": {"--port", p, "--tls", "--pipeline"},
		"8 bit": {"--port", p, "--tls", "--body", "été"},
	} {
		t.Run(name, func(t *testing.T) {
			n := len(w.post.all())
			out, err := run(t, "", "swaks", append(args, common...)...)
			if strings.Contains(out, "Unknown option") || strings.Contains(out, "unknown option") {
				t.Fatalf("options of another version: %s", out)
			}
			if err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			if got := w.post.all()[n:]; len(got) != 1 || len(got[0].env.Recipients) != 2 {
				t.Errorf("posted %+v\n%s", got, out)
			}
		})
	}
}

// TestOpenSSL looks at the handshake from the outside.
func TestOpenSSL(t *testing.T) {
	t.Parallel()
	need.Tool(t, "openssl")
	w := start(t, submission.Limits{})
	for name, tt := range map[string]struct {
		args []string
		want string
	}{
		"1.3":   {nil, "TLSv1.3"},
		"C027":  {[]string{"-tls1_2", "-cipher", "ECDHE-RSA-AES128-SHA256:@SECLEVEL=0"}, "ECDHE-RSA-AES128-SHA256"},
		"chain": {nil, "Verify return code: 0 (ok)"},
	} {
		t.Run(name, func(t *testing.T) {
			out, err := run(t, "QUIT\r\n", "openssl", append([]string{"s_client", "-connect", w.addr("smtp"), "-starttls", "smtp", "-CAfile", w.ca(t), "-crlf"}, tt.args...)...)
			if err != nil || !strings.Contains(out, tt.want) {
				t.Errorf("%v: want %q in %s", err, tt.want, out)
			}
		})
	}
	out, err := run(t, "", "openssl", "s_client", "-connect", w.addr("smtp"), "-starttls", "smtp", "-tls1_1", "-cipher", "ALL:@SECLEVEL=0")
	if err == nil {
		t.Errorf("TLS 1.1: %s", out)
	}
	hasCause(t, w.entry(t, "", 0), "tls.version")
}
