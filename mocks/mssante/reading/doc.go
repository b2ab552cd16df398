// Package reading is the reading side of an MSSanté operator: IMAP4rev1 and rev2
// (RFC 3501, RFC 9051; REM MSS/CONF.06, ECO.1.0.2), with STARTTLS on one port and TLS
// from the start on another, over the mailboxes of package mailbox.
//
// # How a connection is served
//
//	gather, take   a command is read whole, literals included, bounded; then judged:
//	               malformed, alive (see auth.Authority), a fault of the Director
//	answer         ours: ID, APPEND, SEARCH, SORT, THREAD, GETQUOTA, GETQUOTAROOT
//	pass           everything else goes to go-imap's server, as one line
//	write          each answer goes out past us: capabilities are ours, faults spoil it,
//	               its tagged line closes the journal's entry
//
// Before TLS the dialogue is ours alone (clear.go). Then a front stands between the
// connection and the library, which believes to have accepted it: its Read gives the
// library one command at a time, on the library's own goroutine. SEARCH and APPEND are
// ours because the library's lose a criterion (SMALLER beside a date), call malformed
// keys a bug of the server, and take the bytes of a refused literal for commands.
//
// # Operations
//
//	imap.connect imap.starttls imap.auth imap.bye     the connection
//	imap.id imap.capability imap.noop imap.logout imap.enable imap.namespace
//	imap.list imap.status imap.create imap.delete imap.rename imap.subscribe imap.quota
//	imap.select imap.close imap.fetch imap.store imap.copy imap.move imap.expunge
//	imap.append imap.search imap.sort imap.thread imap.idle imap.done
//
// Each command is one entry of the journal, NOOP too; an IDLE is two, when it begins and
// when it ends, so that a scenario sees a client idle. Secrets are masked.
//
// # Faults
//
// error answers with a response code of the operation (RFC 5530), or BAD, or BYE; delay
// waits in simulated time; drop, reset, truncate and garble spoil the answer (spoil.go).
// On imap.idle, a drop or reset with a delay lets the client idle until then. http means
// NO [UNAVAILABLE]; patch changes nothing, since IMAP's answers have no named fields.
//
// # Capabilities
//
// UIDPLUS, MOVE, IDLE, ESEARCH, SEARCHRES, WITHIN, SORT, THREAD, SPECIAL-USE,
// LIST-EXTENDED, LIST-STATUS, BINARY, QUOTA, APPENDLIMIT, LITERAL+ and others, see
// capabilities. Which of them a real operator has is not known [I].
//
// Not there: CONDSTORE and QRESYNC, METADATA, ACL, COMPRESS, MULTIAPPEND, CATENATE,
// UNAUTHENTICATE, ESORT. Nothing is ever \Recent. ENVELOPE writes date and names anew
// instead of as they came, and shows the members of a group without it; a partial
// BINARY[n]<a.b> is answered without its <a>: the library's writer is so.
//
// # Limits
//
// A command of 48 kB (8 kB before TLS) and 64 literals of 8 kB; a SASL response of 24
// kB; 200 search keys; 35 minutes of silence, one before authentication; 10 commands
// that make no sense before authentication. The journal keeps 1 MiB of each direction of
// a command.
//
// State: open connections only; messages are in mailbox.
package reading
