package registre

import (
	"fmt"
	"slices"
	"strings"
)

func (c *collection) resolvePatient(r *record[Patient]) Patient {
	p := r.Value
	if !validSlug(p.ID) {
		c.report(r.position(fmt.Sprintf("id %q: lower-case letters, digits and hyphens", p.ID), "id"))
	}
	fill(&p.Source, r.File)
	p.GivenNames = append([]string{}, p.GivenNames...)
	if len(p.GivenNames) > 0 {
		fill(&p.FirstGivenName, p.GivenNames[0])
	}
	c.names(r, p)
	if !validDate(p.BirthDate, true) {
		c.report(r.position(fmt.Sprintf("dateNaissance %q is no AAAA-MM-JJ (00 for an unknown month or day)", p.BirthDate), "dateNaissance"))
	}
	if p.Death != "" && !validDate(p.Death, false) {
		c.report(r.position(fmt.Sprintf("deces %q is no AAAA-MM-JJ", p.Death), "deces"))
	}
	if p.Sex != "F" && p.Sex != "M" && p.Sex != "I" {
		c.report(r.position(fmt.Sprintf("sexe %q is none of F, M, I", p.Sex), "sexe"))
	}
	if p.BirthPlace != "" && !ValidCOG(p.BirthPlace) {
		c.report(r.position(fmt.Sprintf("lieuNaissance %q is no INSEE code: five digits, 2A… or 2B…", p.BirthPlace), "lieuNaissance"))
	}
	if p.Rank < 0 || p.Rank > 9 {
		c.report(r.position(fmt.Sprintf("rang %d is none of 1 to 9", p.Rank), "rang"))
	}
	if p.Holder != "" && p.Holder == p.ID {
		c.report(r.position("ouvrantDroit names the person itself: leave it out", "ouvrantDroit"))
	}
	p.Marks = append([]Mark{}, p.Marks...)
	for i, m := range p.Marks {
		if !slices.Contains(Marks(), m) {
			c.report(r.position(fmt.Sprintf("mark %q is none of %v", m, Marks()), "marqueurs", i))
		}
	}
	if p.INS.Matricule != "" {
		p.INS = c.resolveINS(r, p.INS, p.Has(MarkWrongKey), "ins")
	} else if p.INS != (INS{}) {
		c.report(r.position("an INS needs its matricule", "ins"))
	}
	p.History = append([]INS{}, p.History...)
	for i, h := range p.History {
		p.History[i] = c.resolveINS(r, h, p.Has(MarkWrongKey), "historique", i)
	}
	switch p.Record {
	case "":
		p.Record = RecordAbsent
	case RecordAbsent, RecordEmpty, RecordOpen, RecordClosed:
	default:
		c.report(r.position(fmt.Sprintf("dmp %q is none of %s, %s, %s, %s", p.Record, RecordAbsent, RecordEmpty, RecordOpen, RecordClosed), "dmp"))
	}
	p.Contact.Lines = append([]string{}, p.Contact.Lines...)
	c.patient[p.ID] = true
	return p
}

// names checks the strict traits: INSi knows capitals A to Z, space, apostrophe
// and hyphen only (SEL-MP-043 §3.4.1, through lsoulier42/healthcare-domain).
func (c *collection) names(r *record[Patient], p Patient) {
	if p.BirthName == "" {
		c.report(r.position("nomNaissance is missing"))
	} else if !strictName(p.BirthName) {
		c.report(r.position(fmt.Sprintf("nomNaissance %q: capitals A to Z, space, apostrophe and hyphen only", p.BirthName), "nomNaissance"))
	}
	if len(p.GivenNames) == 0 {
		c.report(r.position("prenoms is missing"))
	}
	for i, g := range p.GivenNames {
		if !strictName(g) {
			c.report(r.position(fmt.Sprintf("prenom %q: capitals A to Z, space, apostrophe and hyphen only", g), "prenoms", i))
		}
	}
}

func (c *collection) resolveINS(r *record[Patient], ins INS, wrongKey bool, path ...any) INS {
	key, err := NIRKey(ins.Matricule)
	if err != nil {
		c.report(r.position(err.Error(), append(path, "matricule")...))
		return ins
	}
	fill(&ins.Key, key)
	if ins.Key != key && !wrongKey {
		c.report(r.position(fmt.Sprintf("the key of matricule %s is %s, not %q; the mark %q keeps a wrong one",
			ins.Matricule, key, ins.Key, MarkWrongKey), append(path, "cle")...))
	}
	if len(ins.Key) != 2 || !digits(ins.Key) {
		c.report(r.position(fmt.Sprintf("key %q has not two digits", ins.Key), append(path, "cle")...))
	}
	fill(&ins.OID, OIDTest)
	if !slices.Contains([]string{OIDNIR, OIDNIA, OIDTest, OIDDemo}, ins.OID) {
		c.report(r.position(fmt.Sprintf("oid %q is none of INS-NIR %s, INS-NIA %s, test %s, demonstration %s",
			ins.OID, OIDNIR, OIDNIA, OIDTest, OIDDemo), append(path, "oid")...))
	}
	for _, date := range []struct{ field, value string }{{"dateDeb", ins.From}, {"dateFin", ins.To}} {
		if date.value != "" && !validDate(date.value, false) {
			c.report(r.position(fmt.Sprintf("%s %q is no AAAA-MM-JJ", date.field, date.value), append(path, date.field)...))
		}
	}
	return ins
}

func strictName(s string) bool {
	for i := range len(s) {
		if c := s[i]; (c < 'A' || c > 'Z') && c != ' ' && c != '\'' && c != '-' {
			return false
		}
	}
	return s != "" && s == strings.TrimSpace(s)
}

func validSlug(s string) bool {
	for i := range len(s) {
		if c := s[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
			return false
		}
	}
	return s != ""
}
