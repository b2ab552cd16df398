package cda

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Roots of identifiers, CI-SIS Structuration minimale.
const (
	professionals = "1.2.250.1.71.4.2.1" // extension 8 + RPPS
	structures    = "1.2.250.1.71.4.2.2" // extension 1 + FINESS, 3 + SIRET
	hostDMP       = "1.2.250.1.213.4.1"  // the custodian of documents that patients make
)

// IsINS tells whether a root is that of an INS: NIR, NIA, and the two for tests.
func IsINS(root string) bool {
	switch root {
	case "1.2.250.1.213.1.4.8", "1.2.250.1.213.1.4.9", "1.2.250.1.213.1.4.10", "1.2.250.1.213.1.4.11":
		return true
	}
	return false
}

// complete fills in what Build may, in a copy.
func complete(d *Document, now time.Time) *Document {
	c := *d
	set := func(field *string, values ...string) {
		for _, v := range values {
			if *field == "" {
				*field = v
			}
		}
	}
	display, _ := TypeName(c.Code.Code)
	set(&c.Code.System, typeSystem(c.Code.Code))
	set(&c.Code.Display, display, c.Code.Code)
	if c.Code.Code == biologyType {
		set(&c.Title, biologyTitle)
	}
	set(&c.Title, c.Code.Display)
	set(&c.Effective, now.Format("20060102150405-0700"))
	set(&c.Language, "fr-FR")
	if c.SetID == (II{}) && c.Replaces == (II{}) {
		c.SetID = c.ID
	}
	if c.Version == 0 && c.Replaces == (II{}) {
		c.Version = 1
	}
	set(&c.Confidentiality.Code, "N")
	set(&c.Confidentiality.System, "2.16.840.1.113883.5.25")
	set(&c.Confidentiality.Display, map[string]string{"N": "Normal", "R": "Restreint", "V": "Très restreint"}[c.Confidentiality.Code], c.Confidentiality.Code)

	c.Authors = slices.Clone(c.Authors)
	for i := range c.Authors {
		c.Authors[i] = c.Authors[i].complete(c.Effective)
		if a := c.Authors[i]; c.Authenticator == (Participant{}) && a.Family != "" {
			c.Authenticator = a
		}
	}
	c.Authenticator = c.Authenticator.complete(c.Effective)
	if c.Performer == (Participant{}) {
		c.Performer = c.Authenticator
		c.Performer.Time = ""
	}
	c.Performer = c.Performer.complete("")
	if c.Custodian == (II{}) && len(c.Authors) > 0 {
		c.Custodian = c.Authors[0].OrgID
		set(&c.CustodianName, c.Authors[0].Organisation)
	}
	set(&c.Custodian.Root, structures)
	if c.Performer.OrgID == (II{}) {
		c.Performer.OrgID = c.Custodian
	}
	set(&c.Performer.Organisation, c.CustodianName)
	set(&c.ServiceLow, c.Effective)
	set(&c.Performer.Time, c.ServiceHigh, c.ServiceLow)

	set(&c.Practice.Code, "AMBULATOIRE")
	set(&c.Practice.System, treA01)
	set(&c.Practice.Display, practices[c.Practice.Code], c.Practice.Code)
	set(&c.Facility.Code, "SA07")
	set(&c.Facility.System, treR02)
	set(&c.Facility.Display, facilities[c.Facility.Code], c.Facility.Code)
	return &c
}

// practices are the practice settings of JDV_J04.
var practices = map[string]string{
	"AMBULATOIRE": "Ambulatoire", "AMO": "Organisme d'assurance maladie obligatoire", "DEPISTAGE": "Dépistage",
	"ESSMS": "Etablissement ou Service Social ou Médico-Social", "ETABLISSEMENT": "Etablissement de santé", "HAD": "Hospitalisation à domicile",
	"MAD": "Maintien à domicile", "PALLIATIF": "Soins palliatifs", "SAD": "Soins à domicile", "SAMU_SMUR": "SAMU/SMUR",
}

// facilities are the most common sectors of JDV_J02.
var facilities = map[string]string{
	"SA01": "Etablissement public de santé", "SA04": "Etablissement privé non PSPH", "SA05": "Centre de santé", "SA07": "Cabinet individuel",
	"SA08": "Cabinet de groupe", "SA09": "Exercice en société", "SA17": "Etablissement pour personnes âgées", "SA25": "Laboratoire de biologie médicale",
	"SA33": "Pharmacie d'officine", "SA52": "Maison de santé ou Pôle de santé", "SA64": "Société de téléconsultation",
}

func (p Participant) complete(time string) Participant {
	if p.ID.Root == "" && p.ID.Extension != "" {
		p.ID.Root = professionals
	}
	if p.OrgID.Root == "" && p.OrgID.Extension != "" {
		p.OrgID.Root = structures
	}
	if p.Code.Code != "" {
		if p.Code.System == "" {
			p.Code.System = specialties
		}
		if p.Code.Display == "" {
			p.Code.Display = p.Code.Code
		}
	}
	if p.Time == "" {
		p.Time = time
	}
	return p
}

