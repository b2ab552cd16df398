package mssante

import (
	"context"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/miekg/dns"
	"go.uber.org/goleak"

	"github.com/segursim/segursim/internal/app"
	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/internal/need"
)

// withDNS has the name server listen.
func withDNS(o *app.Options) { o.Listen = map[string]string{"dns": "127.0.0.1:0"} }

// query asks the name server; it fails the test when nothing answers.
func (b *bench) query(over, name string, qtype uint16) *dns.Msg {
	b.t.Helper()
	q := new(dns.Msg)
	q.SetQuestion(dns.Fqdn(name), qtype)
	m, err := b.exchange(over, q)
	if err != nil {
		b.t.Fatalf("%s over %s: %v", name, over, err)
	}
	return m
}

func (b *bench) exchange(over string, q *dns.Msg) (*dns.Msg, error) {
	c := &dns.Client{Net: over, Timeout: 2 * time.Second}
	m, _, err := c.ExchangeContext(b.t.Context(), q, b.dnsAddr())
	return m, err
}

func (b *bench) dnsAddr() string {
	return "127.0.0.1:" + b.port("dns")
}

// TestDNS: what each question gets, over UDP and TCP.
func TestDNS(t *testing.T) {
	t.Parallel()
	b := begin(t, "", withDNS)
	domain := "medecin.segursim.test"
	port := b.port
	tests := map[string]struct {
		name  string
		qtype uint16
		rcode int
		want  string // of the first answer, without name, TTL and class; empty: none
	}{
		"submission":            {name: "_submission._tcp." + domain, qtype: dns.TypeSRV, want: "SRV 0 1 " + port("smtp") + " smtp." + domain + "."},
		"submissions":           {name: "_submissions._tcp." + domain, qtype: dns.TypeSRV, want: "SRV 0 1 " + port("smtps") + " smtp." + domain + "."},
		"imap":                  {name: "_imap._tcp." + domain, qtype: dns.TypeSRV, want: "SRV 0 1 " + port("imap") + " imap." + domain + "."},
		"imaps":                 {name: "_imaps._tcp." + domain, qtype: dns.TypeSRV, want: "SRV 0 1 " + port("imaps") + " imap." + domain + "."},
		"capitals":              {name: "_IMAP._tcp.Medecin.SegurSim.TEST", qtype: dns.TypeSRV, want: "SRV 0 1 " + port("imap") + " imap." + domain + "."},
		"another operator":      {name: "_imap._tcp.hopital.segursim.test", qtype: dns.TypeSRV, want: "SRV 0 1 " + port("imap") + " imap.hopital.segursim.test."},
		"training platform":     {name: "_imap._tcp.medecin.formation.mssante.fr", qtype: dns.TypeSRV, want: "SRV 0 1 " + port("imap") + " imap.medecin.formation.mssante.fr."},
		"mail exchanger":        {name: domain, qtype: dns.TypeMX, want: "MX 10 smtp." + domain + "."},
		"address of a server":   {name: "imap." + domain, qtype: dns.TypeA, want: "A 127.0.0.1"},
		"address of autoconfig": {name: "autoconfig." + domain, qtype: dns.TypeA, want: "A 127.0.0.1"},
		"address of the domain": {name: domain, qtype: dns.TypeA, want: "A 127.0.0.1"},
		"name server":           {name: domain, qtype: dns.TypeNS, want: "NS ns." + domain + "."},
		"no IPv6 here":          {name: "imap." + domain, qtype: dns.TypeAAAA},
		"no text":               {name: domain, qtype: dns.TypeTXT},
		"no SRV of a host":      {name: "imap." + domain, qtype: dns.TypeSRV},
		"no address of a label": {name: "_imap._tcp." + domain, qtype: dns.TypeA},
		"above a label":         {name: "_tcp." + domain, qtype: dns.TypeSRV},
		"unknown name":          {name: "pop." + domain, qtype: dns.TypeA, rcode: dns.RcodeNameError},
		"unknown service":       {name: "_pop3._tcp." + domain, qtype: dns.TypeSRV, rcode: dns.RcodeNameError},
		"under a host":          {name: "x.imap." + domain, qtype: dns.TypeA, rcode: dns.RcodeNameError},
		"another domain":        {name: "example.org", qtype: dns.TypeA, rcode: dns.RcodeRefused},
		"root":                  {name: ".", qtype: dns.TypeNS, rcode: dns.RcodeRefused},
		"the real messaging":    {name: "_imap._tcp.patient.mssante.fr", qtype: dns.TypeSRV, rcode: dns.RcodeRefused},
		"zone transfer":         {name: domain, qtype: dns.TypeIXFR, rcode: dns.RcodeRefused},
		"almost a domain":       {name: "xmedecin.segursim.test", qtype: dns.TypeA, rcode: dns.RcodeRefused},
	}
	for name, tt := range tests {
		for _, over := range []string{"udp", "tcp"} {
			t.Run(name+" over "+over, func(t *testing.T) {
				m := b.query(over, tt.name, tt.qtype)
				if m.Rcode != tt.rcode {
					t.Fatalf("%s, want %s", dns.RcodeToString[m.Rcode], dns.RcodeToString[tt.rcode])
				}
				got := ""
				if len(m.Answer) > 0 {
					got = strings.Join(strings.Fields(m.Answer[0].String())[3:], " ")
					if owner := m.Answer[0].Header().Name; owner != dns.Fqdn(tt.name) {
						t.Errorf("the answer is of %q, not of the name as it was asked", owner)
					}
				}
				if got != tt.want {
					t.Errorf("answer %q, want %q", got, tt.want)
				}
				if authority := m.Authoritative; authority != (tt.rcode != dns.RcodeRefused) {
					t.Errorf("authoritative: %v", authority)
				}
				if soa := len(m.Ns) == 1; soa != (tt.want == "" && tt.rcode != dns.RcodeRefused) {
					t.Errorf("%d records of authority", len(m.Ns))
				}
			})
		}
	}
	e := b.entries(opDNS)
	last := e[len(e)-1]
	if last.Transport != "dns" || last.Fact("dns.name") == nil || last.Fact("dns.over") == nil || len(last.Request.Body) < 12 || len(last.Response.Body) < 12 {
		t.Errorf("the journal has %+v", last)
	}
	for _, one := range e {
		if refused := one.Outcome == journal.Refused; refused != (one.Status != dns.RcodeSuccess) || refused && len(one.Causes) == 0 {
			t.Errorf("%s: %s, status %d, %d causes", one.Summary, one.Outcome, one.Status, len(one.Causes))
		}
	}
}

