// Package saml reads SAML 2.0 assertions and verifies their enveloped signature.
//
// Specifications: SAML 2.0 Core (OASIS, March 2005), XML Signature 1.1,
// Exclusive XML Canonicalization 1.0, SAML 2.0 Core §5.4 for what a signature of
// an assertion looks like.
//
//	Parse                  an element to an Assertion; nothing is believed yet
//	(*Assertion).Verify    the signature, and the signer's chain by a function
//	                       that the caller gives
//	(Draft).Sign           the other way, for clients and tests
//	(*Assertion).Window    from when to when it holds, given its longest life
//
// # What a signature must be
//
// One ds:Signature, a child of the assertion, with one Reference to the
// assertion's ID by fragment, the transforms enveloped-signature and exc-c14n
// and no other, RSA with SHA-256 or better, and the certificate in
// KeyInfo. So a signature that covers another element, an ID given twice in the
// document, a second Reference, an XSLT, XPath or SHA-1 never reaches the
// arithmetic. Values are read from all the character data of an element, and a
// comment inside one is refused: what is read is what was signed.
//
// # Limits
//
// No encrypted parts, no HMAC, no KeyValue without certificate, no Advice. A
// literal line break or tab in an attribute's value breaks a signature made over
// the space that XML 1.0 §3.3.3 makes of it (see internal/soap).
//
// The package keeps no state.
package saml

// The namespaces.
const (
	NS   = "urn:oasis:names:tc:SAML:2.0:assertion"
	DSig = "http://www.w3.org/2000/09/xmldsig#"
)
