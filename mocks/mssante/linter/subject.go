package linter

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/segursim/segursim/internal/cda"
)

var (
	subjectAbsent = Rule{
		Name: "mss.objet.absent", Level: Error, Refs: []string{"ECO.2.1.3", "RFC 5322 §3.6.5"}, Provenance: confirmed,
		FR: "Le message n'a pas d'objet.", EN: "The message has no subject.",
	}
	subjectPrefix = Rule{
		Name: "mss.objet.prefixe", Level: Error, Refs: []string{"MSS/CONF.25", "ECO.2.1.3"}, Provenance: confirmed,
		FR: "L'objet d'un message qui porte une archive XDM commence par %q.",
		EN: "The subject of a message that carries an XDM archive begins with %q.",
	}
	subjectNoArchive = Rule{
		Name: "mss.objet.prefixe-sans-archive", Level: Error, Refs: []string{"MSS/CONF.25", "ECO.2.1.3"}, Provenance: inferred,
		FR: "L'objet annonce une archive XDM (%q) et le message n'en porte pas.",
		EN: "The subject announces an XDM archive (%q) and the message carries none.",
	}
	subjectShape = Rule{
		Name: "mss.objet.forme", Level: Error, Refs: []string{"MSS/CONF.25", "ECO.2.1.3"}, Provenance: confirmed,
		FR: "Après %q, l'objet s'écrit : libellé, NOM de naissance en majuscules sans accent, prénom, puis la date de naissance JJ/MM/AAAA si elle est donnée ; lu : %q.",
		EN: "After %q the subject reads: label, birth NAME in capitals without accents, first name, then the birth date DD/MM/YYYY if given; read: %q.",
	}
	subjectLabel = Rule{
		Name: "mss.objet.libelle", Level: Warning, Refs: []string{"MSS/CONF.25", "ECO.2.1.3"}, Provenance: confirmed,
		FR: "Le libellé de l'objet devrait être %q (libellé du code du document, 40 caractères au plus, ou le nombre de documents).",
		EN: "The subject's label should be %q (the display name of the document's code, at most 40 characters, or the number of documents).",
	}
	subjectIdentity = Rule{
		Name: "mss.objet.identite", Level: Error, Refs: []string{"MSS/CONF.25", "ECO.2.1.3"}, Provenance: confirmed,
		FR: "L'objet ne nomme pas l'usager des documents (%s).", EN: "The subject does not name the documents' patient (%s).",
	}
	subjectDate = Rule{
		Name: "mss.objet.date", Level: Error, Refs: []string{"MSS/CONF.25", "ECO.2.1.3"}, Provenance: confirmed,
		FR: "La date de naissance de l'objet, %s, n'est pas celle des documents, %s.",
		EN: "The subject's birth date, %s, is not that of the documents, %s.",
	}
	subjectEnd = Rule{
		Name: "mss.objet.fin", Level: Warning, Refs: []string{"ECO.2.2.8", "guide Messagerie de Mon espace santé v1.3"}, Provenance: confirmed,
		FR: "L'objet %q ressemble à la fin d'échange sans l'être : il doit être exactement [FIN].",
		EN: "The subject %q looks like the end of an exchange and is not: it must be exactly [FIN].",
	}
	subjectEndElsewhere = Rule{
		Name: "mss.objet.fin-sans-usager", Level: Warning, Refs: []string{"ECO.2.2.8"}, Provenance: inferred,
		FR: "L'objet [FIN] n'a de sens que vers un usager.", EN: "The subject [FIN] means something to a patient only.",
	}
)

func subjectRules() []Rule {
	return []Rule{
		subjectAbsent, subjectPrefix, subjectNoArchive, subjectShape, subjectLabel, subjectIdentity, subjectDate,
		subjectEnd, subjectEndElsewhere,
	}
}

// prefix announces an archive; "+" is ASCII 43.
const prefix = "XDM/1.0/DDM+"

// endSubject closes every exchange with a patient.
const endSubject = "[FIN]"

// replaced is what practice writes in the subject of a message that replaces; its
// place is not ruled, before or after the prefix.
var replaced = regexp.MustCompile(`(?i)\[?\s*annule et remplace\s*\]?`)

