package console

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"github.com/segursim/segursim/internal/journal"
)

// counters count the journal's entries by service, operation and outcome. The
// journal drops its oldest entries, the counters do not: they follow it.
type counters struct {
	log *journal.Log

	mu     sync.Mutex
	seen   uint64 // number of the last entry counted
	missed uint64 // entries dropped before they were counted
	counts map[countKey]uint64
}

type countKey struct {
	Service, Op string
	Outcome     journal.Outcome
}

// A Count is how many entries share a service, an operation and an outcome.
type Count struct {
	Service string          `json:"service"`
	Op      string          `json:"op"`
	Outcome journal.Outcome `json:"outcome"`
	Count   uint64          `json:"count"`
}

// Counters are the totals since the simulator started, or since the last reset.
type Counters struct {
	Total    uint64                     `json:"total"`
	Outcomes map[journal.Outcome]uint64 `json:"outcomes"`
	Counts   []Count                    `json:"counts" doc:"by service, operation and outcome, sorted"`
	Missed   uint64                     `json:"missed" doc:"entries that the journal dropped before they were counted; in total only"`
	Journal  journal.Stats              `json:"journal"`
}

const (
	// countEvery is how often new entries are counted, in real time: rarely
	// enough to cost nothing, often enough to come before the journal drops.
	countEvery = 200 * time.Millisecond
	countBatch = 2048
	// maxCounts bounds the table; a journal of the simulator's own services
	// stays far below.
	maxCounts = 10_000
)

func (c *counters) init(log *journal.Log) {
	c.log, c.counts = log, map[countKey]uint64{}
	c.seen = log.Last()
	if s := log.Stats(); s.First > 0 {
		c.seen = s.First - 1
	}
}

// follow counts until ctx ends.
func (c *counters) follow(ctx context.Context) {
	for {
		c.mu.Lock()
		seen := c.seen
		c.mu.Unlock()
		if c.log.Wait(ctx, seen) != nil {
			return
		}
		c.catchUp()
		pause, cancel := context.WithTimeout(ctx, countEvery)
		<-pause.Done()
		cancel()
	}
}

// catchUp counts what came since the last time.
func (c *counters) catchUp() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for {
		batch := c.log.Summaries(c.seen, countBatch)
		for _, s := range batch {
			c.missed += s.Seq - c.seen - 1
			c.seen = s.Seq
			k := countKey{s.Service, s.Op, s.Outcome}
			if _, known := c.counts[k]; !known && len(c.counts) >= maxCounts {
				c.missed++
				continue
			}
			c.counts[k]++
		}
		if len(batch) < countBatch {
			return
		}
	}
}

func (c *counters) reset() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.seen, c.missed = c.log.Last(), 0
	clear(c.counts)
}

// read returns the totals, every entry appended before the call included.
func (c *counters) read() Counters {
	c.catchUp()
	c.mu.Lock()
	defer c.mu.Unlock()
	out := Counters{
		Total: c.missed, Missed: c.missed, Outcomes: map[journal.Outcome]uint64{},
		Counts: make([]Count, 0, len(c.counts)), Journal: c.log.Stats(),
	}
	for k, n := range c.counts {
		out.Total += n
		out.Outcomes[k.Outcome] += n
		out.Counts = append(out.Counts, Count{k.Service, k.Op, k.Outcome, n})
	}
	slices.SortFunc(out.Counts, func(a, b Count) int {
		return cmp.Or(cmp.Compare(a.Service, b.Service), cmp.Compare(a.Op, b.Op), cmp.Compare(a.Outcome, b.Outcome))
	})
	return out
}
