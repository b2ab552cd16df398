package pki_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/segursim/segursim/internal/pki"
)

func TestKeytool(t *testing.T) {
	t.Parallel()
	const password = "segursim"
	p := shared(t)
	c := credential(t, p, "cps-medecin-auth")
	tests := map[string]struct {
		storeType string
		make      func(string) ([]byte, error)
		want      []string
	}{
		"JKS":          {"JKS", c.JKS, []string{"PrivateKeyEntry", "Certificate chain length: 3", "Alias name: cps-medecin-auth"}},
		"PKCS12":       {"PKCS12", c.PKCS12, []string{"PrivateKeyEntry", "Certificate chain length: 3"}},
		"trust JKS":    {"JKS", p.TrustJKS, []string{"trustedCertEntry", "contains 9 entries", "segursim-test-aci-el-org"}},
		"trust PKCS12": {"PKCS12", p.TrustPKCS12, []string{"trustedCertEntry", "contains 9 entries", "segursim-test-acr-fo"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			data, err := tt.make(password)
			if err != nil {
				t.Fatal(err)
			}
			out := mustRun(t, "keytool", "-J-Duser.language=en", "-list", "-v", "-storetype", tt.storeType,
				"-keystore", write(t, "store", data), "-storepass", password)
			for _, want := range tt.want {
				if !strings.Contains(out, want) {
					t.Errorf("no %q in\n%s", want, out)
				}
			}
		})
	}
	for _, f := range []func(string) ([]byte, error){c.JKS, p.TrustJKS} {
		if _, err := f("court"); err == nil {
			t.Error("a password that keytool refuses was taken")
		}
	}
}

// javaSource prints what Java and, through it, Keycloak call a subject.
const javaSource = `
import java.io.*; import java.security.cert.*; import java.nio.charset.StandardCharsets;
public class Noms { public static void main(String[] a) throws Exception {
  PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
  for (String f : a) { try (InputStream in = new FileInputStream(f)) {
    X509Certificate c = (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
    out.println(c.getSubjectX500Principal().toString()); } } } }
`

func TestJavaNames(t *testing.T) {
	t.Parallel()
	p := shared(t)
	source := write(t, "Noms.java", []byte(javaSource))
	args := []string{source}
	var want []string
	add := func(c *pki.Credential) {
		id, err := pki.ParseIdentity(c.Leaf)
		if err != nil {
			t.Fatal(err)
		}
		data, err := c.PEM()
		if err != nil {
			t.Fatal(err)
		}
		_, certificate, _ := strings.Cut(string(data), "-----END PRIVATE KEY-----\n")
		args = append(args, write(t, "c.pem", []byte(certificate)))
		want = append(want, id.SubjectJava)
	}
	for _, info := range p.Profiles() {
		add(credential(t, p, info.Name))
	}
	key := credential(t, p, "insi-auto")
	for _, cn := range []string{`virgule, plus+`, ` espaces  doubles `, `dièse #1`, `"guillemets"`, `a"b\c`, `égal=<>;`, `"`, `""`, `a b c`, `#`} {
		c, err := p.Issue(pki.Request{Kind: pki.OrgSign, Key: keyOf(t, key), Subject: pki.Subject{
			StructureID: "10B0099999", Organization: "TEST", Department: "Paris (75)", CommonName: cn,
		}})
		if err != nil {
			t.Fatal(err)
		}
		add(c)
	}
	out := mustRun(t, "java", args...)
	if diff := cmp.Diff(want, strings.Split(strings.TrimRight(out, "\n"), "\n")); diff != "" {
		t.Errorf("X500Principal.toString (-ours +java):\n%s", diff)
	}
}
