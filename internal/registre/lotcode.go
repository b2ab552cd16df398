package registre

import (
	"encoding/binary"
	"io"
	"slices"
	"strings"
)

// A packed patient is the row's fields one after the other. A text is a number
// below 64 for one of the words, else its length plus 64 and its bytes; a list is
// its length and its items.

// words are the texts that most rows repeat. Their order is part of the format
// of snapshots: new ones go to the end.
var words = []string{
	"", "M", "F", OIDTest, OIDNIA, OIDNIR, OIDDemo,
	string(RecordAbsent), string(RecordEmpty), string(RecordOpen), string(RecordClosed),
	string(MarkHomonym), string(MarkDoubtful), string(MarkFictitious), string(MarkDiscordant), string(MarkWrongKey),
	string(MarkNoBirthName), string(MarkNoGivenName), "I", "segursim", SourceGenerated,
}

// SourceGenerated is the Source of patients that a generator made.
const SourceGenerated = "segursim-generateur"

const wordLimit = 64

func appendText(b []byte, s string) []byte {
	if len(s) == 0 {
		return append(b, 0)
	}
	if len(s) < 2 || len(s) > 4 && len(s) < 24 { // as long as the words are
		if i := slices.Index(words, s); i >= 0 {
			return append(b, byte(i))
		}
	}
	b = binary.AppendUvarint(b, uint64(len(s)+wordLimit))
	return append(b, s...)
}

func appendINS(b []byte, i *INS) []byte {
	for _, s := range [...]string{i.Matricule, i.Key, i.OID, i.From, i.To} {
		b = appendText(b, s)
	}
	return b
}

func appendPatient(b []byte, p *Patient) []byte {
	b = appendText(b, p.BirthName) // first, for searches that read no further
	b = appendText(b, p.ID)
	b = appendText(b, p.INS.Matricule)
	b = appendText(b, p.INS.Key)
	b = appendText(b, p.INS.OID)
	b = appendText(b, p.INS.From)
	b = appendText(b, p.INS.To)
	b = binary.AppendUvarint(b, uint64(len(p.GivenNames)))
	for _, g := range p.GivenNames {
		b = appendText(b, g)
	}
	first := p.FirstGivenName
	if len(p.GivenNames) > 0 && first == p.GivenNames[0] {
		first = ""
	}
	b = appendText(b, first)
	for _, s := range [...]string{
		p.Sex, p.BirthDate, p.BirthPlace, p.Source, p.UsedName, p.UsedGivenName, p.Death, string(p.Record), p.Note, p.Holder,
	} {
		b = appendText(b, s)
	}
	b = binary.AppendUvarint(b, uint64(max(0, p.Rank))) //nolint:gosec // not negative
	b = binary.AppendUvarint(b, uint64(len(p.History)))
	for i := range p.History {
		b = appendINS(b, &p.History[i])
	}
	b = binary.AppendUvarint(b, uint64(len(p.Marks)))
	for _, m := range p.Marks {
		b = appendText(b, string(m))
	}
	b = binary.AppendUvarint(b, uint64(len(p.Contact.Lines)))
	for _, l := range p.Contact.Lines {
		b = appendText(b, l)
	}
	for _, s := range [...]string{p.Contact.PostalCode, p.Contact.City, p.Contact.Phone, p.Contact.Email} {
		b = appendText(b, s)
	}
	return b
}

// unpacker reads a packed patient. After an error it yields zero values.
type unpacker struct {
	b   []byte
	err error
}

func (u *unpacker) number() uint64 {
	n, size := binary.Uvarint(u.b)
	if size <= 0 {
		u.fail()
		return 0
	}
	u.b = u.b[size:]
	return n
}

func (u *unpacker) fail() { u.b, u.err = nil, io.ErrUnexpectedEOF }

func (u *unpacker) text() string {
	n := u.number()
	if n < wordLimit {
		if n >= uint64(len(words)) {
			u.fail()
			return ""
		}
		return words[n]
	}
	if n -= wordLimit; n > uint64(len(u.b)) {
		u.fail()
		return ""
	}
	s := string(u.b[:n])
	u.b = u.b[n:]
	return s
}

// count reads the length of a list, each item of which takes a byte at least.
func (u *unpacker) count() int {
	n := u.number()
	if n > uint64(len(u.b)) {
		u.fail()
		return 0
	}
	return int(n) //nolint:gosec // at most the bytes left
}

func (u *unpacker) ins() INS {
	return INS{Matricule: u.text(), Key: u.text(), OID: u.text(), From: u.text(), To: u.text()}
}

// readPatient unpacks one and returns what follows. Lists are empty rather than
// nil, as the fixtures make them.
func readPatient(b []byte) (Patient, []byte, error) {
	u := &unpacker{b: b}
	p := Patient{BirthName: u.text(), ID: u.text(), INS: u.ins()}
	p.GivenNames = list(u, u.text)
	if p.FirstGivenName = u.text(); p.FirstGivenName == "" && len(p.GivenNames) > 0 {
		p.FirstGivenName = p.GivenNames[0]
	}
	for _, to := range [...]*string{
		&p.Sex, &p.BirthDate, &p.BirthPlace, &p.Source, &p.UsedName, &p.UsedGivenName, &p.Death,
	} {
		*to = u.text()
	}
	p.Record, p.Note, p.Holder = RecordState(u.text()), u.text(), u.text()
	if n := u.number(); n <= 9 {
		p.Rank = int(n)
	} else {
		u.fail()
	}
	p.History = list(u, u.ins)
	p.Marks = list(u, func() Mark { return Mark(u.text()) })
	p.Contact = Contact{Lines: list(u, u.text), PostalCode: u.text(), City: u.text(), Phone: u.text(), Email: u.text()}
	return p, u.b, u.err
}

func list[T any](u *unpacker, item func() T) []T {
	out := make([]T, u.count())
	for i := range out {
		out[i] = item()
	}
	return out
}

// prefix passes over a text and tells whether it begins with s.
func (u *unpacker) prefix(s string) bool {
	n := u.number()
	if n < wordLimit {
		return s == "" || n < uint64(len(words)) && strings.HasPrefix(words[n], s)
	}
	if n -= wordLimit; n > uint64(len(u.b)) {
		u.fail()
		return false
	}
	text := u.b[:n]
	u.b = u.b[n:]
	return len(text) >= len(s) && string(text[:len(s)]) == s
}
