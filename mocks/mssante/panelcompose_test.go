package mssante

import (
	"bytes"
	"encoding/json"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/segursim/segursim/internal/message"
	"github.com/segursim/segursim/internal/store"
	"github.com/segursim/segursim/mocks/mssante/mailbox"
)

// TestPanelCompose checks and sends with the form.
func TestPanelCompose(t *testing.T) {
	t.Parallel()
	f := openFront(t, "")
	blank := f.get("composer")
	form := url.Values{"from": {kitBAL}, "to": {robertBAL}, "subject": {evil}, "text": {"Bonjour."}, "nil": {""}}

	checked := f.submit(blank, "composer", "check", form, upload{"note.txt", []byte("une note")})
	checked.says("Contrôle avant envoi", "mss.nil.absent", "ECO.2.4.3", "note.txt", "règle publiée")
	checked.safe()
	if got := f.get("courrier?bal=" + robertBAL); !strings.Contains(got.text(), "Aucun message.") {
		t.Error("a check sends")
	}
	// The file is not chosen again: the page kept it.
	sentPage := f.submit(checked, "composer", "send", nil)
	sentPage.says("Envoyé, avec des erreurs", "mss.nil.absent")
	letter := f.get(sentPage.link(robertBAL))
	letter.says("note.txt", "Bonjour.")
	if got := f.get(letter.link("note.txt")); got.body != "une note" {
		t.Errorf("the file says %q", got.body)
	}

	for name, tc := range map[string]struct {
		change url.Values
		want   string
	}{
		"no such BAL":     {url.Values{"from": {"personne@medecin.segursim.test"}}, "aucune BAL"},
		"bad address":     {url.Values{"from": {evil}}, "n'a pas la forme d'une adresse"},
		"nobody":          {url.Values{"to": {""}}, "destinataire"},
		"outside":         {url.Values{"to": {outside}}, "espace de confiance"},
		"patient":         {url.Values{"from": {f.address(alice)}}, "n'est pas un contact autorisé"},
		"unknown patient": {url.Values{"doc": {"on"}, "doc_patient": {"personne"}}, "aucun patient"},
		"not an OID":      {url.Values{"doc": {"on"}, "doc_patient": {alice}, "doc_replaces": {"x"}}, "n'est pas un OID"},
		"bad type":        {url.Values{"doc": {"on"}, "doc_patient": {alice}, "doc_type": {"x"}}, "inconnu ici"},
	} {
		change := url.Values{}
		for _, m := range []url.Values{form, tc.change} {
			for k, v := range m {
				change[k] = v
			}
		}
		p := f.submit(blank, "composer", "send", change)
		p.says(tc.want)
		p.safe()
		if !strings.Contains(p.body, "Bonjour.") || strings.Contains(p.text(), "Message envoyé") {
			t.Errorf("%s: what was typed is lost, or it went", name)
		}
	}
	big := f.submit(blank, "composer", "send", form, upload{"gros.bin", bytes.Repeat([]byte{1, 2, 3}, 4<<20)})
	big.says("gros.bin")
	if strings.Contains(big.text(), "Envoyé") || !strings.Contains(big.body, `id="refused"`) {
		t.Errorf("12 MiB went: %s", big.text())
	}
}

// TestPanelCheck reads messages and archives with the linter alone.
func TestPanelCheck(t *testing.T) {
	t.Parallel()
	f := openFront(t, "")
	blank := f.get("controle")
	p := f.submit(blank, "controle", "", url.Values{"raw": {"From: <" + kitBAL + ">\nTo: <" + robertBAL + ">\nSubject: " + evil + "\nX-MSS-NIL: ESSAI\n\nBonjour"}})
	p.says("Résultat", "ESSAI", "mss.", "avertissement")
	p.safe()
	f.submit(blank, "controle", "", nil).says("coller un message, ou choisir un fichier")
	f.submit(blank, "controle", "", nil, upload{"x.eml", []byte("\x00\x00")}).says("Résultat")

	f.act("deposer", map[string]any{"from": kitBAL, "to": robertBAL, "document": map[string]any{"patient": alice}})
	zip := f.zipIn(robertBAL)
	p = f.submit(blank, "controle", "", nil, upload{"IHE_XDM.zip", zip})
	p.says("Archive seule", "Aucun constat.", "CR d'examens biologiques", "conforme")
	p.safe()
	broken := bytes.Clone(zip)
	copy(broken[len(broken)/2:], "abîmé")
	f.submit(blank, "controle", "", nil, upload{"IHE_XDM.zip", broken}).says("Archive seule", "mss.xdm.refusee", "Archive refusée")
}

