package mssante

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/segursim/segursim/internal/sim"
)

// ghost is the address of a matricule with its right key that nobody has.
const ghost = "147039988877703@patient.mssante.fr"

// TestNotify: which reports RFC 3461 §4.1 wants, by NOTIFY and by what became of the
// message.
func TestNotify(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		to     string
		notify []string
		from   string
		want   []string // action and status of each recipient reported
	}{
		"delivered, nothing asked": {to: robertBAL},
		"delivered, success":       {to: robertBAL, notify: []string{"SUCCESS"}, want: []string{"delivered 2.1.5"}},
		"delivered, failure":       {to: robertBAL, notify: []string{"FAILURE", "DELAY"}},
		"other operator, success":  {to: otherBAL, notify: []string{"SUCCESS", "FAILURE"}, want: []string{"delivered 2.1.5"}},
		"relayed, success":         {to: beyond, notify: []string{"SUCCESS"}, want: []string{"relayed 2.0.0"}},
		"failed, nothing asked":    {to: ghost, want: []string{"failed 5.1.1"}},
		"failed, failure":          {to: ghost, notify: []string{"FAILURE"}, want: []string{"failed 5.1.1"}},
		"failed, success only":     {to: ghost, notify: []string{"SUCCESS"}},
		"failed, never":            {to: ghost, notify: []string{"NEVER"}},
		"failed, null return path": {to: ghost, from: "<>", notify: []string{"FAILURE"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t, nil)
			d.send(mail{from: c.from, as: kitBAL, to: []string{c.to}, notify: c.notify, header: "Auto-Submitted: auto-generated\r\n"})
			var got []string
			for _, m := range d.inbox(kitBAL) {
				status, ok := m.Delivery()
				if !ok || m.Header.Get("Return-Path") != "<>" || m.Header.Get("Auto-Submitted") != "auto-replied" {
					t.Errorf("no report, or with a return path:\n%s", m.Raw)
				}
				for _, r := range status.Recipients {
					got = append(got, r.Action+" "+r.Status)
				}
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("reports (-want +got):\n%s", diff)
			}
		})
	}
}

// TestReturn: what a report gives back of the message (RFC 3461 §4.3).
func TestReturn(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("Une ligne de texte assez longue pour peser.\r\n", 2000)
	for name, c := range map[string]struct {
		ret, body string
		to        string
		whole     bool
	}{
		"small":          {to: ghost, whole: true},
		"small, headers": {to: ghost, ret: "HDRS"},
		"large":          {to: ghost, body: long},
		"large, full":    {to: ghost, body: long, ret: "FULL", whole: true},
		"success, full":  {to: robertBAL, ret: "FULL"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t, nil)
			d.send(mail{to: []string{c.to}, notify: []string{"SUCCESS", "FAILURE"}, ret: c.ret, body: c.body, envid: "ENV-7"})
			got := d.inbox(kitBAL)
			if len(got) != 1 {
				t.Fatalf("%d reports", len(got))
			}
			last := got[0].Parts[len(got[0].Parts)-1]
			if want := map[bool]string{true: "message/rfc822", false: "text/rfc822-headers"}[c.whole]; last.MediaType != want {
				t.Errorf("gives back %s, want %s", last.MediaType, want)
			}
			status, _ := got[0].Delivery()
			if status.OriginalEnvelopeID != "ENV-7" || status.Recipients[0].Original != c.to || status.Arrival == "" {
				t.Errorf("status = %+v", status)
			}
		})
	}
}

// TestReportGoldens: the reports as they are written, and as Python reads them.
func TestReportGoldens(t *testing.T) {
	t.Parallel()
	d := newDesk(t, nil)
	d.send(mail{to: []string{robertBAL, otherBAL, d.address("segursim-oppose"), ghost}, notify: []string{"SUCCESS", "FAILURE"}, envid: "ENV-1", subject: "=?utf-8?q?R=C3=A9sultats?="})
	got := d.inbox(kitBAL)
	var raw [][]byte
	for _, m := range got {
		raw = append(raw, m.Raw)
	}
	golden(t, "dsn", raw...)
	if len(got) != 3 {
		t.Fatalf("%d reports, want a failure and two successes", len(got))
	}
	for i, want := range []string{"Undelivered Mail Returned to Sender", "Successful Mail Delivery Report", "Successful Mail Delivery Report"} {
		p := python(t, got[i].Raw)
		if p.Subject != want && p.Subject != got[i].Header.Get("Subject") || p.Report != "delivery-status" || p.Auto != "auto-replied" {
			t.Errorf("python reads %+v", p)
		}
		if len(p.Fields) < 2 || p.Fields[0]["original-envelope-id"] != "ENV-1" || p.Fields[1]["final-recipient"] == "" {
			t.Errorf("python reads the fields %v", p.Fields)
		}
	}
}

