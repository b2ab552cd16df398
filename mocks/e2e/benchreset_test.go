//go:build linux

package e2e_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/segursim/segursim/mocks"
)

// BenchmarkReset measures Reset by the number of rows that are there: of
// sessions, which are rows alone, and of CIBA demands that wait, each of which
// has a timer of the simulated world.
func BenchmarkReset(b *testing.B) {
	for _, kind := range []struct {
		table string
		row   func(i int, now time.Time) map[string]any
	}{
		{"psc_sessions", func(i int, now time.Time) map[string]any {
			return map[string]any{"id": fmt.Sprintf("session-%07d", i), "person": doctor, "started": now, "used": now, "auth_mode": "CARD", "acr": "eidas1", "clients": map[string]any{clientID: now}}
		}},
		{"psc_demandes", func(i int, now time.Time) map[string]any {
			return map[string]any{
				"id": fmt.Sprintf("demande-%07d", i), "kind": "ciba", "client": clientID, "person": doctor, "channel": "MOBILE",
				"number": "42", "candidates": []string{"42", "43", "44"}, "scope": "openid", "acr": "eidas1",
				"created": now, "expires": now.Add(time.Hour), "state": "pending",
			}
		}},
	} {
		for _, rows := range []int{10, 1_000, 100_000} {
			b.Run(fmt.Sprintf("%s/%d", kind.table, rows), func(b *testing.B) {
				s := start(b, mocks.Options{})
				filled := s.filled(b, kind.table, rows, kind.row)
				for b.Loop() {
					b.StopTimer()
					if err := s.Load(bytes.NewReader(filled)); err != nil {
						b.Fatal(err)
					}
					b.StartTimer()
					s.Reset()
				}
			})
		}
	}
}

// filled is a snapshot of the simulator with rows added to a table.
func (s *simulator) filled(b *testing.B, table string, n int, row func(int, time.Time) map[string]any) []byte {
	b.Helper()
	var saved bytes.Buffer
	if err := s.Save(&saved); err != nil {
		b.Fatal(err)
	}
	var snapshot struct {
		Format int                        `json:"format"`
		Clock  json.RawMessage            `json:"clock"`
		Tables map[string]json.RawMessage `json:"tables"`
	}
	if err := json.Unmarshal(saved.Bytes(), &snapshot); err != nil {
		b.Fatal(err)
	}
	if _, ok := snapshot.Tables[table]; !ok {
		b.Fatalf("no table %s", table)
	}
	rows := make([]map[string]any, n)
	for i := range rows {
		rows[i] = row(i, s.Clock().Now())
	}
	var err error
	if snapshot.Tables[table], err = json.Marshal(rows); err != nil {
		b.Fatal(err)
	}
	out, err := json.Marshal(snapshot)
	if err != nil {
		b.Fatal(err)
	}
	return out
}
