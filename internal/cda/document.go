package cda

// An II is an instance identifier.
type II struct {
	Root, Extension string
}

// A Code is a coded value.
type Code struct {
	Code, System, Display string
}

// A Patient is the record target.
type Patient struct {
	IDs []II
	// BirthName is family@qualifier=BR, FirstName given@qualifier=BR, GivenNames
	// the unqualified list, UsedName family@qualifier=CL.
	//
	// A family name with another qualifier, or none, is read as UsedName where there
	// is none with CL: that is what older documents have.
	BirthName, FirstName, GivenNames, UsedName string
	Sex                                        string // administrativeGenderCode: "M", "F"
	BirthDate                                  string // yyyyMMdd, as written
	BirthPlace                                 string // COG
}

// A Participant is an author, a legal authenticator, or the performer.
type Participant struct {
	ID           II
	Code         Code
	Family       string
	Given        string
	Organisation string
	OrgID        II
	Time         string // HL7 time, as written
	Software     string // of an authoring device
}

// A Document is a CDA document's header, and what its body is.
type Document struct {
	ID, SetID II
	Version   int // 0 when there is none, or it is no number
	// Templates are the roots of the header's templateId, in order.
	Templates       []string
	Code            Code
	Title           string
	Effective       string // effectiveTime, HL7 form as written
	Confidentiality Code
	Language        string
	Patient         Patient
	Authors         []Participant
	Custodian       II
	CustodianName   string
	Authenticator   Participant
	Performer       Participant
	ServiceLow      string // documentationOf/serviceEvent/effectiveTime/low
	ServiceHigh     string
	Practice        Code // standardIndustryClassCode of the performer's organisation
	Facility        Code // healthCareFacility/code
	// Replaces is the id of relatedDocument[@typeCode=RPLC]/parentDocument.
	Replaces II
	// Level is 1 or 3; 0 when the body is neither.
	Level int
	// PDF is the one of a level 1 body, or embedded in a level 3 one; nil if none, or
	// if what stands there is no base64. Of several in a level 3 body it is that of
	// the section "copie du document", else the first.
	PDF       []byte
	MediaType string // of nonXMLBody
	// Sections are those of a level 3 document, nested ones after the one that holds
	// them.
	Sections []Section
}

// A Section of a structured body.
type Section struct {
	Code  Code
	Title string
	// Text is the narrative as plain text: a line for each paragraph, item or row of
	// a table, whose cells are separated by " | ".
	Text string
	// Observations are coded results, for biology: code, value, unit, interpretation
	// ("H", "HH", "LL", "AA"…).
	Observations []Observation
}

// An Observation is one result.
type Observation struct {
	Code           Code   // of a local code, the first translation
	Value, Unit    string // a coded value is read as its label
	Interpretation string // several are separated by commas
	Range          string // "0.27 - 4.2", ">= 5", or a text
}