// TestDNSOdd: other messages than ordinary questions.
func TestDNSOdd(t *testing.T) {
	t.Parallel()
	b := begin(t, "", withDNS)
	tests := map[string]struct {
		change func(*dns.Msg)
		rcode  int
	}{
		"chaos class": {func(q *dns.Msg) { q.Question[0].Qclass = dns.ClassCHAOS }, dns.RcodeRefused},
		"notify":      {func(q *dns.Msg) { q.Opcode = dns.OpcodeNotify }, dns.RcodeNotImplemented},
		"update":      {func(q *dns.Msg) { q.Opcode = dns.OpcodeUpdate }, dns.RcodeNotImplemented},
		"no question": {func(q *dns.Msg) { q.Question = nil }, dns.RcodeFormatError},
		"two":         {func(q *dns.Msg) { q.Question = append(q.Question, q.Question[0]) }, dns.RcodeFormatError},
		"twenty": {func(q *dns.Msg) {
			for range 19 {
				q.Question = append(q.Question, q.Question[0])
			}
		}, dns.RcodeFormatError},
		"with EDNS": {func(q *dns.Msg) { q.SetEdns0(1232, false) }, dns.RcodeSuccess},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			q := new(dns.Msg)
			q.SetQuestion("_imap._tcp.medecin.segursim.test.", dns.TypeSRV)
			tt.change(q)
			m, err := b.exchange("tcp", q)
			if err != nil || m.Rcode != tt.rcode {
				t.Fatalf("%v %v, want %s", m, err, dns.RcodeToString[tt.rcode])
			}
			if (q.IsEdns0() != nil) != (m.IsEdns0() != nil) {
				t.Error("EDNS is answered by EDNS, and only so")
			}
		})
	}
	// Bytes that are no message: nothing happens but a line in the journal.
	c, err := net.Dial("udp", b.dnsAddr())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_, _ = c.Write([]byte("hello"))
	_, _ = c.Write(append([]byte{0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0}, "\xc0\x0c\x00"...))
	malformed := 0
	for deadline := time.Now().Add(5 * time.Second); malformed < 2 && time.Now().Before(deadline); {
		b.query("udp", "medecin.segursim.test", dns.TypeA)
		malformed = 0
		for _, e := range b.entries(opDNS) {
			if len(e.Causes) > 0 && e.Causes[0].Rule == "mssante.dns.malformed" {
				malformed++
			}
		}
	}
	if malformed != 2 {
		t.Errorf("%d malformed messages in the journal, want 2", malformed)
	}
}

