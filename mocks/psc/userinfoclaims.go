package psc

import (
	"github.com/segursim/segursim/internal/jose"
	"github.com/segursim/segursim/internal/registre"
)

// Identifiers of code systems, as userinfo suffixes them to codes.
const (
	oidSector     = "1.2.250.1.71.4.2.4"
	oidProfession = "1.2.250.1.213.1.1.5.5"
	oidPalier     = "1.2.250.1.213.1.5.1.1.1"
	psiLocale     = "1.2.250.1.213.1.3.1.1"
)

// userinfoClaims are what userinfo tells of a person, in the order of real
// answers. A person without professional data gets the minimal form, where whole
// members are missing; elsewhere an absent value is an empty string, never null.
// That the first activity feeds the top-level members is inferred.
func (s *Service) userinfoClaims(p registre.Professional) jose.Claims {
	ex, act, professional := p.First()
	var c jose.Claims
	if !professional || s.config.Userinfo == "minimal" {
		c.Add("sub", s.subject(p))
		c.Add("preferred_username", p.ID)
		c.Add("codeCivilite", p.Civility)
		c.Add("given_name", p.GivenName)
		c.Add("SubjectNameID", p.ID)
		c.Add("family_name", p.FamilyName)
		return c
	}
	c.Add("Secteur_Activite", suffixed(act.CodeSecteurDactivite, oidSector))
	c.Add("sub", s.subject(p))
	if s.older() {
		c.Add("email_verified", false)
	} else {
		c.Add("codeGenreActivite", act.CodeGenreActivite)
	}
	c.Add("SubjectOrganization", act.RaisonSocialeSite)
	c.Add("Mode_Acces_Raison", p.ModeAcces)
	c.Add("preferred_username", p.ID)
	if !s.older() {
		c.Add("codeCivilite", p.Civility)
	}
	c.Add("given_name", p.GivenName)
	c.Add("Acces_Regulation_Medicale", orElse(p.Regulation, "FAUX"))
	c.Add("UITVersion", "1.0")
	c.Add("Palier_Authentification", orElse(p.Palier, "APPPRIP3^"+oidPalier))
	c.Add("SubjectRefPro", s.refPro(p))
	c.Add("SubjectOrganizationID", act.IdentifiantTechniqueDeLaStructure)
	c.Add("SubjectRole", []string{suffixed(ex.CodeProfession, oidProfession)})
	c.Add("PSI_Locale", psiLocale)
	c.Add("otherIds", p.OtherIDs)
	c.Add("SubjectNameID", p.ID)
	c.Add("family_name", p.FamilyName)
	return c
}

// refPro is SubjectRefPro: the civility stood in it until 2023.
func (s *Service) refPro(p registre.Professional) jose.Claims {
	var c jose.Claims
	if s.older() {
		c.Add("codeCivilite", p.Civility)
	}
	c.Add("exercices", p.Exercices)
	return c
}

func suffixed(code, oid string) string {
	if code == "" {
		return ""
	}
	return code + "^" + oid
}

func orElse(v, def string) string {
	if v == "" {
		return def
	}
	return v
}
