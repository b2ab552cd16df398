package mssante

import (
	"context"
	"fmt"
	"maps"
	"net"
	"net/netip"
	"slices"
	"strings"

	"github.com/miekg/dns"

	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/internal/sim"
	"github.com/segursim/segursim/internal/store"
	"github.com/segursim/segursim/mocks/mssante/bal"
)

// A zone is a simulated domain. Its names:
//
//	<domain>                     A, AAAA, MX, SOA, NS
//	_submission._tcp and others  SRV (RFC 6186, RFC 8314)
//	smtp, imap, autoconfig, ns   A, AAAA
//
// Every other name does not exist; no TXT is kept. The domain of Mon espace santé
// and others of the real messaging are no zones.
type zone struct {
	name   string // without the final dot
	ttl    uint32
	srv    map[string]string
	ips    []netip.Addr
	port   func(listener string) (uint16, bool)
	serial uint32 // of the SOA
}

// resolve answers a question in m.
func (s *Service) resolve(ctx context.Context, m *dns.Msg, q dns.Question, local netip.Addr, facts map[string]any) *sim.Error {
	name := strings.ToLower(strings.TrimSuffix(q.Name, "."))
	domain := s.zoneOf(name)
	if domain == "" {
		return dnsRefusal(dns.RcodeRefused, sim.Forbidden, "dns.zone", "« "+excerpt(name)+" » n'est pas sous un domaine simulé : ce serveur n'en sait rien.",
			"“"+excerpt(name)+"” is not under a simulated domain: this server knows nothing of it.", "RFC 1035 §4.1.1")
	}
	facts["domain"] = domain
	z := zone{
		name: domain, ttl: s.config.DNS.TTL, srv: s.config.DNS.SRV, ips: s.config.DNS.addresses,
		port:   func(listener string) (uint16, bool) { return s.ports.of(ctx, listener) },
		serial: uint32(s.now().Unix()), //nolint:gosec // serial numbers wrap (RFC 1982)
	}
	if len(z.ips) == 0 && local.IsValid() {
		z.ips = []netip.Addr{local}
	}
	m.Authoritative = true
	exists := z.answer(m, q, strings.TrimSuffix(strings.TrimSuffix(name, domain), "."))
	if len(m.Answer) == 0 {
		m.Ns = append(m.Ns, z.soa()) // RFC 2308 §3
	}
	if !exists {
		return dnsRefusal(dns.RcodeNameError, sim.NotFound, "dns.name", "« "+excerpt(name)+" » n'existe pas dans le domaine simulé "+domain+".",
			"“"+excerpt(name)+"” does not exist in the simulated domain "+domain+".", "RFC 1035 §4.1.1")
	}
	return nil
}

// zoneOf is the simulated domain that a name is in, the longest; empty for none.
func (s *Service) zoneOf(name string) string {
	found := ""
	_ = s.world.Store.View(func(tx *store.Txn) error {
		for rest := name; rest != ""; {
			if _, ok := bal.Domains.Get(tx, rest); ok && !bal.Production(rest) {
				found = rest
				return nil
			}
			_, rest, _ = strings.Cut(rest, ".")
		}
		return nil
	})
	return found
}

func (z *zone) header(name string, t uint16) dns.RR_Header {
	return dns.RR_Header{Name: name, Rrtype: t, Class: dns.ClassINET, Ttl: z.ttl}
}

func (z *zone) host(label string) string { return dns.Fqdn(label + "." + z.name) }

func (z *zone) soa() dns.RR {
	return &dns.SOA{
		Hdr: z.header(dns.Fqdn(z.name), dns.TypeSOA), Ns: z.host("ns"), Mbox: z.host("postmaster"),
		Serial: z.serial, Refresh: 3600, Retry: 600, Expire: 86400, Minttl: z.ttl,
	}
}

// answer adds the records of a label ("" for the domain itself) and tells whether
// the name exists. Records bear the name as it was asked.
func (z *zone) answer(m *dns.Msg, q dns.Question, label string) (exists bool) {
	want := func(t uint16) bool { return q.Qtype == t || q.Qtype == dns.TypeANY }
	switch {
	case label == "":
		if want(dns.TypeSOA) {
			m.Answer = append(m.Answer, z.soa())
		}
		if want(dns.TypeNS) {
			m.Answer = append(m.Answer, &dns.NS{Hdr: z.header(q.Name, dns.TypeNS), Ns: z.host("ns")})
			m.Extra = append(m.Extra, z.addresses(z.host("ns"), dns.TypeANY)...)
		}
		if want(dns.TypeMX) {
			m.Answer = append(m.Answer, &dns.MX{Hdr: z.header(q.Name, dns.TypeMX), Preference: 10, Mx: z.host("smtp")})
			m.Extra = append(m.Extra, z.addresses(z.host("smtp"), dns.TypeANY)...)
		}
		m.Answer = append(m.Answer, z.addresses(q.Name, q.Qtype)...)
		return true
	case slices.Contains([]string{"smtp", "imap", "autoconfig", "ns"}, label):
		m.Answer = append(m.Answer, z.addresses(q.Name, q.Qtype)...)
		return true
	case z.srv[label] != "":
		if want(dns.TypeSRV) {
			z.service(m, q.Name, z.srv[label])
		}
		return true
	}
	// Above a name that exists there is an empty one (RFC 8020 §2).
	for name := range maps.Keys(z.srv) {
		if strings.HasSuffix(name, "."+label) {
			return true
		}
	}
	return false
}

