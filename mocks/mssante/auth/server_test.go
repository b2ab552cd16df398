package auth_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/segursim/segursim/internal/sim"
	"github.com/segursim/segursim/mocks/mssante/auth"
	"github.com/segursim/segursim/mocks/mssante/wire"
)

// refused is a refusal in the form of the tests' protocol.
type refused struct{ of *sim.Error }

func (r refused) Error() string { return r.of.Error() }

func protocol() auth.Protocol {
	return auth.Protocol{Name: "TEST", Error: func(e *sim.Error) error { return refused{of: e} }}
}

func all() []string {
	return []string{auth.XOAUTH2, auth.OAuthBearer, auth.Plain, auth.External}
}

// dialogue plays responses; nil stands for no initial response.
func dialogue(c *wire.Conn, a auth.Authority, mech string, responses [][]byte) (challenges []string, id auth.Identity, refusal *sim.Error, told int, x *sim.Exchange, err error) {
	x = &sim.Exchange{}
	s, err := auth.NewServer(sim.WithExchange(context.Background(), x), protocol(), mech, a, c, func(i auth.Identity, e *sim.Error) {
		id, refusal = i, e
		told++
	})
	if err != nil {
		return
	}
	for _, r := range responses {
		var challenge []byte
		var done bool
		challenge, done, err = s.Next(r)
		if done || err != nil {
			break
		}
		challenges = append(challenges, string(challenge))
	}
	return
}

