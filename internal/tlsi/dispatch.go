package tlsi

import (
	"slices"
	"strings"

	"github.com/segursim/segursim/internal/soap"
)

// An absent téléservice is known to answer at the same address and is not
// simulated. Its actions begin with prefix.
type absent struct{ prefix, name string }

// absents lists actions that clients post to the same address (Pyxvital).
func absents() []absent {
	return []absent{
		{"urn:adr:", "ADRi (acquisition des droits)"},
		{"urn:ald:", "ALDi (affections de longue durée)"},
		{"urn:hr:", "HRi (historique des remboursements)"},
		{"urn:mt:3.0.0:liremt", "IMTi (médecin traitant, lecture)"},
		{"urn:mt:", "DMTi (déclaration de médecin traitant)"},
		{"urn:apcv", "ApCV, qui a ses propres chemins (/wssoap/apcv/…)"},
		{"urn:serviceidentitecertifiee:", "INSi, mais pas dans cette opération ou cette version"},
	}
}

// dispatch finds the operation: by the content type's action, by wsa:Action,
// else by the body.
func (d *Door) dispatch(path, action string, e *soap.Envelope) (Route, *Fault) {
	body := e.BodyName()
	if body == (soap.Name{}) {
		return Route{}, d.option("message").Because(cause("body", "Body est vide.", "Body is empty.", "SOAP 1.2 §5.3"))
	}
	if action != "" && e.Action != "" && action != e.Action && d.config.Action == strict {
		return Route{}, d.option("action").Because(cause("action.mismatch",
			"L'action du Content-Type (« "+limit(action)+" ») n'est pas celle de wsa:Action (« "+limit(e.Action)+" »).",
			"The action of Content-Type (“"+limit(action)+"”) is not that of wsa:Action (“"+limit(e.Action)+"”).", "WS-Addressing 1.0 SOAP Binding §4.2"))
	}
	if action == "" {
		action = e.Action
	}
	d.mu.RLock()
	defer d.mu.RUnlock()
	find := func(match func(Route) bool) (Route, bool) {
		i := slices.IndexFunc(d.routes, func(r Route) bool { return r.Path == path && match(r) })
		if i < 0 {
			return Route{}, false
		}
		return d.routes[i], true
	}
	byBody := func(r Route) bool { return r.Body == body }
	if action == "" {
		if r, ok := find(byBody); ok {
			return r, nil
		}
		return Route{}, d.option("action").Because(cause("action.missing",
			"Aucune action (Content-Type, wsa:Action), et aucune opération n'attend "+limit(body.String())+".",
			"No action (Content-Type, wsa:Action), and no operation expects "+limit(body.String())+".", "RFC 3902 §2"))
	}
	r, ok := find(func(r Route) bool { return r.Action == action })
	if !ok && d.config.Action == tolerate {
		r, ok = find(byBody)
	}
	if !ok {
		return Route{}, d.unknown(action)
	}
	if r.Body.Local != "" && r.Body != body {
		if other, ok := find(byBody); ok && d.config.Action == tolerate {
			return other, nil
		}
		return Route{}, d.option("action").Because(cause("action.body",
			"L'action « "+limit(action)+" » attend "+r.Body.String()+" dans Body, pas "+limit(body.String())+".",
			"The action “"+limit(action)+"” expects "+r.Body.String()+" in Body, not "+limit(body.String())+".", "WSDL DESIR_ICIR_EXP 1.5.0"))
	}
	return r, nil
}

// unknown says that nothing answers an action, naming the téléservice if it is
// one that the simulator does not have.
func (d *Door) unknown(action string) *Fault {
	for _, a := range absents() {
		if strings.HasPrefix(strings.ToLower(action), a.prefix) {
			f := d.option("absent")
			f.Text = strings.TrimSuffix(f.Text, ".") + " : " + a.name + ", action " + limit(action) + "."
			return f.Because(cause("absent", "Téléservice non simulé : "+a.name+" (action « "+limit(action)+" »).",
				"This téléservice is not simulated: "+a.name+" (action “"+limit(action)+"”).", ""))
		}
	}
	return d.option("action").Because(cause("action.unknown", "Aucune opération n'a l'action « "+limit(action)+" ».",
		"No operation has the action “"+limit(action)+"”.", "WSDL DESIR_ICIR_EXP 1.5.0"))
}
