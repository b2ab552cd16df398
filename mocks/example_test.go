package mocks_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/segursim/segursim/mocks"
)

// A CIBA login against a simulator: the service asks, the person approves on the
// phone, the service polls, and the journal tells what was said.
func Example() {
	ctx := context.Background()
	srv, err := mocks.Start(ctx, mocks.Options{Ephemeral: true})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer srv.Close()
	client, err := srv.Client("") // trusts the simulator, shows no certificate
	if err != nil {
		fmt.Println(err)
		return
	}
	post := func(path string, form url.Values) map[string]any {
		req, _ := http.NewRequestWithContext(ctx, http.MethodPost, srv.Issuer()+"/protocol/openid-connect"+path, strings.NewReader(form.Encode()))
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.SetBasicAuth("segursim-lps", "secret-de-test-segursim")
		resp, err := client.Do(req)
		if err != nil {
			return map[string]any{"error": err.Error()}
		}
		defer resp.Body.Close()
		out := map[string]any{}
		_ = json.NewDecoder(resp.Body).Decode(&out)
		return out
	}

	asked := post("/ext/ciba/auth", url.Values{
		"scope": {"openid scope_all"}, "acr_values": {"eidas1"},
		"login_hint": {"899700366240"}, "binding_message": {"42"}, "channel": {"MOBILE"},
	})
	poll := url.Values{"grant_type": {"urn:openid:params:grant-type:ciba"}, "auth_req_id": {asked["auth_req_id"].(string)}}
	fmt.Println(post("/token", poll)["error"])

	_, err = srv.Do(ctx, "psc", "approve", map[string]any{"login_hint": "899700366240", "number": "42"})
	if err != nil {
		fmt.Println(err)
		return
	}
	srv.Clock().Advance(5_000_000_000) // the interval between two polls, without waiting
	fmt.Println(post("/token", poll)["token_type"])

	for _, e := range srv.Journal(0) {
		fmt.Println(e.Op, e.Outcome)
	}
	// Output:
	// authorization_pending
	// Bearer
	// ciba.request ok
	// token refused
	// ciba.approved event
	// session.started event
	// token ok
}