// TestDNSSettings: addresses, labels and ports that the settings say.
func TestDNSSettings(t *testing.T) {
	t.Parallel()
	b := begin(t, `{ports: standard, dns: {address: ["192.0.2.7", "2001:db8::7"], ttl: 5, srv: {_submission._tcp: smtps}}}`, withDNS)
	m := b.query("udp", "_submission._tcp.labo.segursim.test", dns.TypeSRV)
	if len(m.Answer) != 1 || !strings.HasSuffix(m.Answer[0].String(), "SRV\t0 1 465 smtp.labo.segursim.test.") || m.Answer[0].Header().Ttl != 5 {
		t.Errorf("answer %v", m.Answer)
	}
	if len(m.Extra) != 2 {
		t.Errorf("additional records %v, want both addresses", m.Extra)
	}
	if got := b.query("udp", "imap.labo.segursim.test", dns.TypeAAAA); len(got.Answer) != 1 || !strings.HasSuffix(got.Answer[0].String(), "2001:db8::7") {
		t.Errorf("answer %v", got.Answer)
	}
	if got := b.query("udp", "_imap._tcp.labo.segursim.test", dns.TypeSRV); got.Rcode != dns.RcodeNameError {
		t.Errorf("a label that was not set: %s", dns.RcodeToString[got.Rcode])
	}
	z := zone{name: "labo.segursim.test", srv: map[string]string{"_imaps._tcp": imapsListener}, ips: []netip.Addr{netip.MustParseAddr("192.0.2.7")}, port: func(string) (uint16, bool) { return 0, false }}
	off := new(dns.Msg)
	if !z.answer(off, dns.Question{Name: "_imaps._tcp.labo.segursim.test.", Qtype: dns.TypeSRV}, "_imaps._tcp") || len(off.Answer) != 1 || off.Answer[0].(*dns.SRV).Target != "." {
		t.Errorf("a listener that is off: %v, want the target “.”", off.Answer)
	}
}

