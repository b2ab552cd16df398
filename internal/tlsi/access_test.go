package tlsi_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/segursim/segursim/internal/saml"
)

func TestStructure(t *testing.T) {
	t.Parallel()
	s := start(t, "")
	for _, c := range []struct {
		profile, mode, code, rule string
	}{
		{"insi-auto", "mtls-auto", "", ""},
		{"insi-manu", "mtls-manu", "", ""},
		{"wrong-cn", "", "desir_560", "tlsi.access.cn"},
		{"org-auth-cli", "", "desir_560", "tlsi.access.cn"},
		{"cps-medecin-auth", "", "desir_560", "tlsi.access.cn"},
		{"", "", "desir_560", "tlsi.access.none"},
		{"expired", "", "desir_560", "tlsi.access.certificate"},
		{"revoked", "", "desir_560", "tlsi.access.certificate"},
		{"not-yet-valid", "", "desir_560", "tlsi.access.certificate"},
		{"unknown-ca", "", "desir_560", "tlsi.access.certificate"},
		{"wrong-usage", "", "desir_560", "tlsi.access.certificate"},
	} {
		t.Run("profile "+c.profile, func(t *testing.T) {
			a := s.post(s.client(c.profile), "/lps", media, message{}.String())
			if a.err != nil {
				t.Fatal(a.err)
			}
			if c.code == "" {
				if a.status != http.StatusOK || !strings.Contains(a.body, "<Mode>"+c.mode+"</Mode><Personne></Personne><Structure>300000000077081</Structure>") {
					t.Errorf("%d %s", a.status, a.body)
				}
				if got := a.entry.Fact("access.mode"); got != c.mode {
					t.Errorf("fact access.mode %v", got)
				}
				return
			}
			if a.status != 500 || !strings.Contains(a.body, `code="`+c.code+`"`) || !strings.HasPrefix(rules(a.entry), c.rule) {
				t.Errorf("%d %s\n%s", a.status, rules(a.entry), a.body)
			}
		})
	}
}

func TestStructureOptions(t *testing.T) {
	t.Parallel()
	s := start(t, "certificate: reset")
	if a := s.post(s.client("unknown-ca"), "/lps", media, message{}.String()); a.err == nil {
		t.Errorf("the connection goes on: %d %s", a.status, a.body)
	}
	s = start(t, "", "client-certificate")
	for profile, want := range map[string]int{"": 200, "expired": 200, "wrong-cn": 500} { // its name still counts
		if a := s.post(s.client(profile), "/lps", media, message{}.String()); a.status != want {
			t.Errorf("relaxed, %q: %d %s", profile, a.status, a.body)
		}
	}
}

