package insi

import (
	"errors"
	"slices"

	"github.com/segursim/segursim/internal/ins"
	"github.com/segursim/segursim/internal/registre"
	"github.com/segursim/segursim/internal/sim"
	"github.com/segursim/segursim/internal/store"
	"github.com/segursim/segursim/internal/tlsi"
)

// vitaleShape is RECVITALE, numberShape the two matricules in it.
func vitaleShape() shape {
	return shape{
		space: nsVitale, names: []string{"MatriculeIndividu", "MatriculeOD", "NomNaissance", "DateNaissance", "RangNaissance"},
		deep: []string{"MatriculeIndividu", "MatriculeOD"},
	}
}

func numberShape() shape {
	return shape{space: nsVitale, names: []string{"NumIdentifiant", "Cle", "TypeMatricule"}}
}

// decodeVitale reads a request of rechercherInsAvecCarteVitale.
func (s *Service) decodeVitale(r *tlsi.Request) *tlsi.Fault {
	f, refused := s.readBody(r, vitaleShape())
	if refused != nil {
		return refused
	}
	v := ins.Vitale{BirthName: f.one("NomNaissance"), BirthDate: f.one("DateNaissance"), Rank: f.one("RangNaissance")}
	for _, m := range []struct {
		name string
		to   *string
	}{{"MatriculeIndividu", &v.Individual}, {"MatriculeOD", &v.Holder}} {
		if e := f.child(m.name); e != nil {
			n, c := read(e, numberShape())
			if c != nil {
				return s.refuse(badMessage, *c)
			}
			if refused := s.order(r, n); refused != nil {
				return refused
			}
			*m.to = n.one("NumIdentifiant")
		}
	}
	r.Input = v
	r.Exchange.Fact("traits", map[string]any{"nom": v.BirthName, "date": v.BirthDate, "rang": v.Rank})
	facts := map[string]any{"individu": v.Individual, "od": v.Holder, "assertion": r.Access.Vitale != nil, "apcv": r.Access.Token != ""}
	if r.Access.Vitale != nil {
		facts["carte"] = r.Access.Vitale.Subject.Value
	}
	r.Exchange.Fact("vitale", facts)
	return nil
}

// vitale answers rechercherInsAvecCarteVitale.
func (s *Service) vitale(r *tlsi.Request) ([]byte, *tlsi.Fault) {
	v := r.Input.(ins.Vitale)
	if refused := s.lexical(r, v.Check()); refused != nil {
		return nil, refused
	}
	if refused := s.proof(r, &v); refused != nil {
		return nil, refused
	}
	if refused := s.sameCover(r, v); refused != nil {
		return nil, refused
	}
	var found ins.Result
	elsewhere := false
	if err := s.world.Store.View(func(tx *store.Txn) error {
		found = ins.MatchVitale(tx, v)
		if found.Code == ins.None && v.Individual != "" {
			alone := v
			alone.Holder, alone.Covered = "", nil
			elsewhere = ins.MatchVitale(tx, alone).Code != ins.None
		}
		return nil
	}); err != nil {
		return nil, tlsi.Internal(err)
	}
	if elsewhere && s.config.OffCard != none {
		return nil, s.refuse(notOnCard, cause("vitale.beneficiaire", "La personne au matricule "+v.Individual+" existe, mais la carte de l'ouvrant droit "+v.Holder+" ne la couvre pas.",
			"The person with the matricule "+v.Individual+" exists, but the card of the ouvrant droit "+v.Holder+" does not cover them.", "CNDA INSi, test 1.03"))
	}
	return s.answerSearch(r, found, technicalCard)
}

