// Package tlsi is the door of the Assurance Maladie: the one address, POST /lps,
// that carries every téléservice, and what all of them share: envelope, context
// headers, access, faults. A service registers its operations on the door and
// sees only requests that came through.
//
//	content type ─► envelope ─► operation ─► headers ─► software ─► access ─► Decode ─► director ─► Handle ─► envelope
//	      any step may refuse: a Fault, written by its layer
//
// # Operation
//
// By the action parameter of the content type, by wsa:Action, else by the name
// of the body's element. An operation that is not registered gets a gateway
// fault that says so; téléservices that are known and not simulated are named
// (ADRi, ALDi, HRi, IMTi, DMTi).
//
// # Access
//
//	mtls-auto, mtls-manu  a structure's certificate, CN INSI-AUTO or INSI-MANU,
//	                      and no assertion
//	cpx                   an assertion whose NameID is qualified CPS, signed with
//	                      a nominative card or software certificate
//	psc                   an assertion whose NameID is qualified PSC, not signed
//
// A second assertion is the Vitale one: see Access.Vitale.
//
// # Faults
//
// Two layers answer in two voices, as seen on the real service: the gateway
// (DESIR, prefix soap, French, the message's identifier) and the application
// (prefix S, language "en" over a French text, no identifier). Catalogue lists
// the codes. Those whose real value is not public are options of Config.Codes.
//
// # What is not known
//
// The codes for anything but software, level of access and breakdowns; whether
// the gateway checks the order of header elements, the Issuer of an assertion,
// who the Emetteur is; how a Pro Santé Connect token travels; what a Vitale
// assertion looks like. Each is an option of Config with a default.
//
// Sources: the WSDL package DESIR_ICIR_EXP_1.5.0 (WSDL, CTXBAM 01_02, CTXLPS
// 01_00, faultSOAP 01_01), padoa/tlsi-ins, CharlieLamatte/SAPA,
// ABAK-Physio/abak_desktop_companion, lsoulier42/healthcare-domain, SOAP 1.2,
// WS-Addressing 1.0, SAML 2.0.
//
// # State
//
// None but the registered operations: a Door is made once per world, filled
// while services are made, and not changed after.
package tlsi