func TestProfessional(t *testing.T) {
	t.Parallel()
	s := start(t, "")
	c := s.client("")
	good := func() saml.Draft { return s.draft(doctor) }
	with := func(change func(*saml.Draft)) saml.Draft { d := good(); change(&d); return d }
	signed := s.sign(good(), "cps-medecin-sign")
	vitale := func(age time.Duration, attrs ...string) string {
		d := s.draft("1810163220751", append([]string{"x", "y"}, attrs...)...)
		d.ID, d.Subject.Qualifier, d.IssueInstant = "_TEST-V", "", d.IssueInstant.Add(-age)
		return unsigned(t, d)
	}
	for _, x := range []struct {
		name, security string
		code, rule     string // empty: accepted
	}{
		{"cpx", signed, "", ""},
		{"cpx, other casings", s.sign(s.draft(doctor, "IdentifiantFacturation", "1", "SECTEURACTIVITE", "SA07", "codespecialite", "01"), "cps-medecin-sign"), "", ""},
		{"software certificate of a person", s.sign(good(), "ps-sign"), "", ""},
		{"pharmacist without speciality", s.sign(s.draft(pharmacist, "identifiantFacturation", "1", "secteurActivite", "SA05"), "cps-pharmacien-sign"), "", ""},
		{"psc", unsigned(t, with(func(d *saml.Draft) {
			d.Subject.Qualifier = "PSC"
			d.Attributes = s.draft("", "identifiantFacturation", "1", "codeSpecialiteAMO", "01").Attributes
		})), "", ""},
		{"just under an hour", s.sign(with(func(d *saml.Draft) { d.IssueInstant = d.IssueInstant.Add(time.Second - time.Hour) }), "cps-medecin-sign"), "", ""},
		{"a clock a little ahead", s.sign(with(func(d *saml.Draft) { d.IssueInstant = d.IssueInstant.Add(4 * time.Minute) }), "cps-medecin-sign"), "", ""},
		{"with vitale", signed + vitale(19*time.Minute), "", ""},
		{"vitale first", vitale(0) + signed, "", ""},

		{"not signed", unsigned(t, good()), "desir_9008", "tlsi.assertion.signature"},
		{"changed", strings.Replace(signed, ">SA07<", ">SA08<", 1), "desir_9008", "tlsi.assertion.signature"},
		{"comment in NameID", strings.Replace(signed, ">"+doctor+"<", ">"+doctor+"<!-- -->.x<", 1), "desir_9007", "tlsi.assertion.security"},
		{"wrapped", strings.Replace(signed, ` ID="_TEST-PS"`, ` ID="_OTHER"`, 1) + "", "desir_9008", "tlsi.assertion.signature"},
		{"id twice", strings.Replace(signed, ` ID="_TEST-PS"`, ` ID="_TEST-PS"`, 1) + strings.Replace(vitale(0), "_TEST-V", "_TEST-PS", 1), "desir_9008", "tlsi.assertion.signature"},
		{"one hour", s.sign(with(func(d *saml.Draft) { d.IssueInstant = d.IssueInstant.Add(-time.Hour) }), "cps-medecin-sign"), "desir_9010", "tlsi.assertion.expired"},
		{"in the future", s.sign(with(func(d *saml.Draft) { d.IssueInstant = d.IssueInstant.Add(6 * time.Minute) }), "cps-medecin-sign"), "desir_9010", "tlsi.assertion.early"},
		{"of another card", s.sign(s.draft(pharmacist), "cps-medecin-sign"), "desir_9011", "tlsi.assertion.holder"},
		{"service card", s.sign(s.draft("30B0099991/000000018"), "cpe-non-nominative"), "desir_9012", "tlsi.assertion.nominative"},
		{"organisation", s.sign(good(), "org-sign"), "desir_9012", "tlsi.assertion.nominative"},
		{"authentication certificate", s.sign(good(), "cps-medecin-auth"), "desir_9009", "tlsi.assertion.certificate"},
		{"no billing", s.sign(s.draft(doctor, "secteurActivite", "SA07", "codeSpecialite", "01"), "cps-medecin-sign"), "desir_9011", "tlsi.assertion.attribute"},
		{"no sector", s.sign(s.draft(doctor, "identifiantFacturation", "1", "codeSpecialite", "01"), "cps-medecin-sign"), "desir_9011", "tlsi.assertion.attribute"},
		{"physician without speciality", s.sign(s.draft(doctor, "identifiantFacturation", "1", "secteurActivite", "SA07"), "cps-medecin-sign"), "desir_9011", "tlsi.assertion.attribute"},
		{"qualifier", s.sign(with(func(d *saml.Draft) { d.Subject.Qualifier = "cps" }), "cps-medecin-sign"), "desir_9011", "tlsi.assertion.qualifier"},
		{"no name", s.sign(with(func(d *saml.Draft) { d.Subject.Value = "" }), "cps-medecin-sign"), "desir_9011", "tlsi.assertion.subject"},
		{"two professionals", signed + strings.Replace(signed, "_TEST-PS", "_TEST-2", 2), "desir_9007", "tlsi.assertion.two"},
		{"three assertions", signed + vitale(0) + strings.Replace(vitale(0), "_TEST-V", "_TEST-W", 1), "desir_9007", "tlsi.security.many"},
		{"something else", signed + `<u:Timestamp xmlns:u="urn:u"/>`, "desir_9007", "tlsi.security.schema"},
		{"two headers", `<w:Security xmlns:w="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"/><w:Security xmlns:w="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"/>`, "desir_9007", "tlsi.security.twice"},
		{"old vitale", signed + vitale(20*time.Minute), "desir_9014", "tlsi.assertion.vitale"},
		{"vitale alone", vitale(0), "desir_9011", "tlsi.assertion.qualifier"},
	} {
		t.Run(x.name, func(t *testing.T) {
			a := s.post(c, "/lps", media, message{security: x.security}.String())
			if a.err != nil {
				t.Fatal(a.err)
			}
			if x.code == "" {
				if a.status != 200 {
					t.Errorf("%d %s\n%s", a.status, rules(a.entry), a.body)
				}
				return
			}
			if a.status != 500 || !strings.Contains(a.body, `code="`+x.code+`"`) || !strings.Contains(rules(a.entry), x.rule) {
				t.Errorf("want %s %s, got %d %s\n%s", x.code, x.rule, a.status, rules(a.entry), a.body)
			}
		})
	}
}

// TestRevokedSigner: a card that is revoked signs no more.
func TestRevokedSigner(t *testing.T) {
	t.Parallel()
	s := start(t, "")
	security := s.sign(s.draft(doctor), "cps-medecin-sign")
	if _, err := s.app.PKI().Revoke("cps-medecin-sign", time.Time{}, 0); err != nil {
		t.Fatal(err)
	}
	a := s.post(s.client(""), "/lps", media, message{security: security}.String())
	if !strings.Contains(a.body, "desir_9009") || !strings.Contains(a.entry.Causes[0].Text.FR, "révoqu") {
		t.Errorf("%d %s %+v", a.status, a.body, a.entry.Causes)
	}
}