// TestDNSFaults: errors, silence, delay and spoilt answers on demand.
func TestDNSFaults(t *testing.T) {
	t.Parallel()
	faults := filepath.Join(t.TempDir(), "faults.yaml")
	if err := os.WriteFile(faults, []byte(`faults:
  - {id: servfail, service: mssante, op: dns.query, where: 'dns.name startsWith "_imap."', effect: {error: {code: SERVFAIL}}}
  - {id: silent, service: mssante, op: dns.query, where: 'dns.name startsWith "imap."', effect: {drop: true}}
  - {id: cut, service: mssante, op: dns.query, where: 'dns.name startsWith "smtp." && dns.over == "udp"', effect: {truncate: {}}}
  - {id: slow, service: mssante, op: dns.query, where: 'dns.name startsWith "autoconfig."', effect: {delay: 5s}}
  - {id: garbled, service: mssante, op: dns.query, where: 'dns.name startsWith "ns."', effect: {garble: true}}
`), 0o600); err != nil {
		t.Fatal(err)
	}
	b := begin(t, "", withDNS, func(o *app.Options) { o.FaultsFile = faults })
	if m := b.query("udp", "_imap._tcp.medecin.segursim.test", dns.TypeSRV); m.Rcode != dns.RcodeServerFailure {
		t.Errorf("%s, want SERVFAIL", dns.RcodeToString[m.Rcode])
	}
	q := new(dns.Msg)
	q.SetQuestion("imap.medecin.segursim.test.", dns.TypeA)
	if m, err := b.exchange("tcp", q); err == nil {
		t.Errorf("an answer where none is wanted: %v", m)
	}
	udp := &dns.Client{Timeout: 100 * time.Millisecond}
	if m, _, err := udp.ExchangeContext(t.Context(), q, b.dnsAddr()); err == nil {
		t.Errorf("an answer where none is wanted: %v", m)
	}
	if m := b.query("udp", "smtp.medecin.segursim.test", dns.TypeA); !m.Truncated || len(m.Answer) != 0 {
		t.Errorf("not truncated: %v", m)
	}
	if m := b.query("tcp", "smtp.medecin.segursim.test", dns.TypeA); m.Truncated || len(m.Answer) != 1 {
		t.Errorf("over TCP: %v", m)
	}
	q.SetQuestion("ns.medecin.segursim.test.", dns.TypeA)
	if m, err := b.exchange("tcp", q); err == nil && len(m.Answer) == 1 && m.Question[0].Name == q.Question[0].Name {
		t.Errorf("not garbled: %v", m)
	}
	// The delay is of simulated time.
	q.SetQuestion("autoconfig.medecin.segursim.test.", dns.TypeA)
	var wg sync.WaitGroup
	wg.Go(func() {
		if m, err := b.exchange("tcp", q); err != nil || len(m.Answer) != 1 {
			t.Errorf("delayed: %v %v", m, err)
		}
	})
	clock := b.app.World().Clock
	before := clock.State().Timers
	for deadline := time.Now().Add(time.Second); clock.State().Timers == before && time.Now().Before(deadline); {
		time.Sleep(time.Millisecond)
	}
	b.advance(6 * time.Second)
	wg.Wait()
	faulted := 0
	for _, e := range b.entries(opDNS) {
		if e.Outcome == journal.Faulted {
			faulted++
		}
	}
	if faulted != 5 {
		t.Errorf("%d entries of faults, want 5", faulted)
	}
}

