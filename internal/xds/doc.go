// Package xds reads and writes the metadata of documents shared under the IHE XDS
// and XDM profiles: the ebRIM SubmitObjectsRequest of METADATA.XML (IHE ITI TF-3 §4),
// with the attributes that the French profile asks for (CI-SIS, volet Partage de
// documents de santé).
//
//	SubmitObjectsRequest         Metadata
//	  ExtrinsicObject            Entry        one document
//	  RegistryPackage            Submission   the lot de soumission
//	  Classification (node)                   says which package is the submission
//	  Association                Association  HasMember, RPLC, signs…
//
// Values of HL7 v2 types ([CX], [XCN], [XON], [XPN], [ParseCE]) have their parsers here.
// What a lot asks to be done with its documents (add, replace, delete) is read by
// [Metadata.Changes].
//
// [Parse] takes any prefixes and any of the RegRep 3.0 namespaces, and reads over
// what is wrong in the form, which it lists in Metadata.Problems. It refuses what is
// not well-formed, has a DTD, or is beyond its bounds: [MaxBytes], 32 levels,
// 200,000 nodes, 10,000 objects.
//
// It keeps no state and judges nothing beyond the form: what a profile asks of the
// metadata is checked by whoever receives them.
package xds
