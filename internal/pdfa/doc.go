// Package pdfa writes small PDF/A-1b files (ISO 19005-1) and tells whether a file
// claims to be one: header, trailer, XMP identification, output intent, embedded
// fonts, no encryption, no script. The check reads structure, it is no validator.
//
// # Writing
//
// [Build] sets a title and lines of text on A4 pages: PDF 1.4, one embedded subset of
// Go Regular, text in black on an sRGB output intent, metadata in clear, nothing
// transparent, compressed to objects or executable. The same text gives the same
// bytes: no clock, no random number.
//
// Limits: one font, left to right, no image, no table; a character that the font has
// not got becomes "?" (a combining mark is left out).
//
// # Reading
//
// [Check] finds objects by scanning the file rather than by its cross-reference
// table, so that a damaged table hides nothing; the last definition of an object
// counts. It follows what the catalog reaches. Decompressed and parsed data are
// bounded, and the time is linear in the size of the file.
//
// Not looked at: page content (operators, device colours), font programs, ICC
// profiles, annotations' appearance, and whether the Info dictionary says what the
// metadata say. veraPDF does that.
//
// The package keeps no state.
package pdfa
