package pki

import "crypto/x509"

// Kind names a certificate profile ("gabarit") of the IGC-Santé.
type Kind string

// The profiles. What each looks like is in the table of gabarit.
const (
	ServSSL    Kind = "serv-ssl"     // server, also TLS client
	OrgAuthCli Kind = "org-auth-cli" // TLS client of an organisation
	OrgSign    Kind = "org-sign"     // signature of an organisation
	CPSAuth    Kind = "cps-auth"     // card of a professional, authentication
	CPSSign    Kind = "cps-sign"     // card of a professional, signature
	CPFAuth    Kind = "cpf-auth"     // card of a professional in training
	CPFSign    Kind = "cpf-sign"
	CPEAuth    Kind = "cpe-auth" // nominative card of an employee
	CDEAuth    Kind = "cde-auth" // service card, bearer under pseudonym
	PSSign     Kind = "ps-sign"  // software certificate of a professional
)

// Kinds returns every profile kind.
func Kinds() []Kind {
	return []Kind{
		ServSSL, OrgAuthCli, OrgSign, CPSAuth, CPSSign, CPFAuth, CPFSign, CPEAuth, CDEAuth, PSSign,
	}
}

// Provenance says how well a profile is known.
type Provenance struct {
	Status string `json:"status" yaml:"status"` // "confirmed" (seen in a public certificate), "inferred" or "invented"
	Source string `json:"source" yaml:"source"` // where it was seen, or what it was inferred from
}

// CardType is the value of the private extension .2.
type CardType int

// Card types; NoCard stands for a software certificate.
const (
	NoCard CardType = -1
	CPS    CardType = 0
	CPF    CardType = 1
	CPE    CardType = 2 // nominative or not
	CPA    CardType = 3
)

// shape says which distinguished name a profile has.
type shape int

const (
	shapeStructure shape = iota // C, ST, O, OU, CN
	shapePerson                 // C, title, {GN+CN+SN}
	shapeEmployee               // C, ST, O, OU, title, {GN+CN+SN}
	shapeService                // C, ST, O, OU, title, pseudonym, CN
)

// gabarit is the content of a profile.
type gabarit struct {
	issuer     string
	shape      shape
	usage      x509.KeyUsage
	eku        []string
	keyPeriod  bool // privateKeyUsagePeriod, on signature certificates
	upn        bool
	card       CardType
	profession bool
	provenance string
}

func (g gabarit) software() bool { return g.card == NoCard }

const (
	confirmed = "confirmed"
	inferred  = "inferred"
)

// gabaritOf returns the content of a profile kind. Confirmed rows were read
// from public certificates of the test hierarchy; in the inferred ones the
// usages follow from the role and the issuer from the range of the nearest kind.
func gabaritOf(k Kind) (gabarit, bool) {
	const (
		sign  = x509.KeyUsageDigitalSignature
		nonR  = x509.KeyUsageContentCommitment // "non repudiation" before X.509 2005
		ciphr = x509.KeyUsageKeyEncipherment
	)
	logon := []string{EKUClientAuth, EKUSmartcardLogon}
	mail := []string{EKUEmailProtection}
	switch k {
	case ServSSL:
		return gabarit{OrganisationsElementaire, shapeStructure, sign | ciphr, []string{EKUServerAuth, EKUClientAuth}, false, false, NoCard, false, confirmed}, true
	case OrgAuthCli:
		return gabarit{OrganisationsElementaire, shapeStructure, sign, []string{EKUClientAuth}, false, false, NoCard, false, inferred}, true
	case OrgSign:
		return gabarit{OrganisationsElementaire, shapeStructure, sign | nonR, mail, true, false, NoCard, false, confirmed}, true
	case CPSAuth:
		return gabarit{PersonnesFort, shapePerson, sign, logon, false, true, CPS, true, confirmed}, true
	case CPSSign:
		return gabarit{PersonnesFort, shapePerson, nonR, mail, true, false, CPS, true, confirmed}, true
	case CPFAuth:
		return gabarit{PersonnesFort, shapePerson, sign, logon, false, true, CPF, true, inferred}, true
	case CPFSign:
		return gabarit{PersonnesFort, shapePerson, nonR, mail, true, false, CPF, true, inferred}, true
	case CPEAuth:
		return gabarit{PersonnesStandard, shapeEmployee, sign, logon, false, true, CPE, false, confirmed}, true
	case CDEAuth: // the name was seen, usages and issuer were not
		return gabarit{PersonnesStandard, shapeService, sign, logon, false, true, CPE, false, inferred}, true
	case PSSign:
		return gabarit{PersonnesElementaire, shapePerson, nonR, mail, true, false, NoCard, true, confirmed}, true
	}
	return gabarit{}, false
}
