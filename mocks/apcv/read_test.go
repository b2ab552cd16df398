package apcv_test

import (
	"net/http"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/segursim/segursim/mocks"
)

// TestRead takes a code through its life: shown, read, given again, destroyed.
func TestRead(t *testing.T) {
	t.Parallel()
	b := start(t, "")
	shown := b.do("show", map[string]any{"patient": alice})
	a := b.send(readRequest(shown["payload"].(string)))
	if a.status != http.StatusOK {
		t.Fatalf("%d %s", a.status, a.raw)
	}
	if ct := a.header.Get("Content-Type"); !strings.HasPrefix(ct, "application/soap+xml") {
		t.Errorf("Content-Type %q", ct)
	}
	if got := a.header.Get("X-Segursim-Contrat"); got != "invente" {
		t.Errorf("X-Segursim-Contrat %q, want invente: the answer is not public", got)
	}
	for name, want := range map[string]string{
		"DateFinValidite": "2026-01-15T10:20:00+01:00", "NomFamille": "SEGURSIM-ORDINAIRE", "Prenom": "ALICE",
		"NIRCertifie": "2850475999101", "DateNaissance": "1985-04-12", "RangNaissance": "1",
	} {
		if got := a.text(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	root := a.doc.FindElement("//AuthentifierUtilisateurProximiteRep")
	if root == nil || root.NamespaceURI() != "http://www.sesam-vitale.fr/apcv/auth/1/0" || root.SelectAttrValue("version", "") != "1.0" {
		t.Errorf("answer %s", a.raw)
	}
	id, token := a.text("Identifiant"), a.text("TokenApCV")
	if !strings.HasPrefix(token, "SEGURSIM-TEST-") || len(id) != 36 {
		t.Errorf("context %q, token %q", id, token)
	}
	want := map[string]any{"code": shown["code"], "context": id, "patient": alice, "professional": doctor, "expires": "2026-01-15T09:20:00Z"}
	if diff := cmp.Diff(want, b.last().Facts["apcv"]); diff != "" {
		t.Errorf("facts (-want +got):\n%s", diff)
	}

	again := b.send(restoreRequest())
	if again.status != http.StatusOK || again.text("Identifiant") != id || again.text("TokenApCV") != token || again.doc.FindElement("//RestituerContexteApCVRep") == nil {
		t.Errorf("restituer: %d %s", again.status, again.raw)
	}
	gone := b.send(destroyRequest(id))
	if gone.status != http.StatusOK || gone.text("Identifiant") != id {
		t.Errorf("detruire: %d %s", gone.status, gone.raw)
	}
	b.refused(b.send(restoreRequest()), "CONTEXTE_INCONNU", "apcv.context-none")
	if diff := cmp.Diff([]string{"apcv.shown", "apcv.read", "apcv.destroyed"}, b.events()); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}

// TestReadRefusals: each way a code does not serve, with its cause.
func TestReadRefusals(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		section string
		request func(b *bench) request
		code    string
		rule    string
	}{
		"expired": {"", func(b *bench) request {
			p := b.show(alice)
			b.srv.Clock().Advance(2 * time.Minute)
			return readRequest(p)
		}, "QR_CODE_EXPIRE", "apcv.code-expired"},
		"expired by action": {"", func(b *bench) request {
			p := b.show(alice)
			b.do("expire", map[string]any{"code": p})
			return readRequest(p)
		}, "QR_CODE_EXPIRE", "apcv.code-expired"},
		"used twice": {"", func(b *bench) request {
			p := b.show(alice)
			b.read(p)
			return readRequest(p)
		}, "QR_CODE_DEJA_UTILISE", "apcv.code-used"},
		"used twice, by another": {"", func(b *bench) request {
			p := b.show(alice)
			b.read(p)
			return readRequest(p).as(other, otherCard)
		}, "QR_CODE_DEJA_UTILISE", "apcv.code-used"},
		"replaced": {"", func(b *bench) request {
			p := b.show(alice)
			b.show(alice)
			return readRequest(p)
		}, "QR_CODE_EXPIRE", "apcv.code-replaced"},
		"of before a reset": {"", func(b *bench) request {
			p := b.show(alice)
			b.srv.Reset()
			b.srv.Clock().Freeze(true)
			return readRequest(p)
		}, "QR_CODE_INCONNU", "apcv.code-unknown"},
		"unreadable": {"", func(*bench) request { return readRequest("https://exemple.test") }, "QR_CODE_ILLISIBLE", "apcv.code-unreadable"},
		"altered": {"", func(b *bench) request {
			p := []byte(b.show(alice))
			p[25] ^= 1
			return readRequest(string(p))
		}, "QR_CODE_ILLISIBLE", "apcv.code-unreadable"},
		"lower case": {"", func(b *bench) request { return readRequest(strings.ToLower(b.show(alice))) }, "QR_CODE_ILLISIBLE", "apcv.scanner-case"},
		"AZERTY":     {"", func(*bench) request { return readRequest("SEGURSI?6TEST6QPCV/&/") }, "QR_CODE_ILLISIBLE", "apcv.scanner-layout"},
		"own code":   {"codes: {QR_CODE_ILLISIBLE: 'E-042'}", func(*bench) request { return readRequest("x") }, "E-042", "apcv.code-unreadable"},
		"no data":    {"", func(*bench) request { return readRequest("") }, "REQUETE_INVALIDE", "apcv.field-empty"},
		"no field":   {"", func(*bench) request { return readRequest("x").replacing("<Donnees>x</Donnees>", "") }, "REQUETE_INVALIDE", "apcv.field-missing"},
		"field twice": {"", func(*bench) request {
			return readRequest("x").replacing("<Donnees>x</Donnees>", "<Donnees>x</Donnees><Donnees>y</Donnees>")
		}, "REQUETE_INVALIDE", "apcv.field-twice"},
		"no namespace": {"", func(*bench) request { return readRequest("x").replacing("<Donnees>", `<Donnees xmlns="">`) }, "REQUETE_INVALIDE", "apcv.field-missing"},
		"speciality":   {"", func(*bench) request { return readRequest("x").replacing(">01<", ">1<") }, "REQUETE_INVALIDE", "apcv.field-shape"},
		"billing":      {"", func(*bench) request { return readRequest("x").replacing(billing, "12") }, "REQUETE_INVALIDE", "apcv.field-shape"},
		"version":      {"", func(*bench) request { return readRequest("x").replacing(`version="1.0"`, `version="2.0"`) }, "REQUETE_INVALIDE", "apcv.version"},
		"wrong professional": {"", func(b *bench) request {
			return readRequest(b.show(alice)).replacing(billing, "759999999")
		}, "PROFESSIONNEL_NON_CONCORDANT", "apcv.billing"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := start(t, c.section)
			b.refused(b.send(c.request(b)), c.code, c.rule)
		})
	}
}

