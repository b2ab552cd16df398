package mss_test

import (
	"testing"

	"github.com/segursim/segursim/internal/lps/mss"
)

func TestXOAUTH2(t *testing.T) {
	t.Parallel()
	x := &mss.XOAUTH2{BAL: bal, Token: "t"}
	const blob = "user=" + bal + "\x01auth=Bearer t\x01\x01"
	name, initial, err := x.Start()
	if name != "XOAUTH2" || string(initial) != blob || err != nil {
		t.Errorf("%s %q %v", name, initial, err)
	}
	if again, err := x.Next(nil); string(again) != blob || err != nil || x.Refused() != nil {
		t.Errorf("without initial response: %q %v", again, err)
	}
	if empty, err := x.Next([]byte(`{"status":"401","schemes":"bearer","scope":"mail"}`)); empty == nil || len(empty) != 0 || err != nil {
		t.Errorf("after the challenge: %q %v", empty, err)
	}
	if r := x.Refused(); r == nil || *r != (mss.TokenError{Status: "401", Schemes: "bearer", Scope: "mail"}) {
		t.Errorf("refused %v", r)
	}
	y := &mss.XOAUTH2{}
	if _, err := y.Next([]byte("no JSON")); err != nil || y.Refused() == nil || y.Refused().Status != `"no JSON"` {
		t.Errorf("%v %v", err, y.Refused())
	}
}
