package mssante

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/segursim/segursim/internal/sim"
	"github.com/segursim/segursim/internal/store"
)

// countActions count and trace what was sent.
func (s *Service) countActions() map[string]sim.Action {
	const box = "adresse de la BAL ; toutes sinon / address of the BAL; else all"
	return map[string]sim.Action{
		"counters": action("Compteurs par BAL et par logiciel, et seuils du financement", "Counters by BAL and software, and the thresholds of the financing", map[string]string{"bal": box, "nil": "X-MSS-NIL ; tous sinon / X-MSS-NIL; else all"}, s.actCounters),
		"trace":    action("Exporter la trace du serveur, à comparer à celle du logiciel", "Export the server's trace, to compare with the software's", map[string]string{"bal": box, "since": "date RFC 3339", "action": "envoi, lecture, suppression…"}, s.actTrace),
		"sent":     action("Lister les messages envoyés et leur sort", "List the messages sent and what became of them", map[string]string{"bal": box, "queue": "un seul, par son numéro / one, by its queue id", "limit": "nombre, 100 / how many, 100"}, s.actSent),
	}
}

// A threshold is what a couloir of the Ségur asks for (financing rules as quoted by
// the ANS: 10 messages MSS Pro, 1 to the test address of MSSanté citoyenne).
type threshold struct {
	Couloir string `json:"couloir"`
	Pro     int64  `json:"mss_pro"`
	Test    int64  `json:"mss_citoyenne_test"`
	// Documents says that MSS Pro counts documents: messages with an IHE_XDM.zip.
	Documents  bool   `json:"documents"`
	Provenance string `json:"provenance"`
}

// thresholds of the couloirs. LGC have none since the arrêté of 7 April 2023; the
// single test message is quoted for HOP-PFI, and inferred for RAD-RIS and BIO-SGL.
func thresholds() []threshold {
	return []threshold{
		{"HOP-PFI", 10, 1, true, string(sim.Confirmed)},
		{"RAD-RIS", 10, 1, true, string(sim.Inferred)},
		{"BIO-SGL", 10, 1, true, string(sim.Inferred)},
		{"MDV-LGC", 0, 0, false, string(sim.Confirmed)},
	}
}

// tally is the sum of some counters.
type tally struct {
	ProXDM   int64 `json:"pro_xdm"`
	Pro      int64 `json:"pro"`
	Patient  int64 `json:"patient"`
	Test     int64 `json:"test"`
	Bounces  int64 `json:"bounces"`
	Receipts int64 `json:"receipts_sent"`
	Received int64 `json:"receipts_received"`
	Faulty   int64 `json:"faulty"`
}

func (t *tally) add(c *count) {
	t.ProXDM += c.ProXDM
	t.Pro += c.Pro
	t.Patient += c.Patient
	t.Test += c.Test
	t.Bounces += c.Bounces
	t.Receipts += c.Receipts
	t.Received += c.Received
	t.Faulty += c.Faulty
}

// met tells where a tally stands against each threshold.
func (t *tally) met() []map[string]any {
	out := []map[string]any{}
	for _, th := range thresholds() {
		pro := t.ProXDM
		if !th.Documents {
			pro += t.Pro
		}
		out = append(out, map[string]any{
			"couloir": th.Couloir, "provenance": th.Provenance, "mss_pro": pro, "mss_pro_wanted": th.Pro, "test": t.Test, "test_wanted": th.Test,
			"met": pro >= th.Pro && t.Test >= th.Test,
		})
	}
	return out
}

func (s *Service) actCounters(_ context.Context, in map[string]any) (any, error) {
	var address, nilValue string
	if refusal := texts(in, map[string]*string{"bal": &address, "nil": &nilValue}); refusal != nil {
		return nil, refusal
	}
	address = strings.ToLower(address)
	rows, all := []count{}, tally{}
	byBAL, byNIL := map[string]*tally{}, map[string]*tally{}
	_ = s.world.Store.View(func(tx *store.Txn) error {
		for c := range counts.All(tx) {
			if address != "" && c.BAL != address || nilValue != "" && c.NIL != nilValue {
				continue
			}
			rows = append(rows, c)
			all.add(&c)
			for m, key := range map[*map[string]*tally]string{&byBAL: c.BAL, &byNIL: c.NIL} {
				if (*m)[key] == nil {
					(*m)[key] = &tally{}
				}
				(*m)[key].add(&c)
			}
		}
		return nil
	})
	software := map[string]any{}
	for name, t := range byNIL {
		software[name] = map[string]any{"counters": *t, "thresholds": t.met()}
	}
	bals := map[string]tally{}
	for name, t := range byBAL {
		bals[name] = *t
	}
	return map[string]any{"counters": rows, "bal": bals, "nil": software, "total": all, "thresholds": all.met()}, nil
}

// actSent lists the messages sent, the newest first.
func (s *Service) actSent(_ context.Context, in map[string]any) (any, error) {
	var address, queue string
	if refusal := texts(in, map[string]*string{"bal": &address, "queue": &queue}); refusal != nil {
		return nil, refusal
	}
	limit, refusal := number(in, "limit")
	if refusal != nil {
		return nil, refusal
	}
	if limit <= 0 || limit > maxListed {
		limit = 100
	}
	rows := []sent{}
	err := s.world.Store.View(func(tx *store.Txn) error {
		if queue != "" {
			m, ok := sents.Get(tx, queue)
			if !ok {
				return actionError(sim.NotFound, "sending-unknown", "aucun envoi « "+queue+" »", "no sending \""+queue+"\"")
			}
			rows = append(rows, m)
			return nil
		}
		found := sents.Prefix(tx, "order", "")
		if address != "" {
			found = sents.Prefix(tx, "bal", strings.ToLower(address)+" ")
		}
		for m := range found {
			rows = append(rows, m)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(rows, func(a, b sent) int { return cmp.Compare(b.Order, a.Order) })
	if int64(len(rows)) > limit {
		rows = rows[:limit]
	}
	return map[string]any{"sent": rows}, nil
}
