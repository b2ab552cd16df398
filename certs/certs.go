// Package certs holds the named certificates of the simulated world, as data:
// profiles.yaml, which internal/pki reads and from which it makes keys and
// certificates on demand. The folder holds no key and no certificate.
//
// The public identities in it come from public test certificates and samples,
// named beside each one; everything else is made up and says so. A user's own
// profiles.yaml takes its place as a whole.
package certs

import (
	"embed"
	"io/fs"
)

//go:embed profiles.yaml
var files embed.FS

// FS returns the folder: one file, profiles.yaml.
func FS() fs.FS { return files }
