package xdm_test

import (
	"bytes"
	"crypto/sha1"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/segursim/segursim/internal/xdm"
	"github.com/segursim/segursim/internal/xds"
)

func TestBuildIsDeterministic(t *testing.T) {
	t.Parallel()
	doc := []byte(strings.Repeat("<a/>", 1000))
	first := build(t, lot(1), doc)
	if !bytes.Equal(first, build(t, lot(1), doc)) {
		t.Error("the same input gave other bytes")
	}
	m := lot(1)
	m.Submission.Time = "20240203104503"
	if bytes.Equal(first, build(t, m, doc)) {
		t.Error("another time gave the same bytes")
	}
}

// TestBuildDates: a time that ZIP cannot write makes no archive that cannot be read.
func TestBuildDates(t *testing.T) {
	t.Parallel()
	for time, want := range map[string]uint32{
		"": 1<<21 | 1<<16, "2024": 1<<21 | 1<<16, "19791231": 1<<21 | 1<<16, "2024-02-03": 1<<21 | 1<<16, "20241301": 1<<21 | 1<<16, "20240203250000": 1<<21 | 1<<16,
		"20240203": 44<<25 | 2<<21 | 3<<16, "202402031045": 44<<25 | 2<<21 | 3<<16 | 10<<11 | 45<<5, "21071231235959": 127<<25 | 12<<21 | 31<<16 | 23<<11 | 59<<5 | 29,
	} {
		m := lot(0)
		m.Submission.Time = time
		b := build(t, m)
		if got := uint32(b[10]) | uint32(b[11])<<8 | uint32(b[12])<<16 | uint32(b[13])<<24; got != want {
			t.Errorf("%q: %08x, want %08x", time, got, want)
		}
	}
}

// TestBuildReplacement: the association goes as it is given, and is read back as a
// replacement of the old document.
func TestBuildReplacement(t *testing.T) {
	t.Parallel()
	m := lot(1)
	m.Associations = append(m.Associations, xds.Association{ID: "rplc", Type: xds.Replaces, Source: "Document01", Target: oldUUID})
	a := read(t, build(t, m, []byte("<a/>")))
	if diff := cmp.Diff([]xds.Change{{Action: xds.Replace, Entry: 0, Target: oldUUID}}, a.Subsets[0].Metadata.Changes()); diff != "" || len(a.Problems) > 0 {
		t.Errorf("%v (-want +got):\n%s", a.Problems, diff)
	}
}

// TestBuildDeletion: with the document, without it, and by association alone.
func TestBuildDeletion(t *testing.T) {
	t.Parallel()
	marked := func() *xds.Metadata {
		m := lot(1)
		m.Entries[0].ID, m.Entries[0].Availability = oldUUID, xds.Deleted
		m.Associations = nil
		return m
	}
	byLink := lot(0)
	byLink.Associations = []xds.Association{{Type: xds.UpdatesStatus, Source: "SubmissionSet01", Target: oldUUID, OriginalStatus: xds.Approved, NewStatus: xds.Deleted}}
	for name, c := range map[string]struct {
		m         *xds.Metadata
		documents [][]byte
		entry     int
		files     int
	}{
		"with its document":    {marked(), [][]byte{[]byte("<a/>")}, 0, 4},
		"without its document": {marked(), [][]byte{nil}, 0, 3},
		"by association":       {byLink, nil, -1, 3},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := read(t, build(t, c.m, c.documents...))
			if diff := cmp.Diff([]xds.Change{{Action: xds.Delete, Entry: c.entry, Target: oldUUID}}, a.Subsets[0].Metadata.Changes()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if len(a.Files) != c.files || len(a.Problems) > 0 {
				t.Errorf("%v, %v", names(a), a.Problems)
			}
		})
	}
}

func TestBuildExtensions(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ mime, content, want string }{
		{"text/xml", "x", "XML"},
		{"application/xml", "", "XML"},
		{"application/pdf", "", "PDF"},
		{"application/dicom", "", "DCM"},
		{"image/jpeg", "", "JPG"},
		{"image/tiff", "", "TIF"},
		{"text/plain", "<", "TXT"},
		{"text/rtf", "", "RTF"},
		{"", "%PDF-1.4", "PDF"},
		{"", "\ufeff\n<a/>", "XML"},
		{"x/y", "?", "BIN"},
		{"", "", "BIN"},
	} {
		m := lot(1)
		m.Entries[0].MIMEType = c.mime
		if got := read(t, build(t, m, []byte(c.content))).Subsets[0].Documents[0].Entry.URI; got != "DOC0001."+c.want {
			t.Errorf("%q %q: %s, want %s", c.mime, c.content, got, c.want)
		}
	}
}

func TestBuildRefuses(t *testing.T) {
	t.Parallel()
	bad := lot(1)
	bad.Entries[0].Title = "\x00"
	for name, c := range map[string]struct {
		m         *xds.Metadata
		documents [][]byte
		says      string
	}{
		"no metadata":     {nil, nil, "no metadata"},
		"too few":         {lot(2), [][]byte{{}}, "1 documents for 2"},
		"too many":        {lot(0), [][]byte{{}}, "1 documents for 0"},
		"no content":      {lot(1), [][]byte{nil}, "no content"},
		"10,000":          {lot(10000), make([][]byte, 10000), "more than 9999"},
		"unwritable text": {bad, [][]byte{{}}, "cannot carry"},
	} {
		b, err := xdm.Build(c.m, c.documents)
		if err == nil || !strings.Contains(err.Error(), c.says) || b != nil {
			t.Errorf("%s: %d bytes, %v; want …%s…", name, len(b), err, c.says)
		}
	}
}

// TestLeaflet: what a person reads says what it is, and holds no markup of others.
func TestLeaflet(t *testing.T) {
	t.Parallel()
	a := read(t, build(t, lot(1), []byte("<a/>")))
	index, readme := string(a.File("INDEX.HTM").Content), string(a.File("README.TXT").Content)
	for text, wants := range map[string][]string{
		index:  {"SIMULATEUR", `href="IHE_XDM/SUBSET01/DOC0001.XML"`, "CR d&#39;examens &lt;biologiques&gt;", "LIBRE MAX, CABINET D&#39;ESSAI &lt;1&gt; &amp; Cie"},
		readme: {"SIMULATEUR", "IHE_XDM/SUBSET01/DOC0001.XML", "LIBRE MAX, CABINET D'ESSAI <1> & Cie", "\r\n"},
	} {
		for _, want := range wants {
			if !strings.Contains(text, want) {
				t.Errorf("there is no %q in:\n%s", want, text)
			}
		}
	}
	if sum := sha1.Sum([]byte("<a/>")); a.Subsets[0].Documents[0].Entry.Hash != hex.EncodeToString(sum[:]) {
		t.Error("the hash is not the SHA-1 of the document")
	}
}
