package xdm

import (
	"bytes"
	"compress/flate"
	"fmt"
	"hash/crc32"
	"io"
)

// ratioFrom is how much must come out before the ratio says something: text that
// repeats itself is compressed a thousand times, and small.
const ratioFrom = 1 << 20

// Read opens an archive. Its error is a *[Problem] when the archive must not be
// trusted: zip, bomb, path, size-lies, duplicate, files, encrypted.
func Read(b []byte, l Limits) (*Archive, error) {
	l = l.withDefaults()
	entries, end, err := directory(b, l)
	if err != nil {
		return nil, err
	}
	if err := names(entries); err != nil {
		return nil, err
	}
	for i := range entries {
		if err := entries[i].locate(b); err != nil {
			return nil, err
		}
	}
	a := &Archive{Files: make([]File, 0, len(entries))}
	if err := a.layout(entries, end); err != nil {
		return nil, err
	}
	x := expander{archive: b, limits: l}
	for i := range entries {
		e := &entries[i]
		content, err := x.expand(e)
		if err != nil {
			return nil, err
		}
		a.Files = append(a.Files, File{Name: e.name, Content: content, Method: e.method})
	}
	a.profile()
	return a, nil
}

// expander takes the contents out and counts what comes.
type expander struct {
	archive []byte
	limits  Limits
	total   int64
	source  bytes.Reader
	inflate io.ReadCloser // one for all entries: it is large
}

// expand returns the content of an entry, nil for a folder.
func (x *expander) expand(e *entry) ([]byte, error) {
	data := x.archive[e.data : e.data+e.packed]
	if e.folder() {
		if e.packed > 2 || e.size != 0 { // deflate writes two bytes for nothing
			return nil, e.refuse("zip", "a folder holds %d bytes", max(e.packed, e.size))
		}
		return nil, nil
	}
	var content []byte
	switch e.method {
	case stored:
		if err := x.count(e, int64(len(data))); err != nil {
			return nil, err
		}
		content = bytes.Clone(data)
		if content == nil {
			content = []byte{}
		}
	case deflated:
		var err error
		if content, err = x.inflated(e, data); err != nil {
			return nil, err
		}
	}
	if n := int64(len(content)); n != e.size {
		return nil, e.refuse("size-lies", "it is said to have %d bytes, and has %d", e.size, n)
	}
	if sum := crc32.ChecksumIEEE(content); sum != e.crc {
		return nil, e.refuse("zip", "it is damaged: its CRC is %08x instead of %08x", sum, e.crc)
	}
	x.total += int64(len(content))
	return content, nil
}

// count refuses an entry once n bytes of it have come out.
func (x *expander) count(e *entry, n int64) error {
	l, total := x.limits, x.total+n
	switch {
	case n > l.File:
		return e.refuse("bomb", "it expands to more than %d bytes", l.File)
	case total > l.Total:
		return e.refuse("bomb", "the archive expands to more than %d bytes", l.Total)
	case n > ratioFrom && n/l.Ratio >= max(e.packed, 1):
		return e.refuse("bomb", "%d bytes have expanded to more than %d, over %d to one", e.packed, n-1, l.Ratio)
	case total > ratioFrom && total/l.Ratio >= int64(len(x.archive)):
		return e.refuse("bomb", "the %d bytes of the archive have expanded to more than %d, over %d to one", len(x.archive), total-1, l.Ratio)
	}
	return nil
}

// inflated expands step by step: memory grows with what has come out, never with
// what was announced. It stops one byte after the size announced.
func (x *expander) inflated(e *entry, data []byte) ([]byte, error) {
	x.source.Reset(data)
	if x.inflate == nil {
		x.inflate = flate.NewReader(&x.source)
	} else if err := x.inflate.(flate.Resetter).Reset(&x.source, nil); err != nil {
		return nil, e.refuse("zip", "%v", err)
	}
	const step = 256 << 10
	out := make([]byte, 0, max(min(e.size+1, 4*e.packed, step), 1))
	for {
		if len(out) == cap(out) {
			larger := make([]byte, len(out), 2*cap(out)) // append would copy more often
			copy(larger, out)
			out = larger
		}
		n, err := x.inflate.Read(out[len(out):min(cap(out), len(out)+step)])
		out = out[:len(out)+n]
		if bad := x.count(e, int64(len(out))); bad != nil {
			return nil, bad
		}
		switch {
		case int64(len(out)) > e.size:
			return nil, e.refuse("size-lies", "it is said to have %d bytes, and has more", e.size)
		case err == io.EOF:
			if x.source.Len() > 0 {
				return nil, e.refuse("size-lies", "it is said to take %d bytes compressed, and takes %d", e.packed, e.packed-int64(x.source.Len()))
			}
			return out, nil
		case err != nil:
			return nil, e.refuse("zip", "it cannot be expanded: %v", err)
		}
	}
}

func (e *entry) refuse(code, format string, args ...any) *Problem {
	return &Problem{Code: code, File: clip(e.name), Text: fmt.Sprintf(format, args...)}
}
