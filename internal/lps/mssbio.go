package lps

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/segursim/segursim/internal/lps/mss"
	"github.com/segursim/segursim/internal/message"
)

// arrival is how long, in real time, a message is waited for.
const arrival = 10 * time.Second

// mailAgent is how the software names itself in receipts.
const mailAgent = "lps-temoin.segursim.test; LPS témoin SEGURSIM"

// playReception receives two biology reports: one about a patient that the software
// knows by the INS, with a result that must alert; one about nobody that it knows.
func playReception(ctx context.Context, s *session) error {
	if err := s.opened(ctx, ""); err != nil {
		return err
	}
	defer s.closed()
	if err := s.login(ctx); err != nil {
		return err
	}
	if err := s.inbox(ctx); err != nil {
		return err
	}
	if err := s.show(ctx, pageMail, s.given.Vars["bal"], "boite"); err != nil {
		return err
	}
	read := map[string]bool{}
	first, err := s.arrived(ctx, "lecture", read)
	if err != nil {
		return err
	}
	if err := s.filed(ctx, first); err != nil {
		return err
	}
	if err := s.receipt(ctx, first); err != nil {
		return err
	}
	if s.opt.Misbehave == wrongNoMDN {
		return nil
	}
	second, err := s.arrived(ctx, "lecture-inconnu", read)
	if err != nil {
		return err
	}
	return s.unmatched(ctx, second)
}

// arrived waits for a message that was not read yet, and fetches it once the scenario
// has come to the step.
func (s *session) arrived(ctx context.Context, step string, read map[string]bool) (*mss.Mail, error) {
	if err := s.come(ctx, step); err != nil {
		return nil, err
	}
	limit, cancel := context.WithTimeout(ctx, arrival)
	defer cancel()
	for {
		rows, err := s.desk.in.List(ctx)
		if err != nil {
			return nil, err
		}
		for _, r := range slices.Backward(rows) {
			if r.Seen || read[r.ID] || !slices.ContainsFunc(r.Parts, func(p mss.Part) bool { return p.Name == mss.ArchiveName }) {
				continue
			}
			read[r.ID] = true
			if s.opt.Misbehave == wrongUnread { // the header is all that it looks at
				r.Parts = nil
			}
			return s.desk.in.Fetch(ctx, r)
		}
		if limit.Err() != nil {
			return nil, errors.Join(errors.New("lps: no message with documents has come"), ctx.Err())
		}
		if err := s.desk.in.Idle(limit); err != nil {
			return nil, err
		}
	}
}

// filed shows the message with what its metadata say, the results that must alert, and
// files the document in the record of the patient named by the INS.
func (s *session) filed(ctx context.Context, m *mss.Mail) error {
	if s.opt.Misbehave == wrongUnread {
		return nil
	}
	f, err := m.Archive()
	if err != nil {
		return err
	}
	if f == nil || len(f.Documents) == 0 {
		return errors.New("lps: the message brings no document")
	}
	row := s.received(m, f)
	if f.Matricule != s.given.Vars["matricule"] || f.OID != s.given.Vars["oid"] {
		return fmt.Errorf("lps: the document is about %s, not about the scenario's patient", f.Matricule)
	}
	if len(row.Alerts) == 0 {
		return errors.New("lps: no result of the document must alert")
	}
	row.Lines = append(row.Lines, "Patient reconnu par son INS "+f.Matricule+" : document classé dans son dossier")
	s.mailed(row)
	for _, shown := range []struct{ must, step string }{
		{m.Shown(), "liste"}, {row.Alerts[0], "alerte"}, {f.Matricule, "rapprochement"},
	} {
		if err := s.show(ctx, pageMail, shown.must, shown.step); err != nil {
			return err
		}
	}
	return s.desk.in.Flag(ctx, m.UID, `\Seen`)
}

// received is a message with its documents as the page shows it.
func (s *session) received(m *mss.Mail, f *mss.Filing) mailRow {
	row := mailRow{Way: Text{FR: "reçu", EN: "received"}, With: strings.TrimSpace(m.FromName + " " + m.From), Subject: m.Shown()}
	for _, d := range f.Documents {
		c := d.CDA
		row.Lines = append(row.Lines, fmt.Sprintf("%s, %s %s, %s, niveau %d", c.Title, c.Patient.BirthName, c.Patient.FirstName, c.Effective, c.Level))
		for _, o := range d.Alerts {
			row.Alerts = append(row.Alerts, strings.TrimSpace(o.Code.Display+" : "+o.Value+" "+o.Unit+" ("+o.Interpretation+")"))
		}
	}
	return row
}

// receipt sends the disposition notification that was asked for, and shows so.
func (s *session) receipt(ctx context.Context, m *mss.Mail) error {
	if s.opt.Misbehave == wrongNoMDN {
		return nil
	}
	by, err := s.reader(ctx)
	if err != nil {
		return err
	}
	raw, to, err := m.Receipt(by)
	if err != nil {
		return err
	}
	if err := s.notify(ctx, m, raw, to); err != nil {
		return err
	}
	return s.show(ctx, pageMail, s.newest(), "accuse-affiche")
}

func (s *session) reader(ctx context.Context) (mss.Reader, error) {
	at, err := s.now(ctx)
	if err != nil {
		return mss.Reader{}, err
	}
	id, err := s.newID()
	if err != nil {
		return mss.Reader{}, err
	}
	_, domain, _ := strings.Cut(s.given.Vars["bal"], "@")
	return mss.Reader{From: s.label(), NIL: productNIL, Agent: mailAgent, At: at, ID: id.String() + "@" + domain}, nil
}

// notify sends a receipt, with the null return path, and notes that it is gone.
func (s *session) notify(ctx context.Context, m *mss.Mail, raw []byte, to string) error {
	if err := s.outbox(ctx); err != nil {
		return err
	}
	if err := s.desk.out.Send(ctx, mss.Envelope{Null: true, To: []string{to}}, raw); err != nil {
		return err
	}
	s.say("Accusé de lecture envoyé à %s", "Receipt sent to %s", to)
	s.mailed(mailRow{Way: Text{FR: "accusé", EN: "receipt"}, With: to, Subject: "Lu : " + m.Shown()})
	return s.desk.in.Flag(ctx, m.UID, "$MDNSent")
}

// unmatched shows a document that names no INS: a person says whose it is.
func (s *session) unmatched(ctx context.Context, m *mss.Mail) error {
	f, err := m.Archive()
	if err != nil {
		return err
	}
	if f == nil || f.Matricule != "" {
		return errors.New("lps: the second message should bring a document without INS")
	}
	row := s.received(m, f)
	row.Question = Text{
		FR: "Identité non qualifiée : à rapprocher d'un dossier par une personne, rien n'est classé.",
		EN: "Identity not qualified: a person has to match it with a record, nothing is filed.",
	}
	s.mailed(row)
	if s.opt.Misbehave == wrongUnasked {
		if err := s.unasked(ctx, m); err != nil {
			return err
		}
	}
	return s.show(ctx, pageMail, row.Question.In(s.opt.Lang), "rapprochement-manuel")
}

// unasked sends a receipt although the message asks for none.
func (s *session) unasked(ctx context.Context, m *mss.Mail) error {
	asking := *m
	asking.Header = append(slices.Clone(m.Header), message.Field{
		Name: "Disposition-Notification-To", Raw: []byte("Disposition-Notification-To: <" + m.From + ">\r\n"),
	})
	by, err := s.reader(ctx)
	if err != nil {
		return err
	}
	raw, to, err := asking.Receipt(by)
	if err != nil {
		return err
	}
	return s.notify(ctx, m, raw, to)
}
