package app

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/segursim/segursim/internal/clock"
	"github.com/segursim/segursim/internal/pki"
	"github.com/segursim/segursim/internal/sim"
)

// snapshot is the whole state: what a Reset would lose, less the journal.
type snapshot struct {
	Format int         `json:"format"`
	Clock  clock.State `json:"clock"`
	// Revoked are the certificates revoked since the start.
	Revoked []pki.Revocation `json:"revoked,omitempty"`
	Tables  json.RawMessage  `json:"tables"`
}

const snapshotFormat = 1

// Snapshot writes the state and the clock as JSON.
func (a *App) Snapshot(w io.Writer) error {
	var tables bytes.Buffer
	if err := a.world.Store.Export(&tables); err != nil {
		return err
	}
	return json.NewEncoder(w).Encode(snapshot{Format: snapshotFormat, Clock: a.world.Clock.State(), Revoked: a.pki.Revocations(), Tables: tables.Bytes()})
}

// RestoreSnapshot puts a state back; nothing changes when it can't be read. The
// baseline of Reset stays what it was.
func (a *App) RestoreSnapshot(r io.Reader) error {
	var s snapshot
	dec := json.NewDecoder(r)
	dec.DisallowUnknownFields()
	if err := dec.Decode(&s); err != nil {
		return fmt.Errorf("snapshot: %w", err)
	}
	if s.Format != snapshotFormat {
		return fmt.Errorf("snapshot: format %d, this version reads %d", s.Format, snapshotFormat)
	}
	before := a.pki.Revocations()
	if err := a.pki.SetRevocations(s.Revoked); err != nil {
		return fmt.Errorf("snapshot: %w", err)
	}
	if err := a.world.Store.Import(bytes.NewReader(s.Tables)); err != nil {
		return errors.Join(err, a.pki.SetRevocations(before))
	}
	a.world.Clock.Restore(s.Clock)
	for _, svc := range a.services {
		if rs, ok := svc.(sim.ResetService); ok {
			rs.Reset()
		}
	}
	return nil
}
