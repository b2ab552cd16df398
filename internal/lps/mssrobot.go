package lps

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/segursim/segursim/internal/lps/mss"
	"github.com/segursim/segursim/internal/message"
)

// answerTime is how long the test address is waited for, in simulated time.
const answerTime = time.Minute

// playRobot writes to the test address of Mon espace santé, and shows the automatic
// answer under the message that it answers.
func playRobot(ctx context.Context, s *session) error {
	if err := s.opened(ctx, profileMail); err != nil {
		return err
	}
	defer s.closed()
	if err := s.show(ctx, pageMail, s.given.Vars["bal"], "boite"); err != nil {
		return err
	}
	to := robot
	if s.opt.Misbehave == wrongTarget {
		to = strings.Replace(robot, "automatique-test", "automatique", 1)
	}
	l, err := s.letter(ctx, "Bonjour,\n\nCeci est un message de test du LPS témoin SEGURSIM.\n\n"+automatic, to)
	if err != nil {
		return err
	}
	l.Subject, l.ReplyTo = "Message de test", l.From
	if _, err := s.dispatch(ctx, l, func(d *message.Draft) {
		if s.opt.Misbehave == wrongHTML {
			d.HTML, d.Text = "<p>"+d.Text+"</p>", ""
		}
	}); err != nil {
		return err
	}
	m, err := s.answer(ctx, l.ID)
	if err != nil {
		return err
	}
	s.mailed(mailRow{Way: Text{FR: "reçu", EN: "received"}, With: m.From, Subject: m.Shown(), Lines: strings.Split(strings.TrimSpace(m.Text), "\n")})
	return s.show(ctx, pageMail, m.Shown(), "reponse-affichee")
}

// answer waits for the answer to a message, for as long as simulated time has it.
func (s *session) answer(ctx context.Context, id string) (*mss.Mail, error) {
	if err := s.inbox(ctx); err != nil {
		return nil, err
	}
	for waited := time.Duration(0); ; waited += time.Second {
		m, err := s.found(ctx, func(r mss.Row) bool { return r.Replies == id })
		switch {
		case err != nil || m != nil:
			return m, err
		case s.run.state().Over():
			return nil, errRunEnded
		case waited >= answerTime:
			return nil, fmt.Errorf("lps: no answer to %s within %v", id, answerTime)
		}
		if err := s.pass(ctx, time.Second); err != nil {
			return nil, err
		}
		if err := s.desk.in.Noop(ctx); err != nil {
			return nil, err
		}
	}
}

// found fetches the newest message of INBOX that fits; nil when none does.
func (s *session) found(ctx context.Context, fits func(mss.Row) bool) (*mss.Mail, error) {
	if s.desk.in == nil {
		return nil, errors.New("lps: no mail session is open")
	}
	rows, err := s.desk.in.List(ctx)
	if err != nil {
		return nil, err
	}
	for i := len(rows) - 1; i >= 0; i-- {
		if fits(rows[i]) {
			return s.desk.in.Fetch(ctx, rows[i])
		}
	}
	return nil, nil
}
