package xds

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Build writes METADATA.XML, UTF-8, indented. The same metadata give the same bytes.
//
// What is empty is left out; an id that is missing is made ("Document01",
// "SubmissionSet01"), and so is the HasMember association of an entry that has none.
// It refuses what XML or the schema of ebRIM cannot carry: control characters,
// values that are too long, the same id twice.
func Build(m *Metadata) ([]byte, error) {
	if m == nil {
		return nil, errors.New("xds: build: there are no metadata")
	}
	w := &writer{ids: map[string]bool{}}
	set, entries, links := w.named(m)
	w.raw(`<?xml version="1.0" encoding="UTF-8"?>` + "\n")
	w.open("lcm:SubmitObjectsRequest", "xmlns:lcm", LCM, "xmlns:rim", RIM)
	w.open("rim:RegistryObjectList")
	for i := range entries {
		w.entry(&entries[i])
	}
	w.submission(&set)
	for _, a := range links {
		w.association(a)
	}
	w.close("rim:RegistryObjectList")
	w.close("lcm:SubmitObjectsRequest")
	if w.err != nil {
		return nil, fmt.Errorf("xds: build: %w", w.err)
	}
	return w.buf.Bytes(), nil
}

// named returns copies in which every object has an id and every entry is a member.
func (w *writer) named(m *Metadata) (Submission, []Entry, []Association) {
	set, entries, links := m.Submission, slices.Clone(m.Entries), slices.Clone(m.Associations)
	w.take(set.ID)
	for _, e := range entries {
		w.take(e.ID)
	}
	for _, a := range links {
		w.take(a.ID)
	}
	if set.ID == "" {
		set.ID = w.id("SubmissionSet")
	}
	member := map[string]bool{}
	for i := range links {
		// A member of the lot may be named by a lot that had no id yet.
		if links[i].Type == HasMember {
			links[i].Source = cmp.Or(links[i].Source, set.ID)
			member[links[i].Target] = true
		}
	}
	for i := range entries {
		if entries[i].ID == "" {
			entries[i].ID = w.id("Document")
		}
		if !member[entries[i].ID] {
			links = append(links, Association{Type: HasMember, Source: set.ID, Target: entries[i].ID, Status: Original})
		}
	}
	for i := range links {
		if links[i].ID == "" {
			links[i].ID = w.id("Association")
		}
	}
	return set, entries, links
}

func (w *writer) entry(e *Entry) {
	w.open("rim:ExtrinsicObject", "id", e.ID, "mimeType", e.MIMEType, "objectType", stableDocument, "lid", e.LogicalID, "status", e.Availability)
	w.slot("creationTime", e.CreationTime)
	w.slot("hash", e.Hash)
	w.slot("languageCode", e.Language)
	w.slot("legalAuthenticator", e.LegalAuthor)
	w.slot("repositoryUniqueId", e.RepositoryID)
	w.slot("serviceStartTime", e.ServiceStart)
	w.slot("serviceStopTime", e.ServiceStop)
	if e.Size >= 0 {
		w.slot("size", strconv.FormatInt(e.Size, 10))
	}
	w.slot("sourcePatientId", e.SourcePatientID.String())
	w.slot(slotPatientInfo, w.patientInfo(e.SourcePatient)...)
	w.slot("URI", e.URI)
	w.slot(slotReferences, e.ReferenceIDs...)
	w.localized("rim:Name", e.Title)
	w.localized("rim:Description", e.Comments)
	if e.Version != "" {
		w.empty("rim:VersionInfo", "versionName", e.Version)
	}
	for _, a := range e.Authors {
		w.author(e.ID, entryAuthor, a)
	}
	w.code(e.ID, entryClass, e.Class)
	for _, c := range e.Confidentiality {
		w.code(e.ID, entryConfid, c)
	}
	for _, c := range e.Events {
		w.code(e.ID, entryEvent, c)
	}
	w.code(e.ID, entryFormat, e.Format)
	w.code(e.ID, entryFacility, e.Facility)
	w.code(e.ID, entryPractice, e.Practice)
	w.code(e.ID, entryType, e.Type)
	w.identifier(e.ID, entryPatientID, e.PatientID.String(), "XDSDocumentEntry.patientId")
	w.identifier(e.ID, entryUniqueID, e.UniqueID, "XDSDocumentEntry.uniqueId")
	w.close("rim:ExtrinsicObject")
}

