package xdm

import (
	"bytes"
	"cmp"
	"slices"
)

// locate reads the local header of an entry (APPNOTE §4.3.7) and its data
// descriptor (§4.3.9), and holds both against the directory: readers that stream
// believe them alone.
func (e *entry) locate(b []byte) error {
	if e.header < 0 || e.header > int64(len(b)-localLen) || !bytes.HasPrefix(b[e.header:], []byte(localMark)) {
		return e.refuse("zip", "there is no local header at %d", e.header)
	}
	h := b[e.header:]
	name, extra := int64(u16(h, 26)), int64(u16(h, 28))
	e.data = e.header + localLen + name + extra
	if e.data > int64(len(b)) || e.packed > int64(len(b))-e.data {
		return e.refuse("size-lies", "its %d bytes go beyond the archive", e.packed)
	}
	e.next = e.data + e.packed
	switch {
	case string(h[localLen:localLen+name]) != e.raw:
		return e.refuse("path", "its local header names it %q", clip(string(h[localLen:localLen+name])))
	case u16(h, 6)&(flagEncrypted|flagStrong|flagMasked) != 0:
		return e.refuse("encrypted", "its local header says that it is encrypted")
	case u16(h, 8) != e.method || (u16(h, 6)^e.flags)&flagDescriptor != 0:
		return e.refuse("zip", "its local header says another compression than the directory")
	}
	crc, packed, size := u32(h, 14), int64(u32(h, 18)), int64(u32(h, 22))
	if packed == max32 || size == max32 {
		var err error
		if packed, size, err = e.local64(h[localLen+name:e.data-e.header], packed, size); err != nil {
			return err
		}
	}
	// Before a descriptor, what was not known yet is zero; Info-ZIP knows the size.
	after := e.flags&flagDescriptor != 0
	if (packed != e.packed && (!after || packed != 0)) || (size != e.size && (!after || size != 0)) {
		return e.refuse("size-lies", "its local header says %d bytes (%d compressed), the directory %d (%d)", size, packed, e.size, e.packed)
	}
	if crc != e.crc && (!after || crc != 0) {
		return e.refuse("zip", "its local header and the directory say different CRCs")
	}
	if after {
		return e.descriptor(b)
	}
	return nil
}

// local64 reads the zip64 field of a local header, which has both sizes.
func (e *entry) local64(b []byte, packed, size int64) (int64, int64, error) {
	for len(b) >= 4 {
		id, n := u16(b, 0), int(u16(b, 2))
		if 4+n > len(b) {
			break
		}
		if id == extraZip64 && n >= 16 {
			return int64(u64(b, 12)), int64(u64(b, 4)), nil
		}
		b = b[4+n:]
	}
	return 0, 0, e.refuse("size-lies", "the zip64 field of its local header is missing")
}

// descriptor looks for the one that follows the data: with or without its mark,
// with sizes of four or eight bytes.
func (e *entry) descriptor(b []byte) error {
	d := b[e.next:]
	mark := int64(0)
	if bytes.HasPrefix(d, []byte(descriptorMark)) {
		mark = 4
	}
	for _, at := range slices.Compact([]int64{mark, 0}) {
		if len(d) < int(at) {
			continue
		}
		r := d[at:]
		if len(r) >= 20 && u32(r, 0) == e.crc && u64(r, 4) == uint64(e.packed) && u64(r, 12) == uint64(e.size) {
			e.next += at + 20
			return nil
		}
		if len(r) >= 12 && u32(r, 0) == e.crc && int64(u32(r, 4)) == e.packed && int64(u32(r, 8)) == e.size {
			e.next += at + 12
			return nil
		}
	}
	return e.refuse("size-lies", "the descriptor after its data does not say what the directory says")
}

// layout looks at how entries lie: they must not overlap, nor reach into the
// directory. Bytes of no entry are a place to hide things, but harm nobody.
func (a *Archive) layout(entries []entry, directory int64) error {
	order := make([]*entry, len(entries))
	for i := range entries {
		order[i] = &entries[i]
	}
	slices.SortFunc(order, func(x, y *entry) int { return cmp.Compare(x.header, y.header) })
	at, idle := int64(0), int64(0)
	for _, e := range order {
		if e.header < at {
			return e.refuse("bomb", "it overlaps another entry")
		}
		idle += e.header - at
		at = e.next
	}
	if at > directory {
		return corrupt("its entries reach into its directory")
	}
	if idle += directory - at; idle > 0 {
		p := corrupt("%d bytes belong to no entry", idle)
		a.Problems = append(a.Problems, *p)
	}
	return nil
}
