package registre

// A Structure is where professionals work: establishment, practice, pharmacy.
type Structure struct {
	// ID is the Struct_IdNat: see ValidStructure.
	ID string `json:"id"`
	// Source names the public source, or "segursim".
	Source string `json:"source"`
	// Secteur is the NOS TRE_R02 code: "SA07".
	Secteur string `json:"codeSecteurDactivite"`
	Site    `yaml:",inline"`
	// Departement is what certificates carry as ST: "Paris (75)".
	Departement string `json:"departement"`
	// NumeroAM is the billing number at the Assurance Maladie, nine digits.
	NumeroAM string `json:"numeroAM"`
	// MSSante are the addresses of the structure's mailboxes.
	MSSante []string `json:"mssante"`
}

// Site names and locates a structure: the part of an activity that comes from
// it, under the userinfo's names. Absent values are empty.
type Site struct {
	NumeroSiretSite                    string `json:"numeroSiretSite"`
	NumeroSirenSite                    string `json:"numeroSirenSite"`
	NumeroFinessSite                   string `json:"numeroFinessSite"`
	NumeroFinessEtablissementJuridique string `json:"numeroFinessetablissementJuridique"` // sic
	IdentifiantTechniqueDeLaStructure  string `json:"identifiantTechniqueDeLaStructure"`  // R… or F and the FINESS number
	RaisonSocialeSite                  string `json:"raisonSocialeSite"`
	EnseigneCommercialeSite            string `json:"enseigneCommercialeSite"`
	ComplementDestinataire             string `json:"complementDestinataire"`
	ComplementPointGeographique        string `json:"complementPointGeographique"`
	NumeroVoie                         string `json:"numeroVoie"`
	IndiceRepetitionVoie               string `json:"indiceRepetitionVoie"`
	CodeTypeDeVoie                     string `json:"codeTypeDeVoie"`
	LibelleVoie                        string `json:"libelleVoie"`
	MentionDistribution                string `json:"mentionDistribution"`
	BureauCedex                        string `json:"bureauCedex"`
	CodePostal                         string `json:"codePostal"`
	CodeCommune                        string `json:"codeCommune"`
	CodePays                           string `json:"codePays"`
	Telephone                          string `json:"telephone"`
	Telephone2                         string `json:"telephone2"`
	Telecopie                          string `json:"telecopie"`
	AdresseEMail                       string `json:"adresseEMail"`
	CodeDepartement                    string `json:"codeDepartement"`
	AncienIdentifiantDeLaStructure     string `json:"ancienIdentifiantDeLaStructure"` // the Struct_IdNat
	AutoriteDenregistrement            string `json:"autoriteDenregistrement"`        // "CNOM/CNOM/ARS"
}

// fields lists the site's fields, in their order.
func (s *Site) fields() [25]*string {
	return [...]*string{
		&s.NumeroSiretSite, &s.NumeroSirenSite, &s.NumeroFinessSite, &s.NumeroFinessEtablissementJuridique,
		&s.IdentifiantTechniqueDeLaStructure, &s.RaisonSocialeSite, &s.EnseigneCommercialeSite,
		&s.ComplementDestinataire, &s.ComplementPointGeographique, &s.NumeroVoie, &s.IndiceRepetitionVoie,
		&s.CodeTypeDeVoie, &s.LibelleVoie, &s.MentionDistribution, &s.BureauCedex, &s.CodePostal,
		&s.CodeCommune, &s.CodePays, &s.Telephone, &s.Telephone2, &s.Telecopie, &s.AdresseEMail,
		&s.CodeDepartement, &s.AncienIdentifiantDeLaStructure, &s.AutoriteDenregistrement,
	}
}

// or returns the site with its empty fields taken from another one.
func (s Site) or(other Site) Site {
	mine, theirs := s.fields(), other.fields()
	for i, f := range mine {
		if *f == "" {
			*f = *theirs[i]
		}
	}
	return s
}

// Identifiers are all under which the structure is known, each once.
func (s Structure) Identifiers() []string {
	out := []string{s.ID}
	for _, id := range []string{s.NumeroFinessSite, s.NumeroSiretSite, s.IdentifiantTechniqueDeLaStructure} {
		if id != "" && id != s.ID {
			out = append(out, id)
		}
	}
	return out
}
