package mssante

import (
	"encoding/csv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/mocks/mssante/linter"
)

// TestTrace: the lines of the server's trace, from the journal and from the table.
func TestTrace(t *testing.T) {
	t.Parallel()
	d := newDesk(t, nil)
	queue, _ := d.send(mail{to: []string{robertBAL}, person: kit})
	who := map[string]any{"user": kitBAL, "person": kit, "client": "lps-test"}
	for i, e := range []journal.Entry{
		{Transport: "smtp", Op: "smtp.auth", Status: 235, Outcome: journal.OK, Facts: map[string]any{"auth": map[string]any{"user": kitBAL, "person": kit, "client": "lps-test", "mechanism": "XOAUTH2"}}},
		{Transport: "smtp", Op: "smtp.rcpt", Status: 550, Outcome: journal.Refused, Facts: map[string]any{
			"auth": who, "mail": map[string]any{"from": kitBAL}, "rcpt": map[string]any{"to": outside}, "error": map[string]any{"code": "5.7.1", "text": "=no"},
		}},
		{Transport: "imap", Op: "imap.fetch", Outcome: journal.OK, Facts: map[string]any{"user": kitBAL, "person": kit, "client": "lps-test", "command": "UID FETCH", "args": "1:* (FLAGS)", "folder": "INBOX", "answer": "OK"}},
		{Transport: "imap", Op: "imap.store", Outcome: journal.OK, Facts: map[string]any{"user": kitBAL, "person": kit, "client": "lps-test", "command": "STORE", "args": `1 +FLAGS (\Deleted)`, "answer": "OK"}},
		{Transport: "imap", Op: "imap.noop", Outcome: journal.OK, Facts: map[string]any{"user": kitBAL, "command": "NOOP"}},
		{Transport: "imap", Op: "imap.fetch", Outcome: journal.OK, Facts: map[string]any{"user": robertBAL, "person": robert, "command": "FETCH", "answer": "OK"}},
		{Transport: "imap", Op: "imap.connect", Outcome: journal.OK},
	} {
		e.Service, e.Time = "mssante", morning.Add(time.Duration(i+1)*time.Minute)
		d.w.Journal.Append(&e)
	}
	out := d.do("trace", map[string]any{"bal": kitBAL})
	line := func(at, action, request, answer string, ok bool) traced {
		return traced{BAL: kitBAL, Author: kit, Time: "2026-01-15T" + at + "+01:00", Action: action, Request: request, Answer: answer, Success: ok, Software: "lps-test"}
	}
	want := []traced{
		line("10:00:00", "envoi", "MAIL FROM:<"+kitBAL+"> RCPT TO:<"+robertBAL+"> DATA", "250 "+queue, true),
		line("10:01:00", "connexion", "smtp.auth XOAUTH2", "235", true),
		line("10:02:00", "envoi", "MAIL FROM:<"+kitBAL+"> RCPT TO:<"+outside+">", "550 5.7.1 =no", false),
		line("10:03:00", "lecture", "UID FETCH 1:* (FLAGS) (INBOX)", "OK", true),
		line("10:04:00", "suppression", `STORE 1 +FLAGS (\Deleted)`, "OK", true),
	}
	if diff := cmp.Diff(want, out["trace"], cmpopts.IgnoreUnexported(traced{}), cmpopts.IgnoreFields(traced{}, "Entry")); diff != "" {
		t.Errorf("trace (-want +got):\n%s", diff)
	}
	r := csv.NewReader(strings.NewReader(out["csv"].(string)))
	r.Comma = ';'
	rows, err := r.ReadAll()
	if err != nil || len(rows) != len(want)+1 || rows[0][0] != "bal" || rows[1][3] != "envoi" {
		t.Errorf("CSV: %v, %v", rows, err)
	}
	if got := d.do("trace", map[string]any{"since": "2026-01-15T09:06:00Z"})["trace"].([]traced); len(got) != 1 || got[0].BAL != robertBAL {
		t.Errorf("since: %v", got)
	}
	if got := d.do("trace", map[string]any{"action": "suppression"})["trace"].([]traced); len(got) != 1 {
		t.Errorf("by action: %v", got)
	}
	if _, err := d.try("trace", map[string]any{"since": "hier"}); refusalCode(t, err) != "bad-value" {
		t.Errorf("since: %v", err)
	}
}

// TestTraceCSV: no field of a spreadsheet is taken for a formula.
func TestTraceCSV(t *testing.T) {
	t.Parallel()
	out, err := traceCSV([]traced{{BAL: "=1+1", Request: "-x", Answer: "a;\"b\"\n", Author: "@x"}})
	if err != nil {
		t.Fatal(err)
	}
	r := csv.NewReader(strings.NewReader(out))
	r.Comma = ';'
	rows, err := r.ReadAll()
	if err != nil || rows[1][0] != "'=1+1" || rows[1][4] != "'-x" || rows[1][1] != "'@x" {
		t.Errorf("%q, %v", rows, err)
	}
}

