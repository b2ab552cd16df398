package mssante

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// TestPanelPages opens every page of a world that has been used, in both languages.
func TestPanelPages(t *testing.T) {
	t.Parallel()
	f := openFront(t, "auto_reply: {delay: 2m}")
	populate(f)
	for path, words := range map[string][2][]string{
		"boites": {
			{"kit.doc0036624@medecin.segursim.test", "KIT DOC0036624", "liste rouge", "fermée", "inaccessible", "OPERATEUR MSSANTE TEST A SEGURSIM", "Configurer un client", "STARTTLS", "20 sur 20"},
			{"unlisted", "closed", "Configure a mail client", "20 of 20"},
		},
		"boites?q=lps.temoin":                    {{"1 sur 1", "APP"}, {"1 of 1"}},
		"boites?q=personne":                      {{"Aucune BAL ne correspond."}, {"No mailbox matches."}},
		"boites?state=rouge":                     {{"camille.doc9000002"}, {"unlisted"}},
		"boites?bal=a@b.test":                    {{"Aucune BAL n’a cette adresse."}, {"No mailbox has this address."}},
		"boites?bal=" + kitBAL:                   {{"Titulaires", "899700366240", "3,8 Kio sur 1,0 Gio", "Ouvrir le courrier", "Délégation, quota"}, {"Holders", "of 1.0 GiB"}},
		"courrier":                               {{"Choisissez une boîte aux lettres"}, {"Pick a mailbox"}},
		"courrier?bal=a@b.test":                  {{"Aucune BAL n’a cette adresse."}, {"No mailbox has this address."}},
		"courrier?bal=" + kitBAL:                 {{"Réception", "Note en HTML", "Réunion de jeudi", "accusé", "3 sur 3"}, {"Inbox", "receipt", "3 of 3"}},
		"courrier?bal=" + kitClosed:              {{"Aucun message."}, {"No message."}},
		"courrier?bal=" + kitBAL + "&message=99": {{"n’est pas, ou plus, dans ce dossier"}, {"no longer, in this folder"}},
		"composer":                               {{"Vérifier sans envoyer", "Joindre un document de santé"}, {"Check without sending"}},
		"composer?sent=000000000000":             {{"Cet envoi n’est plus connu."}, {"no longer known"}},
		"usagers":                                {{"Choisissez un usager", robotAddress, "15/01/2026 10:02:00", "après 2m", "Message de test"}, {"Pick a patient", "2026-01-15 10:02:00"}},
		"usagers?patient=" + alice:               {{"Alice SEGURSIM-ORDINAIRE", "ouverte", "Aucun message", "Aucun : personne ne lui a écrit"}, {"open", "No message"}},
		"usagers?patient=segursim-oppose":        {{"opposition", "5.2.1", "mes-opposed", "Résultats"}, {"objection"}},
		"usagers?patient=personne":               {{"Usager inconnu"}, {"Unknown patient"}},
		"usagers?q=SEGURSIM-ORDINAIRE":           {{"ALICE SEGURSIM-ORDINAIRE"}, {"ALICE SEGURSIM-ORDINAIRE"}},
		"compteurs":                              {{"HOP-PFI", "1 / 10", "pas atteint", "absent", "Un message d'une BAL applicative porte Reply-To", "aucun client ne s’est connecté"}, {"not met", "missing", "no client has connected"}},
		"compteurs?nil=AUTRE":                    {{"Rien n’a encore été envoyé.", "Aucun constat."}, {"Nothing has been sent yet."}},
		"compteurs/fiche?couloir=HOP-PFI":        {{"Relevé des envois MSSanté simulés", "sans valeur de preuve", pfiBAL, robotAddress, "(correspondant simulé)"}, {"without evidential value"}},
		"controle":                               {{"Le catalogue des règles", "mss.nil.absent", "déduite"}, {"The catalogue of rules", "inferred"}},
		"controle?level=erreur":                  {{"mss.nil.absent"}, {"mss.nil.absent"}},
	} {
		for i, lang := range []string{"fr", "en"} {
			sep := "?"
			if strings.Contains(path, "?") {
				sep = "&"
			}
			p := f.get(path + sep + "lang=" + lang)
			p.says(words[i]...)
			p.safe()
		}
	}
	for _, path := range []string{"compteurs/fiche?couloir=AUTRE", "boites/assets/absent.js", "courrier/source?bal=" + kitBAL + "&message=99", "courrier/piece?bal=" + kitBAL + "&message=1&n=0", "courrier/archive?bal=" + kitBAL + "&message=1&n=0", "courrier/pdf?bal=personne@a.test&message=1&n=0"} {
		if p := f.get(path); p.status != http.StatusNotFound {
			t.Errorf("%s: %d", path, p.status)
		}
	}
}

