// Package evidence makes the pack of a scenario's run: what an editor joins to
// its recorded video, or a CI job keeps.
//
//	index.csv           rows of the Convergence import, one a proof
//	rapport.html        self-contained and printable, French with an English switch
//	rapport.pdf         the same, shorter
//	junit.xml           for continuous integration
//	chapters.vtt        one chapter a step (WebVTT)
//	chapters.ffmeta     the same for ffmpeg (FFMETADATA1)
//	exchanges/NNN-…/    the raw exchanges; NNN is the journal's number
//	journal.ndjson      every entry the run saw, one JSON object a line
//	manifest.json       SHA-256 of every other file, versions, seed, clock
//
// A pack is a function of its Input: the same run gives the same bytes. Times in
// it are the run's, never those of the machine.
//
// Secrets (tokens, passwords, codes, client secrets, cookies, private keys) are
// shortened unless Input.KeepSecrets says otherwise. What is recognised as one
// is said in redact.go; a secret in a place or an encoding that is not listed
// there stays.
//
// Everything says that the services are simulated: a pack is a rehearsal and no
// decision of conformity. The package keeps no state.
package evidence
