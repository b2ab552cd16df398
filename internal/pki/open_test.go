package pki_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/segursim/segursim/internal/pki"
)

func TestOpenRefusals(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "fichier")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		change func(*pki.Options)
		err    string
	}{
		"no clock":              {func(o *pki.Options) { o.Now = nil }, "no clock"},
		"no profiles":           {func(o *pki.Options) { o.Profiles = nil }, "no profiles"},
		"no folder":             {func(o *pki.Options) { o.Ephemeral = false }, "neither a folder"},
		"a file for a folder":   {func(o *pki.Options) { o.Ephemeral, o.Dir = false, file }, file},
		"weak keys":             {func(o *pki.Options) { o.CABits = 1024 }, "1024 bits"},
		"empty host":            {func(o *pki.Options) { o.Hosts = []string{""} }, `host ""`},
		"host with a port":      {func(o *pki.Options) { o.Hosts = []string{"localhost:8443"} }, "localhost:8443"},
		"host with an accent":   {func(o *pki.Options) { o.Hosts = []string{"hôte"} }, "hôte"},
		"long host":             {func(o *pki.Options) { o.Hosts = []string{strings.Repeat("a.", 200)} }, "not a DNS name"},
		"base URL without host": {func(o *pki.Options) { o.BaseURL = "/pki" }, "/pki"},
		"base URL of a file":    {func(o *pki.Options) { o.BaseURL = "file:///etc" }, "file:///etc"},
		"base URL with a user":  {func(o *pki.Options) { o.BaseURL = "http://a:b@localhost" }, "not of the form"},
		"base URL with accents": {func(o *pki.Options) { o.BaseURL = "http://localhost/é" }, "ASCII"},
		"no randomness":         {func(o *pki.Options) { o.Rand = strings.NewReader("court") }, io.ErrUnexpectedEOF.Error()},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := pki.Options{Ephemeral: true, Now: time.Now, Profiles: profiles()}
			tt.change(&o)
			p, err := pki.Open(o)
			if err == nil {
				_ = p.Close()
			}
			if err == nil || !strings.Contains(err.Error(), tt.err) {
				t.Errorf("error %v, want %q", err, tt.err)
			}
		})
	}
}

const soundProfile = `profiles:
  - name: serv-ssl
    title: {fr: a, en: b}
    kind: serv-ssl
    server: true
    subject: {department: "Paris (75)", organization: TEST, structure_id: 10B0099999}
    provenance: {status: invented, source: test}
`

func TestProfilesRefusals(t *testing.T) {
	t.Parallel()
	entry := func(change ...string) string {
		text := `  - name: autre
    title: {fr: a, en: b}
    kind: cps-auth
    subject: {given: A, family: B, person_id: "899700000001", profession: 10}
    provenance: {status: invented, source: test}
`
		return soundProfile + strings.NewReplacer(change...).Replace(text)
	}
	tests := map[string]struct{ text, err string }{
		"sound":               {entry(), ""},
		"empty":               {"", "one YAML document"},
		"not YAML":            {"profiles: [", "profiles.yaml"},
		"no server":           {"profiles: []\n", "serv-ssl"},
		"unknown field":       {entry("given", "prenom"), "prenom"},
		"wrong type":          {entry("profession: 10", "profession: dix"), "[11"},
		"name twice":          {entry("autre", "serv-ssl"), ":8: profile \"serv-ssl\": name: given twice"},
		"bad name":            {entry("autre", "A_b"), ":8: profile \"A_b\""},
		"no title":            {entry("fr: a, ", ""), "title"},
		"unknown kind":        {entry("cps-auth", "cps"), "no kind"},
		"no source":           {entry("source: test", `source: ""`), "source"},
		"unknown provenance":  {entry("invented", "sûr"), "sûr"},
		"unknown defect":      {entry("kind:", "defect: cassé\n    kind:"), "cassé"},
		"unknown usage":       {entry("kind:", "eku: [codeSigning]\n    kind:"), "codeSigning"},
		"key of nobody":       {entry("kind:", "key_of: personne\n    kind:"), "personne"},
		"key of itself":       {entry("kind:", "key_of: autre\n    kind:"), "autre"},
		"hosts for a card":    {entry("kind:", "hosts: [localhost]\n    kind:"), "hosts"},
		"server and hosts":    {strings.Replace(soundProfile, "server: true", "server: true\n    hosts: [a]", 1), "hosts"},
		"server without host": {strings.Replace(soundProfile, "server: true", "server: false", 1), "hosts"},
		"missing given":       {entry("given: A, ", ""), "wants given"},
		"misplaced pseudonym": {entry("given: A", "given: A, pseudonym: P"), "no place for pseudonym"},
		"no profession":       {entry(", profession: 10", ""), "profession"},
		"unknown profession":  {entry("profession: 10", "profession: 777"), "wants title"},
		"long name":           {entry("given: A", "given: "+strings.Repeat("A", 65)), "more than 64"},
		"control character":   {entry("given: A", `given: "A\tB"`), "control"},
		"card number":         {entry("given: A", `given: A, card_number: "123"`), "ten digits"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, err := pki.Open(pki.Options{
				Ephemeral: true, Now: time.Now, Profiles: fstest.MapFS{"profiles.yaml": {Data: []byte(tt.text)}},
			})
			if err == nil {
				_ = p.Close()
			}
			if (err == nil) != (tt.err == "") || err != nil && !strings.Contains(err.Error(), tt.err) {
				t.Errorf("error %v, want %q", err, tt.err)
			}
		})
	}
	if _, err := pki.Open(pki.Options{Ephemeral: true, Now: time.Now, Profiles: fstest.MapFS{}}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("without the file: %v", err)
	}
}

