package xds

import (
	"strconv"
	"strings"
)

// entry reads an ExtrinsicObject (IHE ITI TF-3 §4.2.3.2).
func (r *reader) entry(o *object) Entry {
	e := Entry{ID: o.id, Size: -1, LogicalID: trim(o.attr("lid")), MIMEType: trim(o.attr("mimeType")), Availability: trim(o.attr("status"))}
	e.Title, e.Comments = localized(o.child("Name")), localized(o.child("Description"))
	if v := o.child("VersionInfo"); v != nil {
		e.Version = trim(v.attr("versionName"))
	}
	switch t := lower(o.attr("objectType")); t {
	case stableDocument:
	case "":
		r.problem("object", o, o.element, "the ExtrinsicObject has no objectType; it is taken for a document")
	default:
		r.problem("object", o, o.element, "the objectType "+quote(t)+" is not that of a stable document")
	}
	r.slots(o, func(s slot) { r.entrySlot(o, s, &e) })
	for _, c := range o.classifications {
		r.entryClassification(o, c, &e)
	}
	for _, x := range o.identifiers {
		switch lower(x.attr("identificationScheme")) {
		case entryPatientID:
			r.patientID(o, x, &e.PatientID)
		case entryUniqueID:
			r.identifier(o, x, &e.UniqueID)
		}
	}
	return e
}

func (r *reader) entrySlot(o *object, s slot, e *Entry) {
	switch s.name {
	case "creationTime":
		r.time(o, s, &e.CreationTime)
	case "serviceStartTime":
		r.time(o, s, &e.ServiceStart)
	case "serviceStopTime":
		r.time(o, s, &e.ServiceStop)
	case "languageCode":
		r.single(o, s, &e.Language)
	case "legalAuthenticator":
		r.single(o, s, &e.LegalAuthor)
	case "hash":
		r.single(o, s, &e.Hash)
	case "repositoryUniqueId":
		r.single(o, s, &e.RepositoryID)
	case "URI":
		r.uri(o, s, &e.URI)
	case "size":
		var text string
		if e.Size >= 0 {
			text = "there" // single then says that it is there twice
		}
		if r.single(o, s, &text); e.Size >= 0 || text == "" {
			return
		}
		n, err := strconv.ParseUint(text, 10, 63)
		if err != nil {
			r.problem("value", o, s.at, "the size is "+quote(text)+", want a number of bytes")
			return
		}
		e.Size = int64(n)
	case "sourcePatientId":
		var text string
		if e.SourcePatientID != (CX{}) {
			text = "there"
		}
		if r.single(o, s, &text); e.SourcePatientID != (CX{}) || text == "" {
			return
		}
		id, err := ParseCX(text)
		if err != nil {
			r.problem("value", o, s.at, "sourcePatientId: "+err.Error())
		}
		e.SourcePatientID = id
	case slotPatientInfo:
		r.patientInfo(o, s, &e.SourcePatient)
	case slotReferences:
		e.ReferenceIDs = append(e.ReferenceIDs, s.values...)
	}
}

func (r *reader) entryClassification(o *object, c *element, e *Entry) {
	switch lower(c.attr("classificationScheme")) {
	case entryAuthor:
		e.Authors = append(e.Authors, r.author(o, c))
	case entryClass:
		r.code(o, c, "classCode", &e.Class)
	case entryType:
		r.code(o, c, "typeCode", &e.Type)
	case entryFormat:
		r.code(o, c, "formatCode", &e.Format)
	case entryFacility:
		r.code(o, c, "healthcareFacilityTypeCode", &e.Facility)
	case entryPractice:
		r.code(o, c, "practiceSettingCode", &e.Practice)
	case entryConfid:
		e.Confidentiality = append(e.Confidentiality, Code{})
		r.code(o, c, "confidentialityCode", &e.Confidentiality[len(e.Confidentiality)-1])
	case entryEvent:
		e.Events = append(e.Events, Code{})
		r.code(o, c, "eventCodeList", &e.Events[len(e.Events)-1])
	}
}

