package ins

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/segursim/segursim/internal/registre"
)

func rule(r *Refusal) Rule {
	if r == nil {
		return ""
	}
	return r.Rule
}

func TestCheckNames(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("A", 100)
	for s, want := range map[string][2]Rule{ // birth name, first name
		"ADRUN":                        {"", ""},
		"D'ARTAGNAN DE L'HERAULT":      {"", ""},
		"DOUBLE-TIRET":                 {"", ""},
		"DOUBLE--TIRET":                {"", Hyphens},
		"TRIPLE---TIRET":               {Hyphens, Hyphens},
		"DE LA--RUE D'OR":              {"", Hyphens},
		"'APOSTROPHE":                  {"", ""},
		"APOSTROPHE'":                  {"", End},
		"TIRET-":                       {"", End},
		"JEAN- PIERRE":                 {"", End},
		"JEAN PIERRE":                  {"", ""},
		"":                             {Missing, Missing},
		" ":                            {Start, Start},
		"-TIRET":                       {Start, Start},
		" ESPACE":                      {Start, Start},
		"ESPACE ":                      {End, End},
		"DEUX  ESPACES":                {Separators, Separators},
		"D''OR":                        {Separators, Separators},
		"D' OR":                        {Separators, Separators},
		"D 'OR":                        {Separators, Separators},
		"adrun":                        {LowerCase, LowerCase},
		"ADRUNe":                       {LowerCase, LowerCase},
		"ÉLODIE":                       {Diacritic, Diacritic},
		"E\u0301LODIE":                 {Diacritic, Diacritic}, // decomposed
		"D'ÆION":                       {Diacritic, Diacritic},
		"CŒUR":                         {Diacritic, Diacritic},
		"ÇA":                           {Diacritic, Diacritic},
		"ИВАН":                         {Diacritic, Diacritic},
		"D’OR":                         {Character, Character},
		"ADRUN2":                       {Character, Character},
		"ADR_UN":                       {Character, Character},
		"ADRUN!":                       {Character, Character},
		"ADR/UN":                       {Character, Character},
		"ADR.UN":                       {Character, Character},
		"ADR\tUN":                      {Character, Character},
		"ADR\u00a0UN":                  {Character, Character},
		"ADR\x00UN":                    {Character, Character},
		"ADR\xffUN":                    {Character, Character},
		"<b>":                          {Character, Character},
		"ＡＤＲＵＮ":                        {Diacritic, Diacritic}, // full width
		long:                           {"", ""},
		long + "A":                     {TooLong, TooLong},
		strings.Repeat("É", 1_000_000): {Diacritic, Diacritic},
	} {
		if got := [2]Rule{rule(CheckBirthName(s)), rule(CheckGivenName(s))}; got != want {
			t.Errorf("%.40q: %v, want %v", s, got, want)
		}
	}
}

func TestCheckForms(t *testing.T) {
	t.Parallel()
	tests := []struct {
		what  string
		check func(string) *Refusal
		want  map[string]Rule
	}{
		{"sex", CheckSex, map[string]Rule{"F": "", "M": "", "": Missing, "I": Value, "f": Value, "m": Value, "1": Value, "FEMININ": Value, "F ": Value, "é": Value}},
		{"date", CheckBirthDate, map[string]Rule{
			"1975-12-31": "", "2000-02-29": "", "1960-00-00": "", "1950-03-00": "", "": Missing,
			"1975-13-01": Impossible, "2001-02-29": Impossible, "1975-00-12": Impossible, "1975-04-31": Impossible, "1975-20-00": Impossible,
			"31/12/1975": Form, "19751231": Form, "1975-1-1": Form, "1975-12-31T00:00:00": Form, " 1975-12-31": Form, "1975-12-3é": Form, "0000-00-00": "", "AAAA-MM-JJ": Form,
		}},
		{"place", CheckBirthPlace, map[string]Rule{
			"63220": "", "2A020": "", "2B999": "", "97199": "", "99352": "", "": Missing,
			"2a020": Form, "2C020": Form, "6322": Form, "632200": Form, "A2020": Form, "CLERMONT": Form, "６３２２０": Form, "63 22": Form,
		}},
		{"matricule", func(s string) *Refusal { return CheckMatricule(Matricule, s) }, map[string]Rule{
			"2751263220749": "", "160012B020777": "", "297022A020778": "", "7990599990112": "", "": Missing,
			"275126322074974": Form, "2 75 12 63 220 749": Form, "275126322074": Form, "16001AB020777": Form, "160013B020777": Form, "160012b020777": Form,
		}},
		{"key", CheckKey, map[string]Rule{"74": "", "02": "", "": Missing, "7": Form, "740": Form, "7A": Form, "٧٤": Form}},
		{"oid", CheckOID, map[string]Rule{
			registre.OIDNIR: "", registre.OIDNIA: "", registre.OIDTest: "", registre.OIDDemo: "", "": Missing,
			"urn:oid:1.2.250.1.213.1.4.8": Value, "1.2.250.1.213.1.4.2": Value, "1.2.250.1.213.1.4.80": Value,
		}},
		{"rank", CheckRank, map[string]Rule{"1": "", "9": "", "": Form, "0": Form, "10": Form, "x": Form}},
	}
	for _, tt := range tests {
		for s, want := range tt.want {
			if got := rule(tt.check(s)); got != want {
				t.Errorf("%s %q: %q, want %q", tt.what, s, got, want)
			}
		}
	}
}

