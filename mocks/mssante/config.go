package mssante

import (
	"net/netip"

	"github.com/segursim/segursim/mocks/mssante/bal"
)

// Config is the user's `mssante:` section. The zero value of each field means its
// documented default.
type Config struct {
	// Post rules where messages go.
	Post PostConfig `yaml:",inline"`

	// Mechanisms are the SASL mechanisms, the preferred first: XOAUTH2 and PLAIN by
	// default (REM MSS/CONF.07, MSS/CONF.12). OAUTHBEARER and EXTERNAL may be added:
	// no source says whether an operator has them. PLAIN and EXTERNAL are offered to
	// a connection that shows a client certificate only.
	Mechanisms []string `yaml:"mechanisms"`
	// Refusal is how a token is refused: drop (the connection is dropped after the
	// challenge, as seen on the training platform over SMTP) or clean.
	Refusal Refusals `yaml:"refusal"`
	// Token is what is checked in a token beside signature, time and session.
	Token TokenChecks `yaml:"token"`
	// Certificate is how a BAL applicative is bound to a certificate: cn (default:
	// the common name is one of the BAL's certificats), structure (the OU is the
	// BAL's structure) or any (every valid ORG AUTH_CLI). The real rule is unknown.
	Certificate string `yaml:"certificate"`
	// SessionCheck is how often open mail sessions are held against their Pro Santé
	// Connect session, in simulated time: 10s. A session that somebody ends is
	// noticed at once; one that expires by itself, at the next check.
	SessionCheck Duration `yaml:"session_check"`
	// TokenLife: session (default: a mail session lives as long as the Pro Santé
	// Connect session can be refreshed, REM MSS/CONF.10) or token (it ends when the
	// token it was opened with expires).
	TokenLife string `yaml:"token_life"`

	Inactivity Inactivity `yaml:"inactivity"`
	Storage    Storage    `yaml:"storage"`

	// Domain is the default domain, where nothing else says one: the first of the
	// domains.
	Domain string `yaml:"domain"`
	// Operators, Domains and BALs are added to the embedded ones, or replace the one
	// of the same id, name or address.
	Operators []bal.Operator `yaml:"operators"`
	Domains   []bal.Domain   `yaml:"domains"`
	BALs      []bal.Declared `yaml:"bals"`
	// NoDefaultBALs leaves out the embedded BAL and those of the registre.
	NoDefaultBALs bool `yaml:"no_default_bals"`

	Whitelist  WhitelistConfig  `yaml:"whitelist"`
	Autoconfig AutoconfigConfig `yaml:"autoconfig"`
	// Ports are those that autoconfiguration and DNS announce: bound (default: where
	// this simulator listens) or standard (587, 465, 143, 993), for a simulator
	// behind a mapping of ports.
	Ports string    `yaml:"ports"`
	DNS   DNSConfig `yaml:"dns"`
}

// Refusals are how a token is refused, by protocol: drop or clean.
type Refusals struct {
	SMTP string `yaml:"smtp"` // drop
	IMAP string `yaml:"imap"` // clean
}

// TokenChecks are further checks of a token. An empty list checks nothing: what a
// real operator checks is unknown.
type TokenChecks struct {
	Audience []string `yaml:"audience"` // one of these is in aud
	Scopes   []string `yaml:"scopes"`   // all of these are in scope
	Clients  []string `yaml:"clients"`  // azp is one of these
	ACR      []string `yaml:"acr"`      // acr is one of these
}

// Inactivity makes a BAL that nobody uses inaccessible (45 days: texts of the
// Ségur programme; that opening or sending is use, and who is told, is inferred).
type Inactivity struct {
	// Days is after how many days without use: 45; -1 for never.
	Days int `yaml:"days"`
	// NoticeDays is how many days before a notice is due: 7; -1 for none. It is an
	// event of the journal.
	NoticeDays int `yaml:"notice_days"`
	// Mail also puts the notice into the BAL (default: false; the real one goes to an
	// ordinary address).
	Mail bool `yaml:"mail"`
}

// Storage bounds mailboxes.
type Storage struct {
	// Quota is that of a BAL that has none of its own, in bytes: 1 GiB.
	Quota int64 `yaml:"quota"`
	// Total is the limit of all contents together, in bytes: 2 GiB.
	Total int64 `yaml:"total"`
	// Folders are those of a new BAL beside INBOX: name to special use (RFC 6154):
	// {Sent: "\\Sent", Drafts: "\\Drafts", Trash: "\\Trash", Junk: "\\Junk",
	// Archive: "\\Archive"}. The names of a real operator are unknown.
	Folders map[string]string `yaml:"folders"`
}

// WhitelistConfig rules the liste blanche.
type WhitelistConfig struct {
	// File is a list to serve as it is, instead of the synthetic one. Its domains are
	// then of the espace de confiance, beside those simulated here.
	File string `yaml:"file"`
	// ChecksumPath is where its checksum is: /checksum. A file of that name stands
	// beside the published mirror; its place on the real server is unknown.
	ChecksumPath string `yaml:"checksum_path"`
}

// AutoconfigConfig rules what autoconfiguration says.
type AutoconfigConfig struct {
	// Host is the mail servers' name: follow (default: that of the request, or
	// smtp.<domain> and imap.<domain> when it is a name of the domain), or a name.
	Host string `yaml:"host"`
	// TLS: starttls (default: what ECO.1.0.1 and ECO.1.0.2 ask for) or both, which
	// adds the ports of implicit TLS.
	TLS string `yaml:"tls"`
}

// DNSConfig rules the name server.
type DNSConfig struct {
	// Address are the IP addresses of the simulated hosts; by default the one that
	// the query came to.
	Address []string `yaml:"address"`
	// TTL is in seconds: 60.
	TTL uint32 `yaml:"ttl"`
	// SRV maps labels to listeners: _submission._tcp to smtp, _submissions._tcp to
	// smtps, _imap._tcp to imap, _imaps._tcp to imaps (RFC 6186 §3, RFC 8314 §5.1;
	// which labels ECO.1.1.9 means is inferred).
	SRV map[string]string `yaml:"srv"`

	addresses []netip.Addr
}
