package mailbox

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Bounds of folders. RFC 9051 sets none.
const (
	maxFolders = 1000 // of a BAL
	maxName    = 255  // bytes
	maxLevels  = 20
)

// canonical writes INBOX in upper case, alone or as the first level: it has no case
// (RFC 9051 §5.1). Other names have.
func canonical(name string) string {
	if len(name) >= len(Inbox) && strings.EqualFold(name[:len(Inbox)], Inbox) && (len(name) == len(Inbox) || name[len(Inbox)] == '/') {
		return Inbox + name[len(Inbox):]
	}
	return name
}

// checkName refuses what no folder can be called: an empty level, controls, what is
// not UTF-8 (RFC 9051 §5.1), and the wildcards of LIST, which could not name it.
func checkName(name string) error {
	switch {
	case name == "":
		return fmt.Errorf("%w: it is empty", ErrName)
	case len(name) > maxName:
		return fmt.Errorf("%w: %d bytes, at most %d", ErrName, len(name), maxName)
	case !utf8.ValidString(name):
		return fmt.Errorf("%w: not UTF-8", ErrName)
	case strings.ContainsAny(name, "*%"):
		return fmt.Errorf("%w: %q has a wildcard", ErrName, name)
	case strings.ContainsFunc(name, func(r rune) bool { return unicode.IsControl(r) || r == '\u2028' || r == '\u2029' }):
		return fmt.Errorf("%w: %q has a control character", ErrName, name)
	case strings.HasPrefix(name, "/"), strings.HasSuffix(name, "/"), strings.Contains(name, "//"):
		return fmt.Errorf("%w: %q has an empty level", ErrName, name)
	case strings.Count(name, "/") >= maxLevels:
		return fmt.Errorf("%w: more than %d levels", ErrName, maxLevels)
	}
	return nil
}

// parents yields the names above a name, the outermost first.
func parents(name string) func(func(string) bool) {
	return func(yield func(string) bool) {
		for i := range len(name) {
			if name[i] == '/' && !yield(name[:i]) {
				return
			}
		}
	}
}
