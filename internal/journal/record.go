package journal

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"maps"
	"net/http"
	"net/textproto"
	"slices"
)

// A record is an entry as stored: five sections, each preceded by its length as
// a varint: the entry's fields as JSON without the raw bytes, then the request's
// head and body, then the response's.

// encode never fails: a fact that JSON cannot express is replaced by its absence.
func encode(e *Entry) []byte {
	bare := *e
	bare.Seq = 0
	bare.Request.Head, bare.Request.Body = nil, nil
	bare.Response.Head, bare.Response.Body = nil, nil
	bare.Request.Header = unlessIn(e.Request.Head, e.Request.Header)
	bare.Response.Header = unlessIn(e.Response.Head, e.Response.Header)
	meta, err := json.Marshal(&bare)
	if err != nil {
		bare.Facts = map[string]any{"unreadable": err.Error()}
		meta, _ = json.Marshal(&bare)
	}
	sections := [5][]byte{meta, e.Request.Head, e.Request.Body, e.Response.Head, e.Response.Body}
	size := 0
	for _, s := range sections {
		size += uvarintLen(uint64(len(s))) + len(s)
	}
	rec := make([]byte, 0, size)
	for _, s := range sections {
		rec = binary.AppendUvarint(rec, uint64(len(s)))
		rec = append(rec, s...)
	}
	return rec
}

func decode(seq uint64, rec []byte) *Entry {
	var sections [5][]byte
	for i := range sections {
		n, w := binary.Uvarint(rec)
		rec = rec[w:]
		sections[i], rec = rec[:n:n], rec[n:]
	}
	e := &Entry{}
	// The bytes are our own encoding: they decode.
	meta := json.NewDecoder(bytes.NewReader(sections[0]))
	meta.UseNumber()
	_ = meta.Decode(e)
	e.Seq = seq
	e.Facts, _ = whole(e.Facts).(map[string]any)
	e.Request.Head, e.Request.Body = sections[1], sections[2]
	e.Response.Head, e.Response.Body = sections[3], sections[4]
	for _, m := range []*Message{&e.Request, &e.Response} {
		if m.Header == nil {
			m.Header = headerOf(m.Head)
		}
	}
	return e
}

// unlessIn returns the header that is worth storing: none when it can be read back
// from the head.
func unlessIn(head []byte, h http.Header) http.Header {
	if h == nil || maps.EqualFunc(headerOf(head), h, slices.Equal) {
		return nil
	}
	return h
}

// headerOf reads the header out of a message's head; nil when it has none. Host is
// left out of it, as net/http does.
func headerOf(head []byte) http.Header {
	_, lines, ok := bytes.Cut(head, []byte("\n"))
	if !ok {
		return nil
	}
	h, err := textproto.NewReader(bufio.NewReaderSize(bytes.NewReader(lines), len(lines))).ReadMIMEHeader()
	if err != nil || len(h) == 0 {
		return nil
	}
	delete(h, "Host")
	return http.Header(h)
}

// whole turns JSON's numbers back into int64 where they are whole, else float64.
func whole(v any) any {
	switch v := v.(type) {
	case json.Number:
		if n, err := v.Int64(); err == nil {
			return n
		}
		f, _ := v.Float64()
		return f
	case map[string]any:
		if v == nil {
			return nil
		}
		for k := range v {
			v[k] = whole(v[k])
		}
	case []any:
		for i := range v {
			v[i] = whole(v[i])
		}
	}
	return v
}

func uvarintLen(n uint64) int {
	l := 1
	for ; n >= 0x80; n >>= 7 {
		l++
	}
	return l
}
