package console

import (
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"github.com/segursim/segursim/internal/journal"
)

// Certs is what the console needs of the test PKI.
type Certs interface {
	// Profiles lists the certificates that can be had, without making any.
	Profiles() []Profile
	// Export returns a profile's key and chain as "pem", "p12" or "jks", made on
	// first use. The password is not for pem. The profile is one of Profiles.
	Export(profile, format, password string) ([]byte, error)
	// Trust returns the authorities to trust, in the same formats.
	Trust(format, password string) ([]byte, error)
}

// A Profile describes one certificate.
type Profile struct {
	Name    string       `json:"name"`
	Title   journal.Text `json:"title"`
	Kind    string       `json:"kind" doc:"profile of the IGC-Santé that it is shaped like"`
	Issuer  string       `json:"issuer"`
	Subject string       `json:"subject" doc:"RFC 2253"`
	// Defect says what is wrong with it on purpose.
	Defect     string `json:"defect,omitempty" doc:"what is wrong with it, on purpose; absent when nothing"`
	Provenance string `json:"provenance" doc:"confirmed, inferred or invented"`
	Source     string `json:"source,omitempty" doc:"where its shape is known from"`
}

// CertList is the answer of GET /api/certs.
type CertList struct {
	Profiles []Profile `json:"profiles"`
	Formats  []string  `json:"formats"`
	Password string    `json:"password" doc:"of .p12 and .jks files unless ?password= says otherwise"`
}

// defaultPassword is the one that Java people expect of a test store.
const defaultPassword = "changeit"

func certFormats() []string { return []string{"pem", "p12", "jks"} }

func (c *Console) listCerts(e echo.Context) error {
	if c.deps.PKI == nil {
		return unavailable()
	}
	return answer(e, http.StatusOK, CertList{c.deps.PKI.Profiles(), certFormats(), defaultPassword})
}

// getCert exports {profile}.{format}; the profile "ca" is the trust bundle.
func (c *Console) getCert(e echo.Context) error {
	if c.deps.PKI == nil {
		return unavailable()
	}
	file := e.Param("file")
	dot := strings.LastIndexByte(file, '.')
	if dot < 0 {
		return notFound(journal.Text{FR: "Fichier de certificat", EN: "Certificate file"}, file)
	}
	profile, format := file[:dot], file[dot+1:]
	media := map[string]string{
		"pem": "application/x-pem-file", "p12": "application/x-pkcs12", "jks": "application/x-java-keystore",
	}[format]
	if media == "" {
		return refusef(http.StatusNotFound, "not_found", "Format « %s » inconnu : pem, p12 ou jks.", "Unknown format “%s”: pem, p12 or jks.", format)
	}
	password, err := storePassword(e, format)
	if err != nil {
		return err
	}
	b, err := c.exportCert(profile, format, password)
	if err != nil {
		return err
	}
	e.Response().Header().Set("Content-Disposition", `attachment; filename="segursim-`+profile+"."+format+`"`)
	return e.Blob(http.StatusOK, media, b)
}

func (c *Console) exportCert(profile, format, password string) ([]byte, error) {
	if profile == "ca" {
		return c.deps.PKI.Trust(format, password)
	}
	for _, p := range c.deps.PKI.Profiles() {
		if p.Name == profile {
			return c.deps.PKI.Export(profile, format, password)
		}
	}
	return nil, notFound(journal.Text{FR: "Certificat", EN: "Certificate"}, profile)
}

// storePassword reads ?password=; keytool wants six characters for a JKS.
func storePassword(e echo.Context, format string) (string, error) {
	if !e.QueryParams().Has("password") {
		return defaultPassword, nil
	}
	p := e.QueryParam("password")
	switch {
	case format == "pem":
		return "", badParameter("password", "…", "un fichier .pem n'est pas protégé.", "a .pem file has no password.")
	case !utf8.ValidString(p) || len(p) > 256:
		return "", badParameter("password", "…", "256 octets d'UTF-8 au plus.", "at most 256 bytes of UTF-8.")
	case format == "jks" && utf8.RuneCountInString(p) < 6:
		return "", badParameter("password", "…", "un .jks veut au moins six caractères.", "a .jks wants at least six characters.")
	}
	return p, nil
}
