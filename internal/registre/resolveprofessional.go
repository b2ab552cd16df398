package registre

import (
	"fmt"
	"strings"
)

// Claims of every published userinfo sample.
const (
	defaultRegulation = "FAUX"
	defaultPalier     = "APPPRIP3^1.2.250.1.213.1.5.1.1.1"
)

// defaultPIN is the code of a card that does not say: our choice.
const defaultPIN = "1234"

func (c *collection) resolveProfessional(r *record[professionalFixture]) Professional {
	f := &r.Value
	p := Professional{Identity: f.Identity, Exercices: []Exercice{}}
	kind, ok := KindOf(p.ID)
	if !ok {
		c.report(r.position(fmt.Sprintf(
			"%q is no national identifier: 8 and 11 digits (RPPS), 0 and 9 characters (ADELI), 3FINESS/register, 5SIRET/register, ANS and 14 digits (EDIT)…",
			p.ID), "id"))
	}
	if p.FamilyName == "" {
		c.report(r.position("family_name is missing"))
	}
	fill(&p.Source, r.File)
	fill(&p.Sub, SubOf(p.ID))
	for field, id := range map[string]string{"sub": p.Sub, "psi": p.PSI} {
		if id != "" && !isUUID(id) {
			c.report(r.position(fmt.Sprintf("%q is no UUID in lower case", id), field))
		}
	}
	fill(&p.Regulation, defaultRegulation)
	fill(&p.Palier, defaultPalier)
	if len(p.OtherIDs) == 0 && ok {
		p.OtherIDs = []OtherID{{p.ID, string(kind), 1}}
	}
	for i, o := range p.OtherIDs {
		if o.Identifiant == "" || o.Origine == "" || o.Qualite < 1 {
			c.report(r.position("an identifier has an identifiant, an origine and a qualite from 1", "otherIds", i))
		}
	}
	p.State = c.state(r, p.State, "compte")
	if _, ok := c.structure[p.Employer]; !ok && p.Employer != "" {
		c.report(r.position(fmt.Sprintf("there is no structure %q", p.Employer), "structure"))
	}
	p.MSSante = addresses(c, r, p.MSSante)
	for i, e := range f.Exercices {
		p.Exercices = append(p.Exercices, c.resolveExercice(r, e, i))
	}
	employee := strings.Contains(p.ID, "/")
	p.Card = c.resolveCard(r, p, employee)
	p.EIMs = c.resolveEIMs(r, p.ID, employee)
	c.person[p.ID] = true
	return p
}

func (c *collection) resolveExercice(r *record[professionalFixture], f exerciceFixture, i int) Exercice {
	e := Exercice{Practice: f.Practice, Activities: []Activity{}}
	if e.CodeProfession == "" {
		c.report(r.position("codeProfession is missing", "exercices", i))
	}
	for j, a := range f.Activities {
		if a.In != "" {
			s, ok := c.structure[a.In]
			if !ok {
				c.report(r.position(fmt.Sprintf("there is no structure %q", a.In), "exercices", i, "activities", j, "structure"))
			}
			a.Site = a.or(s.Site)
			fill(&a.CodeSecteurDactivite, s.Secteur)
		}
		e.Activities = append(e.Activities, a.Activity)
	}
	return e
}

// resolveCard gives a person the usual card, unless the file says otherwise.
func (c *collection) resolveCard(r *record[professionalFixture], p Professional, employee bool) *Card {
	card := Card{}
	if r.Value.Card != nil {
		card = *r.Value.Card
	}
	if card.Type == noCard {
		return nil
	}
	kind := "CPS"
	switch {
	case employee:
		kind = "CPE"
	case len(p.Exercices) > 0 && p.Exercices[0].CodeCategorieProfessionnelle == "E":
		kind = "CPF"
	}
	fill(&card.Type, kind)
	fill(&card.Number, cardNumber(p.ID))
	fill(&card.PIN, defaultPIN)
	if card.State == "" {
		card.State = CardActive
	}
	switch card.Type {
	case "CPS", "CPF", "CPE", "CDE", "CPA":
	default:
		c.report(r.position(fmt.Sprintf("card type %q is none of CPS, CPF, CPE, CDE, CPA, %s", card.Type, noCard), "carte", "type"))
	}
	switch card.State {
	case CardActive, CardBlocked, CardRevoked, CardExpired:
	default:
		c.report(r.position(fmt.Sprintf("card state %q is none of %s, %s, %s, %s",
			card.State, CardActive, CardBlocked, CardRevoked, CardExpired), "carte", "etat"))
	}
	if n, ok := strings.CutPrefix(card.Number, cardIssuer); !ok || len(n) != 10 || !digits(n) {
		c.report(r.position(fmt.Sprintf("card number %q is not %s and ten digits", card.Number, cardIssuer), "carte", "numero"))
	}
	if len(card.PIN) != 4 || !digits(card.PIN) {
		c.report(r.position("a card's pin has four digits, between quotes", "carte", "pin"))
	}
	return &card
}

// resolveEIMs gives a person the usual device, unless the file says otherwise or
// the person is a structure's employee: the e-CPS is for registered people.
func (c *collection) resolveEIMs(r *record[professionalFixture], id string, employee bool) []EIM {
	out := []EIM{}
	if r.Value.EIMs != nil {
		out = append(out, *r.Value.EIMs...)
	} else if !employee {
		out = append(out, EIM{})
	}
	for i := range out {
		d := &out[i]
		fill(&d.MIEType, "ECPS")
		fill(&d.SerialNumber, fmt.Sprintf("TEST%016X", stable(fmt.Sprintf("%s#%d", id, i))))
		fill(&d.DeviceName, fmt.Sprintf("Téléphone de test %d", i+1))
		fill(&d.Model, "SEGURSIM")
		fill(&d.OperatingSystem, "Android")
		fill(&d.AppVersion, "simulateur")
		fill(&d.CreationDate, "2026-01-01")
		fill(&d.EndOfValidityDate, "2028-12-31")
		fill(&d.ActivationMode, "CPS")
		fill(&d.EidasLevel, "eidas1")
		d.State = c.state(r, d.State, "eims", i, "etat")
		for _, date := range []struct{ field, value string }{
			{"creationDate", d.CreationDate}, {"endOfValidityDate", d.EndOfValidityDate},
		} {
			if !validDate(date.value, false) {
				c.report(r.position(fmt.Sprintf("date %q is no AAAA-MM-JJ", date.value), "eims", i, date.field))
			}
		}
	}
	return out
}

func (c *collection) state(r *record[professionalFixture], s AccountState, path ...any) AccountState {
	switch s {
	case "":
		return AccountActive
	case AccountActive, AccountDisabled:
	default:
		c.report(r.position(fmt.Sprintf("state %q is neither %s nor %s", s, AccountActive, AccountDisabled), path...))
	}
	return s
}
