package tlsi_test

import (
	"strings"
	"testing"
)

const fullBAM = `<b:ContexteBAM xmlns:b="urn:siram:bam:ctxbam" Version="01_02" Nature="CTXBAM"><b:Id>1</b:Id><b:Temps>2026-01-01T10:00:00.123456Z</b:Temps><b:Emetteur>300000000077081</b:Emetteur><b:DateRef>2026-01-01T10:00:00+02:00</b:DateRef>` +
	`<b:COUVERTURE><b:GrandRegime>01</b:GrandRegime><b:Organisme>631</b:Organisme><b:CodeCentre>0001</b:CodeCentre><b:ASSURE><b:Id><b:Num>160012B020777</b:Num><b:Cle>13</b:Cle></b:Id></b:ASSURE>` +
	`<b:BENEFICIAIRE><b:Nir><b:Num>2751263220749</b:Num><b:Cle>74</b:Cle><b:DateCertification>2020-02-29</b:DateCertification></b:Nir><b:DateNai>1960-00-00</b:DateNai><b:Rang>1</b:Rang><b:Porteur>0</b:Porteur></b:BENEFICIAIRE></b:COUVERTURE></b:ContexteBAM>`

func TestContexts(t *testing.T) {
	t.Parallel()
	s := start(t, "")
	strict := start(t, "{versions: strict}")
	c := s.client("insi-auto")
	bam := func(old, new string) message {
		if !strings.Contains(fullBAM, old) {
			t.Fatalf("no %q to replace", old)
		}
		return message{bam: strings.Replace(fullBAM, old, new, 1)}
	}
	lps := func(old, new string) message {
		if !strings.Contains(goodLPS, old) {
			t.Fatalf("no %q to replace", old)
		}
		return message{lps: strings.Replace(goodLPS, old, new, 1)}
	}
	const schema = "tlsi.header.schema"
	for _, x := range []struct {
		name string
		m    message
		code string // empty: accepted
		rule string
	}{
		{"full", message{bam: fullBAM}, "", ""},
		{"other order of headers", message{bam: none, more: goodBAM}, "", ""},
		{"version 1.0", bam(`"01_02"`, `"1.0"`), "", "tlsi.header.version"},
		{"date without zone", bam("2026-01-01T10:00:00.123456Z", "2026-01-01T10:00:00"), "", ""},
		{"comment in a value", bam("<b:Id>1<", "<b:Id>1<!-- x -->2<"), "", ""},
		{"minimal LPS", lps(goodLPS[strings.Index(goodLPS, "<l:Version>"):strings.Index(goodLPS, "</l:LPS>")], ""), "", ""},
		{"IDAM without R", lps(` R="4"`, ""), "", "tlsi.idam.r"},

		{"no BAM", message{bam: none}, "desir_9005", "tlsi.header.missing"},
		{"no LPS", message{lps: none}, "desir_9005", "tlsi.header.missing"},
		{"two BAM", message{more: goodBAM}, "desir_9005", "tlsi.header.twice"},
		{"BAM of another namespace", bam("urn:siram:bam:ctxbam", "urn:siram:bam"), "desir_9005", "tlsi.header.missing"},
		{"no Version", bam(` Version="01_02"`, ""), "desir_9005", schema},
		{"Nature", bam("CTXBAM\"", "CTXLPS\""), "desir_9005", schema},
		{"no Id", bam("<b:Id>1</b:Id>", ""), "desir_9005", schema},
		{"no Temps", bam("<b:Temps>2026-01-01T10:00:00.123456Z</b:Temps>", ""), "desir_9005", schema},
		{"Temps", bam("2026-01-01T10:00:00.123456Z", "01/01/2026"), "desir_9005", schema},
		{"empty DateRef", bam("2026-01-01T10:00:00+02:00", ""), "desir_9005", schema},
		{"no COUVERTURE", bam(fullBAM[strings.Index(fullBAM, "<b:COUVERTURE>"):strings.Index(fullBAM, "</b:ContexteBAM>")], ""), "desir_9005", schema},
		{"order", bam("<b:Id>1</b:Id><b:Temps>2026-01-01T10:00:00.123456Z</b:Temps>", "<b:Temps>2026-01-01T10:00:00.123456Z</b:Temps><b:Id>1</b:Id>"), "desir_9005", schema},
		{"twice", bam("<b:Rang>1</b:Rang>", "<b:Rang>1</b:Rang><b:Rang>1</b:Rang>"), "desir_9005", schema},
		{"unknown element", bam("<b:Rang>1</b:Rang>", "<b:Rank>1</b:Rank>"), "desir_9005", schema},
		{"element of another namespace", bam("<b:Rang>1</b:Rang>", `<Rang xmlns="urn:x">1</Rang>`), "desir_9005", schema},
		{"element in a text", bam("<b:Rang>1</b:Rang>", "<b:Rang><b:x/></b:Rang>"), "desir_9005", schema},
		{"Num too short", bam("160012B020777", "160012B02077"), "desir_9005", schema},
		{"Num with C", bam("160012B020777", "160012C020777"), "desir_9005", schema},
		{"Num with key", bam("2751263220749", "275126322074974"), "desir_9005", schema},
		{"Cle", bam("<b:Cle>74", "<b:Cle>7"), "desir_9005", schema},
		{"DateNai", bam("1960-00-00", "1960-0-0"), "desir_9005", schema},
		{"DateCertification", bam("2020-02-29", "2021-02-29"), "desir_9005", schema},
		{"Rang", bam("<b:Rang>1", "<b:Rang>un"), "desir_9005", schema},
		{"Porteur", bam("<b:Porteur>0", "<b:Porteur>00"), "desir_9005", schema},
		{"IDAM empty", lps("TESTSEGUR000", " "), "desir_550", "tlsi.idam"},
		{"no IDAM", lps(`<l:IDAM R="4">TESTSEGUR000</l:IDAM>`, ""), "desir_550", "tlsi.idam"},
		{"no LPS in LPS", lps(goodLPS[strings.Index(goodLPS, "<l:LPS>"):strings.Index(goodLPS, "</l:ContexteLPS>")], ""), "desir_550", "tlsi.idam"},
		{"LPS order", lps("<l:Id>1</l:Id>", ""), "desir_9005", schema},
	} {
		t.Run(x.name, func(t *testing.T) {
			a := s.post(c, "/lps", media, x.m.String())
			if a.err != nil {
				t.Fatal(a.err)
			}
			if x.code == "" && a.status != 200 || x.code != "" && !strings.Contains(a.body, `code="`+x.code+`"`) || !strings.Contains(rules(a.entry), x.rule) {
				t.Errorf("want %q %s, got %d %s %+v", x.code, x.rule, a.status, a.body, a.entry.Causes)
			}
		})
	}
	if a := strict.post(strict.client("insi-auto"), "/lps", media, bam(`"01_02"`, `"1.0"`).String()); !strings.Contains(a.body, "desir_9005") {
		t.Errorf("strict versions: %s", a.body)
	}
}
