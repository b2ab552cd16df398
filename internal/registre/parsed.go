package registre

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"slices"
)

// ParsedFile holds, beside the embedded fixtures, what their YAML files say,
// already parsed: parsing YAML takes some fifty times longer than parsing JSON, and
// every start would pay for it. It is made from the YAML by the tests of this
// package (`go test ./internal/registre -update`), carries the hash of the files
// it was made from, and counts for nothing when they differ.
const ParsedFile = "parsed.json"

type parsedFile struct {
	SHA256 string `json:"sha256"`
	*layer
}

// readTree reads the embedded tree by its ParsedFile when that is up to date,
// else by its YAML files.
func readTree(t tree) (*layer, []*FixtureError) {
	if l := readParsed(t); l != nil {
		return l.bind(), nil
	}
	l, problems := readLayer(t)
	return l.bind(), problems
}

func readParsed(t tree) *layer {
	b, err := fs.ReadFile(t.fsys, ParsedFile)
	if err != nil {
		return nil
	}
	p := parsedFile{layer: &layer{source: t}}
	if err := json.Unmarshal(b, &p); err != nil {
		return nil
	}
	if sum, err := hashTree(t.fsys); err != nil || sum != p.SHA256 {
		return nil
	}
	return p.layer
}

// hashTree hashes names and contents of all files of the four folders.
func hashTree(fsys fs.FS) (string, error) {
	var names []string
	for _, folder := range []string{folderProfessionals, folderStructures, folderPatients, folderDocuments} {
		found, err := fs.Glob(fsys, folder+"/*")
		if err != nil {
			return "", err
		}
		names = append(names, found...)
	}
	slices.Sort(names)
	h := sha256.New()
	for _, name := range names {
		b, err := fs.ReadFile(fsys, name)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(h, "%s\x00%d\x00", name, len(b))
		h.Write(b)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
