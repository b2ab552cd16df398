// Package message reads and writes the electronic messages of MSSanté: RFC 5322
// messages with MIME parts, delivery status notifications (RFC 3461, 3464) and
// message disposition notifications (RFC 8098).
//
//	reading  [Parse], then [Header], [Part], [Message]: where everything stands in
//	         the bytes, decoded on demand; [Message.Delivery], [Message.Disposition]
//	writing  [Build], [BuildDelivery], [BuildDisposition]: from a [Draft] to bytes
//	         with CRLF line ends
//	beside   [ParseAddress], [ParseAddresses], [Message.Automatic]
//
// Reading is lenient, as a mail server is, and says where everything stands in the
// bytes; what a message does wrong is left to whoever judges it. Bodies are neither
// copied nor decoded before they are asked for: every part shares the bytes that
// Parse was given. Every string that is returned is valid UTF-8; bytes of a header
// that are neither ASCII nor UTF-8 are taken for Windows-1252.
//
// Writing is strict: what RFC 5322 does not allow in a field is an error, a line
// end in a value first of all.
//
// Limits: multiparts and messages nest 30 deep, 1,000 parts, 20,000 header fields
// in all, headers of 1 MiB each, 100 problems kept. Offsets are those of the bytes
// as they travelled, so a message/rfc822 that is base64 (RFC 2046 §5.2.1 forbids it)
// is not entered. S/MIME and OpenPGP parts are parts like others. Addresses that
// need SMTPUTF8 are read but not written.
//
// The package keeps no state.
package message
