// Package auth holds the SASL mechanisms of MSSanté, as servers, for SMTP and IMAP
// alike.
//
//	XOAUTH2      a Pro Santé Connect access token (REM MSS/CONF.07, ECO.1.2.1)
//	OAUTHBEARER  the same by the standard of RFC 7628: an option, Ref#2 does not name it
//	PLAIN        RFC 4616, beside a client certificate: BAL applicatives (REM MSS/CONF.12)
//	EXTERNAL     RFC 4422 appendix A, the client certificate alone: inferred
//
// A mechanism reads what the client sends, writes in the exchange of its context
// what it understood, asks the Director, then asks an [Authority] whether the BAL
// opens. All may come with an initial response or without; an initial response that
// is there and empty ("=", RFC 4954 §4) is a response of no byte: EXTERNAL takes it
// as no name, the others as malformed.
//
// A refused token is answered the way of its mechanism: a challenge that holds JSON,
// then the failure once the client has answered anything, an empty line most often;
// or, where the Authority says "drop", nothing more: the connection is cut after the
// challenge.
//
// Limits: a token of [MaxToken] bytes, a BAL of [MaxName]. The package keeps no state.
package auth
