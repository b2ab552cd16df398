package mssante

import (
	"context"
	"errors"
	"net"
	"sync"
	"time"

	"github.com/miekg/dns"

	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/internal/sim"
)

// Bounds of the name server.
const (
	maxDNSInFlight = 256 // questions being answered, each way
	maxDNSConns    = 128 // connections over TCP
	dnsIdle        = 8 * time.Second
	dnsUDPSize     = 4096 // bytes of a datagram that is read
)

// serveDNS answers over TCP.
func (s *Service) serveDNS(ctx context.Context, l net.Listener) error {
	return s.answerDNS(ctx, "tcp", &dns.Server{Listener: &limited{Listener: l, free: make(chan struct{}, maxDNSConns)}})
}

// serveDNSPackets answers over UDP.
func (s *Service) serveDNSPackets(ctx context.Context, c net.PacketConn) error {
	return s.answerDNS(ctx, "udp", &dns.Server{PacketConn: c})
}

// answerDNS runs one server until ctx ends or its listener closes, and returns once
// nothing of it runs.
func (s *Service) answerDNS(ctx context.Context, over string, srv *dns.Server) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	h := &nameServer{s: s, ctx: ctx, over: over, busy: make(chan struct{}, maxDNSInFlight)}
	started, finished := make(chan struct{}), make(chan struct{})
	srv.Handler, srv.MsgAcceptFunc, srv.MsgInvalidFunc = h, acceptDNS, h.invalid
	srv.UDPSize, srv.IdleTimeout = dnsUDPSize, func() time.Duration { return dnsIdle }
	srv.NotifyStartedFunc = func() { close(started) }
	srv.DecorateReader = func(r dns.Reader) dns.Reader { return &closing{r, cancel} }
	if l, ok := srv.Listener.(*limited); ok {
		l.ended = cancel
	}
	var ending sync.WaitGroup
	ending.Go(func() {
		<-ctx.Done()
		select { // a server that has not started yet cannot be shut down
		case <-started:
			_ = srv.Shutdown()
		case <-finished:
		}
	})
	err := srv.ActivateAndServe()
	close(finished)
	cancel()
	ending.Wait()
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}

// closing tells when the socket under a server over UDP was closed.
type closing struct {
	dns.Reader
	ended func()
}

// ReadUDP reads one datagram.
func (c *closing) ReadUDP(conn *net.UDPConn, timeout time.Duration) ([]byte, *dns.SessionUDP, error) {
	m, from, err := c.Reader.ReadUDP(conn, timeout)
	if errors.Is(err, net.ErrClosed) {
		c.ended()
	}
	return m, from, err
}

// limited is a listener of which only so many connections are open at once: one
// more is closed. It tells its own end.
type limited struct {
	net.Listener
	free  chan struct{}
	ended func()
}

// Accept waits for a connection.
func (l *limited) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err != nil {
			if errors.Is(err, net.ErrClosed) {
				l.ended()
			}
			return nil, err
		}
		select {
		case l.free <- struct{}{}:
			return &counted{Conn: c, free: l.free}, nil
		default:
			_ = c.Close()
		}
	}
}

type counted struct {
	net.Conn
	free chan struct{}
	once sync.Once
}

// Close closes the connection and makes place for another.
func (c *counted) Close() error {
	c.once.Do(func() { <-c.free })
	return c.Conn.Close()
}

// acceptDNS lets every question through to the handler, which says in the journal
// why it refuses one; an answer is never answered.
func acceptDNS(h dns.Header) dns.MsgAcceptAction {
	const response = 1 << 15
	if h.Bits&response != 0 {
		return dns.MsgIgnore
	}
	if h.Qdcount > 4 || h.Ancount > 4 || h.Nscount > 4 || h.Arcount > 8 {
		return dns.MsgReject
	}
	return dns.MsgAccept
}

// nameServer answers questions. ctx ends with the listener.
type nameServer struct {
	s    *Service
	ctx  context.Context
	over string // "udp", "tcp"
	busy chan struct{}
}

