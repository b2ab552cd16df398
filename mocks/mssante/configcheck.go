package mssante

import (
	"fmt"
	"maps"
	"net/netip"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/segursim/segursim/internal/sim"
	"github.com/segursim/segursim/mocks/mssante/auth"
	"github.com/segursim/segursim/mocks/mssante/bal"
	"github.com/segursim/segursim/mocks/mssante/mailbox"
)

// setDefaults fills what the user left out and refuses what means nothing.
func (c *Config) setDefaults() error {
	if err := c.Post.setDefaults(); err != nil {
		return err
	}
	for _, o := range []struct {
		name    string
		value   *string
		allowed []string // the default first
	}{
		{"refusal.smtp", &c.Refusal.SMTP, []string{"drop", "clean"}},
		{"refusal.imap", &c.Refusal.IMAP, []string{"clean", "drop"}},
		{"certificate", &c.Certificate, []string{"cn", "structure", "any"}},
		{"token_life", &c.TokenLife, []string{"session", "token"}},
		{"ports", &c.Ports, []string{"bound", "standard"}},
		{"autoconfig.tls", &c.Autoconfig.TLS, []string{"starttls", "both"}},
	} {
		if *o.value == "" {
			*o.value = o.allowed[0]
		}
		if !slices.Contains(o.allowed, *o.value) {
			return fmt.Errorf("mssante: %s: %q is none of %v", o.name, *o.value, o.allowed)
		}
	}
	if c.SessionCheck == 0 {
		c.SessionCheck = Duration(10 * time.Second)
	}
	for _, f := range []func() error{c.setMechanisms, c.setStorage, c.setInactivity, c.setDiscovery, c.DNS.setDefaults} {
		if err := f(); err != nil {
			return err
		}
	}
	return nil
}

func (c *Config) setMechanisms() error {
	known := []string{auth.XOAUTH2, auth.Plain, auth.OAuthBearer, auth.External}
	if c.Mechanisms == nil {
		c.Mechanisms = []string{auth.XOAUTH2, auth.Plain}
	}
	if len(c.Mechanisms) == 0 {
		return fmt.Errorf("mssante: mechanisms: none: nobody could log in")
	}
	for i, m := range c.Mechanisms {
		c.Mechanisms[i] = strings.ToUpper(m)
		if !slices.Contains(known, c.Mechanisms[i]) {
			return fmt.Errorf("mssante: mechanisms: %q is none of %v", m, known)
		}
		if slices.Contains(c.Mechanisms[:i], c.Mechanisms[i]) {
			return fmt.Errorf("mssante: mechanisms: %q is there twice", m)
		}
	}
	return nil
}

// Bounds of the settings, in bytes.
const (
	maxQuota   = 1 << 40
	maxFolders = 50
)

func (c *Config) setStorage() error {
	for _, n := range []struct {
		name  string
		value *int64
		def   int64
	}{{"storage.quota", &c.Storage.Quota, 1 << 30}, {"storage.total", &c.Storage.Total, 2 << 30}} {
		if *n.value == 0 {
			*n.value = n.def
		}
		if *n.value < 0 || *n.value > maxQuota {
			return fmt.Errorf("mssante: %s: %d is not between 1 and %d bytes", n.name, *n.value, maxQuota)
		}
	}
	if c.Storage.Folders == nil {
		c.Storage.Folders = map[string]string{
			"Sent": `\Sent`, "Drafts": `\Drafts`, "Trash": `\Trash`, "Junk": `\Junk`, "Archive": `\Archive`,
		}
	}
	if len(c.Storage.Folders) > maxFolders {
		return fmt.Errorf("mssante: storage.folders: %d, at most %d", len(c.Storage.Folders), maxFolders)
	}
	uses := []string{"", `\Sent`, `\Drafts`, `\Trash`, `\Junk`, `\Archive`, `\All`, `\Flagged`}
	for _, name := range slices.Sorted(maps.Keys(c.Storage.Folders)) {
		if use := c.Storage.Folders[name]; !slices.Contains(uses, use) {
			return fmt.Errorf("mssante: storage.folders.%s: %q is none of %v", name, use, uses)
		}
		if name == "" || strings.EqualFold(name, mailbox.Inbox) || strings.ContainsAny(name, "*%\\\"\r\n\x00") {
			return fmt.Errorf("mssante: storage.folders: %q cannot be a folder", name)
		}
	}
	return nil
}

