package certs_test

import (
	"io/fs"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/segursim/segursim/certs"
)

// TestFS holds that data alone is embedded: no key, no certificate.
func TestFS(t *testing.T) {
	t.Parallel()
	var got []string
	err := fs.WalkDir(certs.FS(), ".", func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			got = append(got, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"profiles.yaml"}, got); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
}