// TestDNSStops: nothing of the name server is left, whatever was under way, and
// whichever way it ends.
func TestDNSStops(t *testing.T) {
	for _, by := range []string{"context", "close", "context before it starts"} {
		t.Run(by, func(t *testing.T) {
			defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
			b := prepare(t, "")
			defer b.app.Stop(t.Context()) //nolint:errcheck // again at the end of the test
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			p, err := net.ListenPacket("udp", l.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			if by == "context before it starts" {
				cancel()
			}
			var done sync.WaitGroup
			done.Go(func() {
				if err := b.s.serveDNS(ctx, l); err != nil {
					t.Errorf("tcp: %v", err)
				}
			})
			done.Go(func() {
				if err := b.s.serveDNSPackets(ctx, p); err != nil {
					t.Errorf("udp: %v", err)
				}
			})
			if by != "context before it starts" {
				idle, err := net.Dial("tcp", l.Addr().String())
				if err != nil {
					t.Fatal(err)
				}
				defer idle.Close()
				c := &dns.Client{Net: "udp", Timeout: 2 * time.Second}
				q := new(dns.Msg)
				q.SetQuestion("medecin.segursim.test.", dns.TypeA)
				for _, over := range []string{"udp", "tcp"} {
					c.Net = over
					if _, _, err := c.Exchange(q, l.Addr().String()); err != nil {
						t.Fatal(err)
					}
				}
			}
			began := time.Now()
			if by == "close" {
				_ = l.Close()
				_ = p.Close()
			}
			cancelled := by == "context"
			if cancelled {
				cancel()
			}
			done.Wait()
			if d := time.Since(began); d > 3*time.Second {
				t.Errorf("it took %s to stop", d)
			}
		})
	}
}

// TestDig: an independent client.
func TestDig(t *testing.T) {
	t.Parallel()
	dig := need.Tool(t, "dig")
	b := begin(t, "", withDNS)
	for name, tt := range map[string]struct {
		args []string
		want string
	}{
		"SRV over UDP": {[]string{"SRV", "_submission._tcp.medecin.segursim.test"}, "0 1 " + b.port("smtp") + " smtp.medecin.segursim.test."},
		"SRV over TCP": {[]string{"+tcp", "SRV", "_imap._tcp.medecin.segursim.test"}, "0 1 " + b.port("imap") + " imap.medecin.segursim.test."},
		"MX":           {[]string{"MX", "labo.segursim.test"}, "10 smtp.labo.segursim.test."},
		"A":            {[]string{"A", "smtp.labo.segursim.test"}, "127.0.0.1"},
	} {
		t.Run(name, func(t *testing.T) {
			args := append([]string{"@127.0.0.1", "-p", b.port("dns"), "+short", "+tries=1", "+time=2", "+norec"}, tt.args...)
			out, err := exec.CommandContext(t.Context(), dig, args...).CombinedOutput()
			if err != nil || strings.TrimSpace(string(out)) != tt.want {
				t.Errorf("dig %v: %q (%v), want %q", tt.args, out, err, tt.want)
			}
		})
	}
}

// answers is a ResponseWriter that keeps what is written.
type answers struct {
	dns.ResponseWriter
	got *dns.Msg
}

func (*answers) LocalAddr() net.Addr { return &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 53} }

func (*answers) RemoteAddr() net.Addr        { return &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 5353} }
func (a *answers) WriteMsg(m *dns.Msg) error { a.got = m; return nil }
func (*answers) Write(p []byte) (int, error) { return len(p), nil }
func (*answers) Close() error                { return nil }

// FuzzDNS: every message that the library can read gets one answer that can be
// packed, within the size that the client takes.
func FuzzDNS(f *testing.F) {
	for _, name := range []string{"medecin.segursim.test.", "_imap._tcp.medecin.segursim.test.", "example.org.", ".", "\\000.segursim.test."} {
		q := new(dns.Msg)
		q.SetQuestion(name, dns.TypeSRV)
		raw, err := q.Pack()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	b := prepare(f, "")
	b.s.ports.standard = true
	h := &nameServer{s: b.s, ctx: context.Background(), over: "udp", busy: make(chan struct{}, 1)}
	f.Fuzz(func(t *testing.T, raw []byte) {
		q := new(dns.Msg)
		if q.Unpack(raw) != nil {
			return
		}
		w := &answers{}
		h.ServeDNS(w, q)
		if w.got == nil {
			t.Fatal("no answer")
		}
		packed, err := w.got.Pack()
		if err != nil || len(packed) > dnsUDPSize {
			t.Fatalf("%d bytes: %v", len(packed), err)
		}
	})
}

func BenchmarkDNS(b *testing.B) {
	bench := prepare(b, "ports: standard")
	h := &nameServer{s: bench.s, ctx: b.Context(), over: "udp", busy: make(chan struct{}, 1)}
	q := new(dns.Msg)
	q.SetQuestion("_imap._tcp.medecin.segursim.test.", dns.TypeSRV)
	for b.Loop() {
		w := &answers{}
		h.ServeDNS(w, q)
		if w.got == nil || len(w.got.Answer) != 1 {
			b.Fatal("no answer")
		}
	}
}
