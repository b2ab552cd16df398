package app

import (
	"io/fs"
	"log/slog"
	"time"

	"github.com/segursim/segursim/internal/journal"
)

// Options say how a simulator starts. The zero value is usable: every listener on
// its default port of 127.0.0.1, an ephemeral PKI, identifiers that do not repeat.
type Options struct {
	// Listen are addresses (host:port) by listener name: https, http, control, and
	// those of the stream services. A missing one is the default; port 0 is any.
	Listen map[string]string
	// FreePorts puts the listeners that Listen leaves out on any free port of
	// 127.0.0.1 instead of their default ones. Those that are off stay off.
	FreePorts bool
	// PublicURL pins the base of emitted URLs; empty follows the request's Host.
	PublicURL string
	// Seed makes identifiers repeatable; empty does not.
	Seed string
	// PKIDir keeps the test PKI between starts; empty or Ephemeral does not.
	PKIDir    string
	Ephemeral bool
	// CABits is the size of the authorities' keys: 2048 by default.
	CABits int
	// Hosts are further names and addresses for the server certificate.
	Hosts []string
	// FixturesDir and ScenariosDir add to the embedded ones, or replace by id.
	FixturesDir, ScenariosDir string
	// FaultsFile sets faults from the start: YAML with one key, faults.
	FaultsFile string
	// Journal bounds the journal.
	Journal journal.Options
	// Token guards the control API. Empty: none on loopback, a made-up one elsewhere.
	Token string
	// Relax names checks to loosen: see Relaxable.
	Relax []string
	// Chaos is the seed of the chaos faults; empty is off.
	Chaos string
	// Sections are the services' own settings, YAML by service name.
	Sections map[string][]byte
	// Clock is the simulated time at start, RFC 3339; empty is the wall's.
	Clock string
	// EndpointsFile receives the endpoints document once everything listens.
	EndpointsFile string
	// Log receives what is not of the journal; nil discards.
	Log *slog.Logger
	// Version is shown in documents and evidence.
	Version string
	// Wall tells the real time; nil means time.Now.
	Wall func() time.Time

	// Fixtures, Scenarios and Certs are the embedded files.
	Fixtures, Scenarios, Certs fs.FS
}

// Relaxable are the checks that Options.Relax may name.
func Relaxable() map[string]string {
	return map[string]string{
		"client-certificate": "certificates of clients are not asked for nor verified where the real service wants one",
	}
}

// The listeners that every simulator has, with their default addresses.
const (
	HTTPS   = "https"
	HTTP    = "http"
	Control = "control"
)

func defaults() map[string]string {
	return map[string]string{HTTPS: "127.0.0.1:8443", HTTP: "127.0.0.1:8080", Control: "127.0.0.1:8090"}
}
