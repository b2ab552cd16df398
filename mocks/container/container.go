package container

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http"

	"github.com/testcontainers/testcontainers-go"
	"github.com/testcontainers/testcontainers-go/wait"
)

// The ports that the image listens on: the real ones of the services, and the
// control API's.
const (
	HTTPSPort   = "443/tcp"
	HTTPPort    = "80/tcp"
	ControlPort = "8090/tcp"
	SMTPPort    = "587/tcp"
	SMTPSPort   = "465/tcp"
	IMAPPort    = "143/tcp"
	IMAPSPort   = "993/tcp"
)

// A Container is a running simulator. It is safe for concurrent use.
type Container struct {
	testcontainers.Container

	token string
}

// Run starts the image and waits until its control port says ready. The image
// has no default: build it with the Dockerfile of the repository, or name a
// published one.
//
// opts are those of this package and any of testcontainers. When Run fails
// after the container was created it returns both: hand the container to
// [testcontainers.CleanupContainer] before looking at the error.
func Run(ctx context.Context, image string, opts ...testcontainers.ContainerCustomizer) (*Container, error) {
	set := settings{token: rand.Text()}
	for _, opt := range opts {
		if own, ok := opt.(Option); ok {
			if err := own(&set); err != nil {
				return nil, fmt.Errorf("segursim option: %w", err)
			}
		}
	}

	request := []testcontainers.ContainerCustomizer{
		testcontainers.WithExposedPorts(HTTPSPort, HTTPPort, ControlPort, SMTPPort, SMTPSPort, IMAPPort, IMAPSPort),
		testcontainers.WithEnv(set.environment()),
		testcontainers.WithFiles(set.files...),
		testcontainers.WithWaitStrategy(
			wait.ForHTTP("/readyz").WithPort(ControlPort).WithStatusCodeMatcher(func(status int) bool {
				return status == http.StatusOK
			}),
		),
	}

	started, err := testcontainers.Run(ctx, image, append(request, opts...)...)
	var c *Container
	if started != nil {
		c = &Container{Container: started, token: set.token}
	}
	if err != nil {
		return c, fmt.Errorf("run segursim: %w", err)
	}

	return c, nil
}

// Token is the bearer token of the control API of this container.
func (c *Container) Token() string { return c.token }
