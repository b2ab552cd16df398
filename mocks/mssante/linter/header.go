package linter

import (
	"net/mail"
	"regexp"
	"strings"
	"time"
	"unicode"
)

var (
	unreadable = Rule{
		Name: "mss.message.illisible", Level: Error, Refs: []string{"RFC 5322 §2.2"}, Provenance: confirmed,
		FR: "Le message n'est pas lisible : %s.", EN: "The message cannot be read: %s.",
	}
	malformed = Rule{
		Name: "mss.message.malforme", Level: Warning, Refs: []string{"RFC 5322", "RFC 2045"}, Provenance: confirmed,
		FR: "Le message est mal formé (%s) : %s.", EN: "The message is malformed (%s): %s.",
	}
	idAbsent = Rule{
		Name: "mss.message-id.absent", Level: Error, Refs: []string{"MSS/va1.12", "ECO.2.2.1", "RFC 5322 §3.6.4"}, Provenance: confirmed,
		FR: "Le champ Message-ID manque.", EN: "The Message-ID field is missing.",
	}
	idMalformed = Rule{
		Name: "mss.message-id.malforme", Level: Error, Refs: []string{"MSS/va1.12", "ECO.2.2.1", "RFC 5322 §3.6.4"}, Provenance: confirmed,
		FR: "Message-ID doit porter un seul identifiant de la forme <gauche@droite>.",
		EN: "Message-ID must carry one identifier of the form <left@right>.",
	}
	dateAbsent = Rule{
		Name: "mss.date.absente", Level: Error, Refs: []string{"RFC 5322 §3.6.1"}, Provenance: confirmed,
		FR: "Le champ Date manque ou n'est pas une date.", EN: "The Date field is missing or is no date.",
	}
	dateFar = Rule{
		Name: "mss.date.decalee", Level: Warning, Refs: []string{"RFC 5322 §3.6.1"}, Provenance: inferred,
		FR: "La date du message (%s) est à plus d'un jour de l'heure simulée.", EN: "The message's date (%s) is more than a day away from simulated time.",
	}
	fromAbsent = Rule{
		Name: "mss.from.absent", Level: Error, Refs: []string{"ECO.2.2.7", "RFC 5322 §3.6.2"}, Provenance: confirmed,
		FR: "Le champ From manque, ou ne porte pas une seule adresse.", EN: "The From field is missing, or does not carry one address.",
	}
	labelAbsent = Rule{
		Name: "mss.from.libelle-absent", Level: Error, Refs: []string{"MSS/va1.16", "ECO.2.2.7"}, Provenance: confirmed,
		FR: "Le champ From ne porte pas d'intitulé de BAL devant l'adresse.", EN: "The From field carries no label of the BAL before the address.",
	}
	labelMeaningless = Rule{
		Name: "mss.from.libelle-adresse", Level: Error, Refs: []string{"MSS/va1.16", "ECO.2.2.7"}, Provenance: inferred,
		FR: "L'intitulé %q répète l'adresse : il doit dire qui écrit.", EN: "The label %q repeats the address: it must say who writes.",
	}
	labelPersonal = Rule{
		Name: "mss.from.libelle-personnel", Level: Warning, Refs: []string{"MSS/va1.16", "ECO.2.2.7"}, Provenance: confirmed,
		FR: "L'intitulé %q d'une BAL personnelle devrait s'écrire Titre_Prénom_NOM_Entité, le nom en majuscules.",
		EN: "The label %q of a personal BAL should be written Titre_Prénom_NOM_Entité, the name in capitals.",
	}
	mimeVersion = Rule{
		Name: "mss.mime-version.absent", Level: Warning, Refs: []string{"RFC 2045 §4"}, Provenance: confirmed,
		FR: "Le champ MIME-Version manque.", EN: "The MIME-Version field is missing.",
	}
	notifyMalformed = Rule{
		Name: "mss.mdn.adresse", Level: Error, Refs: []string{"MSS/va1.15", "ECO.2.3.1", "RFC 8098 §2.1"}, Provenance: confirmed,
		FR: "Disposition-Notification-To ne porte pas d'adresse lisible.", EN: "Disposition-Notification-To carries no readable address.",
	}
	notifyElsewhere = Rule{
		Name: "mss.mdn.adresse-autre", Level: Warning, Refs: []string{"RFC 8098 §2.1"}, Provenance: confirmed,
		FR: "L'accusé est demandé à %q, qui n'est pas l'expéditeur de l'enveloppe : aucun accusé automatique ne sera envoyé.",
		EN: "The receipt is asked for %q, which is not the envelope's sender: no automatic receipt will be sent.",
	}
)

