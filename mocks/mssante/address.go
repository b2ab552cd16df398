package mssante

import (
	"strings"

	"github.com/segursim/segursim/internal/registre"
)

// The domain of Mon espace santé, and its test address.
const (
	patientDomain = "patient.mssante.fr"
	robotAddress  = "reponse.automatique-test@" + patientDomain
)

// normal is an address in lower case, and whether it has the form of one: a local
// part of 64 bytes at most, a domain of 253, in ASCII or UTF-8 without blanks,
// controls, quotes and brackets (RFC 5321 §4.1.2, §4.5.3.1; quoted local parts are
// not of this world).
func normal(address string) (string, bool) {
	local, domain, ok := strings.Cut(address, "@")
	if !ok || local == "" || len(local) > 64 || !validDomain(domain) {
		return "", false
	}
	if local[0] == '.' || local[len(local)-1] == '.' || strings.Contains(local, "..") {
		return "", false
	}
	for _, r := range local {
		if r <= ' ' || r == 0x7f || r == 0xfffd || strings.ContainsRune(`"(),:;<>@[\]`, r) {
			return "", false
		}
	}
	return strings.ToLower(address), true
}

// validDomain tells whether s is a host name of two labels or more.
func validDomain(s string) bool {
	labels := strings.Split(s, ".")
	if len(s) > 253 || len(labels) < 2 {
		return false
	}
	for _, l := range labels {
		if l == "" || len(l) > 63 || l[0] == '-' || l[len(l)-1] == '-' {
			return false
		}
		for _, r := range l {
			ascii := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-'
			if !ascii && (r < 0x80 || r == 0xfffd) {
				return false
			}
		}
	}
	return true
}

// matriculeOf is the matricule INS with its key that a patient's address begins
// with, in capitals; false where the local part has not its shape.
func matriculeOf(address string) (string, bool) {
	local, _, _ := strings.Cut(address, "@")
	local = strings.ToUpper(local)
	if len(local) != 15 {
		return "", false
	}
	if _, err := registre.NIRKey(local[:13]); err != nil {
		return "", false
	}
	for _, c := range local[13:] {
		if c < '0' || c > '9' {
			return "", false
		}
	}
	return local, true
}

// patientAddress is the address of the person with this INS; empty without one.
func patientAddress(ins registre.INS) string {
	if ins.Matricule == "" {
		return ""
	}
	return strings.ToLower(ins.Full()) + "@" + patientDomain
}
