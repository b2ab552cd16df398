package insi

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/segursim/segursim/internal/ins"
	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/internal/soap"
	"github.com/segursim/segursim/internal/tlsi"
)

// The names of the refusals: what Config.Codes calls them.
const (
	nameMissing   = "nom-obligatoire"
	givenMissing  = "prenom-obligatoire"
	sexMissing    = "sexe-obligatoire"
	dateMissing   = "date-obligatoire"
	nameInvalid   = "nom-invalide"
	givenInvalid  = "prenom-invalide"
	sexInvalid    = "sexe-invalide"
	dateInvalid   = "date-invalide"
	placeInvalid  = "lieu-invalide"
	badMessage    = "message-invalide"
	vitaleMissing = "assertion-vitale-absente"
	notOnCard     = "beneficiaire-hors-carte"
	holderMissing = "matricule-od-obligatoire"
	numberInvalid = "matricule-invalide"
	rankInvalid   = "rang-invalide"
	proofRefused  = "preuve-apcv-refusee"
	oidInvalid    = "oid-invalide"
	technical     = "erreur-technique"
	technicalCard = "erreur-technique-vitale"
	unavailable   = "indisponible"
	lotEmpty      = "lot-vide"
	lotTooLarge   = "lot-trop-grand"
	lotReference  = "lot-reference"
	lotUnknown    = "lot-inconnu"
	lotNotReady   = "lot-en-cours"
	lotNotYours   = "lot-d-un-autre"
	lotExpired    = "lot-expire"
)

// A refusal is a fault of the INSi application, under the name that Config.Codes
// calls it by.
type refusal struct {
	name  string
	fault tlsi.Fault
}

// unpublished closes the technical text of a refusal whose code is ours: no
// client may take it for the real one.
const unpublished = " (code non public, choisi par SEGURSIM)"

// refusals are all of them. The codes from 901 are ours; every one can be
// replaced by Config.Codes. Severities are written as the application does:
// "fatal" is not in its own schema (captures of padoa/tlsi-ins).
func refusals() []refusal {
	mine := func(name, code, text string) refusal {
		return refusal{name, tlsi.Fault{Layer: tlsi.Application, Siram: "siram_10", Code: code, Severity: tlsi.Erreur, Reason: text, Text: text + unpublished, Inferred: true}}
	}
	known := func(name, code string) refusal { return refusal{name, published(code)} }
	twin := mine(technicalCard, "insi_930", "Une erreur technique a interrompu la recherche par carte Vitale.") // of insi_102
	twin.fault.SOAP, twin.fault.Siram, twin.fault.Severity = soap.Receiver, "siram_40", tlsi.Fatal
	return []refusal{
		known(nameMissing, "insi_19"),
		known(technical, "insi_102"),
		known(unavailable, "insi_111"),
		twin,
		mine(givenMissing, "insi_901", "Le prénom de naissance doit être renseigné."),
		mine(sexMissing, "insi_902", "Le sexe doit être renseigné."),
		mine(dateMissing, "insi_903", "La date de naissance doit être renseignée."),
		mine(nameInvalid, "insi_904", "Le nom de naissance comporte des caractères ou un enchaînement refusés."),
		mine(givenInvalid, "insi_905", "Le prénom comporte des caractères ou un enchaînement refusés."),
		mine(sexInvalid, "insi_906", "Le sexe vaut F ou M."),
		mine(dateInvalid, "insi_907", "La date de naissance n'est pas une date AAAA-MM-JJ."),
		mine(placeInvalid, "insi_908", "Le lieu de naissance n'est pas un code officiel géographique."),
		mine(badMessage, "insi_909", "Le corps du message n'est pas celui de l'opération."),
		mine(vitaleMissing, "insi_920", "La preuve de lecture de la carte Vitale est absente."),
		mine(notOnCard, "insi_923", "Le bénéficiaire demandé n'est pas celui de la carte Vitale lue."),
		mine(holderMissing, "insi_924", "Le matricule de l'ouvrant droit doit être renseigné."),
		mine(numberInvalid, "insi_925", "Le matricule ou sa clé n'a pas la forme attendue."),
		mine(rankInvalid, "insi_926", "Le rang de naissance n'a pas la forme attendue."),
		mine(oidInvalid, "insi_927", "L'OID n'est pas celui d'une identité nationale de santé."),
		mine(proofRefused, "insi_928", "La preuve ApCV n'est pas recevable."),
		mine(lotEmpty, "insi_940", "Le lot ne contient aucune identité."),
		mine(lotTooLarge, "insi_941", "Le lot contient trop d'identités."),
		mine(lotReference, "insi_942", "Chaque identité du lot porte une référence, une seule fois."),
		mine(lotUnknown, "insi_943", "Ce lot n'est pas connu."),
		mine(lotNotReady, "insi_944", "Ce lot est en cours de traitement."),
		mine(lotNotYours, "insi_945", "Ce lot a été déposé par un autre émetteur."),
		mine(lotExpired, "insi_946", "Les résultats de ce lot ne sont plus disponibles."),
	}
}

