package ins

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/segursim/segursim/internal/registre"
	"github.com/segursim/segursim/internal/store"
)

func TestMatch(t *testing.T) {
	t.Parallel()
	db := seeded(t)
	alice := Traits{BirthName: "SEGURSIM-ORDINAIRE", GivenNames: []string{"ALICE"}, Sex: "F", BirthDate: "1985-04-12"}
	with := func(change func(*Traits)) Traits {
		t := alice
		change(&t)
		return t
	}
	tests := map[string]struct {
		ask  Traits
		want Code
		id   string
	}{
		"first name":         {alice, Found, "segursim-alice"},
		"second name":        {with(func(t *Traits) { t.GivenNames = []string{"MARIE"} }), Found, "segursim-alice"},
		"whole list":         {with(func(t *Traits) { t.GivenNames = []string{"ALICE MARIE"} }), Found, "segursim-alice"},
		"list as elements":   {with(func(t *Traits) { t.GivenNames = []string{"ALICE", "MARIE"} }), Found, "segursim-alice"},
		"list reversed":      {with(func(t *Traits) { t.GivenNames = []string{"MARIE ALICE"} }), None, ""},
		"beginning of name":  {with(func(t *Traits) { t.GivenNames = []string{"ALI"} }), None, ""},
		"other birth name":   {with(func(t *Traits) { t.BirthName = "SEGURSIM ORDINAIRE" }), None, ""},
		"other sex":          {with(func(t *Traits) { t.Sex = "M" }), None, ""},
		"other date":         {with(func(t *Traits) { t.BirthDate = "1985-04-00" }), None, ""},
		"place":              {with(func(t *Traits) { t.BirthPlace = "75999" }), Found, "segursim-alice"},
		"other place":        {with(func(t *Traits) { t.BirthPlace = "63999" }), None, ""},
		"used name":          {Traits{BirthName: "SEGURSIM-EPOUSE", GivenNames: []string{"BERTILLE"}, Sex: "F", BirthDate: "1970-09-30"}, None, ""},
		"day unknown":        {Traits{BirthName: "SEGURSIM-LUNAIRE", GivenNames: []string{"AHMED"}, Sex: "M", BirthDate: "1950-03-00"}, Found, "segursim-lunaire-jour"},
		"month unknown":      {Traits{BirthName: "SEGURSIM-LUNAIRE", GivenNames: []string{"FATOU"}, Sex: "F", BirthDate: "1948-00-00"}, Found, "segursim-lunaire-mois"},
		"lunar, by guess":    {Traits{BirthName: "SEGURSIM-LUNAIRE", GivenNames: []string{"FATOU"}, Sex: "F", BirthDate: "1948-12-31"}, None, ""},
		"born abroad":        {Traits{BirthName: "SEGURSIM-NIA", GivenNames: []string{"IDRISSA"}, Sex: "M", BirthDate: "1999-05-06", BirthPlace: "99990"}, Found, "segursim-nia"},
		"Corsica":            {Traits{BirthName: "SEGURSIM-AJACCIO", GivenNames: []string{"ANTOINE"}, Sex: "M", BirthDate: "1966-11-20", BirthPlace: "2A999"}, Found, "segursim-corse-sud"},
		"overseas":           {Traits{BirthName: "SEGURSIM-OUTREMER", GivenNames: []string{"MARYSE"}, Sex: "F", BirthDate: "1975-07-14", BirthPlace: "97199"}, Found, "segursim-outremer"},
		"centenarian":        {Traits{BirthName: "SEGURSIM-CENTENAIRE", GivenNames: []string{"JEANNE"}, Sex: "F", BirthDate: "1921-02-28"}, Found, "segursim-centenaire"},
		"child of that day":  {Traits{BirthName: "SEGURSIM-CENTENAIRE", GivenNames: []string{"JEANNE"}, Sex: "F", BirthDate: "2021-02-28"}, Found, "segursim-enfant"},
		"perfect homonyms":   {Traits{BirthName: "SEGURSIM-HOMONYME", GivenNames: []string{"CHARLIE"}, Sex: "M", BirthDate: "1988-08-18", BirthPlace: "63999"}, Several, ""},
		"no INS":             {Traits{BirthName: "SEGURSIM-INCONNU", GivenNames: []string{"EDEN"}, Sex: "M", BirthDate: "1991-01-19"}, None, ""},
		"deceased":           {Traits{BirthName: "SEGURSIM-DECEDE", GivenNames: []string{"GEORGES"}, Sex: "M", BirthDate: "1930-01-31"}, Found, "segursim-decede"},
		"nothing":            {Traits{}, None, ""},
		"index separators":   {Traits{BirthName: "SEGURSIM-ORDINAIRE|ALICE|F|1985-04-12"}, None, ""},
		"empty first name":   {with(func(t *Traits) { t.GivenNames = nil }), None, ""},
		"no place in base":   {Traits{BirthName: "CORSE", GivenNames: []string{"FIGATELLIX"}, Sex: "M", BirthDate: "1988-10-12"}, Found, "corse-figatellix"},
		"place, none stored": {Traits{BirthName: "CORSE", GivenNames: []string{"FIGATELLIX"}, Sex: "M", BirthDate: "1988-10-12", BirthPlace: "2B172"}, None, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			view(t, db, func(tx *store.Txn) {
				if r := Match(tx, tt.ask); r.Code != tt.want || r.Patient.ID != tt.id || (r.Code == Several) != (r.Count > 1) {
					t.Errorf("%+v, want %s %q", r, tt.want, tt.id)
				}
			})
		})
	}
}