// TestCounters: what counts for the thresholds of the financing, and what does not.
func TestCounters(t *testing.T) {
	t.Parallel()
	d := newDesk(t, nil)
	for range 10 {
		d.do("deposer", map[string]any{"from": labBAL, "to": kitBAL, "nil": "NILPFI", "document": map[string]any{"patient": alice}})
	}
	d.do("deposer", map[string]any{"from": labBAL, "to": kitBAL, "nil": "NILPFI"})
	d.do("deposer", map[string]any{"from": labBAL, "to": ghost, "nil": "NILPFI"})
	met := func() map[string]bool {
		out := map[string]bool{}
		for _, th := range d.do("counters", nil)["nil"].(map[string]any)["NILPFI"].(map[string]any)["thresholds"].([]map[string]any) {
			out[th["couloir"].(string)] = th["met"].(bool)
		}
		return out
	}
	if diff := cmp.Diff(map[string]bool{"HOP-PFI": false, "RAD-RIS": false, "BIO-SGL": false, "MDV-LGC": true}, met()); diff != "" {
		t.Errorf("without the test message (-want +got):\n%s", diff)
	}
	d.do("deposer", map[string]any{"from": labBAL, "to": robotAddress, "nil": "NILPFI"})
	d.w.Clock.Advance(time.Minute)
	if diff := cmp.Diff(map[string]bool{"HOP-PFI": true, "RAD-RIS": true, "BIO-SGL": true, "MDV-LGC": true}, met()); diff != "" {
		t.Errorf("with it (-want +got):\n%s", diff)
	}
	d.send(mail{to: []string{robertBAL, d.address(alice)}}) // another software
	out := d.do("counters", nil)
	bals := out["bal"].(map[string]tally)
	if diff := cmp.Diff(tally{ProXDM: 10, Pro: 1, Test: 1, Bounces: 1}, bals[labBAL], cmpopts.IgnoreFields(tally{}, "Faulty")); diff != "" {
		t.Errorf("the laboratory (-want +got):\n%s", diff)
	}
	if got := bals[kitBAL]; got.Pro != 1 || got.Patient != 1 || got.Test != 0 {
		t.Errorf("kit = %+v", got)
	}
}

// TestLook: the actions that look at messages.
func TestLook(t *testing.T) {
	t.Parallel()
	d := newDesk(t, nil)
	d.send(mail{to: []string{robertBAL}, subject: "Un", id: "un@x.test"})
	d.send(mail{to: []string{robertBAL}, subject: "Deux", id: "deux@x.test"})
	list := d.do("messages", map[string]any{"bal": strings.ToUpper(robertBAL), "limit": 1})["messages"].([]map[string]any)
	if len(list) != 1 || list[0]["subject"] != "Deux" {
		t.Errorf("messages = %v", list)
	}
	if list = d.do("messages", map[string]any{"bal": robertBAL, "before": 2.0})["messages"].([]map[string]any); len(list) != 1 || list[0]["subject"] != "Un" {
		t.Errorf("messages before = %v", list)
	}
	one := d.do("message", map[string]any{"bal": robertBAL, "message": "<un@x.test>", "source": true})
	findings, _ := one["findings"].([]linter.Finding)
	if one["subject"] != "Un" || one["text"] != "Bonjour.\r\n" && one["text"] != "Bonjour.\n" || one["source"] == "" || findings == nil {
		t.Errorf("message = %v", one)
	}
	lint := d.do("lint", map[string]any{"raw": "Subject: x\n\nBonjour\n", "from": kitBAL, "to": robertBAL, "kind": "PER"})
	if lint["errors"].(int) == 0 || lint["readable"] != true {
		t.Errorf("lint = %v", lint)
	}
	for verb, cases := range map[string]map[string]map[string]any{
		"messages": {"bal-unknown": {"bal": "x@y.test"}, "no-folder": {"bal": robertBAL, "folder": "Rien"}, "bad-value": {"bal": robertBAL, "limit": "trois"}, "patient-unknown": {"bal": ghost}},
		"message":  {"no-message": {"bal": robertBAL, "message": "9"}, "bad-value": {"bal": robertBAL, "source": "peut-être"}},
		"lint":     {"bad-value": {"raw": ""}},
		"sent":     {"sending-unknown": {"queue": "X"}},
		"quota":    {"bal-unknown": {"bal": "x@y.test"}, "bad-value": {"bal": robertBAL, "bytes": "-1"}},
		"mes":      {"patient-unknown": {"patient": "x"}, "patient-without-ins": {"patient": "segursim-inconnu"}},
		"receipts": {"bal-unknown": {"bal": "x@y.test"}, "bad-value": {"bal": robertBAL, "delay": "bientôt"}},
		"mes.read": {"no-folder": {"patient": alice}},
	} {
		for code, in := range cases {
			if _, err := d.try(verb, in); refusalCode(t, err) != code {
				t.Errorf("%s %v: %v, want %s", verb, in, err, code)
			}
		}
	}
}

// TestPostConfig: settings that mean nothing are refused, by name.
func TestPostConfig(t *testing.T) {
	t.Parallel()
	for want, c := range map[string]PostConfig{
		"sending.outside":          {Sending: Sending{Outside: "maybe"}},
		"sending.max_size":         {Sending: Sending{MaxSize: -1}},
		"sending.host":             {Sending: Sending{Host: "x y"}},
		"mes.max_size":             {Patients: Patients{MaxSize: 1 << 40}},
		"mes.codes":                {Patients: Patients{Codes: map[string]string{"unknown": "5.1.1"}}},
		"mes.codes.mes-unknown":    {Patients: Patients{Codes: map[string]string{mesUnknown: "4.1.1"}}},
		"mes.texts.mes-unknown":    {Patients: Patients{Texts: map[string]string{mesUnknown: "é"}}},
		"relay.queue":              {Relay: Relay{Queue: -1}},
		"keep":                     {Keep: -1},
		"auto_reply.mode":          {AutoReply: AutoReply{Mode: "maybe"}},
		"notifications.full_below": {Notifications: Notifications{FullBelow: -1}},
	} {
		if err := c.setDefaults(); err == nil || !strings.Contains(err.Error(), want+":") {
			t.Errorf("%s: %v", want, err)
		}
	}
	var c PostConfig
	if err := c.setDefaults(); err != nil || c.Sending.MaxSize != 10<<20 || c.Patients.MaxSize != 25<<20 || timeOf(*c.AutoReply.Delay) != 5*time.Second {
		t.Errorf("defaults = %+v, %v", c, err)
	}
}