func TestProfiles(t *testing.T) {
	t.Parallel()
	p := shared(t)
	got := map[string]bool{}
	for _, info := range p.Profiles() {
		got[info.Name] = true
		if info.Title.FR == info.Title.EN {
			t.Errorf("%s: one title for two languages", info.Name)
		}
	}
	for _, name := range []string{
		"serv-ssl", "insi-auto", "insi-manu", "org-auth-cli", "org-sign", "cps-medecin-auth", "cps-medecin-sign",
		"cps-specialiste-auth", "cps-pharmacien-auth", "cpe-auth", "cpe-non-nominative", "ps-sign", "expired", "revoked",
		"not-yet-valid", "unknown-ca", "wrong-usage", "server-expired", "server-revoked", "server-wrong-host", "server-unknown-ca",
	} {
		if !got[name] {
			t.Errorf("no profile %s", name)
		}
	}
	if _, err := p.Credential("personne"); err == nil {
		t.Error("a profile that is not there was given")
	}
}

func TestIssue(t *testing.T) {
	t.Parallel()
	p := shared(t)
	key := keyOf(t, credential(t, p, "insi-auto"))
	person := pki.Subject{Given: "ÉLODIE", Family: "TEST0000001", PersonID: "899700000001", Profession: 70}
	structure := pki.Subject{StructureID: "10B0099999", Organization: "ETABLISSEMENT DE TEST DONT LE NOM EST BIEN TROP LONG", Department: "Gard (30)", CommonName: "A"}
	tests := map[string]struct {
		request pki.Request
		err     string
		subject string
	}{
		"person":            {pki.Request{Kind: pki.CPSSign, Subject: person, Key: key}, "", `CN=899700000001+SN=TEST0000001+GN=\C3\89LODIE,title=Masseur-Kin\C3\A9sith\C3\A9rapeute,C=FR`},
		"structure":         {pki.Request{Kind: pki.OrgSign, Subject: structure, Key: key}, "", "CN=A,OU=10B0099999,O=ETABLISSEMENT DE TEST DONT LE NOM EST BI,ST=Gard (30),C=FR"},
		"no kind":           {pki.Request{Subject: person}, "no kind", ""},
		"wrong subject":     {pki.Request{Kind: pki.CPEAuth, Subject: structure}, "wants given", ""},
		"half a period":     {pki.Request{Kind: pki.CPSSign, Subject: person, NotBefore: time.Now()}, "period", ""},
		"period reversed":   {pki.Request{Kind: pki.CPSSign, Subject: person, NotBefore: time.Now(), NotAfter: time.Now().Add(-time.Hour)}, "period", ""},
		"a profile's name":  {pki.Request{Name: "insi-auto", Kind: pki.CPSSign, Subject: person}, "that of a profile", ""},
		"a path for a name": {pki.Request{Name: "../x", Kind: pki.CPSSign, Subject: person}, "name", ""},
		"name and key":      {pki.Request{Name: "x", Key: key, Kind: pki.CPSSign, Subject: person}, "key", ""},
		"a server's hosts":  {pki.Request{Kind: pki.ServSSL, Subject: structure}, "hosts", ""},
		"e-mail on a card":  {pki.Request{Kind: pki.CPSAuth, Subject: pki.Subject{Given: "A", Family: "B", PersonID: "8", Profession: 10, Email: "a@b.test"}}, "no place for email", ""},
		"not an e-mail":     {pki.Request{Kind: pki.PSSign, Subject: pki.Subject{Given: "A", Family: "B", PersonID: "8", Profession: 10, Email: "a b"}}, "not an address", ""},
		"not UTF-8":         {pki.Request{Kind: pki.PSSign, Subject: pki.Subject{Given: "\xff", Family: "B", PersonID: "8", Profession: 10}}, "UTF-8", ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, err := p.Issue(tt.request)
			if tt.err != "" {
				if err == nil || !strings.Contains(err.Error(), tt.err) {
					t.Errorf("error %v, want %q", err, tt.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			id, err := p.Verify(chainOf(c), pki.SignatureUsage)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.subject, id.Subject); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestIssueKept(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	request := pki.Request{Name: "ps-1", Kind: pki.CPSAuth, Subject: pki.Subject{
		Given: "UN", Family: "TEST", PersonID: "899700000001", Profession: 10,
	}}
	issue := func(p *pki.PKI) *pki.Credential {
		c, err := p.Issue(request)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	p := open(t, pki.Options{Dir: dir})
	first := issue(p)
	if !first.Leaf.Equal(issue(p).Leaf) || !first.Leaf.Equal(issue(open(t, pki.Options{Dir: dir})).Leaf) {
		t.Error("the same request gave another certificate")
	}
	request.Subject.Family = "AUTRE"
	if other := issue(p); other.Leaf.Equal(first.Leaf) || !keyEqual(other.Key(), first.Key()) {
		t.Error("want another certificate with the same key for another subject")
	}
}

func TestIssueShorthands(t *testing.T) {
	t.Parallel()
	p := open(t, pki.Options{})
	person, err := p.IssuePerson(pki.CPSAuth, "899700000001", "UN", "TEST", 21)
	if err != nil {
		t.Fatal(err)
	}
	structure, err := p.IssueStructure(pki.OrgAuthCli, "10B0099999", "TEST", "Paris (75)", "INSI-AUTO")
	if err != nil {
		t.Fatal(err)
	}
	for want, c := range map[pki.IdentityKind]*pki.Credential{pki.IdentityCPS: person, pki.IdentityORG: structure} {
		if id, err := p.Verify(chainOf(c), pki.ClientUsage); err != nil || id.Kind != want {
			t.Errorf("%+v, %v, want kind %s", id, err, want)
		}
	}
}