// TestRefusedReadSpendsNothing: a request refused before the code is looked at
// leaves it readable.
func TestRefusedReadSpendsNothing(t *testing.T) {
	t.Parallel()
	b := start(t, "")
	p := b.show(alice)
	b.refused(b.send(readRequest(p).replacing(billing, "759999999")), "PROFESSIONNEL_NON_CONCORDANT", "apcv.billing")
	if f := b.last().Fact("apcv.patient"); f != alice {
		t.Errorf("the journal does not say whose code it was: %v", f)
	}
	b.read("\r\n" + p + "\r\n") // what scanners add does not count
}

// TestDoor: what the door of the téléservices checks for this service too.
func TestDoor(t *testing.T) {
	t.Parallel()
	b := start(t, "")
	for name, c := range map[string]struct {
		change func(*request)
		rule   string
	}{
		"no assertion":         {func(r *request) { r.plain = true }, ""},
		"another's card":       {func(r *request) { r.person = other }, "tlsi.assertion.holder"},
		"authentication card":  {func(r *request) { r.card = "cps-medecin-auth" }, ""},
		"unknown action":       {func(r *request) { r.action = "urn:ApCV_AUTH:1.0.0:authentifier" }, ""},
		"action of another":    {func(r *request) { r.action = "urn:ApCV_AUTH:1.0.0:restituerContexteApCV" }, ""},
		"on the other path":    {func(r *request) { r.path = signPath }, ""},
		"unknown header, must": {func(r *request) { r.header = `<x:Y xmlns:x="urn:x" s:mustUnderstand="1"/>` }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			r := readRequest("x")
			c.change(&r)
			a := b.send(r)
			e := b.last()
			if a.status != http.StatusInternalServerError || !strings.HasPrefix(a.code(), "desir_") || e.Outcome != "refused" || len(e.Causes) == 0 {
				t.Errorf("%d %q, outcome %s, causes %+v", a.status, a.code(), e.Outcome, e.Causes)
			}
			if c.rule != "" && e.Causes[0].Rule != c.rule {
				t.Errorf("cause %+v, want %s", e.Causes[0], c.rule)
			}
		})
	}
	// A structure's certificate does not suffice, a ContexteBAM does not harm.
	c, err := b.srv.Client("insi-auto")
	if err != nil {
		t.Fatal(err)
	}
	defer c.CloseIdleConnections()
	mtls := *b
	mtls.http = c
	r := readRequest(b.show(alice))
	r.plain = true
	if a := mtls.send(r); a.code() != "desir_560" {
		t.Errorf("structure's certificate: %d %s", a.status, a.raw)
	}
	r.plain = false
	r.header = `<bam:ContexteBAM xmlns:bam="urn:siram:bam:ctxbam" Version="01_02"/>`
	if a := b.send(r); a.status != http.StatusOK || !b.noted("apcv.contexte-bam") {
		t.Errorf("with a ContexteBAM: %d %s, causes %+v", a.status, a.raw, b.last().Causes)
	}
}

// TestReadAtOnce: of several readings of one code at once, one gets a context.
func TestReadAtOnce(t *testing.T) {
	t.Parallel()
	b := start(t, "")
	r := readRequest(b.show(alice))
	const readers = 6
	codes := make(chan string, readers)
	for range readers {
		go func() { codes <- b.send(r).code() }()
	}
	got := map[string]int{}
	for range readers {
		got[<-codes]++
	}
	if diff := cmp.Diff(map[string]int{"": 1, "QR_CODE_DEJA_UTILISE": readers - 1}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestConfiguration: a section that means nothing is refused where it stands.
func TestConfiguration(t *testing.T) {
	t.Parallel()
	for section, says := range map[string]string{
		"date_format: unix":               "date_format",
		"contexts: aucun":                 "contexts",
		"lifetimes: {code: -1m}":          "negative",
		"lifetimes: {code: bientôt}":      "duration",
		"codes: {QR_CODE_ABSENT: '1'}":    "QR_CODE_ABSENT",
		"codes: {QR_CODE_EXPIRE: ''}":     "empty",
		"inconnu: 1":                      "inconnu",
		"codes: {QR_CODE_EXPIRE: {a: 1}}": "string",
	} {
		srv, err := mocks.Start(t.Context(), mocks.Options{PKIDir: pkiDir, Scenarios: fstest.MapFS{}, Sections: map[string][]byte{"apcv": []byte(section)}})
		if err == nil {
			_ = srv.Close()
		}
		if err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: error %v, want one about %q", section, err, says)
		}
	}
}
