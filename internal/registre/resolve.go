package registre

import (
	"fmt"
	"strings"
)

// resolve completes and checks every record, and returns the rows; they count
// only when no problem was reported.
func (c *collection) resolve() *rows {
	out := &rows{}
	for i := range c.structures {
		out.structures = append(out.structures, c.resolveStructure(&c.structures[i]))
	}
	taken := map[string]string{}
	for i := range c.professionals {
		p := c.resolveProfessional(&c.professionals[i])
		c.claim(&c.professionals[i], p, taken)
		out.professionals = append(out.professionals, p)
	}
	matricules := map[string]string{}
	for i := range c.patients {
		p := c.resolvePatient(&c.patients[i])
		if key := p.INS.Matricule + " " + p.INS.OID; p.INS.Matricule != "" {
			if other, ok := matricules[key]; ok {
				c.report(c.patients[i].position(fmt.Sprintf("matricule %s is already that of patient %q", p.INS.Matricule, other), "ins"))
			}
			matricules[key] = p.ID
		}
		out.patients = append(out.patients, p)
	}
	for i := range c.patients { // a holder may come after the one who depends on them
		if h := c.patients[i].Value.Holder; h != "" && !c.patient[h] {
			c.report(c.patients[i].position(fmt.Sprintf("there is no patient %q", h), "ouvrantDroit"))
		}
	}
	for i := range c.documents {
		out.documents = append(out.documents, c.resolveDocument(&c.documents[i]))
	}
	return out
}

// claim refuses an identifier or a card that is somebody else's already.
func (c *collection) claim(r *record[professionalFixture], p Professional, taken map[string]string) {
	claims := append(p.Identifiers(), p.Sub)
	if p.Card != nil {
		claims = append(claims, p.Card.Number)
	}
	for _, id := range claims {
		if other, ok := taken[id]; ok && other != p.ID && id != "" {
			c.report(r.position(fmt.Sprintf("%q is already an identifier of %q", id, other)))
		}
		taken[id] = p.ID
	}
}

func (c *collection) resolveStructure(r *record[Structure]) Structure {
	s := r.Value
	if !ValidStructure(s.ID) {
		c.report(r.position(fmt.Sprintf(
			"%q is no Struct_IdNat: 1 and a FINESS number, 2 and a SIREN, 3 and a SIRET, 4 and 14 digits, or 0 and an ADELI cabinet", s.ID), "id"))
		return s
	}
	fill(&s.Source, r.File)
	fill(&s.AncienIdentifiantDeLaStructure, s.ID)
	switch s.ID[0] {
	case '1':
		fill(&s.NumeroFinessSite, s.ID[1:])
		fill(&s.IdentifiantTechniqueDeLaStructure, "F"+s.NumeroFinessSite)
	case '2':
		fill(&s.NumeroSirenSite, s.ID[1:])
	case '3':
		fill(&s.NumeroSiretSite, s.ID[1:])
		fill(&s.NumeroSirenSite, s.ID[1:10])
	}
	if s.RaisonSocialeSite == "" && !r.Implied {
		c.report(r.position("raisonSocialeSite is missing"))
	}
	if s.NumeroAM != "" && (len(s.NumeroAM) != 9 || !digits(s.NumeroAM)) {
		c.report(r.position(fmt.Sprintf("numeroAM has nine digits, %q has not", s.NumeroAM), "numeroAM"))
	}
	s.MSSante = addresses(c, r, s.MSSante)
	c.structure[s.ID] = s
	return s
}

func (c *collection) resolveDocument(r *record[Document]) Document {
	d := r.Value
	fill(&d.Source, r.File)
	fill(&d.MIMEType, "text/plain")
	fill(&d.Confidentiality, "N")
	for _, need := range []struct{ field, value string }{
		{"id", d.ID}, {"titre", d.Title}, {"typeCode", d.TypeCode}, {"contenu", d.Content},
	} {
		if need.value == "" {
			c.report(r.position(need.field+" is missing", need.field))
		}
	}
	if !c.patient[d.Patient] {
		c.report(r.position(fmt.Sprintf("there is no patient %q", d.Patient), "patient"))
	}
	if !c.person[d.Author] {
		c.report(r.position(fmt.Sprintf("there is no professional %q", d.Author), "auteur"))
	}
	if _, ok := c.structure[d.Structure]; !ok && d.Structure != "" {
		c.report(r.position(fmt.Sprintf("there is no structure %q", d.Structure), "structure"))
	}
	if !validDate(d.Date, false) {
		c.report(r.position(fmt.Sprintf("date %q is no AAAA-MM-JJ", d.Date), "date"))
	}
	return d
}

// addresses checks mailboxes: one @, something on both sides, no space.
func addresses[T any](c *collection, r *record[T], list []string) []string {
	out := []string{}
	for i, a := range list {
		local, domain, ok := strings.Cut(a, "@")
		if !ok || local == "" || !strings.Contains(domain, ".") || strings.ContainsAny(a, " \t\r\n<>,;\"") || strings.Contains(domain, "@") {
			c.report(r.position(fmt.Sprintf("%q is no address", a), "mssante", i))
		}
		out = append(out, a)
	}
	return out
}

func fill(field *string, value string) {
	if *field == "" {
		*field = value
	}
}

func folderOf(file string) string {
	folder, _, _ := strings.Cut(file, "/")
	return folder
}
