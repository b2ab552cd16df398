package xds

// A Code is a coded value.
type Code struct {
	Code, System, Display string
}

// An Author is who made a document or a submission, in the HL7 v2 forms of XDS.
// Where an author has several values of one kind (two structures), they are joined
// with "~", the HL7 repetition separator.
type Author struct {
	Person      string // XCN
	Institution string // XON
	Specialty   string // "G15_10/SM26^label^OID"
	Role        string
}

// An Entry is the metadata of one document (DocumentEntry, IHE ITI TF-3 §4.2.3.2).
type Entry struct {
	ID              string // entryUUID or symbolic id of the ExtrinsicObject
	UniqueID        string // OID
	LogicalID       string
	Version         string // versionName of VersionInfo, which a registry sets
	Title, Comments string
	MIMEType        string
	URI             string // of XDM: "DOC0001.XML"
	Hash            string // SHA-1, hexadecimal
	Size            int64  // bytes; -1 when absent
	CreationTime    string // yyyyMMddHHmmss, UTC
	ServiceStart    string
	ServiceStop     string
	Language        string // "fr-FR"
	PatientID       CX
	SourcePatientID CX
	SourcePatient   map[string]string // "PID-5" to its value; repeated ones joined with "~"
	Authors         []Author
	LegalAuthor     string // XCN
	Class, Type     Code
	Format          Code
	Facility        Code
	Practice        Code
	Confidentiality []Code
	Events          []Code
	Availability    string // status URN; may be empty
	ReferenceIDs    []string
	RepositoryID    string // repositoryUniqueId, which a repository sets
}

// A Submission is the metadata of the set of documents (SubmissionSet, IHE ITI TF-3
// §4.2.3.3).
type Submission struct {
	ID, UniqueID, SourceID string
	PatientID              CX
	Time                   string
	Title, Comments        string
	Content                Code // contentTypeCode
	Authors                []Author
	Recipients             []string // intendedRecipient
}

// An Association links two objects: HasMember, RPLC…
type Association struct {
	ID, Type, Source, Target string
	Status                   string // SubmissionSetStatus: "Original"
	// OriginalStatus and NewStatus are those of an UpdateAvailabilityStatus
	// (IHE ITI TF-3 §4.2.2.2.1).
	OriginalStatus, NewStatus string
}

// Metadata is one SubmitObjectsRequest.
type Metadata struct {
	Submission   Submission
	Entries      []Entry
	Associations []Association
	// Problems are what is wrong in the form and was read over, in the order met;
	// the first hundred. Build takes no notice of them.
	Problems []Problem
}
