package config

import (
	"fmt"
	"math"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// address checks host:port, where an empty host means every interface and port
// 0 any free port.
func address(s string) error {
	if _, err := strconv.ParseUint(s, 10, 16); err == nil {
		return fmt.Errorf("%q is a port alone: write 127.0.0.1:%s, or :%s for every interface", s, s, s)
	}
	host, port, err := net.SplitHostPort(s)
	if err != nil {
		return fmt.Errorf("%q is not host:port", s)
	}
	if strings.ContainsAny(host, " \t/") {
		return fmt.Errorf("%q: %q is no host", s, host)
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return fmt.Errorf("%q: the port is a number from 0 to 65535, not %q", s, port)
	}
	return nil
}

// baseURL checks the base of emitted URLs and drops a final slash.
func baseURL(s string) (string, error) {
	u, err := url.Parse(s)
	switch {
	case err != nil:
		return "", fmt.Errorf("%q is not a URL", s)
	case u.Scheme != "https" && u.Scheme != "http", u.Host == "":
		return "", fmt.Errorf("%q is not an absolute http or https URL", s)
	case u.User != nil, u.RawQuery != "", u.ForceQuery, u.Fragment != "":
		return "", fmt.Errorf("%q: a base has neither user, query nor fragment", s)
	case strings.Trim(u.Path, "/") != "":
		return "", fmt.Errorf("%q: a base has no path, the services have theirs", s)
	}
	return u.Scheme + "://" + u.Host, nil
}

// size reads a number of bytes: "1048576", "64MB", "128MiB".
func size(s string) (int64, error) {
	bad := fmt.Errorf("%q is not a size: write 1048576, 512KiB, 128MiB, 1GiB, 64MB", s)
	digits := strings.TrimRight(s, "KMGTiBkbm ")
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || n < 0 {
		return 0, bad
	}
	units := map[string]int64{
		"": 1, "B": 1, "KB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12,
		"KIB": 1 << 10, "MIB": 1 << 20, "GIB": 1 << 30, "TIB": 1 << 40,
	}
	unit, ok := units[strings.ToUpper(strings.TrimSpace(s[len(digits):]))]
	if !ok {
		return 0, bad
	}
	if n > math.MaxInt64/unit {
		return 0, fmt.Errorf("%q is more bytes than can be counted", s)
	}
	if n == 0 {
		return 0, fmt.Errorf("%q: a bound is at least one byte", s)
	}
	return n * unit, nil
}

// count reads a number of entries.
func count(s string) (int, error) {
	n, err := strconv.ParseInt(strings.ReplaceAll(s, "_", ""), 10, 32)
	if err != nil || n < 1 {
		return 0, fmt.Errorf("%q is not a number of entries, 1 or more", s)
	}
	return int(n), nil
}

// boolean reads what YAML, shells and people write.
func boolean(s string) (bool, error) {
	switch strings.ToLower(s) {
	case "true", "yes", "on", "1":
		return true, nil
	case "false", "no", "off", "0":
		return false, nil
	}
	return false, fmt.Errorf("%q is neither true nor false", s)
}

// instant checks an RFC 3339 time.
func instant(s string) error {
	if _, err := time.Parse(time.RFC3339, s); err != nil {
		return fmt.Errorf("%q is not a time such as 2026-01-15T09:00:00+01:00", s)
	}
	return nil
}

// bearer checks a token's characters (RFC 6750 §2.1).
func bearer(s string) error {
	ok := s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune("-._~+/=", r)
	})
	if !ok {
		return fmt.Errorf("a token is letters, digits and -._~+/=, at least one") // its value is a secret: not repeated
	}
	return nil
}

// among checks an enum.
func among(s string, of []string) error {
	if !slices.Contains(of, s) {
		return fmt.Errorf("%q is not one of %s%s", s, strings.Join(of, ", "), meant(s, of))
	}
	return nil
}
