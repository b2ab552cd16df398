package pki

import (
	"bytes"
	"testing"
)

// FuzzDecodeObject holds that no file makes the reader panic, and that what it
// takes it writes and reads again.
func FuzzDecodeObject(f *testing.F) {
	key, err := newKey(leafBits)
	if err != nil {
		f.Fatal(err)
	}
	data, err := (&object{key: key, issued: 3, past: []string{"0A", "FF"}}).encode("essai")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add([]byte("# issued: 18446744073709551616\n-----BEGIN X-----\n-----END X-----\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		o, err := decodeObject(data)
		if err != nil {
			return
		}
		first, err := o.encode("x")
		if err != nil {
			t.Fatal(err)
		}
		again, err := decodeObject(first)
		if err != nil {
			t.Fatalf("cannot read what was written: %v", err)
		}
		second, err := again.encode("x")
		if err != nil || !bytes.Equal(first, second) {
			t.Errorf("written twice, differs (%v)", err)
		}
	})
}
