package apcv

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/internal/sim"
	"github.com/segursim/segursim/internal/store"
)

// Actions are the verbs of actions/apcv/*.
func (s *Service) Actions() map[string]sim.Action {
	const (
		who     = "identifiant du patient, ou matricule / patient's id, or matricule"
		which   = "Identifiant du contexte / context's Identifiant"
		whichQR = "payload ou identifiant du QR code / QR code's payload or id"
		nat     = "IdNat_PS du professionnel / professional's IdNat_PS"
	)
	return map[string]sim.Action{
		"show":     action("Afficher le QR code d'un patient", "Show a patient's QR code", map[string]string{"patient": who, "validity": "durée simulée / simulated duration: 90s"}, s.actShow),
		"expire":   action("Faire expirer un QR code ou un contexte", "Have a QR code or a context expire", map[string]string{"code": whichQR, "context": which, "patient": who + " : tout ce qui est en cours / all that is under way"}, s.actExpire),
		"contexts": action("Lister les QR codes et les contextes", "List the QR codes and the contexts", map[string]string{"patient": who, "professional": nat, "state": "shown, used, replaced, expired, alive, destroyed"}, s.actContexts),
		"destroy":  action("Détruire un contexte", "Destroy a context", map[string]string{"context": which, "patient": who + " : tous les siens / all of theirs", "professional": nat + " : tous les siens / all of theirs"}, s.actDestroy),
	}
}

func action(fr, en string, params map[string]string, do func(context.Context, map[string]any) (any, error)) sim.Action {
	return sim.Action{Title: journal.Text{FR: fr, EN: en}, Params: params, Do: do}
}

// text reads a field that is a string; a number stands for its digits, as a
// matricule in a scenario may be written.
func text(m map[string]any, name string) (string, *sim.Error) {
	switch v := m[name].(type) {
	case nil:
		return "", nil
	case string:
		return v, nil
	case float64:
		return fmt.Sprintf("%.0f", v), nil
	case int, int64, uint64:
		return fmt.Sprint(v), nil
	}
	return "", actionError(sim.BadRequest, "bad_value", name+" est un texte", name+" is a text")
}

// texts reads several fields.
func texts(m map[string]any, into map[string]*string) *sim.Error {
	for name, p := range into {
		v, refusal := text(m, name)
		if refusal != nil {
			return refusal
		}
		*p = v
	}
	return nil
}

func (s *Service) actShow(_ context.Context, m map[string]any) (any, error) {
	var id, valid string
	if refusal := texts(m, map[string]*string{"patient": &id, "validity": &valid}); refusal != nil {
		return nil, refusal
	}
	var validity Duration
	if valid != "" {
		if err := validity.UnmarshalText([]byte(valid)); err != nil || validity == 0 {
			return nil, actionError(sim.BadRequest, "bad_value", "validity est une durée, comme 90s", "validity is a duration, such as 90s")
		}
	}
	patient, refusal := s.whose(id)
	if refusal != nil {
		return nil, refusal
	}
	c, refusal := s.show(patient, time.Duration(validity))
	if refusal != nil {
		return nil, refusal
	}
	return codeView(c), nil
}

// codeView is a code as the control API shows it.
func codeView(c code) map[string]any {
	return map[string]any{
		"code": c.ID, "payload": c.Payload, "patient": c.Patient, "state": c.State, "created": c.Created, "expires": c.Expires,
		"professional": c.Reader, "context": c.Context,
	}
}

// contextView is a context as the control API shows it.
func contextView(v vitale) map[string]any {
	return map[string]any{
		"context": v.ID, "token": v.Token, "code": v.Code, "patient": v.Patient, "professional": v.Professional,
		"billing": v.Billing, "state": v.State, "created": v.Created, "expires": v.Expires, "reason": v.Reason,
	}
}

