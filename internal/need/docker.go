package need

import (
	"context"
	"errors"
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// engineWait bounds the question put to the Docker engine: a daemon that is
// starting or stuck must not hold the test run.
const engineWait = 20 * time.Second

// What testcontainers is told by the environment.
const (
	hostEnv = "TESTCONTAINERS_HOST_OVERRIDE" // where published ports are
	ryukEnv = "TESTCONTAINERS_RYUK_DISABLED" // no container that removes the others
)

// Docker makes sure that a Docker engine answers the docker command. When the
// command or the engine is missing the test is skipped, or fails when
// [RequireEnv] is set.
//
// For the time of the test it also tells testcontainers two things, unless the
// environment says something of them. To do without its reaper, an image to
// pull from a registry: the tests remove what they start. And that ports are
// published on localhost, when the engine's bridge is on this machine: by
// itself it takes a machine whose system was made from an image (there is a
// /.dockerenv) for a container, and looks for the ports elsewhere. So Docker is
// not for parallel tests (see [testing.T.Setenv]).
func Docker(t testing.TB) {
	t.Helper()

	docker, err := exec.LookPath("docker")
	if err != nil {
		missing(t, "the program %q is not in PATH (%v)", "docker", err)
		return
	}

	if err := engine(t.Context(), docker); err != nil {
		missing(t, "no Docker engine answers: %v", err)
		return
	}

	if _, said := os.LookupEnv(ryukEnv); !said {
		t.Setenv(ryukEnv, "true")
	}
	_, said := os.LookupEnv(hostEnv)
	_, elsewhere := os.LookupEnv("DOCKER_HOST")
	if _, err := net.InterfaceByName("docker0"); err == nil && !said && !elsewhere {
		t.Setenv(hostEnv, "localhost")
	}
}

// engine asks the engine behind the docker command for its version.
func engine(ctx context.Context, docker string) error {
	ctx, cancel := context.WithTimeout(ctx, engineWait)
	defer cancel()

	ask := exec.CommandContext(ctx, docker, "version", "--format", "{{.Server.Version}}")
	ask.WaitDelay = time.Second // a child that keeps the pipe open must not hold the test either

	said, err := ask.CombinedOutput()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		if text := strings.TrimSpace(string(said)); text != "" {
			return errors.New(text)
		}
		return err
	}

	return nil
}
