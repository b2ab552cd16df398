package app

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/segursim/segursim/internal/console"
	"github.com/segursim/segursim/internal/edge"
	"github.com/segursim/segursim/internal/pki"
	"github.com/segursim/segursim/internal/sim"
)

// stopGrace is how long Stop waits for requests in flight when its context says
// nothing shorter, in real time.
const stopGrace = 5 * time.Second

// Start binds every listener and serves. When it returns without an error, the
// simulator is ready. ctx bounds the start alone.
func (a *App) Start(ctx context.Context) error {
	a.mu.Lock()
	if a.started {
		a.mu.Unlock()
		return errors.New("app: started before")
	}
	a.started = true
	a.mu.Unlock()
	if err := a.start(ctx); err != nil {
		return errors.Join(err, a.Stop(ctx))
	}
	a.ready.Store(true)
	return nil
}

func (a *App) start(ctx context.Context) error {
	listeners, err := a.bind(ctx)
	if err != nil {
		return err
	}
	if err := a.pki.SetBaseURL("http://" + dialable(listeners[HTTP].Addr())); err != nil {
		return err
	}
	if err := a.pki.Prepare(ctx, pki.Needs{Server: true, SigningKeys: a.signingKeys()}); err != nil {
		return err
	}
	ca, err := a.pki.CAFile()
	if err != nil {
		a.opt.Log.WarnContext(ctx, "the trust bundle is not on disk; GET /api/certs/ca.pem has it", "error", err)
	}
	a.setEndpoints(listeners, ca)
	if err := a.serveConsole(listeners[Control]); err != nil {
		return err
	}
	a.serveFrontDoor(listeners)
	if err := a.serveStreams(ctx, listeners); err != nil {
		return err
	}
	if !a.opt.Ephemeral && a.opt.PKIDir != "" {
		a.pki.Warm(context.WithoutCancel(ctx))
	}
	return a.writeEndpoints()
}

// signingKeys are the keys that services sign with from their first answer on.
func (a *App) signingKeys() []string {
	var out []string
	for _, s := range a.services {
		if k, ok := s.(sim.KeyService); ok {
			out = append(out, k.SigningKeys()...)
		}
	}
	return out
}

// bind opens every listener; its error names the option to change.
func (a *App) bind(ctx context.Context) (map[string]net.Listener, error) {
	want := defaults()
	for _, l := range a.streams() {
		want[l.Name] = l.Default
	}
	if a.opt.FreePorts {
		for name, addr := range want {
			if addr != "" {
				want[name] = "127.0.0.1:0"
			}
		}
	}
	for name, addr := range a.opt.Listen {
		if _, ok := want[name]; !ok {
			return nil, fmt.Errorf("%s: no service listens under this name", name)
		}
		want[name] = addr
	}
	out := map[string]net.Listener{}
	var lc net.ListenConfig
	for name, addr := range want {
		if addr == "" {
			continue // off
		}
		l, err := lc.Listen(ctx, "tcp", addr)
		if err != nil {
			return nil, fmt.Errorf("listener %s: %w (change it with --%s HOST:PORT)", name, err, name)
		}
		a.cleanup(func(context.Context) error {
			if err := l.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
				return err
			}
			return nil
		})
		out[name] = l
	}
	return out, nil
}

func (a *App) streams() []sim.Listener {
	var out []sim.Listener
	for _, s := range a.services {
		if st, ok := s.(sim.StreamService); ok {
			out = append(out, st.Listeners()...)
		}
	}
	return out
}

// serveFrontDoor serves the services over TLS and in clear.
func (a *App) serveFrontDoor(ls map[string]net.Listener) {
	router := a.router()
	conf := a.serverTLS()
	conf.NextProtos = []string{"http/1.1"}
	for name, tc := range map[string]*tls.Config{HTTPS: conf, HTTP: nil} {
		h := &edge.Handler{World: a.world, Transport: name, IDs: a.ids, Next: router}
		a.serveHTTP(edge.NewServer(h, a.opt.Log), &edge.Listener{Listener: ls[name], World: a.world, TLS: tc})
	}
}

