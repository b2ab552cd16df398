package linter

import (
	"slices"
	"strings"

	"github.com/segursim/segursim/internal/cda"
	"github.com/segursim/segursim/internal/registre"
)

var (
	nilAbsent = Rule{
		Name: "mss.nil.absent", Level: Error, Refs: []string{"MSS/CONF.16", "ECO.2.4.3"}, Provenance: confirmed,
		FR: "Le champ X-MSS-NIL manque : tout message porte la référence du produit sur la plateforme Convergence, avec ou sans document.",
		EN: "The X-MSS-NIL field is missing: every message carries the product's reference on the Convergence platform, with or without documents.",
	}
	nilEmpty = Rule{
		Name: "mss.nil.vide", Level: Error, Refs: []string{"MSS/CONF.16", "ECO.2.4.3"}, Provenance: confirmed,
		FR: "Le champ X-MSS-NIL est vide.", EN: "The X-MSS-NIL field is empty.",
	}
	nilShape = Rule{
		Name: "mss.nil.forme", Level: Warning, Refs: []string{"MSS/CONF.16", "ECO.2.4.3"}, Provenance: inferred,
		FR: "X-MSS-NIL devrait porter une seule référence, sans espace : %q.", EN: "X-MSS-NIL should carry one reference, without spaces: %q.",
	}
	insAbsent = Rule{
		Name: "mss.ins.absent", Level: Error, Refs: []string{"MSS/CONF.14", "ECO.2.4.2"}, Provenance: confirmed,
		FR: "Le champ X-MSS-INS manque alors que l'archive XDM porte un CDA.", EN: "The X-MSS-INS field is missing while the XDM archive carries a CDA document.",
	}
	insShape = Rule{
		Name: "mss.ins.forme", Level: Error, Refs: []string{"MSS/CONF.14", "ECO.2.4.2"}, Provenance: confirmed,
		FR: "X-MSS-INS vaut O ou N ; lu : %q.", EN: "X-MSS-INS is O or N; read: %q.",
	}
	insWrong = Rule{
		Name: "mss.ins.faux", Level: Error, Refs: []string{"MSS/CONF.14", "ECO.2.4.2"}, Provenance: confirmed,
		FR: "X-MSS-INS vaut %s et devrait valoir %s : O quand le CDA porte le matricule, son OID et les quatre traits, N sinon (%s).",
		EN: "X-MSS-INS is %s and should be %s: O when the CDA carries the matricule, its OID and the four traits, N otherwise (%s).",
	}
	codeAbsent = Rule{
		Name: "mss.codecda.absent", Level: Error, Refs: []string{"MSS/CONF.15", "ECO.2.4.1"}, Provenance: confirmed,
		FR: "Le champ X-MSS-CODECDA manque alors que l'archive XDM porte un CDA.", EN: "The X-MSS-CODECDA field is missing while the XDM archive carries a CDA document.",
	}
	codeWrong = Rule{
		Name: "mss.codecda.faux", Level: Error, Refs: []string{"MSS/CONF.15", "ECO.2.4.1"}, Provenance: confirmed,
		FR: "X-MSS-CODECDA vaut %q ; les codes des CDA sont %q, séparés par des virgules.",
		EN: "X-MSS-CODECDA is %q; the codes of the CDA documents are %q, separated by commas.",
	}
	headerWithoutCDA = Rule{
		Name: "mss.champ-sans-cda", Level: Warning, Refs: []string{"MSS/CONF.14", "MSS/CONF.15", "ECO.2.4.1", "ECO.2.4.2"}, Provenance: confirmed,
		FR: "%s n'est posé que lorsqu'une archive XDM porte un CDA.", EN: "%s is set only when an XDM archive carries a CDA document.",
	}
	mesShape = Rule{
		Name: "mss.mes.forme", Level: Error, Refs: []string{"MSS/CONF.21", "ECO.2.2.8"}, Provenance: confirmed,
		FR: "X-MSS-MES vaut FIN, en majuscules ; lu : %q.", EN: "X-MSS-MES is FIN, in capitals; read: %q.",
	}
	mesElsewhere = Rule{
		Name: "mss.mes.sans-usager", Level: Warning, Refs: []string{"MSS/CONF.21", "ECO.2.2.8"}, Provenance: confirmed,
		FR: "X-MSS-MES n'est posé que vers un usager.", EN: "X-MSS-MES is set only towards a patient.",
	}
	unknownField = Rule{
		Name: "mss.champ-inconnu", Level: Warning, Refs: []string{"ECO.2.4"}, Provenance: inferred,
		FR: "Le champ %s n'est pas de ceux que MSSanté définit (X-MSS-CODECDA, X-MSS-INS, X-MSS-NIL, X-MSS-MES).",
		EN: "The field %s is none of those that MSSanté defines (X-MSS-CODECDA, X-MSS-INS, X-MSS-NIL, X-MSS-MES).",
	}
	repeated = Rule{
		Name: "mss.champ-repete", Level: Error, Refs: []string{"ECO.2.4"}, Provenance: inferred,
		FR: "Le champ %s est présent plusieurs fois.", EN: "The field %s is there several times.",
	}
)

