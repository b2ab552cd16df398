package mssante

import (
	"cmp"
	"crypto/sha1" //nolint:gosec // XDS metadata carry SHA-1
	"encoding/hex"
	"slices"
	"strings"

	"github.com/segursim/segursim/internal/cda"
	"github.com/segursim/segursim/internal/message"
	"github.com/segursim/segursim/internal/store"
	"github.com/segursim/segursim/internal/xdm"
	"github.com/segursim/segursim/internal/xds"
	"github.com/segursim/segursim/mocks/mssante/bal"
)

// archiveView is an IHE_XDM.zip as the page shows it.
type archiveView struct {
	Refused  string // why it was not opened
	Code     string
	Size     int
	Files    []archiveFileView
	More     int // files that are not listed
	Problems []xdm.Problem
	Subsets  []subsetView
}

// archiveFileView is an entry of the archive.
type archiveFileView struct {
	N           int
	Depth       int
	Folder      string
	Name        string
	Size        int
	Method      string
	IsDirectory bool
}

// subsetView is a lot of documents.
type subsetView struct {
	Folder     string
	Readable   bool
	Submission xds.Submission
	Author     string
	Documents  []documentView
	Changes    []changeView
}

type changeView struct{ Action, Document, Target string }

// documentView is a document with what its metadata say of it, checked.
type documentView struct {
	Title, URI, Path, Type, Class, Format, MIME, Patient, Author, Place, Created, Unique, Availability string
	HashSaid, Hash                                                                                     string
	SizeSaid                                                                                           int64
	Size                                                                                               int
	There, HashOK, SizeOK                                                                              bool
	File                                                                                               int // number of its file; -1 for none
	Replaces                                                                                           string
	INS                                                                                                string // who the next version is about
	From, To                                                                                           string // who would send it; empty where nobody can
	CDA                                                                                                *cdaView
	Unreadable                                                                                         string
}

// cdaView is a CDA document.
type cdaView struct {
	*cda.Document
	Author, Type, INS, Birth, Effective string
	Critical                            int
	PDFSize                             int
	Hidden                              int // sections that are not shown
}

// Bounds of what a page shows of an archive.
const (
	maxEntries      = 200
	maxDocuments    = 20
	maxSections     = 60
	maxObservations = 200

	// copySection is the LOINC code of the section that holds the PDF copy of a
	// document of level 3.
	copySection  = "55108-5"
	maxNarrative = 32 << 10
)

// archivePart is the attachment that is an IHE_XDM.zip: by its name, else the first
// archive.
func archivePart(m *message.Message) *message.Part {
	var zip *message.Part
	for _, part := range m.Attachments() {
		if strings.EqualFold(part.Filename, "IHE_XDM.zip") {
			return part
		}
		if zip == nil && (part.MediaType == "application/zip" || strings.HasSuffix(strings.ToLower(part.Filename), ".zip")) {
			zip = part
		}
	}
	return zip
}

// archiveOf are the bytes of the archive; nil without one.
func archiveOf(m *message.Message) []byte {
	part := archivePart(m)
	if part == nil {
		return nil
	}
	b, _ := part.Decode() // a broken end shows as what the reader of archives says
	if b == nil {
		b = []byte{}
	}
	return b
}

// openArchive reads an archive for the page.
func openArchive(zip []byte) *archiveView {
	v := &archiveView{Size: len(zip)}
	a, err := xdm.Read(zip, xdm.Limits{})
	if err != nil {
		v.Refused = err.Error()
		return v
	}
	v.Problems = a.Problems[:min(len(a.Problems), maxEntries)]
	v.files(a)
	for _, s := range a.Subsets {
		v.Subsets = append(v.Subsets, showSubset(a, &s))
	}
	return v
}

// offer says who could send the next version of the documents: the simulated BAL that
// the message is from.
func (v *archiveView) offer(tx *store.Txn, m *message.Message, to string) {
	from := first(header(m, "From"))
	if b, ok := bal.BALs.Get(tx, from); !ok || b.Kind == bal.Patient {
		return
	}
	for i := range v.Subsets {
		for j := range v.Subsets[i].Documents {
			d := &v.Subsets[i].Documents[j]
			d.From, d.To = from, to
		}
	}
}

// files lists the entries as a tree: by path.
func (v *archiveView) files(a *xdm.Archive) {
	for i, f := range a.Files {
		name := strings.TrimSuffix(f.Name, "/")
		at := strings.LastIndexByte(name, '/')
		method := "stored"
		if f.Method == 8 {
			method = "deflate"
		}
		v.Files = append(v.Files, archiveFileView{
			N: i, Depth: strings.Count(name, "/"), Folder: name[:at+1], Name: name[at+1:], Size: len(f.Content), Method: method,
			IsDirectory: strings.HasSuffix(f.Name, "/"),
		})
	}
	slices.SortStableFunc(v.Files, func(a, b archiveFileView) int {
		return cmp.Or(cmp.Compare(a.Folder, b.Folder), cmp.Compare(a.Name, b.Name))
	})
	if n := len(v.Files); n > maxEntries {
		v.Files, v.More = v.Files[:maxEntries], n-maxEntries
	}
}

