package tlsi

import (
	"context"
	"time"

	"github.com/segursim/segursim/internal/saml"
	"github.com/segursim/segursim/internal/sim"
	"github.com/segursim/segursim/internal/soap"
)

// A Request is a request that came through the door.
type Request struct {
	Context  context.Context
	Exchange *sim.Exchange
	Envelope *soap.Envelope
	// Now is the simulated time at which it is judged.
	Now    time.Time
	BAM    ContexteBAM // zero where the operation has none
	LPS    ContexteLPS
	Access Access
	// Input is the service's own: what Decode read.
	Input any
	// Patch is what a fault replaces in the answer, by dotted path; nil mostly. The
	// door applies it, unless Route.Patches.
	Patch map[string]any
}

// Mode is how a request was let in.
type Mode string

// The modes.
const (
	MTLSAuto Mode = "mtls-auto" // certificate INSI-AUTO: called by the software
	MTLSManu Mode = "mtls-manu" // certificate INSI-MANU: called by a user
	CPx      Mode = "cpx"       // assertion signed with a card or software certificate
	PSC      Mode = "psc"       // assertion of Pro Santé Connect
)

// Access is who calls.
type Access struct {
	Mode Mode
	// Structure is the Struct_IdNat: the certificate's OU; empty in the modes of
	// a person.
	Structure string
	// Person is the PS_IdNat: the assertion's NameID; empty in mTLS.
	Person string
	// Billing is identifiantFacturation, Sector secteurActivite, Speciality
	// codeSpecialite or codeSpecialiteAMO, Profession gipProfessionCode; of the
	// assertion, empty when absent.
	Billing, Sector, Speciality, Profession string
	// Assertion is the professional's, nil in mTLS.
	Assertion *saml.Assertion
	// Vitale is the second assertion, nil when there is none. Its age was judged.
	Vitale *saml.Assertion
	// Token is the token of an ApCV context, found in Vitale; empty without one.
	Token string
}

// ContexteBAM is the urn:siram:bam:ctxbam header, version 01_02. Absent elements
// are empty.
type ContexteBAM struct {
	Version, Nature string
	ID              string
	Temps           time.Time
	Emetteur        string
	DateRef         time.Time
	// GrandRegime, Organisme and CodeCentre are of COUVERTURE.
	GrandRegime, Organisme, CodeCentre string
	// Assure is the insured's NIR, 13 characters, and its key.
	Assure, AssureCle string
	// HasBeneficiaire tells whether BENEFICIAIRE is there.
	HasBeneficiaire bool
	Beneficiaire    Beneficiaire
}

// Beneficiaire is who is cared for, as the carte Vitale says.
type Beneficiaire struct {
	Nir, Cle          string
	DateCertification string // xsd:date
	DateNaissance     string // \d{4}-\d{2}-\d{2}: lunar dates are legal
	Rang, Porteur     string
}

// ContexteLPS is the urn:siram:lps:ctxlps header, version 01_00.
type ContexteLPS struct {
	Version, Nature string
	ID              string
	Temps           time.Time
	Emetteur        string
	LPS             Logiciel
}

// Logiciel is the calling software.
type Logiciel struct {
	IDAM     string // numéro d'autorisation
	R        string // its attribute: "4"
	Version  string
	Instance string // UUID of the installation
	Nom      string // "urn:lps:<name>:<version>"
}

// Facts are the facts that the door records, for Op.Facts.
func Facts() map[string]sim.FactType {
	out := map[string]sim.FactType{}
	for _, name := range []string{
		"soap.action", "soap.message_id", "soap.body", "lps.idam", "lps.nom", "lps.version", "lps.instance", "lps.emetteur",
		"access.mode", "access.person", "access.structure", "access.billing", "access.sector", "access.speciality", "access.profession",
		"siram.layer", "siram.siram", "siram.code", "siram.severity",
	} {
		out[name] = sim.String
	}
	out["access.vitale"], out["access.apcv"] = sim.Bool, sim.Bool
	return out
}
