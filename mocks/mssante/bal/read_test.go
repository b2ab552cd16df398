package bal_test

import (
	"errors"
	"io/fs"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/segursim/segursim/fixtures"
	"github.com/segursim/segursim/internal/registre"
	"github.com/segursim/segursim/mocks/mssante/bal"
)

// TestEmbedded: the embedded file is read, and has what scenarios count on.
func TestEmbedded(t *testing.T) {
	t.Parallel()
	src, err := fs.ReadFile(fixtures.FS, "messageries/segursim.yaml")
	if err != nil {
		t.Fatal(err)
	}
	c, err := bal.Read("segursim.yaml", src)
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[bal.Kind]int{}
	for _, b := range c.BALs {
		kinds[b.Kind]++
	}
	for _, k := range []bal.Kind{bal.Personal, bal.Organisational, bal.Applicative, bal.Cabinet} {
		if kinds[k] == 0 {
			t.Errorf("no BAL of type %s", k)
		}
	}
	if len(c.Operators) < 2 || len(c.Domains) < 4 {
		t.Errorf("%d operators, %d domains", len(c.Operators), len(c.Domains))
	}
}

// TestReadProblems: where a file is wrong, and why.
func TestReadProblems(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		src  string
		line int
		want string
	}{
		"unknown key":       {"bals:\n  - adresse: a@b.test\n    couleur: rouge\n", 3, "couleur"},
		"unknown list":      {"boites: []\n", 1, "boites"},
		"key twice":         {"bals: []\nbals: []\n", 2, "bals"},
		"not YAML":          {"bals: [\n", 1, ""},
		"not UTF-8":         {"bals: \xff", 0, "UTF-8"},
		"wrong type":        {"bals:\n  - adresse: a@b.test\n    quota: beaucoup\n", 3, "cannot unmarshal"},
		"bad address":       {"bals:\n  - adresse: a@b.test\n    titulaires: [x]\n  - adresse: a b@b.test\n    titulaires: [x]\n", 4, "bals[1].adresse"},
		"bad kind":          {"bals:\n  - adresse: a@b.test\n    type: PAT\n    titulaires: [x]\n", 3, "PAT"},
		"no holder":         {"bals:\n  - adresse: a@b.test\n", 2, "titulaires is missing"},
		"twice":             {"bals:\n  - adresse: a@b.test\n    titulaires: [x]\n  - adresse: A@b.test\n    titulaires: [x]\n", 4, "twice"},
		"domain":            {"domaines:\n  - nom: -x.test\n    operateur: o\n", 2, "no domain"},
		"operator's DN":     {"operateurs:\n  - id: o\n    dnCertificat: o\n", 3, "CN="},
		"listed":            {"listeBlanche:\n  - nom: x\n    operateur: o\n", 2, "no domain"},
		"control character": {"bals:\n  - adresse: a@b.test\n    titulaires: [x]\n    intitule: \"a\\nb\"\n", 4, "control"},
		"days":              {"bals:\n  - adresse: a@b.test\n    titulaires: [x]\n    inutiliseeDepuis: -1\n", 4, "days"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := bal.Read("f.yaml", []byte(tt.src))
			var at *registre.FixtureError
			if !errors.As(err, &at) {
				t.Fatalf("error %v, want one with a place", err)
			}
			if at.File != "f.yaml" || at.Line != tt.line || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%v, want line %d and %q", err, tt.line, tt.want)
			}
		})
	}
	if c, err := bal.Read("f.yaml", []byte("# nothing\n")); err != nil || len(c.BALs) != 0 {
		t.Errorf("a file of comments: %v %v", c, err)
	}
}

