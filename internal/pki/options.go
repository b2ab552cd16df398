package pki

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/url"
	"strings"
	"time"
)

// Options say where a PKI lives and what its certificates name.
type Options struct {
	// Dir is the folder of keys and certificates, made (0700) when absent.
	// Wanted unless Ephemeral.
	Dir string
	// Ephemeral keeps everything in memory; Dir is then ignored.
	Ephemeral bool
	// CABits is the size of the authorities' keys: 2048 (the default), 3072 or
	// 4096 as the real ones. It counts for keys not made yet.
	CABits int
	// Now is the simulated time: what Verify judges by. Wanted.
	Now func() time.Time
	// Wall is the real time, by which other TLS stacks judge the certificates
	// made here; defaults to Now.
	Wall func() time.Time
	// Rand gives the seed of serial numbers: 32 bytes when opening, and 32 more
	// when the folder is new. Defaults to crypto/rand. Keys always come from
	// crypto/rand.
	Rand io.Reader
	// BaseURL is the plain HTTP address under which the caller serves /pki/…;
	// defaults to http://localhost:8080.
	BaseURL string
	// Hosts are the DNS names and IP addresses of the server certificate;
	// default localhost, segursim, 127.0.0.1 and ::1. The first DNS name is its CN.
	Hosts []string
	// Profiles holds profiles.yaml, usually certs.FS(). Wanted.
	Profiles fs.FS
}

const defaultBaseURL = "http://localhost:8080"

// DefaultHosts returns the hosts of the server certificate when none is given.
func DefaultHosts() []string { return []string{"localhost", "segursim", "127.0.0.1", "::1"} }

// check fills defaults and refuses what cannot work.
func (o Options) check() (Options, error) {
	if o.Now == nil {
		return o, errors.New("pki: no clock (Options.Now)")
	}
	if o.Wall == nil {
		o.Wall = o.Now
	}
	if o.Profiles == nil {
		return o, errors.New("pki: no profiles (Options.Profiles)")
	}
	if o.Dir == "" && !o.Ephemeral {
		return o, errors.New("pki: neither a folder (Options.Dir) nor Options.Ephemeral")
	}
	switch o.CABits {
	case 0:
		o.CABits = 2048
	case 2048, 3072, 4096:
	default:
		return o, fmt.Errorf("pki: keys of %d bits for the authorities, want 2048, 3072 or 4096", o.CABits)
	}
	if len(o.Hosts) == 0 {
		o.Hosts = DefaultHosts()
	}
	hosts, err := cleanHosts(o.Hosts)
	if err != nil {
		return o, fmt.Errorf("pki: %w", err)
	}
	o.Hosts = hosts
	if o.BaseURL == "" {
		o.BaseURL = defaultBaseURL
	}
	o.BaseURL, err = cleanBaseURL(o.BaseURL)
	return o, err
}

// cleanHosts checks each host and drops repetitions, keeping the order.
func cleanHosts(hosts []string) ([]string, error) {
	var out []string
	seen := map[string]bool{}
	for _, h := range hosts {
		if ip := net.ParseIP(h); ip != nil {
			h = ip.String()
		} else if err := checkHost(h); err != nil {
			return nil, err
		} else {
			h = strings.ToLower(h)
		}
		if !seen[h] {
			seen[h] = true
			out = append(out, h)
		}
	}
	return out, nil
}

// checkHost holds a DNS name to letters, digits, '-' and '_' (compose services
// use it) in labels of 63; a leading "*." is allowed.
func checkHost(h string) error {
	name := strings.TrimPrefix(h, "*.")
	if name == "" || len(h) > 253 {
		return fmt.Errorf("host %q is not a DNS name", h)
	}
	for label := range strings.SplitSeq(name, ".") {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' ||
			strings.Trim(strings.ToLower(label), "abcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
			return fmt.Errorf("host %q is not a DNS name", h)
		}
	}
	return nil
}

// cleanBaseURL wants scheme and host, and no query; the trailing slash goes.
func cleanBaseURL(s string) (string, error) {
	u, err := url.Parse(s)
	if err != nil {
		return "", fmt.Errorf("pki: base URL: %w", err)
	}
	if (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return "", fmt.Errorf("pki: base URL %q is not of the form http://host:port", s)
	}
	for i := range len(s) {
		if s[i] <= ' ' || s[i] >= 0x7f {
			return "", fmt.Errorf("pki: base URL %q has a character outside of ASCII", s)
		}
	}
	return strings.TrimRight(s, "/"), nil
}
