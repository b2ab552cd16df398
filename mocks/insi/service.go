package insi

import (
	"io/fs"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/internal/sim"
	"github.com/segursim/segursim/internal/store"
	"github.com/segursim/segursim/internal/tlsi"
)

// Service is a simulated INSi. Its state is in the world's store; the Service
// itself holds what its configuration says, and the WSDL as it is served.
type Service struct {
	world    *sim.World
	config   Config
	contract contract
	door     *tlsi.Door
	list     []sim.Op
	ops      map[string]sim.Op
	faults   map[string]tlsi.Fault
}

// New returns the service. It refuses a configuration that means nothing.
func New(w *sim.World) (sim.Service, error) {
	door, err := tlsi.Of(w)
	if err != nil {
		return nil, err
	}
	s := &Service{world: w, door: door, ops: map[string]sim.Op{}}
	if err := w.Configure("insi", &s.config); err != nil {
		return nil, err
	}
	if err := s.config.setDefaults(); err != nil {
		return nil, err
	}
	if s.faults, err = faultTable(s.config.Codes); err != nil {
		return nil, err
	}
	if s.contract, err = loadContract(s.config.VerificationContract); err != nil {
		return nil, err
	}
	s.list = s.operations()
	for _, op := range s.list {
		s.ops[op.Name] = op
	}
	s.register()
	return s, nil
}

// Info describes the service.
func (s *Service) Info() sim.Info {
	return sim.Info{
		Name:  "insi",
		Title: journal.Text{FR: "INSi (Identité nationale de santé)", EN: "INSi (national health identity)"},
		Spec:  "Téléservice INSi de l'Assurance Maladie, paquet DESIR_ICIR_EXP_1.5.0 (06/11/2020) ; règles du guide SEL-MP-043 connues par des sources publiques",
		Ops:   s.list,
		Absent: []journal.Text{
			{FR: "Le guide SEL-MP-043 et son paquet v05 ne sont pas publics : le contrat simulé est celui du paquet 1.5.0.", EN: "The guide SEL-MP-043 and its package v05 are not public: the contract simulated is that of package 1.5.0."},
			{FR: "Vérification unitaire et par lot : contrat inventé, remplaçable par un fichier.", EN: "Verification, unitary and in batch: an invented contract, which a file can replace."},
			{FR: "Les autres téléservices de /lps (ADRi, ALDi, HRi, IMTi…) : une faute qui le dit.", EN: "The other téléservices of /lps (ADRi, ALDi, HRi, IMTi…): a fault that says so."},
			{FR: "Les puces de la carte Vitale : l'assertion Vitale est une assertion SAML de forme supposée.", EN: "The chip of the carte Vitale: the Vitale assertion is a SAML assertion of a supposed form."},
		},
	}
}

// Hosts are the qualification host names of /lps.
func (s *Service) Hosts() []string {
	return []string{"qualiflps.services-ps.ameli.fr", "qualiflps-services-ps-tlsm.ameli.fr"}
}

// Tables are the service's.
func (s *Service) Tables() []store.Schema { return tables() }

// Seed has nothing to put in: identities are rows of the registre.
func (s *Service) Seed(*store.Txn, fs.FS) error { return nil }

// Mount adds the door's paths, and the WSDL.
func (s *Service) Mount(g *echo.Group) {
	s.door.Mount(g)
	g.GET(tlsi.Path, s.describe)
	g.HEAD(tlsi.Path, s.describe)
}

// Endpoints are the service's part of the endpoints document.
func (s *Service) Endpoints(base string) map[string]any {
	url := strings.TrimSuffix(base, "/") + tlsi.Path
	return map[string]any{"url": url, "wsdl": url + "?wsdl"}
}

// Actions are the verbs of actions/insi/*.
func (s *Service) Actions() map[string]sim.Action {
	return merge(s.ownActions(), identityActions(s.world), datamatrixActions(s.world))
}

// Panels are the service's pages in the console.
func (s *Service) Panels() []sim.Panel {
	return append(identityPanels(s.world), datamatrixPanel(s.world))
}

func (s *Service) now() time.Time { return s.world.Clock.Now() }

var (
	_ sim.ActionService   = (*Service)(nil)
	_ sim.PanelService    = (*Service)(nil)
	_ sim.EndpointService = (*Service)(nil)
)
