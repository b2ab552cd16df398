package xds_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/segursim/segursim/internal/xds"
)

// FuzzParse: whatever comes, there are metadata or a Problem; and what was read and
// can be written comes back the same.
func FuzzParse(f *testing.F) {
	f.Add(foreign(f))
	f.Add(build(f, full()))
	f.Add(build(f, &xds.Metadata{}))
	f.Add(spoiled(f, "DOC0001.XML", "1|DOC</rim:Value><rim:Value>2|.XML"))
	f.Add([]byte(request("<RegistryObjectList><Association associationType='RPLC'/><RegistryPackage/></RegistryObjectList>")))
	f.Add([]byte(`<!DOCTYPE a [<!ENTITY e "x">]>` + request("")))
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) > 1<<16 {
			return
		}
		m, err := xds.Parse(b)
		if err != nil {
			var p *xds.Problem
			if !errors.As(err, &p) || p.Code == "" || p.Text == "" {
				t.Fatalf("not a Problem: %#v", err)
			}
			return
		}
		m.Changes()
		again, err := xds.Build(m)
		if err != nil {
			return // longer than the schema takes, twice the same id…
		}
		back, err := xds.Parse(again)
		if err != nil {
			t.Fatalf("%v\n%s", err, again)
		}
		once, err := xds.Build(back)
		if err != nil {
			t.Fatalf("%v\n%s", err, again)
		}
		twice, err := xds.Parse(once)
		if err != nil {
			t.Fatalf("%v\n%s", err, once)
		}
		// The first time makes ids and leaves empty things out; then it is stable.
		if diff := cmp.Diff(back, twice, cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("(-first +second):\n%s", diff)
		}
		if len(back.Entries) != len(m.Entries) {
			t.Fatalf("%d entries became %d", len(m.Entries), len(back.Entries))
		}
	})
}

// FuzzFields: HL7 forms are read whatever comes, and what is written reads the same.
func FuzzFields(f *testing.F) {
	for _, s := range []string{
		"", "^", "&", `\`, "279035121518989^^^&1.2.250.1.213.1.4.10&ISO^NH^^2024", "1^A^B^^^^^^&1.2&ISO^D^^^IDNPS",
		"C^^^^^&1.2&ISO^IDNST^^^1", `A\S\\T\\R\\F\\E\`, "G15_10/SM26^x^1.2", strings.Repeat("^", 40),
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		cx, _ := xds.ParseCX(s)
		if again, _ := xds.ParseCX(cx.String()); again != cx {
			t.Errorf("CX %q: %+v, %+v", s, cx, again)
		}
		if x := xds.ParseXCN(s); xds.ParseXCN(x.String()) != x {
			t.Errorf("XCN %q: %+v", s, x)
		}
		if x := xds.ParseXON(s); xds.ParseXON(x.String()) != x {
			t.Errorf("XON %q: %+v", s, x)
		}
		if x := xds.ParseXPN(s); xds.ParseXPN(x.String()) != x {
			t.Errorf("XPN %q: %+v", s, x)
		}
		if c := xds.ParseCE(s); xds.ParseCE(c.CE()) != c {
			t.Errorf("CE %q: %+v", s, c)
		}
	})
}
