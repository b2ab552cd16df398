package saml_test

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/segursim/segursim/internal/need"
	"github.com/segursim/segursim/internal/saml"
)

// template is an assertion that xmlsec1 fills in: what it signs has namespaces
// from outside, prefixes that are only used in values, a default namespace,
// special characters, and white space that counts.
const template = `<S:Envelope xmlns:S="http://www.w3.org/2003/05/soap-envelope" xmlns:outer="urn:outer" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><S:Header>
<saml:Assertion ID="_X1" IssueInstant="2026-11-21T10:00:00Z" Version="2.0">
  <saml:Issuer Format="urn:oasis:names:tc:SAML:1.1:nameid-format:X509SubjectName">CN=L'Éditeur &amp; Cie &lt;TEST&gt; "x"</saml:Issuer>
  <Signature xmlns="http://www.w3.org/2000/09/xmldsig#"><SignedInfo><CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/><SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-ALG"/><Reference URI="#_X1"><Transforms><Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/><Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#">INCLUSIVE</Transform></Transforms><DigestMethod Algorithm="DIGEST"/><DigestValue/></Reference></SignedInfo><SignatureValue/><KeyInfo><X509Data><X509Certificate/></X509Data></KeyInfo></Signature>
  <saml:Subject><saml:NameID NameQualifier="CPS">899700366240</saml:NameID></saml:Subject>
  <!-- a comment, which does not count -->
  <saml:AttributeStatement><saml:Attribute Name="identifiantFacturation"><saml:AttributeValue xsi:type="xs:string"> 99100000&#13;
	</saml:AttributeValue></saml:Attribute>
  <saml:Attribute Name="role &quot;&amp;&#9;&lt;>"><saml:AttributeValue><Role xmlns="urn:hl7-org:v3" outer:z="1" b="2" a="3"><inner xmlns="" outer:y="4"/><![CDATA[<&>]]></Role></saml:AttributeValue></saml:Attribute></saml:AttributeStatement>
</saml:Assertion></S:Header></S:Envelope>`

// xmlsecSign has xmlsec1 sign a document with a profile of the hierarchy.
func xmlsecSign(t *testing.T, doc, profile string) string {
	t.Helper()
	tool := need.Tool(t, "xmlsec1")
	dir := t.TempDir()
	c := credential(t, profile)
	key, err := x509.MarshalPKCS8PrivateKey(c.Key())
	if err != nil {
		t.Fatal(err)
	}
	write := func(name string, data []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	keyFile := write("key.pem", pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key}))
	certFile := write("cert.pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Leaf.Raw}))
	cmd := exec.CommandContext(t.Context(), tool, "--sign", "--privkey-pem", keyFile+","+certFile, //nolint:gosec // our own files
		"--id-attr:ID", "urn:oasis:names:tc:SAML:2.0:assertion:Assertion", write("in.xml", []byte(doc)))
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("xmlsec1: %v\n%s", err, stderr.Bytes())
	}
	return string(out)
}

// TestXmlsec: what xmlsec1 signs is accepted, and refused with one byte flipped.
func TestXmlsec(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ alg, digest, inclusive string }{
		"sha256": {"sha256", "http://www.w3.org/2001/04/xmlenc#sha256", ""},
		"sha384": {"sha384", "http://www.w3.org/2001/04/xmldsig-more#sha384", ""},
		"sha512": {"sha512", "http://www.w3.org/2001/04/xmlenc#sha512", ""},
		"inclusive prefixes": {
			"sha256", "http://www.w3.org/2001/04/xmlenc#sha256",
			`<InclusiveNamespaces xmlns="http://www.w3.org/2001/10/xml-exc-c14n#" PrefixList="xs outer"/>`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			doc := strings.NewReplacer("ALG", c.alg, "DIGEST", c.digest, "INCLUSIVE", c.inclusive).Replace(template)
			doc = xmlsecSign(t, doc, "cps-medecin-sign")
			a, err := assertion(t, doc, 0)
			if err != nil {
				t.Fatal(err)
			}
			if err := a.Verify(chain); err != nil {
				t.Errorf("refused: %v", err)
			}
			for what, old := range map[string]string{"name": "899700366240", "instant": "10:00:00Z", "attribute": `b="2"`, "value": "99100000"} {
				flipped := strings.Replace(doc, old, string(old[0]^1)+old[1:], 1)
				a, err := assertion(t, flipped, 0)
				if err != nil {
					continue
				}
				if err := a.Verify(chain); saml.KindOf(err) != saml.Digest {
					t.Errorf("%s changed: %v", what, err)
				}
			}
		})
	}
}

// TestXmlsecReadsOurs: what Draft signs, xmlsec1 verifies.
func TestXmlsecReadsOurs(t *testing.T) {
	t.Parallel()
	tool := need.Tool(t, "xmlsec1")
	dir := t.TempDir()
	file := filepath.Join(dir, "a.xml")
	if err := os.WriteFile(file, []byte(in(signed(t))), 0o600); err != nil {
		t.Fatal(err)
	}
	bundle, err := keys.BundlePEM()
	if err != nil {
		t.Fatal(err)
	}
	ca := filepath.Join(dir, "ca.pem")
	if err := os.WriteFile(ca, bundle, 0o600); err != nil {
		t.Fatal(err)
	}
	args := []string{"--verify", "--id-attr:ID", "urn:oasis:names:tc:SAML:2.0:assertion:Assertion"}
	for rest := bundle; ; {
		var b *pem.Block
		if b, rest = pem.Decode(rest); b == nil {
			break
		}
		one := filepath.Join(dir, "ca-"+string(rune('a'+len(args)))+".pem")
		if err := os.WriteFile(one, pem.EncodeToMemory(b), 0o600); err != nil {
			t.Fatal(err)
		}
		args = append(args, "--trusted-pem", one)
	}
	out, err := exec.CommandContext(t.Context(), tool, append(args, file)...).CombinedOutput() //nolint:gosec // our own files
	if err != nil {
		t.Errorf("xmlsec1: %v\n%s", err, out)
	}
}