func headerRules() []Rule {
	return []Rule{
		unreadable, malformed, idAbsent, idMalformed, dateAbsent, dateFar, fromAbsent, labelAbsent, labelMeaningless,
		labelPersonal, mimeVersion, notifyMalformed, notifyElsewhere,
	}
}

// header reads what every message carries.
func (l *lint) header() {
	m := l.report.Message
	for _, p := range m.Problems {
		at := place{part: partHeader, offset: p.Offset}
		if p.Offset >= 0 && p.Offset < len(m.Raw) {
			at.excerpt = string(m.Raw[p.Offset:min(len(m.Raw), p.Offset+80)])
			if p.Offset >= m.Content {
				at.part = partBody
			}
		}
		l.found(malformed, at, p.Code, p.Text)
	}
	h := m.Header
	switch ids := h.All("Message-ID"); {
	case len(ids) == 0:
		l.found(idAbsent, missing(partHeader))
	case len(ids) > 1 || len(h.IDs("Message-ID")) != 1 || !strings.Contains(h.IDs("Message-ID")[0], "@"):
		l.found(idMalformed, l.headerAt("Message-ID"))
	}
	date, err := mail.ParseDate(h.Get("Date"))
	switch {
	case err != nil:
		l.found(dateAbsent, l.headerAt("Date"))
	case !l.in.Now.IsZero() && l.in.Now.Sub(date).Abs() > 24*time.Hour:
		l.found(dateFar, l.headerAt("Date"), date.Format(time.RFC3339))
	}
	if !h.Has("MIME-Version") && h.Has("Content-Type") {
		l.found(mimeVersion, missing(partHeader))
	}
	l.from()
	l.named()
	l.notify()
}

// personal is the label of a personal BAL: words separated by "_", of which one
// is in capitals and one is not (ECO.2.2.7).
var personal = regexp.MustCompile(`^[^_\s][^_]*(_[^_]+)+$`)

func (l *lint) from() {
	from, err := l.report.Message.Header.Addresses("From")
	if err != nil || len(from) != 1 || from[0].Address == "" {
		l.found(fromAbsent, l.headerAt("From"))
		return
	}
	label := strings.TrimSpace(from[0].Name)
	switch {
	case label == "":
		l.found(labelAbsent, l.headerAt("From"))
	case strings.EqualFold(label, from[0].Address) || strings.Contains(label, "@"):
		l.found(labelMeaningless, l.headerAt("From"), label)
	case l.in.Kind == "PER" && (!personal.MatchString(label) || !hasCapitalWord(label)):
		l.found(labelPersonal, l.headerAt("From"), label)
	}
}

// hasCapitalWord tells whether one of the words between "_" is in capitals.
func hasCapitalWord(label string) bool {
	for word := range strings.SplitSeq(label, "_") {
		letters := 0
		for _, r := range word {
			if unicode.IsLower(r) {
				letters = -1
				break
			}
			if unicode.IsLetter(r) {
				letters++
			}
		}
		if letters > 1 {
			return true
		}
	}
	return false
}

// notify reads the request for a receipt.
func (l *lint) notify() {
	h := l.report.Message.Header
	if !h.Has("Disposition-Notification-To") {
		return
	}
	list, err := h.Addresses("Disposition-Notification-To")
	switch {
	case err != nil || len(list) == 0:
		l.found(notifyMalformed, l.headerAt("Disposition-Notification-To"))
	case l.in.From != "" && !strings.EqualFold(list[0].Address, l.in.From):
		l.found(notifyElsewhere, l.headerAt("Disposition-Notification-To"), list[0].Address)
	}
}