// submission reads the RegistryPackage of the lot (IHE ITI TF-3 §4.2.3.3).
func (r *reader) submission(o *object) Submission {
	s := Submission{ID: o.id, Title: localized(o.child("Name")), Comments: localized(o.child("Description"))}
	r.slots(o, func(v slot) {
		switch v.name {
		case "submissionTime":
			r.time(o, v, &s.Time)
		case "intendedRecipient":
			s.Recipients = append(s.Recipients, v.values...)
		}
	})
	for _, c := range o.classifications {
		switch lower(c.attr("classificationScheme")) {
		case submAuthor:
			s.Authors = append(s.Authors, r.author(o, c))
		case submContentType:
			r.code(o, c, "contentTypeCode", &s.Content)
		}
	}
	for _, x := range o.identifiers {
		switch lower(x.attr("identificationScheme")) {
		case submPatientID:
			r.patientID(o, x, &s.PatientID)
		case submUniqueID:
			r.identifier(o, x, &s.UniqueID)
		case submSourceID:
			r.identifier(o, x, &s.SourceID)
		}
	}
	return s
}

// code reads a coded attribute (IHE ITI TF-3 §4.2.3.1.2); the first counts.
func (r *reader) code(o *object, c *element, name string, to *Code) {
	if *to != (Code{}) {
		r.problem("classification", o, c, name+" is there twice")
		return
	}
	code := Code{Code: trim(c.attr("nodeRepresentation")), Display: localized(c.child("Name"))}
	inner := &object{element: c, id: o.id}
	r.slots(inner, func(s slot) {
		if s.name == "codingScheme" {
			r.single(inner, s, &code.System)
		}
	})
	for _, part := range []struct{ value, lack string }{
		{code.Code, "has no nodeRepresentation"}, {code.System, "has no codingScheme"}, {code.Display, "has no Name"},
	} {
		if trim(part.value) == "" {
			r.problem("classification", o, c, name+" "+part.lack)
		}
	}
	*to = code
}

func (r *reader) author(o *object, c *element) Author {
	var a Author
	inner := &object{element: c, id: o.id}
	r.slots(inner, func(s slot) {
		switch s.name {
		case "authorPerson":
			r.joined(inner, s, &a.Person)
		case "authorInstitution":
			r.joined(inner, s, &a.Institution)
		case "authorSpecialty":
			r.joined(inner, s, &a.Specialty)
		case "authorRole":
			r.joined(inner, s, &a.Role)
		}
	})
	if a == (Author{}) {
		r.problem("classification", o, c, "the author is empty")
	}
	return a
}

// identifier reads an ExternalIdentifier (IHE ITI TF-3 §4.2.3.1.3); the first counts.
func (r *reader) identifier(o *object, x *element, to *string) bool {
	value := trim(x.attr("value"))
	switch {
	case value == "":
		r.problem("identifier", o, x, "the identifier "+quote(localized(x.child("Name")))+" has no value")
		return false
	case *to != "":
		r.problem("identifier", o, x, "the identifier "+quote(localized(x.child("Name")))+" is there twice")
		return false
	}
	*to = value
	return true
}

func (r *reader) patientID(o *object, x *element, to *CX) {
	value := to.String()
	if !r.identifier(o, x, &value) {
		return
	}
	id, err := ParseCX(value)
	if err != nil {
		r.problem("identifier", o, x, "patientId: "+err.Error())
	}
	*to = id
}

// localized is the text of a Name or Description: French where there is a choice,
// else the first.
func localized(e *element) string {
	if e == nil {
		return ""
	}
	text, found := "", false
	for c := range e.children() {
		if !c.is("LocalizedString") {
			continue
		}
		if strings.HasPrefix(strings.ToLower(c.lang()), "fr") {
			return c.attr("value")
		}
		if !found {
			text, found = c.attr("value"), true
		}
	}
	return text
}
