package mssante

import (
	"context"
	"encoding/base64"
	"strings"

	"github.com/segursim/segursim/internal/message"
	"github.com/segursim/segursim/internal/sim"
	"github.com/segursim/segursim/internal/store"
	"github.com/segursim/segursim/mocks/mssante/bal"
	"github.com/segursim/segursim/mocks/mssante/linter"
	"github.com/segursim/segursim/mocks/mssante/mailbox"
)

// messageActions look at messages.
func (s *Service) messageActions() map[string]sim.Action {
	const (
		box    = "adresse de la BAL / address of the BAL"
		folder = "dossier, INBOX par défaut / folder, INBOX by default"
		which  = "Message-ID ou UID ; le plus récent sinon / Message-ID or UID; else the newest"
	)
	return map[string]sim.Action{
		"messages": action("Lister les messages d'une BAL", "List a BAL's messages", map[string]string{"bal": box, "folder": folder, "limit": "nombre, 100 / how many, 100", "before": "UID : avant celui-ci / UID: before this one"}, s.actMessages),
		"message":  action("Voir un message : en-tête, parties, constats", "See a message: header, parts, findings", map[string]string{"bal": box, "folder": folder, "message": which, "source": "true : les octets aussi, en base64 / true: the bytes too, in base64"}, s.actMessage),
		"lint":     action("Vérifier un message sans l'envoyer", "Check a message without sending it", map[string]string{"raw": "le message, texte ou base64 / the message, as text or base64", "from": "MAIL FROM", "to": "RCPT TO, liste / list", "kind": "type de BAL de l'expéditeur : PER, ORG, APP, CAB / the sender's kind of BAL"}, s.actLint),
	}
}

