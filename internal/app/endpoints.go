package app

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/segursim/segursim/internal/sim"
)

// Endpoints is the endpoints document: a public contract.
type Endpoints struct {
	Version string `json:"version"`
	// Listeners are host:port by listener name, as a client on this machine
	// reaches them.
	Listeners map[string]string `json:"listeners"`
	// CA is the path of the trust bundle (PEM); empty where there is no disk.
	CA string `json:"ca"`
	// Services are the services' own addresses and credentials, by service name.
	Services map[string]map[string]any `json:"services"`
}

// Endpoints returns the document; before Start its addresses are missing.
func (a *App) Endpoints() Endpoints {
	a.mu.Lock()
	doc := a.endpoints
	a.mu.Unlock()
	base := "https://" + strings.TrimSuffix(doc.Listeners[HTTPS], ":443")
	if u := *a.publicURL.Load(); u != "" {
		base = u
	}
	doc.Services = map[string]map[string]any{}
	for _, s := range a.services {
		if e, ok := s.(sim.EndpointService); ok {
			doc.Services[s.Info().Name] = e.Endpoints(base)
		}
	}
	return doc
}

func (a *App) setEndpoints(ls map[string]net.Listener, ca string) {
	doc := Endpoints{Version: a.opt.Version, CA: ca, Listeners: map[string]string{}}
	for name, l := range ls {
		doc.Listeners[name] = dialable(l.Addr())
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.endpoints = doc
}

// writeEndpoints writes the document to the file that was asked for, whole or
// not at all, and removes it at Stop.
func (a *App) writeEndpoints() error {
	path := a.opt.EndpointsFile
	if path == "" {
		return nil
	}
	b, err := json.MarshalIndent(a.Endpoints(), "", "  ")
	if err != nil {
		return fmt.Errorf("endpoints: %w", err)
	}
	tmp, err := os.CreateTemp(filepath.Dir(path), ".endpoints-*")
	if err != nil {
		return fmt.Errorf("endpoints: %w", err)
	}
	_, werr := tmp.Write(append(b, '\n'))
	if err := errors.Join(werr, tmp.Close()); err != nil {
		return errors.Join(fmt.Errorf("endpoints: %w", err), os.Remove(tmp.Name()))
	}
	if err := os.Rename(tmp.Name(), path); err != nil {
		return errors.Join(fmt.Errorf("endpoints: %w", err), os.Remove(tmp.Name()))
	}
	return nil
}

// SetPublicURL pins the base of emitted URLs; an empty one follows the Host again.
func (a *App) SetPublicURL(u string) error {
	if u != "" {
		if err := checkURL(u); err != nil {
			return err
		}
	}
	u = strings.TrimSuffix(u, "/")
	a.publicURL.Store(&u)
	return nil
}

func checkURL(s string) error {
	u, err := url.Parse(s)
	switch {
	case err != nil:
		return err
	case u.Scheme != "http" && u.Scheme != "https", u.Host == "", u.RawQuery != "", u.Fragment != "", u.User != nil:
		return fmt.Errorf("%q is not of the form https://host[:port]", s)
	}
	return nil
}
