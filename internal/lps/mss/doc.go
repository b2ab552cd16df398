// Package mss is the mail side of the reference client: what an LPS does with an
// MSSanté operator through the API LPS of the référentiel socle MSSanté #2.
//
//	finding the servers   [Discover]: the automatic configuration of a domain
//	opening a BAL         [Account]: STARTTLS, then XOAUTH2 with a Pro Santé Connect
//	                      token, or PLAIN beside a client certificate
//	sending               [Account.Outbox]: SMTP submission, receipts and reports asked for
//	reading               [Account.Inbox]: folders, parts one by one, flags, moves, IDLE
//	writing a message     [Letter]: header fields X-MSS-*, subject, label, IHE_XDM.zip,
//	                      copies as PDF/A-1
//	writing a document    [Report]: CDA of level 1 or 3, its next version, its deletion
//	understanding one     [Open]: the documents of an archive, the results that must alert
//	answering             [Mail.Receipt]: the disposition notification that was asked for
//
// It learns everything over the network and the codecs, and trusts no server: what it
// reads is bounded, what it opens goes through the guarded reader of archives.
//
// Limits: one connection for each inbox and outbox; no cache, no index, no retry. Two
// readings of ours are inferred, as where the messages come from: the deletion of a
// document (see [Report.Delete]), and the shape of METADATA.XML beyond what the
// samples show.
//
// State: open connections only.
package mss
