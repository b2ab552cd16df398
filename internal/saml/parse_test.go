package saml_test

import (
	"strings"
	"testing"
	"time"

	"github.com/beevik/etree"
	"github.com/google/go-cmp/cmp"

	"github.com/segursim/segursim/internal/saml"
)

// tryParse parses the first assertion of a document, if it is one.
func tryParse(doc string) (*saml.Assertion, bool) {
	d := etree.NewDocument()
	d.ReadSettings.ValidateInput = true
	if d.ReadFromString(doc) != nil || d.Root() == nil {
		return nil, false
	}
	a, err := saml.Parse(d.Root())
	return a, err == nil
}

func TestParse(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)
	a, err := assertion(t, `<Assertion xmlns="`+saml.NS+`" Version="2.0" ID="_1" IssueInstant="2026-11-21T11:00:00+01:00">
		<Issuer Format="f"> CN=X </Issuer>
		<Subject><NameID NameQualifier="PSC">899700366240</NameID></Subject>
		<Conditions NotBefore="2026-11-21T10:01:00Z" NotOnOrAfter="2026-11-21T10:30:00.500Z"><AudienceRestriction><Audience>urn:a</Audience></AudienceRestriction></Conditions>
		<AuthnStatement AuthnInstant="2026-11-21T09:00:00"><AuthnContext><AuthnContextClassRef>urn:c</AuthnContextClassRef></AuthnContext></AuthnStatement>
		<AttributeStatement><Attribute Name="CodeSpecialiteAMO"><AttributeValue>01</AttributeValue></Attribute>
		<Attribute Name="empty"/><Attribute Name="Role" FriendlyName="r"><AttributeValue><c xmlns="urn:hl7-org:v3" code="10"/></AttributeValue></Attribute></AttributeStatement>
	</Assertion>`, 0)
	if err != nil {
		t.Fatal(err)
	}
	got := []any{a.ID, a.IssueInstant, a.Issuer, a.Subject, a.Audiences, a.AuthnInstant, a.AuthnContext, a.Signed, a.Names()}
	want := []any{
		"_1", at,
		saml.NameID{Value: "CN=X", Format: "f"},
		saml.NameID{Value: "899700366240", Qualifier: "PSC"},
		[]string{"urn:a"},
		at.Add(-time.Hour), "urn:c", false,
		[]string{"CodeSpecialiteAMO", "empty", "Role"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if v, ok := a.Attr("codespecialiteamo"); v != "01" || !ok {
		t.Errorf("Attr in another casing: %q, %v", v, ok)
	}
	if v, ok := a.Attr("empty"); v != "" || !ok {
		t.Errorf("Attr without value: %q, %v", v, ok)
	}
	if _, ok := a.Attr("none"); ok {
		t.Error("Attr invents")
	}
	if a.Attributes[2].Values[0].Element == nil {
		t.Error("the element of a value is lost")
	}
	from, until := a.Window(time.Hour)
	if !from.Equal(at.Add(time.Minute)) || !until.Equal(at.Add(30*time.Minute+500*time.Millisecond)) {
		t.Errorf("window %v – %v", from, until)
	}
	if _, until = a.Window(10 * time.Minute); !until.Equal(at.Add(10 * time.Minute)) {
		t.Errorf("a short life: %v", until)
	}
	if saml.KindOf(a.Verify(nil)) != saml.Unsigned {
		t.Error("it is not signed")
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	const good = `<a:Assertion xmlns:a="` + saml.NS + `" Version="2.0" ID="_1" IssueInstant="2026-11-21T10:00:00Z"><a:Issuer>CN=X</a:Issuer>` +
		`<a:Subject><a:NameID>p</a:NameID></a:Subject><a:AttributeStatement><a:Attribute Name="n"><a:AttributeValue>v</a:AttributeValue></a:Attribute></a:AttributeStatement></a:Assertion>`
	if _, err := assertion(t, good, 0); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		old, new string
		kind     saml.Kind
	}{
		"saml 1.1":              {saml.NS, "urn:oasis:names:tc:SAML:1.0:assertion", saml.Malformed},
		"version":               {`Version="2.0"`, `Version="1.1"`, saml.Malformed},
		"no id":                 {` ID="_1"`, ``, saml.Malformed},
		"empty id":              {`ID="_1"`, `ID=""`, saml.Malformed},
		"id with a quote":       {`ID="_1"`, `ID="_1']|//*['"`, saml.Malformed},
		"id that starts with 1": {`ID="_1"`, `ID="1"`, saml.Malformed},
		"no instant":            {` IssueInstant="2026-11-21T10:00:00Z"`, ``, saml.Malformed},
		"instant":               {"2026-11-21T10:00:00Z", "hier", saml.Malformed},
		"no issuer":             {"<a:Issuer>CN=X</a:Issuer>", "", saml.Malformed},
		"empty issuer":          {"CN=X", " ", saml.Malformed},
		"two issuers":           {"</a:Issuer>", "</a:Issuer><a:Issuer>CN=Y</a:Issuer>", saml.Malformed},
		"two subjects":          {"<a:Subject>", "<a:Subject/><a:Subject>", saml.Malformed},
		"two names":             {"</a:NameID>", "</a:NameID><a:NameID>q</a:NameID>", saml.Malformed},
		"comment in NameID":     {">p<", ">p<!-- -->.evil<", saml.Wrapped},
		"comment in issuer":     {">CN=X<", ">CN=X<!-- -->,O=Y<", saml.Wrapped},
		"comment in value":      {">v<", ">v<!-- -->w<", saml.Wrapped},
		"element in NameID":     {">p<", ">p<b/>q<", saml.Wrapped},
		"attribute twice":       {"</a:AttributeStatement>", `<a:Attribute Name="N"/></a:AttributeStatement>`, saml.Malformed},
		"attribute unnamed":     {`Name="n"`, ``, saml.Malformed},
		"foreign in statement":  {"<a:Attribute ", `<x xmlns="urn:x"/><a:Attribute `, saml.Malformed},
		"foreign in attribute":  {"<a:AttributeValue>", `<x xmlns="urn:x"/><a:AttributeValue>`, saml.Malformed},
		"foreign child":         {"<a:Subject>", `<x xmlns="urn:x"/><a:Subject>`, saml.Malformed},
		"unknown child":         {"<a:Subject>", `<a:Sujet/><a:Subject>`, saml.Malformed},
		"conditions":            {"<a:Subject>", `<a:Conditions NotBefore="x"/><a:Subject>`, saml.Malformed},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if !strings.Contains(good, c.old) {
				t.Fatalf("no %q to replace", c.old)
			}
			a, err := assertion(t, strings.Replace(good, c.old, c.new, 1), 0)
			if saml.KindOf(err) != c.kind {
				t.Errorf("got %+v, %v; want kind %s", a, err, c.kind)
			}
		})
	}
	if _, err := saml.Parse(nil); saml.KindOf(err) != saml.Malformed {
		t.Errorf("nil: %v", err)
	}
}
