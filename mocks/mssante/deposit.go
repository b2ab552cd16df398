package mssante

import (
	"context"
	"strconv"
	"strings"

	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/internal/message"
	"github.com/segursim/segursim/internal/sim"
	"github.com/segursim/segursim/internal/store"
	"github.com/segursim/segursim/mocks/mssante/auth"
	"github.com/segursim/segursim/mocks/mssante/bal"
	"github.com/segursim/segursim/mocks/mssante/submission"
)

func depositParams() map[string]string {
	return map[string]string{
		"from":        "BAL simulée qui envoie / simulated BAL that sends",
		"to":          "destinataires, liste / recipients, list",
		"cc":          "en copie / in copy",
		"reply_to":    "Reply-To",
		"subject":     "objet ; avec un document, celui du référentiel par défaut / subject; with a document, that of the référentiel by default",
		"text":        "texte / text",
		"html":        "HTML, en plus du texte / HTML, beside the text",
		"attachments": "[{nom, type, contenu en base64}]",
		"receipt":     "true : demande un accusé (Disposition-Notification-To) / true: asks for a receipt",
		"in_reply_to": "Message-ID du message auquel celui-ci répond / Message-ID of the message that this one answers",
		"nil":         "X-MSS-NIL, SEGURSIM par défaut / X-MSS-NIL, SEGURSIM by default",
		"mes":         "FIN : X-MSS-MES",
		"notify":      "NOTIFY : SUCCESS, FAILURE, DELAY, NEVER",
		"document":    "document à joindre en IHE_XDM.zip et PDF/A-1 : voir docs / document to join as IHE_XDM.zip and PDF/A-1: {patient, type, title, level, results, text, pdf, replaces, qualified}",
		"raw":         "le message entier, à la place du reste / the whole message, instead of the rest",
	}
}

// deposited is what the deposit of a message is made of.
type deposited struct {
	from, replyTo, subject, words, html, inReplyTo, nilValue, mes, raw string
	to, cc, notify                                                     []string
	receipt                                                            bool
	files                                                              []message.Attachment
	document                                                           *document
}

// readDeposit reads the parameters of the action.
func readDeposit(in map[string]any) (d deposited, refusal *sim.Error) {
	d.nilValue = "SEGURSIM"
	if refusal = texts(in, map[string]*string{
		"from": &d.from, "reply_to": &d.replyTo, "subject": &d.subject, "text": &d.words, "html": &d.html, "in_reply_to": &d.inReplyTo,
		"mes": &d.mes, "raw": &d.raw,
	}); refusal != nil {
		return d, refusal
	}
	if _, said := in["nil"]; said {
		if d.nilValue, refusal = text(in, "nil"); refusal != nil {
			return d, refusal
		}
	}
	if refusal = flags(in, map[string]*bool{"receipt": &d.receipt}); refusal != nil {
		return d, refusal
	}
	for name, p := range map[string]*[]string{"to": &d.to, "cc": &d.cc, "notify": &d.notify} {
		if *p, refusal = list(in, name); refusal != nil {
			return d, refusal
		}
	}
	if d.files, refusal = attachments(in, "attachments"); refusal != nil {
		return d, refusal
	}
	d.document, refusal = readDocument(in["document"])
	return d, refusal
}

// actDeposit sends a message as a simulated correspondent: it takes the way of any
// message, but for the session.
func (s *Service) actDeposit(ctx context.Context, in map[string]any) (any, error) {
	d, refusal := readDeposit(in)
	if refusal != nil {
		return nil, refusal
	}
	env, refusal := s.depositEnvelope(&d)
	if refusal != nil {
		return nil, refusal
	}
	raw := rawMessage(d.raw)
	if d.raw == "" {
		var err error
		if raw, err = s.compose(&d); err != nil {
			return nil, err
		}
	}
	x := &sim.Exchange{}
	env.Exchange = x
	queue, refusal := s.office.deposit(ctx, env, raw)
	if refusal != nil {
		return nil, refusal
	}
	var row sent
	_ = s.world.Store.View(func(tx *store.Txn) error {
		row, _ = sents.Get(tx, queue)
		return nil
	})
	s.office.tell([]event{{op: opDeposit, summary: env.From + " écrit à " + strings.Join(d.to, ", "), body: raw, causes: x.Entry.Causes, facts: map[string]any{
		"delivery": map[string]any{"queue": queue, "from": env.From, "to": d.to[0], "bal": env.Sender.BAL, "origin": originDeposit, "subject": row.Subject, "message_id": row.MessageID, "recipients": int64(len(row.Recipients))},
	}}})
	return map[string]any{"queue": queue, "message_id": row.MessageID, "recipients": row.Recipients, "findings": row.Findings, "remarks": causesView(x.Entry.Causes)}, nil
}