// TestRefusal: a refusal says what, where, in both languages, and cites.
func TestRefusal(t *testing.T) {
	t.Parallel()
	want := &Refusal{
		Trait: BirthName, Rule: Diacritic, Value: "D'ÆION", Position: 3, Ref: refLexical,
		FR: "NomNaissance « D'ÆION » : « Æ » : ni accent, ni ligature, les capitales A à Z seulement (caractère 3).",
		EN: "NomNaissance “D'ÆION”: “Æ”: neither diacritics nor ligatures, capitals A to Z only (character 3).",
	}
	if diff := cmp.Diff(want, CheckBirthName("D'ÆION")); diff != "" {
		t.Errorf("refusal (-want +got):\n%s", diff)
	}
	if got := CheckBirthName("").Code(); got != "insi_19" {
		t.Errorf("code of a missing birth name = %q", got)
	}
	if got := CheckGivenName("").Code(); got != "" {
		t.Errorf("code of a missing first name = %q: no source tells it", got)
	}
	if !strings.Contains(CheckSex("I").Error(), "Sexe") {
		t.Errorf("error = %q", CheckSex("I").Error())
	}
	all := Traits{BirthName: "é", GivenNames: []string{"A", "--"}, Sex: "X", BirthDate: "x", BirthPlace: "x"}.Check()
	var got []Trait
	for _, r := range all {
		got = append(got, r.Trait)
	}
	if diff := cmp.Diff([]Trait{BirthName, GivenName, Sex, BirthDate, BirthPlace}, got); diff != "" {
		t.Errorf("traits refused (-want +got):\n%s", diff)
	}
	if got := (Traits{}).Check(); len(got) != 4 {
		t.Errorf("an empty request: %v, want everything but the place", got)
	}
}

// TestNamesAccepted: names built as the rules say are accepted, and any other
// character spoils them.
func TestNamesAccepted(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.StringMatching(`[A-Z]{1,8}((-|'| )[A-Z]{1,8}){0,5}`).Draw(t, "name")
		if r := CheckBirthName(name); r != nil {
			t.Fatal(r)
		}
		if r := CheckGivenName(name); r != nil {
			t.Fatal(r)
		}
		c := rapid.Rune().Filter(func(c rune) bool { return !strings.ContainsRune("ABCDEFGHIJKLMNOPQRSTUVWXYZ '-", c) }).Draw(t, "character")
		i := rapid.IntRange(0, len(name)).Draw(t, "place")
		spoilt := name[:i] + string(c) + name[i:]
		for _, r := range []*Refusal{CheckBirthName(spoilt), CheckGivenName(spoilt)} {
			if r == nil || r.Position != i+1 {
				t.Fatalf("%q: %+v, want the character %d refused", spoilt, r, i+1)
			}
		}
	})
}

// FuzzNames: no text panics, a refusal is whole, and what is accepted is made of
// the characters allowed only.
func FuzzNames(f *testing.F) {
	for _, s := range []string{"", "ADRUN", "D'ARTAGNAN DE L'HERAULT", "A--B", "A---B", "é", "\xff", "A\u0301", " A", "A'", strings.Repeat("A", 101), "a ' -"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for i, r := range []*Refusal{
			CheckBirthName(s), CheckGivenName(s), CheckSex(s), CheckBirthDate(s), CheckBirthPlace(s),
			CheckMatricule(Holder, s), CheckKey(s), CheckOID(s), CheckRank(s),
		} {
			if r == nil {
				if i < 2 && strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ '-") != "" {
					t.Fatalf("%q is accepted", s)
				}
				continue
			}
			if r.Trait == "" || r.Rule == "" || r.FR == "" || r.EN == "" || r.Ref == "" {
				t.Fatalf("%q: %+v is not whole", s, r)
			}
			if !utf8.ValidString(r.FR+r.EN+r.Value) || len(r.Value) > maxQuoted+4 {
				t.Fatalf("%q: %q", s, r.Value)
			}
			if r.Position < 0 || r.Position > utf8.RuneCountInString(s) {
				t.Fatalf("%q: position %d", s, r.Position)
			}
		}
	})
}
