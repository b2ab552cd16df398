package mss_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/segursim/segursim/internal/lps/mss"
)

const (
	imapTLS   = `<incomingServer type="imap"><hostname>imap.test</hostname><port>143</port><socketType>STARTTLS</socketType><authentication>OAuth2</authentication></incomingServer>`
	imapSSL   = `<incomingServer type="imap"><hostname>imap.test</hostname><port>993</port><socketType>SSL</socketType></incomingServer>`
	pop       = `<incomingServer type="pop3"><hostname>pop.test</hostname><port>110</port><socketType>STARTTLS</socketType></incomingServer>`
	smtpTLS   = `<outgoingServer type="smtp"><hostname>smtp.test</hostname><port>587</port><socketType>STARTTLS</socketType><authentication>OAuth2</authentication></outgoingServer>`
	noPort    = `<outgoingServer type="smtp"><hostname>smtp.test</hostname></outgoingServer>`
	wholeHead = `<?xml version="1.0"?><clientConfig version="1.1"><emailProvider id="x">`
	wholeTail = `</emailProvider></clientConfig>`
)

func TestDiscover(t *testing.T) {
	t.Parallel()
	both := mss.Servers{
		IMAP: mss.Server{Host: "imap.test", Port: "143", Socket: "STARTTLS", Method: "OAuth2", Type: "imap"},
		SMTP: mss.Server{Host: "smtp.test", Port: "587", Socket: "STARTTLS", Method: "OAuth2", Type: "smtp"},
	}
	for name, c := range map[string]struct {
		status int
		page   string
		want   mss.Servers
		fails  string
	}{
		"right":         {200, wholeHead + imapTLS + smtpTLS + wholeTail, both, ""},
		"STARTTLS last": {200, wholeHead + pop + imapSSL + imapTLS + smtpTLS + wholeTail, both, ""},
		"no reading":    {200, wholeHead + pop + smtpTLS + wholeTail, mss.Servers{}, "no imap server"},
		"no submission": {200, wholeHead + imapTLS + noPort + wholeTail, mss.Servers{}, "no smtp server"},
		"another page":  {200, "<html></html>", mss.Servers{}, "clientConfig"},
		"no XML":        {200, "{}", mss.Servers{}, "automatic configuration"},
		"endless":       {200, strings.Repeat(" ", 2<<20) + wholeHead, mss.Servers{}, "automatic configuration"},
		"not there":     {404, "", mss.Servers{}, "HTTP 404"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			asked := ""
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				asked = r.URL.String()
				w.WriteHeader(c.status)
				_, _ = io.WriteString(w, c.page)
			}))
			defer s.Close()
			got, err := mss.Discover(t.Context(), s.Client(), s.URL+"/mail/config-v1.1.xml?emailaddress=other", bal)
			switch {
			case c.fails != "" && (err == nil || !strings.Contains(err.Error(), c.fails)):
				t.Fatalf("%v, want %q", err, c.fails)
			case c.fails == "" && err != nil:
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if want := "/mail/config-v1.1.xml?emailaddress=marie.martin%40medecin.segursim.test"; asked != want {
				t.Errorf("asked %s, want %s", asked, want)
			}
		})
	}
	for _, page := range []string{":", "http://127.0.0.1:0/x"} {
		if _, err := mss.Discover(t.Context(), http.DefaultClient, page, bal); err == nil {
			t.Errorf("%s: no error", page)
		}
	}
}
