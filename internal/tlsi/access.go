package tlsi

import (
	"net/http"

	"github.com/beevik/etree"

	"github.com/segursim/segursim/internal/saml"
	"github.com/segursim/segursim/internal/soap"
)

// enter finds out who calls, and whether they may.
func (d *Door) enter(r *Request, rt Route, req *http.Request) *Fault {
	elements, refusal := d.assertions(r)
	if refusal != nil {
		return refusal
	}
	if len(elements) == 0 {
		refusal = d.structure(r)
	} else {
		refusal = d.person(r, elements, req)
	}
	d.accessFacts(r)
	if refusal != nil {
		return refusal
	}
	if rt.PersonOnly && r.Access.Assertion == nil {
		return d.option("access").Because(cause("access.person",
			"Cette opération demande l'assertion d'un professionnel (CPx ou Pro Santé Connect), pas un certificat de structure.",
			"This operation needs a professional's assertion (CPx or Pro Santé Connect), not a structure's certificate.", "SEL-MP-043 §3.2"))
	}
	return d.emetteur(r)
}

// assertions are the children of wsse:Security; its schema allows nothing else.
func (d *Door) assertions(r *Request) ([]*etree.Element, *Fault) {
	all := r.Envelope.HeadersNamed(soap.WSSE, "Security")
	if len(all) == 0 {
		return nil, nil
	}
	if len(all) > 1 {
		return nil, d.option("security").Because(cause("security.twice",
			"L'en-tête wsse:Security est présent plusieurs fois.", "The header wsse:Security is there more than once.", "WSDL DESIR_ICIR_EXP 1.5.0"))
	}
	var out []*etree.Element
	for c := range all[0].ChildElementsSeq() {
		if c.Tag == "Assertion" && c.NamespaceURI() == saml.NS {
			out = append(out, c)
			continue
		}
		what := limit(soap.NameOf(c).String())
		why := cause("security.schema", "wsse:Security contient "+what+" ; son schéma n'admet que saml:Assertion.", "wsse:Security holds "+what+"; its schema allows saml:Assertion only.", "XSD Security")
		if d.config.Headers == strict {
			return nil, d.option("security").Because(why)
		}
		r.Exchange.Note(why)
	}
	switch {
	case len(out) > 2:
		return nil, d.option("security").Because(cause("security.many",
			"wsse:Security contient plus de deux assertions (professionnel, Vitale).", "wsse:Security holds more than two assertions (professional, Vitale).", "SEL-MP-043 §3.2"))
	case len(out) == 0:
		r.Exchange.Note(cause("security.empty", "wsse:Security est vide : il compte comme absent.", "wsse:Security is empty: it counts as absent.", "XSD Security"))
	}
	return out, nil
}

// person lets a professional in by an assertion; the second one is Vitale's.
func (d *Door) person(r *Request, elements []*etree.Element, req *http.Request) *Fault {
	var ps, vitale *saml.Assertion
	for _, e := range elements {
		a, err := saml.Parse(e)
		if err != nil {
			return d.badAssertion("security", err)
		}
		switch qualified := a.Subject.Qualifier == qualifierCPS || a.Subject.Qualifier == qualifierPSC; {
		case qualified && ps != nil:
			return d.option("security").Because(cause("assertion.two", "Deux assertions de professionnel sont présentes.", "There are two professionals' assertions.", "SEL-MP-043 §3.2"))
		case qualified:
			ps = a
		case vitale != nil || len(elements) == 1:
			return d.option("content").Because(cause("assertion.qualifier",
				"NameID/@NameQualifier vaut « "+limit(a.Subject.Qualifier)+" » ; l'assertion d'un professionnel porte CPS ou PSC.",
				"NameID/@NameQualifier is “"+limit(a.Subject.Qualifier)+"”; a professional's assertion has CPS or PSC.", "SEL-MP-043 §3.2"))
		default:
			vitale = a
		}
	}
	if len(r.Exchange.Chain) > 0 {
		r.Exchange.Note(cause("access.both", "Un certificat client et une assertion sont présentés : l'assertion compte.", "A client certificate and an assertion are shown: the assertion counts.", ""))
	}
	r.Access = describe(ps)
	if refusal := d.professional(r, req); refusal != nil {
		return refusal
	}
	if vitale == nil {
		return nil
	}
	return d.vitaleAssertion(r, vitale)
}

// describe reads who an assertion is of.
func describe(a *saml.Assertion) Access {
	out := Access{Mode: CPx, Person: a.Subject.Value, Assertion: a}
	if a.Subject.Qualifier == qualifierPSC {
		out.Mode = PSC
	}
	out.Billing, _ = a.Attr("identifiantFacturation")
	out.Sector, _ = a.Attr("secteurActivite")
	out.Profession, _ = a.Attr("gipProfessionCode")
	out.Speciality = speciality(a)
	return out
}

// speciality is codeSpecialite, which assertions of Pro Santé Connect call
// codeSpecialiteAMO.
func speciality(a *saml.Assertion) string {
	if v, ok := a.Attr("codeSpecialite"); ok {
		return v
	}
	v, _ := a.Attr("codeSpecialiteAMO")
	return v
}

func (d *Door) accessFacts(r *Request) {
	a := r.Access
	r.Exchange.Fact("access", map[string]any{
		"mode": string(a.Mode), "person": a.Person, "structure": a.Structure, "billing": a.Billing, "sector": a.Sector,
		"speciality": a.Speciality, "profession": a.Profession, "vitale": a.Vitale != nil, "apcv": a.Token != "",
	})
}

// emetteur compares what the contexts say of the sender with who it is.
func (d *Door) emetteur(r *Request) *Fault {
	want := r.Access.Person
	if want == "" {
		want = r.Access.Structure
	}
	for _, e := range []struct{ header, value string }{{"ContexteLPS", r.LPS.Emetteur}, {"ContexteBAM", r.BAM.Emetteur}} {
		if e.value == "" || want == "" || e.value == want {
			continue
		}
		why := cause("emetteur", e.header+"/Emetteur vaut « "+limit(e.value)+" » ; l'appelant est « "+limit(want)+" ».",
			e.header+"/Emetteur is “"+limit(e.value)+"”; the caller is “"+limit(want)+"”.", "SEL-MP-043 §3.2")
		if d.config.Emetteur == strict {
			return d.option("header").Because(why)
		}
		r.Exchange.Note(why)
	}
	return nil
}

// badAssertion is the fault for an assertion that cannot be read or believed.
func (d *Door) badAssertion(option string, err error) *Fault {
	fr, en := err.Error(), err.Error()
	if p, ok := problemOf(err); ok {
		fr, en = p.FR, p.EN
		switch p.Kind {
		case saml.Malformed:
			option = "security"
		case saml.Certificate:
			if option == "signature" {
				option = "certificate"
			}
		}
	}
	f := d.option(option)
	f.Err = err
	return f.Because(cause("assertion."+option, "Assertion refusée : "+fr+".", "Assertion refused: "+en+".", "SAML 2.0 Core §5.4"))
}
