package registre

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"
)

func TestLuhn(t *testing.T) {
	t.Parallel()
	// Published test identifiers, and the number of ISO/IEC 7812's own examples.
	for _, n := range []string{
		"99700366240", "99700218896", "99700427869", "99700534680", "99700739180", "99700075122",
		"99700367909006", "99700735741008", "760021832", "79927398713",
	} {
		if !ValidLuhn(n) {
			t.Errorf("ValidLuhn(%q) = false", n)
		}
		if key, ok := LuhnKey(n[:len(n)-1]); !ok || key != n[len(n)-1] {
			t.Errorf("LuhnKey(%q) = %q, %v", n[:len(n)-1], key, ok)
		}
	}
	for _, n := range []string{"", "0", "79927398710", "10003461033", "7992739871x", "79927398713 ", "٧٩", "-1"} {
		if ValidLuhn(n) {
			t.Errorf("ValidLuhn(%q) = true", n)
		}
	}
	for _, n := range []string{"", "12a", " ", "é"} {
		if _, ok := LuhnKey(n); ok {
			t.Errorf("LuhnKey(%q) is ok", n)
		}
	}
}

// TestLuhnProperties: every number has one key, and the check finds every wrong
// digit and every swap of neighbours but 0 and 9.
func TestLuhnProperties(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.StringMatching(`[0-9]{1,30}`).Draw(t, "number")
		key, ok := LuhnKey(n)
		whole := n + string(key)
		if !ok || !ValidLuhn(whole) {
			t.Fatalf("%s is not valid", whole)
		}
		i := rapid.IntRange(0, len(whole)-1).Draw(t, "place")
		wrong := []byte(whole)
		wrong[i] = '0' + (wrong[i]-'0'+byte(rapid.IntRange(1, 9).Draw(t, "by")))%10
		if ValidLuhn(string(wrong)) {
			t.Fatalf("%s with a wrong digit %s passes", whole, wrong)
		}
		if i > 0 {
			a, b := whole[i-1], whole[i]
			swapped := []byte(whole)
			swapped[i-1], swapped[i] = b, a
			blind := a == b || a == '0' && b == '9' || a == '9' && b == '0'
			if ValidLuhn(string(swapped)) != blind {
				t.Fatalf("%s with neighbours swapped %s: valid = %v", whole, swapped, !blind)
			}
		}
	})
}

func TestNIRKey(t *testing.T) {
	t.Parallel()
	// Matricules of the public INSi test data, with their keys.
	for matricule, want := range map[string]string{
		"2751263220749": "74", "1810163220751": "40", "160012B020777": "13", "297022A020778": "78",
		"1090763220834": "89", "2090763220834": "39", "2360663220836": "56", "180032B020401": "23",
		"1810363220456": "76", "2790351215189": "89",
	} {
		if got, err := NIRKey(matricule); err != nil || got != want {
			t.Errorf("NIRKey(%q) = %q, %v, want %q", matricule, got, err, want)
		}
		if !ValidNIR(matricule + want) {
			t.Errorf("ValidNIR(%q) = false", matricule+want)
		}
		if Matricule13(matricule+want) != matricule || Matricule13(matricule) != matricule {
			t.Errorf("Matricule13(%q) lost something", matricule)
		}
	}
	for _, m := range []string{
		"", "275126322074", "27512632207491", "275122C220749", "275123A220749", "2751A63220749",
		"2751263220 49", "160012b020777", "é751263220749"[:13], "2751263220749\n",
	} {
		if key, err := NIRKey(m); err == nil {
			t.Errorf("NIRKey(%q) = %q, want an error", m, key)
		}
	}
	for _, m := range []string{"", "275126322074975", "2751263220749", "27512632207497a"} {
		if ValidNIR(m) {
			t.Errorf("ValidNIR(%q) = true", m)
		}
	}
}

// TestNIRKeyProperties: the key is between 01 and 97, the departments of Corsica
// are worth 19 and 18, and one wrong digit is always found.
func TestNIRKeyProperties(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m := rapid.StringMatching(`[12][0-9]{4}([0-9]{2}|2A|2B)[0-9]{6}`).Draw(t, "matricule")
		key, err := NIRKey(m)
		if err != nil {
			t.Fatal(err)
		}
		if key < "01" || key > "97" || !ValidNIR(m+key) {
			t.Fatalf("key %q of %s", key, m)
		}
		plain := m
		switch m[5:7] {
		case "2A":
			plain = m[:5] + "19" + m[7:]
		case "2B":
			plain = m[:5] + "18" + m[7:]
		}
		if same, err := NIRKey(plain); err != nil || same != key {
			t.Fatalf("key %q of %s is not that of %s, %q", key, m, plain, same)
		}
		i := rapid.IntRange(0, 12).Filter(func(i int) bool { return i != 5 && i != 6 }).Draw(t, "place")
		wrong := []byte(m)
		wrong[i] = '0' + (wrong[i]-'0'+byte(rapid.IntRange(1, 9).Draw(t, "by")))%10
		if ValidNIR(string(wrong) + key) {
			t.Fatalf("%s and %s have one key", m, wrong)
		}
	})
}