func (s *Service) actExpire(_ context.Context, m map[string]any) (any, error) {
	var qr, ctx, who string
	if refusal := texts(m, map[string]*string{"code": &qr, "context": &ctx, "patient": &who}); refusal != nil {
		return nil, refusal
	}
	if p, err := decodePayload(qr); err == nil {
		qr = p.Nonce
	}
	if who != "" {
		p, refusal := s.whose(who)
		if refusal != nil {
			return nil, refusal
		}
		who = p.ID
	}
	var ids []string
	_ = s.world.Store.View(func(tx *store.Txn) error {
		for c := range codes.Find(tx, "state", shown) {
			if c.live(s.now()) && (c.ID == qr || c.Patient == who) {
				ids = append(ids, c.ID)
			}
		}
		for v := range contexts.Find(tx, "state", alive) {
			if v.live(s.now()) && (v.ID == ctx || v.Patient == who) {
				ids = append(ids, v.ID)
			}
		}
		return nil
	})
	if len(ids) == 0 {
		return nil, actionError(sim.NotFound, "nothing_to_expire", "aucun QR code affiché ni contexte valide n'est désigné", "no QR code that is shown, and no valid context, is named")
	}
	for _, id := range ids {
		if _, err := s.end(id, true); err != nil {
			return nil, err
		}
	}
	return map[string]any{"expired": len(ids)}, nil
}

func (s *Service) actContexts(_ context.Context, m map[string]any) (any, error) {
	var who, pro, state string
	if refusal := texts(m, map[string]*string{"patient": &who, "professional": &pro, "state": &state}); refusal != nil {
		return nil, refusal
	}
	if who != "" {
		p, refusal := s.whose(who)
		if refusal != nil {
			return nil, refusal
		}
		who = p.ID
	}
	cs, vs := []code{}, []vitale{}
	_ = s.world.Store.View(func(tx *store.Txn) error {
		for c := range codes.All(tx) {
			if (who == "" || c.Patient == who) && (pro == "" || c.Reader == pro) && (state == "" || c.State == state) {
				cs = append(cs, c)
			}
		}
		for v := range contexts.All(tx) {
			if (who == "" || v.Patient == who) && (pro == "" || v.Professional == pro) && (state == "" || v.State == state) {
				vs = append(vs, v)
			}
		}
		return nil
	})
	slices.SortFunc(cs, func(a, b code) int { return cmp.Compare(b.Order, a.Order) })
	slices.SortFunc(vs, func(a, b vitale) int { return cmp.Compare(b.Order, a.Order) })
	qrs, list := []map[string]any{}, []map[string]any{}
	for _, c := range cs {
		qrs = append(qrs, codeView(c))
	}
	for _, v := range vs {
		list = append(list, contextView(v))
	}
	return map[string]any{"codes": qrs, "contexts": list}, nil
}

func (s *Service) actDestroy(_ context.Context, m map[string]any) (any, error) {
	var ctx, who, pro string
	if refusal := texts(m, map[string]*string{"context": &ctx, "patient": &who, "professional": &pro}); refusal != nil {
		return nil, refusal
	}
	if ctx != "" {
		v, refusal := s.destroy(ctx, "", "action")
		if refusal != nil {
			return nil, refusal
		}
		return contextView(v), nil
	}
	if who != "" {
		p, refusal := s.whose(who)
		if refusal != nil {
			return nil, refusal
		}
		who = p.ID
	}
	var ids []string
	_ = s.world.Store.View(func(tx *store.Txn) error {
		for v := range contexts.Find(tx, "state", alive) {
			if v.live(s.now()) && (who != "" && v.Patient == who || pro != "" && v.Professional == pro) {
				ids = append(ids, v.ID)
			}
		}
		return nil
	})
	if len(ids) == 0 {
		return nil, actionError(sim.NotFound, "nothing_to_destroy", "aucun contexte valide n'est désigné", "no valid context is named")
	}
	for _, id := range ids {
		if _, refusal := s.destroy(id, "", "action"); refusal != nil {
			return nil, refusal
		}
	}
	return map[string]any{"destroyed": len(ids)}, nil
}
