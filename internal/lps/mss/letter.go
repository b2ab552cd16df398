package mss

import (
	"strings"
	"time"

	"github.com/segursim/segursim/internal/message"
)

// prefix announces an archive in a subject (MSS/CONF.25, ECO.2.1.3); "+" is ASCII 43.
const prefix = "XDM/1.0/DDM+"

// A Letter is a message as somebody writes it in the software.
type Letter struct {
	// From is the BAL with its label: Titre_Prénom_NOM_Entité for a person, the
	// functional entity otherwise (MSS/va1.16, ECO.2.2.7).
	From, ReplyTo message.Address
	To            []string
	Subject       string // of a message without documents
	Text          string
	At            time.Time
	ID            string // Message-ID, without brackets
	// Answers is the Message-ID of the message that this one answers or replaces;
	// Thread those before it.
	Answers string
	Thread  []string
	// NIL is the product's reference on Convergence: on every message (MSS/CONF.16).
	NIL string
	// Receipt asks for a disposition notification (MSS/va1.15).
	Receipt bool
	// End forbids a patient to answer (MSS/CONF.21).
	End bool
	// Replaces puts the mention « annule et remplace » into the subject.
	Replaces bool
	Pack     *Pack
}

// maxLabel is how long the label of a subject may be, in characters.
const maxLabel = 40

// Draft is the letter as a message, by the rules of Ref#2: see package message for
// its bytes.
func (l *Letter) Draft() message.Draft {
	d := message.Draft{
		From: l.From, ReplyTo: l.ReplyTo, Subject: l.Subject, Date: l.At, MessageID: l.ID, Text: l.Text,
		Extra: [][2]string{{"X-MSS-NIL", l.NIL}},
	}
	for _, to := range l.To {
		d.To = append(d.To, message.Address{Address: to})
	}
	if l.Answers != "" {
		d.InReplyTo, d.References = l.Answers, append(append([]string{}, l.Thread...), l.Answers) // MSS/va1.08
	}
	if l.Receipt {
		d.Notify = l.From.Address
	}
	if l.End {
		d.Extra = append(d.Extra, [2]string{"X-MSS-MES", "FIN"})
	}
	if l.Pack == nil {
		return d
	}
	d.Subject, d.Attachments = l.Pack.subject(), l.Pack.Files
	if l.Replaces {
		d.Subject = "[" + AnnuleEtRemplace + "] " + d.Subject
	}
	if len(l.Pack.Codes) > 0 { // only with a CDA: MSS/CONF.14, MSS/CONF.15
		qualified := "N"
		if l.Pack.INS {
			qualified = "O"
		}
		d.Extra = append(d.Extra, [2]string{"X-MSS-INS", qualified}, [2]string{"X-MSS-CODECDA", strings.Join(l.Pack.Codes, ",")})
	}
	return d
}

// subject announces the documents: label, NOM, prénom, birth date.
func (p *Pack) subject() string {
	label := []rune(p.Label)
	if len(label) > maxLabel {
		label = label[:maxLabel]
	}
	born := p.About.Born
	if t, err := time.Parse(time.DateOnly, born); err == nil {
		born = t.Format("02/01/2006")
	}
	return prefix + strings.TrimSpace(string(label)) + " " + strings.ToUpper(plain(p.About.Name)) + " " + plain(p.About.FirstName) + " " + born
}

// plain takes the accents of French away.
func plain(s string) string {
	return strings.NewReplacer(
		"à", "a", "â", "a", "ä", "a", "á", "a", "ã", "a", "å", "a", "ç", "c", "é", "e", "è", "e", "ê", "e", "ë", "e", "î", "i", "ï", "i", "í", "i",
		"ñ", "n", "ô", "o", "ö", "o", "ó", "o", "õ", "o", "ù", "u", "û", "u", "ü", "u", "ú", "u", "ÿ", "y", "œ", "oe", "æ", "ae",
		"À", "A", "Â", "A", "Ä", "A", "Á", "A", "Ã", "A", "Å", "A", "Ç", "C", "É", "E", "È", "E", "Ê", "E", "Ë", "E", "Î", "I", "Ï", "I", "Í", "I",
		"Ñ", "N", "Ô", "O", "Ö", "O", "Ó", "O", "Õ", "O", "Ù", "U", "Û", "U", "Ü", "U", "Ú", "U", "Ÿ", "Y", "Œ", "OE", "Æ", "AE",
	).Replace(s)
}
