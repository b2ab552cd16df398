package mssante

import (
	"bytes"
	"context"
	"encoding/xml"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/segursim/segursim/internal/sim"
	"github.com/segursim/segursim/internal/store"
	"github.com/segursim/segursim/mocks/mssante/bal"
)

// Where a client asks: the first on autoconfig.<domain> (REM MSS/CONF.04), the
// second on the domain itself (Thunderbird's convention, inferred here).
const (
	autoconfigPath  = "/mail/config-v1.1.xml"
	autoconfigKnown = "/.well-known/autoconfig/mail/config-v1.1.xml"
)

// followHost is the setting of autoconfig.host that follows the request.
const followHost = "follow"

// The document, in the format of Thunderbird's automatic configuration 1.1.
type clientConfig struct {
	XMLName  xml.Name `xml:"clientConfig"`
	Version  string   `xml:"version,attr"`
	Provider provider `xml:"emailProvider"`
}

type provider struct {
	ID       string       `xml:"id,attr"`
	Domain   string       `xml:"domain"`
	Name     string       `xml:"displayName"`
	Short    string       `xml:"displayShortName"`
	Incoming []mailServer `xml:"incomingServer"`
	Outgoing []mailServer `xml:"outgoingServer"`
}

type mailServer struct {
	Type           string `xml:"type,attr"`
	Host           string `xml:"hostname"`
	Port           string `xml:"port"`
	Socket         string `xml:"socketType"`
	User           string `xml:"username"`
	Authentication string `xml:"authentication"`
}

// autoconfig answers how to reach the mail servers of a domain.
func (s *Service) autoconfig(c echo.Context, x *sim.Exchange) (answer, *sim.Error) {
	r := c.Request()
	host := hostOf(r)
	email := c.QueryParam("emailaddress")
	domain, refusal := s.askedDomain(x, host, email)
	facts := map[string]any{"domain": domain.Name, "host": host, "email": excerpt(email)}
	x.Fact("autoconfig", facts)
	if refusal != nil {
		return nil, refusal
	}
	return func(ctx context.Context, patch map[string]any) (page, *sim.Error) {
		p, refusal := s.provider(ctx, domain, host, email)
		if refusal != nil {
			return page{}, refusal
		}
		if err := p.patch(patch); err != nil {
			return page{}, &sim.Error{Kind: sim.Internal, Code: webInternal, Text: "Internal error", Err: err}
		}
		facts["imap_port"], facts["smtp_port"] = p.Incoming[0].Port, p.Outgoing[0].Port
		var b bytes.Buffer
		b.WriteString(xml.Header)
		enc := xml.NewEncoder(&b)
		enc.Indent("", "  ")
		if err := enc.Encode(clientConfig{Version: "1.1", Provider: p}); err != nil {
			return page{}, sim.AsError(err)
		}
		b.WriteByte('\n')
		return page{media: "text/xml; charset=utf-8", body: b.Bytes()}, nil
	}, nil
}

// hostOf is the name that the client asked, without the port, in lower case.
func hostOf(r *http.Request) string {
	host := r.Host
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	return strings.ToLower(strings.TrimSuffix(strings.Trim(host, "[]"), "."))
}

// askedDomain is the domain that a request is about: that of the host name, else of
// the address, else the default one.
func (s *Service) askedDomain(x *sim.Exchange, host, email string) (d bal.Domain, refusal *sim.Error) {
	name, named := strings.CutPrefix(host, "autoconfig.")
	_ = s.world.Store.View(func(tx *store.Txn) error {
		if found, ok := bal.Domains.Get(tx, name); ok {
			d = found
			return nil
		}
		_, under, _ := strings.Cut(host, ".")
		switch {
		case named:
			d.Name = name
			refusal = unknownDomain(name)
		case email != "":
			if bal.CheckAddress(email) != nil {
				refusal = &sim.Error{Kind: sim.BadRequest, Status: http.StatusBadRequest, Code: webBadRequest, Text: "Bad Request", Cause: discoveryCause("autoconfig.address",
					"emailaddress « "+excerpt(email)+" » n'est pas une adresse.", "emailaddress “"+excerpt(email)+"” is no address.", "REM MSS/CONF.04")}
				return nil
			}
			d.Name = bal.DomainOf(email)
			if found, ok := bal.Domains.Get(tx, d.Name); ok {
				d = found
			} else {
				refusal = unknownDomain(d.Name)
			}
		default:
			home, ok := bal.Domains.Get(tx, under)
			if !ok {
				home, ok = bal.Domains.Get(tx, s.config.Domain)
			}
			if d = home; !ok {
				refusal = unknownDomain(host)
				return nil
			}
			x.Note(discoveryCause("autoconfig.domain",
				"Ni le nom d'hôte ("+excerpt(host)+") ni emailaddress ne disent un domaine : réponse pour "+home.Name+". Un client demande https://autoconfig.<domaine>"+autoconfigPath+".",
				"Neither the host name ("+excerpt(host)+") nor emailaddress says a domain: answered for "+home.Name+". A client asks https://autoconfig.<domain>"+autoconfigPath+".", "REM MSS/CONF.04"))
		}
		return nil
	})
	return d, refusal
}

