package datamatrix_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/segursim/segursim/internal/datamatrix"
)

// patient is an invented identity that breaks no rule.
func patient() datamatrix.Identity {
	return datamatrix.Identity{
		Matricule: "285047599910178", OID: datamatrix.OIDTest, GivenNames: "ALICE MARIE", BirthName: "SEGURSIM-ORDINAIRE",
		Sex: "F", BirthDate: "12-04-1985", BirthPlace: "75999",
	}
}

// TestEncode: the separator follows a variable field that is neither full nor
// last, and nothing else.
func TestEncode(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("A", 100)
	for _, c := range []struct {
		name   string
		change func(*datamatrix.Identity)
		want   string // after the header
	}{
		{"OID of 20 has none", func(*datamatrix.Identity) {}, "S1285047599910178S21.2.250.1.213.1.4.10S3ALICE MARIE<GS>S4SEGURSIM-ORDINAIRE<GS>S5FS612-04-1985S775999"},
		{"OID of 19 has one", func(id *datamatrix.Identity) { id.OID = datamatrix.OIDNIR }, "S1285047599910178S21.2.250.1.213.1.4.8<GS>S3ALICE MARIE<GS>S4SEGURSIM-ORDINAIRE<GS>S5FS612-04-1985S775999"},
		{"names of 100 have none", func(id *datamatrix.Identity) { id.GivenNames, id.BirthName = long, long }, "S1285047599910178S21.2.250.1.213.1.4.10S3" + long + "S4" + long + "S5FS612-04-1985S775999"},
		{"names of 99 have one", func(id *datamatrix.Identity) { id.GivenNames, id.BirthName = long[1:], long[1:] }, "S1285047599910178S21.2.250.1.213.1.4.10S3" + long[1:] + "<GS>S4" + long[1:] + "<GS>S5FS612-04-1985S775999"},
		{"without a place", func(id *datamatrix.Identity) { id.BirthPlace = "" }, "S1285047599910178S21.2.250.1.213.1.4.10S3ALICE MARIE<GS>S4SEGURSIM-ORDINAIRE<GS>S5FS612-04-1985"},
		{"born in Corsica", func(id *datamatrix.Identity) { id.Matricule, id.BirthPlace = "297022A02077878", "2A020" }, "S1297022A02077878S21.2.250.1.213.1.4.10S3ALICE MARIE<GS>S4SEGURSIM-ORDINAIRE<GS>S5FS612-04-1985S72A020"},
		{"unknown day and month", func(id *datamatrix.Identity) { id.BirthDate = "00-00-1985" }, "S1285047599910178S21.2.250.1.213.1.4.10S3ALICE MARIE<GS>S4SEGURSIM-ORDINAIRE<GS>S5FS600-00-1985S775999"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			id := patient()
			c.change(&id)
			got, err := datamatrix.Encode(id)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(datamatrix.Header+c.want, datamatrix.Visible(got)); diff != "" {
				t.Errorf("payload (-want +got):\n%s", diff)
			}
			back, found := datamatrix.Decode(got)
			if diff := cmp.Diff(id, back); diff != "" || len(rules(found, datamatrix.Erreur, datamatrix.Avertissement)) > 0 {
				t.Errorf("read back: %s%v", diff, found)
			}
		})
	}
}

