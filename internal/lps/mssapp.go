package lps

import (
	"context"
	"errors"

	"github.com/segursim/segursim/internal/lps/mss"
	"github.com/segursim/segursim/internal/message"
)

// playApplicative sends a report from a BAL applicative, that a certificate ORG
// AUTH_CLI opens, with an address for answers and the mention that it is automatic;
// then it reads the BAL in the same way.
func playApplicative(ctx context.Context, s *session) error {
	if err := s.opened(ctx, profileMail); err != nil {
		return err
	}
	defer s.closed()
	if err := s.show(ctx, pageMail, s.given.Vars["bal"], "boite"); err != nil {
		return err
	}
	if s.opt.Misbehave == wrongToken {
		return s.withToken(ctx)
	}
	text := "Bonjour,\n\nVeuillez trouver ci-joint un document de test.\n\n"
	if s.opt.Misbehave != wrongMention {
		text += automatic
	}
	l, err := s.letter(ctx, text, correspondents()[0])
	if err != nil {
		return err
	}
	if s.opt.Misbehave != wrongReplyTo {
		l.ReplyTo = message.Address{Address: s.given.Vars["reponse"]}
	}
	r, err := s.report(mss.Biology(), 3, l)
	if err != nil {
		return err
	}
	r.Results = results("4.2", "N")
	if err := s.join(l, r); err != nil {
		return err
	}
	if _, err := s.dispatch(ctx, l, nil); err != nil {
		return err
	}
	if err := s.show(ctx, pageMail, s.newest(), "envoi-affiche"); err != nil {
		return err
	}
	return s.inbox(ctx)
}

// withToken opens the BAL with a token, without any certificate.
func (s *session) withToken(ctx context.Context) error {
	a := *s.desk.account
	a.TLS = s.trust.tls()
	a.Token = func(context.Context) (string, error) { return "e30.e30.jeton-d-un-professionnel", nil }
	out, err := a.Outbox(ctx)
	if err == nil {
		return errors.Join(errors.New("lps: the operator opened a BAL applicative to a token"), out.Close())
	}
	s.say("Refusé : %v", "Refused: %v", err)
	return nil
}
