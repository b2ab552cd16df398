package insi

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/segursim/segursim/internal/store"
	"github.com/segursim/segursim/internal/tlsi"
)

// counted has an operation's calls counted by software and mode.
func (s *Service) counted(op string) func(*tlsi.Request, *tlsi.Fault) {
	return func(r *tlsi.Request, refused *tlsi.Fault) {
		result := "ok"
		if refused != nil {
			result = refused.Code
		} else if cr, ok := r.Exchange.Entry.Fact("result.cr").(string); ok {
			result = cr
		}
		if err := s.count(op, result, r); err != nil {
			s.world.Log.WarnContext(r.Context, "insi: counters", "error", err)
		}
	}
}

func (s *Service) count(op, result string, r *tlsi.Request) error {
	l := r.LPS.LPS
	id := strings.Join([]string{l.IDAM, l.Nom, l.Version, string(r.Access.Mode), op}, "\x1f")
	return s.world.Store.Update(func(tx *store.Txn) error {
		c, ok := counters.Get(tx, id)
		if !ok {
			c = counter{
				ID: id, IDAM: l.IDAM, Name: l.Nom, Version: l.Version, Mode: string(r.Access.Mode), Op: op, First: r.Now,
			}
		}
		results := map[string]int{result: 1}
		for k, n := range c.Results { // rows are shared with readers: a copy
			results[k] += n
		}
		c.Results, c.Calls, c.Last, c.Instance = results, c.Calls+1, r.Now, l.Instance
		return counters.Put(tx, c)
	})
}

// actCounters reads the counters: by software, mode and operation, and the whole.
func (s *Service) actCounters(_ context.Context, m map[string]any) (any, error) {
	idam, op := in(m).text("idam"), in(m).text("op")
	rows, total := []counter{}, 0
	modes := map[string]int{}
	err := s.world.Store.View(func(tx *store.Txn) error {
		for c := range counters.All(tx) {
			if (idam == "" || c.IDAM == idam) && (op == "" || c.Op == op) {
				rows = append(rows, c)
				total += c.Calls
				modes[c.Mode] += c.Calls
			}
		}
		return nil
	})
	slices.SortFunc(rows, func(a, b counter) int {
		return cmp.Or(cmp.Compare(a.IDAM, b.IDAM), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Mode, b.Mode), cmp.Compare(a.Op, b.Op), cmp.Compare(a.ID, b.ID))
	})
	return map[string]any{"total": total, "modes": modes, "counters": rows}, err
}

// actResetCounters forgets them.
func (s *Service) actResetCounters(context.Context, map[string]any) (any, error) {
	return nil, s.world.Store.Update(func(tx *store.Txn) error { return counters.Clear(tx) })
}
