package ins

import "github.com/segursim/segursim/internal/registre"

// A Case is a search of the CNDA's tests of an INSi client, with what the base
// of the fixtures answers. The tests' own document is not public: numbers and
// identities are those that public clients and issues name.
type Case struct {
	Test   string // "2.06-1": test and case
	Traits Traits
	Vitale Vitale // instead of Traits, when it names a card
	// Code is the answer; empty when the traits are refused instead.
	Code Code
	// Patient is the id of the identity found.
	Patient string
	FR, EN  string
}

// ByVitale tells whether the case is a search by carte Vitale.
func (c Case) ByVitale() bool { return c.Vitale.Holder != "" }

func asked(birthName, givenName, sex, birthDate, place string) Traits {
	return Traits{BirthName: birthName, GivenNames: []string{givenName}, Sex: sex, BirthDate: birthDate, BirthPlace: place}
}

// Cases returns the cases, in the order of their numbers.
func Cases() []Case {
	const ruth = "2760763999063" // ours: the true one is not public
	return []Case{
		{
			Test: "1.01", Vitale: Vitale{Individual: ruth, Holder: ruth, BirthName: "DE VINCI", BirthDate: "1976-07-14", Rank: "1"},
			Code: Found, Patient: "devinci-ruth", FR: "la titulaire de la carte", EN: "the card's holder",
		},
		{
			Test: "1.02", Vitale: Vitale{Holder: ruth, BirthDate: "2006-03-05", Rank: "1"},
			Code: Found, Patient: "devinci-donatello", FR: "le second bénéficiaire de la carte", EN: "the card's second beneficiary",
		},
		{
			Test: "1.03", Vitale: Vitale{Individual: "2770763220829", Holder: ruth, BirthDate: "1977-07-14", Rank: "1"},
			Code: None, FR: "une personne qui n'est pas sur la carte", EN: "somebody who is not on the card",
		},
		{
			Test: "1.10", Vitale: Vitale{Individual: "1090763220834", Holder: "1090763220834", BirthDate: "2009-07-14", Rank: "1"},
			Code: Found, Patient: "ecetinsi", FR: "un NIA, avec la variante 1.10", EN: "a NIA, with the variant 1.10",
		},
		{
			Test: "2.03-1", Traits: asked("D'ARTAGNAN DE L'HERAULT", "PIERRE-ALAIN", "M", "2001-06-17", ""),
			Code: Found, Patient: "dartagnan", FR: "apostrophes, espaces et tiret", EN: "apostrophes, spaces and hyphen",
		},
		{
			Test: "2.03-2", Traits: asked("ADRTROIS", "TOUSSAINT", "M", "1960-01-01", "2B020"),
			Code: Found, Patient: "adrtrois-toussaint", FR: "né en Corse", EN: "born in Corsica",
		},
		{
			Test: "2.03-3", Traits: asked("D'ÆION", "CŒUR", "M", "1987-01-25", ""),
			FR: "ligatures : refusées, le logiciel transcrit avant l'appel", EN: "ligatures: refused, the software transcribes first",
		},
		{
			Test: "2.04-1", Traits: asked("ECETINSI", "PIERRE-ALAIN", "M", "2009-07-14", ""),
			Code: Found, Patient: "ecetinsi", FR: "un ancien matricule, qui finit avant de commencer", EN: "one former matricule, which ends before it begins",
		},
		{
			Test: "2.04-2", Traits: asked("ECETINSI", "PIERRE-ALAIN", "M", "2009-07-14", ""),
			Code: Found, Patient: "ecetinsi", FR: "deux anciens matricules, avec la variante 2.04-2", EN: "two former matricules, with the variant 2.04-2",
		},
		{
			Test: "2.05", Traits: asked("PROVISOIRE", "MATRICULE", "M", "2009-07-01", ""),
			Code: Found, Patient: "provisoire-matricule", FR: "un NIA", EN: "a NIA",
		},
		{
			Test: "2.06-1", Traits: asked("DE VINCI", "LEONARDO", "M", "2014-02-01", ""),
			Code: Several, FR: "deux homonymes", EN: "two homonyms",
		},
		{
			Test: "2.06-2", Traits: asked("DE VINCI", "LEONARDO", "M", "2014-02-01", "63220"),
			Code: Found, Patient: "devinci-leonardo-63", FR: "le lieu de naissance les départage", EN: "the birth place tells them apart",
		},
		{
			Test: "2.07-1", Traits: asked("TCHITCHI", "OLA", "F", "1936-06-21", ""),
			Code: None, FR: "premier prénom de la liste locale, inconnu d'INSi", EN: "first name of the local list, which INSi doesn't know",
		},
		{
			Test: "2.07-1", Traits: asked("TCHITCHI", "CATARINA", "F", "1936-06-21", ""),
			Code: Found, Patient: "tchitchi-catarina", FR: "deuxième prénom de la liste locale", EN: "second name of the local list",
		},
		{
			Test: "2.07-2", Traits: asked("HOUILLES", "PIERRE", "M", "1993-01-27", ""),
			Code: None, FR: "inconnu, prénom par prénom", EN: "unknown, name by name",
		},
		{
			Test: "2.07-2", Traits: asked("HOUILLES", "PAUL", "M", "1993-01-27", ""),
			Code: None, FR: "inconnu, prénom par prénom", EN: "unknown, name by name",
		},
		{
			Test: "2.07-2", Traits: asked("HOUILLES", "JACQUES", "M", "1993-01-27", ""),
			Code: None, FR: "inconnu, prénom par prénom", EN: "unknown, name by name",
		},
		{
			Test: "2.07-2", Traits: asked("HOUILLES", "PIERRE PAUL JACQUES", "M", "1993-01-27", ""),
			Code: None, FR: "inconnu, liste entière", EN: "unknown, whole list",
		},
		{
			Test: "2.08-1", Traits: asked("CORSE", "ANTHONY", "M", "1980-03-02", ""),
			Code: Found, Patient: "corse-anthony", FR: "l'historique répète le matricule actif", EN: "the history repeats the active matricule",
		},
		{
			Test: "2.08-2", Traits: asked("HERMANN", "GATIEN", "M", "1981-03-24", ""),
			Code: Found, Patient: "hermann-gatien", FR: "changement de sexe, clés fausses du jeu officiel", EN: "change of sex, wrong keys of the official data",
		},
		{
			Test: "3.05-3", Traits: asked("NESSI", "NATHALIE", "F", "1977-07-14", "63220"),
			Code: Found, Patient: "nessi-nathalie", FR: "identité ordinaire", EN: "ordinary identity",
		},
	}
}

// Variants names the tests that want an identity otherwise than the fixtures
// have it: what the CNDA hands out as a file to inject instead of the answer.
func Variants() []string { return []string{"1.10", "2.04-1", "2.04-2"} }

// Variant returns the id of the identity that a test changes and the change; ok
// is false when no variant has that name. "2.04-1" is the fixtures' own state.
func Variant(test string) (id string, change func(*registre.Patient), ok bool) {
	former := []registre.INS{{
		Matricule: "2090763220834", Key: "39", OID: registre.OIDNIR, From: "2019-03-01", To: "2019-02-28",
	}}
	oid := registre.OIDNIR
	switch test {
	case "1.10":
		former, oid = nil, registre.OIDNIA
	case "2.04-1":
	case "2.04-2":
		former = append(former, registre.INS{Matricule: "2090663220123", Key: "55", OID: registre.OIDNIR})
	default:
		return "", nil, false
	}
	return "ecetinsi", func(p *registre.Patient) { p.INS.OID, p.History = oid, former }, true
}
