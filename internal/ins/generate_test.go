package ins

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/segursim/segursim/internal/registre"
	"github.com/segursim/segursim/internal/store"
)

func generated(t testing.TB, n int, seed string) []registre.Patient {
	t.Helper()
	seq, err := Generate(n, Seed(seed))
	if err != nil {
		t.Fatal(err)
	}
	return slices.Collect(seq)
}

// TestGenerateIsConsistent holds every rule that one identity must respect.
func TestGenerateIsConsistent(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		seed := rapid.String().Draw(rt, "seed")
		n := rapid.IntRange(1, 400).Draw(rt, "n")
		people := generated(t, n, seed)
		if len(people) != n {
			rt.Fatalf("%d identities, want %d", len(people), n)
		}
		ids, matricules := map[string]registre.Patient{}, map[string]bool{}
		for _, p := range people {
			if _, twice := ids[p.ID]; twice || matricules[p.INS.Matricule] {
				rt.Fatalf("%s or %s stands twice", p.ID, p.INS.Matricule)
			}
			ids[p.ID], matricules[p.INS.Matricule] = p, true
			if why := inconsistent(p); why != "" {
				rt.Fatalf("%s: %+v", why, p)
			}
			if h := p.Holder; h != "" {
				holder, ok := ids[h]
				if !ok || holder.Holder != "" {
					rt.Fatalf("%s is on the card of %q: %+v", p.ID, h, holder)
				}
			}
		}
	})
}

// inconsistent says what is wrong with an identity, or nothing.
func inconsistent(p registre.Patient) string {
	m := p.INS.Matricule
	month := p.BirthDate[5:7]
	if month == "00" {
		month = "20"
	}
	nia := p.INS.OID == registre.OIDNIA
	first := map[bool]map[string]byte{false: {"M": '1', "F": '2'}, true: {"M": '7', "F": '8'}}[nia][p.Sex]
	switch {
	case !registre.ValidNIR(p.INS.Full()):
		return "wrong key"
	case m[0] != first || m[1:3] != p.BirthDate[2:4] || m[3:5] != month || m[5:10] != p.BirthPlace:
		return "the matricule does not say sex, date and place"
	case !nia && p.INS.OID != registre.OIDTest:
		return "not the OID of test"
	case nia && !strings.HasPrefix(p.BirthPlace, "99"):
		return "a NIA of somebody born in France"
	case !registre.ValidCOG(p.BirthPlace) || !registre.ValidBirthDate(p.BirthDate):
		return "no place or no date"
	case strings.HasSuffix(p.BirthDate, "00") && !strings.HasPrefix(p.BirthPlace, "99"):
		return "an incomplete date of somebody born in France"
	case !strings.Contains(p.BirthName, "TEST") && !strings.Contains(p.BirthName, "SIMU") && !strings.Contains(p.BirthName, "FICTIF"):
		return "a birth name that does not look like a test"
	case p.FirstGivenName != p.GivenNames[0]:
		return "another first given name"
	case p.Death != "" && p.Death < p.BirthDate:
		return "dead before birth"
	}
	if refused := (Traits{p.BirthName, p.GivenNames, p.Sex, p.BirthDate, p.BirthPlace}).Check(); len(refused) > 0 {
		return refused[0].Error()
	}
	for _, h := range p.History {
		if !registre.ValidNIR(h.Full()) || h.From > h.To {
			return "a wrong INS in the history"
		}
	}
	return ""
}

