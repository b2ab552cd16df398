package insi

import (
	"bytes"
	"embed"
	"io/fs"
	"net/http"
	"path"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/segursim/segursim/internal/sim"
	"github.com/segursim/segursim/internal/soap"
	"github.com/segursim/segursim/internal/tlsi"
)

// wsdlFiles are the contract of the search, written for the simulator.
//
//go:embed wsdl/*.wsdl wsdl/*.xsd
var wsdlFiles embed.FS

// wsdlAddress is the address that the file carries, replaced by the caller's.
const wsdlAddress = "https://localhost:8443" + tlsi.Path

// describe answers GET /lps?wsdl, and GET /lps?xsd=NAME for what it imports, so
// that a client made from it needs no network but ours.
func (s *Service) describe(c echo.Context) error {
	r := c.Request()
	x := sim.ExchangeOf(r.Context())
	x.Begin("insi", s.ops[opWSDL])
	name, asked := "icir.wsdl", false
	for key, values := range c.QueryParams() {
		switch {
		case strings.EqualFold(key, "wsdl"):
			asked = true
		case strings.EqualFold(key, "xsd") && len(values) > 0:
			name, asked = path.Base(values[0]), true
		}
	}
	if !asked {
		return s.noDocument(c, x, http.StatusMethodNotAllowed, "/lps se lit avec ?wsdl et s'appelle en POST.", "/lps is read with ?wsdl, and called by POST.")
	}
	x.Fact("document", name)
	text, err := fs.ReadFile(wsdlFiles, "wsdl/"+name)
	if err != nil {
		return s.noDocument(c, x, http.StatusNotFound, "Aucun schéma « "+name+" ».", "No schema “"+name+"”.")
	}
	if _, refusal := s.world.Decide(r.Context(), x); refusal != nil {
		return s.noDocument(c, x, http.StatusServiceUnavailable, "Un défaut demandé refuse ce document.", "A fault that was asked for refuses this document.")
	}
	text = bytes.ReplaceAll(text, []byte(wsdlAddress), []byte(soap.Escape(s.address(r))))
	return c.Blob(http.StatusOK, "text/xml; charset=utf-8", text)
}

// address is where the caller reaches the téléservice.
func (s *Service) address(r *http.Request) string {
	if u := s.world.PublicURL(); u != "" {
		return strings.TrimSuffix(u, "/") + tlsi.Path
	}
	scheme := "https"
	if r.TLS == nil {
		scheme = "http"
	}
	return scheme + "://" + r.Host + tlsi.Path
}

func (s *Service) noDocument(c echo.Context, x *sim.Exchange, status int, fr, en string) error {
	kind := sim.NotFound
	if status == http.StatusMethodNotAllowed {
		kind = sim.BadRequest
		c.Response().Header().Set("Allow", "POST")
	}
	x.Refuse(&sim.Error{Kind: kind, Status: status, Code: "document", Text: fr, Cause: cause("wsdl", fr, en, "")})
	return c.String(status, fr+"\n")
}