func (w *writer) submission(s *Submission) {
	w.open("rim:RegistryPackage", "id", s.ID, "objectType", objectType+"RegistryPackage")
	w.slot("submissionTime", s.Time)
	w.slot("intendedRecipient", s.Recipients...)
	w.localized("rim:Name", s.Title)
	w.localized("rim:Description", s.Comments)
	for _, a := range s.Authors {
		w.author(s.ID, submAuthor, a)
	}
	w.code(s.ID, submContentType, s.Content)
	w.identifier(s.ID, submPatientID, s.PatientID.String(), "XDSSubmissionSet.patientId")
	w.identifier(s.ID, submSourceID, s.SourceID, "XDSSubmissionSet.sourceId")
	w.identifier(s.ID, submUniqueID, s.UniqueID, "XDSSubmissionSet.uniqueId")
	w.close("rim:RegistryPackage")
	w.empty("rim:Classification", "id", w.id("Classification"), "objectType", objectType+"Classification",
		"classifiedObject", s.ID, "classificationNode", submissionNode)
}

func (w *writer) association(a Association) {
	if a.Type == "" || a.Source == "" || a.Target == "" {
		w.fail("the association %s lacks its type, source or target", quote(a.ID))
		return
	}
	w.open("rim:Association", "id", a.ID, "objectType", objectType+"Association",
		"associationType", a.Type, "sourceObject", a.Source, "targetObject", a.Target)
	w.slot("SubmissionSetStatus", a.Status)
	w.slot("OriginalStatus", a.OriginalStatus)
	w.slot("NewStatus", a.NewStatus)
	w.close("rim:Association")
}

// patientInfo gives the values of sourcePatientInfo in the order of the fields.
func (w *writer) patientInfo(fields map[string]string) []string {
	names := make([]string, 0, len(fields))
	for name := range fields {
		if name == "" || name != trim(name) || strings.Contains(name, "|") {
			w.fail("%s is not the name of a PID field", quote(name))
		}
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int { return cmp.Or(cmp.Compare(number(a), number(b)), strings.Compare(a, b)) })
	var values []string
	for _, name := range names {
		for _, v := range repetitions(fields[name]) {
			values = append(values, name+"|"+v)
		}
	}
	return values
}

// number is n in "PID-n", 0 for other names.
func number(field string) int {
	n, err := strconv.Atoi(strings.TrimPrefix(field, "PID-"))
	if err != nil {
		return 0
	}
	return n
}

func (w *writer) author(of, scheme string, a Author) {
	if a == (Author{}) {
		return
	}
	w.open("rim:Classification", "id", w.id("Classification"), "objectType", objectType+"Classification",
		"classificationScheme", scheme, "classifiedObject", of, keepEmpty+"nodeRepresentation", "")
	w.slot("authorPerson", repetitions(a.Person)...)
	w.slot("authorInstitution", repetitions(a.Institution)...)
	w.slot("authorRole", repetitions(a.Role)...)
	w.slot("authorSpecialty", repetitions(a.Specialty)...)
	w.close("rim:Classification")
}

func (w *writer) code(of, scheme string, c Code) {
	if c == (Code{}) {
		return
	}
	w.open("rim:Classification", "id", w.id("Classification"), "objectType", objectType+"Classification",
		"classificationScheme", scheme, "classifiedObject", of, "nodeRepresentation", c.Code)
	w.slot("codingScheme", c.System)
	w.localized("rim:Name", c.Display)
	w.close("rim:Classification")
}

func (w *writer) identifier(of, scheme, value, name string) {
	if value == "" {
		return
	}
	w.open("rim:ExternalIdentifier", "id", w.id("ExternalIdentifier"), "objectType", objectType+"ExternalIdentifier",
		"registryObject", of, "identificationScheme", scheme, "value", value)
	w.localized("rim:Name", name)
	w.close("rim:ExternalIdentifier")
}
