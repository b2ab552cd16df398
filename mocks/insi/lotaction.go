package insi

import (
	"context"

	"github.com/segursim/segursim/internal/store"
)

// actLots lists the lots, with what each identity's verification said and why.
func (s *Service) actLots(_ context.Context, m map[string]any) (any, error) {
	id, out := in(m).text("id"), []map[string]any{}
	err := s.world.Store.View(func(tx *store.Txn) error {
		for l := range lots.All(tx) {
			if id == "" || l.ID == id {
				out = append(out, map[string]any{
					"id": l.ID, "sender": l.Sender, "received": l.Received, "done": l.Done, "kept": l.Kept,
					"state": s.lotState(l), "items": l.Items,
				})
			}
		}
		return nil
	})
	return map[string]any{"lots": out}, err
}
