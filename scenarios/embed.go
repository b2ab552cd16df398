// Package scenarios embeds the scenario files of the Ségur rehearsals.
//
// The format is that of package internal/scenario. Each file is also meant to be
// read: its texts are what the console's teleprompter shows. Identifiers of
// requirements are references only; those of proofs follow a public draft of
// the catalogue and may differ from the one in force, which the user can load.
//
// The package holds no state.
package scenarios

import "embed"

// FS holds the scenario files, *.yaml.
//
//go:embed *.yaml
var FS embed.FS
