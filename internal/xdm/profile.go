package xdm

import (
	"fmt"
	"slices"
	"strings"

	"github.com/segursim/segursim/internal/xds"
)

// Names of the profile (IHE ITI TF-2 3.32.4.1.2).
const (
	indexName    = "INDEX.HTM"
	readmeName   = "README.TXT"
	rootFolder   = "IHE_XDM"
	metadataName = "METADATA.XML"
)

const (
	maxProblems = 500
	maxMetadata = 8 << 20 // bytes of metadata that are parsed, over all subsets
)

func (a *Archive) problem(code, file, format string, args ...any) {
	if len(a.Problems) < maxProblems {
		a.Problems = append(a.Problems, Problem{Code: code, File: clip(file), Text: fmt.Sprintf(format, args...)})
	}
}

// profile reads the tree of the archive: what is there, what lacks, what is too many.
func (a *Archive) profile() {
	files := make(map[string]*File, len(a.Files)) // by folded name, without folders
	for i := range a.Files {
		if f := &a.Files[i]; !strings.HasSuffix(f.Name, "/") {
			files[fold(f.Name)] = f
		}
		a.letters(a.Files[i].Name)
	}
	if files[fold(indexName)] == nil {
		a.problem("no-index", indexName, "it is not at the root of the archive")
	}
	if files[fold(readmeName)] == nil {
		a.problem("no-readme", readmeName, "it is not at the root of the archive")
	}
	listed := map[string]bool{} // folded names that the profile or metadata account for
	budget := maxMetadata
	for _, folder := range a.folders() {
		s := a.subset(folder, files, &budget)
		listed[fold(folder+"/"+metadataName)] = true
		for _, d := range s.Documents {
			if d.Path != "" {
				listed[fold(d.Path)] = true
			}
		}
		a.Subsets = append(a.Subsets, s)
	}
	a.check(files)
	for i := range a.Files {
		if name := a.Files[i].Name; strings.HasPrefix(fold(name), fold(rootFolder+"/")) && !strings.HasSuffix(name, "/") && !listed[fold(name)] {
			a.problem("unlisted-file", name, "no document of the metadata is this file")
		}
	}
}

// folders are those of the submission sets, in their order.
func (a *Archive) folders() []string {
	var found []string
	seen := map[string]bool{}
	deeper := ""
	for i := range a.Files {
		name := a.Files[i].Name
		root, rest, _ := strings.Cut(name, "/")
		if fold(root) != fold(rootFolder) {
			if at := strings.Index(fold(name), "/"+fold(rootFolder)+"/"); at > 0 && deeper == "" {
				deeper = name
			}
			continue
		}
		sub, _, inside := strings.Cut(rest, "/")
		if folder := root + "/" + sub; inside && !seen[fold(folder)] {
			seen[fold(folder)] = true
			found = append(found, folder)
		}
	}
	slices.SortFunc(found, func(x, y string) int { return strings.Compare(fold(x), fold(y)) })
	switch {
	case len(found) > 0:
	case deeper != "":
		a.problem("no-subset", deeper, "the tree is inside of another folder: %s must be at the root of the archive", rootFolder)
	default:
		a.problem("no-subset", rootFolder, "it holds no folder of a submission set")
	}
	return found
}

// letters looks at a name: capitals, digits and underscores, eight and three
// (ISO 9660 level 1).
func (a *Archive) letters(name string) {
	for part := range strings.SplitSeq(strings.TrimSuffix(name, "/"), "/") {
		base, ext, dot := strings.Cut(part, ".")
		switch {
		case !iso(strings.ToUpper(base)) || dot && !iso(strings.ToUpper(ext)), len(base) > 8, len(ext) > 3, dot && ext == "":
			a.problem("name-case", name, "%q is not a name of ISO 9660 level 1: eight and three of A-Z, 0-9 and _", clip(part))
			return
		case part != strings.ToUpper(part):
			a.problem("name-case", name, "%q is not in capitals", clip(part))
			return
		}
	}
}

func iso(s string) bool {
	return strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == ""
}

// subset reads the metadata of a folder and finds its documents.
func (a *Archive) subset(folder string, files map[string]*File, budget *int) Subset {
	s := Subset{Folder: folder}
	path := folder + "/" + metadataName
	f := files[fold(path)]
	if f == nil {
		a.problem("no-metadata", path, "it is not there")
		return s
	}
	if *budget -= len(f.Content); *budget < 0 {
		a.problem("metadata", f.Name, "the metadata of all sets are larger than %d bytes; these are not read", maxMetadata)
		return s
	}
	m, err := xds.Parse(f.Content)
	if err != nil {
		a.problem("metadata", f.Name, "%s", strings.TrimPrefix(err.Error(), "xds: "))
		return s
	}
	s.Metadata = m
	for _, p := range m.Problems {
		a.problem("metadata", f.Name, "%s", p)
	}
	for i := range m.Entries {
		s.Documents = append(s.Documents, a.document(&m.Entries[i], f.Name, folder, files))
	}
	return s
}
