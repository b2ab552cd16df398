package auth_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/segursim/segursim/internal/sim"
	"github.com/segursim/segursim/mocks/mssante/auth"
)

func b64(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }

// FuzzResponse: no response of any mechanism panics, opens anything without a
// secret, or is told other than once.
func FuzzResponse(f *testing.F) {
	for _, s := range []string{
		"", "\x01", "\x01\x01", "user=a@x.test\x01auth=Bearer bon\x01\x01", "n,a=a@x.test,\x01auth=Bearer bon\x01\x01",
		"n,a=a=2Cb,\x01host=h\x01port=1\x01auth=Bearer bon\x01\x01", "\x00a\x00b", "a\x00a\x00", "p=x,,\x01", "user=\x01auth=\x01\x01", "=", "\x00\x00\x00",
	} {
		for i := range all() {
			f.Add(uint8(i), []byte(s), []byte{}, i%2 == 0)
		}
	}
	c, _ := secured(f, sim.Pass{})
	f.Fuzz(func(t *testing.T, mech uint8, response, answer []byte, late bool) {
		name := all()[int(mech)%len(all())]
		if response == nil {
			response = []byte{}
		}
		responses := [][]byte{response, answer}
		if late {
			responses = [][]byte{nil, response, answer}
		}
		a := &authority{mechs: all(), refusal: "clean"}
		_, id, refusal, told, _, err := dialogue(c, a, name, responses)
		if told != 1 || (err == nil) != (refusal == nil) || (refusal == nil) != (id.Mechanism == name) {
			t.Fatalf("%s %q: told %d, %v, %v, %+v", name, response, told, err, refusal, id)
		}
		if refusal == nil && name != auth.External && !strings.Contains(string(response), id.BAL) && !strings.Contains(string(response), "=") {
			t.Fatalf("%q opened %q", response, id.BAL)
		}
		if shown := auth.Show(name, b64(string(response))); len(shown) > 2048 {
			t.Fatalf("shown in %d bytes", len(shown))
		}
	})
}
