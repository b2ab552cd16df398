package xds_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/segursim/segursim/internal/xds"
)

func TestCX(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		in   string
		want xds.CX
		says string
	}{
		"ins":             {"279035121518989^^^&1.2.250.1.213.1.4.10&ISO^NH", xds.CX{ID: "279035121518989", Root: testINS, Type: "NH"}, ""},
		"with its date":   {"2790351^^^&1.2&ISO^NH^^20240131", xds.CX{ID: "2790351", Root: "1.2", Type: "NH", Since: "20240131"}, ""},
		"no type":         {"2790351^^^&1.2&ISO", xds.CX{ID: "2790351", Root: "1.2"}, ""},
		"named authority": {"2790351^^^ASIP-SANTE-INS-NIR&1.2&ISO^NH", xds.CX{ID: "2790351", Root: "1.2", Type: "NH"}, ""},
		"escaped":         {`A\S\B\T\C\E\D^^^&1.2&ISO^PI`, xds.CX{ID: `A^B&C\D`, Root: "1.2", Type: "PI"}, ""},
		"order":           {"9^^^&1.2&ISO^urn:ihe:iti:xds:2013:order", xds.CX{ID: "9", Root: "1.2", Type: "urn:ihe:iti:xds:2013:order"}, ""},
		"empty":           {"", xds.CX{}, "empty"},
		"id alone":        {"2790351", xds.CX{ID: "2790351"}, "no assigning authority"},
		"oid in place 1":  {"2790351^^^1.2^NH", xds.CX{ID: "2790351", Type: "NH"}, "no assigning authority"},
		"not iso":         {"2790351^^^&1.2&DNS^NH", xds.CX{ID: "2790351", Root: "1.2", Type: "NH"}, "ISO"},
		"no id":           {"^^^&1.2&ISO^NH", xds.CX{Root: "1.2", Type: "NH"}, "empty"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := xds.ParseCX(c.in)
			if got != c.want {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
			if (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says) {
				t.Errorf("got %v, want …%s…", err, c.says)
			}
		})
	}
	a, b := xds.CX{ID: "1", Root: "2", Type: "NH", Since: "2024"}, xds.CX{ID: "1", Root: "2"}
	if !a.Same(b) || a.Same(xds.CX{ID: "1", Root: "3", Type: "NH", Since: "2024"}) {
		t.Error("Same looks at the wrong parts")
	}
	if s := (xds.CX{}).String(); s != "" {
		t.Errorf("the zero value is %q", s)
	}
}

// TestSampleForms: the forms of the French samples, both ways.
func TestSampleForms(t *testing.T) {
	t.Parallel()
	person, structure := "899900063480^MAX^LIBRE^^^^^^&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS", "CABINET^^^^^&1.2.250.1.71.4.2.2&ISO^IDNST^^^10B0127189"
	name, specialty := "NOM^PRENOM^^^^^L", "G15_10/SM26^Qualifié en médecine générale^1.2.250.1.213.1.1.4.5"
	got := []any{xds.ParseXCN(person), xds.ParseXON(structure), xds.ParseXPN(name), xds.ParseCE(specialty)}
	want := []any{
		xds.XCN{ID: "899900063480", Family: "MAX", Given: "LIBRE", Root: psRoot, NameType: "D", IDType: "IDNPS"},
		xds.XON{Name: "CABINET", Root: orgRoot, IDType: "IDNST", ID: "10B0127189"},
		xds.XPN{Family: "NOM", Given: "PRENOM", Type: "L"},
		xds.Code{Code: "G15_10/SM26", Display: "Qualifié en médecine générale", System: "1.2.250.1.213.1.1.4.5"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	back := []string{xds.ParseXCN(person).String(), xds.ParseXON(structure).String(), xds.ParseXPN(name).String(), xds.ParseCE(specialty).CE()}
	if diff := cmp.Diff([]string{person, structure, name, specialty}, back); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestBareAmpersand: a name that forgot to escape is read whole, a family name is
// the first of its parts.
func TestBareAmpersand(t *testing.T) {
	t.Parallel()
	if got := xds.ParseXON("MAX & Cie^^^^^&1.2&ISO").Name; got != "MAX & Cie" {
		t.Errorf("organisation %q", got)
	}
	if got := xds.ParseXCN("1^DE LA TOUR&DE LA&TOUR^Max").Family; got != "DE LA TOUR" {
		t.Errorf("family %q", got)
	}
}

// TestFieldsProperty: any content survives its separators.
func TestFieldsProperty(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := func(label string) string { return rapid.StringMatching(`[a-zé\\^&~| FSTRE]{0,12}`).Draw(t, label) }
		cx := xds.CX{ID: "1" + s("id"), Root: "1" + s("root"), Type: s("type"), Since: s("since")}
		if got, err := xds.ParseCX(cx.String()); err != nil || got != cx {
			t.Errorf("%q: %+v, %v; want %+v", cx, got, err, cx)
		}
		xcn := xds.XCN{ID: s("id"), Family: s("family"), Given: s("given"), Second: s("second"), Suffix: s("suffix"), Prefix: s("prefix"), Degree: s("degree"), Root: s("root"), NameType: s("kind"), IDType: s("type")}
		if got := xds.ParseXCN(xcn.String()); got != xcn {
			t.Errorf("%q: %+v, want %+v", xcn, got, xcn)
		}
		xon := xds.XON{Name: s("name"), Root: s("root"), IDType: s("type"), ID: s("id")}
		if got := xds.ParseXON(xon.String()); got != xon {
			t.Errorf("%q: %+v, want %+v", xon, got, xon)
		}
		xpn := xds.XPN{Family: s("family"), Given: s("given"), Second: s("second"), Type: s("type")}
		if got := xds.ParseXPN(xpn.String()); got != xpn {
			t.Errorf("%q: %+v, want %+v", xpn, got, xpn)
		}
		code := xds.Code{Code: s("code"), Display: s("display"), System: s("system")}
		if got := xds.ParseCE(code.CE()); got != code {
			t.Errorf("%q: %+v, want %+v", code.CE(), got, code)
		}
	})
}
