package main

import (
	"bytes"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/segursim/segursim/internal/need"
)

// What is exported, openssl takes: a chain that leads to the exported
// authorities, and a PKCS#12 file.
func TestExportedCertificatesWithOpenSSL(t *testing.T) {
	t.Parallel()
	openssl := need.Tool(t, "openssl")
	dir := t.TempDir()
	environ := []string{"XDG_DATA_HOME=" + dir, "SEGURSIM_HTTP=" + freeAddress(t)}
	file := func(name string) string { return filepath.Join(dir, name) }
	for _, args := range [][]string{
		{"ca", "-o", file("ca.pem")},
		{"org-auth-cli", "-o", file("org.pem")},
		{"org-auth-cli", "--format", "p12", "--password", "mot", "-o", file("org.p12")},
	} {
		var out, errs bytes.Buffer
		if got := run(t.Context(), append([]string{"certs", "export"}, args...), environ, &out, &errs); got != exitOK || out.Len() > 0 {
			t.Fatalf("%v: exit status %d, %s%s", args, got, out.String(), errs.String())
		}
	}
	if st, err := os.Stat(file("org.pem")); err != nil || st.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v; a private key is for its owner only", st, err)
	}
	for _, tc := range []struct {
		args []string
		want string
	}{
		{[]string{"verify", "-purpose", "sslclient", "-CAfile", file("ca.pem"), "-untrusted", file("org.pem"), file("org.pem")}, "OK"},
		{[]string{"pkey", "-in", file("org.pem"), "-noout", "-check"}, "Key is valid"},
		{[]string{"pkcs12", "-in", file("org.p12"), "-passin", "pass:mot", "-nokeys"}, "BEGIN CERTIFICATE"},
	} {
		out, err := exec.CommandContext(t.Context(), openssl, tc.args...).CombinedOutput()
		if err != nil || !strings.Contains(string(out), tc.want) {
			t.Errorf("openssl %v: %v\n%s", tc.args, err, out)
		}
	}
}

func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}
