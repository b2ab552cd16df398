// Package insi is the INSi side of the reference client "LPS témoin": what a
// healthcare software does to learn a patient's identité nationale de santé.
//
//	Client.Traits  rechercherInsAvecTraitsIdentite, one call
//	Client.Search  the calls that a search by traits takes: each first name, the
//	               whole list, then again with the birth place after a 02
//	Client.Vitale  rechercherInsAvecCarteVitale
//	Client.Verify  the unitary verification, whose contract is not public: names
//	               are those of the simulator, in one file
//	Normalize      what a local name becomes before it may be sent
//
// The shapes of requests and answers are those of the WSDL that public clients
// use (DESIR_ICIR_EXP 1.5.0). It judges nothing: what an answer does to a
// patient's record is package dossier's business.
//
// State: none.
package insi
