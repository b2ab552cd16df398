package mssante

import (
	"context"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/segursim/segursim/mocks/mssante/bal"
)

// clientView is what a mail client is configured with.
type clientView struct {
	Host    string
	Servers []serverRow
	Address string // of the example
	Person  string // who opens it
	App     bool   // by certificate
	Control string // of the control API
	// The examples, to copy.
	Token, IMAP, SMTP, MSMTP, AppIMAP string
}

// serverRow is a listener as a client sees it.
type serverRow struct {
	Protocol string
	Port     uint16 // 0 when it does not listen
	TLS      string
	Default  bool // the référentiel's own (ECO.1.0.1, ECO.1.0.2)
}

// client says how to reach the mail servers, with the host by which the console was
// reached.
func (p *panel) client(c echo.Context, one *boxDetail) clientView {
	// What does not listen is not waited for.
	ctx, cancel := context.WithTimeout(c.Request().Context(), 20*time.Millisecond)
	defer cancel()
	port := func(name string) uint16 {
		n, _ := p.s.ports.of(ctx, name)
		return n
	}
	v := clientView{Host: "localhost", Control: "http://" + c.Request().Host, Address: "kit.doc0036624@medecin.segursim.test", Person: "899700366240"}
	if host, _, err := net.SplitHostPort(c.Request().Host); err == nil && host != "127.0.0.1" && host != "::1" {
		v.Host = host
	}
	if one != nil && one.Kind != bal.Patient {
		v.Address, v.App = one.Address, one.Kind == bal.Applicative
		if len(one.Holders) > 0 {
			v.Person = one.Holders[0]
		} else if len(one.Delegates) > 0 {
			v.Person = one.Delegates[0]
		}
	}
	v.Servers = []serverRow{
		{"SMTP", port(smtpListener), "STARTTLS", true},
		{"IMAP", port(imapListener), "STARTTLS", true},
		{"SMTP", port(smtpsListener), "TLS", false},
		{"IMAP", port(imapsListener), "TLS", false},
	}
	v.examples(v.Servers[0].Port, v.Servers[1].Port)
	return v
}

// examples writes what can be copied.
func (v *clientView) examples(smtp, imap uint16) {
	v.Token = fmt.Sprintf(`CONTROL=%s   # curl, jq
curl -s $CONTROL/api/certs/ca.pem -o segursim-ca.pem
PSC=$(curl -s $CONTROL/api/endpoints | jq -r .services.psc.issuer)/protocol/openid-connect
CLIENT="-d client_id=segursim-lps -d client_secret=secret-de-test-segursim"
ASKED=$(curl -s --cacert segursim-ca.pem $PSC/ext/ciba/auth $CLIENT -d acr_values=eidas1 \
  --data-urlencode 'scope=openid scope_all' -d login_hint=%s -d binding_message=42 | jq -r .auth_req_id)
curl -s $CONTROL/api/actions/psc/approve -H 'Content-Type: application/json' -d '{"login_hint":"%s"}' -o /dev/null
TOKEN=$(curl -s --cacert segursim-ca.pem $PSC/token $CLIENT -d auth_req_id=$ASKED \
  -d grant_type=urn:openid:params:grant-type:ciba | jq -r .access_token)`, v.Control, v.Person, v.Person)
	v.IMAP = fmt.Sprintf(`curl --ssl-reqd --cacert segursim-ca.pem \
  --url 'imap://%s:%d/INBOX' -X 'FETCH 1:* (FLAGS ENVELOPE)' \
  --user '%s' --oauth2-bearer "$TOKEN"`, v.Host, imap, v.Address)
	v.SMTP = fmt.Sprintf(`curl --ssl-reqd --cacert segursim-ca.pem \
  --url 'smtp://%s:%d' --mail-from '%s' \
  --mail-rcpt '%s' -T message.eml \
  --user '%s' --oauth2-bearer "$TOKEN"`, v.Host, smtp, v.Address, robotAddress, v.Address)
	v.MSMTP = fmt.Sprintf(`account segursim
host %s
port %d
tls on
tls_starttls on
tls_trust_file segursim-ca.pem
auth xoauth2
from %s
user %s
passwordeval "cat token.txt"`, v.Host, smtp, v.Address, v.Address)
	v.AppIMAP = fmt.Sprintf(`curl -s %s/api/certs/org-auth-cli.pem -o org.pem
curl --ssl-reqd --cacert segursim-ca.pem --cert org.pem \
  --url 'imap://%s:%d/INBOX' -X 'FETCH 1:* (FLAGS ENVELOPE)' \
  --login-options AUTH=PLAIN --user '%s:x'`, v.Control, v.Host, imap, v.Address)
}

// Thunderbird are the fields that Thunderbird's own form asks for.
func (v clientView) Thunderbird() [][2]string {
	out := [][2]string{}
	for _, s := range v.Servers[:2] {
		out = append(out, [2]string{s.Protocol, strings.Join([]string{v.Host, fmt.Sprint(s.Port), s.TLS, "OAuth2"}, " · ")})
	}
	return out
}
