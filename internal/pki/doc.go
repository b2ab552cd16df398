// Package pki makes, keeps and checks the certificates of the simulated world:
// a hierarchy shaped like the test hierarchy of the IGC-Santé, with three
// ranges (ELEMENTAIRE, STANDARD, FORT), each a root and two intermediates
// (ORGANISATIONS, PERSONNES), and the leaf profiles that health software meets.
//
// # What it does
//
//	Open, Close, SetBaseURL        one PKI, kept in a folder or in memory
//	Prepare, Warm                  what a start needs, in parallel; the rest behind
//	ServerCertificate              the server's certificate and its bad variants
//	Profiles, Credential           the named certificates of certs/profiles.yaml
//	Issue, IssuePerson, …          a certificate for anybody
//	SigningKey, NewSigningKey      named RSA keys for the services (JWKS)
//	Revoke, CRL, OCSP              RFC 5280 §5 and RFC 6960
//	Verify, ParseIdentity          who a certificate stands for, or why it is refused
//	BundlePEM, CAFile, Trust…      what a client has to trust
//
// # What it follows
//
// Distinguished names, string types, order of extensions, key usages and
// private extensions are those of public certificates of the real test
// hierarchy (C=FR, OU=IGC-SANTE TEST), against which the tests hold the shape.
// Each [Kind] says whether its profile was seen (confirmed) or extrapolated
// (inferred). RFC 5280 for certificates and CRL, RFC 6960 for OCSP, RFC 7292 for
// PKCS#12.
//
// # Where it differs, on purpose
//
//   - Every authority carries TEST and SEGURSIM in its name and
//     O=SEGURSIM SIMULATEUR: nothing made here can pass for the real thing.
//   - Authorities have RSA 2048 keys unless Options.CABits says 4096, so that a
//     new PKI is ready in a fraction of a second.
//   - CRL, OCSP and issuer addresses point at the simulator; there is no LDAP
//     distribution point and no delta CRL, hence no freshestCRL extension.
//   - The server certificate also names IP addresses.
//   - Serial numbers carry a keyed check value, so that OCSP tells a certificate
//     that this PKI issued from one that it did not without keeping a list.
//   - The profile of the real CRL and OCSP answers is not public: these follow
//     the RFC alone.
//
// # State
//
// Keys and certificates live in Options.Dir (or in memory), made when first
// asked for, each by one goroutine at a time. Several processes may share a
// folder. Revocations asked for while running belong to the simulated world:
// they live in memory, see [PKI.Revocations] and [PKI.SetRevocations].
package pki