func TestMatchVitale(t *testing.T) {
	t.Parallel()
	db := seeded(t)
	const father = "1800175999103"
	tests := map[string]struct {
		ask  Vitale
		want Code
		id   string
	}{
		"holder":                   {Vitale{Individual: father, Holder: father}, Found, "segursim-pere"},
		"individual alone":         {Vitale{Individual: father}, Found, "segursim-pere"},
		"by date":                  {Vitale{Holder: father, BirthDate: "1980-01-02"}, Found, "segursim-pere"},
		"twins without rank":       {Vitale{Holder: father, BirthDate: "2012-03-04"}, Several, ""},
		"first twin":               {Vitale{Holder: father, BirthDate: "2012-03-04", Rank: "1"}, Found, "segursim-jumeau-un"},
		"second twin":              {Vitale{Holder: father, BirthDate: "2012-03-04", Rank: "2"}, Found, "segursim-jumeau-deux"},
		"third twin":               {Vitale{Holder: father, BirthDate: "2012-03-04", Rank: "3"}, None, ""},
		"twin by matricule":        {Vitale{Individual: "1120375999106", Holder: father}, Found, "segursim-jumeau-deux"},
		"everybody on the card":    {Vitale{Holder: father}, Several, ""},
		"name as well":             {Vitale{Holder: father, BirthName: "SEGURSIM-FAMILLE", BirthDate: "2012-03-04", Rank: "2"}, Found, "segursim-jumeau-deux"},
		"other name":               {Vitale{Holder: father, BirthName: "SEGURSIM", BirthDate: "2012-03-04", Rank: "2"}, None, ""},
		"somebody else's card":     {Vitale{Individual: "1120375999106", Holder: "2810275999104"}, None, ""},
		"unknown card":             {Vitale{Holder: "1990199999999", BirthDate: "2012-03-04"}, None, ""},
		"unknown individual":       {Vitale{Individual: "1990199999999", Holder: father}, None, ""},
		"former matricule":         {Vitale{Individual: "1900663999113"}, Found, "segursim-histo"},
		"former NIA":               {Vitale{Individual: "7900663999113"}, Found, "segursim-histo"},
		"history equal to active":  {Vitale{Individual: "180032B020401"}, Found, "corse-anthony"},
		"one that the card covers": {Vitale{Holder: father, BirthDate: "1981-02-03", Covered: []string{"segursim-pere", "segursim-mere"}}, Found, "segursim-mere"},
		"card that covers nobody":  {Vitale{Individual: father, Holder: father, Covered: []string{}}, None, ""},
		"date that differs":        {Vitale{Individual: father, Holder: father, BirthDate: "1980-01-03"}, None, ""},
		"without an INS":           {Vitale{Holder: father, Covered: []string{"segursim-nouveau-ne"}}, None, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			view(t, db, func(tx *store.Txn) {
				if r := MatchVitale(tx, tt.ask); r.Code != tt.want || r.Patient.ID != tt.id {
					t.Errorf("%s %q (%d), want %s %q", r.Code, r.Patient.ID, r.Count, tt.want, tt.id)
				}
			})
		})
	}
	for name, tt := range map[string]struct {
		ask  Vitale
		want []Trait
	}{
		"no matricule":    {Vitale{BirthDate: "2012-03-04"}, []Trait{Holder}},
		"all":             {Vitale{Individual: "x", Holder: "y", BirthName: "z", BirthDate: "t", Rank: "0"}, []Trait{Matricule, Holder, BirthName, BirthDate, Rank}},
		"nothing refused": {Vitale{Holder: father}, nil},
	} {
		var got []Trait
		for _, r := range tt.ask.Check() {
			got = append(got, r.Trait)
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s: refused %v, want %v", name, got, tt.want)
		}
	}
}

