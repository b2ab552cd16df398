package xdm

import (
	"strings"
	"unicode"
)

const (
	maxName = 255 // bytes of a path
	maxDeep = 16  // its components

	modeType, modeLink, modeFolder, modeFile = 0o170000, 0o120000, 0o040000, 0o100000
)

// names refuses an archive that could not be unpacked into a folder, on any system,
// without something landing outside of it or upon something else.
func names(entries []entry) error {
	seen := make(map[string]bool, len(entries)) // true for a folder
	for i := range entries {
		e := &entries[i]
		if err := e.path(); err != nil {
			return err
		}
		folder := e.folder()
		key := fold(strings.TrimSuffix(e.name, "/"))
		if was, taken := seen[key]; taken && (!folder || !was) {
			return e.refuse("duplicate", "another entry has this name, or the same in other letters")
		}
		seen[key] = folder
	}
	for i := range entries {
		e := &entries[i]
		key := fold(strings.TrimSuffix(e.name, "/"))
		for at := strings.LastIndexByte(key, '/'); at > 0; at = strings.LastIndexByte(key[:at], '/') {
			if folder, taken := seen[key[:at]]; taken && !folder {
				return e.refuse("duplicate", "it is inside of %q, which is a file", clip(e.name[:min(at, len(e.name))]))
			}
		}
	}
	twice := make(map[string]bool, len(entries))
	for i := range entries {
		if twice[entries[i].name] {
			return entries[i].refuse("duplicate", "another entry has this name")
		}
		twice[entries[i].name] = true
	}
	return nil
}

// fold makes names alike that a file system takes for the same.
func fold(s string) string { return strings.ToLower(strings.ToUpper(s)) }

// path refuses a name that climbs out, or that systems do not read alike.
func (e *entry) path() error {
	s := e.name
	switch {
	case s == "":
		return e.refuse("path", "it has no name")
	case len(s) > maxName || strings.Count(s, "/") > maxDeep:
		return e.refuse("path", "its name is longer than %d bytes, or deeper than %d folders", maxName, maxDeep)
	case s[0] == '/':
		return e.refuse("path", "its name is absolute")
	case strings.Contains(s, `\`):
		return e.refuse("path", "its name has a backslash")
	case strings.Contains(s, ":"):
		return e.refuse("path", "its name has a drive letter or a stream")
	case strings.ContainsFunc(s, unicode.IsControl):
		return e.refuse("path", "its name has a control character")
	}
	for part := range strings.SplitSeq(strings.TrimSuffix(s, "/"), "/") {
		switch {
		case part == "..":
			return e.refuse("path", "its name climbs out of its folder")
		case part == "" || part == ".":
			return e.refuse("path", "its name has an empty component")
		case strings.HasSuffix(part, ".") || strings.HasSuffix(part, " ") || part[0] == ' ':
			return e.refuse("path", "a component of its name begins or ends with a space, or ends with a dot, which some systems drop")
		}
	}
	switch kind := e.mode & modeType; {
	case kind == modeLink:
		return e.refuse("path", "it is a symbolic link")
	case kind != 0 && kind != modeFile && kind != modeFolder:
		return e.refuse("path", "it is neither a file nor a folder")
	case kind == modeFolder && !e.folder():
		return e.refuse("path", "it is a folder whose name does not end in a slash")
	}
	return nil
}