// answered are the marks that a client puts before the subject of an answer.
var answered = regexp.MustCompile(`(?i)^(?:(?:re|tr|fw|fwd)\s*:\s*)+`)

// date is a date of birth as a subject has it.
var date = regexp.MustCompile(`^\d{2}/\d{2}/\d{4}$`)

func (l *lint) subject() {
	h := l.report.Message.Header
	text := h.Get("Subject")
	if strings.TrimSpace(text) == "" {
		l.found(subjectAbsent, l.headerAt("Subject"))
		return
	}
	l.end(text)
	bare := strings.TrimSpace(replaced.ReplaceAllString(answered.ReplaceAllString(text, ""), " "))
	marked := strings.HasPrefix(bare, prefix)
	switch {
	case !l.report.HasArchive && marked && bare == strings.TrimSpace(text):
		l.found(subjectNoArchive, l.headerAt("Subject"), prefix)
	case l.report.HasArchive && !marked:
		l.found(subjectPrefix, l.headerAt("Subject"), prefix)
	case l.report.HasArchive && len(l.report.CDA) > 0:
		l.announced(strings.TrimSpace(strings.TrimPrefix(bare, prefix)))
	}
}

// end reads a subject that would close the exchange.
func (l *lint) end(text string) {
	toUsager := false
	for _, to := range l.in.To {
		if _, ok := usager(to); ok {
			toUsager = true
		}
	}
	switch {
	case text == endSubject && !toUsager:
		l.found(subjectEndElsewhere, l.headerAt("Subject"))
	case text != endSubject && toUsager && strings.EqualFold(strings.Trim(text, " []"), "fin"):
		l.found(subjectEnd, l.headerAt("Subject"), text)
	}
}

// announced reads what stands after the prefix against the first document: label,
// NAME, first name, and maybe the birth date.
func (l *lint) announced(rest string) {
	p := l.report.CDA[0].Patient
	words, day := strings.Fields(rest), ""
	if n := len(words); n > 0 && date.MatchString(words[n-1]) {
		words, day = words[:n-1], words[n-1]
	}
	name, first := strings.Fields(unaccented(p.BirthName)), strings.Fields(unaccented(p.FirstName))
	n := len(name) + len(first)
	if len(words) < 2 {
		l.found(subjectShape, l.headerAt("Subject"), prefix, rest)
		return
	}
	if n > 0 && (len(words) < n || alike(strings.Join(words[len(words)-n:], " ")) != alike(p.BirthName+" "+p.FirstName)) {
		l.found(subjectIdentity, l.headerAt("Subject"), strings.Join(append(name, first...), " "))
		return
	}
	if n > 0 {
		said := strings.Join(words[len(words)-n:len(words)-len(first)], " ")
		if said != unaccented(said) || said != strings.ToUpper(said) {
			l.found(subjectShape, l.headerAt("Subject"), prefix, rest)
		}
		if label, want := strings.Join(words[:len(words)-n], " "), l.label(); want != "" && label != strings.Join(strings.Fields(want), " ") {
			l.found(subjectLabel, l.headerAt("Subject"), want)
		}
	}
	if want := slashed(p.BirthDate); day != "" && want != "" && day != want {
		l.found(subjectDate, l.headerAt("Subject"), day, want)
	}
}

// maxLabel is how long the label of a subject may be, in characters.
const maxLabel = 40

// label is what the subject should announce.
func (l *lint) label() string {
	if n := len(l.report.CDA); n > 1 {
		return strconv.Itoa(n) + " documents"
	}
	display := l.report.CDA[0].Code.Display
	if display == "" {
		display, _ = cda.TypeName(l.report.CDA[0].Code.Code)
	}
	if r := []rune(display); len(r) > maxLabel {
		return strings.TrimSpace(string(r[:maxLabel]))
	}
	return display
}

// slashed turns an HL7 date, yyyyMMdd, into JJ/MM/AAAA; empty when it is none.
func slashed(s string) string {
	if len(s) < 8 {
		return ""
	}
	return s[6:8] + "/" + s[4:6] + "/" + s[:4]
}
