package journal

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"strconv"
	"time"
	"unicode/utf8"
)

// A Summary is what a list shows of an entry. It costs a small part of decoding
// the entry itself: facts, causes and headers are left where they are.
type Summary struct {
	Seq        uint64        `json:"seq"`
	ID         string        `json:"id,omitempty"`
	Time       time.Time     `json:"time"`
	Duration   time.Duration `json:"duration"`
	Transport  string        `json:"transport"`
	Service    string        `json:"service,omitempty"`
	Op         string        `json:"op,omitempty"`
	Provenance string        `json:"provenance,omitempty"`
	Status     int           `json:"status"`
	Outcome    Outcome       `json:"outcome"`
	Summary    string        `json:"summary,omitempty"`

	rec []byte
}

// Summaries returns up to limit summaries of the entries numbered above seq,
// oldest first; limit 0 means all.
func (l *Log) Summaries(seq uint64, limit int) []Summary {
	records, first := l.records(seq, limit)
	out := make([]Summary, len(records))
	for i, r := range records {
		summarise(&out[i], r)
		out[i].Seq = first + uint64(i)
	}
	return out
}

// Mentions tells whether text occurs in the entry, whatever the case of its
// letters: in its decoded fields, its heads or its bodies. The empty text does.
func (s Summary) Mentions(text string) bool {
	rec := s.rec
	for len(rec) > 0 {
		n, w := binary.Uvarint(rec)
		rec = rec[w:]
		if containsFold(rec[:n], []byte(text)) {
			return true
		}
		rec = rec[n:]
	}
	return text == ""
}

// summarise reads the leading fields of a record, by hand: it is what scanning a
// full log costs. The record is our own encoding, so its fields come in the order
// of Entry, and the first of later ends what a summary holds.
func summarise(s *Summary, rec []byte) {
	n, w := binary.Uvarint(rec)
	meta := rec[w : w+int(n)]
	s.rec = rec
	for len(meta) > 0 {
		_, meta, _ = bytes.Cut(meta, []byte{'"'}) // skips { or ,
		key, rest, _ := bytes.Cut(meta, []byte(`":`))
		var value []byte
		value, meta = scalar(rest)
		switch string(key) {
		case "id":
			s.ID = text(value)
		case "time":
			s.Time, _ = time.Parse(time.RFC3339Nano, text(value))
		case "duration":
			s.Duration = time.Duration(number(value))
		case "transport":
			s.Transport = text(value)
		case "service":
			s.Service = text(value)
		case "op":
			s.Op = text(value)
		case "provenance":
			s.Provenance = text(value)
		case "status":
			s.Status = int(number(value))
		case "outcome":
			s.Outcome = Outcome(text(value))
		case "summary":
			s.Summary = text(value)
		case "seq":
		default:
			return
		}
	}
}

// scalar cuts a JSON string or number, as encoding/json writes them, off b.
func scalar(b []byte) (value, rest []byte) {
	if len(b) == 0 || b[0] != '"' {
		end := bytes.IndexAny(b, ",}")
		if end < 0 {
			end = len(b)
		}
		return b[:end], b[end:]
	}
	for i := 1; i < len(b); i++ {
		switch b[i] {
		case '\\':
			i++
		case '"':
			return b[:i+1], b[i+1:]
		}
	}
	return b, nil
}

// text is the value of a JSON string.
func text(b []byte) string {
	if len(b) >= 2 && bytes.IndexByte(b, '\\') < 0 {
		return string(b[1 : len(b)-1])
	}
	var s string
	_ = json.Unmarshal(b, &s)
	return s
}

func number(b []byte) int64 {
	n, _ := strconv.ParseInt(string(b), 10, 64)
	return n
}

// containsFold is bytes.Contains under simple case folding.
func containsFold(b, text []byte) bool {
	if len(text) == 0 {
		return true
	}
	first, size := utf8.DecodeRune(text)
	low, up := bytes.ToLower(text[:size]), bytes.ToUpper(text[:size])
	if first == utf8.RuneError || len(low) != size || len(up) != size {
		return bytes.Contains(b, text)
	}
	return scanFold(b, text, low) || (!bytes.Equal(low, up) && scanFold(b, text, up))
}

// scanFold looks for text at the places where b has its first letter spelled as
// first.
func scanFold(b, text, first []byte) bool {
	for {
		i := bytes.Index(b, first)
		if i < 0 || len(b)-i < len(text) {
			return false
		}
		if bytes.EqualFold(b[i:i+len(text)], text) {
			return true
		}
		b = b[i+len(first):]
	}
}
