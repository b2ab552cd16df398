// Package submission is the sending side of an MSSanté operator: SMTP submission
// (RFC 6409) over go-smtp, with STARTTLS on one port and TLS from the start on
// another (REM MSS/CONF.05, ECO.1.0.1; TLS from the start is ours: Ref#2 names
// STARTTLS alone). See auth for how a BAL opens.
//
//	greeting ─ EHLO ─ STARTTLS ─ handshake ─ EHLO ─ AUTH ─ (MAIL ─ RCPT… ─ DATA | BDAT…)… ─ QUIT
//	└────────── ours: prelude ──────────┘   └────────── go-smtp, through a dialogue ──────────┘
//
// A dialogue stands between the connection and go-smtp. It hands the library one
// command line at a time, so that at any moment it is known which command a reply
// answers: it records both directions, puts the library's replies in the words of
// RFC 5321 where they differ, spoils the replies that a fault is after, and closes
// the journal entries before the client sees the reply. The content of DATA is read
// by the dialogue itself: only CRLF "." CRLF ends it, whatever stands around a bare
// CR or LF (what “SMTP smuggling” lives on), and what the Post gets is what was
// received, dots unstuffed.
//
//	operation     journal entry                                              faults' wire effects are on
//	smtp.connect  one a connection, when TLS is up or it ended before        the greeting
//	smtp.auth     each AUTH                                                  the last reply
//	smtp.mail     a MAIL that was refused, or that a fault met               its reply
//	smtp.rcpt     a RCPT that was refused, or that a fault met               its reply
//	smtp.send     each message, also one that was cut off                    the reply to its end
//	smtp.command  another command that was refused                           (asks nobody)
//	smtp.quit     the end of a connection                                    the reply to QUIT
//
// Faults: error (codes of [Ops]; a status of its own wins over the code's), delay,
// drop (the connection closes instead of the reply; what was asked is done), reset
// (the same by a TCP reset), truncate (the reply is cut, then the connection), garble
// (bytes of the reply are changed, its code too), patch (code, enhanced and text of
// the reply). http means nothing here: the entry says so. What a condition may look
// at is what the operation knows: at smtp.connect, on the STARTTLS port, that is
// nothing of TLS yet.
//
// Limits: see [Limits].
//
// State: open connections only.
package submission
