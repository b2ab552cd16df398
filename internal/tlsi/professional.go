package tlsi

import (
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/segursim/segursim/internal/registre"
	"github.com/segursim/segursim/internal/saml"
	"github.com/segursim/segursim/internal/store"
)

// The qualifiers of a professional's NameID.
const (
	qualifierCPS = "CPS"
	qualifierPSC = "PSC"
)

// physician is the profession code of physicians (NOS TRE_G15).
const physician = "10"

func problemOf(err error) (*saml.Problem, bool) {
	var p *saml.Problem
	ok := errors.As(err, &p)
	return p, ok
}

// professional judges a professional's assertion, in this order: signature,
// holder of the card, period, content, profession, token.
func (d *Door) professional(r *Request, req *http.Request) *Fault {
	a := r.Access.Assertion
	if r.Access.Person == "" {
		return d.option("content").Because(cause("assertion.subject", "L'assertion n'a pas de NameID (IdNat_PS).", "The assertion has no NameID (IdNat_PS).", "SEL-MP-043 §3.2"))
	}
	if a.Signed || r.Access.Mode == CPx {
		if refusal := d.signer(r); refusal != nil {
			return refusal
		}
	}
	if refusal := d.period(r, a, time.Duration(d.config.PSLife), "expired"); refusal != nil {
		return refusal
	}
	person, known := d.find(r.Access.Person)
	if !known {
		why := cause("assertion.person", "Le professionnel « "+limit(r.Access.Person)+" » n'est pas dans le registre du simulateur.", "The professional “"+limit(r.Access.Person)+"” is not in the simulator's registre.", "")
		if d.config.Person == "known" {
			return d.option("content").Because(why)
		}
		r.Exchange.Note(why)
	}
	if refusal := d.content(r, person); refusal != nil {
		return refusal
	}
	if refusal := d.profession(r, person); refusal != nil {
		return refusal
	}
	if r.Access.Mode == PSC {
		return d.token(r, req)
	}
	return nil
}

// signer verifies the signature and who made it.
func (d *Door) signer(r *Request) *Fault {
	a := r.Access.Assertion
	if err := a.Verify(nil); err != nil {
		return d.badAssertion("signature", err)
	}
	c := a.Certificate
	if !nominative(c) {
		return d.option("nominative").Because(cause("assertion.nominative",
			"Le certificat du signataire ("+limit(c.Subject.CommonName)+") ne nomme personne : carte de service ou d'organisation.",
			"The signer's certificate ("+limit(c.Subject.CommonName)+") names nobody: a service card or an organisation.", "SEL-MP-043 §3.2"))
	}
	if err := d.chain(c); err != nil {
		return d.badAssertion("signature", &saml.Problem{
			Kind: saml.Certificate, Err: err,
			FR: "le certificat du signataire est refusé : " + err.Error(), EN: "the signer's certificate is refused: " + err.Error(),
		})
	}
	if c.Subject.CommonName != r.Access.Person {
		return d.option("content").Because(cause("assertion.holder",
			"NameID vaut « "+limit(r.Access.Person)+" », mais la carte qui signe est celle de « "+limit(c.Subject.CommonName)+" ».",
			"NameID is “"+limit(r.Access.Person)+"”, but the signing card is that of “"+limit(c.Subject.CommonName)+"”.", "SEL-MP-043 §3.2"))
	}
	if a.SignerIsIssuer() {
		return nil
	}
	why := cause("assertion.issuer", "Issuer (« "+limit(a.Issuer.Value)+" ») n'est pas le nom du certificat qui signe.", "Issuer (“"+limit(a.Issuer.Value)+"”) is not the name of the signing certificate.", "SAML 2.0 Core §8.3.3")
	if d.config.Issuer == strict {
		return d.option("content").Because(why)
	}
	r.Exchange.Note(why)
	return nil
}