func (s *Service) actMessages(_ context.Context, in map[string]any) (any, error) {
	var address, folder string
	if refusal := texts(in, map[string]*string{"bal": &address, "folder": &folder}); refusal != nil {
		return nil, refusal
	}
	limit, refusal := number(in, "limit")
	before, refusal2 := number(in, "before")
	if refusal != nil || refusal2 != nil {
		return nil, firstError(refusal, refusal2)
	}
	if limit <= 0 || limit > maxListed {
		limit = 100
	}
	if folder == "" {
		folder = mailbox.Inbox
	}
	address = strings.ToLower(address)
	out := map[string]any{}
	err := s.world.Store.View(func(tx *store.Txn) error {
		if refusal := s.known(tx, address); refusal != nil {
			return refusal
		}
		folders := s.mail.Folders(tx, address)
		f, ok := s.mail.Folder(tx, address, folder)
		if !ok && len(folders) > 0 {
			return actionError(sim.NotFound, "no-folder", "« "+address+" » n'a pas de dossier « "+folder+" »", "\""+address+"\" has no folder \""+folder+"\"")
		}
		list := []map[string]any{}
		for m := range s.mail.Messages(tx, f.ID) {
			if before == 0 || int64(m.UID) < before {
				list = append(list, rowView(m))
			}
			if int64(len(list)) > 2*limit { // the newest count
				list = append(list[:0], list[int64(len(list))-limit:]...)
			}
		}
		if int64(len(list)) > limit {
			list = list[int64(len(list))-limit:]
		}
		out["bal"], out["folder"], out["folders"], out["messages"] = address, f, folders, list
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// known refuses an address that no mailbox can have.
func (s *Service) known(tx *store.Txn, address string) *sim.Error {
	if _, ok := bal.BALs.Get(tx, address); ok {
		return nil
	}
	if bal.DomainOf(address) == patientDomain {
		_, _, refusal := s.office.whose(tx, address)
		return refusal
	}
	return actionError(sim.NotFound, "bal-unknown", "aucune BAL « "+address+" »", "no BAL \""+address+"\"")
}

func firstError(list ...*sim.Error) error {
	for _, e := range list {
		if e != nil {
			return e
		}
	}
	return nil
}

// rowView is a message as a list shows it.
func rowView(m mailbox.Message) map[string]any {
	return map[string]any{
		"uid": m.UID, "message_id": m.MessageID, "subject": m.Subject, "from": m.From, "to": m.To, "sent": m.Sent, "arrived": m.Arrived,
		"flags": m.Flags, "size": m.Size, "attached": m.Attached,
	}
}

// messageView is a message as one looks at it.
func messageView(m mailbox.Message, read *message.Message) map[string]any {
	out := rowView(m)
	headers := [][2]string{}
	for _, f := range read.Header {
		headers = append(headers, [2]string{f.Name, f.Value()})
	}
	parts := []map[string]any{}
	read.Walk(func(p *message.Part) bool {
		parts = append(parts, map[string]any{
			"type": p.MediaType, "disposition": p.Disposition, "name": p.Filename, "encoding": p.Encoding, "size": p.End - p.Content,
		})
		return true
	})
	out["headers"], out["parts"], out["text"] = headers, parts, read.Body()
	if d, ok := read.Delivery(); ok {
		out["dsn"] = d
	}
	if d, ok := read.Disposition(); ok {
		out["mdn"] = d
	}
	return out
}

func (s *Service) actMessage(_ context.Context, in map[string]any) (any, error) {
	var address, folder, which string
	var source bool
	if refusal := texts(in, map[string]*string{"bal": &address, "folder": &folder, "message": &which}); refusal != nil {
		return nil, refusal
	}
	if refusal := flags(in, map[string]*bool{"source": &source}); refusal != nil {
		return nil, refusal
	}
	if folder == "" {
		folder = mailbox.Inbox
	}
	address = strings.ToLower(address)
	var out map[string]any
	err := s.world.Store.View(func(tx *store.Txn) error {
		if refusal := s.known(tx, address); refusal != nil {
			return refusal
		}
		m, refusal := s.find(tx, address, folder, which)
		if refusal != nil {
			return refusal
		}
		raw, err := s.mail.Raw(tx, m)
		if err != nil {
			return err
		}
		read, err := message.Parse(raw)
		if err != nil { // appended by a client: anything
			out = rowView(m)
			out["unreadable"] = err.Error()
		} else {
			out = messageView(m, read)
		}
		if source {
			out["source"] = base64.StdEncoding.EncodeToString(raw)
		}
		if row, ok := sentTo(tx, m.MessageID, address); ok {
			out["queue"], out["findings"], out["receipts"], out["recipients"] = row.ID, row.Findings, row.Receipts, row.Recipients
		} else if row, ok := sentTo(tx, m.MessageID, ""); ok {
			out["queue"], out["findings"], out["receipts"], out["recipients"] = row.ID, row.Findings, row.Receipts, row.Recipients
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

func (s *Service) actLint(_ context.Context, in map[string]any) (any, error) {
	var raw, from, kind string
	if refusal := texts(in, map[string]*string{"raw": &raw, "from": &from, "kind": &kind}); refusal != nil {
		return nil, refusal
	}
	to, refusal := list(in, "to")
	if refusal != nil {
		return nil, refusal
	}
	b := rawMessage(raw)
	if len(b) == 0 || len(b) > maxMessage {
		return nil, actionError(sim.BadRequest, "bad-value", "raw est un message", "raw is a message")
	}
	var report *linter.Report
	_ = s.world.Store.View(func(tx *store.Txn) error {
		report = linter.Lint(linter.Input{
			Raw: b, From: from, To: to, Kind: kind, Now: s.now(), Limit: s.office.MaxSize(), Trusted: s.trusted,
			Patient: func(matricule string) (linter.Patient, bool) { return lintPatient(tx, matricule) },
			Reply:   func(id string) bool { return knows(tx, id, from) },
		})
		return nil
	})
	return map[string]any{
		"findings": report.Findings, "errors": report.Count(linter.Error), "warnings": report.Count(linter.Warning),
		"nil": report.NIL, "patient": report.Patient, "readable": report.Message != nil, "facts": report.Facts(),
	}, nil
}

// rawMessage reads a message given as text or as base64. A line end of text is made
// CRLF, as on the wire.
func rawMessage(s string) []byte {
	if !strings.ContainsAny(s[:min(len(s), 200)], ": ") {
		if b, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(s), "")); err == nil {
			return b
		}
	}
	return []byte(strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\n", "\r\n"))
}
