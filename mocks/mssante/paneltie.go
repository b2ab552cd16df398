package mssante

import (
	"github.com/segursim/segursim/internal/message"
	"github.com/segursim/segursim/internal/store"
	"github.com/segursim/segursim/mocks/mssante/mailbox"
)

// maxTies bounds the messages that one is tied to.
const maxTies = 20

// ties finds the messages that one is tied to: the original that a receipt, a report
// or an answer is about; the receipts and reports that came for it.
func (p *panel) ties(tx *store.Txn, v *letterView, m *message.Message, address string) {
	about := first(m.Header.IDs("In-Reply-To"))
	kind := "reply"
	if v.Disposition != nil {
		about, kind = cmpOr(v.Disposition.OriginalMessageID, about), "mdn"
	}
	if v.Delivery != nil {
		kind = "dsn"
		if about == "" {
			about = originalID(m)
		}
	}
	if about != "" {
		if at, ok := p.place(tx, address, about); ok {
			at.Kind = kind
			v.Original = &at
		}
	}
	if v.MessageID == "" {
		return
	}
	seen := map[string]bool{}
	if v.Sending != nil {
		for _, r := range v.Sending.Receipts {
			if row, ok := sents.Get(tx, r.Queue); ok {
				if at, ok := p.arrived(tx, &row); ok && !seen[row.MessageID] {
					at.Kind, at.Type = originReceipt, r.Type
					seen[row.MessageID] = true
					v.Answers = append(v.Answers, at)
				}
			}
		}
	}
	for _, f := range p.s.mail.Folders(tx, address) {
		for _, other := range p.newest(tx, f.ID, f.UIDNext-1, maxThreaded) {
			if other.MessageID == "" || other.MessageID == v.MessageID || seen[other.MessageID] || len(v.Answers) >= maxTies {
				continue
			}
			if row, ok := sendingOf(tx, other.MessageID, address); ok && p.isAbout(tx, &row, other, v.MessageID) {
				seen[other.MessageID] = true
				v.Answers = append(v.Answers, related{
					Address: address, Folder: f.Name, UID: other.UID, Subject: other.Subject, From: other.From, At: other.Arrived,
					Kind: cmpOr(row.Report, "reply"),
				})
			}
		}
	}
}

// maxThreaded is among how many of the newest messages of each folder answers are
// looked for.
const maxThreaded = 200

// isAbout tells whether a message that was sent answers or reports on another: the
// header says so.
func (p *panel) isAbout(tx *store.Txn, row *sent, m mailbox.Message, id string) bool {
	if m.Size > maxText { // a receipt that gives a document back: see Receipts
		return false
	}
	raw, err := p.s.mail.Raw(tx, m)
	if err != nil {
		return false
	}
	read, err := message.Parse(raw)
	if err != nil {
		return false
	}
	if first(read.Header.IDs("In-Reply-To")) == id {
		return true
	}
	return row.Report == originReport && originalID(read) == id
}

// originalID is the Message-ID of the message that a report gives back, whole or by
// its header.
func originalID(m *message.Message) string {
	id := ""
	m.Walk(func(part *message.Part) bool {
		switch {
		case part.Nested != nil:
			id = first(part.Nested.Header.IDs("Message-ID"))
		case part.MediaType == "text/rfc822-headers":
			if b, err := part.Decode(); err == nil {
				if read, err := message.Parse(append(append([]byte{}, b...), "\r\n\r\n"...)); err == nil {
					id = first(read.Header.IDs("Message-ID"))
				}
			}
		}
		return id == ""
	})
	return id
}

// place finds a message in the folders of a BAL by its Message-ID; of one that only
// the table of sendings knows, its recipient's mailbox is shown.
func (p *panel) place(tx *store.Txn, address, id string) (related, bool) {
	if row, ok := sentTo(tx, id, ""); ok {
		if at, ok := p.arrived(tx, &row); ok {
			return at, true
		}
	}
	for _, f := range p.s.mail.Folders(tx, address) {
		for _, m := range p.newest(tx, f.ID, f.UIDNext-1, maxThreaded) {
			if m.MessageID == id {
				return related{Address: address, Folder: f.Name, UID: m.UID, Subject: m.Subject, From: m.From, At: m.Arrived}, true
			}
		}
	}
	return related{}, false
}

// arrived is where a message that was sent was first put.
func (p *panel) arrived(tx *store.Txn, row *sent) (related, bool) {
	for _, f := range row.Recipients {
		if f.UID == 0 {
			continue
		}
		folder, ok := p.s.mail.Find(tx, f.Folder)
		if !ok {
			continue
		}
		if _, ok := p.s.mail.Message(tx, folder.ID, f.UID); ok {
			return related{Address: f.Address, Folder: folder.Name, UID: f.UID, Subject: row.Subject, From: row.From, At: row.At}, true
		}
	}
	return related{}, false
}
