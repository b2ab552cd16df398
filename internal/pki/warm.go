package pki

import (
	"context"
	"errors"
	"fmt"
	"sync"
)

// Needs are what a start cannot do without.
type Needs struct {
	Server      bool     // the server certificate
	SigningKeys []string // names for SigningKey
	Credentials []string // names of profiles
}

// Prepare makes or reads what a start needs, all at the same time.
func (p *PKI) Prepare(ctx context.Context, n Needs) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("pki: prepare: %w", err)
	}
	var (
		wg   sync.WaitGroup
		mu   sync.Mutex
		errs []error
	)
	run := func(f func() error) {
		wg.Go(func() {
			if err := f(); err != nil {
				mu.Lock()
				errs = append(errs, err)
				mu.Unlock()
			}
		})
	}
	if n.Server {
		run(func() error { _, err := p.ServerCertificate(""); return err })
	}
	for _, name := range n.SigningKeys {
		run(func() error { _, err := p.SigningKey(name); return err })
	}
	for _, name := range n.Credentials {
		run(func() error { _, err := p.Credential(name); return err })
	}
	wg.Wait()
	return errors.Join(errs...)
}

// Warm makes in the background, one after the other so as to leave the machine
// to others, the authorities that are missing and then the named profiles, and
// completes the file of CAFile. It ends when ctx is done or at Close, at the
// latest after the key in hand. The channel gives its error, or nil, once.
func (p *PKI) Warm(ctx context.Context, profiles ...string) <-chan error {
	out := make(chan error, 1)
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		out <- ErrClosed
		return out
	}
	p.wg.Go(func() { out <- p.warm(ctx, profiles) })
	return out
}

func (p *PKI) warm(ctx context.Context, profiles []string) error {
	stopped := func() error {
		if p.ctx.Err() != nil {
			return ErrClosed
		}
		return ctx.Err()
	}
	for _, short := range Authorities() {
		if err := stopped(); err != nil {
			return err
		}
		if _, err := p.authority(short); err != nil {
			return err
		}
	}
	if err := p.completeCAFile(); err != nil {
		return err
	}
	for _, name := range profiles {
		if err := stopped(); err != nil {
			return err
		}
		if _, err := p.Credential(name); err != nil {
			return err
		}
	}
	return nil
}
