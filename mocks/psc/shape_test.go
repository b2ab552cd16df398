package psc_test

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/segursim/segursim/internal/need"
)

// TestTokenShapes holds the members of the tokens of each year, in their order,
// against what real ones show.
func TestTokenShapes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		profile string
		access  string // member names, in order
		alg     string // of the refresh token
		sub     string // how it begins
	}{
		{"2021", "exp iat auth_time jti iss sub typ azp nonce session_state acr scope acr email_verified preferred_username", "HS256", "f:"},
		{"2023", "exp iat auth_time jti iss sub typ azp nonce session_state acr scope sid authMode otherIds preferred_username", "HS256", "f:"},
		{"2026", "exp iat auth_time jti iss sub typ azp nonce sid acr scope authMode auth_level SubjectNameID PSISubjectNameID preferred_username otherIds", "HS512", ""},
	} {
		t.Run(c.profile, func(t *testing.T) {
			t.Parallel()
			w := start(t, "profile: "+c.profile)
			tok := w.ciba()
			header, payload, m := claims(t, tok.text("access_token"))
			if got := strings.Join(names(t, payload), " "); got != c.access {
				t.Errorf("access token members\n got %s\nwant %s", got, c.access)
			}
			if !strings.HasPrefix(header, `{"alg":"RS256","typ" : "JWT","kid" : "`) {
				t.Errorf("header %s", header)
			}
			if sub := m["sub"].(string); c.sub != "" && (!strings.HasPrefix(sub, c.sub) || !strings.HasSuffix(sub, ":"+doctor)) {
				t.Errorf("sub %s", sub)
			}
			_, id, idm := claims(t, tok.text("id_token"))
			if idm["aud"] != "segursim-lps" || idm["typ"] != "ID" || idm["at_hash"] == "" {
				t.Errorf("id token %s", id)
			}
			rh, _, rm := claims(t, tok.text("refresh_token"))
			if !strings.HasPrefix(rh, `{"alg":"`+c.alg+`"`) || rm["typ"] != "Refresh" || rm["aud"] != w.srv.Issuer() {
				t.Errorf("refresh token %s %v", rh, rm)
			}
		})
	}
}

// TestAgainstRealTokens compares with the published tokens of the same year.
func TestAgainstRealTokens(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile(need.Shared(t, "data", "psc", "tokens", "access_PSC-POC_tests_decoded.txt"))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(b)), "\n")
	real := lines[len(lines)-1] // of 2023
	w := start(t, "profile: '2023'")
	_, payload, _ := claims(t, w.ciba().text("access_token"))
	if diff := cmp.Diff(names(t, real), names(t, payload)); diff != "" {
		t.Errorf("members (-real +ours):\n%s", diff)
	}
}

// TestDiscovery holds both documents against the real one, member by member.
func TestDiscovery(t *testing.T) {
	t.Parallel()
	w := start(t, "")
	wallet := w.get(w.srv.Issuer() + "/.well-known/wallet-openid-configuration")
	plain := w.get(w.srv.Issuer() + "/.well-known/openid-configuration")
	if wallet.text("authorization_endpoint") != w.srv.URL()+"/auth" {
		t.Errorf("wallet authorization_endpoint %s", wallet.text("authorization_endpoint"))
	}
	if plain.text("authorization_endpoint") != w.oidc+"/auth" {
		t.Errorf("authorization_endpoint %s", plain.text("authorization_endpoint"))
	}
	for name := range wallet.json {
		if name != "authorization_endpoint" && !cmp.Equal(wallet.json[name], plain.json[name]) {
			t.Errorf("%s differs: %v, %v", name, wallet.json[name], plain.json[name])
		}
	}
	for _, c := range []struct{ profile, file string }{
		{"2026", "reconstructed_bas_wallet-openid-configuration.json"},
		{"2023", "discovery_bas_2023_drimbox.json"},
	} {
		t.Run(c.profile, func(t *testing.T) {
			t.Parallel()
			b, err := os.ReadFile(need.Shared(t, "data", "psc", "discovery", c.file))
			if err != nil {
				t.Fatal(err)
			}
			w := start(t, "profile: '"+c.profile+"'")
			ours := w.get(w.srv.Issuer() + "/.well-known/wallet-openid-configuration")
			if diff := cmp.Diff(names(t, string(b)), names(t, ours.body)); diff != "" {
				t.Errorf("members (-real +ours):\n%s", diff)
			}
			var real map[string]any
			if err := json.Unmarshal(b, &real); err != nil {
				t.Fatal(err)
			}
			for name, v := range real {
				if _, isURL := v.(string); isURL || name == "mtls_endpoint_aliases" {
					continue // hosts differ
				}
				if diff := cmp.Diff(v, ours.json[name]); diff != "" {
					t.Errorf("%s (-real +ours):\n%s", name, diff)
				}
			}
		})
	}
}

