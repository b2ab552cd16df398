package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"
)

// readyzCmd asks a simulator whether it is ready: for a container's HEALTHCHECK.
type readyzCmd struct {
	Wait time.Duration `placeholder:"DURATION" help:"Ask again for that long."`
	URL  string        `name:"url" placeholder:"URL" help:"Control URL (default: where $SEGURSIM_CONTROL listens, else http://127.0.0.1:8090)."`
}

// readyzPause is the time between two questions, readyzAsk that of one.
const (
	readyzPause = 100 * time.Millisecond
	readyzAsk   = 3 * time.Second
)

// Run ends with status 0 when the simulator is ready, else 1.
func (cmd *readyzCmd) Run(t *terminal) error {
	if cmd.Wait < 0 {
		return usage(errors.New("--wait: a duration such as 30s"))
	}
	base, err := cmd.base(t)
	if err != nil {
		return usage(err)
	}
	ctx, cancel := context.WithTimeout(t.ctx, cmd.Wait)
	defer cancel()
	for {
		if err = ask(t.ctx, base); err == nil {
			fmt.Fprintln(t.stdout, "ready")
			return nil
		}
		pause := time.NewTimer(readyzPause)
		select {
		case <-pause.C:
		case <-ctx.Done():
			pause.Stop()
			return &statusError{exitVerdict, fmt.Errorf("not ready: %w", err)}
		}
	}
}

// ask asks once.
func ask(ctx context.Context, base string) error {
	ctx, cancel := context.WithTimeout(ctx, readyzAsk)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/readyz", nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("HTTP %d", resp.StatusCode)
	}
	return nil
}

// base is the control URL: the one said, else where a simulator with the same
// environment listens. One that listens on every interface is asked on loopback.
func (cmd *readyzCmd) base(t *terminal) (string, error) {
	if cmd.URL != "" {
		if !strings.HasPrefix(cmd.URL, "http://") && !strings.HasPrefix(cmd.URL, "https://") {
			return "", fmt.Errorf("--url: %q is not a URL such as http://127.0.0.1:8090", cmd.URL)
		}
		return strings.TrimRight(cmd.URL, "/"), nil
	}
	addr := t.getenv("SEGURSIM_CONTROL")
	if addr == "" {
		return "http://127.0.0.1:8090", nil
	}
	host, port, err := net.SplitHostPort(addr)
	if err != nil || port == "0" {
		return "", fmt.Errorf("SEGURSIM_CONTROL: %q does not say where to ask; use --url", addr)
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
		if ip != nil && ip.To4() == nil {
			host = "::1"
		}
	}
	return "http://" + net.JoinHostPort(host, port), nil
}