func unknownDomain(name string) *sim.Error {
	return &sim.Error{Kind: sim.NotFound, Status: http.StatusNotFound, Code: webNotFound, Text: "Not Found", Cause: discoveryCause("autoconfig.unknown",
		"Le domaine « "+excerpt(name)+" » n'est pas simulé (option domains).", "The domain “"+excerpt(name)+"” is not simulated (option domains).", "REM MSS/CONF.04")}
}

// provider describes the servers of a domain. STARTTLS comes first (ECO.1.0.1,
// ECO.1.0.2).
func (s *Service) provider(ctx context.Context, d bal.Domain, asked, email string) (provider, *sim.Error) {
	p := provider{ID: d.Name, Domain: d.Name, Name: d.Label, Short: d.Name}
	if p.Name == "" {
		p.Name = d.Name
	}
	p.Name += " — SIMULATEUR SEGURSIM"
	method := "OAuth2"
	_ = s.world.Store.View(func(tx *store.Txn) error {
		if b, ok := bal.BALs.Get(tx, strings.ToLower(email)); ok && b.Kind == bal.Applicative {
			method = "TLS-client-cert" // inferred
		}
		return nil
	})
	add := func(list *[]mailServer, kind, listener, socket string) bool {
		port, ok := s.ports.of(ctx, listener)
		if ok {
			*list = append(*list, mailServer{
				Type: kind, Host: s.mailHost(kind, d.Name, asked), Port: strconv.Itoa(int(port)), Socket: socket,
				User: "%EMAILADDRESS%", Authentication: method,
			})
		}
		return ok
	}
	ok := add(&p.Incoming, "imap", imapListener, "STARTTLS") && add(&p.Outgoing, "smtp", smtpListener, "STARTTLS")
	if s.config.Autoconfig.TLS == "both" {
		ok = add(&p.Incoming, "imap", imapsListener, "SSL") && add(&p.Outgoing, "smtp", smtpsListener, "SSL") && ok
	}
	if !ok {
		return p, &sim.Error{Kind: sim.Unavailable, Status: http.StatusServiceUnavailable, Code: webUnavailable, Text: "Service Unavailable", Cause: discoveryCause("autoconfig.ports",
			"Les serveurs SMTP ou IMAP n'écoutent pas.", "The SMTP or IMAP servers do not listen.", "")}
	}
	return p, nil
}

// mailHost is the name of a mail server: that of the settings; smtp.<domain> and
// imap.<domain> for a client that reached this page by a name of the domain; else
// the name that the client used, since it resolves.
func (s *Service) mailHost(kind, domain, asked string) string {
	if h := s.config.Autoconfig.Host; h != followHost {
		return h
	}
	if asked == domain || strings.HasSuffix(asked, "."+domain) || asked == "" {
		return kind + "." + domain
	}
	return asked
}

// patch replaces values that a fault names: imap.host, imap.port, imap.socket,
// imap.authentication, the same of smtp, and domain.
func (p *provider) patch(patch map[string]any) error {
	places := map[string]*string{"domain": &p.Domain}
	for kind, m := range map[string]*mailServer{"imap": &p.Incoming[0], "smtp": &p.Outgoing[0]} {
		places[kind+".host"], places[kind+".port"] = &m.Host, &m.Port
		places[kind+".socket"], places[kind+".authentication"] = &m.Socket, &m.Authentication
	}
	return patched(places, patch)
}

// autoconfigURL is where a client of this machine reads the page of a domain.
func autoconfigURL(base, domain string) string {
	return strings.TrimSuffix(base, "/") + autoconfigPath + "?emailaddress=" + url.QueryEscape("bal@"+domain)
}
