package datamatrix_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/segursim/segursim/internal/datamatrix"
)

const gs = datamatrix.GS

// vector is a payload published with a public implementation, and what it says.
type vector struct {
	name    string
	payload string
	id      datamatrix.Identity
	errors  []string // rules, of level Erreur
	strict  bool     // Encode writes it back; else Compose does
	other   bool     // neither does: another order, or other separators
}

func vectors() []vector {
	m := datamatrix.Identity{
		Matricule: "123549685274612", OID: "25978456325481569525", GivenNames: "TEST1 TEST2 TEST", BirthName: "DATAMATRIXTEST",
		Sex: "M", BirthDate: "31-08-2021", BirthPlace: "17000",
	}
	abroad := m
	abroad.OID, abroad.BirthPlace = "2597845632548156952", "99255"
	end := m
	end.OID, end.BirthName, end.Sex, end.BirthDate, end.BirthPlace = "2597845632548156952", "TEST", "F", "25-06-1990", ""
	return []vector{
		{
			name:    "HCD: no place of birth",
			payload: datamatrix.Header + "S1277010115400329S21.2.250.1.213.1.4.8" + gs + "S3SARAH-LOU ANNA" + gs + "S4GARCIA-HAMMADI" + gs + "S5FS621-01-1977",
			id: datamatrix.Identity{
				Matricule: "277010115400329", OID: datamatrix.OIDNIR, GivenNames: "SARAH-LOU ANNA", BirthName: "GARCIA-HAMMADI", Sex: "F", BirthDate: "21-01-1977",
			},
			strict: true,
		},
		{
			name:    "HCD: OID of 20 characters, no separator",
			payload: datamatrix.Header + "S1185057512345673S21.2.250.1.213.1.4.99S3ADA" + gs + "S4LOVELACE" + gs + "S5FS610-12-1815S799100",
			id: datamatrix.Identity{
				Matricule: "185057512345673", OID: "1.2.250.1.213.1.4.99", GivenNames: "ADA", BirthName: "LOVELACE", Sex: "F", BirthDate: "10-12-1815", BirthPlace: "99100",
			},
		},
		{
			name:    "Mediboard: OID of 20 digits, no separator",
			payload: datamatrix.Header + "S1123549685274612S225978456325481569525S3TEST1 TEST2 TEST" + gs + "S4DATAMATRIXTEST" + gs + "S5MS631-08-2021S717000",
			id:      m, errors: []string{"s2.forme", "s3.alphabet"},
		},
		{
			name:    "Mediboard: born abroad",
			payload: datamatrix.Header + "S1123549685274612S22597845632548156952" + gs + "S3TEST1 TEST2 TEST" + gs + "S4DATAMATRIXTEST" + gs + "S5MS631-08-2021S799255",
			id:      abroad, errors: []string{"s2.forme", "s3.alphabet"},
		},
		{
			name:    "Mediboard: given names at the end, separators in letters",
			payload: datamatrix.Header + "S1123549685274612S22597845632548156952<GS>S4TEST<GS>S5FS625-06-1990S3TEST1 TEST2 TEST",
			id:      end, errors: []string{"s2.forme", "s3.alphabet"}, other: true,
		},
		{
			name:    "ZXing: spaces for separators, birth name at the end",
			payload: datamatrix.Header + "S1118058599124123S21.2.250.1.213.1.4.8 S3FIRST NAMETEST S5MS618-06-1985S713201S4LASTNAMETEST",
			id: datamatrix.Identity{
				Matricule: "118058599124123", OID: datamatrix.OIDNIR, GivenNames: "FIRST NAMETEST", BirthName: "LASTNAMETEST", Sex: "M", BirthDate: "18-06-1985", BirthPlace: "13201",
			},
			other: true,
		},
	}
}

// TestVectors: published payloads are read, and those in the usual order come
// back byte for byte.
func TestVectors(t *testing.T) {
	t.Parallel()
	for _, v := range vectors() {
		t.Run(v.name, func(t *testing.T) {
			t.Parallel()
			id, found := datamatrix.Decode(v.payload)
			if diff := cmp.Diff(v.id, id); diff != "" {
				t.Errorf("identity (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(v.errors, rules(found, datamatrix.Erreur)); diff != "" {
				t.Errorf("errors (-want +got):\n%s", diff)
			}
			write := datamatrix.Compose
			if v.strict {
				write = datamatrix.Encode
			}
			payload, err := write(v.id)
			if err != nil {
				t.Fatal(err)
			}
			if (payload == v.payload) == v.other {
				t.Errorf("payload %q, vector %q", datamatrix.Visible(payload), datamatrix.Visible(v.payload))
			}
		})
	}
}

// rules lists the rules of the findings of some levels, of all without any.
func rules(found []datamatrix.Finding, levels ...datamatrix.Level) []string {
	var out []string
	for _, f := range found {
		for _, l := range levels {
			if f.Level == l {
				out = append(out, f.Rule)
			}
		}
		if len(levels) == 0 {
			out = append(out, f.Rule)
		}
	}
	return out
}
