package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/segursim/segursim/internal/config"
	"github.com/segursim/segursim/mocks"
)

// target is the simulator that a command speaks to.
type target struct {
	Control string `placeholder:"URL" help:"Control URL of a simulator that runs already; by default one is started for the command."`
	Token   string `placeholder:"TOKEN" help:"Its bearer token."`

	File      string  `name:"config" placeholder:"FILE" help:"Configuration of the simulator that is started ($SEGURSIM_CONFIG)."`
	Seed      *string `placeholder:"WORD" help:"Makes its identifiers repeatable."`
	Clock     *string `placeholder:"RFC3339" help:"Its simulated time at start."`
	PKIDir    *string `placeholder:"DIR" help:"Where its test PKI is kept."`
	Ephemeral *bool   `help:"It keeps no PKI."`
	Fixtures  *string `placeholder:"DIR" help:"Its fixtures that add to the embedded ones."`
	Scenarios *string `placeholder:"DIR" help:"Its scenarios that add to the embedded ones."`
}

// client speaks to a simulator's control API.
type client struct {
	base, token string
	own         *mocks.Server // started for the command; nil when it runs apart
	kept        bool          // its PKI outlives the command
}

// commandsPKI is the folder, beside the one of serve, of the PKI of simulators
// that are started for a command: certificates carry the addresses of their CRL
// and OCSP, and each of these simulators has others.
const commandsPKI = "pki-commands"

// open reaches the simulator, or starts one on free ports of 127.0.0.1. With
// serves, that one keeps its PKI where serve does and has its address for CRL
// and OCSP, so that what it issues is good there.
func (tg *target) open(t *terminal, serves bool) (*client, error) {
	if tg.Control != "" {
		if !strings.HasPrefix(tg.Control, "http://") && !strings.HasPrefix(tg.Control, "https://") {
			return nil, usage(fmt.Errorf("--control: %q is not a URL such as http://127.0.0.1:8090", tg.Control))
		}
		return &client{base: strings.TrimRight(tg.Control, "/"), token: tg.Token}, nil
	}
	c, err := settings(t, config.Values{
		Seed: tg.Seed, Clock: tg.Clock, PKIDir: tg.PKIDir, Ephemeral: tg.Ephemeral,
		Fixtures: tg.Fixtures, Scenarios: tg.Scenarios,
	}, tg.File)
	if err != nil {
		return nil, err
	}
	// Listeners and addresses of the settings are those of serve.
	listen := map[string]string{}
	if serves {
		listen["http"] = "127.0.0.1:8080"
		if addr, ok := c.Listen["http"]; ok {
			listen["http"] = addr
		}
	} else if !c.Ephemeral && !c.OwnPKIDir {
		c.PKIDir = filepath.Join(filepath.Dir(c.PKIDir), commandsPKI)
	}
	c.Listen, c.Endpoints, c.PublicURL, c.Token = listen, "", "", ""
	s, err := mocks.Start(t.ctx, options(c, t.stderr))
	if serves && errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("%w; or ask the simulator that runs there: --control URL", err)
	}
	if err != nil {
		return nil, err
	}
	return &client{base: s.ControlURL(), own: s, kept: !c.Ephemeral}, nil
}

// close stops the simulator, if it was started for the command.
func (c *client) close() error {
	http.DefaultClient.CloseIdleConnections()
	if c.own == nil {
		return nil
	}
	return c.own.Close()
}

// A refusal is an error of the control API.
type refusal struct {
	Status int
	Code   string
	FR, EN string
}

func (r *refusal) Error() string {
	if r.EN == "" {
		return fmt.Sprintf("control API: HTTP %d", r.Status)
	}
	return r.EN
}

// call sends a request and returns the answer's body.
func (c *client) call(ctx context.Context, method, path string, body []byte) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, method, c.base+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, fmt.Errorf("control API: %w", err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(io.LimitReader(resp.Body, 64<<20))
	if err != nil {
		return nil, fmt.Errorf("control API: %w", err)
	}
	if resp.StatusCode >= 200 && resp.StatusCode <= 299 {
		return b, nil
	}
	var doc struct {
		Error struct {
			Code    string
			Message struct{ FR, EN string }
		}
	}
	_ = json.Unmarshal(b, &doc)
	return nil, &refusal{resp.StatusCode, doc.Error.Code, doc.Error.Message.FR, doc.Error.Message.EN}
}

// get decodes the JSON answer of a GET.
func (c *client) get(ctx context.Context, path string, v any) error {
	b, err := c.call(ctx, http.MethodGet, path, nil)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(b, v); err != nil {
		return fmt.Errorf("control API: GET %s: %w", path, err)
	}
	return nil
}

// with runs f against the simulator and closes it.
func (tg *target) with(t *terminal, f func(*client) error) error { return tg.run(t, false, f) }

// withServe is with for a simulator that stands for the one of serve.
func (tg *target) withServe(t *terminal, f func(*client) error) error { return tg.run(t, true, f) }

func (tg *target) run(t *terminal, serves bool, f func(*client) error) (err error) {
	c, err := tg.open(t, serves)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.close()) }()
	return notFoundIsUsage(f(c))
}

// notFoundIsUsage: what was named on the command line does not exist.
func notFoundIsUsage(err error) error {
	var r *refusal
	if errors.As(err, &r) && r.Status == http.StatusNotFound {
		return usage(err)
	}
	return err
}
