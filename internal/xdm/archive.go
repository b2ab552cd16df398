package xdm

import "github.com/segursim/segursim/internal/xds"

// Limits bound what is read. Zero values mean the defaults.
type Limits struct {
	Files int   // entries: 1,000
	File  int64 // bytes of one expanded file: 64 MiB
	Total int64 // bytes of all expanded files: 128 MiB
	// Ratio is expanded to compressed bytes, of one file and of the whole archive,
	// looked at above 1 MiB expanded: 200.
	Ratio int64
}

func (l Limits) withDefaults() Limits {
	if l.Files <= 0 {
		l.Files = 1000
	}
	if l.File <= 0 {
		l.File = 64 << 20
	}
	if l.Total <= 0 {
		l.Total = 128 << 20
	}
	if l.Ratio <= 0 {
		l.Ratio = 200
	}
	return l
}

// An Archive is what an IHE_XDM.zip holds.
type Archive struct {
	Files   []File // in the order of the central directory; folders have no content
	Subsets []Subset
	// Problems are what departs from the profile and could be read over.
	Problems []Problem
}

// File returns the file of that name, nil for none.
func (a *Archive) File(name string) *File {
	for i := range a.Files {
		if a.Files[i].Name == name {
			return &a.Files[i]
		}
	}
	return nil
}

// A File is one entry of the archive.
type File struct {
	Name    string // as written: "IHE_XDM/SUBSET01/DOC0001.XML"
	Content []byte
	Method  uint16 // of compression: 0 stored, 8 deflated
}

// A Subset is one submission set: its folder, metadata and documents.
type Subset struct {
	Folder   string        // "IHE_XDM/SUBSET01"
	Metadata *xds.Metadata // nil when METADATA.XML is missing or unreadable
	// Documents are the entries of Metadata with their bytes, found by URI; one
	// whose file is missing has nil Content.
	Documents []Document
}

// A Document is one document of a subset.
type Document struct {
	Entry   xds.Entry
	Path    string // of its file in the archive; empty when that is missing
	Content []byte
}

// A Problem is why an archive is refused, or a departure from the profile.
type Problem struct {
	// Code is stable. Refusals: "zip", "bomb", "path", "size-lies", "duplicate",
	// "files", "encrypted". Read over: "no-index", "no-readme", "no-metadata",
	// "no-subset", "metadata", "missing-file", "unlisted-file", "hash", "size",
	// "name-case", and "zip" for bytes that belong to no entry.
	Code string
	File string
	Text string // in English
}

// Error is the problem as an error.
func (p *Problem) Error() string { return "xdm: " + p.Code + ": " + p.File + ": " + p.Text }
