package cda

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

var errRoot = errors.New("the document is not a ClinicalDocument of urn:hl7-org:v3")

// Parse reads a document. It refuses what is not well-formed XML, has a DTD, is
// larger or deeper than its bounds (64 MiB, 200 elements deep, 400,000 nodes), or is
// not a ClinicalDocument. What the header lacks is empty: rules are not judged here.
//
// A "document auto-présentable" of the CI-SIS, where the ClinicalDocument stands in a
// style sheet that shows it, is read too.
func Parse(b []byte) (*Document, error) {
	root, uri, err := scan(b)
	if err != nil {
		return nil, fmt.Errorf("cda: %w", err)
	}
	if uri == xslNS && (root.name == "stylesheet" || root.name == "transform") {
		root = carried(root)
	}
	if root == nil || root.name != "ClinicalDocument" {
		return nil, fmt.Errorf("cda: %w", errRoot)
	}
	d := &Document{
		ID: root.child("id").id(), SetID: root.child("setId").id(), Code: root.child("code").code(),
		Title: squeeze(root.child("title").plain()), Effective: root.child("effectiveTime").attr("value"),
		Confidentiality: root.child("confidentialityCode").code(), Language: root.child("languageCode").attr("code"),
		Patient: patient(root.child("recordTarget", "patientRole")),
	}
	if n, err := strconv.Atoi(root.child("versionNumber").attr("value")); err == nil {
		d.Version = n
	}
	for t := range root.all("templateId") {
		d.Templates = append(d.Templates, t.attr("root"))
	}
	for a := range root.all("author") {
		d.Authors = append(d.Authors, participant(a, a.child("assignedAuthor")))
	}
	custodian := root.child("custodian", "assignedCustodian", "representedCustodianOrganization")
	d.Custodian, d.CustodianName = custodian.child("id").id(), squeeze(custodian.child("name").plain())
	signed := root.child("legalAuthenticator")
	d.Authenticator = participant(signed, signed.child("assignedEntity"))

	// The first documentationOf is the main act: its performer is the one that counts.
	event := root.child("documentationOf", "serviceEvent")
	d.ServiceLow, d.ServiceHigh = event.child("effectiveTime", "low").attr("value"), event.child("effectiveTime", "high").attr("value")
	performer := event.child("performer")
	entity := performer.child("assignedEntity")
	d.Performer = participant(performer, entity)
	d.Practice = entity.child("representedOrganization", "standardIndustryClassCode").code()
	d.Facility = root.child("componentOf", "encompassingEncounter", "location", "healthCareFacility", "code").code()
	for related := range root.all("relatedDocument") {
		if related.attr("typeCode") == "RPLC" {
			d.Replaces = related.child("parentDocument", "id").id()
			break
		}
	}
	d.body(root.child("component"))
	return d, nil
}

// carried finds the document in a style sheet: the child of a child of its root.
func carried(sheet *node) *node {
	for c := sheet.first; c != nil; c = c.next {
		if !c.foreign {
			continue
		}
		if d := c.child("ClinicalDocument"); d != nil {
			return d
		}
	}
	return nil
}

func patient(role *node) Patient {
	var p Patient
	for id := range role.all("id") {
		p.IDs = append(p.IDs, id.id())
	}
	who := role.child("patient")
	p.Sex, p.BirthDate = who.child("administrativeGenderCode").attr("code"), who.child("birthTime").attr("value")
	p.BirthPlace = squeeze(who.child("birthplace", "place", "addr", "county").plain())

	name := who.child("name")
	other := ""
	for family := range name.all("family") {
		value := squeeze(family.plain())
		switch {
		case qualified(family, "BR"):
			p.BirthName = value
		case qualified(family, "CL"):
			p.UsedName = value
		case other == "":
			other = value
		}
	}
	if p.UsedName == "" {
		p.UsedName = other
	}
	var given []string
	for n := range name.all("given") {
		value := squeeze(n.plain())
		switch {
		case qualified(n, "BR"):
			p.FirstName = value
		case n.attr("qualifier") == "":
			given = append(given, value)
		}
	}
	p.GivenNames = strings.Join(given, " ")
	return p
}

// qualified tells whether a part of a name has a qualifier: it may have several.
func qualified(n *node, qualifier string) bool {
	for q := range strings.FieldsSeq(n.attr("qualifier")) {
		if q == qualifier {
			return true
		}
	}
	return false
}

// participant reads who takes part: n has the time, entity the rest.
func participant(n, entity *node) Participant {
	p := Participant{ID: entity.child("id").id(), Code: entity.child("code").code()}
	if time := n.child("time"); time != nil {
		for _, v := range []string{time.attr("value"), time.child("high").attr("value"), time.child("low").attr("value")} {
			if p.Time == "" {
				p.Time = v
			}
		}
	}
	name := entity.child("assignedPerson", "name")
	p.Family, p.Given = squeeze(name.child("family").plain()), squeeze(name.child("given").plain())
	device := entity.child("assignedAuthoringDevice")
	p.Software = squeeze(device.child("softwareName").plain())
	if p.Software == "" {
		p.Software = squeeze(device.child("manufacturerModelName").plain())
	}
	org := entity.child("representedOrganization")
	p.OrgID, p.Organisation = org.child("id").id(), squeeze(org.child("name").plain())
	return p
}

// squeeze makes one line of a text.
func squeeze(s string) string { return strings.Join(strings.Fields(s), " ") }
