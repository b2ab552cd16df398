package xdm

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	"github.com/segursim/segursim/internal/xds"
)

const subsetFolder = rootFolder + "/SUBSET01"

// maxDocuments is what names of eight characters, DOC0001 and on, can count.
const maxDocuments = 9999

// Build writes an archive with one subset: index, readme, metadata whose URI, size
// and hash it fills in, and the documents. The same input gives the same bytes.
//
// documents[i] is the content of m.Entries[i]. It may be nil, not just empty, for an
// entry whose availability is Deleted: then the metadata go alone. Associations go
// as m gives them, a replacement with the entryUUID that it replaces (see
// [xds.Metadata.Changes]). m is not changed. Files are dated by the submission time,
// 1980 without.
func Build(m *xds.Metadata, documents [][]byte) ([]byte, error) {
	switch {
	case m == nil:
		return nil, errors.New("xdm: build: there are no metadata")
	case len(documents) != len(m.Entries):
		return nil, fmt.Errorf("xdm: build: %d documents for %d entries of the metadata", len(documents), len(m.Entries))
	case len(documents) > maxDocuments:
		return nil, fmt.Errorf("xdm: build: %d documents, more than %d", len(documents), maxDocuments)
	}
	filled := *m
	filled.Entries = slices.Clone(m.Entries)
	for i, content := range documents {
		e := &filled.Entries[i]
		if content == nil {
			if e.Availability != xds.Deleted {
				return nil, fmt.Errorf("xdm: build: the document %d has no content", i+1)
			}
			e.URI = ""
			continue
		}
		e.URI = fmt.Sprintf("DOC%04d.%s", i+1, extension(e.MIMEType, content))
		e.Size, e.Hash = int64(len(content)), digest(content)
	}
	metadata, err := xds.Build(&filled)
	if err != nil {
		return nil, fmt.Errorf("xdm: build: %w", err)
	}
	z := newWriter(filled.Submission.Time)
	z.add(indexName, index(&filled))
	z.add(readmeName, readme(&filled))
	z.add(subsetFolder+"/"+metadataName, metadata)
	for i, content := range documents {
		if content != nil {
			z.add(subsetFolder+"/"+filled.Entries[i].URI, content)
		}
	}
	return z.finish()
}

// extension is that of a document's file, three letters.
func extension(mime string, content []byte) string {
	switch mime {
	case "text/xml", "application/xml", "application/hl7-v3+xml":
		return "XML"
	case "application/pdf":
		return "PDF"
	case "application/dicom":
		return "DCM"
	case "image/jpeg":
		return "JPG"
	case "image/tiff":
		return "TIF"
	case "text/plain":
		return "TXT"
	case "text/rtf", "application/rtf":
		return "RTF"
	}
	switch {
	case bytes.HasPrefix(content, []byte("%PDF-")):
		return "PDF"
	case bytes.HasPrefix(bytes.TrimLeft(bytes.TrimPrefix(content, []byte("\ufeff")), " \t\r\n"), []byte("<")):
		return "XML"
	}
	return "BIN"
}
