package apcv

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/segursim/segursim/internal/registre"
	"github.com/segursim/segursim/internal/store"
)

// maxPeople and maxContexts bound the lists; the search narrows the first.
const (
	maxPeople   = 24
	maxContexts = 12
)

// phoneView is a patient's phone and what lies beside it.
type phoneView struct {
	Patient  *registre.Patient // nil when none is chosen
	Unknown  bool              // the one asked for does not exist
	NoCard   bool
	Code     *codeRow // the latest one, nil when there is none that is fresh
	Contexts []contextRow
	People   []personRow
	More     bool // others match
	Clock    string
}

// codeRow is a code as the phone shows it.
type codeRow struct {
	code
	Live        bool
	Left, Total int    // seconds
	Side        int    // of the drawing, in modules
	Path        string // of the drawing
	Reader      string // name of the professional
	At          string
}

// contextRow is a context as the page lists it.
type contextRow struct {
	vitale
	Live              bool
	Left              int
	Patient, Reader   string // names
	From, Until, When string
}

// personRow is a patient as the page lists them.
type personRow struct {
	ID, Name, INS string
	Shown         bool // a code waits to be read
	Here          bool
}

// Destroyed tells how the context ended.
func (v contextRow) Destroyed() bool { return v.State == destroyed }

// freshFor is how long the phone keeps showing how its last code ended.
const freshFor = 2 * time.Minute

func seconds(d time.Duration) int { return int((d + time.Second - 1) / time.Second) }

func (s *Service) clockOf(t time.Time) string { return s.local(t).Format("15:04:05") }

// phoneView reads what the page shows.
func (s *Service) phoneView(patient, typed string) phoneView {
	now := s.now()
	v := phoneView{Clock: now.Format("15:04")}
	_ = s.world.Store.View(func(tx *store.Txn) error {
		if p, ok := registre.GetPatient(tx, patient); ok {
			v.Patient, v.NoCard = &p, holder(p) != nil
		}
		v.Unknown = patient != "" && v.Patient == nil
		v.People, v.More = s.people(tx, strings.TrimSpace(typed), patient)
		if v.Patient != nil {
			v.Code = s.codeRow(tx, patient, now)
		}
		v.Contexts = s.contextRows(tx, patient, now)
		return nil
	})
	return v
}

// people lists patients; those whose phone shows a code come first.
func (s *Service) people(tx *store.Txn, typed, here string) (rows []personRow, more bool) {
	seen := map[string]bool{}
	add := func(p registre.Patient, code bool) {
		if !seen[p.ID] {
			seen[p.ID] = true
			rows = append(rows, personRow{ID: p.ID, Name: p.Name(), INS: p.INS.Full(), Shown: code, Here: p.ID == here})
		}
	}
	waits := map[string]bool{}
	for c := range codes.Find(tx, "state", shown) {
		if c.live(s.now()) && len(waits) < maxPeople {
			waits[c.Patient] = true
		}
	}
	if typed == "" {
		for id := range waits {
			if p, ok := registre.GetPatient(tx, id); ok {
				add(p, true)
			}
		}
		slices.SortFunc(rows, func(a, b personRow) int { return cmp.Compare(a.ID, b.ID) })
		if p, ok := registre.GetPatient(tx, here); ok {
			add(p, false)
		}
	}
	for _, p := range registre.SearchPatients(tx, typed, maxPeople+1) {
		add(p, waits[p.ID])
	}
	return rows[:min(len(rows), maxPeople)], len(rows) > maxPeople
}

// codeRow is the patient's latest code, when it is shown or ended a moment ago.
func (s *Service) codeRow(tx *store.Txn, patient string, now time.Time) *codeRow {
	var last code
	for c := range codes.Find(tx, "patient", patient) {
		if c.State != replaced && c.Order > last.Order {
			last = c
		}
	}
	if last.ID == "" {
		return nil
	}
	row := &codeRow{code: last, Live: last.live(now), Reader: s.reader(tx, last.Reader), At: s.clockOf(last.Ended)}
	if row.State == shown && !row.Live { // the timer is a moment late
		row.State, row.Ended = expired, last.Expires
		row.At = s.clockOf(last.Expires)
	}
	if !row.Live {
		if now.Sub(row.Ended) >= freshFor {
			return nil
		}
		return row
	}
	row.Left, row.Total = seconds(last.Expires.Sub(now)), seconds(last.Expires.Sub(last.Created))
	if m, err := newMatrix(last.Payload); err == nil {
		row.Side, row.Path = m.side(), m.path()
	}
	return row
}

// reader is the name of a professional that the registre knows, else the
// identifier.
func (s *Service) reader(tx *store.Txn, id string) string {
	if p, ok := registre.FindProfessional(tx, id); ok && id != "" {
		return p.Name()
	}
	return id
}

// contextRows are the latest contexts of a patient; of everyone when none is chosen.
func (s *Service) contextRows(tx *store.Txn, patient string, now time.Time) []contextRow {
	rows := contexts.Find(tx, "patient", patient)
	if patient == "" {
		rows = contexts.Find(tx, "state", alive)
	}
	var found []vitale
	for v := range rows {
		found = append(found, v)
	}
	slices.SortFunc(found, func(a, b vitale) int { return cmp.Compare(b.Order, a.Order) })
	var out []contextRow
	for _, v := range found[:min(len(found), maxContexts)] {
		row := contextRow{
			vitale: v, Live: v.live(now), Patient: v.Patient, Reader: s.reader(tx, v.Professional),
			From: s.clockOf(v.Created), Until: s.clockOf(v.Expires), When: s.clockOf(v.Ended),
		}
		if p, ok := registre.GetPatient(tx, v.Patient); ok {
			row.Patient = p.Name()
		}
		if row.State == alive && !row.Live {
			row.State, row.When = expired, s.clockOf(v.Expires)
		}
		row.Left = seconds(v.Expires.Sub(now))
		out = append(out, row)
	}
	return out
}

// lefts are the countdowns of the page.
func (v phoneView) lefts() map[string]int {
	out := map[string]int{}
	if v.Code != nil && v.Code.Live {
		out[v.Code.ID] = v.Code.Left
	}
	for _, c := range v.Contexts {
		if c.Live {
			out[c.ID] = c.Left
		}
	}
	return out
}

// say is what a screen reader is told when it changes.
func (v phoneView) say(lang string) string {
	switch {
	case v.Code == nil:
		return ""
	case v.Code.Live:
		return choose(lang, "QR code affiché.", "QR code shown.")
	case v.Code.State == used:
		return choose(lang, "Carte lue par ", "Card read by ") + v.Code.Reader + "."
	}
	return choose(lang, "Le QR code a expiré.", "The QR code has expired.")
}
