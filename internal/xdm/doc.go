// Package xdm reads and writes IHE_XDM.zip, the archive in which MSSanté carries
// health documents (IHE ITI TF-2 3.32, CI-SIS volet Échange de documents de santé):
//
//	INDEX.HTM  README.TXT  IHE_XDM/SUBSET01/METADATA.XML  IHE_XDM/SUBSET01/DOC0001.XML…
//
// Reading is guarded: an archive that expands beyond its bounds, whose names climb
// out of it, or whose sizes lie, is refused with a [Problem] that says which. The
// directory is read here, not by archive/zip, because what two programs read
// differently in one archive is what an attack is made of: the local headers must say
// what the directory says, entries must not overlap, and no second directory may hide
// in a comment. No size that the archive states decides how much is expanded or kept
// in memory; what comes out is counted, then compared.
//
// What departs from the profile but harms nobody is read over and listed in
// Archive.Problems. Names of eight capitals and three (ISO 9660 level 1) are what
// real software of the field writes; that the profile asks for them is inferred.
//
// How an archive asks for a document to be replaced or deleted is said at
// [xds.Metadata.Changes]. The package keeps no state.
package xdm
