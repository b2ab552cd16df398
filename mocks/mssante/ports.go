package mssante

import (
	"context"
	"net"
	"strconv"
	"sync"
	"time"
)

// The listeners' names.
const (
	smtpListener  = "smtp"
	smtpsListener = "smtps"
	imapListener  = "imap"
	imapsListener = "imaps"
)

// ports knows where the mail servers listen, for those who announce it.
type ports struct {
	standard bool

	mu    sync.Mutex
	bound map[string]*place
}

// place is where a listener is; known is closed once it is there.
type place struct {
	known chan struct{}
	port  uint16
}

func newPorts(standard bool) *ports {
	p := &ports{standard: standard, bound: map[string]*place{}}
	for _, name := range []string{smtpListener, smtpsListener, imapListener, imapsListener} {
		p.bound[name] = &place{known: make(chan struct{})}
	}
	return p
}

// serving is serve, which tells where it listens first.
func (p *ports) serving(name string, serve func(context.Context, net.Listener) error) func(context.Context, net.Listener) error {
	return func(ctx context.Context, l net.Listener) error {
		if _, port, err := net.SplitHostPort(l.Addr().String()); err == nil {
			if n, err := strconv.ParseUint(port, 10, 16); err == nil {
				p.mu.Lock()
				here := &place{known: make(chan struct{}), port: uint16(n)}
				close(here.known)
				if old := p.bound[name]; old != nil {
					select {
					case <-old.known:
					default:
						old.port = here.port
						close(old.known)
					}
				}
				p.bound[name] = here
				p.mu.Unlock()
			}
		}
		return serve(ctx, l)
	}
}

// startGrace is how long an announcement waits for a listener of a simulator that
// has just started, in real time.
const startGrace = 2 * time.Second

// of is the port to announce for a listener; false when it does not listen.
func (p *ports) of(ctx context.Context, name string) (uint16, bool) {
	if p.standard {
		return map[string]uint16{smtpListener: 587, smtpsListener: 465, imapListener: 143, imapsListener: 993}[name], true
	}
	p.mu.Lock()
	there := p.bound[name]
	p.mu.Unlock()
	if there == nil {
		return 0, false
	}
	ctx, cancel := context.WithTimeout(ctx, startGrace)
	defer cancel()
	select {
	case <-there.known:
		return there.port, true
	case <-ctx.Done():
		return 0, false
	}
}
