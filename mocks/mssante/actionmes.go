package mssante

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/segursim/segursim/internal/registre"
	"github.com/segursim/segursim/internal/sim"
	"github.com/segursim/segursim/internal/store"
	"github.com/segursim/segursim/mocks/mssante/bal"
	"github.com/segursim/segursim/mocks/mssante/mailbox"
)

// patientActions are what patients do in Mon espace santé, and what is done to their
// mailboxes.
func (s *Service) patientActions() map[string]sim.Action {
	const (
		who   = "identifiant du patient, matricule ou adresse / patient's id, matricule or address"
		which = "Message-ID ou UID dans INBOX ; le plus récent sinon / Message-ID, or UID in INBOX; else the newest"
		files = "[{nom, type, contenu en base64}] / [{nom, type, base64 contenu}]"
		body  = "texte / text"
	)
	return map[string]sim.Action{
		"mes":        action("Voir la messagerie d'un usager", "See a patient's mailbox", map[string]string{"patient": who}, s.actPatient),
		"mes.read":   action("Ouvrir un message comme usager : l'accusé demandé part", "Open a message as the patient: the receipt asked for goes out", map[string]string{"patient": who, "message": which}, s.actPatientRead),
		"mes.reply":  action("Répondre comme usager", "Answer as the patient", map[string]string{"patient": who, "message": which, "text": body, "attachments": files}, s.actPatientReply),
		"mes.write":  action("Écrire comme usager à un contact autorisé", "Write as the patient to an authorised contact", map[string]string{"patient": who, "to": "adresse / address", "subject": "objet / subject", "text": body, "attachments": files}, s.actPatientWrite),
		"mes.close":  action("Fermer la messagerie d'un usager", "Close a patient's mailbox", map[string]string{"patient": who}, s.actPatientState(bal.Closed)),
		"mes.open":   action("Ouvrir la messagerie d'un usager", "Open a patient's mailbox", map[string]string{"patient": who}, s.actPatientState(bal.Active)),
		"mes.oppose": action("Opposition d'un usager à Mon espace santé", "A patient objects to Mon espace santé", map[string]string{"patient": who}, s.actPatientState(bal.Opposed)),
	}
}

// whose finds a patient's mailbox by the patient's id, matricule or address.
func (o *office) whose(tx *store.Txn, who string) (bal.BAL, registre.Patient, *sim.Error) {
	var p registre.Patient
	local, _, _ := strings.Cut(who, "@")
	local = strings.ToUpper(local)
	ok := false
	for found := range registre.FindPatients(tx, local) {
		if len(local) != 15 || found.INS.Full() == local {
			p, ok = found, true
			break
		}
	}
	if !ok {
		p, ok = registre.GetPatient(tx, who)
	}
	if !ok {
		return bal.BAL{}, p, actionError(sim.NotFound, "patient-unknown", "aucun patient « "+who+" » dans le registre", "no patient \""+who+"\" in the registre")
	}
	address := patientAddress(p.INS)
	if address == "" {
		return bal.BAL{}, p, actionError(sim.NotFound, "patient-without-ins", "le patient « "+who+" » n'a pas d'INS, donc pas d'adresse", "patient \""+who+"\" has no INS, hence no address")
	}
	return o.patientBAL(tx, address, &p), p, nil
}

func (s *Service) actPatient(_ context.Context, in map[string]any) (any, error) {
	who, refusal := text(in, "patient")
	if refusal != nil {
		return nil, refusal
	}
	var out map[string]any
	err := s.world.Store.View(func(tx *store.Txn) error {
		b, p, refusal := s.office.whose(tx, who)
		if refusal != nil {
			return refusal
		}
		out = patientView(b, p)
		out["mineur"] = minor(&p, s.now())
		out["contacts"] = contacts(tx, b.Address)
		var list []exchange
		for e := range exchanges.Find(tx, "patient", b.Address) {
			list = append(list, e)
		}
		slices.SortFunc(list, func(a, b exchange) int { return cmp.Compare(b.Order, a.Order) })
		out["exchanges"] = list
		out["folders"] = s.mail.Folders(tx, b.Address)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

func patientView(b bal.BAL, p registre.Patient) map[string]any {
	return map[string]any{"address": b.Address, "patient": p.ID, "name": b.Label, "state": b.State, "oid": p.INS.OID}
}

// actPatientState changes the state of a patient's mailbox. What it holds stays.
func (s *Service) actPatientState(to bal.State) func(context.Context, map[string]any) (any, error) {
	return func(_ context.Context, in map[string]any) (any, error) {
		who, refusal := text(in, "patient")
		if refusal != nil {
			return nil, refusal
		}
		var b bal.BAL
		var p registre.Patient
		err := s.world.Store.Update(func(tx *store.Txn) error {
			var refusal *sim.Error
			if b, p, refusal = s.office.whose(tx, who); refusal != nil {
				return refusal
			}
			if b.Created.IsZero() {
				b.Created = s.now()
			}
			b.State = to
			return bal.BALs.Put(tx, b)
		})
		if err != nil {
			return nil, err
		}
		s.office.tell([]event{{op: opState, summary: "messagerie de " + b.Label + " : " + string(to), facts: map[string]any{
			"mes": map[string]any{"address": b.Address, "patient": p.ID, "state": string(to)},
		}}})
		return patientView(b, p), nil
	}
}

// find is a message of a BAL's INBOX: by Message-ID, by UID, or the newest.
func (s *Service) find(tx *store.Txn, address, folder, which string) (mailbox.Message, *sim.Error) {
	f, ok := s.mail.Folder(tx, address, folder)
	if !ok {
		return mailbox.Message{}, actionError(sim.NotFound, "no-folder", "« "+address+" » n'a pas de dossier « "+folder+" »", "\""+address+"\" has no folder \""+folder+"\"")
	}
	var found mailbox.Message
	which = strings.Trim(which, "<> ")
	for m := range s.mail.Messages(tx, f.ID) {
		if which == "" || m.MessageID == which || which == uidText(m.UID) {
			found = m
		}
	}
	if found.UID == 0 {
		return found, actionError(sim.NotFound, "no-message", "aucun message « "+which+" » dans "+folder+" de "+address, "no message \""+which+"\" in "+folder+" of "+address)
	}
	return found, nil
}
