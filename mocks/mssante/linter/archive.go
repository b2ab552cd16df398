package linter

import (
	"errors"

	"github.com/segursim/segursim/internal/cda"
	"github.com/segursim/segursim/internal/xdm"
)

var (
	archiveRefused = Rule{
		Name: "mss.xdm.refusee", Level: Error, Refs: []string{"ITI TF-2 3.32", "ECO.2.1.1"}, Provenance: confirmed,
		FR: "L'archive ne peut pas être ouverte sans danger, ou pas du tout : %s.", EN: "The archive cannot be opened safely, or at all: %s.",
	}
	archiveProfile = Rule{
		Name: "mss.xdm.profil", Level: Error, Refs: []string{"ITI TF-2 3.32", "ECO.2.1.1"}, Provenance: confirmed,
		FR: "L'archive s'écarte du profil IHE XDM (%s) : %s.", EN: "The archive departs from the IHE XDM profile (%s): %s.",
	}
	archiveDetail = Rule{
		Name: "mss.xdm.detail", Level: Warning, Refs: []string{"ITI TF-2 3.32"}, Provenance: inferred,
		FR: "L'archive s'écarte du profil IHE XDM (%s) : %s.", EN: "The archive departs from the IHE XDM profile (%s): %s.",
	}
	documentUnreadable = Rule{
		Name: "mss.cda.illisible", Level: Error, Refs: []string{"CI-SIS volet Structuration minimale"}, Provenance: confirmed,
		FR: "Le document %s n'est pas un CDA lisible : %s.", EN: "The document %s is no readable CDA: %s.",
	}
)

func archiveRules() []Rule {
	return []Rule{archiveRefused, archiveProfile, archiveDetail, documentUnreadable}
}

// open reads the archive and its documents.
func (l *lint) open() {
	if l.archive == nil {
		return
	}
	a, err := xdm.Read(l.archive, xdm.Limits{})
	if err != nil {
		at := place{part: archiveFile, offset: -1, excerpt: "zip"}
		var p *xdm.Problem
		if errors.As(err, &p) {
			at.excerpt = p.Code
		}
		l.found(archiveRefused, at, err.Error())
		return
	}
	l.report.Archive = a
	for _, p := range a.Problems {
		r := archiveProfile
		switch p.Code {
		case "unlisted-file", "name-case", "no-index", "no-readme":
			r = archiveDetail
		}
		l.found(r, place{part: or(p.File, archiveFile), offset: -1, excerpt: p.File}, p.Code, p.Text)
	}
	for _, s := range a.Subsets {
		for _, d := range s.Documents {
			if d.Content == nil || d.Entry.MIMEType != "" && d.Entry.MIMEType != "text/xml" {
				continue
			}
			doc, err := cda.Parse(d.Content)
			if err != nil {
				l.found(documentUnreadable, place{part: d.Path, offset: 0, excerpt: string(d.Content[:min(len(d.Content), 80)])}, d.Path, err.Error())
				continue
			}
			l.report.CDA = append(l.report.CDA, doc)
			l.pairs = append(l.pairs, pair{d, doc})
		}
	}
}

// A pair is a document with its metadata.
type pair struct {
	meta xdm.Document
	doc  *cda.Document
}

func or(s, def string) string {
	if s == "" {
		return def
	}
	return s
}
