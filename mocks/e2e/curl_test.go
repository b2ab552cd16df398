package e2e_test

import (
	"encoding/json"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/segursim/segursim/mocks"
)

// curl runs curl as somebody who follows the documentation does, and returns the
// status and the body.
func (s *simulator) curl(tb testing.TB, args ...string) (int, string) {
	tb.Helper()
	const mark = "\n--status "
	all := append([]string{"-sS", "--noproxy", "*", "--cacert", s.ca, "-w", mark + "%{http_code}"}, args...)
	out := mustRun(tb, "curl", all...)
	cut := strings.LastIndex(out, mark)
	if cut < 0 {
		tb.Fatalf("curl said no status:\n%s", out)
	}
	status, err := strconv.Atoi(out[cut+len(mark):])
	if err != nil {
		tb.Fatal(err)
	}
	return status, out[:cut]
}

// form turns pairs into curl's arguments.
func form(pairs ...string) []string {
	var out []string
	for i := 0; i < len(pairs); i += 2 {
		out = append(out, "--data-urlencode", pairs[i]+"="+pairs[i+1])
	}
	return out
}

// curlForm posts a form by curl; who are curl's arguments of authentication.
func (s *simulator) curlForm(tb testing.TB, at string, who []string, pairs ...string) (int, map[string]any) {
	tb.Helper()
	status, body := s.curl(tb, slices.Concat(who, form(pairs...), []string{at})...)
	if body == "" {
		return status, nil
	}
	return status, object(tb, []byte(body))
}

func basic() []string { return []string{"-u", clientID + ":" + clientSecret} }

// TestCurlCIBA logs in by CIBA with curl alone, from the request to the logout,
// and checks that nothing opens afterwards.
func TestCurlCIBA(t *testing.T) {
	t.Parallel()
	s := start(t, mocks.Options{})
	_, body := s.curl(t, s.Issuer()+"/.well-known/wallet-openid-configuration")
	doc := object(t, []byte(body))
	ciba, tokenAt := text(t, doc, "backchannel_authentication_endpoint"), text(t, doc, "token_endpoint")

	status, asked := s.curlForm(t, ciba, basic(), "scope", "openid scope_all", "acr_values", "eidas1",
		"login_hint", doctor, "binding_message", "42", "channel", "MOBILE")
	if status != 200 || asked["expires_in"] != 120.0 || asked["interval"] != 5.0 {
		t.Fatalf("request: %d %v", status, asked)
	}
	reqID := text(t, asked, "auth_req_id")
	poll := func() (int, map[string]any) {
		t.Helper()
		return s.curlForm(t, tokenAt, basic(), "grant_type", cibaGrant, "auth_req_id", reqID)
	}
	wantRefusal := func(code string) {
		t.Helper()
		if status, got := poll(); status != 400 || got["error"] != code {
			t.Fatalf("poll: %d %v, want %s", status, got, code)
		}
	}
	wantRefusal("authorization_pending")
	wantRefusal("slow_down") // at once, where five seconds are asked for
	s.advance(t, 5*time.Second)
	wantRefusal("authorization_pending")

	status, body = s.curl(t, "-H", "Content-Type: application/json", "-d", `{"login_hint":"`+doctor+`","number":"42"}`,
		s.ControlURL()+"/api/actions/psc/approve")
	if status != 200 {
		t.Fatalf("approve: %d %s", status, body)
	}
	s.advance(t, 5*time.Second)
	status, tokens := poll()
	if status != 200 {
		t.Fatalf("poll: %d %v", status, tokens)
	}
	access, id := text(t, tokens, "access_token"), text(t, tokens, "id_token")
	if got := claims(t, id)["SubjectNameID"]; got != doctor {
		t.Errorf("ID token of %v", got)
	}
	wantRefusal("invalid_grant") // an auth_req_id serves once

	bearer := []string{"-H", "Authorization: Bearer " + access}
	status, body = s.curl(t, append(bearer, text(t, doc, "userinfo_endpoint"))...)
	if status != 200 || object(t, []byte(body))["SubjectNameID"] != doctor {
		t.Errorf("userinfo: %d %s", status, body)
	}
	introspect := func() (int, map[string]any) {
		return s.curlForm(t, text(t, doc, "introspection_endpoint"), basic(), "token", access)
	}
	if status, got := introspect(); status != 200 || got["active"] != true || got["username"] != doctor {
		t.Errorf("introspection: %d %v", status, got)
	}

	status, body = s.curl(t, slices.Concat(form("id_token_hint", id), []string{text(t, doc, "end_session_endpoint")})...)
	if status/100 != 2 {
		t.Errorf("logout: %d %s", status, body)
	}
	if e := s.last(t, "logout"); e.Fact("session.ended") != true {
		t.Errorf("the logout ended no session: %v", e.Facts)
	}
	if status, got := introspect(); status != 200 || got["active"] != false || len(got) != 1 {
		t.Errorf("introspection after the logout: %d %v, want active: false and nothing else", status, got)
	}
	if status, body := s.curl(t, append(bearer, text(t, doc, "userinfo_endpoint"))...); status != 401 {
		t.Errorf("userinfo after the logout: %d %s", status, body)
	}
	status, got := s.curlForm(t, tokenAt, basic(), "grant_type", "refresh_token", "refresh_token", text(t, tokens, "refresh_token"))
	if status != 400 || got["error"] != "invalid_grant" {
		t.Errorf("refresh after the logout: %d %v", status, got)
	}
}

