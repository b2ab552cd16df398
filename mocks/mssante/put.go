package mssante

import (
	"errors"

	"github.com/segursim/segursim/internal/store"
	"github.com/segursim/segursim/mocks/mssante/mailbox"
)

// errOverQuota is returned by put for a BAL that has no room.
var errOverQuota = errors.New("mssante: over quota")

// put appends a letter to a folder of a BAL, which it makes when the BAL has none
// yet: a patient's, mostly.
func (p *post) put(l *letter, address, folder string, flags []string) (mailbox.Message, error) {
	l.prepare(p.o.Host())
	m, err := p.o.s.mail.AppendLetter(p.tx, address, folder, l.stamped, flags, p.now)
	if errors.Is(err, mailbox.ErrNoFolder) {
		if err := p.o.s.mail.Create(p.tx, address); err != nil {
			return m, err
		}
		m, err = p.o.s.mail.AppendLetter(p.tx, address, folder, l.stamped, flags, p.now)
	}
	if errors.Is(err, mailbox.ErrQuota) {
		return m, errOverQuota
	}
	return m, err
}

// flag adds flags to a message.
func (p *post) flag(m mailbox.Message, flags []string) error {
	_, err := p.o.s.mail.Flag(p.tx, m.Folder, []uint32{m.UID}, mailbox.AddFlags, flags)
	return err
}

// special is the name of a BAL's folder with that special use (RFC 6154).
func (s *Service) special(tx *store.Txn, address, use string) (string, bool) {
	for _, f := range s.mail.Folders(tx, address) {
		if f.Special == use {
			return f.Name, true
		}
	}
	return "", false
}
