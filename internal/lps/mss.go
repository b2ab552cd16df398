package lps

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/segursim/segursim/internal/lps/mss"
	"github.com/segursim/segursim/internal/message"
)

const (
	// productNIL is the product's reference on Convergence: made up, and visibly so.
	productNIL = "SEGURSIM-LPS-TEMOIN"
	// profileMail is the certificate of a BAL applicative.
	profileMail = "org-auth-cli"
	// robot is the test address of Mon espace santé.
	robot = "reponse.automatique-test@patient.mssante.fr"
)

// A desk is the mail side of the software.
type desk struct {
	account *mss.Account
	out     *mss.Outbox
	in      *mss.Inbox
}

// A mailRow is a message on the software's page.
type mailRow struct {
	Way      Text // sent, received
	With     string
	Subject  string // without the marker of an archive (SC.MSS/UX.28)
	Lines    []string
	Alerts   []string // results that must alert (BIO/va1.01)
	Question Text     // what a person has to decide
}

// readyMSS checks that the simulator has MSSanté, and that the scenario names a BAL.
func readyMSS(s *session) error {
	switch {
	case s.endpoints.Services.MSS.Autoconfig == "":
		return errors.New("lps: the endpoints document names no MSSanté")
	case s.given.Vars["bal"] == "":
		return fmt.Errorf("lps: %w: the scenario names no BAL (given.vars.bal)", ErrUnplayable)
	}
	return nil
}

// readyMSSByToken is for a BAL that a Pro Santé Connect token opens.
func readyMSSByToken(s *session) error {
	if err := readyPSC(s); err != nil {
		return err
	}
	return readyMSS(s)
}

// opened prepares the scenario's BAL, found by the automatic configuration of its
// domain. The certificate, or the session's token, opens it later.
func (s *session) opened(ctx context.Context, profile string) error {
	bal := s.given.Vars["bal"]
	servers, err := mss.Discover(ctx, s.http, s.endpoints.Services.MSS.Autoconfig, bal)
	if err != nil {
		return err
	}
	a := &mss.Account{BAL: bal, Servers: servers}
	if profile == "" {
		a.TLS = s.trust.tls()
		a.Token = func(context.Context) (string, error) {
			if s.tokens.Access == "" {
				return "", errors.New("lps: nobody is logged in with Pro Santé Connect")
			}
			return s.tokens.Access, nil
		}
	} else {
		pem, err := s.keys(ctx, profile)
		if err != nil {
			return err
		}
		pair, err := tls.X509KeyPair(pem, pem)
		if err != nil {
			return fmt.Errorf("lps: %s: %w", profile, err)
		}
		a.TLS = s.trust.tls(pair)
		s.is(s.label().Name)
	}
	s.desk.account = a
	s.site.set(func(v *view) { v.BAL = bal })
	s.say("BAL %s : SMTP %s:%s, IMAP %s:%s", "BAL %s: SMTP %s:%s, IMAP %s:%s", bal, servers.SMTP.Host, servers.SMTP.Port, servers.IMAP.Host, servers.IMAP.Port)
	return nil
}

// closed closes what is open.
func (s *session) closed() {
	if s.desk.out != nil {
		_ = s.desk.out.Close() // the operator may have gone first
		s.desk.out = nil
	}
	if s.desk.in != nil {
		_ = s.desk.in.Close()
		s.desk.in = nil
	}
}

// outbox opens the submission session, once.
func (s *session) outbox(ctx context.Context) (err error) {
	if s.desk.out == nil {
		s.desk.out, err = s.desk.account.Outbox(ctx)
	}
	return err
}

// inbox opens the reading session, once, with INBOX selected.
func (s *session) inbox(ctx context.Context) error {
	if s.desk.in != nil {
		return nil
	}
	in, err := s.desk.account.Inbox(ctx)
	if err != nil {
		return err
	}
	if _, err := in.Select(ctx, "INBOX"); err != nil {
		_ = in.Close()
		return err
	}
	s.desk.in = in
	return nil
}

// label is the BAL with its label, as From has it (MSS/va1.16).
func (s *session) label() message.Address {
	return message.Address{Name: s.given.Vars["intitule"], Address: s.given.Vars["bal"]}
}