func TestProfessionalOptions(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		name, section string
		draft         func(s *simulator) string
		header        []string
		code          string
	}{
		{"any signer", "signer: any", func(s *simulator) string { return s.sign(s.draft(doctor), "cps-medecin-auth") }, nil, ""},
		{"a nominative employee", "signer: any", func(s *simulator) string { return s.sign(s.draft("30B0057881/CPET0002"), "cpe-auth") }, nil, ""},
		{"attributes tolerated", "attributes: tolerate", func(s *simulator) string { return s.sign(s.draft(doctor, "a", "b"), "cps-medecin-sign") }, nil, ""},
		{"issuer strict", "issuer: strict", func(s *simulator) string { return s.sign(s.draft(doctor), "cps-medecin-sign") }, nil, "desir_9011"},
		{"profession let in", `professions: ["10"]`, func(s *simulator) string { return s.sign(s.draft(doctor), "cps-medecin-sign") }, nil, ""},
		{"profession not let in", `professions: ["21"]`, func(s *simulator) string { return s.sign(s.draft(doctor), "cps-medecin-sign") }, nil, "desir_9013"},
		{"unknown person", "person: known", func(s *simulator) string {
			d := s.draft("899999999999")
			d.Subject.Qualifier = "PSC"
			return unsigned(s.t, d)
		}, nil, "desir_9011"},
		{"unknown person tolerated", "", func(s *simulator) string {
			d := s.draft("899999999999")
			d.Subject.Qualifier = "PSC"
			return unsigned(s.t, d)
		}, nil, ""},
		{"emetteur strict", "emetteur: strict", func(s *simulator) string { return s.sign(s.draft(doctor), "cps-medecin-sign") }, nil, "desir_9005"},
		{"a short life", "ps_life: 5m", func(s *simulator) string {
			d := s.draft(doctor)
			d.IssueInstant = d.IssueInstant.Add(-6 * time.Minute)
			return s.sign(d, "cps-medecin-sign")
		}, nil, "desir_9010"},
		{"a code of the user", "codes: {signature: siram_77/desir_777}", func(s *simulator) string { return unsigned(s.t, s.draft(doctor)) }, nil, "desir_777"},
		{"token required", "token: require", pscDraft, nil, "desir_9015"},
		{"token refused", "", pscDraft, []string{"Authorization", "Bearer FAUX"}, "desir_9015"},
		{"token of another", "", pscDraft, []string{"Authorization", "Bearer autre"}, "desir_9015"},
		{"token", "token: require", pscDraft, []string{"Authorization", "bearer bon"}, ""},
		{"token ignored", "token: ignore", pscDraft, []string{"Authorization", "Bearer FAUX"}, ""},
		{"vitale verified", "vitale_signature: verify", func(s *simulator) string {
			d := s.draft("1810163220751", "x", "y")
			d.ID, d.Subject.Qualifier = "_TEST-V", ""
			return s.sign(s.draft(doctor), "cps-medecin-sign") + unsigned(s.t, d)
		}, nil, "desir_9014"},
	} {
		t.Run(x.name, func(t *testing.T) {
			t.Parallel()
			s := start(t, x.section)
			s.app.World().Tokens = tokens{}
			a := s.post(s.client(""), "/lps", media, message{security: x.draft(s)}.String(), x.header...)
			if a.err != nil {
				t.Fatal(a.err)
			}
			if x.code == "" && a.status != 200 || x.code != "" && !strings.Contains(a.body, `code="`+x.code+`"`) {
				t.Errorf("want %q, got %d %s\n%s", x.code, a.status, rules(a.entry), a.body)
			}
		})
	}
}

func pscDraft(s *simulator) string {
	d := s.draft(doctor)
	d.Subject.Qualifier = "PSC"
	return unsigned(s.t, d)
}

// TestExpiryFollowsTheClock: what was good is not any more an hour later.
func TestExpiryFollowsTheClock(t *testing.T) {
	t.Parallel()
	s := start(t, "")
	c := s.client("")
	m := message{security: s.sign(s.draft(doctor), "cps-medecin-sign")}.String()
	if a := s.post(c, "/lps", media, m); a.status != 200 {
		t.Fatalf("%d %s", a.status, a.body)
	}
	s.app.World().Clock.Advance(time.Hour)
	if a := s.post(c, "/lps", media, m); !strings.Contains(a.body, "desir_9010") {
		t.Errorf("%d %s", a.status, a.body)
	}
}

func TestPersonOnly(t *testing.T) {
	t.Parallel()
	s := start(t, "")
	body := strings.ReplaceAll(repete, "Repete", "Signe")
	a := s.post(s.client("insi-auto"), "/lps", media, message{action: sealAction, body: body}.String())
	if !strings.Contains(a.body, "desir_560") || rules(a.entry) != "tlsi.access.person" {
		t.Errorf("mTLS: %d %s", a.status, a.body)
	}
	a = s.post(s.client(""), "/lps", media, message{action: sealAction, body: body, security: s.sign(s.draft(doctor), "cps-medecin-sign")}.String())
	if a.status != 200 {
		t.Errorf("CPx: %d %s", a.status, a.body)
	}
}
