package insi

import (
	"context"
	"fmt"
	"maps"
	"strconv"

	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/internal/sim"
)

// ownActions are the verbs of the téléservice itself.
func (s *Service) ownActions() map[string]sim.Action {
	return map[string]sim.Action{
		"counters":       action("Compter les appels par logiciel et par mode", "Count the calls by software and mode", map[string]string{"idam": "ce numéro d'autorisation seulement / this IDAM only", "op": "cette opération seulement / this operation only"}, s.actCounters),
		"reset-counters": action("Remettre les compteurs à zéro", "Set the counters to zero", nil, s.actResetCounters),
		"card":           action("Lire une carte Vitale", "Read a carte Vitale", map[string]string{"holder": "ouvrant droit : identifiant de l'identité ou matricule / holder: the identity's id, or matricule"}, s.actCard),
		"lots":           action("Lister les lots de vérification", "List the verification lots", map[string]string{"id": "ce lot seulement / this lot only"}, s.actLots),
	}
}

func action(fr, en string, params map[string]string, do func(context.Context, map[string]any) (any, error)) sim.Action {
	return sim.Action{Title: journal.Text{FR: fr, EN: en}, Params: params, Do: do}
}

// merge joins maps of actions. Two of one name are a mistake in the code.
func merge(groups ...map[string]sim.Action) map[string]sim.Action {
	out := map[string]sim.Action{}
	for _, g := range groups {
		for name := range g {
			if _, twice := out[name]; twice {
				panic("insi: two actions named " + name)
			}
		}
		maps.Copy(out, g)
	}
	return out
}

// in reads an action's body: strings, booleans and numbers, none other.
type in map[string]any

func (m in) text(name string) string {
	switch v := m[name].(type) {
	case nil:
		return ""
	case string:
		return v
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	default:
		return fmt.Sprint(v)
	}
}

// actionError is a refusal of an action.
func actionError(kind sim.Kind, code, fr, en string) *sim.Error {
	return &sim.Error{Kind: kind, Code: code, Text: fr, Cause: journal.Cause{Rule: "insi.action." + code, Text: journal.Text{FR: fr, EN: en}}}
}