func showSubset(a *xdm.Archive, s *xdm.Subset) subsetView {
	v := subsetView{Folder: s.Folder, Readable: s.Metadata != nil}
	if s.Metadata == nil {
		return v
	}
	v.Submission = s.Metadata.Submission
	v.Author = authorName(s.Metadata.Submission.Authors)
	targets := map[int]string{}
	for _, c := range s.Metadata.Changes() {
		ch := changeView{Action: string(c.Action), Target: c.Target}
		if c.Entry >= 0 && c.Entry < len(s.Metadata.Entries) {
			ch.Document = s.Metadata.Entries[c.Entry].Title
			targets[c.Entry] = c.Target
		}
		if c.Action != xds.Add && len(v.Changes) < maxDocuments {
			v.Changes = append(v.Changes, ch)
		}
	}
	for i, d := range s.Documents {
		if i == maxDocuments {
			break
		}
		v.Documents = append(v.Documents, showDocument(a, &d, targets[i]))
	}
	return v
}

func showDocument(a *xdm.Archive, d *xdm.Document, replaces string) documentView {
	e := d.Entry
	v := documentView{
		Title: e.Title, URI: e.URI, Path: d.Path, Type: coded(e.Type), Class: coded(e.Class), Format: coded(e.Format), MIME: e.MIMEType,
		Patient: e.PatientID.String(), INS: e.PatientID.ID, Author: authorName(e.Authors), Place: placeName(e.Authors), Created: utc(e.CreationTime), Unique: e.UniqueID,
		Availability: e.Availability, HashSaid: e.Hash, SizeSaid: e.Size, There: d.Content != nil, Size: len(d.Content), Replaces: replaces,
		File: slices.IndexFunc(a.Files, func(f xdm.File) bool { return d.Path != "" && f.Name == d.Path }),
	}
	if !v.There {
		return v
	}
	sum := sha1.Sum(d.Content) //nolint:gosec // as above
	v.Hash = hex.EncodeToString(sum[:])
	v.HashOK, v.SizeOK = strings.EqualFold(v.Hash, e.Hash), e.Size == int64(len(d.Content))
	if e.MIMEType != "" && e.MIMEType != "text/xml" && e.MIMEType != "application/xml" {
		return v
	}
	doc, err := cda.Parse(d.Content)
	if err != nil {
		v.Unreadable = err.Error()
		return v
	}
	v.CDA = showCDA(doc)
	return v
}

func coded(c xds.Code) string {
	if c.Display == "" {
		return c.Code
	}
	return c.Display + " (" + c.Code + ")"
}

func authorName(list []xds.Author) string {
	if len(list) == 0 {
		return ""
	}
	one, _, _ := strings.Cut(list[0].Person, "~")
	x := xds.ParseXCN(one)
	return strings.TrimSpace(x.Given + " " + x.Family + " " + bracketed(x.ID))
}

func placeName(list []xds.Author) string {
	if len(list) == 0 {
		return ""
	}
	one, _, _ := strings.Cut(list[0].Institution, "~")
	x := xds.ParseXON(one)
	return strings.TrimSpace(x.Name + " " + bracketed(x.ID))
}

func bracketed(s string) string {
	if s == "" {
		return ""
	}
	return "(" + s + ")"
}

// showCDA is a document within the bounds of a page.
func showCDA(doc *cda.Document) *cdaView {
	v := &cdaView{Document: doc, PDFSize: len(doc.PDF), Type: strings.TrimSpace(doc.Code.Display + " " + bracketed(doc.Code.Code))}
	if len(doc.Authors) > 0 {
		a := doc.Authors[0]
		v.Author = strings.TrimSpace(a.Given + " " + a.Family + " " + bracketed(a.ID.Extension))
		if v.Author == "" {
			v.Author = a.Software
		}
	}
	for _, id := range doc.Patient.IDs {
		v.INS = strings.TrimSpace(v.INS + " " + id.Extension + " " + bracketed(id.Root))
	}
	if n := len(doc.Sections); n > maxSections {
		doc.Sections, v.Hidden = doc.Sections[:maxSections], n-maxSections
	}
	for i := range doc.Sections {
		s := &doc.Sections[i]
		if len(s.Text) > maxNarrative {
			s.Text = strings.ToValidUTF8(s.Text[:maxNarrative], "") + "…"
		}
		for _, o := range s.Observations {
			if o.Critical() {
				v.Critical++
			}
		}
		if s.Code.Code == copySection {
			s.Observations = nil // the kind of the embedded copy is no result
		}
		s.Observations = s.Observations[:min(len(s.Observations), maxObservations)]
	}
	v.Birth, v.Effective = hl7Date(doc.Patient.BirthDate), hl7Date(doc.Effective)
	return v
}

// utc is a date of the metadata, which are in UTC (IHE ITI TF-3 §4.2.3.2.6).
func utc(s string) string {
	if out := hl7Date(s); out != s {
		return out + " UTC"
	}
	return s
}

// hl7Date is the form AAAAMMJJHHMM of HL7 as a person reads it.
func hl7Date(s string) string {
	digits := 0
	for digits < len(s) && s[digits] >= '0' && s[digits] <= '9' {
		digits++
	}
	if digits < 8 {
		return s
	}
	out := s[6:8] + "/" + s[4:6] + "/" + s[:4]
	if digits >= 12 {
		out += " " + s[8:10] + ":" + s[10:12]
	}
	return out
}
