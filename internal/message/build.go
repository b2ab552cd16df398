package message

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
)

// Build writes a draft with CRLF line ends: fields folded at 78 characters where
// they can be and never longer than 998, names and texts that are not ASCII as
// encoded words (RFC 2047), one encoding for each body by what is in it.
//
// The draft needs a From and a Date; the other fields are written when they are
// not empty. A value with a control character, CR and LF first of all, or that is
// not UTF-8 is an error, as is an address or an identifier that is none. Texts get
// CRLF line ends and a final one.
func Build(d Draft) ([]byte, error) {
	b, err := newBuilder(d)
	if err != nil {
		return nil, err
	}
	root, err := b.content()
	if err != nil {
		return nil, err
	}
	return b.write(root)
}

// A builder writes one message.
type builder struct {
	draft Draft
	buf   bytes.Buffer
	fold  folder
	// made counts the boundaries derived; boundaries are those in use.
	made       int
	boundaries []string
}

func newBuilder(d Draft) (*builder, error) {
	b := &builder{draft: d}
	b.fold.buf = &b.buf
	return b, d.check()
}

// write writes the header, then the entity that is the body.
func (b *builder) write(root entity) ([]byte, error) {
	size := 2048 + len(b.draft.Text)*2 + len(b.draft.HTML)*2
	for _, a := range b.draft.Attachments {
		size += len(a.Content)/3*4 + len(a.Content)/40 + 1024
	}
	b.buf.Grow(size)
	b.header()
	if err := b.entity(root); err != nil {
		return nil, err
	}
	if b.fold.err != nil {
		return nil, b.fold.err
	}
	return b.buf.Bytes(), nil
}

func (b *builder) header() {
	d, f := b.draft, &b.fold
	f.field("Date").add(d.Date.Format(dateLayout)).end()
	f.field("From").addresses([]Address{d.From}).end()
	if d.ReplyTo != (Address{}) {
		f.field("Reply-To").addresses([]Address{d.ReplyTo}).end()
	}
	if len(d.To) > 0 {
		f.field("To").addresses(d.To).end()
	}
	if len(d.Cc) > 0 {
		f.field("Cc").addresses(d.Cc).end()
	}
	if strings.Trim(d.Subject, " \t") != "" {
		f.field("Subject").unstructured(d.Subject).end()
	}
	if d.MessageID != "" {
		f.field("Message-ID").add("<" + d.MessageID + ">").end()
	}
	if d.InReplyTo != "" {
		f.field("In-Reply-To").add("<" + d.InReplyTo + ">").end()
	}
	if len(d.References) > 0 {
		f.field("References")
		for _, id := range d.References {
			f.add("<" + id + ">")
		}
		f.end()
	}
	if d.Notify != "" {
		f.field("Disposition-Notification-To").add("<" + d.Notify + ">").end() // RFC 8098 §2.1
	}
	for _, extra := range d.Extra {
		f.field(extra[0]).unstructured(extra[1]).end()
	}
	f.field("MIME-Version").add("1.0").end()
}

// check refuses what cannot be written.
func (d Draft) check() error {
	if d.Date.IsZero() {
		return errors.New("message: a draft without a date (RFC 5322 §3.6)")
	}
	if y := d.Date.Year(); y < 1900 || y > 9999 {
		return fmt.Errorf("message: the year %d (RFC 5322 §3.3)", y)
	}
	if d.From.Address == "" {
		return errors.New("message: a draft without a sender (RFC 5322 §3.6)")
	}
	lists := [...]struct {
		field string
		list  []Address
	}{
		{"From", []Address{d.From}},
		{"Reply-To", []Address{d.ReplyTo}},
		{"To", d.To},
		{"Cc", d.Cc},
		{"Disposition-Notification-To", []Address{{Address: d.Notify}}},
	}
	for _, l := range lists {
		for _, a := range l.list {
			if a == (Address{}) && l.field != "To" && l.field != "Cc" {
				continue // the field is not written
			}
			if err := checkText(a.Name); err != nil {
				return fmt.Errorf("message: %s: the name of %s %w", l.field, excerpt(a.Address), err)
			}
			if err := a.check(); err != nil {
				return fmt.Errorf("%s: %w", l.field, err)
			}
		}
	}
	if d.MessageID != "" && (!isID(d.MessageID) || !strings.Contains(d.MessageID, "@")) {
		return fmt.Errorf("message: Message-ID: %s is no identifier (RFC 5322 §3.6.4)", excerpt(d.MessageID))
	}
	if d.InReplyTo != "" && !isID(d.InReplyTo) {
		return fmt.Errorf("message: In-Reply-To: %s is no identifier", excerpt(d.InReplyTo))
	}
	for _, id := range d.References {
		if !isID(id) {
			return fmt.Errorf("message: References: %s is no identifier", excerpt(id))
		}
	}
	if err := checkText(d.Subject); err != nil {
		return fmt.Errorf("message: Subject: the text %w", err)
	}
	return d.checkExtra()
}
