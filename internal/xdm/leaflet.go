package xdm

import (
	"cmp"
	"fmt"
	"html"
	"strings"

	"github.com/segursim/segursim/internal/xds"
)

// index is INDEX.HTM: XHTML that a person opens to see what the archive holds.
func index(m *xds.Metadata) []byte {
	var b strings.Builder
	b.WriteString(`<?xml version="1.0" encoding="UTF-8"?>
<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="fr" lang="fr">
<head><meta http-equiv="Content-Type" content="text/html; charset=UTF-8"/><title>Documents de santé (simulateur)</title></head>
<body>
<h1>Documents de santé</h1>
<p>SIMULATEUR : cette archive a été faite par segursim, avec des données fictives. Elle ne décrit aucune personne réelle.</p>
`)
	if a := origin(m); a != "" {
		fmt.Fprintf(&b, "<p>Envoyé par : %s</p>\n", html.EscapeString(a))
	}
	b.WriteString("<ul>\n")
	for _, e := range m.Entries {
		title := html.EscapeString(label(e))
		if e.URI == "" {
			fmt.Fprintf(&b, "<li>%s : suppression demandée, sans le document</li>\n", title)
			continue
		}
		fmt.Fprintf(&b, "<li><a href=\"%s/%s\">%s</a></li>\n", subsetFolder, e.URI, title)
	}
	fmt.Fprintf(&b, "</ul>\n<p><a href=\"%s\">À lire</a> - <a href=\"%s/%s\">Métadonnées</a></p>\n</body>\n</html>\n", readmeName, subsetFolder, metadataName)
	return []byte(b.String())
}

// readme is README.TXT: who made the archive, what it holds, how to use it.
func readme(m *xds.Metadata) []byte {
	lines := []string{
		"Archive IHE XDM", "",
		"SIMULATEUR : fichier produit par segursim avec des données fictives.", "",
	}
	if a := origin(m); a != "" {
		lines = append(lines, "Envoyé par : "+a)
	}
	lines = append(lines, "Logiciel : segursim", "", "Contenu :", "  "+indexName+"   sommaire, à ouvrir dans un navigateur", "  "+subsetFolder+"/"+metadataName)
	for _, e := range m.Entries {
		if e.URI != "" {
			lines = append(lines, "  "+subsetFolder+"/"+e.URI+"   "+oneLine(label(e)))
		}
	}
	lines = append(lines, "", "Ces fichiers se lisent depuis un logiciel de professionnel de santé, qui les range", "dans le dossier de la personne que nomment les métadonnées.", "")
	return []byte(strings.Join(lines, "\r\n"))
}

// label is what a person reads of a document.
func label(e xds.Entry) string { return cmp.Or(e.Title, e.Type.Display, e.UniqueID, "document") }

// origin names the first author of the lot, or of its first document.
func origin(m *xds.Metadata) string {
	authors := m.Submission.Authors
	if len(authors) == 0 && len(m.Entries) > 0 {
		authors = m.Entries[0].Authors
	}
	if len(authors) == 0 {
		return ""
	}
	first, _, _ := strings.Cut(authors[0].Institution, "~")
	person, _, _ := strings.Cut(authors[0].Person, "~")
	who, where := xds.ParseXCN(person), xds.ParseXON(first)
	name := strings.TrimSpace(who.Given + " " + who.Family)
	if name != "" && where.Name != "" {
		name += ", "
	}
	return oneLine(name + where.Name)
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