// TestEncodeRefuses: every rule, by name, in both languages; and Compose writes
// it all the same, which Decode then says.
func TestEncodeRefuses(t *testing.T) {
	t.Parallel()
	set := func(f func(*datamatrix.Identity) *string, v string) func(*datamatrix.Identity) {
		return func(id *datamatrix.Identity) { *f(id) = v }
	}
	s1 := func(id *datamatrix.Identity) *string { return &id.Matricule }
	s2 := func(id *datamatrix.Identity) *string { return &id.OID }
	s3 := func(id *datamatrix.Identity) *string { return &id.GivenNames }
	s4 := func(id *datamatrix.Identity) *string { return &id.BirthName }
	s5 := func(id *datamatrix.Identity) *string { return &id.Sex }
	s6 := func(id *datamatrix.Identity) *string { return &id.BirthDate }
	s7 := func(id *datamatrix.Identity) *string { return &id.BirthPlace }
	for _, c := range []struct {
		name   string
		change func(*datamatrix.Identity)
		want   []string
		read   []string // what Decode finds; nil when the same
	}{
		{"no matricule", set(s1, ""), []string{"s1.longueur"}, nil},
		{"matricule without its key", set(s1, "2850475999101"), []string{"s1.longueur"}, nil},
		{"letter in the matricule", set(s1, "2850475X9910164"), []string{"s1.forme"}, nil},
		{"2C as department", set(s1, "285042C99910164"), []string{"s1.forme"}, nil},
		{"letter in the key", set(s1, "28504759991016A"), []string{"s1.forme"}, nil},
		{"wrong key", set(s1, "285047599910179"), []string{"s1.cle"}, []string{}},
		{"no OID", set(s2, ""), []string{"s2.longueur"}, nil},
		{"OID of 18", set(s2, "1.2.250.1.213.1.4."), []string{"s2.longueur"}, nil},
		{"OID of 21", set(s2, "1.2.250.1.213.1.4.100"), []string{"s2.longueur"}, nil},
		{"OID with a letter", set(s2, "1.2.250.1.213.1.4.X"), []string{"s2.forme"}, nil},
		{"OID with an empty arc", set(s2, "1.2.250.1..213.1.4.8"), []string{"s2.forme"}, nil},
		{"OID with a zero in front", set(s2, "1.2.250.1.213.1.4.08"), []string{"s2.forme"}, nil},
		{"OID from 3", set(s2, "3.2.250.1.213.1.4.8"), []string{"s2.forme"}, nil},
		{"no given name", set(s3, ""), []string{"s3.longueur"}, nil},
		{"given names of 101", set(s3, strings.Repeat("A", 101)), []string{"s3.longueur"}, nil},
		{"lower case", set(s3, "Alice"), []string{"s3.alphabet"}, nil},
		{"digit", set(s3, "ALICE2"), []string{"s3.alphabet"}, nil},
		{"comma", set(s3, "ALICE,MARIE"), []string{"s3.alphabet"}, nil},
		{"accent", set(s4, "HÉRAULT"), []string{"s4.alphabet"}, nil},
		{"typographic apostrophe", set(s4, "D’ARTAGNAN"), []string{"s4.alphabet"}, []string{"-"}},
		{"birth name of 101", set(s4, strings.Repeat("A", 101)), []string{"s4.longueur"}, nil},
		{"space first", set(s4, " DUPONT"), []string{"s4.debut"}, nil},
		{"hyphen first", set(s4, "-DUPONT"), []string{"s4.debut"}, nil},
		{"space last", set(s4, "DUPONT "), []string{"s4.fin"}, nil},
		{"two spaces", set(s4, "DE  DUPONT"), []string{"s4.double"}, nil},
		{"two apostrophes", set(s4, "D''ARTAGNAN"), []string{"s4.double"}, nil},
		{"apostrophe and space", set(s4, "D' ARTAGNAN"), []string{"s4.double"}, nil},
		{"only a space", set(s4, " "), []string{"s4.debut"}, nil},
		{"no sex", set(s5, ""), []string{"s5.longueur"}, nil},
		{"undetermined sex", set(s5, "I"), []string{"s5.valeur"}, nil},
		{"sex in lower case", set(s5, "f"), []string{"s5.valeur"}, nil},
		{"sex in letters", set(s5, "FEMME"), []string{"s5.longueur"}, nil},
		{"no date", set(s6, ""), []string{"s6.longueur"}, nil},
		{"date of INSi", set(s6, "1985-04-12"), []string{"s6.forme"}, nil},
		{"date with slashes", set(s6, "12/04/1985"), []string{"s6.forme"}, nil},
		{"30 February", set(s6, "30-02-1985"), []string{"s6.date"}, nil},
		{"29 February of 1985", set(s6, "29-02-1985"), []string{"s6.date"}, nil},
		{"month 13", set(s6, "01-13-1985"), []string{"s6.date"}, nil},
		{"day without a month", set(s6, "12-00-1985"), []string{"s6.date"}, nil},
		{"year 0", set(s6, "01-01-0000"), []string{"s6.date"}, nil},
		{"COG of 4", set(s7, "7599"), []string{"s7.longueur"}, nil},
		{"COG with letters", set(s7, "2C001"), []string{"s7.forme"}, nil},
		{"place in letters", set(s7, "PARIS"), []string{"s7.forme"}, nil},
		{"separator in a name", set(s4, "DUPONT"+gs+"S5M"), []string{"s4.alphabet"}, []string{"-"}},
		{"several", func(id *datamatrix.Identity) { id.Sex, id.BirthDate = "X", "?" }, []string{"s5.valeur", "s6.longueur"}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			id := patient()
			c.change(&id)
			payload, err := datamatrix.Encode(id)
			var refused *datamatrix.Error
			if !errors.As(err, &refused) || payload != "" {
				t.Fatalf("Encode: %q, %v", payload, err)
			}
			if diff := cmp.Diff(c.want, rules(refused.Findings, datamatrix.Erreur)); diff != "" {
				t.Errorf("rules (-want +got):\n%s", diff)
			}
			for _, f := range refused.Findings {
				if f.Text.FR == "" || f.Text.EN == "" || f.Text.FR == f.Text.EN || strings.Contains(f.Text.FR+f.Text.EN, "%!") || f.Offset != -1 {
					t.Errorf("finding %+v", f)
				}
			}
			payload, err = datamatrix.Compose(id)
			if len(c.read) == 1 { // what no payload can carry
				if !errors.As(err, &refused) {
					t.Errorf("Compose: %q, %v", payload, err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			back, found := datamatrix.Decode(payload)
			want := c.want
			if c.read != nil {
				want = nil
			}
			if diff := cmp.Diff(want, rules(found, datamatrix.Erreur)); diff != "" {
				t.Errorf("read back (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(id, back); diff != "" {
				t.Errorf("identity (-want +got):\n%s", diff)
			}
		})
	}
}

// TestRemarks: what is said and refuses nothing.
func TestRemarks(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		change func(*datamatrix.Identity)
		want   []string
	}{
		{"NIA", func(id *datamatrix.Identity) { id.OID = datamatrix.OIDNIA }, []string{"s2.nia"}},
		{"real OID", func(id *datamatrix.Identity) { id.OID = datamatrix.OIDNIR }, nil},
		{"demonstration", func(id *datamatrix.Identity) { id.OID = datamatrix.OIDDemo }, []string{"s2.demonstration"}},
		{"another domain", func(id *datamatrix.Identity) { id.OID = "1.2.250.1.213.1.4.99" }, []string{"s2.inconnu"}},
		{"another sex than the matricule", func(id *datamatrix.Identity) { id.Sex = "M" }, []string{"s2.test", "s5.matricule"}},
		{"another year than the matricule", func(id *datamatrix.Identity) { id.BirthDate = "12-04-1986" }, []string{"s2.test", "s6.matricule"}},
		{"unknown day", func(id *datamatrix.Identity) { id.BirthDate = "00-04-1985" }, []string{"s2.test", "s6.incomplete"}},
		{"given name with two hyphens", func(id *datamatrix.Identity) { id.GivenNames = "ANNE--MARIE" }, []string{"s2.test", "s3.prenom"}},
		{"birth name with two hyphens", func(id *datamatrix.Identity) { id.BirthName = "'DUPONT--MARTIN" }, []string{"s2.test"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			id := patient()
			c.change(&id)
			if _, err := datamatrix.Encode(id); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, rules(datamatrix.Check(id))); diff != "" {
				t.Errorf("rules (-want +got):\n%s", diff)
			}
		})
	}
}

func TestDates(t *testing.T) {
	t.Parallel()
	if d, err := datamatrix.FromISO("1985-04-12"); err != nil || d != "12-04-1985" {
		t.Errorf("%q, %v", d, err)
	}
	for _, bad := range []string{"", "12-04-1985", "1985-4-12", "1985/04/12", "19850412", "1985-04-1é"} {
		if d, err := datamatrix.FromISO(bad); err == nil {
			t.Errorf("%q is taken for %q", bad, d)
		}
	}
	if d, ok := patient().ISOBirthDate(); !ok || d != "1985-04-12" {
		t.Errorf("%q, %v", d, ok)
	}
	if d, ok := (datamatrix.Identity{BirthDate: "1985-04-12"}).ISOBirthDate(); ok {
		t.Errorf("read as %q", d)
	}
}
