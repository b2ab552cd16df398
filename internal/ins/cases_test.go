package ins

import (
	"encoding/json"
	"encoding/xml"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/segursim/segursim/fixtures"
	"github.com/segursim/segursim/internal/need"
	"github.com/segursim/segursim/internal/registre"
	"github.com/segursim/segursim/internal/store"
)

func seeded(t testing.TB) *store.DB {
	t.Helper()
	db := openDB(t)
	update(t, db, func(tx *store.Txn) error { return registre.Seed(tx, fixtures.FS, "") })
	return db
}

func update(t testing.TB, db *store.DB, f func(tx *store.Txn) error) {
	t.Helper()
	if err := db.Update(f); err != nil {
		t.Fatal(err)
	}
}

func view(t testing.TB, db *store.DB, f func(tx *store.Txn)) {
	t.Helper()
	if err := db.View(func(tx *store.Txn) error { f(tx); return nil }); err != nil {
		t.Fatal(err)
	}
}

// TestCases: the fixtures answer the CNDA's searches.
func TestCases(t *testing.T) {
	t.Parallel()
	db := seeded(t)
	for _, c := range Cases() {
		t.Run(c.Test+" "+c.Traits.GivenName(), func(t *testing.T) {
			view(t, db, func(tx *store.Txn) {
				check, search := c.Traits.Check, func() Result { return Match(tx, c.Traits) }
				if c.ByVitale() {
					check, search = c.Vitale.Check, func() Result { return MatchVitale(tx, c.Vitale) }
				}
				if refused := check(); (len(refused) > 0) != (c.Code == "") {
					t.Fatalf("refusals %v, want code %q", refused, c.Code)
				} else if c.Code == "" {
					return
				}
				if r := search(); r.Code != c.Code || r.Patient.ID != c.Patient {
					t.Errorf("%s %q, want %s %q", r.Code, r.Patient.ID, c.Code, c.Patient)
				}
			})
		})
	}
}

// TestIdentities searches every identity that public sources name, with the
// place and without, and holds the answer against what the source says of it.
func TestIdentities(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile(need.Shared(t, "insi", "test-identities.json"))
	if err != nil {
		t.Fatal(err)
	}
	var data struct {
		Identities []struct {
			Nom, Sexe, Naissance, Cog, Matricule, Cle, OID, CR, CNDA string
			Prenoms                                                  []string
			Histo                                                    []struct{ Matricule, Cle, OID, Deb, Fin string }
		}
	}
	if err := json.Unmarshal(raw, &data); err != nil {
		t.Fatal(err)
	}
	if len(data.Identities) < 20 {
		t.Fatalf("%d identities", len(data.Identities))
	}
	answered := 0
	for _, want := range data.Identities {
		t.Run(want.Nom+" "+want.CNDA, func(t *testing.T) {
			db := seeded(t)
			for _, test := range Variants() {
				if strings.HasPrefix(strings.Replace(want.CNDA, " cas ", "-", 1), test) {
					id, change, _ := Variant(test)
					update(t, db, func(tx *store.Txn) error {
						p, _ := registre.GetPatient(tx, id)
						change(&p)
						_, err := registre.PutPatient(tx, p)
						return err
					})
				}
			}
			ask := Traits{BirthName: want.Nom, GivenNames: want.Prenoms[:1], Sex: want.Sexe, BirthDate: want.Naissance, BirthPlace: want.Cog}
			if len(ask.BirthDate) != 10 {
				return // no date in the source
			}
			var code Code
			switch {
			case strings.HasPrefix(want.CR, "fault"): // the CR is the author's mock: nobody has these traits
				code = None
			case len(want.CR) >= 2:
				code = Code(want.CR[:2])
			default:
				return // the source does not say the answer
			}
			view(t, db, func(tx *store.Txn) {
				if refused := ask.Check(); len(refused) > 0 {
					t.Fatalf("refused: %v", refused)
				}
				r := Match(tx, ask)
				if r.Code != code {
					t.Fatalf("code %s, want %s", r.Code, code)
				}
				answered++
				if code != Found {
					return
				}
				if want.Matricule != "" {
					got := r.Patient.INS
					if got.Matricule != want.Matricule || got.Key != want.Cle || got.OID != want.OID {
						t.Errorf("INS %+v, want %s/%s under %s", got, want.Matricule, want.Cle, want.OID)
					}
					if len(r.Patient.History) != len(want.Histo) {
						t.Fatalf("history %+v, want %+v", r.Patient.History, want.Histo)
					}
					for i, h := range want.Histo {
						if got := r.Patient.History[i]; got.Matricule != h.Matricule || got.Key != h.Cle || got.From != h.Deb && h.Deb != "" || got.To != h.Fin && h.Fin != "" {
							t.Errorf("history %d: %+v, want %+v", i, got, h)
						}
					}
				}
				tiq := Answer(r.Patient)
				for i, g := range strings.Fields(tiq.List) { // each name of the answer finds it
					ask.GivenNames = []string{g}
					if again := Match(tx, ask); again.Patient.ID != r.Patient.ID {
						t.Errorf("by name %d: %+v", i, again)
					}
				}
				ask.GivenNames = []string{tiq.List}
				if again := Match(tx, ask); again.Patient.ID != r.Patient.ID {
					t.Errorf("by the whole list: %+v", again)
				}
				ask.BirthPlace = "99999"
				if again := Match(tx, ask); again.Code != None {
					t.Errorf("in a wrong place: %+v", again)
				}
			})
		})
	}
	if answered < 15 {
		t.Errorf("%d identities were searched", answered)
	}
}

