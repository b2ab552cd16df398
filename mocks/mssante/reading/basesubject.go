package reading

import "strings"

// baseSubject is what is left of a subject without the marks of replies and forwards
// (RFC 5256 §2.1), in lower case; reply tells whether there were any.
func baseSubject(subject string) (base string, reply bool) {
	s := strings.Join(strings.Fields(subject), " ")
	for {
		for { // step 2: the marks at the end
			t, ok := cutFold(s, "(fwd)", true)
			if !ok {
				break
			}
			s, reply = strings.TrimRight(t, " "), true
		}
		for { // steps 3 to 5: those at the beginning, and lists' tags
			t, marked, ok := cutLeader(s)
			if !ok {
				break
			}
			s, reply = t, reply || marked
		}
		inner, ok := cutFold(s, "[fwd:", false) // step 6
		if !ok || !strings.HasSuffix(inner, "]") {
			return strings.ToLower(s), reply
		}
		s, reply = strings.TrimSpace(inner[:len(inner)-1]), true
	}
}

// cutFold cuts a mark, whatever its case, off the beginning or the end.
func cutFold(s, mark string, end bool) (string, bool) {
	if len(s) < len(mark) {
		return s, false
	}
	if end {
		at := len(s) - len(mark)
		return s[:at], strings.EqualFold(s[at:], mark)
	}
	return s[len(mark):], strings.EqualFold(s[:len(mark)], mark)
}

// cutLeader takes one mark or one tag off the beginning: "Re:", "Fwd [x]:", "[list]".
func cutLeader(s string) (rest string, marked, ok bool) {
	if t := strings.TrimLeft(s, " "); t != s {
		return t, false, true
	}
	t := s
	for { // *subj-blob subj-refwd
		if after, ok := cutRefwd(t); ok {
			return after, true, true
		}
		after, ok := cutBlob(t)
		if !ok {
			break
		}
		t = after
	}
	if after, ok := cutBlob(s); ok && after != "" {
		return after, false, true
	}
	return s, false, false
}

// cutBlob takes "[…]" and the blanks after it.
func cutBlob(s string) (string, bool) {
	if !strings.HasPrefix(s, "[") {
		return s, false
	}
	end := strings.IndexAny(s[1:], "[]")
	if end < 0 || s[1+end] != ']' {
		return s, false
	}
	return strings.TrimLeft(s[end+2:], " "), true
}

// cutRefwd takes "re", "fw" or "fwd", maybe a blob, and a colon.
func cutRefwd(s string) (string, bool) {
	for _, mark := range []string{"re", "fwd", "fw"} {
		t, ok := cutFold(s, mark, false)
		if !ok {
			continue
		}
		t = strings.TrimLeft(t, " ")
		t, _ = cutBlob(t)
		if after, ok := strings.CutPrefix(t, ":"); ok {
			return after, true
		}
	}
	return s, false
}
