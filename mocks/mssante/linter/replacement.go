package linter

import (
	"strings"

	"github.com/segursim/segursim/internal/xds"
)

var (
	replaceNoMention = Rule{
		Name: "mss.remplacement.mention", Level: Warning, Refs: []string{"AMBU.MSS/va1.02", "MSS/va1.02"}, Provenance: inferred,
		FR: "Le document remplace %s et ni l'objet ni le texte ne disent « annule et remplace ».",
		EN: "The document replaces %s and neither the subject nor the text says « annule et remplace ».",
	}
	replaceNoRelated = Rule{
		Name: "mss.remplacement.related-document", Level: Error, Refs: []string{"CI-SIS volet Structuration minimale §3.5.5.23.2", "AMBU.MSS/va1.02"}, Provenance: confirmed,
		FR: "Le message annonce un remplacement (%s) et aucun CDA ne porte relatedDocument typeCode=\"RPLC\".",
		EN: "The message announces a replacement (%s) and no CDA document carries relatedDocument typeCode=\"RPLC\".",
	}
	replaceVersion = Rule{
		Name: "mss.remplacement.version", Level: Error, Refs: []string{"CI-SIS volet Structuration minimale"}, Provenance: confirmed,
		FR: "Le CDA remplace un document et son versionNumber est %d : il augmente à chaque version, avec le même setId.",
		EN: "The CDA document replaces another one and its versionNumber is %d: it grows with each version, under the same setId.",
	}
	replaceSelf = Rule{
		Name: "mss.remplacement.soi-meme", Level: Error, Refs: []string{"CI-SIS volet Structuration minimale"}, Provenance: confirmed,
		FR: "Le CDA %s dit se remplacer lui-même : une nouvelle version a un nouvel id.", EN: "The CDA document %s claims to replace itself: a new version has a new id.",
	}
	replaceOrphan = Rule{
		Name: "mss.remplacement.version-sans-lien", Level: Warning, Refs: []string{"CI-SIS volet Structuration minimale"}, Provenance: inferred,
		FR: "Le CDA %s est en version %d et ne dit pas quel document il remplace.", EN: "The CDA document %s is at version %d and does not say which document it replaces.",
	}
	replaceThread = Rule{
		Name: "mss.remplacement.fil", Level: Information, Refs: []string{"AMBU.MSS/va1.02"}, Provenance: inferred,
		FR: "Le message remplace un document sans désigner, par In-Reply-To ou References, le message qui le portait.",
		EN: "The message replaces a document without naming, by In-Reply-To or References, the message that carried it.",
	}
)

func replacementRules() []Rule {
	return []Rule{replaceNoMention, replaceNoRelated, replaceVersion, replaceSelf, replaceOrphan, replaceThread}
}

// replacement reads what the message says of former versions.
func (l *lint) replacement() {
	related := ""
	for _, p := range l.pairs {
		at, d := place{part: p.meta.Path, offset: -1}, p.doc
		switch id := identifier(d.Replaces); {
		case d.Replaces.Root == "" && d.Version > 1:
			l.found(replaceOrphan, at, identifier(d.ID), d.Version)
		case d.Replaces.Root == "":
		case id == identifier(d.ID):
			l.found(replaceSelf, at, id)
		default:
			related = id
			if d.Version < 2 {
				l.found(replaceVersion, at, d.Version)
			}
		}
	}
	h := l.report.Message.Header
	inSubject := replaced.MatchString(h.Get("Subject"))
	why := ""
	switch {
	case l.changes(xds.Replace):
		why = "association RPLC"
	case inSubject:
		why = "objet"
	}
	switch {
	// The body is looked into for a document that replaces only: it may be long.
	case related != "" && !inSubject && !strings.Contains(strings.ToLower(l.report.Message.Body()), "annule et remplace"):
		l.found(replaceNoMention, l.headerAt("Subject"), related)
	case related == "" && why != "" && len(l.pairs) > 0:
		l.found(replaceNoRelated, l.headerAt("Subject"), why)
	}
	if related != "" && !h.Has("In-Reply-To") && !h.Has("References") {
		l.found(replaceThread, missing(partHeader))
	}
}

// changes tells whether the metadata ask for an action.
func (l *lint) changes(action xds.Action) bool {
	if l.report.Archive == nil {
		return false
	}
	for _, s := range l.report.Archive.Subsets {
		if s.Metadata == nil {
			continue
		}
		for _, c := range s.Metadata.Changes() {
			if c.Action == action {
				return true
			}
		}
	}
	return false
}

func (l *lint) deletes() bool { return l.changes(xds.Delete) }
