package xdm

import (
	"hash/crc32"
	"math"
	"unicode/utf8"
)

// extras reads the extra fields of a directory record that matter: zip64 sizes
// (APPNOTE §4.5.3), of which each stands for a field that is all ones, and the
// Unicode name (§4.6.9).
func (e *entry) extras(b []byte) error {
	wantSize, wantPacked, wantHeader := e.size == max32, e.packed == max32, e.header == max32
	unicode, seen := "", false
	for len(b) > 0 {
		if len(b) < 4 {
			break // some writers pad with a few zeros
		}
		id, n := u16(b, 0), int(u16(b, 2))
		if 4+n > len(b) {
			return e.refuse("zip", "an extra field is longer than its place")
		}
		field := b[4 : 4+n]
		b = b[4+n:]
		switch id {
		case extraZip64:
			if seen {
				return e.refuse("size-lies", "it has two zip64 fields")
			}
			seen = true
			for _, f := range []struct {
				want bool
				to   *int64
				wide *bool
			}{{wantSize, &e.size, &e.wide}, {wantPacked, &e.packed, &e.widePack}, {wantHeader, &e.header, new(bool)}} {
				if !f.want {
					continue
				}
				if len(field) < 8 {
					return e.refuse("size-lies", "its zip64 field is too short")
				}
				v := u64(field, 0)
				if v > math.MaxInt64 {
					return e.refuse("size-lies", "its zip64 field says %d", v)
				}
				*f.to, *f.wide, field = int64(v), true, field[8:]
			}
		case extraUnicode:
			if n >= 5 && field[0] == 1 && u32(field, 1) == crc32.ChecksumIEEE([]byte(e.raw)) {
				unicode = string(field[5:])
			}
		}
	}
	if (wantSize || wantPacked || wantHeader) && !seen {
		return e.refuse("size-lies", "its zip64 field is missing")
	}
	return e.decode(unicode)
}

// decode makes the name readable: UTF-8 where it is, else the Unicode field, else
// code page 437 (APPNOTE appendix D).
func (e *entry) decode(unicode string) error {
	ascii := true
	for i := range len(e.raw) {
		ascii = ascii && e.raw[i] < utf8.RuneSelf
	}
	switch {
	case ascii && unicode != "" && unicode != e.raw:
		return e.refuse("path", "it also goes by the name %q", clip(unicode))
	case ascii || utf8.ValidString(e.raw) && (unicode == "" || unicode == e.raw):
	case e.flags&flagUTF8 != 0:
		return e.refuse("path", "its name is said to be UTF-8, and is not, or has another beside it")
	case unicode != "":
		if !utf8.ValidString(unicode) {
			return e.refuse("path", "its Unicode name is not UTF-8")
		}
		e.name = unicode
	default:
		high := []rune(codePage437)
		name := make([]rune, 0, len(e.raw))
		for i := range len(e.raw) {
			if c := e.raw[i]; c < utf8.RuneSelf {
				name = append(name, rune(c))
			} else {
				name = append(name, high[c-utf8.RuneSelf])
			}
		}
		e.name = string(name)
	}
	return nil
}

// codePage437 is the upper half of the code page of the first PCs.
const codePage437 = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0"

// clip bounds what a text repeats of a name.
func clip(s string) string {
	const most = 120
	if len(s) <= most {
		return s
	}
	n := most
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n] + "…"
}
