package mssante

import (
	"io/fs"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/internal/sim"
	"github.com/segursim/segursim/internal/store"
	"github.com/segursim/segursim/mocks/mssante/bal"
	"github.com/segursim/segursim/mocks/mssante/mailbox"
	"github.com/segursim/segursim/mocks/mssante/reading"
	"github.com/segursim/segursim/mocks/mssante/submission"
)

// Service is a simulated MSSanté. Its state is in the world's store; the Service
// itself holds the open connections and the timers of what is to be answered later.
type Service struct {
	world  *sim.World
	config Config
	ops    map[string]sim.Op

	mail   *mailbox.Store
	estate *estate // what is declared: estate.go
	ports  *ports  // where the mail servers listen: ports.go
	gate   *gate   // who may open what: authority.go
	office *office // where a message goes: office.go

	submission *submission.Server
	reading    *reading.Server
}

// New returns the service. It refuses a configuration that means nothing.
func New(w *sim.World) (sim.Service, error) {
	s := &Service{world: w, ops: map[string]sim.Op{}}
	if err := w.Configure("mssante", &s.config); err != nil {
		return nil, err
	}
	if err := s.config.setDefaults(); err != nil {
		return nil, err
	}
	var err error
	if s.estate, err = newEstate(w.Fixtures, &s.config); err != nil {
		return nil, err
	}
	for _, op := range operations() {
		s.ops[op.Name] = op
	}
	s.ports = newPorts(s.config.Ports == "standard")
	s.mail = mailbox.New(w.Store, s.config.mailboxes(w))
	s.gate = newGate(s)
	s.office = newOffice(s)
	s.submission = submission.New(w, s.office, s.gate, s.ops)
	s.reading = reading.New(w, s.mail, s.gate, s.gate, s.ops)
	return s, nil
}

// Info describes the service.
func (s *Service) Info() sim.Info {
	return sim.Info{
		Name:   "mssante",
		Title:  journal.Text{FR: "MSSanté", EN: "MSSanté"},
		Spec:   "Référentiel socle MSSanté #2 v1.0.1 (API LPS), RFC 5321, 3501, 9051, 3461, 3464, 8098",
		Ops:    operations(),
		Absent: absent(),
	}
}

// operations are all of the service's.
func operations() []sim.Op {
	ops := append(readFacts(submission.Ops()), reading.Ops()...)
	ops = append(ops, discoveryOps()...)
	return append(ops, officeOps()...)
}

// Tables are the service's.
func (s *Service) Tables() []store.Schema {
	return append(append(bal.Tables(), mailbox.Tables()...), officeTables()...)
}

// Seed makes the boîtes aux lettres: see seed.go.
func (s *Service) Seed(tx *store.Txn, fixtures fs.FS) error { return s.seed(tx, fixtures) }

// Mount adds the routes of HTTP: autoconfiguration, liste blanche.
func (s *Service) Mount(g *echo.Group) { s.mount(g) }

// Listeners are the mail servers, and the name server where it is asked for.
func (s *Service) Listeners() []sim.Listener {
	return []sim.Listener{
		{Name: smtpListener, Default: "127.0.0.1:2587", Serve: s.ports.serving(smtpListener, s.submission.ServePlain)},
		{Name: smtpsListener, Default: "127.0.0.1:2465", Serve: s.ports.serving(smtpsListener, s.submission.ServeTLS)},
		{Name: imapListener, Default: "127.0.0.1:2143", Serve: s.ports.serving(imapListener, s.reading.ServePlain)},
		{Name: imapsListener, Default: "127.0.0.1:2993", Serve: s.ports.serving(imapsListener, s.reading.ServeTLS)},
		{Name: "dns", Serve: s.serveDNS, ServePacket: s.serveDNSPackets},
	}
}

// Reset ends the sessions of the world that was, and makes the timers of the one
// that is.
func (s *Service) Reset() {
	s.submission.Reset()
	s.reading.Reset()
	s.mail.Wake()
	s.gate.reset()
	s.office.reset()
}

func (s *Service) now() time.Time { return s.world.Clock.Now() }

var (
	_ sim.StreamService   = (*Service)(nil)
	_ sim.ActionService   = (*Service)(nil)
	_ sim.ResetService    = (*Service)(nil)
	_ sim.EndpointService = (*Service)(nil)
	_ sim.PanelService    = (*Service)(nil)
)