func TestMechanisms(t *testing.T) {
	t.Parallel()
	c, _ := secured(t, sim.Pass{})
	const bal = "a@x.test"
	xo := func(s string) []byte { return []byte("user=" + bal + "\x01auth=Bearer " + s + "\x01\x01") }
	ob := func(s string) []byte { return []byte("n,a=" + bal + ",\x01auth=Bearer " + s + "\x01\x01") }
	one := func(b []byte) [][]byte { return [][]byte{b} }
	late := func(b ...[]byte) [][]byte { return append([][]byte{nil}, b...) }
	type kinds = sim.Kind
	const granted = kinds(-1)
	for _, tt := range []struct {
		name       string
		mech       string
		responses  [][]byte
		kind       kinds
		challenges []string
		asked      string // BAL and secret
	}{
		{"xoauth2", "XOAUTH2", one(xo("bon")), granted, nil, bal + " bon"},
		{"xoauth2 in two steps", "xoauth2", late(xo("bon")), granted, []string{""}, bal + " bon"},
		{"xoauth2 refused", "XOAUTH2", [][]byte{xo("faux"), {}}, sim.Unauthorized, []string{auth.Refused}, bal + " faux"},
		{"xoauth2 out of order", "XOAUTH2", one(xo("panne")), sim.Unavailable, nil, bal + " panne"},
		{"xoauth2 empty", "XOAUTH2", one([]byte{}), sim.BadRequest, nil, ""},
		{"xoauth2 nothing twice", "XOAUTH2", late([]byte{}), sim.BadRequest, []string{""}, ""},
		{"xoauth2 other order", "XOAUTH2", one([]byte("auth=bearer bon\x01user=" + bal + "\x01\x01")), granted, nil, bal + " bon"},
		{"xoauth2 one end", "XOAUTH2", one([]byte("user=" + bal + "\x01auth=Bearer bon\x01")), sim.BadRequest, nil, ""},
		{"xoauth2 no user", "XOAUTH2", one([]byte("auth=Bearer bon\x01\x01")), sim.BadRequest, nil, ""},
		{"xoauth2 user twice", "XOAUTH2", one([]byte("user=a\x01user=b\x01auth=Bearer bon\x01\x01")), sim.BadRequest, nil, ""},
		{"xoauth2 basic", "XOAUTH2", one([]byte("user=" + bal + "\x01auth=Basic bon\x01\x01")), sim.BadRequest, nil, ""},
		{"xoauth2 no token", "XOAUTH2", one(xo("")), sim.BadRequest, nil, ""},
		{"xoauth2 token of spaces", "XOAUTH2", one(xo("a b")), sim.BadRequest, nil, ""},
		{"xoauth2 12 kB", "XOAUTH2", [][]byte{xo(strings.Repeat("a", auth.MaxToken)), {}}, sim.Unauthorized, []string{auth.Refused}, bal + " " + strings.Repeat("a", auth.MaxToken)},
		{"xoauth2 over", "XOAUTH2", one(xo(strings.Repeat("a", auth.MaxToken+1))), sim.BadRequest, nil, ""},
		{"xoauth2 long name", "XOAUTH2", one([]byte("user=" + strings.Repeat("a", 321) + "\x01auth=Bearer bon\x01\x01")), sim.BadRequest, nil, ""},
		{"xoauth2 name with a line", "XOAUTH2", one([]byte("user=a\r\nb\x01auth=Bearer bon\x01\x01")), sim.BadRequest, nil, ""},
		{"oauthbearer", "OAUTHBEARER", one([]byte("n,a=" + bal + ",\x01host=h\x01port=587\x01auth=Bearer bon\x01\x01")), granted, nil, bal + " bon"},
		{"oauthbearer, binding possible", "OAUTHBEARER", late([]byte("y,a=" + bal + ",\x01auth=Bearer bon\x01\x01")), granted, []string{""}, bal + " bon"},
		{"oauthbearer, binding asked for", "OAUTHBEARER", one([]byte("p=tls-unique,a=" + bal + ",\x01auth=Bearer bon\x01\x01")), sim.BadRequest, nil, ""},
		{"oauthbearer, escapes", "OAUTHBEARER", one([]byte("n,a=a=2Cb=3Dc@x.test,\x01auth=Bearer bon\x01\x01")), granted, nil, "a,b=c@x.test bon"},
		{"oauthbearer, bad escape", "OAUTHBEARER", one([]byte("n,a=a=20b,\x01auth=Bearer bon\x01\x01")), sim.BadRequest, nil, ""},
		{"oauthbearer, nobody", "OAUTHBEARER", one([]byte("n,,\x01auth=Bearer bon\x01\x01")), sim.BadRequest, nil, ""},
		{"oauthbearer, refused", "OAUTHBEARER", [][]byte{ob("faux"), {1}}, sim.Unauthorized, []string{auth.RefusedBearer}, bal + " faux"},
		{"oauthbearer, refused, empty answer", "OAUTHBEARER", [][]byte{ob("faux"), {}}, sim.Unauthorized, []string{auth.RefusedBearer}, bal + " faux"},
		{"oauthbearer, refused, anything", "OAUTHBEARER", [][]byte{ob("faux"), ob("bon")}, sim.Unauthorized, []string{auth.RefusedBearer}, bal + " faux"},
		{"oauthbearer, empty", "OAUTHBEARER", one([]byte{}), sim.BadRequest, nil, ""},
		{"plain", "PLAIN", one([]byte("\x00" + bal + "\x00bon")), granted, nil, bal + " bon"},
		{"plain, both names", "PLAIN", late([]byte(strings.ToUpper(bal) + "\x00" + bal + "\x00")), granted, []string{""}, bal + " "},
		{"plain, as another", "PLAIN", one([]byte("b@x.test\x00" + bal + "\x00bon")), sim.Forbidden, nil, ""},
		{"plain, refused", "PLAIN", one([]byte("\x00" + bal + "\x00faux")), sim.Unauthorized, nil, bal + " faux"},
		{"plain, nobody", "PLAIN", one([]byte("\x00\x00bon")), sim.BadRequest, nil, ""},
		{"plain, two parts", "PLAIN", one([]byte(bal + "\x00bon")), sim.BadRequest, nil, ""},
		{"plain, four parts", "PLAIN", one([]byte("\x00" + bal + "\x00bon\x00")), sim.BadRequest, nil, ""},
		{"external", "EXTERNAL", one([]byte(bal)), granted, nil, bal + " "},
		{"external, unnamed", "EXTERNAL", one([]byte{}), granted, nil, " "},
		{"external, in two steps", "EXTERNAL", late([]byte{}), granted, []string{""}, " "},
		{"external, not text", "EXTERNAL", one([]byte("\xff")), sim.BadRequest, nil, ""},
		{"unknown", "CRAM-MD5", nil, sim.NotFound, nil, ""},
		{"no name", "", nil, sim.NotFound, nil, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := &authority{mechs: all(), refusal: "clean"}
			challenges, id, refusal, told, x, err := dialogue(c, a, tt.mech, tt.responses)
			if told != 1 {
				t.Fatalf("done was called %d times", told)
			}
			if diff := cmp.Diff(tt.challenges, challenges); diff != "" {
				t.Errorf("challenges (-want +got):\n%s", diff)
			}
			if asked := strings.Join(a.asked, "|"); asked != tt.asked {
				t.Errorf("asked %q, want %q", asked, tt.asked)
			}
			if tt.kind == granted {
				if err != nil || refusal != nil || id.Mechanism != strings.ToUpper(tt.mech) {
					t.Fatalf("%v %v %+v", err, refusal, id)
				}
				return
			}
			var e refused
			if !errors.As(err, &e) || refusal == nil || refusal.Kind != tt.kind || e.of.Kind != tt.kind || id != (auth.Identity{}) {
				t.Fatalf("error %v, refusal %+v, want kind %d", err, refusal, tt.kind)
			}
			if tt.asked == "" && (refusal.Cause.Rule == "" || refusal.Cause.Text.FR == "" || refusal.Cause.Text.EN == "") {
				t.Errorf("no cause: %+v", refusal)
			}
			if x.Entry.Facts["auth"] == nil {
				t.Error("no facts")
			}
		})
	}
}

// TestNotOffered: a known mechanism that this connection does not offer.
func TestNotOffered(t *testing.T) {
	t.Parallel()
	c, _ := secured(t, sim.Pass{})
	_, _, refusal, told, _, err := dialogue(c, &authority{mechs: []string{auth.XOAUTH2}}, "PLAIN", nil)
	if err == nil || told != 1 || refusal.Kind != sim.NotFound || !strings.Contains(refusal.Cause.Text.FR, "XOAUTH2") {
		t.Errorf("%v %+v", err, refusal)
	}
}