// TestHosts: on the real qualification names, the two hosts are told apart.
func TestHosts(t *testing.T) {
	t.Parallel()
	w := start(t, "")
	req := w.req("GET", w.srv.Issuer()+"/.well-known/wallet-openid-configuration", nil)
	req.Host = "auth.bas.psc.esante.gouv.fr"
	a := w.do(w.http, req)
	if got, want := a.text("issuer"), "https://auth.bas.psc.esante.gouv.fr/auth/realms/esante-wallet"; got != want {
		t.Errorf("issuer %s, want %s", got, want)
	}
	if got, want := a.text("authorization_endpoint"), "https://wallet.bas.psc.esante.gouv.fr/auth"; got != want {
		t.Errorf("authorization_endpoint %s, want %s", got, want)
	}
	pinned := start(t, "{auth_url: 'https://un.test', wallet_url: 'https://deux.test'}")
	b := pinned.get(pinned.srv.URL() + "/auth/realms/esante-wallet/.well-known/wallet-openid-configuration")
	if b.text("issuer") != "https://un.test/auth/realms/esante-wallet" || b.text("authorization_endpoint") != "https://deux.test/auth" {
		t.Errorf("%s %s", b.text("issuer"), b.text("authorization_endpoint"))
	}
}

func TestUserinfo(t *testing.T) {
	t.Parallel()
	w := start(t, "approve: {outcome: approve}")
	info := func(w *world, person, channel string) answer {
		a := w.post("/ext/ciba/auth", with(cibaForm(), "login_hint", person, "channel", channel), basic)
		tok := w.post("/token", form("grant_type", grantCIBA, "auth_req_id", a.text("auth_req_id")), basic)
		return w.get("/userinfo", bearer(tok.text("access_token")))
	}
	full := info(w, doctor, "MOBILE")
	for _, name := range []string{"sub", "SubjectNameID", "SubjectOrganization", "SubjectRefPro", "SubjectRole", "otherIds", "codeCivilite"} {
		if full.json[name] == nil {
			t.Errorf("%s is missing from %s", name, full.body)
		}
	}
	if strings.Contains(full.body, "null") {
		t.Errorf("absent values are empty strings: %s", full.body)
	}
	t.Run("no professional data", func(t *testing.T) {
		w := w.in(t)
		want := []string{"sub", "preferred_username", "codeCivilite", "given_name", "SubjectNameID", "family_name"}
		if got := names(t, info(w, "ANS20260115090000", "MOBILE").body); !slices.Equal(got, want) {
			t.Errorf("members %v, want %v", got, want)
		}
	})
	t.Run("as published", func(t *testing.T) {
		b, err := os.ReadFile(need.Shared(t, "data", "psc", "userinfo", "899700366240_medecin_libre+hospital_VihfBuilderTest.json"))
		if err != nil {
			t.Fatal(err)
		}
		w := start(t, "{profile: '2023', approve: {outcome: approve}}")
		ours := info(w, doctor, "MOBILE")
		if diff := cmp.Diff(names(t, string(b)), names(t, ours.body)); diff != "" {
			t.Errorf("members (-real +ours):\n%s", diff)
		}
	})
	t.Run("minimal", func(t *testing.T) {
		w := start(t, "{userinfo: minimal, approve: {outcome: approve}}")
		want := []string{"sub", "preferred_username", "codeCivilite", "given_name", "SubjectNameID", "family_name"}
		if got := names(t, info(w, doctor, "MOBILE").body); !slices.Equal(got, want) {
			t.Errorf("members %v, want %v", got, want)
		}
	})
	t.Run("jwt", func(t *testing.T) {
		w := start(t, "{userinfo: jwt, approve: {outcome: approve}}")
		a := info(w, doctor, "MOBILE")
		if a.header.Get("Content-Type") != "application/jwt" {
			t.Fatalf("Content-Type %q", a.header.Get("Content-Type"))
		}
		if _, _, m := claims(t, a.body); m["aud"] != "segursim-lps" || m["SubjectNameID"] != doctor {
			t.Errorf("claims %v", m)
		}
	})
	t.Run("refusals", func(t *testing.T) {
		w := start(t, "approve: {outcome: approve}")
		a := w.get("/userinfo")
		if a.status != 401 || a.body != "" || a.header.Get("WWW-Authenticate") != `Bearer realm="esante-wallet"` {
			t.Errorf("no token: %d %q %q", a.status, a.body, a.header.Get("WWW-Authenticate"))
		}
		a = w.get("/userinfo", bearer("x"))
		w.refused(a, 401, "invalid_token", "Token verification failed")
		want := `Bearer realm="esante-wallet", error="invalid_token", error_description="Token verification failed"`
		if got := a.header.Get("WWW-Authenticate"); got != want {
			t.Errorf("WWW-Authenticate %s\nwant %s", got, want)
		}
		// A client that forgets openid gets a token, and no userinfo.
		ask := w.post("/ext/ciba/auth", with(cibaForm(), "scope", "scope_all"), basic)
		tok := w.post("/token", form("grant_type", grantCIBA, "auth_req_id", ask.text("auth_req_id")), basic)
		if tok.text("id_token") != "" {
			t.Error("an id_token without openid")
		}
		w.refused(w.get("/userinfo", bearer(tok.text("access_token"))), 403, "insufficient_scope", "Missing openid scope")
		live := w.ciba2()
		if a := w.post("/userinfo", form("access_token", live.text("access_token"))); a.status != 200 {
			t.Errorf("POST with the token in the form: %d %s", a.status, a.body)
		}
		w.action("end-session", map[string]any{"login_hint": doctor})
		w.refused(w.get("/userinfo", bearer(live.text("access_token"))), 401, "invalid_token", "User session not found or doesn't have client attached on it")
	})
}

// ciba2 is a login where a policy approves.
func (w *world) ciba2() answer {
	w.t.Helper()
	a := w.post("/ext/ciba/auth", cibaForm(), basic)
	return w.post("/token", form("grant_type", grantCIBA, "auth_req_id", a.text("auth_req_id")), basic)
}