// serveHTTP runs a server until Stop.
func (a *App) serveHTTP(srv *http.Server, l net.Listener) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := srv.Serve(l); err != nil && !errors.Is(err, http.ErrServerClosed) {
			a.opt.Log.Error("listener ended", "address", l.Addr().String(), "error", err)
		}
	}()
	a.cleanup(func(ctx context.Context) error {
		ctx, cancel := context.WithTimeout(ctx, stopGrace)
		defer cancel()
		err := srv.Shutdown(ctx)
		if err != nil {
			err = srv.Close()
		}
		<-done
		return err
	})
}

// serveStreams runs the listeners of the stream services until Stop.
func (a *App) serveStreams(ctx context.Context, ls map[string]net.Listener) error {
	for _, l := range a.streams() {
		bound, on := ls[l.Name]
		if !on {
			continue
		}
		a.serveStream(l.Name, bound, func(ctx context.Context) error { return l.Serve(ctx, bound) })
		if l.ServePacket == nil {
			continue
		}
		var lc net.ListenConfig
		packets, err := lc.ListenPacket(ctx, "udp", bound.Addr().String())
		if err != nil {
			return fmt.Errorf("listener %s: %w (change it with --%s HOST:PORT)", l.Name, err, l.Name)
		}
		a.serveStream(l.Name, packets, func(ctx context.Context) error { return l.ServePacket(ctx, packets) })
	}
	return nil
}

// serveStream runs one listener until Stop, which closes it and waits.
func (a *App) serveStream(name string, bound io.Closer, serve func(context.Context) error) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := serve(ctx); err != nil && !errors.Is(err, net.ErrClosed) && ctx.Err() == nil {
			a.opt.Log.Error("listener ended", "listener", name, "error", err)
		}
	}()
	a.cleanup(func(context.Context) error {
		cancel()
		err := bound.Close()
		<-done
		if errors.Is(err, net.ErrClosed) {
			return nil
		}
		return err
	})
}

// serveConsole serves the console and the control API. Off loopback they need a
// token: one is made when none was given.
func (a *App) serveConsole(l net.Listener) error {
	if a.opt.Token == "" && !loopback(l.Addr()) {
		b := make([]byte, 16)
		if _, err := rand.Read(b); err != nil {
			return fmt.Errorf("token: %w", err)
		}
		a.opt.Token = hex.EncodeToString(b)
	}
	c, err := console.New(console.Deps{
		World: a.world, Services: a.services, Engine: a.engine, PKI: consoleCerts{a.pki},
		Endpoints: func() any { return a.Endpoints() }, SetPublicURL: a.SetPublicURL,
		Reset:    func() error { a.Reset(); return nil },
		Snapshot: a.Snapshot, Restore: a.RestoreSnapshot,
		Token: a.opt.Token, Version: a.opt.Version, Seed: a.opt.Seed, Ready: a.Ready,
	})
	if err != nil {
		return err
	}
	a.console = c
	e := newEcho()
	c.Mount(e)
	srv := edge.NewServer(e, a.opt.Log)
	a.serveHTTP(srv, l)
	a.cleanup(func(context.Context) error { c.Close(); return nil }) // before Shutdown: releases waits
	return nil
}

func loopback(addr net.Addr) bool {
	tcp, ok := addr.(*net.TCPAddr)
	return ok && tcp.IP.IsLoopback()
}

// dialable is an address as a client on this machine writes it: an unspecified
// host becomes localhost.
func dialable(addr net.Addr) string {
	host, port, err := net.SplitHostPort(addr.String())
	if err != nil {
		return addr.String()
	}
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() || strings.HasPrefix(host, "127.") || host == "::1" {
		host = "localhost"
	}
	return net.JoinHostPort(host, port)
}