// zipIn is the archive of the newest message of a BAL.
func (f *front) zipIn(address string) (zip []byte) {
	f.t.Helper()
	err := f.app.World().Store.View(func(tx *store.Txn) error {
		folder, _ := f.s.mail.Folder(tx, address, mailbox.Inbox)
		m, _ := f.s.mail.Message(tx, folder.ID, folder.UIDNext-1)
		raw, err := f.s.mail.Raw(tx, m)
		if err != nil {
			return err
		}
		read, err := message.Parse(raw)
		if err != nil {
			return err
		}
		zip = archiveOf(read)
		return nil
	})
	if err != nil || len(zip) == 0 {
		f.t.Fatalf("no archive: %v", err)
	}
	return zip
}

// TestPanelCounters counts, exports, and lists what counts.
func TestPanelCounters(t *testing.T) {
	t.Parallel()
	f := openFront(t, "")
	for range 10 {
		f.act("deposer", map[string]any{"from": kitBAL, "to": robertBAL, "nil": "=LOGICIEL", "document": map[string]any{"patient": alice}})
	}
	f.act("deposer", map[string]any{"from": kitBAL, "to": robotAddress, "nil": "=LOGICIEL", "text": "Bonjour."})
	p := f.get("compteurs")
	p.says("10 / 10", "1 / 1", "atteint", "=LOGICIEL")
	sheet := f.get(p.link("Fiche à imprimer"))
	sheet.says("HOP-PFI", "oui")
	csv := f.get(p.link("CSV"))
	csv.kept("text/csv; charset=utf-8", "compteurs-mssante.csv")
	if !strings.Contains(csv.body, kitBAL+";'=LOGICIEL;segursim;10;0;0;1;") {
		t.Errorf("the table:\n%s", csv.body)
	}
	out := f.get(p.link("JSON"))
	out.kept("application/json; charset=utf-8", "compteurs-mssante.json")
	var counters struct {
		Total tally `json:"total"`
	}
	if err := json.Unmarshal([]byte(out.body), &counters); err != nil || counters.Total.ProXDM != 10 || counters.Total.Test != 1 {
		t.Errorf("%v: %+v", err, counters)
	}
	for _, path := range []string{"compteurs/trace.csv", "compteurs/trace.json"} {
		media := map[bool]string{true: "text/csv; charset=utf-8", false: "application/json; charset=utf-8"}[strings.HasSuffix(path, "csv")]
		f.get(path).kept(media, "")
	}
	if bad := f.get("compteurs/trace.csv?since=hier"); bad.status != 400 {
		t.Errorf("since=hier: %d", bad.status)
	}
}

// TestPanelExamples checks that every page's script and style are there.
func TestPanelExamples(t *testing.T) {
	t.Parallel()
	f := openFront(t, "")
	for _, page := range []string{"boites", "courrier", "composer", "usagers", "compteurs", "controle"} {
		for _, name := range []string{"panel.js", "panel.css"} {
			want, err := os.ReadFile("pages/assets/" + name)
			if err != nil {
				t.Fatal(err)
			}
			if p := f.get(page + "/assets/" + name); p.body != string(want) || p.header.Get("X-Content-Type-Options") != "nosniff" {
				t.Errorf("%s: %d, %v", p.at, p.status, p.header)
			}
		}
	}
	client := f.get("boites?bal=" + appBAL)
	client.says("org-auth-cli.pem", "AUTH=PLAIN", appBAL, "/ext/ciba/auth", "tls_starttls on")
	if strings.Contains(client.text(), "n’écoute pas") {
		t.Error("a listener is said not to listen")
	}
}
