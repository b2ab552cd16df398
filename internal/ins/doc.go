// Package ins holds the rules of the Identité Nationale de Santé as the
// téléservice INSi applies them, and a generator of identities that no person
// has. It knows no protocol: who calls decodes requests and encodes answers.
//
//	Traits.Check    lexical rules of the traits: the refusals, before any search
//	Match           search by traits: 0, 1, many identities give 01, 00, 02
//	MatchVitale     search by what a carte Vitale says
//	Verify          matricule, key, OID and strict traits, against the base
//	Answer          the traits as INSi writes them
//	Generate, Load  synthetic identities, one by one or by the million
//	Variant         the identities of the CNDA's tests, as each test wants them
//
// What is known of INSi comes from public clients and their comments, for the
// integration guide itself (SEL-MP-043, GIE SESAM-Vitale) is not public: each
// rule says where it is from, and whether it is inferred.
//
// Limits: matching is exact, as INSi's: no phonetics, no nicknames, no hyphen
// taken for a space. Attributes that a software gives an identity (homonyme,
// douteux, fictif, discordant) and a death change nothing to an answer.
//
// There is no state here: identities are rows and lots of internal/registre.
package ins