func (c *Config) setInactivity() error {
	i := &c.Inactivity
	if i.Days == 0 {
		i.Days = 45
	}
	if i.NoticeDays == 0 {
		i.NoticeDays = min(7, max(i.Days-1, -1))
		if i.NoticeDays == 0 {
			i.NoticeDays = -1
		}
	}
	if i.Days < -1 || i.Days > 3650 {
		return fmt.Errorf("mssante: inactivity.days: %d is neither -1 nor between 1 and 3650", i.Days)
	}
	if i.NoticeDays < -1 || i.Days > 0 && i.NoticeDays >= i.Days {
		return fmt.Errorf("mssante: inactivity.notice_days: %d is not below inactivity.days, %d", i.NoticeDays, i.Days)
	}
	return nil
}

// maxListFile bounds the user's liste blanche, in bytes: the real one has some 4 MB.
const maxListFile = 64 << 20

func (c *Config) setDiscovery() error {
	if c.Whitelist.ChecksumPath == "" {
		c.Whitelist.ChecksumPath = "/checksum"
	}
	if p := c.Whitelist.ChecksumPath; p[0] != '/' || len(p) < 2 || strings.ContainsAny(p, ":*?#% ") {
		return fmt.Errorf("mssante: whitelist.checksum_path: %q is no path", p)
	}
	if c.Autoconfig.Host == "" {
		c.Autoconfig.Host = followHost
	}
	if c.Autoconfig.Host != followHost && c.Autoconfig.Host != "localhost" && !validDomain(c.Autoconfig.Host) {
		if _, err := netip.ParseAddr(c.Autoconfig.Host); err != nil {
			return fmt.Errorf("mssante: autoconfig.host: %q is neither %s nor a name or address", c.Autoconfig.Host, followHost)
		}
	}
	return nil
}

// listFile reads the user's liste blanche, if there is one.
func (c *Config) listFile() ([]byte, bal.Whitelist, error) {
	if c.Whitelist.File == "" {
		return nil, bal.Whitelist{}, nil
	}
	info, err := os.Stat(c.Whitelist.File)
	if err == nil && info.Size() > maxListFile {
		err = fmt.Errorf("%d bytes, at most %d", info.Size(), maxListFile)
	}
	if err != nil {
		return nil, bal.Whitelist{}, fmt.Errorf("mssante: whitelist.file: %w", err)
	}
	b, err := os.ReadFile(c.Whitelist.File)
	if err != nil {
		return nil, bal.Whitelist{}, fmt.Errorf("mssante: whitelist.file: %w", err)
	}
	w, err := bal.ReadWhitelist(b)
	if err != nil {
		return nil, bal.Whitelist{}, fmt.Errorf("mssante: whitelist.file: %s: %w", c.Whitelist.File, err)
	}
	return b, w, nil
}

func (d *DNSConfig) setDefaults() error {
	if d.TTL == 0 {
		d.TTL = 60
	}
	if d.TTL > 1<<31-1 { // RFC 2181 §8
		return fmt.Errorf("mssante: dns.ttl: %d is above %d", d.TTL, 1<<31-1)
	}
	for _, a := range d.Address {
		ip, err := netip.ParseAddr(a)
		if err != nil {
			return fmt.Errorf("mssante: dns.address: %w", err)
		}
		d.addresses = append(d.addresses, ip.Unmap())
	}
	if d.SRV == nil {
		d.SRV = map[string]string{"_submission._tcp": smtpListener, "_submissions._tcp": smtpsListener, "_imap._tcp": imapListener, "_imaps._tcp": imapsListener}
	}
	for _, label := range slices.Sorted(maps.Keys(d.SRV)) {
		service, proto, _ := strings.Cut(label, ".")
		if len(service) < 2 || service[0] != '_' || proto != "_tcp" || len(service) > 63 || strings.ToLower(label) != label {
			return fmt.Errorf("mssante: dns.srv: %q is not of the form _service._tcp", label)
		}
		if !slices.Contains([]string{smtpListener, smtpsListener, imapListener, imapsListener}, d.SRV[label]) {
			return fmt.Errorf("mssante: dns.srv.%s: %q is none of smtp, smtps, imap, imaps", label, d.SRV[label])
		}
	}
	return nil
}

// mailboxes are the settings of the store of messages.
func (c *Config) mailboxes(w *sim.World) mailbox.Options {
	opt := mailbox.Options{Quota: c.Storage.Quota, Storage: c.Storage.Total, Now: w.Clock.Now}
	for _, name := range slices.Sorted(maps.Keys(c.Storage.Folders)) {
		opt.Folders = append(opt.Folders, [2]string{name, c.Storage.Folders[name]})
	}
	return opt
}
