package bal

import (
	"fmt"
	"strings"
)

// Bounds of addresses, in bytes (RFC 5321 §4.5.3.1).
const (
	maxLocal  = 64
	maxDomain = 255
)

// CheckAddress refuses what cannot be the address of a BAL: a dot-atom, "@" and a
// domain name (RFC 5321 §4.1.2). Quoted local parts and letters outside ASCII are
// refused too: no address of the espace de confiance that was seen has any
// (inferred).
func CheckAddress(address string) error {
	local, domain, found := strings.Cut(address, "@")
	switch {
	case !found || local == "":
		return fmt.Errorf("%q is no address", address)
	case len(local) > maxLocal:
		return fmt.Errorf("%q: the part before the @ is longer than %d characters", address, maxLocal)
	case local[0] == '.' || local[len(local)-1] == '.' || strings.Contains(local, ".."):
		return fmt.Errorf("%q: a dot is misplaced", address)
	}
	for _, c := range []byte(local) {
		if !letterOrDigit(c) && !strings.ContainsRune("!#$%&'*+/=?^_`{|}~.-", rune(c)) {
			return fmt.Errorf("%q: %q is not allowed in an address", address, string(rune(c)))
		}
	}
	if err := CheckDomain(domain); err != nil {
		return fmt.Errorf("%q: %w", address, err)
	}
	return nil
}

// CheckDomain refuses what is no domain name of at least two labels (RFC 1035
// §2.3.1, with the digits of RFC 1123 §2.1).
func CheckDomain(domain string) error {
	labels := strings.Split(domain, ".")
	if len(domain) > maxDomain || len(labels) < 2 {
		return fmt.Errorf("%q is no domain", domain)
	}
	for _, label := range labels {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return fmt.Errorf("%q is no domain", domain)
		}
		for _, c := range []byte(label) {
			if !letterOrDigit(c) && c != '-' {
				return fmt.Errorf("%q is no domain", domain)
			}
		}
	}
	return nil
}

func letterOrDigit(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

// Production tells whether a domain may be one of the real messaging: what is
// under mssante.fr, but for the training platform. The simulator neither has a
// certificate for such a name nor resolves it.
func Production(domain string) bool {
	domain = strings.ToLower(domain)
	under := func(parent string) bool { return domain == parent || strings.HasSuffix(domain, "."+parent) }
	return under("mssante.fr") && !under("formation.mssante.fr")
}
