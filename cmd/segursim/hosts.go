package main

import (
	"fmt"
	"net/netip"
)

// hostsCmd prints lines for the hosts file.
type hostsCmd struct {
	IP string `name:"ip" default:"127.0.0.1" placeholder:"ADDRESS" help:"Where the simulator listens (default 127.0.0.1)."`
	target
	language
}

// Run prints a line for each qualification name of each service.
func (cmd *hostsCmd) Run(t *terminal) error {
	ip, err := netip.ParseAddr(cmd.IP)
	if err != nil {
		return usage(fmt.Errorf("--ip: %q is no IP address", cmd.IP))
	}
	return cmd.with(t, func(c *client) error {
		var doc struct {
			Services []struct {
				Name  string
				Title text
				Hosts []string
			}
		}
		if err := c.get(t.ctx, "/api/services", &doc); err != nil {
			return err
		}
		lang := cmd.pick(t)
		fmt.Fprintf(t.stdout, "# SEGURSIM – %s\n", in(lang, "SIMULATEUR, noms de qualification", "SIMULATEUR, qualification names"))
		for _, s := range doc.Services {
			if len(s.Hosts) == 0 {
				continue
			}
			fmt.Fprintf(t.stdout, "# %s\n", in(lang, s.Title.FR, s.Title.EN))
			for _, h := range s.Hosts {
				fmt.Fprintf(t.stdout, "%s\t%s\n", ip, h)
			}
		}
		return nil
	})
}