func TestKindOf(t *testing.T) {
	t.Parallel()
	for id, want := range map[string]Kind{
		"899700366240": RPPS, "0533100558": ADELI, "00B6077602": ADELI,
		"500000001815646/CPAT00045": SIRET, "30B0057881/CPET0002": FINESS,
		"4123456789/1": SIREN, "1123456/A": CabinetADELI, "699990000012/01": CabinetRPPS,
		"ANS20231122132732": EDIT, "5e9a51d0-0000-4000-8000-000009000002": PSI,
	} {
		if got, ok := KindOf(id); !ok || got != want {
			t.Errorf("KindOf(%q) = %q, %v, want %q", id, got, ok, want)
		}
	}
	for _, id := range []string{
		"", "8", "89970036624", "8997003662401", "8x9700366240", "053310055", "053310055é", "053310055b",
		"30B0057881", "30B0057881/", "/CPET0002", "30B005788/1", "30B0057881/CPE T", "30B0057881/A/B",
		"50000000181564/A", "2123456789", "710107592544", "9", "ANS", "ANS2023112213273", "ans20231122132732",
		"5E9A51D0-0000-4000-8000-000009000002", "{5e9a51d0-0000-4000-8000-000009000002}", "5e9a51d000004000800000000900000212345",
		"30B0057881/" + fmt.Sprintf("%033d", 1),
	} {
		if got, ok := KindOf(id); ok {
			t.Errorf("KindOf(%q) = %q, want none", id, got)
		}
	}
}

func TestRPPS(t *testing.T) {
	t.Parallel()
	for n, want := range map[string]struct{ valid, test bool }{
		"899700366240": {true, true},
		"99700366240":  {true, true},
		"899990000012": {true, true},
		"899700366241": {false, true},
		"10003461033":  {false, false},
		"9970036624":   {false, false},
		"":             {false, false},
	} {
		if got := ValidRPPS(n); got != want.valid {
			t.Errorf("ValidRPPS(%q) = %v", n, got)
		}
		if got := InTestRange(n); got != want.test {
			t.Errorf("InTestRange(%q) = %v", n, got)
		}
	}
}

func TestValidStructure(t *testing.T) {
	t.Parallel()
	for id, want := range map[string]bool{
		"499700366240007": true, "10B0057881": true, "1510032549": true, "300000000077081": true,
		"2123456789": true, "012345678901": true,
		"": false, "1": false, "10B005788": false, "10B0057881/A": false, "49970036624000": false,
		"30000000007708A": false, "R95141": false, "F0B0172805": false, "10b0057881": false, "5123456789": false,
	} {
		if got := ValidStructure(id); got != want {
			t.Errorf("ValidStructure(%q) = %v, want %v", id, got, want)
		}
	}
}

func TestDates(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]struct{ lunar, plain bool }{
		"1980-01-31": {true, true}, "2000-02-29": {true, true},
		"1950-03-00": {true, false}, "1948-00-00": {true, false},
		"1980-00-12": {}, "1980-13-01": {}, "1980-02-30": {}, "1980-20-00": {}, "1980-1-1": {},
		"": {}, "31/01/1980": {}, "1980-01-31T00:00:00Z": {}, "198a-01-31": {}, "1980 01 31": {},
	} {
		if got := ValidBirthDate(s); got != want.lunar {
			t.Errorf("ValidBirthDate(%q) = %v", s, got)
		}
		if got := validDate(s, false); got != want.plain {
			t.Errorf("validDate(%q) = %v", s, got)
		}
	}
	for s, want := range map[string]bool{
		"63220": true, "2A004": true, "2B999": true, "99352": true,
		"": false, "2C001": false, "A2001": false, "6322": false, "2A0040": false, "632 0": false, "2A2A1": false,
	} {
		if got := ValidCOG(s); got != want {
			t.Errorf("ValidCOG(%q) = %v, want %v", s, got, want)
		}
	}
}

func TestSubOf(t *testing.T) {
	t.Parallel()
	a, b := SubOf("899700366240"), SubOf("899700218896")
	if a == b || a != SubOf("899700366240") || !isUUID(a) || a[14] != '5' {
		t.Errorf("SubOf = %q and %q, want two UUID of version 5, always the same", a, b)
	}
}
