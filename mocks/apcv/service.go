package apcv

import (
	"io/fs"
	"strings"
	"sync"
	"time"

	"github.com/segursim/segursim/internal/clock"
	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/internal/registre"
	"github.com/segursim/segursim/internal/sim"
	"github.com/segursim/segursim/internal/store"
	"github.com/segursim/segursim/internal/tlsi"
)

// Service is a simulated ApCV service. Its state is in the world's store; the
// Service itself holds only the timers of what waits for its end.
type Service struct {
	world  *sim.World
	config Config
	ops    map[string]sim.Op
	door   *tlsi.Door

	mu     sync.Mutex
	alarms map[string]*clock.Timer // by id of a code or of a context
}

// virtualHost is the name that the service answers for besides the front door's:
// the real qualification host is not public (invented).
const virtualHost = "apcv.segursim.test"

// New returns the service. It refuses a configuration that means nothing.
func New(w *sim.World) (sim.Service, error) {
	s := &Service{world: w, ops: map[string]sim.Op{}, alarms: map[string]*clock.Timer{}}
	if err := w.Configure("apcv", &s.config); err != nil {
		return nil, err
	}
	if err := s.config.setDefaults(); err != nil {
		return nil, err
	}
	for _, op := range operations(&s.config) {
		s.ops[op.Name] = op
	}
	var err error
	if s.door, err = tlsi.Of(w); err != nil {
		return nil, err
	}
	s.register(s.door)
	return s, nil
}

// Info describes the service.
func (s *Service) Info() sim.Info {
	return sim.Info{
		Name:  "apcv",
		Title: journal.Text{FR: "Application carte Vitale (ApCV)", EN: "Application carte Vitale (ApCV)"},
		Spec:  "ApCV_AUTH 1.0.0, ApCV_SIGN 1.0.0 (noms de requêtes publics ; réponses, codes et QR code inventés)",
		Ops:   operations(&s.config),
		Absent: []journal.Text{
			{FR: "L'échange NFC : son texte est celui du QR code, que le simulateur donne aussi.", EN: "The NFC exchange: its text is that of the QR code, which the simulator gives too."},
			{FR: "La version 2 du service d'authentification, dont seuls des noms de types sont connus.", EN: "Version 2 of the authentication service, of which only names of types are known."},
			{FR: "L'enrôlement d'un patient dans l'application, et la télétransmission de ce qui est signé.", EN: "The enrolment of a patient in the application, and the transmission of what is signed."},
		},
	}
}

// Hosts are the names it answers for: one of ours, the real one is not public.
func (s *Service) Hosts() []string { return []string{virtualHost} }

// Tables are the service's.
func (s *Service) Tables() []store.Schema { return tables() }

// Seed adds nothing: nobody shows a code at first.
func (s *Service) Seed(*store.Txn, fs.FS) error { return nil }

// Endpoints are the service's part of the endpoints document.
func (s *Service) Endpoints(base string) map[string]any {
	base = strings.TrimSuffix(base, "/")
	return map[string]any{"auth": base + authPath, "sign": base + signPath}
}

// SigningKeys are the keys that the first signature needs.
func (s *Service) SigningKeys() []string { return []string{signKey} }

func (s *Service) now() time.Time { return s.world.Clock.Now() }

// patient returns the patient with this id of the registre.
func (s *Service) patient(id string) (registre.Patient, bool) {
	var p registre.Patient
	var ok bool
	_ = s.world.Store.View(func(tx *store.Txn) error {
		p, ok = registre.GetPatient(tx, id)
		return nil
	})
	return p, ok
}

// event writes in the journal what happened outside of an exchange.
func (s *Service) event(op, summary string, facts map[string]any) {
	s.world.Journal.Append(&journal.Entry{
		Time: s.now(), Transport: "event", Service: "apcv", Op: op, Outcome: journal.Event,
		Provenance: string(s.ops[op].Provenance), Summary: summary, Facts: map[string]any{"apcv": facts},
	})
}

var (
	_ sim.ActionService   = (*Service)(nil)
	_ sim.PanelService    = (*Service)(nil)
	_ sim.ResetService    = (*Service)(nil)
	_ sim.EndpointService = (*Service)(nil)
	_ sim.KeyService      = (*Service)(nil)
	_ tlsi.VitaleProof    = (*Service)(nil)
)
