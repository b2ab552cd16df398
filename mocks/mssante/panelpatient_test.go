package mssante

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// TestPanelPatient reads, answers and writes as a patient, without scripts.
func TestPanelPatient(t *testing.T) {
	t.Parallel()
	f := openFront(t, "")
	to := f.address(alice)
	f.act("deposer", map[string]any{"from": kitBAL, "to": to, "subject": "Vos résultats " + evil, "text": "Bonjour " + evil, "receipt": true, "reply_to": robertBAL})
	p := f.get("usagers?patient=" + alice)
	p.says("Vos résultats", robertBAL, "Contacts autorisés")
	p.safe()
	p = f.get(p.link("Dr_Kit"))
	p.says("Message non lu.", "l’accusé de lecture demandé")
	if strings.Contains(p.text(), "Bonjour") {
		t.Error("a message is read before it is opened")
	}
	p = f.submit(p, "ouvrir", "", nil)
	p.says("l'accusé de lecture est parti", "Bonjour", "Répondre à "+robertBAL, "le Reply-To, et non l’expéditeur")
	p.safe()
	f.get("courrier?bal="+kitBAL).says("accusé", "Vos résultats")
	answered := f.submit(p, "repondre", "", url.Values{"text": {"Merci."}}, upload{"../photo <1>.png", []byte("image")})
	answered.says("Message envoyé.")
	letter := f.get(f.get("courrier?bal=" + robertBAL).link("Alice"))
	letter.says("Re: Vos résultats", "Merci.", "photo _1_.png", "Réponse au message")
	f.get(letter.link("photo _1_.png")).kept("application/octet-stream", "photo _1_.png")

	write := f.get(p.link(robertBAL))
	f.submit(write, "ecrire", "", url.Values{"subject": {"Question"}, "text": {"Une question."}}).says("Message envoyé.")
	f.submit(write, "ecrire", "", url.Values{"subject": {"Question"}, "text": {"…"}, "to": {labBAL}}).says("n'est pas un contact autorisé")
	f.get("courrier?bal=" + robertBAL).says("Question")

	// The two ends of an exchange.
	f.act("deposer", map[string]any{"from": kitBAL, "to": to, "subject": "Sans réponse", "mes": "FIN"})
	last := f.get(f.get("usagers?patient=" + alice).link("Dr_Kit"))
	f.submit(last, "ouvrir", "", nil).says("X-MSS-MES: FIN", "Réponse impossible")
	f.act("deposer", map[string]any{"from": kitBAL, "to": to, "subject": "[FIN]"})
	f.get(p.at.RequestURI()).says("Réponse impossible", "d’objet [FIN]")
	f.submit(p, "repondre", "", url.Values{"text": {"Encore."}}).says("l'échange est clos")

	// The state of the mailbox.
	p = f.submit(f.get("usagers?patient="+alice), "etat", "oppose", nil)
	p.says("Opposition enregistrée", "opposition")
	f.submit(write, "ecrire", "", url.Values{"subject": {"Q"}, "text": {"…"}}).says("n'est pas ouverte")
	f.act("deposer", map[string]any{"from": kitBAL, "to": to, "subject": "Trop tard"})
	p = f.get("usagers?patient=" + alice)
	p.says("Retours causés", "5.2.1", "Trop tard")
	f.get("courrier?bal=" + kitBAL).says("avis de remise")
	f.submit(p, "etat", "open", nil).says("Messagerie ouverte.", "ouverte")
	if got := f.submit(p, "etat", "open", url.Values{"do": {"autre"}}); got.status != http.StatusBadRequest {
		t.Errorf("an unknown verb: %d", got.status)
	}
	f.get("usagers?patient=segursim-decede").says("personne décédée")
}

// TestPanelRobot shows what the test address received, and when it answers.
func TestPanelRobot(t *testing.T) {
	t.Parallel()
	f := openFront(t, "auto_reply: {delay: 90s}")
	f.act("deposer", map[string]any{"from": kitBAL, "to": robotAddress, "subject": evil, "text": "Bonjour."})
	p := f.get("usagers")
	p.says("après 1m30s", "15/01/2026 10:01:30", kitBAL, "NIL SEGURSIM")
	p.safe()
	f.advance(91 * time.Second)
	p = f.get("usagers")
	p.says("répondu")
	if strings.Contains(p.text(), "10:01:30") {
		t.Error("the answer still waits")
	}
	letter := f.get(f.get("courrier?bal=" + kitBAL).link(robotAddress))
	letter.says("Auto-Submitted: auto-replied", "simulateur")
}
