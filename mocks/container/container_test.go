package container_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"net/http"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	engine "github.com/moby/moby/api/types/container"
	"github.com/testcontainers/testcontainers-go"
	"github.com/testcontainers/testcontainers-go/network"
	"github.com/testcontainers/testcontainers-go/wait"

	"github.com/segursim/segursim/internal/need"
	"github.com/segursim/segursim/mocks/container"
)

const (
	pscHost   = "auth.bas.psc.esante.gouv.fr"
	discovery = "/auth/realms/esante-wallet/.well-known/openid-configuration"
	// maxImage is what the compressed image may weigh.
	maxImage = 15 << 20
)

// run starts a simulator that goes with the test.
func run(t *testing.T, image string, opts ...testcontainers.ContainerCustomizer) *container.Container {
	t.Helper()

	c, err := container.Run(t.Context(), image, opts...)
	testcontainers.CleanupContainer(t, c)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// get asks an address that must answer 200 and returns the body.
func get(t *testing.T, client *http.Client, url string) []byte {
	t.Helper()

	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	if answer.StatusCode != http.StatusOK {
		t.Fatalf("GET %s: %s\n%s", url, answer.Status, body)
	}
	return body
}

// client is the simulator's own, without connections left at the end.
func client(t *testing.T, c *container.Container) *http.Client {
	t.Helper()

	client, err := c.Client(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.CloseIdleConnections)
	return client
}

// issuerOf reads the issuer of a discovery document.
func issuerOf(t *testing.T, document []byte) string {
	t.Helper()

	var doc struct {
		Issuer string `json:"issuer"`
	}
	if err := json.Unmarshal(document, &doc); err != nil {
		t.Fatalf("decode the discovery document: %v\n%s", err, document)
	}
	return doc.Issuer
}

// TestContainer runs the image in a real engine.
func TestContainer(t *testing.T) {
	need.Docker(t)
	image := buildImage(t, runtime.GOARCH)

	t.Run("mapped ports", func(t *testing.T) { testMappedPorts(t, run(t, image)) })
	t.Run("control", func(t *testing.T) { testControl(t, run(t, image, container.WithSeed("sept"))) })
	t.Run("pinned url", func(t *testing.T) { testPinned(t, image) })
	t.Run("clock", func(t *testing.T) { testClock(t, image) })
	t.Run("health and user", func(t *testing.T) { testHealthAndUser(t, image) })
	t.Run("mail", func(t *testing.T) { testMail(t, image) })
	t.Run("hardened", func(t *testing.T) { testHardened(t, image) })
	t.Run("neighbour", func(t *testing.T) { testNeighbour(t, image) })
	t.Run("size", func(t *testing.T) { testSize(t, image) })
}

// A client of the host follows the issuer through the mapped port, and under
// the qualification name.
func testMappedPorts(t *testing.T, c *container.Container) {
	base, err := c.HTTPS(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	issuer, err := c.Issuer(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if want := base + strings.TrimSuffix(discovery, "/.well-known/openid-configuration"); issuer != want {
		t.Errorf("issuer = %q, want %q", issuer, want)
	}

	http := client(t, c)
	if got := issuerOf(t, get(t, http, issuer+"/.well-known/openid-configuration")); got != issuer {
		t.Errorf("issuer of the discovery document = %q, want %q", got, issuer)
	}
	if got, want := issuerOf(t, get(t, http, "https://"+pscHost+discovery)), "https://"+pscHost+"/auth/"; !strings.HasPrefix(got, want) {
		t.Errorf("issuer by the qualification name = %q, want %q first", got, want)
	}
}

// The control API wants the token of this container; the console's port lets
// anyone ask whether the simulator is ready.
func testControl(t *testing.T, c *container.Container) {
	doc, err := c.Endpoints(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, listener := range []string{"https", "http", "control"} {
		if doc.Listeners[listener] == "" {
			t.Errorf("the endpoints document has no listener %q: %v", listener, doc.Listeners)
		}
	}
	if err := c.Reset(t.Context()); err != nil {
		t.Errorf("reset: %v", err)
	}

	base, err := c.Control(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	get(t, http.DefaultClient, base+"/readyz")
	for _, token := range []string{"", "Bearer faux", "Bearer " + c.Token() + "x"} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, base+"/api/reset", nil)
		if err != nil {
			t.Fatal(err)
		}
		if token != "" {
			request.Header.Set("Authorization", token)
		}
		answer, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if answer.StatusCode != http.StatusUnauthorized {
			t.Errorf("reset with the authorization %q: %s, want 401", token, answer.Status)
		}
	}
}

func testPinned(t *testing.T, image string) {
	c := run(t, image, container.WithPublicURL("https://"+pscHost))
	for _, want := range []string{"https://" + pscHost, "https://logiciel.segursim.test:8443"} {
		if want != "https://"+pscHost {
			if err := c.PinPublicURL(t.Context(), want); err != nil {
				t.Fatal(err)
			}
		}
		got, err := c.Issuer(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(got, want+"/") {
			t.Errorf("issuer = %q, want the base %q", got, want)
		}
	}
}

// The certificates of the simulator are good on the simulated day too, and its
// clock is where it was put.
func testClock(t *testing.T, image string) {
	day := time.Now().AddDate(0, 0, 20).Truncate(time.Second)
	c := run(t, image, container.WithClock(day))
	if err := c.Freeze(t.Context(), true); err != nil {
		t.Fatal(err)
	}
	if err := c.Advance(t.Context(), time.Hour); err != nil {
		t.Fatal(err)
	}

	answer := get(t, client(t, c), "https://"+pscHost+discovery)
	if issuerOf(t, answer) == "" {
		t.Errorf("no issuer in %s", answer)
	}
	var clock struct {
		Now time.Time `json:"now"`
	}
	if err := c.API(t.Context(), http.MethodGet, "/api/clock", nil, &clock); err != nil {
		t.Fatal(err)
	}
	if low, high := day.Add(time.Hour), day.Add(time.Hour+time.Minute); clock.Now.Before(low) || clock.Now.After(high) {
		t.Errorf("the clock says %s, want from %s to %s", clock.Now, low, high)
	}
}

// The image's own HEALTHCHECK succeeds, and nothing runs as root.
func testHealthAndUser(t *testing.T, image string) {
	c := run(t, image, testcontainers.WithAdditionalWaitStrategy(wait.ForHealthCheck()))

	state, err := c.State(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if state.Health == nil || state.Health.Status != engine.Healthy {
		t.Errorf("health = %+v, want healthy", state.Health)
	}

	processes := strings.Split(command(t, "", nil, "docker", "top", c.GetContainerID(), "-eo", "pid,uid,gid,comm"), "\n")
	if len(processes) < 2 {
		t.Fatalf("docker top shows no process: %q", processes)
	}
	for _, process := range processes[1:] {
		if fields := strings.Fields(process); len(fields) < 3 || !slices.Equal(fields[1:3], []string{"65532", "65532"}) {
			t.Errorf("a process runs as another user than 65532: %s", process)
		}
	}
}

// The simulator needs no capability and writes nothing outside of its folders.
func testHardened(t *testing.T, image string) {
	c := run(t, image, testcontainers.WithHostConfigModifier(func(host *engine.HostConfig) {
		host.ReadonlyRootfs = true
		host.CapDrop = []string{"ALL"}
		host.SecurityOpt = []string{"no-new-privileges:true"}
	}))
	if _, err := c.Issuer(t.Context()); err != nil {
		t.Error(err)
	}
}

// A neighbour on the same network uses the qualification names and the real
// ports, and trusts one CA.
func testNeighbour(t *testing.T, image string) {
	net, err := network.New(t.Context())
	testcontainers.CleanupNetwork(t, net)
	if err != nil {
		t.Fatal(err)
	}
	c := run(t, image, network.WithNetwork([]string{pscHost, "wallet.bas.psc.esante.gouv.fr"}, net))
	ca, err := c.CA(t.Context())
	if err != nil {
		t.Fatal(err)
	}

	neighbour := buildNeighbour(t)
	for _, url := range []string{"https://" + pscHost + discovery, "http://" + pscHost + discovery} {
		other, err := testcontainers.Run(t.Context(), neighbour,
			network.WithNetwork(nil, net),
			testcontainers.WithEnv(map[string]string{"CA_PEM": string(ca)}),
			testcontainers.WithCmd(url),
			testcontainers.WithWaitStrategy(wait.ForExit().WithExitTimeout(time.Minute)),
		)
		testcontainers.CleanupContainer(t, other)
		if err != nil {
			t.Fatal(err)
		}
		state, err := other.State(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		said := logs(t, other)
		if state.ExitCode != 0 {
			t.Fatalf("the neighbour failed at %s: %s", url, said)
		}
		issuer := strings.TrimSuffix(url, "/.well-known/openid-configuration")
		if !bytes.Contains(said, []byte(`"`+issuer+`"`)) {
			t.Errorf("the issuer %s is not in what the neighbour got: %s", issuer, said)
		}
	}
}

// logs returns what a container wrote.
func logs(t *testing.T, c testcontainers.Container) []byte {
	t.Helper()

	stream, err := c.Logs(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer stream.Close()
	content, err := io.ReadAll(stream)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// testSize weighs the image as a registry would store it.
func testSize(t *testing.T, image string) {
	save := exec.CommandContext(t.Context(), need.Tool(t, "docker"), "save", image)
	layers, err := save.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := save.Start(); err != nil {
		t.Fatal(err)
	}

	var weight counter
	squeeze := gzip.NewWriter(&weight)
	if _, err := io.Copy(squeeze, layers); err != nil {
		t.Fatal(err)
	}
	if err := squeeze.Close(); err != nil {
		t.Fatal(err)
	}
	if err := save.Wait(); err != nil {
		t.Fatal(err)
	}
	t.Logf("the compressed image weighs %.1f MB", float64(weight)/1e6)
	if weight > maxImage {
		t.Errorf("the compressed image weighs %d bytes, want %d at most", weight, maxImage)
	}
}

// A counter counts what is written to it.
type counter int64

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}

// TestArchitectures builds the image of every architecture that the project
// promises; building needs no emulation, for nothing runs.
func TestArchitectures(t *testing.T) {
	need.Docker(t)

	for _, arch := range []string{"amd64", "arm64"} {
		t.Run(arch, func(t *testing.T) {
			want := "linux/" + arch + " 65532:65532"
			if !platforms(t) {
				want = "linux/" + runtime.GOARCH + " 65532:65532" // see platforms
			}
			image := buildImage(t, arch)
			if got := command(t, "", nil, "docker", "image", "inspect", "--format", "{{.Os}}/{{.Architecture}} {{.Config.User}}", image); got != want {
				t.Errorf("image = %q, want %q", got, want)
			}
		})
	}
}

// A container that cannot start says why instead of hanging.
func TestRunFails(t *testing.T) {
	need.Docker(t)
	image := buildImage(t, runtime.GOARCH)

	for name, opts := range map[string][]testcontainers.ContainerCustomizer{
		"unknown check": {container.WithRelax("n-existe-pas")},
		"bad flag":      {testcontainers.WithCmd("serve", "--n-existe-pas")},
	} {
		t.Run(name, func(t *testing.T) {
			c, err := container.Run(t.Context(), image, opts...)
			testcontainers.CleanupContainer(t, c)
			if err == nil {
				t.Error("the container runs")
			}
		})
	}
}
