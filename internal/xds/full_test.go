package xds_test

import "github.com/segursim/segursim/internal/xds"

const (
	testINS = "1.2.250.1.213.1.4.10"
	psRoot  = "1.2.250.1.71.4.2.1"
	orgRoot = "1.2.250.1.71.4.2.2"
	oldUUID = "urn:uuid:0f6d4c1e-6f0e-4b49-9a55-4c1f0a6c0001"
)

// full has every attribute that the package knows, and what XML must escape.
func full() *xds.Metadata {
	patient := xds.CX{ID: "279035121518989", Root: testINS, Type: "NH", Since: "20240131"}
	author := xds.Author{
		Person:      xds.XCN{ID: "899900063480", Family: "MAX", Given: "LIBRE", Root: psRoot, NameType: "D", IDType: "IDNPS"}.String(),
		Institution: xds.XON{Name: "CABINET D'ESSAI & Cie", Root: orgRoot, IDType: "IDNST", ID: "10B0127189"}.String(),
		Specialty:   xds.Code{Code: "G15_10/SM26", Display: "Médecin - Qualifié en Médecine Générale (SM)", System: "1.2.250.1.213.1.1.4.5"}.CE(),
		Role:        "Médecin~Responsable",
	}
	first := xds.Entry{
		ID: "urn:uuid:5d7c4a1e-0c1c-4f3d-8a0a-b7d3f0a10001", UniqueID: "1.2.250.1.999.1.1.7",
		LogicalID: "urn:uuid:5d7c4a1e-0c1c-4f3d-8a0a-b7d3f0a1ffff", Version: "2",
		Title: "CR d'examens <biologiques> & \"urgents\"\n\tsuite", Comments: "  deux espaces devant",
		MIMEType: "text/xml", URI: "DOC0001.XML", Hash: "da39a3ee5e6b4b0d3255bfef95601890afd80709", Size: 0,
		CreationTime: "20240203103015", ServiceStart: "202402030900", ServiceStop: "20240203", Language: "fr-FR",
		PatientID:       patient,
		SourcePatientID: xds.CX{ID: "IPP-1", Root: "1.2.250.1.999.2", Type: "PI"},
		SourcePatient: map[string]string{
			"PID-3": patient.String(), "PID-5": "PAT-TROIS^DOMINIQUE^^^^^L~PAT-TROIS^DOMINIQUE^^^^^D",
			"PID-7": "19790328", "PID-8": "F", "PID-11": "^^^^^^BDL^^63220",
		},
		Authors:     []xds.Author{author, {Person: xds.XCN{ID: "1.2.3", Family: "Automate", NameType: "U"}.String()}},
		LegalAuthor: author.Person,
		Class:       xds.Code{Code: "10", System: "1.2.250.1.213.1.1.4.1", Display: "Compte rendu"},
		Type:        xds.Code{Code: "11502-2", System: "2.16.840.1.113883.6.1", Display: "CR d'examens biologiques"},
		Format:      xds.Code{Code: "urn:ihe:lab:xd-lab:2008", System: "1.3.6.1.4.1.19376.1.2.3", Display: "CR-BIO"},
		Facility:    xds.Code{Code: "SA07", System: "1.2.250.1.71.4.2.4", Display: "Cabinet individuel"},
		Practice:    xds.Code{Code: "AMBULATOIRE", System: "1.2.250.1.213.1.1.4.9", Display: "Ambulatoire"},
		Confidentiality: []xds.Code{
			{Code: "N", System: "2.16.840.1.113883.5.25", Display: "Normal"},
			{Code: "INVISIBLE_PATIENT", System: "1.2.250.1.213.1.1.4.13", Display: "Non visible par le patient"},
		},
		Events:       []xds.Code{{Code: "HCQM002", System: "1.2.250.1.213.2.5", Display: "Acte"}, {Code: "J45", System: "2.16.840.1.113883.6.3", Display: "Asthme"}},
		Availability: xds.Approved,
		ReferenceIDs: []string{"123^^^&1.2.250.1.999.3&ISO^urn:ihe:iti:xds:2013:order", "1.2.3^^^^urn:ihe:iti:xds:2016:studyInstanceUID"},
		RepositoryID: "1.2.250.1.999.4",
	}
	second := xds.Entry{ID: "Document02", UniqueID: "1.2.250.1.999.1.1.8", Title: "Image", MIMEType: "image/jpeg", Size: -1, PatientID: patient}
	set := xds.Submission{
		ID: "SubmissionSet01", UniqueID: "1.2.250.1.999.5.1", SourceID: "1.2.250.1.999.6", PatientID: patient, Time: "20240203104500",
		Title: "Lot d'essai", Comments: "Remplace le précédent",
		Content:    xds.Code{Code: "04", System: "1.2.250.1.213.2.2", Display: "Hospitalisation de jour"},
		Authors:    []xds.Author{author},
		Recipients: []string{"Service Y^^^^^&1.2.250.1.71.4.2.2&ISO^IDNST^^^10B0127189", "|899900063480^MAX^LIBRE|^^Internet^max.libre@medecin.segursim.test"},
	}
	return &xds.Metadata{
		Submission: set, Entries: []xds.Entry{first, second},
		Associations: []xds.Association{
			{ID: "as1", Type: xds.HasMember, Source: set.ID, Target: first.ID, Status: xds.Original},
			{ID: "as2", Type: xds.HasMember, Source: set.ID, Target: second.ID, Status: xds.Original},
			{ID: "as3", Type: xds.Replaces, Source: first.ID, Target: oldUUID},
			{ID: "as4", Type: xds.UpdatesStatus, Source: set.ID, Target: oldUUID, OriginalStatus: xds.Approved, NewStatus: xds.Deleted},
		},
	}
}
