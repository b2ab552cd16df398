package container_test

import (
	"bytes"
	"context"
	"debug/elf"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/segursim/segursim/internal/need"
)

// command runs a program of the machine in a folder and returns what it wrote.
func command(t testing.TB, folder string, env []string, name string, args ...string) string {
	t.Helper()

	var stdout, stderr bytes.Buffer
	cmd := exec.CommandContext(t.Context(), need.Tool(t, name), args...)
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = folder, append(os.Environ(), env...), &stdout, &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s %s: %v\n%s%s", name, strings.Join(args, " "), err, stdout.Bytes(), stderr.Bytes())
	}
	return strings.TrimSpace(stdout.String())
}

// root is the root of the repository.
func root(t testing.TB) string {
	t.Helper()

	folder, err := need.Root()
	if err != nil {
		t.Fatal(err)
	}
	return folder
}

// compile builds a static program for linux as the Dockerfile says.
func compile(t testing.TB, arch, pkg, to string) {
	t.Helper()

	command(t, root(t), []string{"CGO_ENABLED=0", "GOOS=linux", "GOARCH=" + arch},
		"go", "build", "-trimpath", "-ldflags=-s -w", "-o", to, pkg)
}

// buildImage compiles segursim and puts it into an image FROM scratch with the
// repository's Dockerfile, pulling nothing. The image goes with the test.
func buildImage(t testing.TB, arch string) string {
	t.Helper()

	folder := t.TempDir()
	program := filepath.Join(folder, "dist", "linux", arch, "segursim")
	compile(t, arch, "./cmd/segursim", program)
	checkStatic(t, arch, program)
	licence, err := os.ReadFile(filepath.Join(root(t), "LICENSE"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "LICENSE"), licence, 0o600); err != nil {
		t.Fatal(err)
	}

	args := []string{"--file", filepath.Join(root(t), "Dockerfile"), "--target", "prebuilt", "--build-arg", "TARGETARCH=" + arch}
	if platforms(t) {
		args = append(args, "--platform", "linux/"+arch)
	}
	return buildFrom(t, "segursim-test-"+arch, folder, args...)
}

// platforms tells whether the engine can make images of another architecture:
// BuildKit can, the classic builder labels what is FROM scratch with its own.
func platforms(t testing.TB) bool {
	t.Helper()

	return exec.CommandContext(t.Context(), need.Tool(t, "docker"), "buildx", "version").Run() == nil
}

// checkStatic makes sure that a program is for an architecture and asks for no
// loader: an image FROM scratch has none.
func checkStatic(t testing.TB, arch, program string) {
	t.Helper()

	file, err := elf.Open(program)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()

	if want := map[string]elf.Machine{"amd64": elf.EM_X86_64, "arm64": elf.EM_AARCH64}[arch]; file.Machine != want {
		t.Errorf("the program is for %s, want %s", file.Machine, want)
	}
	for _, part := range file.Progs {
		if part.Type == elf.PT_INTERP {
			t.Errorf("the %s program wants a dynamic loader", arch)
		}
	}
}

// buildNeighbour puts the program of testdata/neighbour into an image.
func buildNeighbour(t testing.TB) string {
	t.Helper()

	folder := t.TempDir()
	compile(t, runtime.GOARCH, "./mocks/container/testdata/neighbour", filepath.Join(folder, "neighbour"))
	dockerfile := "FROM scratch\nCOPY neighbour /neighbour\nUSER 65532:65532\nENTRYPOINT [\"/neighbour\"]\n"
	if err := os.WriteFile(filepath.Join(folder, "Dockerfile"), []byte(dockerfile), 0o600); err != nil {
		t.Fatal(err)
	}

	return buildFrom(t, "segursim-test-neighbour", folder)
}

// buildFrom builds an image in a folder and returns its name, which no other
// run of the tests uses.
func buildFrom(t testing.TB, name, folder string, args ...string) string {
	t.Helper()

	tag := fmt.Sprintf("%s:%d", name, os.Getpid())
	command(t, folder, nil, "docker", append(append([]string{"build", "--quiet", "--tag", tag}, args...), ".")...)
	t.Cleanup(func() {
		out, err := exec.CommandContext(context.Background(), "docker", "image", "rm", "--force", tag).CombinedOutput()
		if err != nil {
			t.Errorf("remove the image %s: %v\n%s", tag, err, out)
		}
	})
	return tag
}
