// Package oidc is the relying party of the reference client "LPS témoin": what
// the server of an editor's software does to log a professional in with Pro
// Santé Connect. It knows no simulator: only HTTP, JSON and JWTs.
//
//	Discover      OIDC Discovery 1.0 §4, under PSC's own suffix
//	              wallet-openid-configuration
//	Backchannel   OIDC CIBA Core 1.0 §7.1, with PSC's parameter channel
//	Poll, Await   OIDC CIBA Core 1.0 §10.1 and §11, poll mode only
//	AuthorizeURL  OIDC Core 1.0 §3.1.2 with PKCE (RFC 7636)
//	Exchange      OIDC Core 1.0 §3.1.3
//	Refresh       OIDC Core 1.0 §12
//	Verify        OIDC Core 1.0 §3.1.3.7: signature, iss, aud, azp, exp, iat,
//	              nonce, at_hash, acr
//	Userinfo      OIDC Core 1.0 §5.3, SubjectNameID kept
//	Logout        OIDC RP-Initiated Logout 1.0 §2, from the server, by POST
//
// Limits: client authentication is client_secret_basic only (RFC 6749 §2.3.1);
// an id_token must be signed with RS256 (OIDC Core 1.0 §3.1.3.7 rule 7, the
// default of a registration); an answer above 1 MiB is refused.
//
// State: a Client keeps the discovery document and the key set it read, nothing
// else. Tokens belong to the caller.
package oidc
