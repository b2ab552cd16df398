package apcv

import (
	"time"

	"github.com/segursim/segursim/internal/store"
)

// The states of a code.
const (
	shown    = "shown"
	used     = "used"
	replaced = "replaced" // by a newer one on the same phone
	expired  = "expired"
)

// The other states of a context; expired is shared.
const (
	alive     = "alive"
	destroyed = "destroyed"
)

// code is a QR code shown on a patient's phone. It serves once.
type code struct {
	ID      string    `json:"id"`      // the nonce of its payload
	Order   uint64    `json:"order"`   // grows: two may be made at the same instant
	Patient string    `json:"patient"` // registre id
	Payload string    `json:"payload"`
	Created time.Time `json:"created"`
	Expires time.Time `json:"expires"`
	State   string    `json:"state"`
	Ended   time.Time `json:"ended,omitzero"` // when it left the state shown
	// Reader is the professional who read it, Context what it became.
	Reader  string `json:"reader,omitempty"`
	Context string `json:"context,omitempty"`
}

// live tells whether it can be read at an instant.
func (c *code) live(now time.Time) bool { return c.State == shown && now.Before(c.Expires) }

// told is the end of validity that the payload tells: in whole seconds, none of
// them taken away.
func (c *code) told() time.Time { return c.Expires.Add(time.Second - 1).UTC().Truncate(time.Second) }

// vitale is an ApCV context: what stands for the card after a reading.
type vitale struct {
	ID           string    `json:"id"`    // Identifiant
	Order        uint64    `json:"order"` // grows, as a code's
	Token        string    `json:"token"` // TokenApCV
	Code         string    `json:"code"`
	Patient      string    `json:"patient"`
	Professional string    `json:"professional"` // IdNat_PS
	Billing      string    `json:"billing"`      // identifiant de facturation
	Specialty    string    `json:"specialty"`
	Created      time.Time `json:"created"`
	Expires      time.Time `json:"expires"` // DateFinValidite
	State        string    `json:"state"`
	Ended        time.Time `json:"ended,omitzero"`
	Reason       string    `json:"reason,omitempty"` // who ended it
}

// live tells whether it serves at an instant.
func (v *vitale) live(now time.Time) bool { return v.State == alive && now.Before(v.Expires) }

// counter is the last Order given.
type counter struct {
	ID   string `json:"id"`
	Last uint64 `json:"last"`
}

// next gives the next Order.
func next(tx *store.Txn) (uint64, error) {
	n, _ := counters.Get(tx, "order")
	n.ID = "order"
	n.Last++
	return n.Last, counters.Put(tx, n)
}

// sortable writes an instant so that texts sort as instants do; empty for none.
func sortable(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("20060102T150405.000000000")
}

// The tables. The values describe; the rows are in the world's store. The index
// "ended" has what can be forgotten, oldest first.
var (
	codes = store.Define("apcv_codes",
		store.By("id", func(c *code) string { return c.ID }),
		store.By("patient", func(c *code) string { return c.Patient }),
		store.By("state", func(c *code) string { return c.State }),
		store.By("shown", func(c *code) string { // by patient, the one that is
			if c.State != shown {
				return ""
			}
			return c.Patient
		}),
		store.By("ended", func(c *code) string { return sortable(c.Ended) }))
	contexts = store.Define("apcv_contexts",
		store.By("id", func(v *vitale) string { return v.ID }),
		store.By("token", func(v *vitale) string { return v.Token }),
		store.By("patient", func(v *vitale) string { return v.Patient }),
		store.By("professional", func(v *vitale) string { return v.Professional }),
		store.By("state", func(v *vitale) string { return v.State }),
		store.By("ended", func(v *vitale) string { return sortable(v.Ended) }))
	counters = store.Define("apcv_counters", store.By("id", func(c *counter) string { return c.ID }))
)

func tables() []store.Schema { return []store.Schema{codes, contexts, counters} }

// purge forgets what ended longer ago than the configuration keeps it. It costs
// what it removes, whatever the number of rows.
func (s *Service) purge(tx *store.Txn) error {
	limit := sortable(s.now().Add(-time.Duration(s.config.Lifetimes.Memory)))
	var old []string
	for c := range codes.Prefix(tx, "ended", "") {
		if sortable(c.Ended) >= limit {
			break
		}
		old = append(old, c.ID)
	}
	for _, id := range old {
		if _, err := codes.Delete(tx, id); err != nil {
			return err
		}
	}
	old = old[:0]
	for v := range contexts.Prefix(tx, "ended", "") {
		if sortable(v.Ended) >= limit {
			break
		}
		old = append(old, v.ID)
	}
	for _, id := range old {
		if _, err := contexts.Delete(tx, id); err != nil {
			return err
		}
	}
	return nil
}
