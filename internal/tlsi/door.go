package tlsi

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/labstack/echo/v4"

	"github.com/segursim/segursim/internal/sim"
	"github.com/segursim/segursim/internal/soap"
)

// Path is where the téléservices are.
const Path = "/lps"

// sharedKey is the door's in World.Shared.
const sharedKey = "tlsi"

// A Door receives the requests of every téléservice of one world.
type Door struct {
	world   *sim.World
	config  Config
	options map[string]Fault // of Config.Codes, by name

	mu      sync.RWMutex
	routes  []Route
	faults  map[string]Fault
	vitale  VitaleProof
	mounted map[*echo.Group]map[string]bool
}

// Of returns the world's door, the same one for every service, and configures
// it from the `tlsi:` section the first time. Services call it where they are
// made. The error is of the configuration.
func Of(w *sim.World) (*Door, error) {
	type made struct {
		door *Door
		err  error
	}
	if w.Shared == nil {
		return nil, errors.New("tlsi: the world has no Shared")
	}
	m := w.Shared.Get(sharedKey, func() any {
		d, err := newDoor(w)
		return made{d, err}
	}).(made)
	return m.door, m.err
}

func newDoor(w *sim.World) (*Door, error) {
	d := &Door{world: w, faults: map[string]Fault{}, mounted: map[*echo.Group]map[string]bool{}}
	if err := w.Configure("tlsi", &d.config); err != nil {
		return nil, err
	}
	if err := d.config.setDefaults(); err != nil {
		return nil, err
	}
	d.options = d.config.Codes.faults()
	for _, f := range d.options {
		d.faults[f.Code] = f
	}
	for _, f := range Catalogue() {
		d.faults[f.Code] = f
	}
	return d, nil
}

// A Route is one operation of a téléservice.
type Route struct {
	// Service is the name of the registering service: "insi".
	Service string
	// Op describes the operation. Its Facts should include those of Facts, and its
	// Codes be those of Door.Codes.
	Op sim.Op
	// Path is where it is posted; Path ("/lps") when empty.
	Path string
	// Action is the WS-Addressing action: "urn:ServiceIdentiteCertifiee:1.0.0:…".
	Action string
	// Body is the name of the body's element. Without an action in the request it
	// selects the operation; with one, another element is refused.
	Body soap.Name
	// NoBAM says that the operation has no ContexteBAM (ApCV).
	NoBAM bool
	// PersonOnly says that a structure's certificate does not suffice (a Vitale
	// search, ApCV): an assertion of a professional is needed.
	PersonOnly bool
	// Decode reads Request.Envelope.Body into Request.Input and records the
	// service's facts, before the director is asked; nil does nothing.
	Decode func(*Request) *Fault
	// Patches says that Handle applies Request.Patch itself, because it knows more
	// of its answer (the order of its schema) than the door does.
	Patches bool
	// Handle acts and answers.
	Handle Handler
	// After is told how each exchange of the operation ended, refusals of the door
	// and of the director included; nil does nothing. The request holds what was
	// read of it until then.
	After func(r *Request, refusal *Fault)
}

// A Handler acts on a request and returns the inside of soap:Body, well-formed
// XML with its own namespace declarations, or a refusal.
type Handler func(*Request) (body []byte, refusal *Fault)

// Handle registers an operation. It panics on one that could never be reached
// or would hide another: a mistake of the service, found when it is made.
func (d *Door) Handle(r Route) {
	if r.Path == "" {
		r.Path = Path
	}
	if r.Service == "" || r.Op.Name == "" || r.Handle == nil || r.Body.Local == "" && r.Action == "" {
		panic(fmt.Sprintf("tlsi: an incomplete route: %s %s", r.Service, r.Op.Name))
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, o := range d.routes {
		if o.Path == r.Path && (o.Action == r.Action && r.Action != "" || o.Body == r.Body && o.Action == "" && r.Action == "") {
			panic(fmt.Sprintf("tlsi: %s and %s both answer %s %s", o.Service, r.Service, r.Action, r.Body))
		}
	}
	d.routes = append(d.routes, r)
}

// Declare adds to the faults that the director, or Known, may name.
func (d *Door) Declare(faults ...Fault) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, f := range faults {
		d.faults[f.Code] = f
	}
}

// Known returns the fault with this code: of Catalogue, of the options, or
// declared by a service.
func (d *Door) Known(code string) (Fault, bool) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	f, ok := d.faults[code]
	return f, ok
}

// Codes are the codes of the faults that Known has, sorted, for Op.Codes.
func (d *Door) Codes() []string {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return slices.Sorted(maps.Keys(d.faults))
}

// Mount adds the paths of the registered operations to the front door. Every
// service on the door calls it; a path is added once.
func (d *Door) Mount(g *echo.Group) {
	d.mu.Lock()
	defer d.mu.Unlock()
	have := d.mounted[g]
	if have == nil {
		have = map[string]bool{}
		d.mounted[g] = have
	}
	paths := []string{Path}
	for _, r := range d.routes {
		paths = append(paths, r.Path)
	}
	slices.Sort(paths)
	for _, p := range slices.Compact(paths) {
		if !have[p] {
			have[p] = true
			g.POST(p, d.serve)
		}
	}
}

// Config is the door's configuration, with its defaults set.
func (d *Door) Config() Config { return d.config }

// Style is how envelopes are written, and Prefix how services should write
// their body: "" for a default namespace, else a prefix such as "ns2".
func (d *Door) Style() (envelope soap.Style, prefix string) { return d.config.style() }

// A VitaleProof tells whether a token stands for a carte Vitale that was shown:
// the ApCV answers for its contexts.
type VitaleProof interface {
	// Check returns the registre's id of the patient; the error, an *sim.Error or
	// any other, says why the token is not a proof.
	Check(ctx context.Context, token string) (patientID string, err error)
}

// SetVitaleProof makes p answer for tokens.
func (d *Door) SetVitaleProof(p VitaleProof) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.vitale = p
}

// VitaleProof returns who answers for tokens, nil when nobody does.
func (d *Door) VitaleProof() VitaleProof {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return d.vitale
}