// TestMerge: what is on top adds, or replaces by id, name and address.
func TestMerge(t *testing.T) {
	t.Parallel()
	base := bal.Collection{
		Operators: []bal.Operator{{ID: "a"}, {ID: "b"}}, Domains: []bal.Domain{{Name: "x.test", Operator: "a"}},
		BALs: []bal.Declared{{Address: "a@x.test"}, {Address: "b@x.test"}}, Listed: []bal.Listed{{Name: "l.test"}},
	}
	got := base.Merge(bal.Collection{
		Operators: []bal.Operator{{ID: "b", Name: "B"}}, Domains: []bal.Domain{{Name: "X.test", Operator: "b"}, {Name: "y.test"}},
		BALs: []bal.Declared{{Address: "A@X.test", Label: "new"}, {Address: "c@x.test"}}, Listed: []bal.Listed{{Name: "m.test"}},
	})
	want := bal.Collection{
		Operators: []bal.Operator{{ID: "a"}, {ID: "b", Name: "B"}}, Domains: []bal.Domain{{Name: "X.test", Operator: "b"}, {Name: "y.test"}},
		BALs: []bal.Declared{{Address: "A@X.test", Label: "new"}, {Address: "b@x.test"}, {Address: "c@x.test"}}, Listed: []bal.Listed{{Name: "l.test"}, {Name: "m.test"}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("merged (-want +got):\n%s", diff)
	}
	if base.BALs[0].Label != "" || base.Operators[1].Name != "" {
		t.Error("the base was changed")
	}
}

// TestAddresses: what can be an address, and which domains may be of the real
// messaging.
func TestAddresses(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]bool{
		"a@b.test": true, "jean-luc.o'hara+x@medecin.segursim.test": true, "279035121518989@patient.mssante.fr": true, strings.Repeat("a", 64) + "@b.test": true,
		"": false, "@b.test": false, "a@": false, "a@b": false, "a@@b.test": false, ".a@b.test": false, "a.@b.test": false, "a..b@b.test": false,
		"a b@b.test": false, `"a"@b.test`: false, "é@b.test": false, "a@é.test": false, "a@b..test": false, "a@-b.test": false, "a@b.test.": false,
		strings.Repeat("a", 65) + "@b.test": false, "a@" + strings.Repeat("b", 64) + ".test": false, "a@b.test\r\n": false, "a\x00@b.test": false,
	} {
		if err := bal.CheckAddress(address); (err == nil) != want {
			t.Errorf("%q: %v", address, err)
		}
	}
	for domain, want := range map[string]bool{
		"mssante.fr": true, "medecin.MSSante.fr": true, "patient.mssante.fr": true, "medecin.formation.mssante.fr": false, "formation.mssante.fr": false,
		"xmssante.fr": false, "medecin.segursim.test": false,
	} {
		if got := bal.Production(domain); got != want {
			t.Errorf("Production(%q) = %v", domain, got)
		}
	}
}

// TestLastUse: dates of the seed count from when the world began again.
func TestLastUse(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	e := bal.Epoch{Seeded: start, Began: start.AddDate(0, 0, 100)}
	for name, tt := range map[string]struct{ used, want time.Time }{
		"never since the seed": {start, start.AddDate(0, 0, 100)},
		"long before":          {start.AddDate(0, 0, -60), start.AddDate(0, 0, 40)},
		"since":                {start.AddDate(0, 0, 110), start.AddDate(0, 0, 110)},
	} {
		if got := e.LastUse(bal.BAL{Used: tt.used}); !got.Equal(tt.want) {
			t.Errorf("%s: %s, want %s", name, got, tt.want)
		}
	}
}

// FuzzRead: no file makes the reader panic, and what it accepts it can check again.
func FuzzRead(f *testing.F) {
	src, err := fs.ReadFile(fixtures.FS, "messageries/segursim.yaml")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(src)
	f.Add([]byte("bals:\n  - &a {adresse: a@b.test, titulaires: [x]}\n  - *a\n"))
	f.Add([]byte("bals: [{adresse: a@b.test, type: APP, certificats: [x]}]\n---\nbals: []\n"))
	f.Fuzz(func(t *testing.T, src []byte) {
		if len(src) > 8<<10 { // the YAML library takes its time
			return
		}
		c, err := bal.Read("f.yaml", src)
		if err != nil {
			return
		}
		if err := c.Check(); err != nil {
			t.Errorf("accepted, and then: %v", err)
		}
		for _, b := range c.BALs {
			if row := b.BAL(time.Unix(0, 0)); row.Address != strings.ToLower(b.Address) || row.Kind == "" || row.State == "" {
				t.Errorf("%+v makes %+v", b, row)
			}
		}
	})
}