// TestOver: an exchange that is over refuses, whatever comes.
func TestOver(t *testing.T) {
	t.Parallel()
	c, _ := secured(t, sim.Pass{})
	told := 0
	s, err := auth.NewServer(t.Context(), protocol(), "EXTERNAL", &authority{mechs: all()}, c, func(auth.Identity, *sim.Error) { told++ })
	if err != nil {
		t.Fatal(err)
	}
	if _, done, err := s.Next([]byte("a@x.test")); !done || err != nil {
		t.Fatal(done, err)
	}
	for _, r := range [][]byte{nil, {}, []byte("a@x.test")} {
		if _, done, err := s.Next(r); done || err == nil {
			t.Errorf("%q: %v %v", r, done, err)
		}
	}
	if told != 1 {
		t.Errorf("done was called %d times", told)
	}
}

// TestDrop: the connection goes right after the challenge.
func TestDrop(t *testing.T) {
	t.Parallel()
	c, client := secured(t, sim.Pass{})
	challenges, _, refusal, _, x, err := dialogue(c, &authority{mechs: all(), refusal: "drop"}, "XOAUTH2", [][]byte{[]byte("user=a\x01auth=Bearer faux\x01\x01")})
	if err != nil || refusal == nil || len(challenges) != 1 || challenges[0] != auth.Refused || x.Entry.Fact("auth.refusal") != "drop" {
		t.Fatalf("%q %v %v", challenges, refusal, err)
	}
	select {
	case <-c.Gone():
		t.Fatal("dropped before the challenge was written")
	default:
	}
	if _, err := io.WriteString(c, challenges[0]); err != nil {
		t.Fatal(err)
	}
	<-c.Gone()
	got, _ := io.ReadAll(client)
	if string(got) != auth.Refused {
		t.Errorf("the client got %q", got)
	}
}

// fault is a director with one refusal.
type fault struct{ code string }

func (f fault) Decide(_ context.Context, c sim.Call) sim.Verdict {
	if m, _ := c.Facts["auth"].(map[string]any); m["user"] != "a@x.test" {
		return sim.Verdict{}
	}
	return sim.Verdict{Rule: "f", Err: &sim.Error{Kind: sim.BadRequest, Code: f.code}}
}

// TestFault: the director is asked once the response is known, before the authority.
func TestFault(t *testing.T) {
	t.Parallel()
	c, _ := secured(t, fault{"535"})
	a := &authority{mechs: all(), refusal: "clean"}
	challenges, _, refusal, told, x, _ := dialogue(c, a, "XOAUTH2", [][]byte{[]byte("user=a@x.test\x01auth=Bearer bon\x01\x01"), {}})
	if refusal == nil || refusal.Code != "535" || told != 1 || len(challenges) != 0 || x.Entry.Fault != "f" || len(a.asked) != 0 {
		t.Errorf("%+v %q", refusal, challenges)
	}
	p := protocol()
	p.Fault = func(e *sim.Error) *sim.Error { out := *e; out.Kind = sim.Unauthorized; return &out }
	s, err := auth.NewServer(t.Context(), p, "XOAUTH2", a, c, func(auth.Identity, *sim.Error) {})
	if err != nil {
		t.Fatal(err)
	}
	if challenge, _, err := s.Next([]byte("user=a@x.test\x01auth=Bearer bon\x01\x01")); err != nil || string(challenge) != auth.Refused {
		t.Errorf("%q %v", challenge, err)
	}
}

func TestShow(t *testing.T) {
	t.Parallel()
	token := "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ0ZXN0In0.c2lnbmF0dXJl"
	for _, tt := range []struct{ mech, in, want string }{
		{"XOAUTH2", b64("user=a@x.test\x01auth=Bearer " + token + "\x01\x01"), "[user=a@x.test^Aauth=Bearer eyJhbG...(53:9a9683d5)^A^A]"},
		{"XOAUTH2", b64("user=a@x.test\x01auth=" + token), "[user=a@x.test^Aauth=eyJhbG...(53:9a9683d5)]"},
		{"XOAUTH2", b64("user=a\x01auth=Bearer court\x01\x01"), "[user=a^Aauth=Bearer ***^A^A]"},
		{"XOAUTH2", b64(strings.Repeat("a", 100)), "[aaaaaa...(100:28165978)]"},
		{"PLAIN", b64("\x00a@x.test\x00secret"), "[^@a@x.test^@***]"},
		{"plain", b64("secret"), "[6 octets]"},
		{"EXTERNAL", b64("a@x.test\x7f"), "[a@x.test^?]"},
		{"XOAUTH2", "pas du base64 !", "[15 octets, base64 illisible / unreadable]"},
		{"XOAUTH2", "", ""},
		{"XOAUTH2", "*", "*"},
		{"XOAUTH2", "=", "="},
	} {
		if got := auth.Show(tt.mech, tt.in); got != tt.want {
			t.Errorf("%s %q: got %q, want %q", tt.mech, tt.in, got, tt.want)
		}
	}
}
