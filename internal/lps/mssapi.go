package lps

import (
	"bufio"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/segursim/segursim/internal/lps/mss"
	"github.com/segursim/segursim/internal/lps/oidc"
)

// endTime is how long, in real time, the end of a mail session is waited for.
const endTime = 10 * time.Second

// playAPI finds a BAL, opens it with a Pro Santé Connect token, sends, keeps what was
// sent; opens it again by itself when the operator cuts the session (MSS/CONF.11), and
// ends it when the Pro Santé Connect session is over (MSS/CONF.10).
func playAPI(ctx context.Context, s *session) error {
	if err := s.opened(ctx, ""); err != nil {
		return err
	}
	defer s.closed()
	if err := s.login(ctx); err != nil {
		return err
	}
	if s.opt.Misbehave == wrongEarly {
		if err := s.early(ctx); err != nil {
			return err
		}
	}
	if err := s.inbox(ctx); err != nil {
		return err
	}
	if err := s.show(ctx, pageMail, s.given.Vars["bal"], "boite"); err != nil {
		return err
	}
	if err := s.keepSent(ctx); err != nil {
		return err
	}
	if err := s.show(ctx, pageMail, s.newest(), "envoyes"); err != nil {
		return err
	}
	if err := s.cut(ctx, "coupure"); err != nil {
		return err
	}
	if s.opt.Misbehave == wrongReopen {
		return nil
	}
	if err := s.again(ctx); err != nil {
		return err
	}
	return s.over(ctx)
}

// login logs the professional in by CIBA. The steps that show it are confirmed the
// first time.
func (s *session) login(ctx context.Context) error {
	s.site.set(func(v *view) { v.Identifier = s.hint })
	if err := s.show(ctx, pageLogin, s.hint, "zone-connexion"); err != nil {
		return err
	}
	return s.relogin(ctx)
}

func (s *session) relogin(ctx context.Context) error {
	t, err := s.ask(ctx)
	if err != nil {
		return err
	}
	return s.answered(ctx, t)
}

// keepSent sends a message and puts it into the folder of what was sent.
func (s *session) keepSent(ctx context.Context) error {
	l, err := s.letter(ctx, "Bonjour,\n\nCeci est un message de test du LPS témoin SEGURSIM.\n", correspondents()[0])
	if err != nil {
		return err
	}
	l.Subject, l.Receipt = "Question au sujet d'un patient", true
	raw, err := s.dispatch(ctx, l, nil)
	if err != nil {
		return err
	}
	folder, err := s.desk.in.Sent(ctx)
	if err != nil {
		return err
	}
	return s.desk.in.Append(ctx, folder, raw, l.At)
}

// early authenticates to the submission server before any TLS.
func (s *session) early(ctx context.Context) error {
	at := s.desk.account.Servers.SMTP
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", net.JoinHostPort(at.Host, at.Port))
	if err != nil {
		return fmt.Errorf("lps: %w", err)
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	name, initial, err := (&mss.XOAUTH2{BAL: s.given.Vars["bal"], Token: s.tokens.Access}).Start()
	if err != nil {
		return err
	}
	r := bufio.NewReader(conn)
	for _, line := range []string{"", "EHLO lps-temoin.segursim.test", "AUTH " + name + " " + base64.StdEncoding.EncodeToString(initial), "QUIT"} {
		if line != "" {
			if _, err := fmt.Fprintf(conn, "%s\r\n", line); err != nil {
				return fmt.Errorf("lps: %w", err)
			}
		}
		for {
			got, err := r.ReadString('\n')
			if err != nil {
				return fmt.Errorf("lps: SMTP without TLS: %w", err)
			}
			if len(got) < 4 || got[3] != '-' {
				break
			}
		}
	}
	return nil
}

// cut waits until the operator has ended the reading session.
func (s *session) cut(ctx context.Context, step string) error {
	if err := s.come(ctx, step); err != nil {
		return err
	}
	limit, cancel := context.WithTimeout(ctx, endTime)
	defer cancel()
	select {
	case <-s.desk.in.Ended():
	case <-limit.Done():
		return errors.Join(errors.New("lps: the operator did not end the mail session"), ctx.Err())
	}
	s.closed()
	s.site.set(func(v *view) { v.BAL = "" })
	s.say("L'opérateur a fermé la session de messagerie", "The operator has closed the mail session")
	return nil
}

// again opens the mail session by itself, with a token fresh from the living session.
func (s *session) again(ctx context.Context) error {
	if err := s.come(ctx, "reouverture"); err != nil {
		return err
	}
	if err := s.refresh(ctx); err != nil {
		return err
	}
	if err := s.inbox(ctx); err != nil {
		return err
	}
	s.site.set(func(v *view) { v.BAL = s.given.Vars["bal"] })
	return s.show(ctx, pageMail, s.given.Vars["bal"], "reouverture-affichee")
}

// over sees the end of the Pro Santé Connect session, closes its own, and asks the
// person to log in again.
func (s *session) over(ctx context.Context) error {
	if err := s.cut(ctx, "fermeture"); err != nil {
		return err
	}
	if s.opt.Misbehave == wrongKeep {
		return s.insist(ctx)
	}
	if err := s.refresh(ctx); oidc.Code(err) != "invalid_grant" {
		return errors.Join(errors.New("lps: the Pro Santé Connect session should be over"), err)
	}
	s.tokens, s.claims, s.person = oidc.Tokens{}, nil, oidc.Person{} // MSS/CONF.10, MSS/CONF.28
	s.site.set(func(v *view) { v.Connected, v.Name, v.ID = false, "", "" })
	s.notice("Votre session Pro Santé Connect est terminée : la messagerie est fermée.", "Your Pro Santé Connect session is over: the mail session is closed.")
	closed := Text{FR: "la messagerie est fermée", EN: "the mail session is closed"}
	if err := s.show(ctx, pageLogin, closed.In(s.opt.Lang), "fermeture-affichee"); err != nil {
		return err
	}
	s.tell("", "")
	if err := s.relogin(ctx); err != nil {
		return err
	}
	if err := s.inbox(ctx); err != nil {
		return err
	}
	s.site.set(func(v *view) { v.BAL = s.given.Vars["bal"] })
	return s.show(ctx, pageMail, s.given.Vars["bal"])
}

// insist goes on with the token of a session that is over.
func (s *session) insist(ctx context.Context) error {
	for range 4 {
		err := s.inbox(ctx)
		var refused *mss.TokenError
		if err == nil || !errors.As(err, &refused) && !strings.Contains(err.Error(), "IMAP") {
			return errors.Join(errors.New("lps: the operator should refuse the token"), err)
		}
	}
	return nil
}
