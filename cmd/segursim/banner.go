package main

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"slices"
	"text/tabwriter"

	"github.com/segursim/segursim/internal/config"
	"github.com/segursim/segursim/mocks"
)

// banner says what is served where, and with which credentials.
func banner(w io.Writer, s *mocks.Server, c *config.Config) error {
	e := s.Endpoints()
	var b bytes.Buffer
	fmt.Fprintf(&b, "\nSEGURSIM %s  —  %s\n\n", buildVersion(), in(c.Lang,
		"SIMULATEUR : données fictives, aucun service réel, aucune valeur de conformité",
		"SIMULATEUR: made-up data, no real service, no conformity decision"))
	tw := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	row := func(name, value string) {
		if value != "" {
			fmt.Fprintf(tw, "  %s\t%s\n", name, value)
		}
	}
	row(in(c.Lang, "Console", "Console"), s.ControlURL())
	row(in(c.Lang, "Services (TLS)", "Services (TLS)"), s.URL())
	row(in(c.Lang, "Services (clair)", "Services (clear)"), "http://"+e.Listeners["http"])
	for _, l := range []struct{ name, plain, secure string }{{"SMTP", "smtp", "smtps"}, {"IMAP", "imap", "imaps"}} {
		row(l.name, e.Listeners[l.plain]+" (STARTTLS), "+e.Listeners[l.secure]+" (TLS)")
	}
	row("DNS", e.Listeners["dns"])
	row(in(c.Lang, "URL publique", "Public URL"), c.PublicURL)
	row(in(c.Lang, "Autorité de test", "Test authority"), authority(s, c))
	row(in(c.Lang, "Jeton de contrôle", "Control token"), s.Token())
	for _, name := range slices.Sorted(maps.Keys(e.Services)) {
		fmt.Fprintf(tw, "\n  %s\n", s.Title(name))
		for _, key := range slices.Sorted(maps.Keys(e.Services[name])) {
			if text, ok := e.Services[name][key].(string); ok {
				row("  "+key, text)
			}
		}
	}
	if err := tw.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(&b, "\n%s\n\n", in(c.Lang,
		"Prêt. Ctrl-C pour arrêter ; « segursim play psc-ciba » pour voir une connexion entière.",
		"Ready. Ctrl-C stops; “segursim play psc-ciba” shows a whole login."))
	_, err := b.WriteTo(w)
	return err
}

// authority is where the CA is: a file when it is kept, else an address.
func authority(s *mocks.Server, c *config.Config) string {
	if ca := s.Endpoints().CA; ca != "" && !c.Ephemeral {
		return ca
	}
	return s.ControlURL() + "/api/certs/ca.pem"
}
