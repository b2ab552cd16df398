package evidence

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"
	"time"

	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/internal/scenario"
)

type manifestFile struct {
	Name   string `json:"name"`
	Size   int    `json:"size"`
	SHA256 string `json:"sha256"`
}

// manifest describes the pack and the digests of its files.
func manifest(v *view, p pack) ([]byte, error) {
	type clockInfo struct {
		Started time.Time `json:"started"`
		Ended   time.Time `json:"ended,omitzero"`
		scenario.RunClock
	}
	m := struct {
		Simulator  string           `json:"simulator"`
		Version    string           `json:"version"`
		Disclaimer journal.Text     `json:"disclaimer"`
		Scenario   string           `json:"scenario"`
		Hash       string           `json:"scenario_sha256"`
		Run        string           `json:"run"`
		Mode       string           `json:"mode"`
		By         string           `json:"by,omitempty"`
		Verdict    scenario.Verdict `json:"verdict"`
		Restarts   int              `json:"restarts"`
		Missed     uint64           `json:"missed_entries"`
		First      uint64           `json:"first_entry"`
		Last       uint64           `json:"last_entry"`
		Seed       string           `json:"seed,omitempty"`
		Clock      clockInfo        `json:"clock"`
		Secrets    string           `json:"secrets"`
		Files      []manifestFile   `json:"files"`
	}{
		Simulator: "segursim", Version: v.Version, Disclaimer: v.Disclaimer,
		Scenario: v.Scenario.ID, Hash: v.Run.Hash, Run: v.Run.ID, Mode: v.Run.Mode, By: v.Run.By,
		Verdict: v.Run.Verdict, Restarts: v.Run.Restarts, Missed: v.Run.Missed, First: v.Run.First, Last: v.Run.Last,
		Seed:    v.Seed,
		Clock:   clockInfo{v.Run.Started.UTC(), v.Run.Ended.UTC(), v.Run.Clock},
		Secrets: "shortened",
	}
	if v.in.KeepSecrets {
		m.Secrets = "whole"
	}
	if v.Run.Ended.IsZero() {
		m.Clock.Ended = time.Time{}
	}
	for _, name := range slices.Sorted(maps.Keys(p)) {
		sum := sha256.Sum256(p[name])
		m.Files = append(m.Files, manifestFile{name, len(p[name]), hex.EncodeToString(sum[:])})
	}
	return indented(m), nil
}