// invalid journals what is no message of DNS; the library answers FORMERR where it
// can.
func (h *nameServer) invalid(raw []byte, err error) {
	s := h.s
	kept := min(int64(len(raw)), s.world.Journal.MaxBody())
	s.world.Journal.Append(&journal.Entry{
		Time: s.now(), Transport: "dns", Service: "mssante", Op: opDNS, Provenance: string(s.ops[opDNS].Provenance),
		Outcome: journal.Refused, Status: dns.RcodeFormatError, Summary: "DNS : message illisible",
		Facts:   map[string]any{"dns": map[string]any{"over": h.over, "rcode": "FORMERR"}},
		Request: journal.Message{Body: append([]byte{}, raw[:kept]...), Size: int64(len(raw))},
		Causes: []journal.Cause{discoveryCause("dns.malformed", "Ces octets ne sont pas un message DNS : "+err.Error()+".",
			"These bytes are no DNS message: "+err.Error()+".", "RFC 1035 §4.1")},
	})
}

// ServeDNS answers one question: decode, decide, act, encode.
func (h *nameServer) ServeDNS(w dns.ResponseWriter, q *dns.Msg) {
	select {
	case h.busy <- struct{}{}:
		defer func() { <-h.busy }()
	default:
		return // a resolver asks again
	}
	s := h.s
	began := s.world.Clock.Wall()
	x := &sim.Exchange{Entry: journal.Entry{Time: s.now(), Transport: "dns", Outcome: journal.OK, Peer: journal.Peer{Addr: w.RemoteAddr().String()}}}
	x.Begin("mssante", s.ops[opDNS])
	x.Entry.Request = dnsMessage(q)
	facts := map[string]any{"over": h.over}
	x.Fact("dns", facts)
	ctx := sim.WithExchange(h.ctx, x)

	refusal := decodeDNS(q, facts)
	if refusal == nil {
		_, refusal = s.world.Decide(ctx, x)
	}
	m := new(dns.Msg)
	m.SetReply(q)
	m.RecursionAvailable = false
	if refusal == nil {
		refusal = s.resolve(ctx, m, q.Question[0], localIP(w), facts)
	}
	if refusal != nil {
		x.Refuse(refusal)
		if refusal.Err != nil {
			s.world.Log.WarnContext(ctx, "mssante", "op", opDNS, "error", refusal.Err)
		}
		m.Rcode = rcodeOf(refusal)
		if m.Rcode != dns.RcodeNameError {
			m.Answer, m.Ns, m.Extra, m.Authoritative = nil, nil, nil, false
		}
	}
	x.Entry.Status = m.Rcode
	facts["rcode"], facts["answers"] = dns.RcodeToString[m.Rcode], int64(len(m.Answer))
	x.Entry.Summary = summaryDNS(facts)
	h.send(w, q, m, x)
	x.Entry.Duration = s.world.Clock.Wall().Sub(began)
	s.world.Journal.Append(&x.Entry)
}

// send writes the answer, spoilt as a fault wants it.
func (h *nameServer) send(w dns.ResponseWriter, q, m *dns.Msg, x *sim.Exchange) {
	size := dns.MaxMsgSize
	if h.over == "udp" {
		size = dns.MinMsgSize
	}
	if opt := q.IsEdns0(); opt != nil { // RFC 6891 §7
		if h.over == "udp" {
			size = min(max(int(opt.UDPSize()), dns.MinMsgSize), dnsUDPSize)
		}
		m.SetEdns0(dnsUDPSize, false)
	}
	m.Truncate(size)
	x.Entry.Response = dnsMessage(m)
	if x.Wire.Kind != sim.NoWireFault {
		x.Entry.Outcome = journal.Faulted
	}
	var err error
	switch x.Wire.Kind {
	case sim.Drop, sim.ResetConn:
		err = w.Close() // of a connection; over UDP, silence
		if h.over == "udp" {
			err = nil
		}
	case sim.Truncate:
		m.Answer, m.Ns, m.Truncated = nil, nil, true
		err = w.WriteMsg(m)
	case sim.Garble:
		var raw []byte
		if raw, err = m.Pack(); err == nil {
			for i := 12; i < len(raw); i += 3 {
				raw[i] ^= 0x5a
			}
			_, err = w.Write(raw)
		}
	default:
		err = w.WriteMsg(m)
	}
	if err != nil && h.ctx.Err() == nil {
		h.s.world.Log.WarnContext(h.ctx, "mssante: dns answer", "error", err)
	}
}