// check lists what keeps a completed document from being valid.
func (d *Document) check() error {
	var problems []error
	need := func(ok bool, format string, args ...any) {
		if !ok {
			problems = append(problems, fmt.Errorf(format, args...))
		}
	}
	need(len(d.PDF) > 0 || len(d.Sections) > 0, "no body: neither a PDF nor a section")
	need(isUID(d.ID.Root), "id %q: an OID or a UUID is needed", d.ID.Root)
	need(isUID(d.SetID.Root), "setId %q: an OID or a UUID is needed", d.SetID.Root)
	need(d.Version > 0, "versionNumber %d: a positive number is needed", d.Version)
	need(d.Code.Code != "" && !strings.ContainsAny(d.Code.Code, " \t\n"), "code %q", d.Code.Code)
	if d.Replaces != (II{}) {
		need(isUID(d.Replaces.Root), "replaced id %q: an OID or a UUID is needed", d.Replaces.Root)
		need(d.Replaces != d.ID, "the document replaces itself: a new version has a new id")
		need(d.Version > 1, "versionNumber %d of a document that replaces another", d.Version)
	}
	for _, t := range []struct{ what, value string }{
		{"effectiveTime", d.Effective},
		{"serviceEvent low", d.ServiceLow},
		{"serviceEvent high", d.ServiceHigh},
		{"legalAuthenticator time", d.Authenticator.Time},
		{"performer time", d.Performer.Time},
		{"birthTime", d.Patient.BirthDate},
	} {
		need(t.value == "" || isTime(t.value), "%s %q is no HL7 time", t.what, t.value)
	}

	problems = append(problems, d.Patient.check()...)
	need(len(d.Authors) > 0, "no author")
	for i, a := range d.Authors {
		need(isTime(a.Time), "author %d: time %q is no HL7 time", i+1, a.Time)
		need(isUID(a.ID.Root) && a.ID.Extension != "", "author %d: no identifier", i+1)
		need(a.Family != "" || a.Software != "", "author %d: neither a person nor a device", i+1)
	}
	need(isUID(d.Authenticator.ID.Root) && d.Authenticator.ID.Extension != "" && d.Authenticator.Family != "", "no legal authenticator: an identifier and a name are needed")
	need(isUID(d.Performer.ID.Root) && d.Performer.ID.Extension != "", "no performer: an identifier is needed")
	need(d.Custodian.Root == structures || d.Custodian.Root == hostDMP, "custodian %q: its root is %s or %s", d.Custodian.Root, structures, hostDMP)
	need(d.Custodian.Root != structures || d.Custodian.Extension != "", "no custodian")
	return errors.Join(problems...)
}

func (p *Patient) check() []error {
	var problems []error
	need := func(ok bool, format string, args ...any) {
		if !ok {
			problems = append(problems, fmt.Errorf(format, args...))
		}
	}
	need(len(p.IDs) > 0, "the patient has no identifier: without an INS, that of the structure (IPP)")
	ins := false
	for _, id := range p.IDs {
		need(isUID(id.Root) && id.Extension != "", "patient id %q, %q: a root and an extension are needed", id.Root, id.Extension)
		ins = ins || IsINS(id.Root)
	}
	need(p.BirthName != "" || p.UsedName != "", "the patient has no family name")
	need(p.FirstName != "" || p.GivenNames != "", "the patient has no given name")
	// The schematron takes no nullFlavor for these two, though the models do.
	need(p.BirthDate != "", "the patient has no birth date")
	need(p.Sex == "M" || p.Sex == "F" || p.Sex == "UN", "the patient's sex is %q: M, F or UN", p.Sex)
	if ins {
		for what, value := range map[string]string{
			"birth name": p.BirthName, "first name": p.FirstName, "given names": p.GivenNames, "birth place": p.BirthPlace,
		} {
			need(value != "", "a patient with an INS has no %s: all traits go with it", what)
		}
		slices.SortFunc(problems, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	}
	return problems
}

// isUID tells whether s is an OID or a UUID, as the schema and the schematron take.
func isUID(s string) bool {
	if len(s) == 36 && s[8] == '-' && s[13] == '-' && s[18] == '-' && s[23] == '-' {
		return strings.Trim(s, "0123456789abcdefABCDEF-") == "" && strings.Count(s, "-") == 4
	}
	if len(s) > 128 || s == "" || s[0] < '0' || s[0] > '2' {
		return false
	}
	for i, arc := range strings.Split(s, ".") {
		if arc == "" || strings.Trim(arc, "0123456789") != "" || len(arc) > 1 && (arc[0] == '0' || i == 0) {
			return false
		}
	}
	return true
}

// isTime tells whether s is a point in time: 4 to 14 digits, two by two, of a date that
// exists, and past the day a zone may follow.
func isTime(s string) bool {
	digits := s
	if i := strings.IndexAny(s, "+-"); i >= 0 {
		digits = s[:i]
		if len(digits) < 10 {
			return false
		}
		if _, err := time.Parse("-0700", s[i:]); err != nil {
			return false
		}
	}
	const layout = "20060102150405"
	if len(digits) < 4 || len(digits) > len(layout) || len(digits)%2 != 0 {
		return false
	}
	_, err := time.Parse(layout[:len(digits)], digits)
	return err == nil
}