func mssRules() []Rule {
	return []Rule{
		nilAbsent, nilEmpty, nilShape, insAbsent, insShape, insWrong, codeAbsent, codeWrong, headerWithoutCDA,
		mesShape, mesElsewhere, unknownField, repeated,
	}
}

// product reads X-MSS-NIL, and the names of the X-MSS fields.
func (l *lint) product() {
	h := l.report.Message.Header
	value := h.Get("X-MSS-NIL")
	switch {
	case !h.Has("X-MSS-NIL"):
		l.found(nilAbsent, missing(partHeader))
	case value == "":
		l.found(nilEmpty, l.headerAt("X-MSS-NIL"))
	case strings.ContainsAny(value, " \t,;"):
		l.found(nilShape, l.headerAt("X-MSS-NIL"), value)
	}
	known := []string{"x-mss-nil", "x-mss-ins", "x-mss-codecda", "x-mss-mes"}
	seen := map[string]int{}
	for _, f := range h {
		name := strings.ToLower(f.Name)
		if !strings.HasPrefix(name, "x-mss-") {
			continue
		}
		seen[name]++
		at := place{part: partHeader, offset: f.Offset, excerpt: string(f.Raw)}
		switch {
		case !slices.Contains(known, name):
			l.found(unknownField, at, f.Name)
		case seen[name] == 2:
			l.found(repeated, at, f.Name)
		}
	}
}

// insHeader reads X-MSS-INS.
func (l *lint) insHeader() {
	h := l.report.Message.Header
	value := h.Get("X-MSS-INS")
	switch {
	case len(l.report.CDA) == 0:
		if h.Has("X-MSS-INS") && !l.report.HasArchive {
			l.found(headerWithoutCDA, l.headerAt("X-MSS-INS"), "X-MSS-INS")
		}
	case !h.Has("X-MSS-INS"):
		l.found(insAbsent, missing(partHeader))
	case value != "O" && value != "N":
		l.found(insShape, l.headerAt("X-MSS-INS"), value)
	default:
		want, why := "O", "complet"
		for _, d := range l.report.CDA {
			if lack := lacking(d); lack != "" {
				want, why = "N", lack
			}
		}
		if value != want {
			l.found(insWrong, l.headerAt("X-MSS-INS"), value, want, why)
		}
	}
}

// lacking says what a document lacks to identify its patient by INS: empty when
// nothing does.
func lacking(d *cda.Document) string {
	p := d.Patient
	if _, ok := insOf(d); !ok {
		return "matricule INS"
	}
	for _, trait := range []struct{ value, name string }{
		{p.BirthName, "nom de naissance"},
		{p.FirstName, "premier prénom"},
		{p.BirthDate, "date de naissance"},
		{p.Sex, "sexe"},
	} {
		if trait.value == "" {
			return trait.name
		}
	}
	return ""
}

// insOf is the patient's INS in a document: 15 characters.
func insOf(d *cda.Document) (string, bool) {
	for _, id := range d.Patient.IDs {
		if insRoot(id.Root) && id.Extension != "" {
			return id.Extension, true
		}
	}
	return "", false
}

// insRoot tells whether an OID is of the INS.
func insRoot(oid string) bool {
	return slices.Contains([]string{registre.OIDNIR, registre.OIDNIA, registre.OIDTest, registre.OIDDemo}, oid)
}

// codeHeader reads X-MSS-CODECDA.
func (l *lint) codeHeader() {
	h := l.report.Message.Header
	if len(l.report.CDA) == 0 {
		if h.Has("X-MSS-CODECDA") && !l.report.HasArchive {
			l.found(headerWithoutCDA, l.headerAt("X-MSS-CODECDA"), "X-MSS-CODECDA")
		}
		return
	}
	if !h.Has("X-MSS-CODECDA") {
		l.found(codeAbsent, missing(partHeader))
		return
	}
	var want []string
	for _, d := range l.report.CDA {
		want = append(want, d.Code.Code)
	}
	value := h.Get("X-MSS-CODECDA")
	said := strings.Split(value, ",")
	for i := range said {
		said[i] = strings.TrimSpace(said[i])
	}
	a, b := slices.Sorted(slices.Values(said)), slices.Sorted(slices.Values(want))
	// Whether a code that two documents share is said once or twice is not ruled.
	if !slices.Equal(slices.Compact(a), slices.Compact(b)) {
		l.found(codeWrong, l.headerAt("X-MSS-CODECDA"), value, strings.Join(want, ","))
	}
}

// mesHeader reads X-MSS-MES.
func (l *lint) mesHeader() {
	h := l.report.Message.Header
	if !h.Has("X-MSS-MES") {
		return
	}
	if v := h.Get("X-MSS-MES"); v != "FIN" {
		l.found(mesShape, l.headerAt("X-MSS-MES"), v)
	}
	for _, to := range l.in.To {
		if _, ok := usager(to); ok {
			return
		}
	}
	l.found(mesElsewhere, l.headerAt("X-MSS-MES"))
}
