package console

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"html/template"
	"io"
	"sync"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/segursim/segursim/internal/sim"
)

// Deps are what a Console shows and steers. World is wanted; a part that is nil
// makes its pages and routes say that it is not there.
type Deps struct {
	World    *sim.World
	Services []sim.Service
	Engine   Engine
	PKI      Certs
	// Endpoints returns the endpoints document, made of JSON values.
	Endpoints func() any
	// SetPublicURL pins the base of emitted URLs, "" follows the Host again; its
	// error says what is wrong with the URL.
	SetPublicURL func(string) error
	// Reset puts the simulated world back to its baseline.
	Reset func() error
	// Snapshot and Restore write and read the whole state, clock included.
	Snapshot func(io.Writer) error
	Restore  func(io.Reader) error
	// Token is wanted from every caller; "" leaves the listener open, which is
	// for loopback only.
	Token   string
	Version string
	Seed    string // written in evidence packs
	// Ready tells whether the simulator serves; nil means always.
	Ready func() bool
	// Rand gives the secret of the forms: 16 bytes, once. Defaults to
	// crypto/rand, on purpose even when the World is seeded.
	Rand io.Reader
	// Heartbeat is how often a silent event stream says that it is alive, in
	// real time; default 15 s.
	Heartbeat time.Duration
}

// A Console serves the control listener. Make one with New, Close it before its
// listener is shut down: that is what releases those who wait.
type Console struct {
	deps     Deps
	ctx      context.Context
	cancel   context.CancelFunc
	work     sync.WaitGroup
	csrf     string
	counters counters
	assets   map[string]asset
	pages    func() (map[string]*template.Template, error) // parsed when first asked for
	where    whereEnv
	forms    map[string]int64 // bounds of the panels' forms, by path
}

// reserved are the names under /console/ that no service may have.
func reserved() []string {
	return []string{
		"assets", "journal", "clock", "faults", "scenarios", "runs", "certs", "services", "reset",
	}
}

// New returns a console that follows the journal, until Close.
func New(d Deps) (*Console, error) {
	if d.World == nil || d.World.Journal == nil || d.World.Clock == nil {
		return nil, errors.New("console: a world with a journal and a clock is wanted")
	}
	for _, s := range d.Services {
		for _, name := range reserved() {
			if s.Info().Name == name {
				return nil, fmt.Errorf("console: a service cannot be named %q: the console has a page of that name", name)
			}
		}
	}
	if d.Rand == nil {
		d.Rand = rand.Reader
	}
	if d.Heartbeat <= 0 {
		d.Heartbeat = 15 * time.Second
	}
	var secret [16]byte
	if _, err := io.ReadFull(d.Rand, secret[:]); err != nil {
		return nil, fmt.Errorf("console: secret of the forms: %w", err)
	}
	assets, err := loadAssets()
	if err != nil {
		return nil, err
	}
	c := &Console{deps: d, csrf: hex.EncodeToString(secret[:]), assets: assets, pages: sync.OnceValues(loadPages)}
	c.where = newWhereEnv(d.Services)
	c.forms = formLimits(d.Services)
	c.ctx, c.cancel = context.WithCancel(context.Background())
	c.counters.init(d.World.Journal)
	c.work.Go(func() { c.counters.follow(c.ctx) })
	return c, nil
}

// Mount adds everything to the control listener's echo, which is the console's
// alone: the guards and the error handler are set for all of it.
func (c *Console) Mount(e *echo.Echo) {
	e.HTTPErrorHandler = c.handleError
	e.Use(c.secure, c.guard, c.sameSite)
	e.GET("/readyz", c.readyz)
	e.GET("/healthz", c.healthz)
	for _, r := range routes() {
		e.Add(r.method, r.echoPath(), c.strictQuery(r))
	}
	c.mountPages(e)
	c.mountPanels(e)
}

// Reset empties the counters. The application calls it when the world goes back
// to its baseline by another way than the API.
func (c *Console) Reset() { c.counters.reset() }

// Close releases every wait and event stream and stops following the journal.
// Requests still get an answer afterwards.
func (c *Console) Close() {
	c.cancel()
	c.work.Wait()
}

// scope returns a context that ends with the request, with Close, or after d of
// real time when d is positive.
func (c *Console) scope(r context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(r)
	stop := context.AfterFunc(c.ctx, cancel)
	timeout := func() {}
	if d > 0 {
		ctx, timeout = context.WithTimeout(ctx, d)
	}
	return ctx, func() { stop(); timeout(); cancel() }
}
