package insi

import (
	"context"
	"strconv"

	"github.com/segursim/segursim/internal/ins"
	"github.com/segursim/segursim/internal/registre"
	"github.com/segursim/segursim/internal/sim"
	"github.com/segursim/segursim/internal/store"
)

// identityActions are the verbs of actions/insi/* on the base of identities.
func identityActions(w *sim.World) map[string]sim.Action {
	d := identities{w}
	id := map[string]string{"id": "identifiant de l'identité, ou matricule / the identity's id, or matricule"}
	fields := map[string]string{
		"id": id["id"] + " ; absent : nouvelle identité / absent: a new one", "nomNaissance": "nom de naissance / birth name",
		"prenoms": "liste, ou texte séparé par des virgules / list, or comma-separated text", "sexe": "F, M", "dateNaissance": "AAAA-MM-JJ",
		"lieuNaissance": "code INSEE / INSEE code", "ins": "{matricule, cle, oid}", "historique": "[{matricule, cle, oid, dateDeb, dateFin}]",
		"marqueurs": "homonyme, douteux, fictif, discordant, cle-fausse, nom-vide, prenom-vide", "deces": "AAAA-MM-JJ",
		"ouvrantDroit": "identité dont la carte Vitale couvre la personne / whose carte Vitale covers the person", "rang": "rang de naissance, 1 à 9 / birth rank",
		"nomUtilise": "nom utilisé / used name", "prenomUtilise": "prénom utilisé / used first name", "dmp": "inexistant, vide, ouvert, ferme",
		"premierPrenom": "premier prénom / first given name", "coordonnees": "{lignes, codePostal, commune, telephone, courriel}", "remarque": "remarque / note", "source": "source",
	}
	return map[string]sim.Action{
		"identities":          action("Chercher des identités", "Search identities", map[string]string{"q": "début du nom, du matricule ou de l'identifiant / beginning of the name, matricule or id", "limit": "au plus, 100 par défaut / at most, 100 by default"}, d.actSearch),
		"identity":            action("Montrer une identité", "Show an identity", id, d.actGet),
		"set-identity":        action("Ajouter ou modifier une identité", "Add or change an identity", fields, d.actSet),
		"mark-identity":       action("Marquer une identité", "Mark an identity", map[string]string{"id": id["id"], "add": "marques à mettre, séparées par des virgules / marks to give, comma-separated", "remove": "marques à ôter / marks to take away", "deces": "date du décès, vide pour l'effacer / date of death, empty to erase it"}, d.actMark),
		"delete-identity":     action("Retirer une identité", "Delete an identity", id, d.actDelete),
		"generate-identities": action("Générer des identités synthétiques", "Generate synthetic identities", map[string]string{"count": "combien / how many", "seed": "graine : la même redonne les mêmes / the same one gives the same again"}, d.actGenerate),
		"reset-identities":    action("Remettre la base d'identités à son état de départ", "Return the base of identities to its first state", nil, d.actReset),
		"cnda-variant":        action("Préparer une identité pour un test CNDA", "Prepare an identity for a CNDA test", map[string]string{"test": "1.10, 2.04-1, 2.04-2"}, d.actVariant),
		"match":               action("Dire ce qu'INSi répondrait à des traits", "Tell what INSi would answer to traits", map[string]string{"nom": "nom de naissance / birth name", "prenom": "un prénom, ou la liste / a first name, or the list", "sexe": "F, M", "date": "AAAA-MM-JJ", "lieu": "code INSEE, facultatif / INSEE code, optional"}, d.actMatch),
	}
}

// identityCount reads a count; def when it is absent.
func identityCount(m in, name string, def int) (int, *sim.Error) {
	text := m.text(name)
	if text == "" {
		return def, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		return 0, actionError(sim.BadRequest, "bad_value", name+" est un entier positif", name+" is a positive integer")
	}
	return n, nil
}

func (d identities) actSearch(_ context.Context, m map[string]any) (any, error) {
	limit, refusal := identityCount(in(m), "limit", 100)
	if refusal != nil {
		return nil, refusal
	}
	var found []registre.Patient
	total := 0
	err := d.world.Store.View(func(tx *store.Txn) error {
		found, total = registre.SearchPatients(tx, in(m).text("q"), min(limit, 10_000)), registre.CountPatients(tx)
		return nil
	})
	return map[string]any{"identities": found, "total": total}, err
}

func (d identities) actGet(_ context.Context, m map[string]any) (any, error) {
	var p registre.Patient
	var ok bool
	err := d.world.Store.View(func(tx *store.Txn) error {
		p, ok = d.find(tx, in(m).text("id"))
		return nil
	})
	if err == nil && !ok {
		return nil, unknownIdentity(in(m).text("id"))
	}
	return p, err
}

func (d identities) actSet(_ context.Context, m map[string]any) (any, error) {
	p, added, refusal := d.set(m)
	if refusal != nil {
		return nil, refusal
	}
	return map[string]any{"identity": p, "added": added}, nil
}

func (d identities) actMark(_ context.Context, m map[string]any) (any, error) {
	var death *string
	if _, given := m["deces"]; given {
		text := in(m).text("deces")
		death = &text
	}
	p, refusal := d.mark(in(m).text("id"), marksOf(m["add"]), marksOf(m["remove"]), death)
	if refusal != nil {
		return nil, refusal
	}
	return p, nil
}

func (d identities) actDelete(_ context.Context, m map[string]any) (any, error) {
	if refusal := d.remove(in(m).text("id")); refusal != nil {
		return nil, refusal
	}
	return map[string]any{"deleted": in(m).text("id")}, nil
}

func (d identities) actGenerate(_ context.Context, m map[string]any) (any, error) {
	n, refusal := identityCount(in(m), "count", 0)
	if refusal != nil {
		return nil, refusal
	}
	first, refusal := d.generate(n, in(m).text("seed"))
	if refusal != nil {
		return nil, refusal
	}
	return map[string]any{"first": first, "count": n}, nil
}

func (d identities) actReset(context.Context, map[string]any) (any, error) {
	if refusal := d.reset(); refusal != nil {
		return nil, refusal
	}
	return map[string]any{}, nil
}

func (d identities) actVariant(_ context.Context, m map[string]any) (any, error) {
	p, refusal := d.variant(in(m).text("test"))
	if refusal != nil {
		return nil, refusal
	}
	return p, nil
}

// actMatch searches as INSi does, without a call: nothing is journaled or counted.
func (d identities) actMatch(_ context.Context, m map[string]any) (any, error) {
	t := ins.Traits{
		BirthName: in(m).text("nom"), Sex: in(m).text("sexe"), BirthDate: in(m).text("date"), BirthPlace: in(m).text("lieu"),
	}
	if given := in(m).text("prenom"); given != "" {
		t.GivenNames = []string{given}
	}
	if refused := t.Check(); len(refused) > 0 {
		all := []map[string]any{}
		for _, r := range refused {
			all = append(all, map[string]any{"trait": r.Trait, "rule": r.Rule, "fr": r.FR, "en": r.EN, "ref": r.Ref, "inferred": r.Inferred})
		}
		return map[string]any{"refused": all}, nil
	}
	var r ins.Result
	err := d.world.Store.View(func(tx *store.Txn) error {
		r = ins.Match(tx, t)
		return nil
	})
	out := map[string]any{"code": r.Code, "label": r.Code.Label(), "count": r.Count}
	if r.Code == ins.Found {
		out["identity"] = r.Patient
	}
	return out, err
}
