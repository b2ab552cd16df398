package reading

import (
	"slices"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"

	"github.com/segursim/segursim/internal/message"
	"github.com/segursim/segursim/internal/store"
	"github.com/segursim/segursim/mocks/mssante/mailbox"
)

// fetchChunk is how many messages are looked up at a time: what a command over a
// whole folder holds, and for how long it keeps writers waiting.
const fetchChunk = 200

// maxItems bounds the sections that one FETCH asks for.
const maxItems = 100

// Fetch answers FETCH (RFC 9051 §6.4.5, RFC 3516).
func (s *session) Fetch(w *imapserver.FetchWriter, set imap.NumSet, o *imap.FetchOptions) error {
	sel := s.sel
	if sel == nil {
		return bad("No mailbox is selected").imap()
	}
	if err := checkItems(o); err != nil {
		return s.imapError(err)
	}
	uids, err := sel.resolve(set)
	if err != nil {
		return s.imapError(err)
	}
	_, byUID := set.(imap.UIDSet)
	marks := !sel.readOnly && setsSeen(o)
	for chunk := range slices.Chunk(uids, fetchChunk) {
		var seen []uint32
		if marks {
			if seen, err = s.markSeen(chunk); err != nil {
				return s.imapError(err)
			}
		}
		msgs, err := s.messages(chunk)
		if err != nil {
			return s.imapError(err)
		}
		if len(msgs) < len(chunk) && !byUID {
			s.note = "EXPUNGEISSUED" // RFC 5530 §3: somebody else expunged them
		}
		for i := range msgs {
			_, changed := slices.BinarySearch(seen, msgs[i].UID)
			if err := s.fetch(w, &msgs[i], o, changed); err != nil {
				return s.imapError(err)
			}
		}
	}
	return nil
}

// checkItems refuses what the library lets pass.
func checkItems(o *imap.FetchOptions) error {
	if len(o.BodySection)+len(o.BinarySection)+len(o.BinarySectionSize) > maxItems {
		return no("LIMIT", "Too many sections in one FETCH")
	}
	for _, b := range o.BodySection {
		if b.Specifier == imap.PartSpecifierMIME && len(b.Part) == 0 {
			return bad("MIME needs a part number") // RFC 9051 §6.4.5.1
		}
	}
	return nil
}

// setsSeen tells whether \Seen is to be set (RFC 9051 §6.4.5: BODY.PEEK does not).
func setsSeen(o *imap.FetchOptions) bool {
	return slices.ContainsFunc(o.BodySection, func(b *imap.FetchItemBodySection) bool { return !b.Peek }) ||
		slices.ContainsFunc(o.BinarySection, func(b *imap.FetchItemBinarySection) bool { return !b.Peek })
}

// messages looks messages of the selected folder up, by UID; those that are gone are
// left out.
func (s *session) messages(uids []uint32) ([]mailbox.Message, error) {
	out := make([]mailbox.Message, 0, len(uids))
	err := s.view(func(tx *store.Txn) error {
		for _, uid := range uids {
			if m, ok := s.srv.mail.Message(tx, s.sel.id, uid); ok {
				out = append(out, m)
			}
		}
		return nil
	})
	return out, err
}

// raw are the bytes of a message.
func (s *session) raw(m *mailbox.Message) (raw []byte, err error) {
	err = s.view(func(tx *store.Txn) error {
		raw, err = s.srv.mail.Raw(tx, *m)
		return err
	})
	return raw, err
}

// contents are what a FETCH asks of a message's bytes, found before anything is
// written: an answer that has begun cannot be refused any more.
type contents struct {
	envelope  *imap.Envelope
	structure imap.BodyStructure
	sections  [][]byte
	binary    [][]byte
	sizes     []uint32
}

func (s *session) contents(m *mailbox.Message, o *imap.FetchOptions) (*contents, error) {
	c := &contents{}
	sections := len(o.BodySection) + len(o.BinarySection) + len(o.BinarySectionSize)
	if !o.Envelope && o.BodyStructure == nil && sections == 0 {
		return c, nil
	}
	raw, err := s.raw(m)
	if err != nil {
		return nil, err
	}
	if o.BodyStructure == nil && sections == 0 {
		c.envelope = envelope(headerOf(raw))
		return c, nil
	}
	root := s.entity(m, raw)
	if o.Envelope {
		c.envelope = envelope(root.Header)
	}
	if o.BodyStructure != nil {
		c.structure = structure(raw, root)
	}
	for _, item := range o.BodySection {
		c.sections = append(c.sections, section(raw, root, item))
	}
	for _, item := range o.BinarySection {
		b, err := decoded(raw, root, item.Part)
		if err != nil {
			return nil, err
		}
		c.binary = append(c.binary, partial(b, item.Partial))
	}
	for _, item := range o.BinarySectionSize {
		b, err := decoded(raw, root, item.Part)
		if err != nil {
			return nil, err
		}
		c.sizes = append(c.sizes, uint32(len(b)))
	}
	return c, nil
}

// lastParsed is the large message that was read last: a client that fetches it in
// pieces asks for it again and again.
type lastParsed struct {
	content string
	root    *message.Part
}

// worthKeeping is the size, in bytes, from which reading a message anew costs more than
// keeping what was read.
const worthKeeping = 64 << 10

// entity reads a message.
func (s *session) entity(m *mailbox.Message, raw []byte) *message.Part {
	if s.parsed.root != nil && s.parsed.content == m.Content {
		return s.parsed.root
	}
	root := parse(raw)
	s.parsed = lastParsed{}
	if len(raw) >= worthKeeping {
		s.parsed = lastParsed{m.Content, root}
	}
	return root
}

// fetch writes one answer. flags wants the flags in it even when they were not asked
// for: they have just changed.
func (s *session) fetch(w *imapserver.FetchWriter, m *mailbox.Message, o *imap.FetchOptions, flags bool) error {
	seq, ok := s.sel.view.seq(m.UID)
	if !ok {
		return nil
	}
	c, err := s.contents(m, o)
	if err != nil {
		return err
	}
	out := w.CreateMessage(seq)
	if o.UID {
		out.WriteUID(imap.UID(m.UID))
	}
	if o.Flags || flags {
		out.WriteFlags(flagsOf(m))
		s.sel.unnote(m.UID)
	}
	if o.InternalDate {
		out.WriteInternalDate(m.Arrived)
	}
	if o.RFC822Size {
		out.WriteRFC822Size(m.Size)
	}
	if o.Envelope {
		out.WriteEnvelope(c.envelope)
	}
	if o.BodyStructure != nil {
		out.WriteBodyStructure(c.structure)
	}
	for i, item := range o.BodySection {
		b := out.WriteBodySection(item, int64(len(c.sections[i])))
		_, _ = b.Write(c.sections[i]) // Close of the answer says what failed
		_ = b.Close()
	}
	for i, item := range o.BinarySection {
		b := out.WriteBinarySection(item, int64(len(c.binary[i])))
		_, _ = b.Write(c.binary[i])
		_ = b.Close()
	}
	for i, item := range o.BinarySectionSize {
		out.WriteBinarySectionSize(item, c.sizes[i])
	}
	return out.Close()
}
