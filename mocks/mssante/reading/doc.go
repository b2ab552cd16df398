// Package reading is the reading side of an MSSanté operator: IMAP4rev1 and rev2
// (RFC 3501, RFC 9051) over go-imap's server, with STARTTLS on one port and TLS from
// the start on another.
//
// State: open connections only; messages are in mailbox.
package reading