// chain judges a signer's certificate.
func (d *Door) chain(c *x509.Certificate) error {
	list := []*x509.Certificate{c}
	err := d.world.PKI.VerifySignature(list)
	if err != nil && d.config.Signer == "any" {
		err = d.world.PKI.VerifyClient(list)
	}
	return err
}

// nominative tells whether a certificate has a given name or a surname (X.520).
func nominative(c *x509.Certificate) bool {
	for _, at := range c.Subject.Names {
		if at.Type.Equal(asn1.ObjectIdentifier{2, 5, 4, 42}) || at.Type.Equal(asn1.ObjectIdentifier{2, 5, 4, 4}) {
			return true
		}
	}
	return false
}

// period holds an assertion to its life.
func (d *Door) period(r *Request, a *saml.Assertion, life time.Duration, option string) *Fault {
	from, until := a.Window(life)
	stamp := func(t time.Time) string { return t.UTC().Format(time.RFC3339) }
	switch {
	case r.Now.Add(time.Duration(d.config.Skew)).Before(from):
		return d.option(option).Because(cause("assertion.early", "L'assertion commence à "+stamp(from)+", il est "+stamp(r.Now)+".", "The assertion starts at "+stamp(from)+", it is "+stamp(r.Now)+".", "SAML 2.0 Core §2.5.1.2"))
	case !r.Now.Before(until):
		return d.option(option).Because(cause("assertion."+option, "L'assertion vaut jusqu'à "+stamp(until)+" ("+life.String()+" au plus), il est "+stamp(r.Now)+".", "The assertion holds until "+stamp(until)+" ("+life.String()+" at most), it is "+stamp(r.Now)+".", "SEL-MP-043 §3.2"))
	}
	return nil
}

// content looks for the attributes that the mode needs.
func (d *Door) content(r *Request, person registre.Professional) *Fault {
	var missing []string
	if r.Access.Billing == "" {
		missing = append(missing, "identifiantFacturation")
	}
	if r.Access.Sector == "" && r.Access.Mode == CPx {
		missing = append(missing, "secteurActivite")
	}
	if r.Access.Speciality == "" && slices.Contains(professions(r, person), physician) {
		name := "codeSpecialite"
		if r.Access.Mode == PSC {
			name = "codeSpecialiteAMO"
		}
		missing = append(missing, name)
	}
	if len(missing) == 0 {
		return nil
	}
	list := strings.Join(missing, ", ")
	why := cause("assertion.attribute", "L'assertion n'a pas : "+list+".", "The assertion has no: "+list+".", "SEL-MP-043 §3.2")
	if d.config.Attributes == strict {
		return d.option("content").Because(why)
	}
	r.Exchange.Note(why)
	return nil
}

// professions are the codes of TRE_G15: what the assertion says, else the registre.
func professions(r *Request, person registre.Professional) []string {
	if r.Access.Profession != "" {
		return []string{r.Access.Profession}
	}
	var out []string
	for _, e := range person.Exercices {
		out = append(out, e.CodeProfession)
	}
	return out
}

// profession holds the caller to the list of professions that are let in.
func (d *Door) profession(r *Request, person registre.Professional) *Fault {
	if len(d.config.Professions) == 0 {
		return nil
	}
	have := professions(r, person)
	for _, p := range have {
		if slices.Contains(d.config.Professions, p) {
			return nil
		}
	}
	list := limit(strings.Join(have, ", "))
	return d.option("profession").Because(cause("assertion.profession",
		"La profession ["+list+"] n'est pas dans tlsi.professions.", "The profession ["+list+"] is not in tlsi.professions.", "SEL-MP-043 §3.2"))
}

// find looks a professional up by any identifier.
func (d *Door) find(id string) (p registre.Professional, ok bool) {
	_ = d.world.Store.View(func(tx *store.Txn) error {
		p, ok = registre.FindProfessional(tx, id)
		return nil
	})
	return p, ok
}
