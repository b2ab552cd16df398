// Package config reads the simulator's settings, which are the same words as
// flags (--pki-dir), as environment (SEGURSIM_PKI_DIR) and as keys of a YAML
// file (pki-dir). A flag wins over the environment, the environment over the
// file, the file over the default.
//
//	https, http, control, smtp, smtps, imap, imaps, mllp, dns   listeners, host:port
//	public-url, seed, clock, token, chaos, relax                 behaviour
//	pki-dir, ephemeral, fixtures, scenarios, endpoints           files and folders
//	journal-bytes, journal-entries, journal-body                 bounds
//	log-level, log-format, lang                                  words
//
// A key of the file that is no setting but the name of a service ("psc") is
// that service's own section; it is handed over as raw YAML, at the line it
// stands in the file, for the service to decode strictly.
//
// The file is read strictly: an unknown key, a key said twice, a value of the
// wrong shape is an error that shows the source and what was probably meant.
// Anchors, aliases, tags and a second document are refused among the settings;
// a section may use anchors of its own. A variable SEGURSIM_… that is no setting
// is a warning, not an error: container engines invent such names.
//
// Where state lives: nowhere. Load returns values and starts nothing; the only
// trace it leaves is the default folder of the PKI, which it makes to know that
// it can be written.
package config