// TestGenerateVariety: a base of a usual size has every kind of identity.
func TestGenerateVariety(t *testing.T) {
	t.Parallel()
	const n = 50_000
	count, traits, fathers := map[string]int{}, map[string][]string{}, map[string]bool{}
	for _, p := range generated(t, n, "variety") {
		is := func(what string, yes bool) {
			if yes {
				count[what]++
			}
		}
		is("woman", p.Sex == "F")
		is("2A", strings.HasPrefix(p.BirthPlace, "2A"))
		is("2B", strings.HasPrefix(p.BirthPlace, "2B"))
		is("overseas", strings.HasPrefix(p.BirthPlace, "97") || strings.HasPrefix(p.BirthPlace, "98"))
		is("abroad", strings.HasPrefix(p.BirthPlace, "99"))
		is("NIA", p.INS.OID == registre.OIDNIA)
		is("day unknown", strings.HasSuffix(p.BirthDate, "-00") && !strings.HasSuffix(p.BirthDate, "-00-00"))
		is("month unknown", strings.HasSuffix(p.BirthDate, "-00-00"))
		is("one former INS", len(p.History) == 1)
		is("several former INS", len(p.History) > 1)
		is("former INS equal to the active one", len(p.History) > 0 && p.History[0].Matricule == p.INS.Matricule)
		is("another sex before", len(p.History) > 0 && p.History[0].Matricule[1:] == p.INS.Matricule[1:] && p.History[0].OID == p.INS.OID && p.History[0].Matricule != p.INS.Matricule)
		is("NIA before", len(p.History) > 0 && p.History[0].OID == registre.OIDNIA && p.INS.OID != registre.OIDNIA)
		is("dependent", p.Holder != "")
		is("second twin", p.Rank == 2)
		is("deceased", p.Death != "")
		is("used name", p.UsedName != "")
		is("double name", strings.Contains(p.BirthName, "--"))
		is("apostrophe", strings.Contains(p.BirthName, "'"))
		is("several first names", len(p.GivenNames) > 1)
		is("compound first name", strings.Contains(p.FirstGivenName, "-"))
		is("child", p.BirthDate > "2008")
		is("centenarian", p.BirthDate < "1926")
		key := registre.TraitsKey(p.BirthName, p.FirstGivenName, p.Sex, p.BirthDate)
		is("homonym", len(traits[key]) > 0 && !slices.Contains(traits[key], p.BirthPlace))
		is("perfect homonym", slices.Contains(traits[key], p.BirthPlace))
		traits[key] = append(traits[key], p.BirthPlace)
		is("shared name", fathers[p.BirthName])
		fathers[p.BirthName] = true
	}
	for what, least := range map[string]int{
		"woman": n * 45 / 100, "2A": n / 200, "2B": n / 200, "overseas": n / 50, "abroad": n / 20, "NIA": n / 2000,
		"day unknown": 20, "month unknown": 20, "one former INS": n / 200, "several former INS": 20,
		"former INS equal to the active one": 20, "another sex before": 50, "NIA before": 50, "dependent": n / 20,
		"second twin": 50, "deceased": n / 200, "used name": n / 20, "double name": n / 100, "apostrophe": n / 50,
		"several first names": n / 4, "compound first name": n / 50, "child": n / 20, "centenarian": 20,
		"homonym": n / 500, "perfect homonym": 3, "shared name": n / 10,
	} {
		if count[what] < least {
			t.Errorf("%s: %d of %d, want %d at least", what, count[what], n, least)
		}
	}
	if count["woman"] > n*57/100 {
		t.Errorf("%d women of %d", count["woman"], n)
	}
}

func TestGenerateRepeats(t *testing.T) {
	t.Parallel()
	a, b := generated(t, 500, "one"), generated(t, 500, "one")
	if diff := cmp.Diff(a, b); diff != "" {
		t.Errorf("the same seed (-first +second):\n%s", diff)
	}
	if longer := generated(t, 600, "one"); !cmp.Equal(a, longer[:500]) {
		t.Error("a longer generation does not begin alike")
	}
	if other := generated(t, 500, "two"); a[0].ID == other[0].ID || cmp.Equal(a[0].INS, other[0].INS) {
		t.Errorf("another seed gives the same: %+v", other[0])
	}
	seq, err := Generate(10, Seed("one"))
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if !cmp.Equal(a[:10], slices.Collect(seq)) {
			t.Error("read again, the sequence differs")
		}
	}
	for range seq { // a reader may stop
		break
	}
}

