package registre

import (
	"encoding/json"
	"fmt"
	"iter"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/segursim/segursim/fixtures"
	"github.com/segursim/segursim/internal/store"
)

// people makes n different patients of every shape.
func people(prefix string, n int) []Patient {
	out := make([]Patient, n)
	for i := range out {
		p := Patient{
			ID: fmt.Sprintf("%s-%d", prefix, i), Source: "segursim", BirthName: fmt.Sprintf("TEST%c", 'A'+i%26), Sex: "FM"[i%2 : i%2+1],
			GivenNames: []string{"ALPHA", fmt.Sprintf("BETA%c", 'A'+i%7)}, FirstGivenName: "ALPHA", BirthDate: fmt.Sprintf("19%02d-01-02", i%100),
			BirthPlace: "75999", Record: RecordOpen, Marks: []Mark{}, History: []INS{},
			INS:     INS{Matricule: fmt.Sprintf("1%02d0175999%03d", i%100, i%1000), OID: OIDTest},
			Contact: Contact{Lines: []string{}},
		}
		p.INS.Key, _ = NIRKey(p.INS.Matricule)
		switch i % 5 {
		case 1:
			p.Holder, p.Rank = fmt.Sprintf("%s-%d", prefix, i-1), 1
		case 2:
			p.History = append(p.History, INS{Matricule: "2990175999001", Key: "01", OID: OIDNIA, From: "2010-01-01"})
		case 3:
			p.Marks, p.Death, p.Note = []Mark{MarkHomonym, MarkDoubtful}, "2020-01-01", strings.Repeat("é", 200)
		case 4:
			p.FirstGivenName, p.UsedName, p.UsedGivenName = "GAMMA", "TEST", "A"
			p.Contact = Contact{Lines: []string{"1 RUE DE TEST", ""}, PostalCode: "75999", City: "VILLE-DE-TEST", Phone: "0199", Email: "a@b.test"}
		}
		out[i] = p
	}
	return out
}

