package pdfa

import (
	"bytes"
	"compress/zlib"
	"errors"
	"io"
)

// Bounds of what is read of one file.
const (
	maxObjects  = 500_000
	maxInflated = 32 << 20 // bytes out of all object streams, and out of the metadata
)

// A document is what a scan of a file finds.
type document struct {
	objects  map[ref]any
	trailers []dict
	cut      bool // a stream without end
	packed   bool // cross-reference or object streams
	limit    bool // over a bound: some objects were not read
	values   int  // left to read
	inflated int  // bytes left to decompress
}

// scan finds every object and trailer of a file, in one pass.
func scan(b []byte) *document {
	d := &document{objects: map[ref]any{}, values: maxValues, inflated: maxInflated}
	var packs []stream
	object, trailer := -1, -1 // where the keywords come next; looked for when passed
	for pos := 0; pos < len(b) && !d.limit; {
		object, trailer = next(b, "obj", object, pos), next(b, "trailer", trailer, pos)
		if trailer < object {
			pos = d.trailer(b, trailer+len("trailer"))
			continue
		}
		if object == len(b) {
			break
		}
		pos = object + len("obj")
		number, ok := numberBefore(b, object)
		if !ok {
			continue
		}
		var pack *stream
		pos, pack = d.object(b, pos, number)
		if pack != nil {
			packs = append(packs, *pack)
		}
	}
	if d.encrypted() {
		return d // and so are the object streams
	}
	for _, s := range packs {
		d.unpack(s)
	}
	return d
}

// next is where a word comes at or after pos: at, when that is not behind; the end of
// the file when it does not come.
func next(b []byte, word string, at, pos int) int {
	if at >= pos {
		return at
	}
	if i := bytes.Index(b[pos:], []byte(word)); i >= 0 {
		return pos + i
	}
	return len(b)
}

// numberBefore reads the number of an object, before its keyword: "12 0 ".
func numberBefore(b []byte, at int) (ref, bool) {
	i := at
	word := func() (int, bool) {
		for i > 0 && at-i < 32 && isSpace(b[i-1]) {
			i--
		}
		n, unit, digits := 0, 1, 0
		for i > 0 && digits < 9 && isDigit(b[i-1]) {
			i--
			n, unit, digits = n+unit*int(b[i]-'0'), unit*10, digits+1
		}
		return n, digits > 0
	}
	if i == 0 || !isSpace(b[i-1]) && !isDigit(b[i-1]) {
		return 0, false
	}
	if _, ok := word(); !ok || i == 0 || !isSpace(b[i-1]) {
		return 0, false
	}
	n, ok := word()
	return ref(n), ok
}

// parse reads one value at pos, and tells where it ends.
func (d *document) parse(b []byte, pos int) (any, int, bool) {
	p := &parser{b: b, pos: pos, values: &d.values}
	v, err := p.value()
	if errors.Is(err, errLimit) && d.values < 0 {
		d.limit = true
	}
	return v, max(p.pos, pos), err == nil
}

func (d *document) trailer(b []byte, pos int) int {
	v, end, ok := d.parse(b, pos)
	if t, isDict := v.(dict); ok && isDict {
		d.trailers = append(d.trailers, t)
	}
	return end
}

// object reads the object whose value starts at pos. An object stream is given back.
func (d *document) object(b []byte, pos int, number ref) (int, *stream) {
	v, pos, ok := d.parse(b, pos)
	if !ok {
		return pos, nil
	}
	if len(d.objects) >= maxObjects {
		d.limit = true
		return pos, nil
	}
	head, isDict := v.(dict)
	if !isDict {
		d.objects[number] = v
		return pos, nil
	}
	p := &parser{b: b, pos: pos}
	p.space()
	if !p.prefix("stream") {
		d.objects[number] = head
		return pos, nil
	}
	if !p.prefix("\r\n") {
		p.prefix("\n")
	}
	s := stream{dict: head}
	s.data, pos = d.data(b, p.pos, head)
	d.objects[number] = s
	switch head["Type"] {
	case name("XRef"):
		d.packed = true
		d.trailers = append(d.trailers, head)
	case name("ObjStm"):
		d.packed = true
		return pos, &s
	}
	return pos, nil
}

// data finds the data of a stream: by its length where that is right, else by the
// keyword that ends it.
func (d *document) data(b []byte, start int, head dict) ([]byte, int) {
	if n, ok := head["Length"].(int); ok && n >= 0 && n <= len(b)-start {
		p := &parser{b: b, pos: start + n}
		p.prefix("\r")
		p.prefix("\n")
		if p.prefix("endstream") {
			return b[start : start+n], p.pos
		}
	}
	n := bytes.Index(b[start:], []byte("endstream"))
	if n < 0 {
		d.cut = true
		return b[start:], len(b)
	}
	return bytes.TrimRight(b[start:start+n], "\r\n"), start + n + len("endstream")
}

// unpack reads the objects of an object stream (PDF Reference 1.5 §3.4.6). What has a
// definition outside of it keeps that.
func (d *document) unpack(s stream) {
	data, ok := d.inflate(s)
	if !ok {
		return
	}
	count, _ := s.dict["N"].(int)
	first, _ := s.dict["First"].(int)
	budget := 4*len(data) + 1024 // bytes: offsets may all name the same large value
	p := &parser{b: data, values: &d.values}
	for range count {
		number, err := p.value()
		if err != nil {
			return
		}
		offset, err := p.value()
		if err != nil {
			return
		}
		n, isNumber := number.(int)
		at, isOffset := offset.(int)
		if !isNumber || !isOffset || n < 0 || at < 0 || first < 0 || at > len(data)-first {
			continue
		}
		v, end, ok := d.parse(data, first+at)
		if budget -= end - (first + at); budget < 0 || d.limit || len(d.objects) >= maxObjects {
			d.limit = true
			return
		}
		if _, known := d.objects[ref(n)]; ok && !known {
			d.objects[ref(n)] = v
		}
	}
}

// inflate decompresses a stream that has no filter, or Flate alone.
func (d *document) inflate(s stream) ([]byte, bool) {
	filter := s.dict["Filter"]
	if l, ok := filter.(list); ok && len(l) == 1 {
		filter = l[0]
	}
	switch filter {
	case nil:
		return s.data, true
	case name("FlateDecode"):
	default:
		return nil, false
	}
	if _, predicted := d.resolve(s.dict["DecodeParms"]).(dict); predicted {
		return nil, false
	}
	z, err := zlib.NewReader(bytes.NewReader(s.data))
	if err != nil {
		return nil, false
	}
	out, err := io.ReadAll(io.LimitReader(z, int64(d.inflated)+1))
	if len(out) > d.inflated {
		d.limit = true
		return nil, false
	}
	d.inflated -= len(out)
	return out, err == nil
}

// resolve follows references to a value that is none.
func (d *document) resolve(v any) any {
	for range 8 {
		r, ok := v.(ref)
		if !ok {
			return v
		}
		v = d.objects[r]
	}
	return nil
}

// dict is a value that is a dictionary, or the dictionary of a stream; nil if not.
func (d *document) dict(v any) dict {
	switch v := d.resolve(v).(type) {
	case dict:
		return v
	case stream:
		return v.dict
	}
	return nil
}

func (d *document) encrypted() bool {
	for _, t := range d.trailers {
		if t["Encrypt"] != nil {
			return true
		}
	}
	return false
}

// catalog is that of the last trailer that names one.
func (d *document) catalog() dict {
	for i := len(d.trailers) - 1; i >= 0; i-- {
		if c := d.dict(d.trailers[i]["Root"]); c != nil {
			return c
		}
	}
	return nil
}
