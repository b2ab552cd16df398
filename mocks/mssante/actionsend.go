package mssante

import (
	"context"
	"strings"
	"time"

	"github.com/segursim/segursim/internal/message"
	"github.com/segursim/segursim/internal/sim"
	"github.com/segursim/segursim/internal/store"
	"github.com/segursim/segursim/mocks/mssante/bal"
	"github.com/segursim/segursim/mocks/mssante/mailbox"
)

// sendingActions are what simulated professionals do, and the state of their BAL.
func (s *Service) sendingActions() map[string]sim.Action {
	const (
		box   = "adresse de la BAL / address of the BAL"
		which = "Message-ID ou UID ; le plus récent sinon / Message-ID or UID; else the newest"
		how   = "displayed (affiché), processed (intégré), error (non intégré), deleted (supprimé)"
		code  = "900 à 906, pour error / 900 to 906, for error"
	)
	return map[string]sim.Action{
		"deposer":  action("Envoyer un message comme correspondant simulé", "Send a message as a simulated correspondent", depositParams(), s.actDeposit),
		"read":     action("Lire comme professionnel simulé : l'accusé part", "Read as a simulated professional: the receipt goes out", map[string]string{"bal": box, "message": which, "disposition": how, "code": code, "automatic": "true : accusé automatique / automatic receipt", "form": "mdn (défaut) ou mail : message d'erreur sans MDN / mdn (default) or mail: an error message without MDN"}, s.actRead),
		"receipts": action("Accusés automatiques d'une BAL", "Automatic receipts of a BAL", map[string]string{"bal": box, "disposition": how + ", off", "code": code, "delay": "durée simulée / simulated duration: 30s"}, s.actReceipts),
		"quota":    action("Changer le quota d'une BAL", "Change a BAL's quota", map[string]string{"bal": box, "bytes": "octets ; 0 : celui par défaut / bytes; 0: the default"}, s.actQuota),
		"waiting":  action("Voir ce qui attend : messages différés, réponses à venir", "See what waits: deferred messages, answers to come", nil, s.actWaiting),
	}
}

// disposition reads what a reader does with a message.
func disposition(in map[string]any) (how, code string, refusal *sim.Error) {
	if refusal := texts(in, map[string]*string{"disposition": &how, "code": &code}); refusal != nil {
		return "", "", refusal
	}
	switch how {
	case "":
		how = readDisplayed
		if code != "" {
			how = readError
		}
	case readDisplayed, readProcessed, readError, readDeleted, "off":
	default:
		return "", "", actionError(sim.BadRequest, "bad-disposition", "disposition : displayed, processed, error ou deleted, pas « "+how+" »", "disposition: displayed, processed, error or deleted, not \""+how+"\"")
	}
	if how == readError && code == "" {
		code = "906"
	}
	if _, ok := integrationErrors()[code]; code != "" && (!ok || how != readError) {
		return "", "", actionError(sim.BadRequest, "bad-code", "code : 900 à 906, avec la disposition error, pas « "+code+" »", "code: 900 to 906, with the disposition error, not \""+code+"\"")
	}
	return how, code, nil
}

// professional is a BAL that is no patient's.
func professional(tx *store.Txn, address string) (bal.BAL, *sim.Error) {
	b, ok := bal.BALs.Get(tx, strings.ToLower(address))
	if !ok || b.Kind == bal.Patient {
		return b, actionError(sim.NotFound, "bal-unknown", "aucune BAL « "+address+" »", "no BAL \""+address+"\"")
	}
	return b, nil
}

