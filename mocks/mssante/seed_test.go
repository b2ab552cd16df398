package mssante

import (
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/segursim/segursim/mocks/mssante/bal"
)

// TestSeed: the BAL that follow from the registre, and those that are declared.
func TestSeed(t *testing.T) {
	t.Parallel()
	b := prepare(t, `
domains: [{nom: Ville.segursim.test, operateur: segursim-a}]
bals:
  - {adresse: Nouvelle@Ville.segursim.test, titulaires: ["99700366240"]}
  - {adresse: noa.rad9000012@hopital.segursim.test, titulaires: ["899700366240"], intitule: Remplacée}
`)
	at := func(row bal.BAL) bal.BAL { // the clock went on while the simulator was made
		row.Created, row.Used = row.Created.UTC().Truncate(time.Minute), row.Used.UTC().Truncate(time.Minute)
		return row
	}
	tests := map[string]bal.BAL{
		"alix.doc9000001@medecin.segursim.test": {
			Kind: bal.Personal, Label: "Dr_Alix_SEGURSIM-DOC9000001_CABINET TEST SEGURSIM DOC9000001", Holders: []string{alix}, Structure: "499990000012009",
		},
		"radiologie@hopital.segursim.test": {
			Kind: bal.Organisational, Label: "HOPITAL TEST SEGURSIM", Structure: "10B9000017",
			Holders: []string{"899990000038", "899990000046", "899990000103", noa}, Delegates: []string{"30B9000017/000000001", secretary},
		},
		"cabinet.doc9000001@medecin.segursim.test": { // the structure's, replaced
			Kind: bal.Cabinet, Label: "CABINET TEST SEGURSIM DOC9000001", Holders: []string{alix, "899990000020"}, Structure: "499990000012009",
		},
		"kit.doc0053468@medecin.formation.mssante.fr": {Kind: bal.Personal, Label: "Dr_Kit_DOC0053468", Holders: []string{"899700534680"}},
		appBAL:                         {Kind: bal.Applicative, Label: "LPS TEMOIN SEGURSIM", Certificates: []string{"LPS TEMOIN SEGURSIM"}, Structure: "499700367909006"},
		"nouvelle@ville.segursim.test": {Kind: bal.Personal, Label: "Dr_Kit_DOC0036624", Holders: []string{kit}},
		noaBAL:                         {Kind: bal.Personal, Label: "Remplacée", Holders: []string{kit}},
	}
	for address, want := range tests {
		got, ok := b.row(address)
		if !ok {
			t.Errorf("%s: not there", address)
			continue
		}
		want.Address, want.State, want.Created, want.Used = address, bal.Active, morning, morning
		if diff := cmp.Diff(want, at(got)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", address, diff)
		}
	}
}

