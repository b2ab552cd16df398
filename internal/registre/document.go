package registre

// A Document is a sample clinical document, for the services that store or send
// some. Its text says that it is a test.
type Document struct {
	ID     string `json:"id"`
	Source string `json:"source"`
	Title  string `json:"titre"`
	// TypeCode is the document's type, of the value set JDV_J07 (CI-SIS):
	// LOINC mostly, "11506-3".
	TypeCode string `json:"typeCode"`
	// Patient is the id of a Patient, Author of a Professional, Structure a
	// Struct_IdNat; Structure may be empty.
	Patient   string `json:"patient"`
	Author    string `json:"auteur"`
	Structure string `json:"structure"`
	// Date is when the care took place: AAAA-MM-JJ.
	Date string `json:"date"`
	// MIMEType is that of Content: "text/plain".
	MIMEType string `json:"mimeType"`
	// Confidentiality is of the value set JDV_J08 (CI-SIS): "N", "MASQUE_PS"…
	Confidentiality string `json:"confidentialite"`
	Content         string `json:"contenu"`
}
