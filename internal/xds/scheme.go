package xds

// Namespaces of ebXML RegRep 3.0. The request is of LCM, the objects of RIM.
const (
	LCM = "urn:oasis:names:tc:ebxml-regrep:xsd:lcm:3.0"
	RIM = "urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0"
)

// The UUIDs by which XDS names object types, classifications and identifiers
// (IHE ITI TF-3 §4.2.5).
const (
	stableDocument  = "urn:uuid:7edca82f-054d-47f2-a032-9b2a5b5186c1"
	entryAuthor     = "urn:uuid:93606bcf-9494-43ec-9b4e-a7748d1a838d"
	entryClass      = "urn:uuid:41a5887f-8865-4c09-adf7-e362475b143a"
	entryConfid     = "urn:uuid:f4f85eac-e6cb-4883-b524-f2705394840f"
	entryEvent      = "urn:uuid:2c6b8cb7-8b2a-4051-b291-b1ae6a575ef4"
	entryFormat     = "urn:uuid:a09d5840-386c-46f2-b5ad-9c3699a4309d"
	entryFacility   = "urn:uuid:f33fb8ac-18af-42cc-ae0e-ed0b0bdb91e1"
	entryPractice   = "urn:uuid:cccf5598-8b07-4b77-a05e-ae952c785ead"
	entryType       = "urn:uuid:f0306f51-975f-434e-a61c-c59651d33983"
	entryPatientID  = "urn:uuid:58a6f841-87b3-4a3e-92fd-a8ffeff98427"
	entryUniqueID   = "urn:uuid:2e82c1f6-a085-4c72-9da3-8640a32e42ab"
	submissionNode  = "urn:uuid:a54d6aa5-d40d-43f9-88c5-b4633d873bdd"
	folderNode      = "urn:uuid:d9d542f3-6cc4-48b6-8870-ea235fbc94c2"
	submAuthor      = "urn:uuid:a7058bb9-b4e4-4307-ba5b-e3f0ab85e12d"
	submContentType = "urn:uuid:aa543740-bdda-424e-8c96-df4873be8500"
	submPatientID   = "urn:uuid:6b5aea1a-874d-4603-a4bc-96a0a7b38446"
	submSourceID    = "urn:uuid:554ac39e-e3fe-47fe-b233-965d2a147832"
	submUniqueID    = "urn:uuid:96fdda7c-d067-4183-912e-bf5ee74998a8"
)

// objectType is the prefix of the object types of ebRIM itself.
const objectType = "urn:oasis:names:tc:ebxml-regrep:ObjectType:RegistryObject:"

// Association types (IHE ITI TF-3 §4.2.2).
const (
	HasMember          = "urn:oasis:names:tc:ebxml-regrep:AssociationType:HasMember"
	Replaces           = "urn:ihe:iti:2007:AssociationType:RPLC"
	Transforms         = "urn:ihe:iti:2007:AssociationType:XFRM"
	Appends            = "urn:ihe:iti:2007:AssociationType:APND"
	TransformsReplaces = "urn:ihe:iti:2007:AssociationType:XFRM_RPLC"
	Signs              = "urn:ihe:iti:2007:AssociationType:signs"
	UpdatesStatus      = "urn:ihe:iti:2010:AssociationType:UpdateAvailabilityStatus"
)

// Values of availabilityStatus: the two of ebRIM and the two that the DMP adds
// (JDV_J52).
const (
	Approved   = "urn:oasis:names:tc:ebxml-regrep:StatusType:Approved"
	Deprecated = "urn:oasis:names:tc:ebxml-regrep:StatusType:Deprecated"
	Archived   = "urn:asip:ci-sis:2010:StatusType:Archived"
	Deleted    = "urn:asip:ci-sis:2010:StatusType:Deleted"
)

// Original is the SubmissionSetStatus of a document that the lot carries itself.
const Original = "Original"

// Names of slots (IHE ITI TF-3 §4.2.3).
const (
	slotReferences  = "urn:ihe:iti:xds:2013:referenceIdList"
	slotPatientInfo = "sourcePatientInfo"
)
