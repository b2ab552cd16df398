package mss

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"mime/quotedprintable"
	"slices"
	"strings"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"github.com/segursim/segursim/internal/message"
)

const (
	// maxHeader, maxText and maxFile bound what is fetched, in bytes.
	maxHeader = 1 << 20
	maxText   = 1 << 20
	maxFile   = 40 << 20
	// piece is how much of a part is asked for at a time.
	piece = 256 << 10
)

// A Row is a message as a list shows it.
type Row struct {
	UID      uint32
	Subject  string // as it came: see Shown
	From     string
	FromName string
	ID       string
	Replies  string // In-Reply-To
	Seen     bool
	Size     int64
	Parts    []Part
}

// A Part is a part of a message that is no multipart.
type Part struct {
	Path     []int // of IMAP: [2]
	Media    string
	Name     string
	Encoding string
	Size     int64 // encoded
}

// Shown is the subject without the marker of an archive, which is not for people
// (SC.MSS/UX.28).
func (r Row) Shown() string {
	before, after, ok := strings.Cut(r.Subject, prefix)
	if !ok {
		return r.Subject
	}
	return before + after
}

// List gives the messages of the open folder, in order.
func (in *Inbox) List(ctx context.Context) ([]Row, error) {
	defer guard(ctx, in.conn)()
	list, err := in.client.Fetch(imap.UIDSet{{Start: 1, Stop: 0}}, &imap.FetchOptions{
		UID: true, Flags: true, Envelope: true, RFC822Size: true, BodyStructure: &imap.FetchItemBodyStructure{Extended: true},
	}).Collect()
	if err != nil {
		return nil, failed(ctx, err)
	}
	rows := make([]Row, 0, len(list))
	for _, m := range list {
		rows = append(rows, row(m))
	}
	return rows, nil
}

func row(m *imapclient.FetchMessageBuffer) Row {
	r := Row{UID: uint32(m.UID), Seen: slices.Contains(m.Flags, imap.FlagSeen), Size: m.RFC822Size}
	if e := m.Envelope; e != nil {
		r.Subject, r.ID = e.Subject, strings.Trim(e.MessageID, "<>")
		if len(e.From) > 0 {
			r.From, r.FromName = e.From[0].Addr(), e.From[0].Name
		}
		if len(e.InReplyTo) > 0 {
			r.Replies = strings.Trim(e.InReplyTo[0], "<>")
		}
	}
	if m.BodyStructure != nil {
		m.BodyStructure.Walk(func(path []int, s imap.BodyStructure) bool {
			if one, ok := s.(*imap.BodyStructureSinglePart); ok {
				r.Parts = append(r.Parts, Part{
					Path: slices.Clone(path), Media: one.MediaType(), Name: one.Filename(), Encoding: strings.ToLower(one.Encoding), Size: int64(one.Size),
				})
			}
			return true
		})
	}
	return r
}

// Fetch reads a message: its header, its text and its files, each by itself. It does
// not set \Seen, which is for who has read it.
func (in *Inbox) Fetch(ctx context.Context, r Row) (*Mail, error) {
	head, err := in.section(ctx, r.UID, imap.FetchItemBodySection{Specifier: imap.PartSpecifierHeader, Peek: true}, maxHeader)
	if err != nil {
		return nil, err
	}
	read, err := message.Parse(head)
	if err != nil {
		return nil, fmt.Errorf("mss: message %d: %w", r.UID, err)
	}
	m := &Mail{Row: r, Header: read.Header, Head: head}
	for _, p := range r.Parts {
		bound := int64(maxFile)
		if p.Name == "" {
			bound = maxText
		}
		if p.Name == "" && (p.Media != "text/plain" || m.Text != "") {
			continue
		}
		b, err := in.part(ctx, r.UID, p, bound)
		if err != nil {
			return nil, err
		}
		if p.Name == "" {
			m.Text = strings.ToValidUTF8(string(b), "\uFFFD")
			continue
		}
		m.Files = append(m.Files, message.Attachment{Name: p.Name, MediaType: p.Media, Content: b})
	}
	return m, nil
}

// part fetches and decodes one part.
func (in *Inbox) part(ctx context.Context, uid uint32, p Part, bound int64) ([]byte, error) {
	if p.Size > bound {
		return nil, fmt.Errorf("mss: message %d: the part %q has %d bytes, %d are read at most", uid, p.Name, p.Size, bound)
	}
	b, err := in.section(ctx, uid, imap.FetchItemBodySection{Part: p.Path, Peek: true}, bound)
	if err != nil {
		return nil, err
	}
	var r io.Reader = bytes.NewReader(b)
	switch p.Encoding {
	case "base64":
		r = base64.NewDecoder(base64.StdEncoding, r)
	case "quoted-printable":
		r = quotedprintable.NewReader(r)
	}
	out, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("mss: message %d: the part %q: %w", uid, p.Name, err)
	}
	return out, nil
}

// section fetches a section, a piece at a time.
func (in *Inbox) section(ctx context.Context, uid uint32, s imap.FetchItemBodySection, bound int64) ([]byte, error) {
	defer guard(ctx, in.conn)()
	var all []byte
	for {
		s.Partial = &imap.SectionPartial{Offset: int64(len(all)), Size: piece}
		got, err := in.client.Fetch(imap.UIDSetNum(imap.UID(uid)), &imap.FetchOptions{UID: true, BodySection: []*imap.FetchItemBodySection{&s}}).Collect()
		switch {
		case err != nil:
			return nil, failed(ctx, err)
		case len(got) != 1 || len(got[0].BodySection) != 1:
			return nil, fmt.Errorf("mss: message %d is not there any more", uid)
		}
		b := got[0].BodySection[0].Bytes
		all = append(all, b...)
		switch {
		case int64(len(all)) > bound:
			return nil, fmt.Errorf("mss: message %d: more than %d bytes", uid, bound)
		case len(b) < piece:
			return all, nil
		}
	}
}
