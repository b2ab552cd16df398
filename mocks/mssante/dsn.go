package mssante

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/segursim/segursim/internal/message"
	"github.com/segursim/segursim/mocks/mssante/submission"
)

// patientServer is the name of the simulated mail server of Mon espace santé; the
// real one's is not public.
const patientServer = "mx.mes.segursim.test"

// The kinds of delivery reports.
const (
	dsnFailed  = "failed"
	dsnSuccess = "success"
	dsnDelayed = "delayed"
)

// report sends the delivery status notifications that the fates call for: one for
// the recipients that failed, and one for those whose success was asked for, by the
// server that delivered (RFC 3461 §5.2, §6). There is none about a null return path
// (RFC 3461 §6.2.1).
func (p *post) report(l *letter, m *message.Message, fates []fate) error {
	if l.From == "" {
		return nil
	}
	var servers []string // in the order met
	groups := map[string][]fate{}
	add := func(kind, server string, f fate) {
		key := kind + " " + server
		if groups[key] == nil {
			servers = append(servers, key)
		}
		groups[key] = append(groups[key], f)
	}
	for _, f := range fates {
		switch f.Outcome {
		case bounced:
			if wants(f, "FAILURE", true) {
				place := "pro"
				if f.patient {
					place = "patient"
				}
				add(dsnFailed, place, f)
			}
		case delivered, relayed:
			if wants(f, "SUCCESS", false) {
				server := f.Remote
				if server == "" || f.Outcome == relayed {
					server = p.o.Host() // who relays out of reach reports it itself
				}
				add(dsnSuccess, server, f)
			}
		}
	}
	for _, key := range servers {
		kind, server, _ := strings.Cut(key, " ")
		due, op := p.now, opReport
		if kind == dsnFailed {
			if server == "patient" {
				due, op = p.now.Add(time.Duration(p.o.conf.Patients.BounceDelay)), opBounce
			}
			server = p.o.Host() // the sender's operator reports what others refuse
		}
		if err := p.notify(l, m, kind, server, groups[key], due, op); err != nil {
			return err
		}
	}
	return nil
}

// warn sends the report of a delay.
func (p *post) warn(l *letter, m *message.Message, f fate) error {
	if l.From == "" || !wants(f, "DELAY", true) {
		return nil
	}
	return p.notify(l, m, dsnDelayed, p.o.Host(), []fate{f}, p.now, opReport)
}

// wants tells whether a condition is reported to the sender. Without NOTIFY failures
// are, and delays may be (RFC 3461 §4.1).
func wants(f fate, condition string, byDefault bool) bool {
	if len(f.Notify) == 0 {
		return byDefault
	}
	return slices.ContainsFunc(f.Notify, func(n string) bool { return strings.EqualFold(n, condition) })
}

// notify writes a report and posts it when it is due. It gives the message back whole
// only when something failed: as RET says, else when it is small (RFC 3461 §4.3).
func (p *post) notify(l *letter, m *message.Message, kind, server string, fates []fate, due time.Time, op string) error {
	whole := l.Return == "FULL" || l.Return == "" && int64(len(l.Raw)) <= p.o.conf.Notifications.FullBelow
	draft := message.Draft{
		From: message.Address{Name: "Mail Delivery System", Address: "MAILER-DAEMON@" + server}, To: []message.Address{{Address: l.From}},
		Subject: dsnSubject(kind), Date: due, MessageID: p.o.newMessageID(server),
		Extra: [][2]string{{"Auto-Submitted", "auto-replied"}}, Text: dsnText(kind, server, m, fates),
	}
	status := message.DeliveryStatus{ReportingMTA: server, OriginalEnvelopeID: l.EnvelopeID, Arrival: l.At.UTC().Format(time.RFC1123Z)}
	for _, f := range fates {
		status.Recipients = append(status.Recipients, dsnRecipient(kind, server, f))
	}
	raw, err := message.BuildDelivery(message.Report{Draft: draft, Original: l.Raw, HeadersOnly: kind != dsnFailed || !whole}, status)
	if err != nil {
		return fmt.Errorf("mssante: delivery report: %w", err)
	}
	return p.later(letter{
		Queue: p.o.queueID(), Origin: originReport, To: []submission.Recipient{{Address: l.From}}, Raw: raw, At: due, About: l.Queue, Helo: server,
	}, due, op)
}

// dsnSubject is the subject of a report: those of Postfix, of which the guide of the
// Cnam shows the first.
func dsnSubject(kind string) string {
	switch kind {
	case dsnSuccess:
		return "Successful Mail Delivery Report"
	case dsnDelayed:
		return "Delayed Mail (still being retried)"
	}
	return "Undelivered Mail Returned to Sender"
}

// dsnText is what a person reads.
func dsnText(kind, server string, m *message.Message, fates []fate) string {
	var b strings.Builder
	subject := m.Header.Get("Subject")
	switch kind {
	case dsnFailed:
		fmt.Fprintf(&b, "Message non distribué.\n\nLe serveur simulé %s n'a pas pu remettre votre message « %s » :\n", server, subject)
	case dsnDelayed:
		fmt.Fprintf(&b, "Message retardé.\n\nLe serveur simulé %s n'a pas encore pu remettre votre message « %s ». Il continue d'essayer : ne le renvoyez pas.\n", server, subject)
	default:
		fmt.Fprintf(&b, "Message remis.\n\nLe serveur simulé %s a remis votre message « %s » :\n", server, subject)
	}
	for _, f := range fates {
		fmt.Fprintf(&b, "\n<%s>", f.Address)
		if f.Code != "" {
			fmt.Fprintf(&b, " : %d %s %s", f.Status, f.Code, f.Text)
		} else if f.Outcome == relayed {
			b.WriteString(" : relayé vers un autre opérateur, qui ne dira pas plus")
		}
	}
	b.WriteString("\n\n--\nSimulateur segursim : ceci n'est pas un vrai opérateur. / A simulator, no real operator.\n")
	return b.String()
}

// dsnRecipient is the part of the report about one recipient (RFC 3464 §2.3).
func dsnRecipient(kind, server string, f fate) message.RecipientStatus {
	s := message.RecipientStatus{Original: f.Original, Final: f.Address, Action: f.Outcome, Status: f.Code}
	switch {
	case kind == dsnFailed:
		s.Action = "failed"
		if f.Refusal == relayTimeout {
			s.Status = "4.4.7"
		}
	case kind == dsnDelayed:
		s.Action = "delayed"
	default:
		s.Status = "2.0.0"
		if f.Remote == server || f.Remote == "" {
			s.Status = "2.1.5"
		}
	}
	if f.Remote != server {
		s.RemoteMTA = f.Remote
	}
	if f.Code != "" {
		s.Diagnostic = fmt.Sprintf("%d %s <%s>: %s", f.Status, f.Code, f.Address, f.Text)
	}
	return s
}
