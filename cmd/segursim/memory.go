package main

import (
	"context"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

// Bounds of the heap around the journal's.
const (
	besideJournal = 48 << 20        // what a simulator needs beside a full journal
	room          = 32 << 20        // what is left to the collector, at least
	memoryEvery   = 2 * time.Second // how often the limit is looked at again
)

// boundMemory keeps the collector from letting the heap grow to twice a full
// journal, whose blocks it never has to look into: what is beside the journal may
// double, the journal may not. journaled tells how much the journal holds. It does
// nothing where the user set GOMEMLIMIT or GOGC, and stops with ctx.
func boundMemory(ctx context.Context, getenv func(string) string, journalBytes int64, journaled func() int64) {
	if getenv("GOMEMLIMIT") != "" || getenv("GOGC") != "" {
		return
	}
	floor := journalBytes + besideJournal
	debug.SetMemoryLimit(floor)
	go func() {
		tick := time.NewTicker(memoryEvery)
		defer tick.Stop()
		live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			metrics.Read(live)
			used := int64(live[0].Value.Uint64())
			debug.SetMemoryLimit(max(floor, used+max(room, used-journaled())))
		}
	}()
}