func lotOf(t testing.TB, id string, list []Patient) Lot {
	t.Helper()
	l, err := NewLot(id, slices.Values(list))
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func write(t testing.TB, db *store.DB, f func(tx *store.Txn) error) {
	t.Helper()
	if err := db.Update(f); err != nil {
		t.Fatal(err)
	}
}

func idsOf(in iter.Seq[Patient]) []string {
	out := []string{}
	for p := range in {
		out = append(out, p.ID)
	}
	slices.Sort(out)
	return out
}

// TestLotAsRows: every lookup finds in a lot what it finds in rows.
func TestLotAsRows(t *testing.T) {
	t.Parallel()
	list := people("p", 300)
	rows, packed := open(t), open(t)
	write(t, rows, func(tx *store.Txn) error { return put(tx, Patients, list) })
	write(t, packed, func(tx *store.Txn) error { return AddLot(tx, lotOf(t, "l", list)) })
	view(t, rows, func(a *store.Txn) {
		view(t, packed, func(b *store.Txn) {
			same := func(what string, find func(tx *store.Txn) iter.Seq[Patient]) {
				t.Helper()
				if diff := cmp.Diff(idsOf(find(a)), idsOf(find(b))); diff != "" {
					t.Errorf("%s (-rows +lot):\n%s", what, diff)
				}
			}
			for _, p := range list {
				one, _ := GetPatient(a, p.ID)
				two, _ := GetPatient(b, p.ID)
				if diff := cmp.Diff(one, two); diff != "" || one.ID == "" {
					t.Fatalf("patient %s (-row +lot):\n%s", p.ID, diff)
				}
				for _, m := range []string{p.INS.Matricule, p.INS.Full(), p.ID, "", "2990175999001"} {
					same("matricule "+m, func(tx *store.Txn) iter.Seq[Patient] { return FindPatients(tx, m) })
					same("former "+m, func(tx *store.Txn) iter.Seq[Patient] { return FindFormer(tx, m) })
				}
				for _, g := range []string{"ALPHA", "GAMMA", "BETAA", strings.Join(p.GivenNames, " "), "BETA", ""} {
					same("traits "+g, func(tx *store.Txn) iter.Seq[Patient] { return FindTraits(tx, p.BirthName, g, p.Sex, p.BirthDate) })
				}
				same("dependents", func(tx *store.Txn) iter.Seq[Patient] { return FindDependents(tx, p.ID) })
			}
			for _, typed := range []string{"testb", "TESTC", "19", "p-1", "p-12 ", "", "nobody", "\x00", "é"} {
				same("search "+typed, func(tx *store.Txn) iter.Seq[Patient] { return slices.Values(SearchPatients(tx, typed, 1000)) })
			}
			if got := len(SearchPatients(b, "", 7)); got != 7 {
				t.Errorf("%d found, 7 asked for", got)
			}
			if a, b := CountPatients(a), CountPatients(b); a != b || a != len(list) {
				t.Errorf("%d rows, %d packed", a, b)
			}
		})
	})
}

// TestLotChanged: a patient of a lot is edited, removed, and put back.
func TestLotChanged(t *testing.T) {
	t.Parallel()
	db := open(t)
	list := people("p", 50)
	write(t, db, func(tx *store.Txn) error { return AddLot(tx, lotOf(t, "l", list)) })
	db.Baseline()
	find := func(want int, p Patient) {
		t.Helper()
		view(t, db, func(tx *store.Txn) {
			if got := slices.Contains(idsOf(FindPatients(tx, p.INS.Matricule)), p.ID); got != (want > 0) {
				t.Errorf("by matricule %s: %v", p.INS.Matricule, got)
			}
			if got := len(idsOf(FindTraits(tx, p.BirthName, p.FirstGivenName, p.Sex, p.BirthDate))); got != want {
				t.Errorf("%d have the traits of %s, want %d", got, p.ID, want)
			}
			if _, ok := GetPatient(tx, p.ID); ok != (want > 0) {
				t.Errorf("get %s: %v", p.ID, ok)
			}
			if got := len(SearchPatients(tx, p.ID, 100)); (got > 0) != (want > 0) && p.ID == "p-49" {
				t.Errorf("search %s: %d", p.ID, got)
			}
		})
	}
	count := func(want int) {
		t.Helper()
		view(t, db, func(tx *store.Txn) {
			if got := CountPatients(tx); got != want {
				t.Errorf("%d patients, want %d", got, want)
			}
		})
	}
	old := list[49]
	edited := old
	edited.BirthName = "TESTMODIFIE"
	write(t, db, func(tx *store.Txn) error { _, err := PutPatient(tx, edited); return err })
	view(t, db, func(tx *store.Txn) {
		if got := idsOf(FindTraits(tx, old.BirthName, old.FirstGivenName, old.Sex, old.BirthDate)); len(got) != 0 {
			t.Errorf("the former traits still find %v", got)
		}
	})
	find(1, edited)
	count(50)
	for range 2 {
		write(t, db, func(tx *store.Txn) error { _, err := DeletePatient(tx, edited.ID); return err })
		find(0, edited)
		count(49)
	}
	write(t, db, func(tx *store.Txn) error { return AddLot(tx, lotOf(t, "m", people("q", 60))) }) // packed together
	find(0, edited)
	count(109)
	write(t, db, func(tx *store.Txn) error { _, err := PutPatient(tx, edited); return err })
	find(1, edited)
	count(110)
	view(t, db, func(tx *store.Txn) {
		if got := len(slices.Collect(Lots.All(tx))); got != 1 {
			t.Errorf("%d lots, want them packed together", got)
		}
	})
	db.Reset()
	find(1, old)
	count(50)
}

func TestPutPatientRefuses(t *testing.T) {
	t.Parallel()
	db := seeded(t, fixtures.FS, "")
	for want, p := range map[string]Patient{
		"nomNaissance is missing":                {ID: "a", GivenNames: []string{"B"}, Sex: "F", BirthDate: "2000-01-01"},
		"id \"É\"":                               {ID: "É", BirthName: "A", GivenNames: []string{"B"}, Sex: "F", BirthDate: "2000-01-01"},
		"there is no patient \"nobody\"":         {ID: "a", BirthName: "A", GivenNames: []string{"B"}, Sex: "F", BirthDate: "2000-01-01", Holder: "nobody"},
		"ouvrantDroit names the person itself":   {ID: "a", BirthName: "A", GivenNames: []string{"B"}, Sex: "F", BirthDate: "2000-01-01", Holder: "a"},
		"rang 10 is none of 1 to 9":              {ID: "a", BirthName: "A", GivenNames: []string{"B"}, Sex: "F", BirthDate: "2000-01-01", Rank: 10},
		"the key of matricule 2751263220749 is":  {ID: "a", BirthName: "A", GivenNames: []string{"B"}, Sex: "F", BirthDate: "2000-01-01", INS: INS{Matricule: "2751263220749", Key: "75"}},
		"dateNaissance \"2000-13-01\" is no":     {ID: "a", BirthName: "A", GivenNames: []string{"B"}, Sex: "F", BirthDate: "2000-13-01"},
		"mark \"inconnu\" is none of":            {ID: "a", BirthName: "A", GivenNames: []string{"B"}, Sex: "F", BirthDate: "2000-01-01", Marks: []Mark{"inconnu"}},
		"lieuNaissance \"2C001\" is no INSEE co": {ID: "a", BirthName: "A", GivenNames: []string{"B"}, Sex: "F", BirthDate: "2000-01-01", BirthPlace: "2C001"},
	} {
		err := db.Update(func(tx *store.Txn) error { _, err := PutPatient(tx, p); return err })
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
	write(t, db, func(tx *store.Txn) error {
		p, err := PutPatient(tx, Patient{ID: "a", BirthName: "A", GivenNames: []string{"B"}, Sex: "F", BirthDate: "2000-01-01", Holder: "adrun-zoe", INS: INS{Matricule: "2751263220749"}})
		if p.INS.Key != "74" || p.INS.OID != OIDTest || p.FirstGivenName != "B" || p.Record != RecordAbsent {
			t.Errorf("not completed: %+v", p)
		}
		return err
	})
	view(t, db, func(tx *store.Txn) {
		if got := idsOf(FindDependents(tx, "adrun-zoe")); !slices.Equal(got, []string{"a"}) {
			t.Errorf("dependents = %v", got)
		}
	})
}

// TestLotSnapshot: a lot survives a snapshot, and a spoilt one is refused.
func TestLotSnapshot(t *testing.T) {
	t.Parallel()
	db, other := open(t), open(t)
	list := people("p", 100)
	write(t, db, func(tx *store.Txn) error {
		if err := AddLot(tx, lotOf(t, "l", list)); err != nil {
			return err
		}
		_, err := DeletePatient(tx, "p-3")
		return err
	})
	if err := other.Import(strings.NewReader(dump(t, db))); err != nil {
		t.Fatal(err)
	}
	view(t, other, func(tx *store.Txn) {
		if got := CountPatients(tx); got != 99 {
			t.Errorf("%d patients after a snapshot, want 99", got)
		}
		if p, _ := GetPatient(tx, "p-7"); !cmp.Equal(p, list[7]) {
			t.Errorf("patient after a snapshot = %+v", p)
		}
	})
	whole, err := json.Marshal(lotOf(t, "l", list))
	if err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func(string) string{
		"no JSON":      func(string) string { return `{"id":` },
		"no gzip":      func(string) string { return `{"id":"l","patients":1,"gzip":"AAAA"}` },
		"empty":        func(string) string { return `{"id":"l","patients":1}` },
		"wrong number": func(s string) string { return strings.Replace(s, `"patients":100`, `"patients":99`, 1) },
	} {
		var l Lot
		if err := json.Unmarshal([]byte(spoil(string(whole))), &l); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestNewLotRefuses(t *testing.T) {
	t.Parallel()
	if _, err := NewLot("l", slices.Values([]Patient{{BirthName: "A"}})); err == nil {
		t.Error("a patient without id is packed")
	}
	if got := (Lot{}).Len() + (Lot{}).Bytes(); got != 0 {
		t.Errorf("an empty lot has %d", got)
	}
}

// TestPackedPatient: what is packed is unpacked the same, whatever the texts.
func TestPackedPatient(t *testing.T) {
	t.Parallel()
	text := rapid.OneOf(rapid.String(), rapid.SampledFrom(words), rapid.StringN(60, 70, -1))
	rapid.Check(t, func(t *rapid.T) {
		ins := rapid.Custom(func(t *rapid.T) INS {
			return INS{text.Draw(t, "matricule"), text.Draw(t, "key"), text.Draw(t, "oid"), text.Draw(t, "from"), text.Draw(t, "to")}
		})
		p := Patient{
			ID: text.Draw(t, "id"), Source: text.Draw(t, "source"), INS: ins.Draw(t, "ins"), History: rapid.SliceOfN(ins, 0, 3).Draw(t, "history"),
			BirthName: text.Draw(t, "name"), GivenNames: rapid.SliceOfN(text, 0, 3).Draw(t, "given"), UsedName: text.Draw(t, "used"),
			Sex: text.Draw(t, "sex"), BirthDate: text.Draw(t, "date"), Rank: rapid.IntRange(0, 9).Draw(t, "rank"), Note: text.Draw(t, "note"),
			Marks:   rapid.SliceOfN(rapid.SampledFrom(Marks()), 0, 3).Draw(t, "marks"),
			Contact: Contact{Lines: rapid.SliceOfN(text, 0, 2).Draw(t, "lines"), Email: text.Draw(t, "email")},
		}
		if p.FirstGivenName = text.Draw(t, "first"); p.FirstGivenName == "" && len(p.GivenNames) > 0 {
			p.FirstGivenName = p.GivenNames[0]
		}
		b := appendPatient(nil, &p)
		got, rest, err := readPatient(append(b, "rest"...))
		if err != nil || string(rest) != "rest" || !cmp.Equal(p, got) {
			t.Fatalf("%v, %q left (-packed +unpacked):\n%s", err, rest, cmp.Diff(p, got))
		}
		for i := range b {
			if _, rest, err := readPatient(b[:i]); err == nil && len(rest) == 0 {
				t.Fatalf("cut after %d of %d bytes, it is whole", i, len(b))
			}
		}
	})
}

// FuzzPackedPatient: no bytes panic or make a huge list.
func FuzzPackedPatient(f *testing.F) {
	for _, p := range people("p", 5) {
		f.Add(appendPatient(nil, &p))
	}
	f.Add([]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01})
	f.Fuzz(func(t *testing.T, b []byte) {
		p, rest, err := readPatient(b)
		if err != nil {
			return
		}
		if len(rest) > len(b) || len(p.GivenNames)+len(p.History)+len(p.Marks)+len(p.Contact.Lines) > len(b) {
			t.Fatalf("%d bytes make %+v", len(b), p)
		}
		again, _, err := readPatient(appendPatient(nil, &p))
		if err != nil || !cmp.Equal(p, again) {
			t.Fatalf("%v (-first +again):\n%s", err, cmp.Diff(p, again))
		}
	})
}

// BenchmarkRow is what a patient costs as a row of its own, against a lot.
func BenchmarkRow(b *testing.B) {
	list := people("p", 20_000)
	var before, after runtime.MemStats
	for b.Loop() {
		runtime.GC()
		runtime.ReadMemStats(&before)
		db := open(b)
		write(b, db, func(tx *store.Txn) error { return put(tx, Patients, list) })
		runtime.GC()
		runtime.ReadMemStats(&after)
		runtime.KeepAlive(db)
	}
	b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/float64(len(list)), "B/patient")
}
