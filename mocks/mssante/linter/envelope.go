package linter

import "strings"

var (
	envelopeUsagers = Rule{
		Name: "mss.enveloppe.un-usager", Level: Error, Refs: []string{"MSS/CONF.23", "MSS/va1.01", "ECO.2.1.1"}, Provenance: confirmed,
		FR: "Le message a %d destinataires usagers : un message ne concerne qu'un seul usager.",
		EN: "The message has %d patients among its recipients: one message is about one patient.",
	}
	envelopeAddress = Rule{
		Name: "mss.enveloppe.adresse-usager", Level: Error, Refs: []string{"MSS/va1.19", "ECO.2.2.6"}, Provenance: confirmed,
		FR: "%q n'est pas l'adresse d'un usager : la partie locale est le matricule INS, 15 caractères avec sa clé.",
		EN: "%q is no patient's address: the local part is the matricule INS, 15 characters with its key.",
	}
	envelopeUnqualified = Rule{
		Name: "mss.enveloppe.ins-non-qualifiee", Level: Error, Refs: []string{"MSS/va1.19", "ECO.2.2.6", "INS/va1.53"}, Provenance: confirmed,
		FR: "L'identité du matricule %s n'est pas qualifiée : on n'écrit à un usager qu'avec une INS qualifiée.",
		EN: "The identity of the matricule %s is not qualified: patients are written to with a qualified INS only.",
	}
	envelopeUnknown = Rule{
		Name: "mss.enveloppe.usager-inconnu", Level: Warning, Refs: []string{"ECO.2.2.6"}, Provenance: inferred,
		FR: "Le matricule %s n'est à aucun patient du registre.",
		EN: "The matricule %s belongs to no patient of the registre.",
	}
	envelopeOutside = Rule{
		Name: "mss.enveloppe.hors-espace", Level: Error, Refs: []string{"Référentiel socle MSSanté #1, liste blanche"}, Provenance: inferred,
		FR: "Le domaine de %q n'est pas de la liste blanche : l'espace de confiance ne laisse pas sortir de messages.",
		EN: "The domain of %q is not of the liste blanche: no message leaves the espace de confiance.",
	}
	envelopeHidden = Rule{
		Name: "mss.enveloppe.destinataire-cache", Level: Information, Refs: []string{"RFC 5322 §3.6.3"}, Provenance: confirmed,
		FR: "%q reçoit le message sans être nommé dans To ni Cc.",
		EN: "%q receives the message without being named in To or Cc.",
	}
	envelopeFrom = Rule{
		Name: "mss.enveloppe.expediteur", Level: Error, Refs: []string{"ECO.2.2.7", "MSS/va1.16"}, Provenance: inferred,
		FR: "L'expéditeur de l'enveloppe est %q, l'adresse du champ From est %q : ce doit être la même BAL.",
		EN: "The envelope's sender is %q and the address in From is %q: both must be the same BAL.",
	}
)

func envelopeRules() []Rule {
	return []Rule{envelopeUsagers, envelopeAddress, envelopeUnqualified, envelopeUnknown, envelopeOutside, envelopeHidden, envelopeFrom}
}

// envelope reads the recipients.
func (l *lint) envelope() {
	usagers := 0
	for _, to := range l.in.To {
		at := place{part: partEnvelope, offset: -1, excerpt: "RCPT TO:<" + to + ">"}
		matricule, ok := usager(to)
		if !ok {
			if _, domain := split(to); l.in.Trusted != nil && domain != patientDomain && !l.in.Trusted(domain) {
				l.found(envelopeOutside, at, to)
			}
			continue
		}
		usagers++
		if !validMatricule(matricule) {
			l.found(envelopeAddress, at, to)
			continue
		}
		l.report.Patient = matricule
		switch p, known := l.patient(matricule); {
		case l.in.Patient == nil:
		case !known:
			l.found(envelopeUnknown, at, matricule)
		case !p.Qualified:
			l.found(envelopeUnqualified, at, matricule)
		}
	}
	if usagers > 1 {
		l.found(envelopeUsagers, place{part: partEnvelope, offset: -1, excerpt: strings.Join(l.in.To, ", ")}, usagers)
	}
}

// named compares the envelope with the header.
func (l *lint) named() {
	h := l.report.Message.Header
	if from, err := h.Addresses("From"); err == nil && len(from) > 0 && l.in.From != "" && !strings.EqualFold(from[0].Address, l.in.From) {
		l.found(envelopeFrom, l.headerAt("From"), l.in.From, from[0].Address)
	}
	named := map[string]bool{}
	for _, name := range []string{"To", "Cc"} {
		list, err := h.Addresses(name)
		if err != nil {
			return // judged as a malformed field
		}
		for _, a := range list {
			named[strings.ToLower(a.Address)] = true
		}
	}
	for _, to := range l.in.To {
		if !named[strings.ToLower(to)] {
			l.found(envelopeHidden, place{part: partEnvelope, offset: -1, excerpt: "RCPT TO:<" + to + ">"}, to)
		}
	}
}
