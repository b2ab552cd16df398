package mssante

import (
	"fmt"
	"math/big"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/segursim/segursim/internal/registre"
	"github.com/segursim/segursim/internal/sim"
)

// document is what a deposit says of the document that goes with the message.
type document struct {
	patient, kind, title, level, words, pdf, replaces, author, uniqueID string
	unqualified                                                         bool
	results                                                             []result
}

// result is one line of a compte rendu d'examens biologiques.
type result struct{ code, name, value, unit, interpretation, normal string }

// A documentType is a type of document (JDV_J07), with its class.
type documentType struct{ code, title, class, classTitle string }

// documentTypes are those that a deposit makes, the first by default.
func documentTypes() []documentType {
	return []documentType{
		{"11502-2", "CR d'examens biologiques", "11", "Documents de biologie"},
		{"18748-4", "CR d'imagerie médicale", "10", "Comptes rendus"},
		{"34112-3", "CR hospitalier", "10", "Comptes rendus"},
		{"11490-0", "Lettre de liaison à la sortie", "10", "Comptes rendus"},
		{"51969-4", "Synthèse d'épisode de soins", "10", "Comptes rendus"},
		{"57833-6", "Prescription de médicaments", "43", "Prescription"},
	}
}

// readDocument reads the parameter "document"; nil where there is none.
func readDocument(v any) (*document, *sim.Error) {
	bad := func(fr, en string) *sim.Error { return actionError(sim.BadRequest, "bad-document", fr, en) }
	if v == nil {
		return nil, nil
	}
	m, ok := v.(map[string]any)
	if !ok {
		return nil, bad("document est un objet {patient, type, level, results…}", "document is an object {patient, type, level, results…}")
	}
	for name := range m {
		if !slices.Contains([]string{"patient", "type", "title", "level", "text", "pdf", "replaces", "author", "unique_id", "qualified", "results"}, name) {
			return nil, bad("document."+name+" est inconnu", "document."+name+" is unknown")
		}
	}
	d := &document{}
	qualified := true
	if refusal := texts(m, map[string]*string{
		"patient": &d.patient, "type": &d.kind, "title": &d.title, "level": &d.level, "text": &d.words, "pdf": &d.pdf, "replaces": &d.replaces,
		"author": &d.author, "unique_id": &d.uniqueID,
	}); refusal != nil {
		return nil, refusal
	}
	if refusal := flags(m, map[string]*bool{"qualified": &qualified}); refusal != nil {
		return nil, refusal
	}
	d.unqualified = !qualified
	if d.kind == "" {
		d.kind = documentTypes()[0].code
	}
	if d.level == "" {
		d.level = "3"
	}
	if d.level != "1" && d.level != "3" {
		return nil, bad("document.level est 1 ou 3", "document.level is 1 or 3")
	}
	if _, ok := typeOf(d.kind); !ok {
		return nil, bad("document.type « "+d.kind+" » est inconnu ici", "document.type \""+d.kind+"\" is unknown here")
	}
	for name, oid := range map[string]string{"replaces": d.replaces, "unique_id": d.uniqueID} {
		if oid != "" && !isOID(oid) {
			return nil, bad("document."+name+" n'est pas un OID", "document."+name+" is no OID")
		}
	}
	var refusal *sim.Error
	d.results, refusal = readResults(m["results"])
	return d, refusal
}

// maxResults bounds a report.
const maxResults = 200

func readResults(v any) ([]result, *sim.Error) {
	if v == nil { // the case of BIO/va1.01: a critical result
		return []result{
			{"2823-3", "Potassium", "6.8", "mmol/L", "HH", "3.5 - 5.1"},
			{"2160-0", "Créatinine", "84", "umol/L", "N", "45 - 84"},
		}, nil
	}
	items, ok := v.([]any)
	if !ok || len(items) > maxResults {
		return nil, actionError(sim.BadRequest, "bad-document", fmt.Sprintf("document.results est une liste de %d résultats au plus", maxResults), fmt.Sprintf("document.results is a list of %d results at most", maxResults))
	}
	var out []result
	for _, item := range items {
		m, ok := item.(map[string]any)
		if !ok {
			return nil, actionError(sim.BadRequest, "bad-document", "un résultat est {code, name, value, unit, interpretation, range}", "a result is {code, name, value, unit, interpretation, range}")
		}
		var r result
		if refusal := texts(m, map[string]*string{
			"code": &r.code, "name": &r.name, "value": &r.value, "unit": &r.unit, "interpretation": &r.interpretation, "range": &r.normal,
		}); refusal != nil {
			return nil, refusal
		}
		out = append(out, r)
	}
	return out, nil
}

func typeOf(code string) (documentType, bool) {
	list := documentTypes()
	i := slices.IndexFunc(list, func(t documentType) bool { return t.code == code })
	if i < 0 {
		return documentType{}, false
	}
	return list[i], true
}

// isOID tells whether s is an object identifier of 64 characters at most.
func isOID(s string) bool {
	arcs := strings.Split(s, ".")
	if len(s) > 64 || len(arcs) < 2 {
		return false
	}
	for i, a := range arcs {
		if a == "" || len(a) > 1 && a[0] == '0' || strings.Trim(a, "0123456789") != "" || i == 0 && a > "2" {
			return false
		}
	}
	return true
}

// uuidRoot is the arc under which a UUID is an OID (ITU-T X.667).
const uuidRoot = "2.25."

// oidOf is a UUID as an OID.
func oidOf(id string) string {
	u, err := uuid.Parse(id)
	if err != nil {
		return ""
	}
	return uuidRoot + new(big.Int).SetBytes(u[:]).String()
}

// entryOf is the entryUUID of the document with that uniqueId, the same for ever: so
// a later message can name it (which identifier a replacement names in METADATA.XML
// is inferred).
func entryOf(uniqueID string) string {
	if arc, ok := strings.CutPrefix(uniqueID, uuidRoot); ok {
		if n, ok := new(big.Int).SetString(arc, 10); ok && n.BitLen() <= 128 {
			var u uuid.UUID
			n.FillBytes(u[:])
			return "urn:uuid:" + u.String()
		}
	}
	return "urn:uuid:" + registre.SubOf(uniqueID)
}
