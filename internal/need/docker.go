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

// hostEnv is how testcontainers is told where published ports are.
const hostEnv = "TESTCONTAINERS_HOST_OVERRIDE"

// Docker makes sure that a Docker engine answers the docker command. When the
// command or the engine is missing the test is skipped, or fails when
// [RequireEnv] is set.
//
// It also tells testcontainers for the time of the test that ports are
// published on localhost, when the engine's bridge is on this machine and
// nobody said otherwise: by itself testcontainers takes a machine whose system
// was made from an image (it has a /.dockerenv) for a container, and looks for
// the ports elsewhere. So it is not for parallel tests (see [testing.T.Setenv]).
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
