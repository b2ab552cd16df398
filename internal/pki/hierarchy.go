package pki

import "strings"

// Short names of the authorities, as in the file names of the real
// distribution points (ACI-EL-ORG-TEST.crl). ACI-ST-ORG and ACI-FO-ORG are
// inferred: no public certificate of theirs was found.
const (
	RootElementaire = "ACR-EL"
	RootStandard    = "ACR-ST"
	RootFort        = "ACR-FO"

	OrganisationsElementaire = "ACI-EL-ORG"
	OrganisationsStandard    = "ACI-ST-ORG"
	OrganisationsFort        = "ACI-FO-ORG"

	PersonnesElementaire = "ACI-EL-PP"
	PersonnesStandard    = "ACI-ST-PP"
	PersonnesFort        = "ACI-FO-PP"

	// Unknown is an authority outside of the hierarchy: it signs the
	// certificates of the defect unknown-ca and is in no trust bundle.
	Unknown = "ACR-INCONNUE"
)

// Components of the names of the authorities. The real hierarchy has the name
// and the SIREN of the agency; these have a visibly fake pair.
const (
	organization   = "SEGURSIM SIMULATEUR"
	registration   = "0002 000000000"
	hierarchyName  = "IGC-SANTE TEST"
	authorityLabel = "SEGURSIM"
)

// authorityDef is what is fixed about an authority.
type authorityDef struct {
	short  string
	cn     string
	parent string // short name; empty for a root
	rogue  bool
}

// hierarchy lists the authorities, roots first.
func hierarchy() []authorityDef {
	var defs []authorityDef
	ranges := []struct{ short, name string }{{"EL", "ELEMENTAIRE"}, {"ST", "STANDARD"}, {"FO", "FORT"}}
	for _, r := range ranges {
		defs = append(defs, authorityDef{
			short: "ACR-" + r.short,
			cn:    "TEST AC RACINE IGC-SANTE " + r.name + " " + authorityLabel,
		})
	}
	for _, r := range ranges {
		for _, d := range []struct{ short, name string }{{"ORG", "ORGANISATIONS"}, {"PP", "PERSONNES"}} {
			defs = append(defs, authorityDef{
				short:  "ACI-" + r.short + "-" + d.short,
				cn:     "TEST AC IGC-SANTE " + r.name + " " + d.name + " " + authorityLabel,
				parent: "ACR-" + r.short,
			})
		}
	}
	return append(defs, authorityDef{short: Unknown, cn: "TEST AC RACINE INCONNUE " + authorityLabel, rogue: true})
}

// Authorities returns the short names of the authorities of the trust bundle,
// roots first.
func Authorities() []string {
	var out []string
	for _, d := range hierarchy() {
		if !d.rogue {
			out = append(out, d.short)
		}
	}
	return out
}

func (d authorityDef) root() bool { return d.parent == "" }

// name is the DER of the authority's distinguished name: C, O, OU, OU, CN in
// this order, C as PrintableString (seen in every certificate of the real
// hierarchy).
func (d authorityDef) name() ([]byte, error) {
	return encodeName(
		rdn{{attrCountry, "FR"}},
		rdn{{attrOrganization, organization}},
		rdn{{attrUnit, registration}},
		rdn{{attrUnit, hierarchyName}},
		rdn{{attrCommonName, d.cn}},
	)
}

// shortOf accepts ACI-EL-ORG and the file names ACI-EL-ORG-TEST(.crl|.cer).
func shortOf(name string) string {
	name = strings.TrimSuffix(strings.TrimSuffix(name, ".crl"), ".cer")
	return strings.TrimSuffix(name, "-TEST")
}
