package soap_test

import (
	"strings"
	"testing"

	"github.com/segursim/segursim/internal/soap"
)

// search is the size and shape of a search by traits.
func search() []byte {
	h := `<b:ContexteBAM xmlns:b="urn:siram:bam:ctxbam" Version="01_02"><b:Id>1</b:Id><b:Temps>2026-11-21T16:53:51.800Z</b:Temps><b:Emetteur>10B0000000</b:Emetteur><b:COUVERTURE/></b:ContexteBAM>` +
		`<l:ContexteLPS xmlns:l="urn:siram:lps:ctxlps" Nature="CTXLPS" Version="01_00"><l:Id>1</l:Id><l:Temps>2026-11-21T16:53:51.800Z</l:Temps><l:LPS><l:IDAM R="4">TESTSGIE0000</l:IDAM><l:Version>1</l:Version><l:Instance>2</l:Instance><l:Nom>urn:lps:TEST:1</l:Nom></l:LPS></l:ContexteLPS>` +
		`<w:Action xmlns:w="` + soap.WSA + `">urn:ServiceIdentiteCertifiee:1.0.0:rechercherInsAvecTraitsIdentite</w:Action><w:MessageID xmlns:w="` + soap.WSA + `">uuid:1</w:MessageID>`
	return []byte(`<?xml version="1.0" encoding="utf-8"?>` + message(h, `<r:RECSANSVITALE xmlns:r="http://www.cnamts.fr/INSiRecSans"><r:NomNaissance>ADRUN</r:NomNaissance><r:Prenom>ZOE</r:Prenom><r:Sexe>F</r:Sexe><r:DateNaissance>1975-12-31</r:DateNaissance></r:RECSANSVITALE>`))
}

func BenchmarkDecode(b *testing.B) {
	doc := search()
	b.SetBytes(int64(len(doc)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := soap.Decode(doc, soap.Limits{}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkRefuse: the worst that fits in the bounds costs little.
func BenchmarkRefuse(b *testing.B) {
	for name, doc := range map[string]string{
		"bomb":       bomb(),
		"deep":       message("", strings.Repeat("<a>", 100000)),
		"wide":       message("", strings.Repeat("<a/>", 200000)),
		"text":       message("", "<a>"+strings.Repeat("&amp;", 200000)+"</a>"),
		"namespaces": message("", strings.Repeat(`<a xmlns="u" xmlns:b="u" xmlns:c="u" xmlns:d="u" xmlns:e="u">`, 60)),
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				_, _ = soap.Decode([]byte(doc), soap.Limits{})
			}
		})
	}
}
