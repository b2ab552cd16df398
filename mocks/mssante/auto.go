package mssante

import (
	"fmt"
	"time"

	"github.com/segursim/segursim/internal/message"
	"github.com/segursim/segursim/mocks/mssante/bal"
	"github.com/segursim/segursim/mocks/mssante/submission"
)

// robot answers a message to the test address of Mon espace santé. It stays silent
// about automatic messages and the null return path (RFC 3834 §2). What the real
// address answers, and when, is not public: this text is ours (invented).
func (p *post) robot(l *letter, m *message.Message) error {
	if p.o.conf.AutoReply.Mode == "off" || l.From == "" || m.Automatic(l.From) {
		return nil
	}
	to := l.From
	if p.o.conf.AutoReply.To == "reply-to" {
		if reply := header(m, "Reply-To"); len(reply) > 0 && bal.DomainOf(reply[0]) != patientDomain && p.o.s.trusted(bal.DomainOf(reply[0])) {
			to = reply[0]
		}
	}
	if to == robotAddress {
		return nil
	}
	due := p.now.Add(time.Duration(*p.o.conf.AutoReply.Delay))
	subject := m.Header.Get("Subject")
	raw, err := message.Build(message.Draft{
		From: message.Address{Address: robotAddress}, To: []message.Address{{Address: to}}, Subject: answered(subject), Date: due,
		MessageID: p.o.newMessageID(patientServer), InReplyTo: first(m.Header.IDs("Message-ID")), References: thread(m),
		Extra: [][2]string{{"Auto-Submitted", "auto-replied"}}, Text: robotText(l, m, subject),
	})
	if err != nil {
		return fmt.Errorf("mssante: automatic answer: %w", err)
	}
	return p.later(letter{
		Queue: p.o.queueID(), Origin: originRobot, To: []submission.Recipient{{Address: to}}, Raw: raw, At: due, BAL: robotAddress,
		About: l.Queue, Helo: patientServer,
	}, due, opAutoReply)
}

// robotText is the answer.
func robotText(l *letter, m *message.Message, subject string) string {
	files := len(m.Attachments())
	return fmt.Sprintf(`Bonjour,

Ceci est une réponse automatique d'un simulateur (segursim) : aucune personne réelle n'a reçu votre message, et il n'a pas quitté votre poste pour le vrai Mon espace santé.

Votre message a bien été reçu par l'adresse de test simulée de MSSanté citoyenne.

Objet : %s
Expéditeur : %s
Reçu le : %s
Pièces jointes : %d
Taille : %d octets
Numéro : %s

Ne répondez pas à ce message.
`, subject, l.From, paris(l.At).Format("02/01/2006 15:04:05"), files, len(l.Raw), l.Queue)
}

// answered is the subject of an answer: « Re: » before it, once (RFC 5322 §3.6.5).
func answered(subject string) string {
	if len(subject) >= 3 && (subject[:3] == "Re:" || subject[:3] == "RE:" || subject[:3] == "re:") {
		return subject
	}
	return "Re: " + subject
}

// maxThread bounds the identifiers of a References field.
const maxThread = 50

// thread is the References field of an answer (RFC 5322 §3.6.4).
func thread(m *message.Message) []string {
	refs := m.Header.IDs("References")
	if len(refs) == 0 {
		if in := m.Header.IDs("In-Reply-To"); len(in) == 1 {
			refs = in
		}
	}
	if ids := m.Header.IDs("Message-ID"); len(ids) > 0 {
		refs = append(append([]string{}, refs...), ids[0])
	}
	if len(refs) > maxThread { // the first and the newest
		refs = append(refs[:1:1], refs[len(refs)-maxThread+1:]...)
	}
	return refs
}
