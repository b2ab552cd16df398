package xdm

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
)

// The records of APPNOTE.TXT, the ZIP file format, and their fixed lengths.
const (
	localMark, localLen     = "PK\x03\x04", 30
	centralMark, centralLen = "PK\x01\x02", 46
	endMark, endLen         = "PK\x05\x06", 22
	end64Mark, end64Len     = "PK\x06\x06", 56
	locator64               = "PK\x06\x07"
	locator64Len            = 20
	descriptorMark          = "PK\x07\x08"

	stored, deflated = 0, 8
	methodAES        = 99

	flagEncrypted  = 1 << 0
	flagDescriptor = 1 << 3
	flagStrong     = 1 << 6
	flagUTF8       = 1 << 11
	flagMasked     = 1 << 13

	extraZip64   = 0x0001
	extraUnicode = 0x7075

	max16, max32 = math.MaxUint16, math.MaxUint32
)

// An entry is a record of the central directory.
type entry struct {
	raw, name      string // as written; decoded
	flags, method  uint16
	crc            uint32
	size, packed   int64 // announced
	header         int64 // offset of the local header
	data, next     int64 // offsets of the data, and of what follows the entry
	mode           uint32
	wide, widePack bool // the sizes come from a zip64 field
}

func (e *entry) folder() bool { return e.name != "" && e.name[len(e.name)-1] == '/' }

func corrupt(format string, args ...any) *Problem {
	return &Problem{Code: "zip", Text: fmt.Sprintf(format, args...)}
}

func u16(b []byte, at int) uint16 { return binary.LittleEndian.Uint16(b[at:]) }
func u32(b []byte, at int) uint32 { return binary.LittleEndian.Uint32(b[at:]) }
func u64(b []byte, at int) uint64 { return binary.LittleEndian.Uint64(b[at:]) }

// An end is what the last records say of the directory.
type end struct {
	count        uint64
	offset, size int64
}

// directory reads the central directory; it also returns where that begins.
func directory(b []byte, l Limits) ([]entry, int64, error) {
	at, err := findEnd(b)
	if err != nil {
		return nil, 0, err
	}
	d, err := readEnd(b, at)
	if err != nil {
		return nil, 0, err
	}
	if d.count > uint64(l.Files) {
		return nil, 0, &Problem{Code: "files", Text: fmt.Sprintf("it has %d entries, more than %d", d.count, l.Files)}
	}
	dir := b[d.offset : d.offset+d.size]
	entries := make([]entry, 0, min(d.count, uint64(len(dir)/centralLen)))
	for len(dir) > 0 {
		if len(entries) == l.Files {
			return nil, 0, &Problem{Code: "files", Text: fmt.Sprintf("it has more than %d entries, and says %d", l.Files, d.count)}
		}
		e, n, err := central(dir)
		if err != nil {
			return nil, 0, err
		}
		entries, dir = append(entries, e), dir[n:]
	}
	if uint64(len(entries)) != d.count {
		return nil, 0, corrupt("it says that it has %d entries, and has %d", d.count, len(entries))
	}
	return entries, d.offset, nil
}

// findEnd finds the one end record whose comment ends the archive (APPNOTE §4.3.16).
// Two of them would be two archives in one: programs would not see the same.
func findEnd(b []byte) (int, error) {
	found := -1
	for at := max(0, len(b)-endLen-max16); ; at++ { // forwards, which bytes.Index does fast
		next := bytes.Index(b[at:], []byte(endMark))
		if next < 0 {
			break
		}
		at += next
		if at+endLen > len(b) || at+endLen+int(u16(b, at+20)) != len(b) {
			continue
		}
		if found >= 0 {
			return 0, corrupt("it has two end records, one within the comment of the other")
		}
		found = at
	}
	switch {
	case found >= 0:
		return found, nil
	case len(b) == 0:
		return 0, corrupt("it is empty")
	case !bytes.HasPrefix(b, []byte("PK")):
		return 0, corrupt("it is not a ZIP archive")
	}
	return 0, corrupt("it has no end record, or bytes follow it: it is cut or damaged")
}

