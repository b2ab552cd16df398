// Package journal keeps every exchange of every simulated protocol: the raw
// bytes both ways, the decoded facts, the verdict and the rules that fired.
//
// A Log is bounded in bytes and in entries; the oldest go first, and Stats says
// how many went. An entry is stored as one block of bytes that the garbage
// collector never looks into, so that a full log costs its bound and little
// more. It is readable while written: readers never block writers for longer
// than a pointer copy, and never see half an entry.
//
// A reader that must not miss anything asks Since the last number it saw, then
// Wait for a newer one. If it was too slow, the gap shows in the numbers.
package journal

import (
	"context"
	"sync"
)

// Defaults of Options.
const (
	DefaultMaxBytes   = 128 << 20
	DefaultMaxEntries = 1_000_000
	DefaultMaxBody    = 1 << 20
)

// Options bound a Log. Zero values mean the defaults.
type Options struct {
	MaxBytes   int64 // bytes of all entries together, index included
	MaxEntries int
	MaxBody    int64 // bytes kept of one body
}

// A Log is a bounded journal. Its methods may be called concurrently.
type Log struct {
	opt Options

	mu      sync.RWMutex
	ring    [][]byte // records, oldest at head
	head    int
	count   int
	bytes   int64
	last    uint64 // number of the newest entry ever
	dropped uint64 // entries dropped since the last Reset
	changed chan struct{}
}

// Stats describe a log.
type Stats struct {
	Entries int    `json:"entries"`
	Bytes   int64  `json:"bytes"`
	First   uint64 `json:"first"`   // number of the oldest entry kept; 0 when empty
	Last    uint64 `json:"last"`    // number of the newest entry
	Dropped uint64 `json:"dropped"` // entries that the bounds pushed out
	Limits  Limits `json:"limits"`
}

// Limits are a log's bounds in force.
type Limits struct {
	Bytes   int64 `json:"bytes"`
	Entries int   `json:"entries"`
	Body    int64 `json:"body"`
}

// recordOverhead is what one entry costs besides its own bytes: its slot in the
// ring, and the allocator's rounding.
const recordOverhead = 96

// New returns an empty log.
func New(opt Options) *Log {
	if opt.MaxBytes <= 0 {
		opt.MaxBytes = DefaultMaxBytes
	}
	if opt.MaxEntries <= 0 {
		opt.MaxEntries = DefaultMaxEntries
	}
	if opt.MaxBody <= 0 {
		opt.MaxBody = DefaultMaxBody
	}
	return &Log{opt: opt, changed: make(chan struct{})}
}

// MaxBody is how many bytes of one body the log wants to be given.
func (l *Log) MaxBody() int64 { return l.opt.MaxBody }

// Append numbers the entry, stores it, and wakes whoever waits. The entry is
// copied: the caller may use it again. An entry larger than the whole log is
// stored without its bodies.
func (l *Log) Append(e *Entry) uint64 {
	rec := encode(e)
	if cost(rec) > l.opt.MaxBytes {
		bare := *e
		bare.Request.Body, bare.Response.Body = nil, nil
		rec = encode(&bare)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.last++
	e.Seq = l.last
	for l.count > 0 && (l.count >= l.opt.MaxEntries || l.bytes+cost(rec) > l.opt.MaxBytes) {
		l.drop()
	}
	l.push(rec)
	close(l.changed)
	l.changed = make(chan struct{})
	return e.Seq
}

func cost(rec []byte) int64 { return int64(cap(rec)) + recordOverhead }

func (l *Log) drop() {
	l.bytes -= cost(l.ring[l.head])
	l.ring[l.head] = nil
	l.head = (l.head + 1) % len(l.ring)
	l.count--
	l.dropped++
}

func (l *Log) push(rec []byte) {
	if l.count == len(l.ring) {
		grown := make([][]byte, max(64, 2*len(l.ring)))
		for i := range l.count {
			grown[i] = l.ring[(l.head+i)%len(l.ring)]
		}
		l.ring, l.head = grown, 0
	}
	l.ring[(l.head+l.count)%len(l.ring)] = rec
	l.count++
	l.bytes += cost(rec)
}

// Get returns the entry with this number, if the log still has it.
func (l *Log) Get(seq uint64) (*Entry, bool) {
	if seq == 0 {
		return nil, false
	}
	records, first := l.records(seq-1, 1)
	if len(records) == 0 || first != seq {
		return nil, false
	}
	return decode(seq, records[0]), true
}

// Since returns up to limit entries numbered above seq, oldest first; limit 0
// means all. They are decoded outside the lock.
func (l *Log) Since(seq uint64, limit int) []*Entry {
	records, first := l.records(seq, limit)
	out := make([]*Entry, len(records))
	for i, r := range records {
		out[i] = decode(first+uint64(i), r)
	}
	return out
}

// records returns up to limit records numbered above seq, and the first one's
// number.
func (l *Log) records(seq uint64, limit int) ([][]byte, uint64) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	if l.count == 0 || seq >= l.last {
		return nil, 0
	}
	first := l.first()
	from := 0
	if seq >= first {
		from = int(seq - first + 1)
	}
	n := l.count - from
	if limit > 0 && n > limit {
		n = limit
	}
	out := make([][]byte, n)
	for i := range n {
		out[i] = l.ring[(l.head+from+i)%len(l.ring)]
	}
	return out, first + uint64(from)
}

// Last is the number of the newest entry, 0 when there was none yet.
func (l *Log) Last() uint64 {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.last
}

// Wait returns once there is an entry numbered above seq, or with the context's
// error when it ends first.
func (l *Log) Wait(ctx context.Context, seq uint64) error {
	for {
		l.mu.RLock()
		last, changed := l.last, l.changed
		l.mu.RUnlock()
		if last > seq {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// Reset forgets every entry. Numbers go on from where they were, so that a
// reader's place stays meaningful.
func (l *Log) Reset() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ring, l.head, l.count, l.bytes, l.dropped = nil, 0, 0, 0, 0
}

// Stats describes the log.
func (l *Log) Stats() Stats {
	l.mu.RLock()
	defer l.mu.RUnlock()
	s := Stats{
		Entries: l.count, Bytes: l.bytes, Last: l.last, Dropped: l.dropped,
		Limits: Limits{l.opt.MaxBytes, l.opt.MaxEntries, l.opt.MaxBody},
	}
	if l.count > 0 {
		s.First = l.first()
	}
	return s
}

// first is the number of the oldest entry kept. l.mu is held.
func (l *Log) first() uint64 { return l.last - uint64(l.count) + 1 }