// TestDelay: a fault delays a delivery; the sender is warned once, and told in the
// end; the time is simulated.
func TestDelay(t *testing.T) {
	t.Parallel()
	busy := func(sim.Call) sim.Verdict {
		return sim.Verdict{Rule: "f1", Err: &sim.Error{Code: "4.4.1", Text: "No answer from host"}}
	}
	actions := func(d *desk) []string {
		out := []string{}
		for _, m := range d.inbox(kitBAL) {
			status, _ := m.Delivery()
			out = append(out, status.Recipients[0].Action+" "+status.Recipients[0].Status)
		}
		return out
	}
	t.Run("until the end", func(t *testing.T) {
		t.Parallel()
		d := newDesk(t, nil)
		d.fault.verdict = busy
		queue, _ := d.send(mail{to: []string{otherBAL}})
		for i, step := range []struct {
			advance time.Duration
			want    []string
		}{
			{3 * time.Hour, []string{}},
			{time.Hour, []string{"delayed 4.4.1"}},
			{24 * time.Hour, []string{"delayed 4.4.1"}},
			{100 * time.Hour, []string{"delayed 4.4.1", "failed 4.4.7"}},
			{100 * time.Hour, []string{"delayed 4.4.1", "failed 4.4.7"}},
		} {
			for range int(step.advance / time.Hour) {
				d.w.Clock.Advance(time.Hour)
			}
			if diff := cmp.Diff(step.want, actions(d)); diff != "" {
				t.Errorf("step %d (-want +got):\n%s", i, diff)
			}
		}
		if row := d.do("sent", map[string]any{"queue": queue})["sent"].([]sent)[0]; row.Recipients[0].Outcome != bounced || row.Recipients[0].Refusal != relayTimeout {
			t.Errorf("row = %+v", row.Recipients)
		}
		if w := d.do("waiting", nil)["waiting"].([]map[string]any); len(w) != 0 {
			t.Errorf("still waits: %v", w)
		}
	})
	t.Run("until it passes", func(t *testing.T) {
		t.Parallel()
		d := newDesk(t, nil)
		d.fault.verdict = busy
		queue, _ := d.send(mail{to: []string{otherBAL}, notify: []string{"SUCCESS", "DELAY"}})
		d.w.Clock.Advance(time.Hour)
		d.fault.verdict = nil
		d.w.Clock.Advance(time.Hour)
		if diff := cmp.Diff([]string{"delivered 2.1.5"}, actions(d)); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		if got := d.subjects(otherBAL); len(got) != 1 {
			t.Errorf("delivered %d times", len(got))
		}
		if row := d.do("sent", map[string]any{"queue": queue})["sent"].([]sent)[0]; row.Recipients[0].Outcome != delivered || row.Recipients[0].UID == 0 {
			t.Errorf("row = %+v", row.Recipients)
		}
	})
	t.Run("a delay", func(t *testing.T) {
		t.Parallel()
		d := newDesk(t, nil)
		d.fault.verdict = func(c sim.Call) sim.Verdict {
			if to := c.Facts["delivery"].(map[string]any)["to"]; to != otherBAL {
				return sim.Verdict{}
			}
			return sim.Verdict{Rule: "f2", Delay: time.Minute}
		}
		_, x := d.send(mail{to: []string{otherBAL, robertBAL}})
		if facts := x.Entry.Facts["delivery"].(map[string]any); facts["deferred"] != int64(1) || facts["delivered"] != int64(1) {
			t.Errorf("facts = %v", facts)
		}
		d.w.Clock.Advance(59 * time.Second)
		if got := d.subjects(otherBAL); len(got) != 0 {
			t.Errorf("too early: %v", got)
		}
		d.w.Clock.Advance(time.Second)
		if got := d.subjects(otherBAL); len(got) != 1 {
			t.Errorf("in the end: %v", got)
		}
	})
	t.Run("refused for good", func(t *testing.T) {
		t.Parallel()
		d := newDesk(t, nil)
		d.fault.verdict = func(sim.Call) sim.Verdict {
			return sim.Verdict{Rule: "f3", Err: &sim.Error{Code: "5.7.1", Text: "Not wanted here"}}
		}
		d.send(mail{to: []string{otherBAL}})
		if diff := cmp.Diff([]string{"failed 5.7.1"}, actions(d)); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

// TestQueueFull: what cannot wait any more is refused, and nothing of it is kept.
func TestQueueFull(t *testing.T) {
	t.Parallel()
	d := newDesk(t, func(c *Config) { c.Post.Relay.Queue = 2 })
	d.fault.verdict = func(sim.Call) sim.Verdict { return sim.Verdict{Rule: "f", Delay: time.Hour} }
	for range 2 {
		d.send(mail{to: []string{robertBAL}})
	}
	if _, _, refusal := d.submit(mail{to: []string{robertBAL}}); refusal == nil || refusal.Status != 452 || refusal.Code != "4.3.1" {
		t.Errorf("refusal = %v", refusal)
	}
	if got := d.do("sent", nil)["sent"].([]sent); len(got) != 2 {
		t.Errorf("%d rows", len(got))
	}
}

// TestQuotaAtDelivery: a message that does not fit any more comes back.
func TestQuotaAtDelivery(t *testing.T) {
	t.Parallel()
	d := newDesk(t, nil)
	d.send(mail{to: []string{"kit.petite@medecin.segursim.test"}, body: strings.Repeat("0123456789\r\n", 6000)})
	got := d.inbox(kitBAL)
	if len(got) != 1 {
		t.Fatalf("%d reports", len(got))
	}
	if status, _ := got[0].Delivery(); status.Recipients[0].Status != "5.2.2" {
		t.Errorf("status = %+v", status)
	}
}
