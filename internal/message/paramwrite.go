package message

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A parameterGroup is one parameter, in pieces between which the line may break.
type parameterGroup []string

// parameters writes a value and its parameters.
func (f *folder) parameters(groups []parameterGroup) *folder {
	for i, group := range groups {
		for j, text := range group {
			if i < len(groups)-1 && j == len(group)-1 {
				text += ";"
			}
			f.add(text)
		}
	}
	return f
}

// writtenType reads the media type of an attachment, and gives the parameters that
// it brings, but the name of the file.
func writtenType(s string) (string, []parameterGroup, error) {
	if s == "" {
		return "application/octet-stream", nil, nil
	}
	mediaType, params := parameters(s)
	kind, sub, _ := strings.Cut(mediaType, "/")
	switch {
	case !isToken(kind) || !isToken(sub) || len(mediaType) > 127: // RFC 6838 §4.2
		return "", nil, fmt.Errorf("the media type %s is none", excerpt(s))
	case kind == "multipart":
		return "", nil, fmt.Errorf("the media type %s is not of a file", excerpt(s))
	}
	var names []string
	for name := range params {
		if name != "name" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	var groups []parameterGroup
	for _, name := range names {
		if !isToken(name) || len(name) > 40 {
			return "", nil, fmt.Errorf("the media type %s has a parameter without a proper name", excerpt(s))
		}
		if isToken(params[name]) && firstHigh(params[name]) < 0 && len(params[name]) <= maxPiece {
			groups = append(groups, parameterGroup{name + "=" + params[name]})
			continue
		}
		groups = append(groups, extended(name, params[name])...)
	}
	return mediaType, groups, nil
}

// maxPiece is how much of a value stands on one line.
const maxPiece = 60

// simple tells whether a value can stand between quotes, for all clients: many do
// not undo an escape in a file name.
func simple(s string) bool { return firstHigh(s) < 0 && !strings.ContainsAny(s, "\"\\\t") }

// extended writes a parameter between quotes when it is simple and short; as RFC
// 2231 says, in pieces when it is long, otherwise.
func extended(name, value string) []parameterGroup {
	if simple(value) && len(value) <= maxPiece && !strings.Contains(value, "=?") {
		return []parameterGroup{{name + "=" + quote(value)}}
	}
	var pieces []string
	piece := "utf-8''"
	for _, r := range value {
		c := percentEncode(r)
		if len(piece)+len(c) > maxPiece {
			pieces = append(pieces, piece)
			piece = ""
		}
		piece += c
	}
	if pieces = append(pieces, piece); len(pieces) == 1 {
		return []parameterGroup{{name + "*=" + pieces[0]}}
	}
	var groups []parameterGroup
	for i, piece := range pieces {
		groups = append(groups, parameterGroup{name + "*" + strconv.Itoa(i) + "*=" + piece})
	}
	return groups
}

// percentEncode writes a character as an attribute-char of RFC 2231 §7 or escaped.
func percentEncode(r rune) string {
	if r < utf8.RuneSelf && (r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-._~", r)) {
		return string(r)
	}
	var b strings.Builder
	for _, c := range []byte(string(r)) {
		b.Write([]byte{'%', hexDigits[c>>4], hexDigits[c&15]})
	}
	return b.String()
}

// oldName writes the name parameter of Content-Type, which is where old clients
// look for a file name, and where they understand RFC 2047 though it forbids it.
func oldName(value string) parameterGroup {
	if simple(value) && !strings.Contains(value, "=?") {
		return parameterGroup{"name=" + quote(value)}
	}
	words := encodeWords(value, wordMost-len(`name="`)-2, true)
	words[0] = `name="` + words[0]
	words[len(words)-1] += `"`
	return words
}