// proof checks that a card, or an ApCV, was shown, and that it is the one of the
// request. The age of an assertion was judged at the door (20 minutes, CNDA
// INSi, test 1.02).
func (s *Service) proof(r *tlsi.Request, v *ins.Vitale) *tlsi.Fault {
	switch a := r.Access; {
	case a.Token != "":
		return s.apcv(r, v)
	case a.Vitale == nil && s.config.VitaleAssertion == required:
		return s.refuse(vitaleMissing, cause("vitale.assertion", "L'en-tête Security ne contient pas d'assertion Vitale après celle du professionnel.",
			"The header Security holds no Vitale assertion after that of the professional.", "DESIR_ICIR_EXP 1.5.0 ; CNDA INSi, tests 1.xx"))
	case a.Vitale == nil:
		return nil
	}
	card := registre.Matricule13(r.Access.Vitale.Subject.Value)
	if _, err := registre.NIRKey(card); err != nil { // what it carries for real is not known
		r.Exchange.Note(cause("vitale.sujet", "Le sujet de l'assertion Vitale n'est pas un matricule : la carte n'est pas comparée à la demande.",
			"The subject of the Vitale assertion is no matricule: the card is not compared with the request.", ""))
		return nil
	}
	if wanted := []string{v.Holder, v.Individual}; !slices.Contains(wanted, card) {
		return s.refuse(notOnCard, cause("vitale.carte", "L'assertion Vitale est celle de la carte de "+card+", la demande porte sur l'ouvrant droit "+v.Holder+".",
			"The Vitale assertion is of the card of "+card+", the request is about the ouvrant droit "+v.Holder+".", "CNDA INSi, test 1.03"))
	}
	return nil
}

// apcv checks the token of an ApCV context, which takes the place of the Vitale
// assertion (inferred): the person who showed their telephone, or whom they cover.
func (s *Service) apcv(r *tlsi.Request, v *ins.Vitale) *tlsi.Fault {
	refuse := func(fr, en string) *tlsi.Fault {
		return s.refuse(proofRefused, cause("vitale.apcv", fr, en, "guide ApCV (non public)"))
	}
	check := s.door.VitaleProof()
	if check == nil {
		return refuse("Aucun service ApCV ne répond du jeton.", "No ApCV service answers for the token.")
	}
	id, err := check.Check(r.Context, r.Access.Token)
	if err != nil {
		var e *sim.Error
		if errors.As(err, &e) && e.Cause.Text.FR != "" {
			return s.refuse(proofRefused, e.Cause)
		}
		return refuse("Le jeton ApCV est refusé : "+err.Error(), "The ApCV token is refused: "+err.Error())
	}
	shown, covered := []string{}, []string{id}
	_ = s.world.Store.View(func(tx *store.Txn) error {
		p, _ := registre.GetPatient(tx, id)
		shown = append(shown, p.INS.Matricule)
		if p.Holder != "" {
			h, _ := registre.GetPatient(tx, p.Holder)
			shown = append(shown, h.INS.Matricule)
		}
		for d := range registre.FindDependents(tx, id) {
			covered = append(covered, d.ID)
		}
		return nil
	})
	if v.Holder != "" && !slices.Contains(shown, v.Holder) {
		return s.refuse(notOnCard, cause("vitale.carte", "Le contexte ApCV n'est pas celui de l'ouvrant droit "+v.Holder+".",
			"The ApCV context is not that of the ouvrant droit "+v.Holder+".", "CNDA INSi, test 1.03"))
	}
	v.Covered = covered
	return nil
}

// sameCover compares the request with the COUVERTURE of ContexteBAM, where both
// say something: they are read on the same card (inferred).
func (s *Service) sameCover(r *tlsi.Request, v ins.Vitale) *tlsi.Fault {
	b := r.BAM.Beneficiaire
	for _, c := range []struct{ name, header, body string }{
		{"ASSURE/Id/Num", r.BAM.Assure, v.Holder},
		{"BENEFICIAIRE/Nir/Num", b.Nir, v.Individual},
		{"BENEFICIAIRE/DateNai", b.DateNaissance, v.BirthDate},
		{"BENEFICIAIRE/Rang", b.Rang, v.Rank},
	} {
		if c.header != "" && c.body != "" && c.header != c.body {
			return s.refuse(notOnCard, cause("vitale.couverture", "ContexteBAM/COUVERTURE/"+c.name+" vaut « "+c.header+" », la demande dit « "+c.body+" ».",
				"ContexteBAM/COUVERTURE/"+c.name+" is “"+c.header+"”, the request says “"+c.body+"”.", "CTXBAM 01_02 (déduit)"))
		}
	}
	return nil
}