// TestSettingsRefused: what a configuration may not say, and what the error names.
func TestSettingsRefused(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ section, want string }{
		"unknown key":             {"mechanism: [PLAIN]", "mechanism"},
		"unknown mechanism":       {"mechanisms: [LOGIN]", `"LOGIN"`},
		"no mechanism":            {"mechanisms: []", "nobody could log in"},
		"mechanism twice":         {"mechanisms: [PLAIN, plain]", "twice"},
		"refusal":                 {"refusal: {smtp: rude}", "refusal.smtp"},
		"negative quota":          {"storage: {quota: -1}", "storage.quota"},
		"folder INBOX":            {`storage: {folders: {inbox: ""}}`, "inbox"},
		"special use":             {`storage: {folders: {Sent: "\\Sended"}}`, "storage.folders.Sent"},
		"notice after the end":    {"inactivity: {days: 5, notice_days: 5}", "notice_days"},
		"days":                    {"inactivity: {days: -2}", "inactivity.days"},
		"ports":                   {"ports: any", "ports"},
		"autoconfig host":         {"autoconfig: {host: 'a b'}", "autoconfig.host"},
		"checksum path":           {"whitelist: {checksum_path: sum}", "checksum_path"},
		"whitelist file":          {"whitelist: {file: /nowhere/list.xml}", "whitelist.file"},
		"dns address":             {"dns: {address: [localhost]}", "dns.address"},
		"dns label":               {"dns: {srv: {submission: smtp}}", "dns.srv"},
		"dns listener":            {"dns: {srv: {_imap._tcp: https}}", "https"},
		"default domain":          {"domain: nowhere.test", "nowhere.test"},
		"domain without operator": {"domains: [{nom: a.segursim.test}]", "operateur"},
		"operator unknown":        {"domains: [{nom: a.segursim.test, operateur: x}]", `"x"`},
		"operator without DN":     {"operators: [{id: x}]", "dnCertificat"},
		"BAL: field":              {"bals: [{adress: a@medecin.segursim.test}]", "adress"},
		"BAL: address":            {"bals: [{adresse: a medecin.segursim.test, titulaires: ['899700366240']}]", "bals[0].adresse"},
		"BAL: domain":             {"bals: [{adresse: a@nowhere.test, titulaires: ['899700366240']}]", "nowhere.test"},
		"BAL: kind":               {"bals: [{adresse: a@medecin.segursim.test, type: XXX, titulaires: ['899700366240']}]", "bals[0].type"},
		"BAL: nobody":             {"bals: [{adresse: a@medecin.segursim.test}]", "titulaires"},
		"BAL: unknown holder":     {"bals: [{adresse: a@medecin.segursim.test, titulaires: ['1']}]", `no professional has the identifier "1"`},
		"BAL: unknown structure":  {"bals: [{adresse: a@medecin.segursim.test, titulaires: ['899700366240'], structure: x}]", `no structure has the identifier "x"`},
		"BAL: APP with a holder":  {"bals: [{adresse: a@medecin.segursim.test, type: APP, titulaires: ['899700366240']}]", "applicative"},
		"BAL: PER, two holders":   {"bals: [{adresse: a@medecin.segursim.test, titulaires: ['899700366240', '899700218896']}]", "one titulaire"},
		"BAL: certificate of PER": {"bals: [{adresse: a@medecin.segursim.test, titulaires: ['899700366240'], certificats: [x]}]", "certificats"},
		"BAL: twice":              {"bals: [{adresse: a@medecin.segursim.test, titulaires: ['899700366240']}, {adresse: A@medecin.segursim.test, titulaires: ['899700366240']}]", "twice"},
		"BAL: a patient's domain": {"bals: [{adresse: a@patient.mssante.fr, type: PAT}]", "PAT"},
		"BAL: state":              {"bals: [{adresse: a@medecin.segursim.test, titulaires: ['899700366240'], etat: ouverte}]", "etat"},
		"token life":              {"token_life: forever", "token_life"},
		"certificate":             {"certificate: dn", "certificate"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := tryPrepare(t, tt.section)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want %q in it", err, tt.want)
			}
		})
	}
}

// TestNoDefaultBALs: only what the settings declare.
func TestNoDefaultBALs(t *testing.T) {
	t.Parallel()
	b := prepare(t, "no_default_bals: true\nbals: [{adresse: seule@medecin.segursim.test, titulaires: ['899700366240']}]")
	got := b.do("bals", map[string]any{})
	if got["total"] != 1 {
		t.Errorf("%v BAL, want 1", got["total"])
	}
}

// TestReadme: the example of fixtures/README.md is what it says.
func TestReadme(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("../../fixtures/README.md")
	if err != nil {
		t.Fatal(err)
	}
	block := regexp.MustCompile("(?s)```yaml\n(# messageries/.*?)```").FindSubmatch(readme)
	if block == nil {
		t.Fatal("no example of messageries")
	}
	c, err := bal.Read("readme.yaml", block[1])
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Operators) != 1 || len(c.Domains) != 1 || len(c.BALs) != 2 || len(c.Listed) != 1 {
		t.Errorf("%+v", c)
	}
}

// BenchmarkFixtures is what reading the embedded file costs every start.
func BenchmarkFixtures(b *testing.B) {
	bench := prepare(b, "")
	conf := Config{}
	if err := conf.setDefaults(); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := newEstate(bench.app.World().Fixtures, &conf); err != nil {
			b.Fatal(err)
		}
	}
}