// published is a fault that the door knows from public sources.
func published(code string) tlsi.Fault {
	for _, f := range tlsi.Catalogue() {
		if f.Code == code {
			return f
		}
	}
	panic("insi: " + code + " is not in the catalogue")
}

// faultTable is the refusals by name, with the user's codes on top.
func faultTable(user map[string]Code) (map[string]tlsi.Fault, error) {
	out := map[string]tlsi.Fault{}
	for _, r := range refusals() {
		out[r.name] = r.fault
	}
	for _, name := range slices.Sorted(maps.Keys(user)) {
		f, ok := out[name]
		if !ok {
			return nil, fmt.Errorf("insi: codes: no refusal is named %q (there are: %s)", name, strings.Join(slices.Sorted(maps.Keys(out)), ", "))
		}
		c := user[name]
		for _, v := range []struct{ key, value, prefix string }{{"siram", c.Siram, "siram_"}, {"code", c.Code, ""}, {"severity", c.Severity, ""}} {
			if v.value != "" && (!elementName(v.value) || !strings.HasPrefix(v.value, v.prefix)) {
				return nil, fmt.Errorf("insi: codes: %s: %s %q is not of the form %s…", name, v.key, v.value, v.prefix)
			}
		}
		if c.Code != "" { // the user knows it
			f.Inferred, f.Text = false, f.Reason
		}
		if c.Text != "" {
			f.Reason, f.Text = c.Text, c.Text
		}
		f.Siram, f.Code, f.Severity = cmp.Or(c.Siram, f.Siram), cmp.Or(c.Code, f.Code), cmp.Or(c.Severity, f.Severity)
		out[name] = f
	}
	return out, nil
}

// refuse is a refusal by name, with its cause.
func (s *Service) refuse(name string, c journal.Cause) *tlsi.Fault {
	f, ok := s.faults[name]
	if !ok {
		panic("insi: no refusal named " + name)
	}
	return f.Because(c)
}

// lexical refuses the first of the rules broken, and notes the others.
func (s *Service) lexical(r *tlsi.Request, broken []*ins.Refusal) *tlsi.Fault {
	if len(broken) == 0 {
		return nil
	}
	for _, b := range broken[1:] {
		r.Exchange.Note(lexicalCause(b))
	}
	return s.refuse(lexicalName(broken[0]), lexicalCause(broken[0]))
}

// lexicalName is the refusal that answers a broken rule.
func lexicalName(r *ins.Refusal) string {
	missing := r.Rule == ins.Missing
	pick := func(absent, wrong string) string {
		if missing {
			return absent
		}
		return wrong
	}
	switch r.Trait {
	case ins.BirthName:
		return pick(nameMissing, nameInvalid)
	case ins.GivenName:
		return pick(givenMissing, givenInvalid)
	case ins.Sex:
		return pick(sexMissing, sexInvalid)
	case ins.BirthDate:
		return pick(dateMissing, dateInvalid)
	case ins.BirthPlace:
		return placeInvalid
	case ins.Holder:
		return pick(holderMissing, numberInvalid)
	case ins.Matricule, ins.Key:
		return numberInvalid
	case ins.OID:
		return oidInvalid
	case ins.Rank:
		return rankInvalid
	}
	return badMessage
}

func lexicalCause(r *ins.Refusal) journal.Cause {
	c := cause("traits."+string(r.Trait)+"."+string(r.Rule), r.FR, r.EN, r.Ref)
	if r.Inferred {
		c.Text.FR += " (Règle déduite.)"
		c.Text.EN += " (An inferred rule.)"
	}
	return c
}

// codes are what a fault may have an operation answer: what the door knows, then
// the named refusals, each once.
func (s *Service) codes(names ...string) []string {
	var out []string
	for _, f := range tlsi.Catalogue() {
		out = append(out, f.Code)
	}
	for _, n := range names {
		if c := s.faults[n].Code; !slices.Contains(out, c) {
			out = append(out, c)
		}
	}
	return out
}

// cause writes one: a stable rule, the two languages, what it cites.
func cause(rule, fr, en, ref string) journal.Cause {
	return journal.Cause{Rule: "insi." + rule, Text: journal.Text{FR: fr, EN: en}, Ref: ref}
}