// TestPanelEmpty opens every page of a world where nothing happened.
func TestPanelEmpty(t *testing.T) {
	t.Parallel()
	f := openFront(t, "no_default_bals: true")
	for path, words := range map[string]string{
		"boites": "Aucune BAL ne correspond.", "courrier": "Choisissez une boîte", "composer": "Écrire un message",
		"usagers": "Aucun message pour l’instant.", "compteurs": "Rien n’a encore été envoyé.", "controle": "Contrôler un message",
	} {
		p := f.get(path)
		p.says(words)
		p.safe()
	}
}

// TestPanelForms does what the forms of a BAL do.
func TestPanelForms(t *testing.T) {
	t.Parallel()
	f := openFront(t, "")
	p := f.get("boites?bal=" + kitBAL)
	p = f.submit(p, "etat", "close", nil)
	p.says("BAL fermée : ce qui lui est envoyé revient.", "fermée")
	if got := f.state(kitBAL); got != "fermee" {
		t.Errorf("state %s", got)
	}
	p = f.submit(p, "etat", "open", nil)
	p.says("BAL ouverte", "active")
	p = f.submit(p, "delegation", "", url.Values{"person": {robert}})
	p.says("Délégation donnée.", "Délégués", "ROBERT SPECIALISTE0021889")
	p = f.submit(p, "delegation", "", url.Values{"person": {robert}, "remove": {"true"}})
	p.says("Délégation retirée.")
	if row, _ := f.row(kitBAL); len(row.Delegates) != 0 {
		t.Errorf("delegates %v", row.Delegates)
	}
	p = f.submit(p, "delegation", "", url.Values{"person": {"<b>personne</b>"}})
	p.says("aucun professionnel n'a l'identifiant « <b>personne</b> »")
	p.safe()
	p = f.submit(f.get("boites?bal="+kitBAL), "quota", "", url.Values{"bytes": {"65536"}})
	p.says("Quota changé.", "sur 64,0 Kio")
	p = f.submit(p, "quota", "", url.Values{"bytes": {"beaucoup"}})
	p.says("bytes est un nombre entier")
	p = f.submit(p, "accuses", "", url.Values{"disposition": {"error"}, "code": {"902"}, "delay": {"1m"}})
	p.says("Accusés réglés.")
	f.act("deposer", map[string]any{"from": robertBAL, "to": kitBAL, "subject": "Document", "receipt": true})
	f.advance(61e9)
	f.get("courrier?bal=" + robertBAL).says("[KO Intégration système !][902] Document")

	// A note is told once by its number; no address can put words in a page.
	f.get("boites?said=%3Cscript%3E").says("Boîtes aux lettres")
	if strings.Contains(f.get("boites?said=Bonjour").text(), "Bonjour") {
		t.Error("an address put words in the page")
	}
}

// TestPanelGuard refuses forms without the token, or that are no action.
func TestPanelGuard(t *testing.T) {
	t.Parallel()
	f := openFront(t, "")
	page := f.get("boites?bal=" + kitBAL)
	if p := f.submit(page, "etat", "close", url.Values{"_token": {"faux"}}); p.status != http.StatusForbidden {
		t.Errorf("a foreign form: %d", p.status)
	}
	if p := f.submit(page, "etat", "close", url.Values{"do": {"autre"}}); p.status != http.StatusBadRequest {
		t.Errorf("an unknown verb: %d", p.status)
	}
	if got := f.state(kitBAL); got != "active" {
		t.Errorf("state %s", got)
	}
	// The bound of a form with files is the page's own.
	big := upload{"gros.bin", make([]byte, 2<<20)}
	if p := f.submit(page, "etat", "close", nil, big); p.status != http.StatusRequestEntityTooLarge {
		t.Errorf("2 MiB to a page without files: %d", p.status)
	}
	p := f.submit(f.get("controle"), "controle", "", nil, big)
	if p.status != http.StatusOK {
		t.Errorf("2 MiB to a page with files: %d", p.status)
	}
	huge := upload{"gros.bin", make([]byte, maxUpload+1)}
	if p := f.submit(f.get("controle"), "controle", "", nil, huge); p.status != http.StatusRequestEntityTooLarge {
		t.Errorf("%d bytes: %d", len(huge.content), p.status)
	}
}
