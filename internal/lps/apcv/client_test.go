package apcv

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/segursim/segursim/internal/lps/teleservice"
)

// constant is a source of randomness for tests.
type constant struct{}

func (constant) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 7
	}
	return len(p), nil
}

// newClient makes a client of a fake that answers one body to everything.
func newClient(t *testing.T, answer string) (*Client, *string) {
	t.Helper()
	sent := new(string)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		*sent = string(b)
		w.Header().Set("Content-Type", "application/soap+xml")
		if strings.Contains(answer, "Fault>") {
			w.WriteHeader(http.StatusInternalServerError)
		}
		_, _ = io.WriteString(w, `<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body>`+answer+`</s:Body></s:Envelope>`)
	}))
	t.Cleanup(srv.Close)
	call, err := teleservice.New(teleservice.Config{
		HTTP: srv.Client(), Rand: constant{}, Now: func(context.Context) (time.Time, error) { return time.Unix(0, 0), nil },
		Software: teleservice.Software{IDAM: "TESTSEGURSIM"},
	})
	if err != nil {
		t.Fatal(err)
	}
	c, err := New(call, srv.URL, teleservice.Practice{Billing: "991000017", Specialty: "01"})
	if err != nil {
		t.Fatal(err)
	}
	return c, sent
}

func rendered(until, who string) string {
	return `<Rep xmlns="` + ns + `"><ContexteApCV><Identifiant>id</Identifiant><TokenApCV>jeton</TokenApCV><DateFinValidite>` + until +
		`</DateFinValidite></ContexteApCV>` + who + `</Rep>`
}

func TestRead(t *testing.T) {
	t.Parallel()
	const who = `<Beneficiaire><NomFamille>SEGURSIM-ORDINAIRE</NomFamille><Prenom>ALICE</Prenom><NIRCertifie cle="78">2850475999101</NIRCertifie><DateNaissance>1985-04-12</DateNaissance><RangNaissance>1</RangNaissance></Beneficiaire>`
	whole := Context{
		ID: "id", Token: "jeton", Until: time.Date(2026, 1, 15, 9, 20, 0, 0, time.UTC),
		Name: "SEGURSIM-ORDINAIRE", FirstName: "ALICE", Number: "2850475999101", Key: "78", Born: "1985-04-12", Rank: "1",
	}
	bare := Context{ID: whole.ID, Token: whole.Token, Until: whole.Until}
	for name, tc := range map[string]struct {
		answer string
		want   Context
	}{
		"whole":   {rendered("2026-01-15T10:20:00+01:00", who), whole},
		"compact": {rendered("20260115102000", who), whole},
		"bare":    {rendered("2026-01-15T10:20:00+01:00", ""), bare},
	} {
		c, sent := newClient(t, tc.answer)
		got, err := c.Read(t.Context(), "QR&:1")
		if diff := cmp.Diff(tc.want, got); err != nil || diff != "" {
			t.Errorf("%s: %v (-want +got):\n%s", name, err, diff)
		}
		for _, part := range []string{
			`<AuthentifierUtilisateurProximiteReq version="1.0" xmlns="` + ns + `">`, `<Donnees>QR&amp;:1</Donnees>`,
			`<IdentifiantFacturation>991000017</IdentifiantFacturation><CodeSpecialiteAMO>01</CodeSpecialiteAMO>`,
			`>urn:ApCV_AUTH:1.0.0:authentifierUtilisateurProximite<`, `TESTSEGURSIM`,
		} {
			if !strings.Contains(*sent, part) {
				t.Errorf("%s: no %s in\n%s", name, part, *sent)
			}
		}
		if strings.Contains(*sent, "ContexteBAM") {
			t.Errorf("%s: a ContexteBAM was sent", name)
		}
	}
}

func TestRestoreAndDestroy(t *testing.T) {
	t.Parallel()
	c, sent := newClient(t, rendered("2026-01-15T10:20:00+01:00", ""))
	if v, err := c.Restore(t.Context()); err != nil || v.ID != "id" || !strings.Contains(*sent, "restituerContexteApCV") {
		t.Errorf("%+v, %v", v, err)
	}
	if err := c.Destroy(t.Context(), "a<b"); err != nil || !strings.Contains(*sent, "<ContexteApCV><Identifiant>a&lt;b</Identifiant></ContexteApCV>") {
		t.Errorf("%v, sent %s", err, *sent)
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ answer, want string }{
		"fault":    {`<s:Fault><s:Code><s:Value>s:Sender</s:Value></s:Code><s:Detail><g:Erreur xmlns:g="urn:siram" code="QR_CODE_EXPIRE"/></s:Detail></s:Fault>`, "QR_CODE_EXPIRE"},
		"empty":    {`<Rep/>`, "no context"},
		"no token": {`<Rep><ContexteApCV><Identifiant>i</Identifiant></ContexteApCV></Rep>`, "no context"},
		"date":     {rendered("demain", ""), `"demain" is neither`},
	} {
		c, _ := newClient(t, tc.answer)
		if _, err := c.Read(t.Context(), "x"); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: error %v, want %q", name, err, tc.want)
		}
	}
	c, _ := newClient(t, `<s:Fault><s:Code><s:Value>s:Sender</s:Value></s:Code></s:Fault>`)
	if err := c.Destroy(t.Context(), "i"); !teleservice.IsFault(err) {
		t.Errorf("destroy: %v", err)
	}
	if _, err := New(nil, "x", teleservice.Practice{}); err == nil {
		t.Error("no caller: no error")
	}
	if _, err := New(&teleservice.Client{}, "", teleservice.Practice{}); err == nil {
		t.Error("no address: no error")
	}
}
