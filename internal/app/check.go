package app

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"net"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
)

// check refuses options that cannot work, before anything is made.
func (o *Options) check() error {
	var errs []error
	known := Relaxable()
	for _, name := range o.Relax {
		if _, ok := known[name]; !ok {
			errs = append(errs, fmt.Errorf("relax: no check is named %q (there are: %s)", name, strings.Join(slices.Sorted(maps.Keys(known)), ", ")))
		}
	}
	for name, addr := range o.Listen {
		if addr == "" {
			errs = append(errs, fmt.Errorf("%s: the address is empty", name))
			continue
		}
		if _, _, err := net.SplitHostPort(addr); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", name, err))
		}
	}
	if o.PublicURL != "" {
		if err := checkURL(o.PublicURL); err != nil {
			errs = append(errs, fmt.Errorf("public-url: %w", err))
		}
	}
	if o.Fixtures == nil || o.Scenarios == nil || o.Certs == nil {
		errs = append(errs, errors.New("app: the embedded fixtures, scenarios and certs are missing"))
	}
	return errors.Join(errs...)
}

func (a *App) relaxed(check string) bool { return slices.Contains(a.opt.Relax, check) }

// configure decodes a service's section strictly: an unknown key is an error that
// shows where it stands.
func (a *App) configure(section string, v any) error {
	raw := a.opt.Sections[section]
	if len(bytes.TrimSpace(raw)) == 0 {
		return nil
	}
	if err := yaml.UnmarshalWithOptions(raw, v, yaml.DisallowUnknownField()); err != nil {
		return fmt.Errorf("section %s:\n%s", section, yaml.FormatError(err, false, true))
	}
	return nil
}
