package xdm_test

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"encoding/binary"
	"hash/crc32"
	"testing"
)

// An item is an entry of a hand-made archive, in which everything can be made to lie.
type item struct {
	name   string
	data   []byte // expanded
	method uint16 // 8 compresses it
	flags  uint16
	packed []byte // instead of data, compressed
	size   int64  // instead of that of data
	after  []byte // follows the data: a descriptor
	extra  [2][]byte
	local  func(h []byte) // changes the 30 bytes of the local header
	record func(h []byte) // changes the 46 bytes of the directory record
	other  string         // name in the local header
}

func deflate(t testing.TB, b []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := flate.NewWriter(&out, 9)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(b); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func put16(b []byte, at, v int)        { binary.LittleEndian.PutUint16(b[at:], uint16(v)) }
func put32(b []byte, at int, v uint32) { binary.LittleEndian.PutUint32(b[at:], v) }
func le32(v ...uint32) (b []byte) {
	for _, n := range v {
		b = binary.LittleEndian.AppendUint32(b, n)
	}
	return b
}

func le64(v ...uint64) (b []byte) {
	for _, n := range v {
		b = binary.LittleEndian.AppendUint64(b, n)
	}
	return b
}

// field is an extra field.
func field(id int, content []byte) []byte {
	b := make([]byte, 4, 4+len(content))
	put16(b, 0, id)
	put16(b, 2, len(content))
	return append(b, content...)
}

// forge writes an archive byte by byte; end changes the 22 bytes of the end record.
func forge(t testing.TB, end func(b []byte), items ...item) []byte {
	t.Helper()
	var out, dir []byte
	for _, it := range items {
		packed := it.packed
		if packed == nil {
			if packed = it.data; it.method == 8 {
				packed = deflate(t, it.data)
			}
		}
		if it.size == 0 {
			it.size = int64(len(it.data))
		}
		at := len(out)
		h := make([]byte, 30)
		copy(h, "PK\x03\x04")
		put16(h, 4, 20)
		put16(h, 6, int(it.flags))
		put16(h, 8, int(it.method))
		put32(h, 14, crc32.ChecksumIEEE(it.data))
		put32(h, 18, uint32(len(packed)))
		put32(h, 22, uint32(it.size))
		name := it.name
		if it.other != "" {
			name = it.other
		}
		put16(h, 26, len(name))
		put16(h, 28, len(it.extra[0]))
		r := make([]byte, 46)
		copy(r, "PK\x01\x02")
		put16(r, 4, 20)
		copy(r[6:30], h[4:28])
		put16(r, 28, len(it.name))
		put16(r, 30, len(it.extra[1]))
		put32(r, 42, uint32(at))
		if it.local != nil {
			it.local(h)
		}
		if it.record != nil {
			it.record(r)
		}
		out = append(append(append(append(append(out, h...), name...), it.extra[0]...), packed...), it.after...)
		dir = append(append(append(dir, r...), it.name...), it.extra[1]...)
	}
	tail := make([]byte, 22)
	copy(tail, "PK\x05\x06")
	put16(tail, 8, len(items))
	put16(tail, 10, len(items))
	put32(tail, 12, uint32(len(dir)))
	put32(tail, 16, uint32(len(out)))
	if end != nil {
		end(tail)
	}
	return append(append(out, dir...), tail...)
}

// pack writes an archive of names and contents, in pairs, by another hand.
func pack(t testing.TB, pairs ...string) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for i := 0; i+1 < len(pairs); i += 2 {
		f, err := w.Create(pairs[i])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write([]byte(pairs[i+1])); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}
