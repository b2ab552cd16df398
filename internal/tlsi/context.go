package tlsi

import (
	"github.com/beevik/etree"

	"github.com/segursim/segursim/internal/soap"
)

// The namespaces of the context headers.
const (
	ctxBAM = "urn:siram:bam:ctxbam"
	ctxLPS = "urn:siram:lps:ctxlps"
)

// contexts reads both context headers (WSDL DESIR_ICIR_EXP 1.5.0: message parts
// NO1_ContexteLPS and NO1_ContexteBAM).
func (d *Door) contexts(r *Request, rt Route) *Fault {
	lps, refusal := d.header(r, ctxLPS, "ContexteLPS")
	if refusal != nil {
		return refusal
	}
	s := &schema{space: ctxLPS, loose: d.config.Headers == tolerate}
	r.LPS = readLPS(s, lps)
	d.lpsFacts(r)
	if f := d.schemaFault(r, s, "ContexteLPS", r.LPS.Version, "01_00"); f != nil {
		return f
	}
	if rt.NoBAM {
		return nil
	}
	bam, refusal := d.header(r, ctxBAM, "ContexteBAM")
	if refusal != nil {
		return refusal
	}
	s = &schema{space: ctxBAM, loose: d.config.Headers == tolerate}
	r.BAM = readBAM(s, bam)
	return d.schemaFault(r, s, "ContexteBAM", r.BAM.Version, "01_02")
}

// header returns the one header block with a name.
func (d *Door) header(r *Request, space, local string) (*etree.Element, *Fault) {
	all := r.Envelope.HeadersNamed(space, local)
	switch len(all) {
	case 1:
		return all[0], nil
	case 0:
		return nil, d.option("header").Because(cause("header.missing",
			"L'en-tête "+local+" ("+space+") manque.", "The header "+local+" ("+space+") is missing.", "WSDL DESIR_ICIR_EXP 1.5.0"))
	}
	return nil, d.option("header").Because(cause("header.twice",
		"L'en-tête "+local+" est présent plusieurs fois.", "The header "+local+" is there more than once.", "WSDL DESIR_ICIR_EXP 1.5.0"))
}

// schemaFault refuses, or notes, what left the schema or its version.
func (d *Door) schemaFault(r *Request, s *schema, header, version, want string) *Fault {
	if s.first != nil {
		c := cause("header.schema", header+" : "+s.first.fr+".", header+": "+s.first.en+".", "XSD "+s.space)
		if !s.loose {
			return d.option("header").Because(c)
		}
		r.Exchange.Note(c)
	}
	if version == want {
		return nil
	}
	c := cause("header.version", header+" est en version « "+limit(version)+" » ; attendu "+want+".",
		header+" is of version “"+limit(version)+"”; want "+want+".", "XSD "+s.space)
	if d.config.Versions == strict {
		return d.option("header").Because(c)
	}
	r.Exchange.Note(c)
	return nil
}

func readLPS(s *schema, e *etree.Element) ContexteLPS {
	var c ContexteLPS
	c.Version = s.attribute(e, "Version", true, "")
	c.Nature = s.attribute(e, "Nature", false, "CTXLPS")
	s.sequence(e,
		particle{"Id", true, s.text(&c.ID, "", nil)},
		particle{"Temps", true, s.dateTime(&c.Temps)},
		particle{"Emetteur", false, s.text(&c.Emetteur, "", nil)},
		particle{"LPS", false, func(e *etree.Element) {
			s.sequence(e,
				particle{"IDAM", false, func(e *etree.Element) {
					c.LPS.R = s.attribute(e, "R", false, "")
					s.text(&c.LPS.IDAM, "", nil)(e)
				}},
				particle{"Version", false, s.text(&c.LPS.Version, "", nil)},
				particle{"Instance", false, s.text(&c.LPS.Instance, "", nil)},
				particle{"Nom", false, s.text(&c.LPS.Nom, "", nil)},
			)
		}},
	)
	return c
}

