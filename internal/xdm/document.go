package xdm

import (
	"crypto/sha1" // the hash of XDS metadata (IHE ITI TF-3 §4.2.3.2.10)
	"encoding/hex"
	"net/url"
	"strings"

	"github.com/segursim/segursim/internal/xds"
)

// document finds the file of an entry by its URI, relative to the metadata.
func (a *Archive) document(e *xds.Entry, metadata, folder string, files map[string]*File) Document {
	d := Document{Entry: *e}
	if e.URI == "" {
		if e.Availability != xds.Deleted { // a deletion need not carry what it deletes
			a.problem("metadata", metadata, "the document %q has no URI: its file cannot be found", clip(e.ID))
		}
		return d
	}
	for _, uri := range spellings(e.URI) {
		path := folder + "/" + uri
		f := files[fold(path)]
		if f == nil || fold(uri) == fold(metadataName) {
			continue
		}
		if !strings.HasSuffix(f.Name, "/"+uri) {
			a.problem("name-case", f.Name, "the metadata write it %q", clip(e.URI))
		}
		d.Path, d.Content = f.Name, f.Content
		return d
	}
	a.problem("missing-file", folder+"/"+e.URI, "the document %q is not in the archive", clip(e.ID))
	return d
}

// spellings are the names that a URI may mean, none of them out of the folder.
func spellings(uri string) []string {
	uri = strings.TrimPrefix(uri, "./")
	names := []string{uri}
	if plain, err := url.PathUnescape(uri); err == nil && plain != uri {
		names = append(names, plain)
	}
	return names
}

// check holds the hash and the size in the metadata against the files. A file is
// hashed once, however many entries name it.
func (a *Archive) check(files map[string]*File) {
	hashes := map[string]string{}
	for i := range a.Subsets {
		for _, d := range a.Subsets[i].Documents {
			if d.Path == "" {
				continue
			}
			sum, again := hashes[d.Path]
			if again {
				a.problem("metadata", d.Path, "it is the file of two documents")
			} else {
				sum = digest(files[fold(d.Path)].Content)
				hashes[d.Path] = sum
			}
			switch hash := strings.TrimSpace(d.Entry.Hash); {
			case hash == "":
				a.problem("hash", d.Path, "the metadata do not give its hash")
			case !strings.EqualFold(hash, sum):
				a.problem("hash", d.Path, "its SHA-1 is %s; the metadata say %q", sum, clip(hash))
			}
			switch n := int64(len(d.Content)); {
			case d.Entry.Size < 0:
				a.problem("size", d.Path, "the metadata do not give its size")
			case d.Entry.Size != n:
				a.problem("size", d.Path, "it has %d bytes; the metadata say %d", n, d.Entry.Size)
			}
		}
	}
}

func digest(b []byte) string {
	sum := sha1.Sum(b)
	return hex.EncodeToString(sum[:])
}