// actRead has a simulated professional read a message and send the receipt. Without
// Disposition-Notification-To there is none; where it differs from the return path,
// only a person's own consent sends one: automatic is refused (RFC 8098 §2.1).
func (s *Service) actRead(_ context.Context, in map[string]any) (any, error) {
	var address, which, form string
	var automatic bool
	if refusal := texts(in, map[string]*string{"bal": &address, "message": &which, "form": &form}); refusal != nil {
		return nil, refusal
	}
	if refusal := flags(in, map[string]*bool{"automatic": &automatic}); refusal != nil {
		return nil, refusal
	}
	how, code, refusal := disposition(in)
	if refusal != nil {
		return nil, refusal
	}
	if form != "" && form != "mdn" && form != "mail" || form == "mail" && how != readError {
		return nil, actionError(sim.BadRequest, "bad-form", "form : mdn, ou mail avec la disposition error", "form: mdn, or mail with the disposition error")
	}
	out := map[string]any{}
	err := s.office.act(func(p *post) error {
		b, refusal := professional(p.tx, address)
		if refusal != nil {
			return refusal
		}
		m, refusal := s.find(p.tx, b.Address, mailbox.Inbox, which)
		if refusal != nil {
			return refusal
		}
		read, l, err := s.held(p.tx, b.Address, m)
		if err != nil {
			return err
		}
		r := ack{
			from: message.Address{Name: b.Label, Address: b.Address}, disposition: how, code: code, label: integrationErrors()[code],
			automatic: automatic, due: p.now,
		}
		out = messageView(m, read)
		set := []string{`\Seen`}
		if form == "mail" {
			if err := p.flag(m, set); err != nil {
				return err
			}
			return p.complain(l, read, r)
		}
		if cause := receiptTrouble(read, l.From); cause != nil && (automatic || cause.Rule != "mss.mdn.other-path") {
			return &sim.Error{Kind: sim.Conflict, Code: strings.TrimPrefix(cause.Rule, "mss."), Text: cause.Text.EN, Cause: *cause}
		}
		if err := p.flag(m, append(set, "$MDNSent")); err != nil {
			return err
		}
		return p.receipt(l, read, r)
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// actReceipts tells a BAL to answer every message that asks for a receipt.
func (s *Service) actReceipts(_ context.Context, in map[string]any) (any, error) {
	var address, delay string
	if refusal := texts(in, map[string]*string{"bal": &address, "delay": &delay}); refusal != nil {
		return nil, refusal
	}
	how, code, refusal := disposition(in)
	if refusal != nil {
		return nil, refusal
	}
	var wait Duration
	if delay != "" {
		if err := wait.UnmarshalText([]byte(delay)); err != nil {
			return nil, actionError(sim.BadRequest, "bad-value", "delay est une durée, comme 30s", "delay is a duration, such as 30s")
		}
	}
	row := manner{Mode: how, Code: code, Delay: wait}
	err := s.world.Store.Update(func(tx *store.Txn) error {
		b, refusal := professional(tx, address)
		if refusal != nil {
			return refusal
		}
		row.Address = b.Address
		if how == "off" {
			_, err := manners.Delete(tx, b.Address)
			return err
		}
		return manners.Put(tx, row)
	})
	if err != nil {
		return nil, err
	}
	return map[string]any{"bal": row.Address, "disposition": row.Mode, "code": row.Code, "delay": time.Duration(row.Delay).String()}, nil
}

func (s *Service) actQuota(_ context.Context, in map[string]any) (any, error) {
	address, refusal := text(in, "bal")
	if refusal != nil {
		return nil, refusal
	}
	n, refusal := number(in, "bytes")
	if refusal != nil {
		return nil, refusal
	}
	if n < 0 {
		return nil, actionError(sim.BadRequest, "bad-value", "bytes ne peut pas être négatif", "bytes cannot be negative")
	}
	out := map[string]any{}
	err := s.world.Store.Update(func(tx *store.Txn) error {
		b, ok := bal.BALs.Get(tx, strings.ToLower(address))
		if !ok {
			return actionError(sim.NotFound, "bal-unknown", "aucune BAL « "+address+" »", "no BAL \""+address+"\"")
		}
		b.Quota = n
		out["bal"], out["quota"], out["used"] = b.Address, n, s.mail.Used(tx, b.Address)
		return bal.BALs.Put(tx, b)
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// actWaiting lists what waits, the next first.
func (s *Service) actWaiting(context.Context, map[string]any) (any, error) {
	list := []map[string]any{}
	_ = s.world.Store.View(func(tx *store.Txn) error {
		for _, w := range inOrder(tx) {
			list = append(list, map[string]any{
				"id": w.ID, "kind": w.Kind, "due": w.Due, "op": w.Op, "from": w.Letter.From, "to": w.Letter.To[0].Address,
				"queue": w.Letter.Queue, "about": w.Letter.About, "size": len(w.Letter.Raw),
			})
		}
		return nil
	})
	return map[string]any{"waiting": list}, nil
}
