package mailbox

import (
	"fmt"
	"slices"
	"strings"
)

// System flags that are counted.
const (
	seen    = `\Seen`
	deleted = `\Deleted`
)

// Bounds of flags.
const (
	maxFlags    = 64  // of a message
	maxFlag     = 64  // bytes
	maxKeywords = 256 // of a folder, over time
)

// canonicalFlag writes a flag as it is kept: flags have no case (RFC 9051 §2.3.2), and
// those of the RFC and of the IANA registry of keywords that clients use have a usual
// one. Others stay as they are written. It gives "" for \Recent, which no longer
// exists and which clients send back.
func canonicalFlag(f string) (string, error) {
	if f == "" || len(f) > maxFlag {
		return "", fmt.Errorf("%w: %d bytes, from 1 to %d", ErrFlag, len(f), maxFlag)
	}
	if f[0] == '\\' {
		switch strings.ToLower(f[1:]) {
		case "seen":
			return seen, nil
		case "answered":
			return `\Answered`, nil
		case "flagged":
			return `\Flagged`, nil
		case "deleted":
			return deleted, nil
		case "draft":
			return `\Draft`, nil
		case "recent":
			return "", nil
		}
		return "", fmt.Errorf("%w: %q is not a system flag", ErrFlag, f)
	}
	for i := range len(f) { // an atom, RFC 9051 §9
		if c := f[i]; c <= ' ' || c >= 0x7f || strings.IndexByte(`(){%*"\]`, c) >= 0 {
			return "", fmt.Errorf("%w: %q is not an atom", ErrFlag, f)
		}
	}
	if f[0] == '$' {
		for _, known := range []string{"$MDNSent", "$Forwarded", "$Junk", "$NotJunk", "$Phishing", "$Important"} {
			if strings.EqualFold(f, known) {
				return known, nil
			}
		}
	}
	return f, nil
}

// flagSet is a list of flags as it is kept: sorted, each once whatever its case. The
// result never shares its array with flags.
func flagSet(flags []string) ([]string, error) {
	var set []string
	for _, f := range flags {
		f, err := canonicalFlag(f)
		if err != nil {
			return nil, err
		}
		if f == "" || hasFlag(set, f) {
			continue
		}
		if len(set) == maxFlags {
			return nil, fmt.Errorf("%w flags: at most %d", ErrLimit, maxFlags)
		}
		set = append(set, f)
	}
	slices.Sort(set)
	return set, nil
}

func hasFlag(set []string, flag string) bool {
	return slices.ContainsFunc(set, func(f string) bool { return strings.EqualFold(f, flag) })
}

// learn adds the keywords of a message to those of its folder, and has a keyword
// written as the folder first met it. set is changed in place.
func (r *record) learn(set []string) error {
	changed := false
	for i, f := range set {
		if f[0] == '\\' {
			continue
		}
		if _, ok := slices.BinarySearch(r.Keywords, f); ok {
			continue
		}
		if k := slices.IndexFunc(r.Keywords, func(k string) bool { return strings.EqualFold(k, f) }); k >= 0 {
			set[i], changed = r.Keywords[k], true
			continue
		}
		if len(r.Keywords) >= maxKeywords {
			return fmt.Errorf("%w keywords in the folder: at most %d", ErrLimit, maxKeywords)
		}
		r.Keywords = append(slices.Clone(r.Keywords), f)
		slices.Sort(r.Keywords)
	}
	if changed {
		slices.Sort(set)
	}
	return nil
}