// readEnd reads the end record and its zip64 form, and holds one against the other.
func readEnd(b []byte, at int) (end, error) {
	r := b[at:]
	d := end{count: uint64(u16(r, 10)), size: int64(u32(r, 12)), offset: int64(u32(r, 16))}
	if u16(r, 4) != 0 && u16(r, 4) != max16 || u16(r, 6) != 0 && u16(r, 6) != max16 || u16(r, 8) != u16(r, 10) {
		return d, corrupt("it is one part of an archive in several")
	}
	stop := at // where the directory must end
	loc := at - locator64Len
	wide := loc >= 0 && bytes.HasPrefix(b[loc:], []byte(locator64))
	if !wide && (d.count == max16 || d.size == max32 || d.offset == max32) {
		return d, corrupt("its zip64 end record is missing")
	}
	if wide {
		off := u64(b, loc+8)
		if u32(b, loc+4) != 0 || u32(b, loc+16) > 1 {
			return d, corrupt("it is one part of an archive in several")
		}
		if off > uint64(loc-min(loc, end64Len)) || !bytes.HasPrefix(b[off:], []byte(end64Mark)) {
			return d, corrupt("its zip64 end record is not where its locator says")
		}
		r, stop = b[off:], int(off)
		if n := u64(r, 4); n < end64Len-12 || n != uint64(loc)-off-12 {
			return d, corrupt("its zip64 end record has a wrong length")
		}
		if u32(r, 16) != 0 || u32(r, 20) != 0 || u64(r, 24) != u64(r, 32) {
			return d, corrupt("it is one part of an archive in several")
		}
		count, size, offset := u64(r, 32), u64(r, 40), u64(r, 48)
		if size > math.MaxInt64 || offset > math.MaxInt64 ||
			d.count != max16 && d.count != count || d.size != max32 && uint64(d.size) != size || d.offset != max32 && uint64(d.offset) != offset {
			return d, &Problem{Code: "size-lies", Text: "its two end records do not say the same"}
		}
		d = end{count: count, size: int64(size), offset: int64(offset)}
	}
	if d.offset > int64(stop) || d.size != int64(stop)-d.offset {
		return d, corrupt("its directory is said to take %d bytes from %d, but must end at %d", d.size, d.offset, stop)
	}
	return d, nil
}

// central reads one record of the directory (APPNOTE §4.3.12) and its length.
func central(b []byte) (entry, int, error) {
	if len(b) < centralLen || !bytes.HasPrefix(b, []byte(centralMark)) {
		return entry{}, 0, corrupt("its directory is damaged")
	}
	name, extra, comment := int(u16(b, 28)), int(u16(b, 30)), int(u16(b, 32))
	n := centralLen + name + extra + comment
	if n > len(b) {
		return entry{}, 0, corrupt("its directory is cut")
	}
	e := entry{
		raw: string(b[centralLen : centralLen+name]), flags: u16(b, 8), method: u16(b, 10), crc: u32(b, 16),
		packed: int64(u32(b, 20)), size: int64(u32(b, 24)), header: int64(u32(b, 42)),
	}
	e.name = e.raw
	if system := b[5]; system == 3 || system == 19 { // Unix, macOS
		e.mode = u32(b, 38) >> 16
	}
	switch {
	case e.flags&(flagEncrypted|flagStrong|flagMasked) != 0 || e.method == methodAES:
		return e, 0, e.refuse("encrypted", "it is encrypted")
	case e.method != stored && e.method != deflated:
		return e, 0, e.refuse("zip", "its compression method %d is not read: 0 (stored) or 8 (deflate)", e.method)
	case u16(b, 34) != 0 && u16(b, 34) != max16:
		return e, 0, e.refuse("zip", "it is in another part of an archive in several")
	}
	if err := e.extras(b[centralLen+name : centralLen+name+extra]); err != nil {
		return e, 0, err
	}
	return e, n, nil
}
