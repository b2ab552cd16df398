package container

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/url"
	"os"
	"path"
	"strings"
	"time"

	"github.com/testcontainers/testcontainers-go"
)

// Where the folders of [WithFixtures] and [WithScenarios] lie in the container.
const (
	fixturesPath  = "/fixtures"
	scenariosPath = "/scenarios"
)

// An Option sets something of the simulator. It is a
// [testcontainers.ContainerCustomizer] to be given to [Run]; it does nothing
// elsewhere.
type Option func(*settings) error

// Customize makes an Option a [testcontainers.ContainerCustomizer]. It changes
// nothing by itself: Run reads the options before it makes the request.
func (Option) Customize(*testcontainers.GenericContainerRequest) error { return nil }

// settings is what the options of one Run say.
type settings struct {
	token string
	env   map[string]string
	files []testcontainers.ContainerFile
}

// set remembers an environment variable of the simulator.
func (s *settings) set(name, value string) {
	if s.env == nil {
		s.env = map[string]string{}
	}
	s.env[name] = value
}

// environment is what the container is started with.
func (s *settings) environment() map[string]string {
	env := map[string]string{"SEGURSIM_TOKEN": s.token}
	maps.Copy(env, s.env)
	return env
}

// WithToken gives the control API this bearer token instead of a random one.
func WithToken(token string) Option {
	return func(s *settings) error {
		if strings.TrimSpace(token) == "" {
			return errors.New("the token is empty")
		}
		s.token = token
		return nil
	}
}

// WithSeed makes the simulator's randomness repeatable: with the same seed, any
// text, the same requests in the same order get the same identifiers.
func WithSeed(seed string) Option {
	return func(s *settings) error {
		if seed == "" {
			return errors.New("the seed is empty")
		}
		s.set("SEGURSIM_SEED", seed)
		return nil
	}
}

// WithClock starts the clock of the simulated world at an instant, from which
// it goes on at the pace of the wall clock; see [Container.Freeze].
func WithClock(now time.Time) Option {
	return func(s *settings) error {
		if now.IsZero() {
			return errors.New("the time is zero")
		}
		s.set("SEGURSIM_CLOCK", now.Format(time.RFC3339Nano))
		return nil
	}
}

// WithPublicURL pins the base of the URLs that the services emit, "https://host"
// or "https://host:port", instead of letting them follow the request.
func WithPublicURL(base string) Option {
	return func(s *settings) error {
		if err := checkBase(base); err != nil {
			return err
		}
		s.set("SEGURSIM_PUBLIC_URL", base)
		return nil
	}
}

// WithRelax loosens the named checks ("client-certificate", "signatures", …).
// The simulator refuses a name that it does not know, and does not start.
func WithRelax(checks ...string) Option {
	return func(s *settings) error {
		s.set("SEGURSIM_RELAX", strings.Join(checks, ","))
		return nil
	}
}

// WithFixtures copies a folder of the host into the container, whose files add
// to the built-in people, structures and clients or replace them.
func WithFixtures(folder string) Option {
	return func(s *settings) error {
		s.set("SEGURSIM_FIXTURES", fixturesPath)
		return s.copyFolder("fixtures", folder, fixturesPath)
	}
}

// WithScenarios copies a folder of scenario files of the host into the
// container.
func WithScenarios(folder string) Option {
	return func(s *settings) error {
		s.set("SEGURSIM_SCENARIOS", scenariosPath)
		return s.copyFolder("scenarios", folder, scenariosPath)
	}
}

// copyFolder takes the files of a folder of the host, to be put in the
// container before it starts. The contents are read at once: what the test
// changes later changes nothing.
func (s *settings) copyFolder(what, folder, to string) error {
	root := os.DirFS(folder)
	count := 0
	err := fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		content, err := fs.ReadFile(root, name)
		if err != nil {
			return err
		}
		count++
		s.files = append(s.files, testcontainers.ContainerFile{
			Reader:            bytes.NewReader(content),
			ContainerFilePath: path.Join(to, name),
			FileMode:          0o444, // the image runs as a user of its own
		})
		return nil
	})
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	if count == 0 {
		return fmt.Errorf("%s: %s holds no file", what, folder)
	}
	return nil
}

// checkBase tells why a public URL cannot be one.
func checkBase(base string) error {
	u, err := url.Parse(base)
	switch {
	case err != nil:
		return fmt.Errorf("public url: %w", err)
	case u.Scheme != "https" && u.Scheme != "http", u.Host == "":
		return fmt.Errorf("public url %q is not https://host[:port]", base)
	case strings.Trim(u.Path, "/") != "", u.RawQuery != "", u.Fragment != "", u.User != nil:
		return fmt.Errorf("public url %q has more than a scheme, a host and a port", base)
	}
	return nil
}