func TestGenerateRefuses(t *testing.T) {
	t.Parallel()
	for _, n := range []int{-1, 0, MaxGenerated + 1} {
		if _, err := Generate(n, Seed("x")); !errors.Is(err, ErrNumber) {
			t.Errorf("%d identities: error %v", n, err)
		}
	}
	if _, err := Generate(1, iotest.ErrReader(io.ErrClosedPipe)); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("a source that fails: %v", err)
	}
	if _, err := Generate(1, bytes.NewReader(make([]byte, 31))); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("a source too short: %v", err)
	}
}

// TestGenerateCrowded: when the matricules of a place are all given, the next
// ones are elsewhere.
func TestGenerateCrowded(t *testing.T) {
	t.Parallel()
	free := map[string]int{}
	seq, err := generate(2000, Seed("crowd"), func(m string) bool { // the first 3 of each place are taken
		free[m]++
		order, err := strconv.Atoi(m[10:])
		if err != nil {
			t.Error(err)
		}
		return order <= 3
	})
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for p := range seq {
		n++
		if why := inconsistent(p); why != "" || p.INS.Matricule[10:] <= "003" {
			t.Fatalf("%s: %+v", why, p)
		}
	}
	if n != 2000 {
		t.Errorf("%d identities", n)
	}
}

func TestLoad(t *testing.T) {
	t.Parallel()
	db := seeded(t)
	var first string
	load := func(n int, seed string) error {
		return db.Update(func(tx *store.Txn) (err error) { first, err = Load(tx, n, Seed(seed)); return err })
	}
	count := func() (n int) {
		view(t, db, func(tx *store.Txn) { n = registre.CountPatients(tx) })
		return n
	}
	before := count()
	if err := load(3000, "a"); err != nil {
		t.Fatal(err)
	}
	if err := load(3000, "a"); !errors.Is(err, ErrTwice) {
		t.Errorf("twice the same seed: %v", err)
	}
	if err := load(0, "a"); !errors.Is(err, ErrNumber) {
		t.Errorf("none: %v", err)
	}
	people := generated(t, 3000, "a")
	for range 20 { // many small ones
		if err := load(300, "b"+strconv.Itoa(count())); err != nil {
			t.Fatal(err)
		}
	}
	if got, want := count(), before+3000+20*300; got != want {
		t.Errorf("%d identities, want %d", got, want)
	}
	view(t, db, func(tx *store.Txn) {
		if p, ok := registre.GetPatient(tx, first); !ok || p.Source != registre.SourceGenerated {
			t.Errorf("the first one of the last load: %+v", p)
		}
		lots := 0
		for range registre.Lots.All(tx) {
			lots++
		}
		if lots > 6 {
			t.Errorf("%d lots after 21 loads", lots)
		}
		seen := map[string]bool{}
		for l := range registre.Lots.All(tx) {
			for p := range l.All() {
				if seen[p.INS.Matricule] {
					t.Errorf("matricule %s stands twice", p.INS.Matricule)
				}
				seen[p.INS.Matricule] = true
			}
		}
		for _, p := range people {
			ask := Traits{p.BirthName, p.GivenNames, p.Sex, p.BirthDate, p.BirthPlace}
			if r := Match(tx, ask); r.Code != Found && !(r.Code == Several && p.Has(registre.MarkHomonym)) || r.Code == Found && !cmp.Equal(r.Patient, p) {
				t.Fatalf("%+v for %+v", r, p)
			}
			claim := Claim{Matricule: p.INS.Matricule, Key: p.INS.Key, OID: p.INS.OID, Traits: ask}
			if v := Verify(tx, claim); !v.OK {
				t.Fatalf("%+v does not verify: %v", p, v.Why)
			}
			v := Vitale{Individual: p.INS.Matricule, BirthDate: p.BirthDate}
			if p.Holder != "" {
				h, _ := registre.GetPatient(tx, p.Holder)
				v.Holder = h.INS.Matricule
			}
			if r := MatchVitale(tx, v); r.Code != Found || r.Patient.ID != p.ID {
				t.Fatalf("by the card %+v: %+v", v, r)
			}
		}
	})
}
