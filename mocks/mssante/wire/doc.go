// Package wire is the transport below the mail protocols of MSSanté: connections
// that know their TLS state, their certificates and their place in the journal, and
// the groups that end them.
//
// STARTTLS happens before a protocol library sees the connection: the dialogue in
// clear is small and ours (see submission and reading), so that the bytes under TLS
// can be recorded and the handshake explained. A Queue then hands the connection to
// the library's server, which believes that it has just accepted it.
//
// Limits: a handshake takes 10 s at most, a Group holds [DefaultMax] connections
// unless told otherwise; the cipher suites are those of [Suites]. What bounds reading
// and writing after the handshake is the protocol's business.
//
// The package keeps no state beyond open connections.
package wire