// TestInjectionFiles: the base says what the CNDA's files say.
func TestInjectionFiles(t *testing.T) {
	t.Parallel()
	type id struct {
		Matricule string `xml:"IdIndividu>NumIdentifiant"`
		Key       string `xml:"IdIndividu>Cle"`
		OID       string
		From      string `xml:"DateDeb"`
		To        string `xml:"DateFin"`
	}
	type file struct {
		Code   string `xml:"Body>RESULTAT>CR>CodeCR"`
		Label  string `xml:"Body>RESULTAT>CR>LibelleCR"`
		Active id     `xml:"Body>RESULTAT>INDIVIDU>INSACTIF"`
		Former []id   `xml:"Body>RESULTAT>INDIVIDU>INSHISTO"`
		Name   string `xml:"Body>RESULTAT>INDIVIDU>TIQ>NomNaissance"`
		List   string `xml:"Body>RESULTAT>INDIVIDU>TIQ>ListePrenom"`
		Place  string `xml:"Body>RESULTAT>INDIVIDU>TIQ>LieuNaissance"`
	}
	for name, test := range map[string]string{
		"REP_CR01": "2.07-2", "TEST_2.04_cas2": "2.04-2", "TEST_2.05": "2.05", "TEST_2.08_cas1": "2.08-1", "TEST_2.08_cas2": "2.08-2",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			raw, err := os.ReadFile(need.Shared(t, "insi", "cnda-fixtures", name+".xml"))
			if err != nil {
				t.Fatal(err)
			}
			var want file
			if err := xml.Unmarshal(raw, &want); err != nil {
				t.Fatal(err)
			}
			db := seeded(t)
			if id, change, ok := Variant(test); ok {
				update(t, db, func(tx *store.Txn) error {
					p, _ := registre.GetPatient(tx, id)
					change(&p)
					_, err := registre.PutPatient(tx, p)
					return err
				})
			}
			all := Cases()
			c := all[slices.IndexFunc(all, func(c Case) bool { return c.Test == test })]
			view(t, db, func(tx *store.Txn) {
				r := Match(tx, c.Traits)
				got := file{Code: string(r.Code), Label: r.Code.Label()}
				if r.Code == Found {
					of := func(i registre.INS) id { return id{i.Matricule, i.Key, i.OID, i.From, i.To} }
					got.Active = of(r.Patient.INS)
					for _, h := range r.Patient.History {
						got.Former = append(got.Former, of(h))
					}
					tiq := Answer(r.Patient)
					got.Name, got.List, got.Place = tiq.BirthName, tiq.List, tiq.BirthPlace
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("answer (-file +base):\n%s", diff)
				}
			})
		})
	}
}