// TestCurlCIBARefusals has the person say no, or nothing.
func TestCurlCIBARefusals(t *testing.T) {
	t.Parallel()
	s := start(t, mocks.Options{})
	tests := map[string]struct {
		verb string
		in   map[string]any
		want string
	}{
		"refused":      {"refuse", map[string]any{}, "access_denied"},
		"wrong number": {"approve", map[string]any{"number": "other"}, "access_denied"},
		"no answer":    {"", nil, "expired_token"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) { // not parallel: they share the clock
			_, asked := s.curlForm(t, s.Issuer()+cibaPath, basic(), "scope", "openid scope_all", "acr_values", "eidas1",
				"login_hint", doctor, "binding_message", "07")
			reqID := text(t, asked, "auth_req_id")
			if tt.verb == "" {
				s.advance(t, 2*time.Minute+time.Second)
			} else {
				tt.in["auth_req_id"] = reqID
				if tt.in["number"] == "other" {
					tt.in["number"] = otherNumber(t, s.act(t, "demands", map[string]any{"login_hint": doctor}), "07")
				}
				s.act(t, tt.verb, tt.in)
			}
			status, got := s.curlForm(t, s.Issuer()+tokenPath, basic(), "grant_type", cibaGrant, "auth_req_id", reqID)
			if status != 400 || got["error"] != tt.want {
				t.Errorf("poll: %d %v, want %s", status, got, tt.want)
			}
		})
	}
}

// otherNumber is a number that the phone offers beside the right one.
func otherNumber(t *testing.T, demands map[string]any, right string) string {
	t.Helper()
	list, _ := demands["demands"].([]any)
	if len(list) != 1 {
		t.Fatalf("demands: %v", demands)
	}
	first, _ := list[0].(map[string]any)
	candidates, _ := first["candidates"].([]any)
	if len(candidates) != 3 {
		t.Fatalf("candidates: %v, want three", candidates)
	}
	for _, c := range candidates {
		if c != right {
			n, _ := c.(string)
			return n
		}
	}
	t.Fatal("the phone offers the right number only")
	return ""
}

// TestCurlJournal runs the curl command that the journal gives for an exchange:
// it must do the same again.
func TestCurlJournal(t *testing.T) {
	t.Parallel()
	s := start(t, mocks.Options{})
	s.curlForm(t, s.Issuer()+cibaPath, basic(), "scope", "openid scope_all", "acr_values", "eidas1",
		"login_hint", "30B0185195/CPET00001 & é", "binding_message", "it's")
	first := s.last(t, "ciba.request")
	_, command := s.control(t, "GET", "/api/journal/"+strconv.FormatUint(first.Seq, 10)+"/curl", nil)
	// The command names ca.pem in the folder where it runs, and says so.
	if out, err := programIn(t, filepath.Dir(s.ca), "no_proxy='*'; export no_proxy\n"+string(command), "sh"); err != nil {
		t.Fatalf("%v\n%s\n%s", err, command, out)
	}
	second := s.last(t, "ciba.request")
	if second.Seq == first.Seq {
		t.Fatalf("the command sent nothing:\n%s", command)
	}
	facts := func(e *mocks.Entry) string {
		b, err := json.Marshal(e.Facts)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	if facts(first) != facts(second) || first.Status != second.Status {
		t.Errorf("the command does something else:\n%s\nfirst  %d %s\nsecond %d %s", command, first.Status, facts(first), second.Status, facts(second))
	}
}
