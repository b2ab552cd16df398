package e2e_test

import (
	"bytes"
	"context"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"text/template"
	"time"

	"github.com/segursim/segursim/internal/need"
)

// modules is where Debian keeps Apache's.
const modules = "/usr/lib/apache2/modules"

// httpdConf is a whole configuration: nothing of the machine's own is read.
const httpdConf = `
ServerRoot "{{.Dir}}"
ServerName localhost
Listen 127.0.0.1:{{.Port}}
PidFile "{{.Dir}}/httpd.pid"
DefaultRuntimeDir "{{.Dir}}"
Mutex file:{{.Dir}} default
ErrorLog "{{.Dir}}/error.log"
LogLevel warn auth_openidc:info
StartServers 1
LoadModule mpm_event_module {{.Modules}}/mod_mpm_event.so
LoadModule authn_core_module {{.Modules}}/mod_authn_core.so
LoadModule authz_core_module {{.Modules}}/mod_authz_core.so
LoadModule authz_user_module {{.Modules}}/mod_authz_user.so
LoadModule headers_module {{.Modules}}/mod_headers.so
LoadModule dir_module {{.Modules}}/mod_dir.so
LoadModule auth_openidc_module {{.Modules}}/mod_auth_openidc.so
{{if .Root}}User www-data
Group www-data
{{end}}
DocumentRoot "{{.Dir}}/htdocs"
DirectoryIndex index.html

OIDCProviderMetadataURL {{.Issuer}}/.well-known/wallet-openid-configuration
OIDCCABundlePath "{{.Dir}}/ca.pem"
OIDCSSLValidateServer On
OIDCClientID {{.ClientID}}
OIDCClientSecret {{.ClientSecret}}
OIDCRedirectURI http://localhost:{{.Port}}/prive/redirect_uri
OIDCCryptoPassphrase segursim-test-passphrase
OIDCScope "openid scope_all"
OIDCAuthRequestParams acr_values=eidas1
OIDCProviderTokenEndpointAuth client_secret_basic
OIDCRemoteUserClaim SubjectNameID
OIDCPassClaimsAs headers
{{.Extra}}
<Directory "{{.Dir}}/htdocs">
Require all granted
</Directory>
<Location /prive>
AuthType openid-connect
Require valid-user
Header always set X-Utilisateur "expr=%{REMOTE_USER}"
Header always set X-Nom "expr=%{HTTP:OIDC_CLAIM_family_name}"
</Location>
`

// startApache runs Apache with mod_auth_openidc in front of two pages, /prive/
// behind Pro Santé Connect and /public.html, and returns its address. extra is
// configuration. It is stopped when the test ends.
func (s *simulator) startApache(t *testing.T, extra string) string {
	t.Helper()
	bin := apache(t)
	dir := t.TempDir()
	root := os.Getuid() == 0
	if root { // Apache's children are another user's then
		for _, d := range []string{filepath.Dir(dir), dir} {
			if err := os.Chmod(d, 0o755); err != nil {
				t.Fatal(err)
			}
		}
	}
	ca, err := os.ReadFile(s.ca)
	if err != nil {
		t.Fatal(err)
	}
	port := freePort(t)
	conf := new(bytes.Buffer)
	if err := template.Must(template.New("httpd.conf").Parse(httpdConf)).Execute(conf, map[string]any{
		"Dir": dir, "Port": port, "Modules": modules, "Root": root, "Issuer": s.Issuer(),
		"ClientID": clientID, "ClientSecret": clientSecret, "Extra": extra,
	}); err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{
		"httpd.conf": conf.Bytes(), "ca.pem": ca,
		"htdocs/prive/index.html": []byte("<p>page privée</p>"), "htdocs/public.html": []byte("<p>page publique</p>"),
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, content, 0o644); err != nil { //nolint:gosec // read by another user
			t.Fatal(err)
		}
	}
	run(t, bin, dir, port)
	return "http://localhost:" + strconv.Itoa(port)
}

// apache finds the program, which many users do not have in PATH, and its module.
func apache(t *testing.T) string {
	t.Helper()
	bin := "/usr/sbin/apache2"
	if _, err := os.Stat(bin); err != nil {
		bin = need.Tool(t, "apache2")
	}
	if _, err := os.Stat(modules + "/mod_auth_openidc.so"); err != nil {
		need.Tool(t, "mod_auth_openidc.so") // not a program: says what is missing, as for one
	}
	return bin
}

// run starts Apache in the foreground and waits until it answers.
func run(t *testing.T, bin, dir string, port int) {
	t.Helper()
	log := new(bytes.Buffer)
	cmd := exec.CommandContext(context.WithoutCancel(t.Context()), bin, "-f", filepath.Join(dir, "httpd.conf"), "-DFOREGROUND")
	cmd.Env, cmd.Stdout, cmd.Stderr = bareEnv(), log, log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		select {
		case <-ended:
		case <-time.After(20 * time.Second):
			_ = cmd.Process.Kill()
			<-ended
			t.Error("apache2 did not stop")
		}
		if t.Failed() {
			said, _ := os.ReadFile(filepath.Join(dir, "error.log"))
			t.Logf("apache2: %s\n%s", log, said)
		}
	})
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: time.Second}
	for deadline := time.Now().Add(30 * time.Second); ; {
		res, err := client.Get("http://localhost:" + strconv.Itoa(port) + "/public.html")
		if err == nil {
			_ = res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return
			}
			t.Fatalf("apache2 answers its public page with %d", res.StatusCode)
		}
		select {
		case err := <-ended:
			ended <- err
			t.Fatalf("apache2 ended: %v\n%s", err, log)
		case <-time.After(50 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			t.Fatalf("apache2 does not answer: %v", err)
		}
	}
}

// freePort is a port that nobody listens on now.
func freePort(tb testing.TB) int {
	tb.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		tb.Fatal(err)
	}
	n, err := strconv.Atoi(port)
	if err != nil {
		tb.Fatal(err)
	}
	return n
}

// through tells whether a navigation went through an address with this prefix.
func (b *browser) through(prefix string) bool {
	for _, hop := range b.hops {
		if strings.HasPrefix(hop, prefix) {
			return true
		}
	}
	return false
}