// service adds the SRV record of a listener; one that does not listen is not
// offered (RFC 6186 §3.4: the target ".").
func (z *zone) service(m *dns.Msg, name, listener string) {
	srv := &dns.SRV{Hdr: z.header(name, dns.TypeSRV), Target: "."}
	if port, ok := z.port(listener); ok {
		kind := strings.TrimSuffix(listener, "s")
		srv.Weight, srv.Port, srv.Target = 1, port, z.host(kind)
		m.Extra = append(m.Extra, z.addresses(srv.Target, dns.TypeANY)...)
	}
	m.Answer = append(m.Answer, srv)
}

// addresses are the A and AAAA records of a name.
func (z *zone) addresses(name string, t uint16) []dns.RR {
	var out []dns.RR
	for _, ip := range z.ips {
		switch {
		case ip.Is4() && (t == dns.TypeA || t == dns.TypeANY):
			out = append(out, &dns.A{Hdr: z.header(name, dns.TypeA), A: ip.AsSlice()})
		case ip.Is6() && (t == dns.TypeAAAA || t == dns.TypeANY):
			out = append(out, &dns.AAAA{Hdr: z.header(name, dns.TypeAAAA), AAAA: ip.AsSlice()})
		}
	}
	return out
}

// decodeDNS refuses what is no ordinary question.
func decodeDNS(q *dns.Msg, facts map[string]any) *sim.Error {
	if q.Opcode != dns.OpcodeQuery {
		return dnsRefusal(dns.RcodeNotImplemented, sim.BadRequest, "dns.opcode", "Seules les questions sont comprises, pas "+dns.OpcodeToString[q.Opcode]+".",
			"Only questions are understood, not "+dns.OpcodeToString[q.Opcode]+".", "RFC 1035 §4.1.1")
	}
	if len(q.Question) != 1 {
		return dnsRefusal(dns.RcodeFormatError, sim.BadRequest, "dns.questions", fmt.Sprintf("Un message porte une question, celui-ci %d.", len(q.Question)),
			fmt.Sprintf("A message has one question, this one %d.", len(q.Question)), "RFC 9619 §4")
	}
	one := q.Question[0]
	facts["name"], facts["type"] = strings.ToLower(one.Name), dns.Type(one.Qtype).String()
	if one.Qclass != dns.ClassINET {
		return dnsRefusal(dns.RcodeRefused, sim.Forbidden, "dns.class", "Classe "+dns.Class(one.Qclass).String()+" : seule IN est servie.",
			"Class "+dns.Class(one.Qclass).String()+": only IN is served.", "RFC 1035 §3.2.4")
	}
	if one.Qtype == dns.TypeAXFR || one.Qtype == dns.TypeIXFR {
		return dnsRefusal(dns.RcodeRefused, sim.Forbidden, "dns.transfer", "Le transfert de zone est refusé.", "Zone transfer is refused.", "RFC 5936 §5")
	}
	return nil
}

func dnsRefusal(rcode int, kind sim.Kind, rule, fr, en, ref string) *sim.Error {
	return &sim.Error{Kind: kind, Code: dns.RcodeToString[rcode], Text: dns.RcodeToString[rcode], Cause: discoveryCause(rule, fr, en, ref)}
}

// rcodeOf is the response code of a refusal, SERVFAIL for want of another.
func rcodeOf(e *sim.Error) int {
	if code, ok := dns.StringToRcode[e.Code]; ok && code < 16 && code != dns.RcodeSuccess {
		return code
	}
	return dns.RcodeServerFailure
}

// localIP is the address at which the client reached this server.
func localIP(w dns.ResponseWriter) netip.Addr {
	ip := addrOf(w.LocalAddr())
	if ip.IsValid() && !ip.IsUnspecified() {
		return ip
	}
	// Bound to every address: the one from which the client would be answered. No
	// packet is sent.
	var d net.Dialer
	c, err := d.Dial("udp", w.RemoteAddr().String())
	if err != nil {
		return netip.Addr{}
	}
	defer c.Close() //nolint:errcheck // nothing was written
	return addrOf(c.LocalAddr())
}

func addrOf(a net.Addr) netip.Addr {
	switch a := a.(type) {
	case *net.UDPAddr:
		return a.AddrPort().Addr().Unmap().WithZone("")
	case *net.TCPAddr:
		return a.AddrPort().Addr().Unmap().WithZone("")
	}
	return netip.Addr{}
}

// dnsMessage is a message for the journal: as text, and as bytes packed anew.
func dnsMessage(m *dns.Msg) journal.Message {
	raw, err := m.Pack()
	if err != nil {
		raw = nil
	}
	return journal.Message{Head: []byte(m.String()), Rebuilt: true, Body: raw, Size: int64(len(raw))}
}

func summaryDNS(facts map[string]any) string {
	name, _ := facts["name"].(string)
	kind, _ := facts["type"].(string)
	return fmt.Sprintf("DNS %s %s : %v, %v réponse(s)", kind, excerpt(name), facts["rcode"], facts["answers"])
}
