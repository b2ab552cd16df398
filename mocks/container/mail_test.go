package container_test

import (
	"bufio"
	"crypto/tls"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/segursim/segursim/mocks/container"
)

// The mail servers answer on their mapped ports, in clear and under TLS, with the
// certificate that the container's CA vouches for.
func testMail(t *testing.T, image string) {
	c := run(t, image)
	for _, server := range []struct {
		name, greeting string
		address        func(*container.Container) (string, error)
		secure         bool
	}{
		{"smtp", "220 ", func(c *container.Container) (string, error) { return c.SMTP(t.Context()) }, false},
		{"smtps", "220 ", func(c *container.Container) (string, error) { return c.SMTPS(t.Context()) }, true},
		{"imap", "* OK ", func(c *container.Container) (string, error) { return c.IMAP(t.Context()) }, false},
		{"imaps", "* OK ", func(c *container.Container) (string, error) { return c.IMAPS(t.Context()) }, true},
	} {
		address, err := server.address(c)
		if err != nil {
			t.Fatal(err)
		}
		var conn net.Conn
		dialer := &net.Dialer{Timeout: 10 * time.Second}
		if server.secure {
			conf := client(t, c).Transport.(*http.Transport).TLSClientConfig.Clone()
			conn, err = tls.DialWithDialer(dialer, "tcp", address, conf)
		} else {
			conn, err = dialer.DialContext(t.Context(), "tcp", address)
		}
		if err != nil {
			t.Errorf("%s: %v", server.name, err)
			continue
		}
		line, err := bufio.NewReader(conn).ReadString('\n')
		if err != nil || !strings.HasPrefix(line, server.greeting) {
			t.Errorf("%s at %s greets with %q: %v", server.name, address, line, err)
		}
		_ = conn.Close()
	}
}