// causesView are remarks as an action gives them back.
func causesView(list []journal.Cause) []journal.Cause { return append([]journal.Cause{}, list...) }

// depositEnvelope is the envelope of a deposit. The sender is a simulated BAL that is
// open, or a patient that may write: mes.write is the verb for that.
func (s *Service) depositEnvelope(d *deposited) (submission.Envelope, *sim.Error) {
	var env submission.Envelope
	from, ok := normal(d.from)
	if !ok {
		return env, actionError(sim.BadRequest, "bad-address", "from : « "+d.from+" » n'a pas la forme d'une adresse", "from: \""+d.from+"\" has not the form of an address")
	}
	var refusal *sim.Error
	_ = s.world.Store.View(func(tx *store.Txn) error {
		switch b, ok := bal.BALs.Get(tx, from); {
		case bal.DomainOf(from) == patientDomain:
			refusal = actionError(sim.BadRequest, "patient-sender", "un usager écrit par mes.write et mes.reply", "a patient writes through mes.write and mes.reply")
		case !ok:
			refusal = actionError(sim.NotFound, "bal-unknown", "aucune BAL « "+from+" »", "no BAL \""+from+"\"")
		case b.State != bal.Active && b.State != bal.Inaccessible:
			refusal = actionError(sim.Conflict, "bal-closed", "la BAL « "+from+" » est fermée", "the BAL \""+from+"\" is closed")
		}
		return nil
	})
	if refusal != nil {
		return env, refusal
	}
	id := auth.Identity{BAL: from, Client: "segursim", Mechanism: "deposit"}
	env = submission.Envelope{From: from, Sender: id, Helo: s.office.Host(), Received: s.now()}
	if len(d.to)+len(d.cc) == 0 || len(d.to) == 0 {
		return env, s.office.conf.refuse(nobody)
	}
	for _, to := range append(append([]string{}, d.to...), d.cc...) {
		if refusal := s.office.Recipient(context.Background(), id, from, to); refusal != nil {
			return env, refusal
		}
		env.Recipients = append(env.Recipients, submission.Recipient{Address: to, Notify: d.notify})
	}
	return env, nil
}

// deposit posts a message that no session submitted.
func (o *office) deposit(ctx context.Context, env submission.Envelope, raw []byte) (string, *sim.Error) {
	if refusal := o.admit(&env, raw); refusal != nil {
		return "", refusal
	}
	l := o.submitted(&env, raw)
	l.Origin = originDeposit
	report := o.lint(&l)
	if refusal := o.read(&env, report); refusal != nil {
		return "", refusal
	}
	o.remark(env.Exchange, report)
	p, err := o.handle(ctx, &l, report)
	if err != nil {
		return "", o.trouble(ctx, err)
	}
	for _, c := range p.remarks {
		env.Exchange.Note(c)
	}
	return l.Queue, nil
}

// compose writes the message of a deposit.
func (s *Service) compose(d *deposited) ([]byte, error) {
	var label string
	_ = s.world.Store.View(func(tx *store.Txn) error {
		b, _ := bal.BALs.Get(tx, strings.ToLower(d.from))
		label = b.Label
		return nil
	})
	draft := message.Draft{
		From: message.Address{Name: label, Address: strings.ToLower(d.from)}, ReplyTo: message.Address{Address: d.replyTo}, Subject: d.subject,
		Date: s.now(), MessageID: s.office.newMessageID(bal.DomainOf(d.from)), InReplyTo: strings.Trim(d.inReplyTo, "<> "),
		Text: d.words, HTML: d.html, Attachments: d.files,
	}
	if draft.InReplyTo != "" {
		draft.References = []string{draft.InReplyTo}
	}
	for _, a := range d.to {
		draft.To = append(draft.To, message.Address{Address: a})
	}
	for _, a := range d.cc {
		draft.Cc = append(draft.Cc, message.Address{Address: a})
	}
	if d.receipt {
		draft.Notify = draft.From.Address
	}
	for _, h := range [][2]string{{"X-MSS-NIL", d.nilValue}, {"X-MSS-MES", d.mes}} {
		if h[1] != "" {
			draft.Extra = append(draft.Extra, h)
		}
	}
	if d.document != nil {
		if err := s.join(&draft, d); err != nil {
			return nil, err
		}
	}
	if draft.Text == "" && draft.HTML == "" {
		draft.Text = "Message de test du simulateur segursim, sans valeur médicale. / Test message of the segursim simulator, without medical value.\n"
	}
	raw, err := message.Build(draft)
	if err != nil {
		return nil, actionError(sim.BadRequest, "bad-message", "le message ne peut pas être écrit : "+err.Error(), "the message cannot be written: "+err.Error())
	}
	return raw, nil
}

// count of results in words, for the text of a message.
func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}
