// Package cda reads and writes the documents of HL7 CDA R2 as the CI-SIS profiles
// them: the header of the volet Structuration minimale, and bodies of level 1
// (a PDF in nonXMLBody) and level 3 (structuredBody).
//
// Reading takes what a simulated service needs of any well-formed document; writing
// makes valid ones.
//
//	Parse        any CDA R2            the header, the PDF, sections with their text and results
//	Build        a Document            level 1 (XDS-SD), level 3 (CR-BIO, or sections of no model)
//	Replacement  a Document, a new id  its next version
//	Present      a Document            lines of text, for the PDF copy
//	TypeName     a code                the label of a document type (JDV_J07)
//
// # Reading
//
// Documents come from anybody: there is no DTD, no entity but XML's own, and size,
// depth, nodes, attributes and namespaces are bounded. Encodings are UTF-8, UTF-16,
// ISO-8859-1 and -15. Elements of other namespaces are passed over.
//
// # Limits
//
// Build writes one patient, no informant, no recipient, no participant beside author,
// authenticator and performer, and of the models of the CI-SIS that of biology reports
// alone. Parse gives no medication, no vaccination and no relation between
// observations. Neither reads or writes a signature.
//
// The package keeps no state.
package cda