// newID makes an identifier.
func (s *session) newID() (uuid.UUID, error) {
	id, err := uuid.NewRandomFromReader(s.opt.Rand)
	if err != nil {
		return id, fmt.Errorf("lps: %w", err)
	}
	return id, nil
}

// letter begins a message.
func (s *session) letter(ctx context.Context, text string, to ...string) (*mss.Letter, error) {
	at, err := s.now(ctx)
	if err != nil {
		return nil, err
	}
	id, err := s.newID()
	if err != nil {
		return nil, err
	}
	_, domain, _ := strings.Cut(s.given.Vars["bal"], "@")
	return &mss.Letter{From: s.label(), To: to, Text: text, At: at, ID: id.String() + "@" + domain, NIL: productNIL}, nil
}

// report begins the patient's document, in a fresh version 1.
func (s *session) report(kind mss.Kind, level int, at *mss.Letter) (*mss.Report, error) {
	id, err := s.newID()
	if err != nil {
		return nil, err
	}
	set, err := s.newID()
	if err != nil {
		return nil, err
	}
	return &mss.Report{
		ID: mss.OID(id), SetID: mss.OID(set), Version: 1, Kind: kind, Level: level, At: at.At, Patient: s.about(), Author: biologist(),
		Text: "Document de test du LPS témoin SEGURSIM, sans valeur médicale.",
	}, nil
}

// join packs documents with a letter.
func (s *session) join(l *mss.Letter, reports ...*mss.Report) error {
	lot, err := s.newID()
	if err != nil {
		return err
	}
	l.Pack, err = mss.NewPack(mss.OID(lot), reports...)
	return err
}

// about is the scenario's patient, with a qualified identity where the scenario gives
// the matricule with its OID.
func (s *session) about() mss.Patient {
	v := s.given.Vars
	first, _, _ := strings.Cut(v["prenoms"], " ")
	return mss.Patient{
		Name: v["nom"], FirstName: first, FirstNames: v["prenoms"], Sex: v["sexe"], Born: v["date"], Place: v["lieu"],
		Matricule: v["matricule"], OID: v["oid"], Local: "IPP-LPS-TEMOIN-1",
	}
}

// dispatch spoils a draft where that was asked for, submits it, and shows it.
func (s *session) dispatch(ctx context.Context, l *mss.Letter, spoil func(*message.Draft)) ([]byte, error) {
	d := l.Draft()
	if s.opt.Misbehave == wrongNIL {
		d.Extra = slices.DeleteFunc(d.Extra, func(f [2]string) bool { return f[0] == "X-MSS-NIL" })
	}
	if spoil != nil {
		spoil(&d)
	}
	raw, err := message.Build(d)
	if err != nil {
		return nil, fmt.Errorf("lps: %w", err)
	}
	if err := s.outbox(ctx); err != nil {
		return nil, err
	}
	var to []string
	for _, a := range d.To {
		to = append(to, a.Address)
	}
	if err := s.desk.out.Send(ctx, mss.Envelope{To: to, Report: l.Receipt}, raw); err != nil {
		return nil, err
	}
	s.say("Message envoyé à %s : %s", "Message sent to %s: %s", strings.Join(to, ", "), d.Subject)
	row := mailRow{Way: Text{FR: "envoyé", EN: "sent"}, With: strings.Join(to, ", "), Subject: mss.Row{Subject: d.Subject}.Shown()}
	for _, f := range d.Attachments {
		row.Lines = append(row.Lines, f.Name)
	}
	s.mailed(row)
	return raw, nil
}

// mailed puts a message on the page, the newest first.
func (s *session) mailed(row mailRow) {
	s.site.set(func(v *view) { v.Mail = slices.Insert(slices.Clone(v.Mail), 0, row) })
}

// newest is the subject of the newest message on the page.
func (s *session) newest() string {
	s.site.mu.Lock()
	defer s.site.mu.Unlock()
	if len(s.site.view.Mail) == 0 {
		return ""
	}
	return s.site.view.Mail[0].Subject
}
