package cda_test

import (
	"encoding/xml"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/segursim/segursim/internal/cda"
)

// An elem is a document as encoding/xml reads it: these tests do not read with the
// code that they test.
type elem struct {
	XMLName  xml.Name
	Attrs    []xml.Attr `xml:",any,attr"`
	Children []elem     `xml:",any"`
	Text     string     `xml:",chardata"`
}

func (e elem) attr(name string) string {
	for _, a := range e.Attrs {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// at are the elements that a path of names leads to.
func (e elem) at(path string) []elem {
	name, rest, more := strings.Cut(path, "/")
	var out []elem
	for _, c := range e.Children {
		if c.XMLName.Local != name {
			continue
		}
		if more {
			out = append(out, c.at(rest)...)
		} else {
			out = append(out, c)
		}
	}
	return out
}

// any finds every element of a name below.
func (e elem) any(name string) []elem {
	var out []elem
	for _, c := range e.Children {
		if c.XMLName.Local == name {
			out = append(out, c)
		}
		out = append(out, c.any(name)...)
	}
	return out
}

// TestBuildRules holds what Build writes against the rules of the schematron of
// Structuration minimale (ASIP-STRUCT-MIN, template 1.2.250.1.213.1.1.1.1), written
// again here as assertions.
func TestBuildRules(t *testing.T) {
	oid := regexp.MustCompile(`^[0-2](\.(0|[1-9]\d*))*$`)
	uuid := regexp.MustCompile(`^[A-Fa-f\d]{8}(-[A-Fa-f\d]{4}){3}-[A-Fa-f\d]{12}$`)
	instant := regexp.MustCompile(`^\d{4,14}([+-]\d{4})?$`)
	one := func(path string) func(elem) bool {
		return func(d elem) bool { return len(d.at(path)) == 1 }
	}
	each := func(path string, ok func(elem) bool) func(elem) bool {
		return func(d elem) bool { return !slices.ContainsFunc(d.at(path), func(e elem) bool { return !ok(e) }) }
	}
	every := func(name string, ok func(elem) bool) func(elem) bool {
		return func(d elem) bool { return !slices.ContainsFunc(d.any(name), func(e elem) bool { return !ok(e) }) }
	}
	isID := func(e elem) bool { return oid.MatchString(e.attr("root")) || uuid.MatchString(e.attr("root")) }
	fullID := func(e elem) bool { return isID(e) && e.attr("extension") != "" }
	coded := func(e elem) bool {
		return e.attr("code") != "" && e.attr("displayName") != "" && oid.MatchString(e.attr("codeSystem"))
	}
	timed := func(e elem) bool { return instant.MatchString(e.attr("value")) && len(e.Children) == 0 }
	unknownOr := func(ok func(elem) bool) func(elem) bool {
		return func(e elem) bool { return e.attr("nullFlavor") == "UNK" && e.attr("value") == "" || ok(e) }
	}
	never := func(elem) bool { return false }
	isLevel1 := func(d elem) bool { return len(d.at("component/nonXMLBody")) == 1 }
	hasTemplate := func(d elem, root string) int {
		return len(slices.DeleteFunc(d.at("templateId"), func(e elem) bool { return e.attr("root") != root }))
	}
	const name, event = "recordTarget/patientRole/patient/name", "documentationOf/serviceEvent"
	const org, entity = event + "/performer/assignedEntity/representedOrganization", "legalAuthenticator/assignedEntity"

	rules := []struct {
		what string
		ok   func(elem) bool
	}{
		{"realmCode FR", func(d elem) bool { return len(d.at("realmCode")) == 1 && d.at("realmCode")[0].attr("code") == "FR" }},
		{"typeId", func(d elem) bool {
			return len(d.at("typeId")) == 1 && d.at("typeId")[0].attr("root") == "2.16.840.1.113883.1.3" && d.at("typeId")[0].attr("extension") == "POCD_HD000040"
		}},
		{"templateId of HL7 France", func(d elem) bool { return hasTemplate(d, "2.16.840.1.113883.2.8.2.1") == 1 }},
		{"templateId of the CI-SIS", func(d elem) bool { return hasTemplate(d, "1.2.250.1.213.1.1.1.1") == 1 }},
		{"a third templateId", func(d elem) bool { return len(d.at("templateId")) >= 3 }},
		{"templateIds are identifiers", every("templateId", isID)},
		{"level 1: three templateIds, one of XDS-SD", func(d elem) bool {
			return !isLevel1(d) || len(d.at("templateId")) == 3 && hasTemplate(d, "1.3.6.1.4.1.19376.1.2.20") == 1
		}},
		{"level 3: none of XDS-SD", func(d elem) bool { return isLevel1(d) || hasTemplate(d, "1.3.6.1.4.1.19376.1.2.20") == 0 }},
		{"one id", one("id")},
		{"id", each("id", isID)},
		{"one code", one("code")},
		{"code", each("code", coded)},
		{"code of JDV_J07", each("code", func(e elem) bool { _, ok := cda.TypeName(e.attr("code")); return ok })},
		{"one title", one("title")},
		{"one effectiveTime", one("effectiveTime")},
		{"effectiveTime", each("effectiveTime", timed)},
		{"one confidentialityCode", one("confidentialityCode")},
		{"confidentialityCode", each("confidentialityCode", func(e elem) bool { return coded(e) && strings.Contains("NRV", e.attr("code")) })},
		{"languageCode", func(d elem) bool {
			return len(d.at("languageCode")) == 1 && d.at("languageCode")[0].attr("code") == "fr-FR"
		}},
		{"one setId", one("setId")},
		{"setId", each("setId", isID)},
		{"one versionNumber", one("versionNumber")},
		{"versionNumber", each("versionNumber", func(e elem) bool { return regexp.MustCompile(`^[1-9]\d*$`).MatchString(e.attr("value")) })},

		{"one patient", one("recordTarget/patientRole/patient")},
		{"a patient id", func(d elem) bool { return len(d.at("recordTarget/patientRole/id")) > 0 }},
		{"patient ids", each("recordTarget/patientRole/id", fullID)},
		{"one name", one(name)},
		{"a given and a family", func(d elem) bool { return len(d.at(name+"/given")) > 0 && len(d.at(name+"/family")) > 0 }},
		{"family BR or CL", each(name+"/family", func(e elem) bool { return slices.Contains([]string{"BR", "CL"}, e.attr("qualifier")) })},
		{"given BR, CL or none", each(name+"/given", func(e elem) bool { return slices.Contains([]string{"BR", "CL", ""}, e.attr("qualifier")) })},
		{"one administrativeGenderCode", one("recordTarget/patientRole/patient/administrativeGenderCode")},
		{"administrativeGenderCode", each("recordTarget/patientRole/patient/administrativeGenderCode", coded)},
		{"one birthTime", one("recordTarget/patientRole/patient/birthTime")},
		{"birthTime", each("recordTarget/patientRole/patient/birthTime", timed)},
		{"an INS has all traits", func(d elem) bool {
			ins := slices.ContainsFunc(d.at("recordTarget/patientRole/id"), func(e elem) bool {
				return regexp.MustCompile(`^1\.2\.250\.1\.213\.1\.4\.(8|9|10|11)$`).MatchString(e.attr("root"))
			})
			with := func(path, qualifier string) bool {
				return slices.ContainsFunc(d.at(path), func(e elem) bool { return e.attr("qualifier") == qualifier && e.Text != "" })
			}
			return !ins || with(name+"/family", "BR") && with(name+"/given", "BR") && with(name+"/given", "") &&
				d.at("recordTarget/patientRole/patient/birthTime")[0].attr("value") != "" &&
				len(d.at("recordTarget/patientRole/patient/birthplace/place/addr/county")) == 1 &&
				d.at("recordTarget/patientRole/patient/administrativeGenderCode")[0].attr("code") != ""
		}},

		{"an author", func(d elem) bool { return len(d.at("author")) > 0 }},
		{"authors have a time", each("author", func(e elem) bool { return len(e.at("time")) == 1 && timed(e.at("time")[0]) })},
		{"authors have an id", each("author/assignedAuthor", func(e elem) bool { return len(e.at("id")) == 1 && fullID(e.at("id")[0]) })},
		{"author codes", each("author/assignedAuthor/code", coded)},
		{"authors are persons or devices", each("author/assignedAuthor", func(e elem) bool {
			return len(e.at("assignedPerson/name/family"))+len(e.at("assignedAuthoringDevice")) == 1
		})},
		{"devices have a model and a software", each("author/assignedAuthor/assignedAuthoringDevice", func(e elem) bool {
			return len(e.at("manufacturerModelName")) == 1 && len(e.at("softwareName")) == 1
		})},
		{"one custodian", one("custodian/assignedCustodian/representedCustodianOrganization/id")},
		{"custodian", each("custodian/assignedCustodian/representedCustodianOrganization/id", func(e elem) bool {
			return fullID(e) && e.attr("root") == "1.2.250.1.71.4.2.2"
		})},
		{"one legalAuthenticator", one(entity)},
		{"it has signed", each("legalAuthenticator/signatureCode", func(e elem) bool { return e.attr("code") == "S" })},
		{"at a time", each("legalAuthenticator/time", timed)},
		{"it has an id", func(d elem) bool { return len(d.at(entity+"/id")) == 1 && fullID(d.at(entity + "/id")[0]) }},
		{"it has a name", one(entity + "/assignedPerson/name/family")},

		{"an act", one(event)},
		{"since a time", func(d elem) bool {
			return len(d.at(event+"/effectiveTime/low")) == 1 && timed(d.at(event + "/effectiveTime/low")[0])
		}},
		{"one performer", one(event + "/performer")},
		{"PRF", each(event+"/performer", func(e elem) bool { return e.attr("typeCode") == "PRF" })},
		{"performer id", func(d elem) bool {
			ids := d.at(event + "/performer/assignedEntity/id")
			return len(ids) == 1 && fullID(ids[0])
		}},
		{"its practice setting", func(d elem) bool {
			codes := d.at(org + "/standardIndustryClassCode")
			return len(codes) == 1 && coded(codes[0]) && codes[0].attr("codeSystem") == "1.2.250.1.213.1.1.4.9"
		}},
		{"structures", every("representedOrganization", func(e elem) bool {
			return !slices.ContainsFunc(e.at("id"), func(id elem) bool { return id.attr("root") != "1.2.250.1.71.4.2.2" || id.attr("extension") == "" })
		})},
		{"one encounter", one("componentOf/encompassingEncounter/location/healthCareFacility/code")},
		{"its facility", each("componentOf/encompassingEncounter/location/healthCareFacility/code", coded)},
		{"its time", one("componentOf/encompassingEncounter/effectiveTime")},
		{"at most one replaced document", func(d elem) bool { return len(d.at("relatedDocument")) <= 1 }},
		{"replaced", each("relatedDocument", func(e elem) bool {
			// Another element than these two is a warning of the schematron.
			return len(e.at("parentDocument")[0].Children) == 2 && e.attr("typeCode") == "RPLC" && len(e.at("parentDocument/id")) == 1 && isID(e.at("parentDocument/id")[0])
		})},
		{"replaced by the next version", func(d elem) bool {
			for _, p := range d.at("relatedDocument/parentDocument") {
				var before, after int
				if _, err := fmt.Sscan(p.at("versionNumber")[0].attr("value"), &before); err != nil {
					return false
				}
				if _, err := fmt.Sscan(d.at("versionNumber")[0].attr("value"), &after); err != nil {
					return false
				}
				if after != before+1 || p.at("id")[0].attr("root") == d.at("id")[0].attr("root") {
					return false
				}
			}
			return true
		}},
		{"one body", func(d elem) bool { return len(d.at("component/nonXMLBody"))+len(d.at("component/structuredBody")) == 1 }},
		{"PDF in base64", each("component/nonXMLBody/text", func(e elem) bool {
			return e.attr("mediaType") == "application/pdf" && e.attr("representation") == "B64"
		})},
		{"telecoms are unknown", every("telecom", unknownOr(never))},
		{"no address but that of birth is known", every("addr", func(e elem) bool { return e.attr("nullFlavor") == "UNK" || len(e.at("county")) == 1 })},
		{"references lead somewhere", func(d elem) bool {
			ids := map[string]bool{}
			for _, n := range []string{"content", "observationMedia"} {
				for _, e := range d.any(n) {
					ids[e.attr("ID")] = true
				}
			}
			return every("reference", func(e elem) bool { return ids[strings.TrimPrefix(e.attr("value"), "#")] })(d) &&
				every("renderMultiMedia", func(e elem) bool { return ids[e.attr("referencedObject")] })(d)
		}},
	}

	for title, doc := range documents() {
		t.Run(title, func(t *testing.T) {
			var d elem
			if err := xml.Unmarshal(build(t, doc), &d); err != nil {
				t.Fatal(err)
			}
			for _, r := range rules {
				if !r.ok(d) {
					t.Errorf("broken: %s", r.what)
				}
			}
		})
	}
}

// TestBuildBiologyRules does the same with the rules of the model CR-BIO (schematron
// BIO-CR-BIO 2024.01): the header, the sections that it asks for, the results.
func TestBuildBiologyRules(t *testing.T) {
	for _, doc := range []*cda.Document{biology(), replacing()} {
		var d elem
		if err := xml.Unmarshal(build(t, doc), &d); err != nil {
			t.Fatal(err)
		}
		at := func(path string) string {
			found := d.at(path)
			if len(found) == 0 {
				return ""
			}
			return found[0].Text + found[0].attr("code") + found[0].attr("value") + found[0].attr("extension") + found[0].attr("nullFlavor")
		}
		const performer = "documentationOf/serviceEvent/performer/"
		const responsible = "componentOf/encompassingEncounter/responsibleParty/assignedEntity/"
		for path, want := range map[string]string{
			"title":                              "Compte rendu d'examens biologiques",
			"code":                               "11502-2",
			"documentationOf/serviceEvent/code":  "18719-5",
			performer + "time/high":              "20260301120000+0100",
			performer + "assignedEntity/addr":    "UNK",
			performer + "assignedEntity/telecom": "UNK",
			performer + "assignedEntity/assignedPerson/name/family":      "ŒUVRARD",
			performer + "assignedEntity/representedOrganization/id":      "1750803447",
			performer + "assignedEntity/representedOrganization/name":    "Cabinet de l'Île & Cie",
			performer + "assignedEntity/representedOrganization/telecom": "UNK",
			performer + "assignedEntity/representedOrganization/addr":    "UNK",
			responsible + "id":                         "899700000001",
			responsible + "code":                       "G15_10/SM26",
			responsible + "assignedPerson/name/family": "ŒUVRARD",
			"component/structuredBody/component/section/component/entry/act": "",
		} {
			if got := at(path); got != want {
				t.Errorf("%s: %q, want %q", path, got, want)
			}
		}
		if got := d.at("code")[0].attr("displayName"); got != "CR d'examens biologiques" {
			t.Errorf("label %q", got)
		}
		for _, root := range []string{"1.3.6.1.4.1.19376.1.3.3.2.1", "1.2.250.1.213.1.1.2.243"} {
			if !slices.ContainsFunc(d.at("component/structuredBody/component/section"), func(s elem) bool {
				return slices.ContainsFunc(s.at("templateId"), func(e elem) bool { return e.attr("root") == root })
			}) {
				t.Errorf("no section %s", root)
			}
		}
		entries := d.at("component/structuredBody/component/section/component/section/entry")
		if len(entries) != 1 || entries[0].attr("typeCode") != "DRIV" || entries[0].at("act/statusCode")[0].attr("code") != "completed" {
			t.Fatalf("%d entries of results", len(entries))
		}
		results := entries[0].at("act/entryRelationship/observation")
		if len(results) != 4 {
			t.Fatalf("%d results", len(results))
		}
		for _, r := range results {
			code := r.at("code")[0]
			if r.attr("moodCode") != "EVN" || code.attr("codeSystem") != loinc || code.attr("displayName") == "" || len(r.at("referenceRange")) > 1 {
				t.Errorf("result %s", code.attr("code"))
			}
		}
	}
}
