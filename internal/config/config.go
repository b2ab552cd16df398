package config

import "log/slog"

// Config is every setting, checked. Zero values are the defaults of who
// receives it, unless said otherwise.
type Config struct {
	// Listen is host:port by listener's name; a listener nobody spoke of is not
	// in it.
	Listen    map[string]string
	PublicURL string // without a final slash
	Seed      string
	Clock     string // RFC 3339
	Token     string
	Relax     []string
	Chaos     string

	PKIDir    string // never empty unless Ephemeral
	OwnPKIDir bool   // somebody chose PKIDir; else it is the default folder
	Ephemeral bool
	Fixtures  string // a folder
	Scenarios string // a folder
	Faults    string // a file
	Endpoints string // a file

	JournalBytes   int64
	JournalEntries int
	JournalBody    int64

	LogLevel  slog.Level
	LogFormat string // "text" or "json"
	Lang      string // "fr" or "en"

	// Sections are the services' own, raw YAML by service.
	Sections map[string][]byte
	// Warnings are what is odd and no error.
	Warnings []string
}
