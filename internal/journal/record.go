package journal

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
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
	return e
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
