package mss

import (
	"context"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/url"
)

// A Server is where one mail protocol is spoken.
type Server struct {
	Host   string `xml:"hostname"`
	Port   string `xml:"port"`
	Socket string `xml:"socketType"` // "STARTTLS"
	Method string `xml:"authentication"`
	Type   string `xml:"type,attr"` // "imap", "smtp"
}

// Servers are those of a BAL.
type Servers struct{ SMTP, IMAP Server }

// maxConfig bounds an automatic configuration, in bytes.
const maxConfig = 1 << 20

// Discover reads the automatic configuration of a BAL's domain (MSS/CONF.04): page is
// the address of config-v1.1.xml. Of several servers it takes the first with STARTTLS.
func Discover(ctx context.Context, hc *http.Client, page, bal string) (Servers, error) {
	u, err := url.Parse(page)
	if err != nil {
		return Servers{}, fmt.Errorf("mss: automatic configuration: %w", err)
	}
	u.RawQuery = url.Values{"emailaddress": {bal}}.Encode()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), http.NoBody)
	if err != nil {
		return Servers{}, fmt.Errorf("mss: automatic configuration: %w", err)
	}
	resp, err := hc.Do(req)
	if err != nil {
		return Servers{}, fmt.Errorf("mss: automatic configuration: %w", err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(io.LimitReader(resp.Body, maxConfig))
	switch {
	case err != nil:
		return Servers{}, fmt.Errorf("mss: automatic configuration: %w", err)
	case resp.StatusCode != http.StatusOK:
		return Servers{}, fmt.Errorf("mss: automatic configuration: HTTP %d", resp.StatusCode)
	}
	return parseConfig(b)
}

// parseConfig reads the document, in the format of Thunderbird 1.1.
func parseConfig(b []byte) (Servers, error) {
	var doc struct {
		XMLName  xml.Name `xml:"clientConfig"`
		Provider struct {
			Incoming []Server `xml:"incomingServer"`
			Outgoing []Server `xml:"outgoingServer"`
		} `xml:"emailProvider"`
	}
	if err := xml.Unmarshal(b, &doc); err != nil {
		return Servers{}, fmt.Errorf("mss: automatic configuration: %w", err)
	}
	var s Servers
	for _, in := range []struct {
		list []Server
		kind string
		to   *Server
	}{{doc.Provider.Incoming, "imap", &s.IMAP}, {doc.Provider.Outgoing, "smtp", &s.SMTP}} {
		for _, one := range in.list {
			if one.Type == in.kind && one.Host != "" && one.Port != "" && (in.to.Host == "" || in.to.Socket != "STARTTLS" && one.Socket == "STARTTLS") {
				*in.to = one
			}
		}
		if in.to.Host == "" {
			return Servers{}, fmt.Errorf("mss: automatic configuration: no %s server", in.kind)
		}
	}
	return s, nil
}