func TestVerify(t *testing.T) {
	t.Parallel()
	db := seeded(t)
	zoe := Claim{
		Matricule: "2751263220749", Key: "74", OID: registre.OIDNIR,
		Traits: Traits{BirthName: "ADRUN", GivenNames: []string{"ZOE"}, Sex: "F", BirthDate: "1975-12-31", BirthPlace: "63220"},
	}
	with := func(change func(*Claim)) Claim {
		c := zoe
		change(&c)
		return c
	}
	tests := map[string]struct {
		claim Claim
		why   []Trait
	}{
		"right":           {zoe, nil},
		"without a place": {with(func(c *Claim) { c.BirthPlace = "" }), nil},
		"list":            {with(func(c *Claim) { c.List = "ZOE" }), nil},
		"other list":      {with(func(c *Claim) { c.List = "ZOE MARIE" }), []Trait{GivenName}},
		"wrong key":       {with(func(c *Claim) { c.Key = "75" }), []Trait{Key}},
		"NIA":             {with(func(c *Claim) { c.OID = registre.OIDNIA }), []Trait{OID}},
		"test OID":        {with(func(c *Claim) { c.OID = registre.OIDTest }), []Trait{OID}},
		"name":            {with(func(c *Claim) { c.BirthName = "ADRDEUX" }), []Trait{BirthName}},
		"first name":      {with(func(c *Claim) { c.GivenNames = []string{"ZOA"} }), []Trait{GivenName}},
		"sex and date":    {with(func(c *Claim) { c.Sex, c.BirthDate = "M", "1975-12-30" }), []Trait{Sex, BirthDate}},
		"place":           {with(func(c *Claim) { c.BirthPlace = "63999" }), []Trait{BirthPlace}},
		"unknown":         {with(func(c *Claim) { c.Matricule = "2751263220999" }), []Trait{Matricule}},
		"answered OID": {with(func(c *Claim) {
			c.OID, c.OIDOf = registre.OIDTest, func(registre.INS) string { return registre.OIDTest }
		}), nil},
		"wrong key stored": {Claim{Matricule: "1810363220456", Key: "60", OID: registre.OIDNIR, Traits: Traits{BirthName: "HERMANN", GivenNames: []string{"GATIEN"}, Sex: "M", BirthDate: "1981-03-24"}}, nil},
		"true key":         {Claim{Matricule: "1810363220456", Key: "76", OID: registre.OIDNIR, Traits: Traits{BirthName: "HERMANN", GivenNames: []string{"GATIEN"}, Sex: "M", BirthDate: "1981-03-24"}}, []Trait{Key}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			view(t, db, func(tx *store.Txn) {
				v := Verify(tx, tt.claim)
				if v.OK != (tt.why == nil) || !slices.Equal(v.Why, tt.why) || v.Former {
					t.Errorf("%v %v, want why %v", v.OK, v.Why, tt.why)
				}
			})
		})
	}
	view(t, db, func(tx *store.Txn) {
		v := Verify(tx, Claim{Matricule: "1900663999113", Key: "27", OID: registre.OIDTest})
		if v.OK || !v.Former || v.Patient.ID != "segursim-histo" {
			t.Errorf("a former matricule: %+v", v)
		}
	})
	if got := (Claim{}).Check(); len(got) != 7 {
		t.Errorf("an empty claim breaks %d rules: %v", len(got), got)
	}
	if got := zoe.Check(); len(got) != 0 {
		t.Errorf("refused: %v", got)
	}
}

func TestAnswer(t *testing.T) {
	t.Parallel()
	db := seeded(t)
	view(t, db, func(tx *store.Txn) {
		for id, want := range map[string]TIQ{
			"ecetinsi":             {"ECETINSI", "PIERRE-ALAIN", "PIERRE-ALAIN MURIEL FLORIANT", "M", "2009-07-14", "63220"},
			"segursim-nom-vide":    {"", "IDRISS", "IDRISS", "M", "1982-04-01", "99990"},
			"segursim-prenom-vide": {"SEGURSIM-SANSPRENOM", "", "", "F", "1983-05-02", "99990"},
		} {
			p, ok := registre.GetPatient(tx, id)
			if !ok {
				t.Fatalf("no %s", id)
			}
			if diff := cmp.Diff(want, Answer(p)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", id, diff)
			}
		}
	})
	for code, want := range map[Code]string{Found: "OK", None: "Aucune identite trouvee", Several: "Plusieurs identites trouvees", "03": ""} {
		if got := code.Label(); got != want {
			t.Errorf("label of %s = %q", code, got)
		}
	}
}