func readBAM(s *schema, e *etree.Element) ContexteBAM {
	var c ContexteBAM
	c.Version = s.attribute(e, "Version", true, "")
	c.Nature = s.attribute(e, "Nature", false, "CTXBAM")
	s.sequence(e,
		particle{"Id", true, s.text(&c.ID, "", nil)},
		particle{"Temps", true, s.dateTime(&c.Temps)},
		particle{"Emetteur", false, s.text(&c.Emetteur, "", nil)},
		particle{"DateRef", false, s.dateTime(&c.DateRef)},
		particle{"COUVERTURE", true, func(e *etree.Element) {
			s.sequence(e,
				particle{"GrandRegime", false, s.text(&c.GrandRegime, "", nil)},
				particle{"Organisme", false, s.text(&c.Organisme, "", nil)},
				particle{"CodeCentre", false, s.text(&c.CodeCentre, "", nil)},
				particle{"ASSURE", false, func(e *etree.Element) {
					s.sequence(e, particle{"Id", false, s.nir(&c.Assure, &c.AssureCle, nil)})
				}},
				particle{"BENEFICIAIRE", false, func(e *etree.Element) {
					c.HasBeneficiaire = true
					b := &c.Beneficiaire
					s.sequence(e,
						particle{"Nir", false, s.nir(&b.Nir, &b.Cle, &b.DateCertification)},
						particle{"DateNai", false, s.text(&b.DateNaissance, "AAAA-MM-JJ", lunarDate)},
						particle{"Rang", false, s.text(&b.Rang, "xsd:integer", integer)},
						particle{"Porteur", false, s.text(&b.Porteur, `\d`, digits(1))},
					)
				}},
			)
		}},
	)
	return c
}

// nir reads the type NIR, or NIRCertifie when certified is not nil.
func (s *schema) nir(num, key, certified *string) func(*etree.Element) {
	return func(e *etree.Element) {
		ps := []particle{
			{"Num", false, s.text(num, `\d{6}[AB0-9]\d{6}`, nir13)},
			{"Cle", false, s.text(key, `\d{2}`, digits(2))},
		}
		if certified != nil {
			ps = append(ps, particle{"DateCertification", false, s.text(certified, "xsd:date", date)})
		}
		s.sequence(e, ps...)
	}
}

// software holds the IDAM to the list of those known.
func (d *Door) software(r *Request) *Fault {
	idam := r.LPS.LPS.IDAM
	known := idam != ""
	if known && len(d.config.IDAM) > 0 {
		known = false
		for _, k := range d.config.IDAM {
			known = known || k == idam
		}
	}
	if known {
		if r.LPS.LPS.R != "4" {
			r.Exchange.Note(cause("idam.r", "IDAM/@R vaut « "+limit(r.LPS.LPS.R)+" » ; les logiciels envoient 4.", "IDAM/@R is “"+limit(r.LPS.LPS.R)+"”; software sends 4.", "CTXLPS 01_00"))
		}
		return nil
	}
	if idam == "" {
		return unknownSoftware().Because(cause("idam", "ContexteLPS ne porte pas d'IDAM (numéro d'autorisation).", "ContexteLPS carries no IDAM (software authorisation).", "CTXLPS 01_00"))
	}
	return unknownSoftware().Because(cause("idam", "L'IDAM « "+limit(idam)+" » n'est pas dans la liste tlsi.idam.", "The IDAM “"+limit(idam)+"” is not in the list tlsi.idam.", "CTXLPS 01_00"))
}

func (d *Door) lpsFacts(r *Request) {
	l := r.LPS.LPS
	r.Exchange.Fact("lps", map[string]any{
		"idam": l.IDAM, "nom": l.Nom, "version": l.Version, "instance": l.Instance, "emetteur": r.LPS.Emetteur,
	})
}

// understood refuses headers that must be understood and are not (SOAP 1.2 Part 1
// §2.4, §5.4.8).
func (d *Door) understood(r *Request) *Fault {
	for _, h := range r.Envelope.Required() {
		n := soap.NameOf(h)
		switch n.Space {
		case soap.WSA:
			continue
		case soap.WSSE:
			if n.Local == "Security" {
				continue
			}
		case ctxBAM, ctxLPS:
			continue
		}
		return d.option("understand").Because(cause("must-understand",
			"L'en-tête "+limit(n.String())+" porte mustUnderstand et n'est pas connu.", "The header "+limit(n.String())+" has mustUnderstand and is not known.", "SOAP 1.2 §5.4.8"))
	}
	return nil
}
