package mssante

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/segursim/segursim/internal/sim"
	"github.com/segursim/segursim/internal/store"
	"github.com/segursim/segursim/mocks/mssante/bal"
)

// TestRefusals: what MAIL FROM, RCPT TO and the content are refused for.
func TestRefusals(t *testing.T) {
	t.Parallel()
	big := strings.Repeat("0123456789 123456789 123456789 123456789 123456789 123456789\r\n", 20_000) // 1.2 MB
	for name, c := range map[string]struct {
		change func(*Config)
		set    func(*desk)
		mail   mail
		status int
		code   string
		rule   string
	}{
		"taken":                      {mail: mail{to: []string{robertBAL}}},
		"another's address":          {mail: mail{from: robertBAL, as: kitBAL, to: []string{kitBAL}}, status: 553, code: "5.7.1", rule: notYourSender},
		"another's, same person":     {mail: mail{from: otherBAL, as: kitBAL, person: kit, to: []string{kitBAL}}},
		"another's, no person":       {mail: mail{from: otherBAL, as: kitBAL, to: []string{kitBAL}}, status: 553, code: "5.7.1", rule: notYourSender},
		"sender without form":        {mail: mail{from: "kit", as: kitBAL, to: []string{kitBAL}}, status: 501, code: "5.1.7", rule: badSender},
		"null sender, ordinary mail": {mail: mail{from: "<>", as: kitBAL, to: []string{kitBAL}}, status: 550, code: "5.7.1", rule: nullSender},
		"null sender allowed":        {change: func(c *Config) { c.Post.Sending.NullSender = "allow" }, mail: mail{from: "<>", as: kitBAL, to: []string{kitBAL}}},
		"null sender refused":        {change: func(c *Config) { c.Post.Sending.NullSender = "refuse" }, mail: mail{from: "<>", as: kitBAL, to: []string{kitBAL}, header: "Auto-Submitted: auto-replied\r\n"}, status: 550, code: "5.7.1", rule: nullSender},
		"null sender, automatic":     {mail: mail{from: "<>", as: kitBAL, to: []string{kitBAL}, header: "Auto-Submitted: auto-replied\r\n"}},
		"recipient without form":     {mail: mail{to: []string{"pas une adresse@x.test"}}, status: 501, code: "5.1.3", rule: badRecipient},
		"outside":                    {mail: mail{to: []string{outside}}, status: 550, code: "5.7.1", rule: outsideTrust},
		"outside, warned":            {change: func(c *Config) { c.Post.Sending.Outside = "warn" }, mail: mail{to: []string{outside}}, rule: outsideTrust},
		"unknown":                    {mail: mail{to: []string{"personne@medecin.segursim.test"}}, status: 550, code: "5.1.1", rule: unknownRecipient},
		"closed":                     {mail: mail{to: []string{"kit.ancien@medecin.segursim.test"}}, status: 550, code: "5.2.1", rule: closedRecipient},
		"inaccessible":               {mail: mail{to: []string{"kit.doc0036624@test-ci-sis.segursim.test"}}, status: 550, code: "5.2.1", rule: unusedRecipient},
		"beyond":                     {mail: mail{to: []string{beyond}}},
		"beyond, bounced":            {change: func(c *Config) { c.Post.Relay.Unsimulated = "bounce" }, mail: mail{to: []string{beyond}}, status: 550, code: "5.1.1", rule: relayRefused},
		"too large":                  {change: func(c *Config) { c.Post.Sending.MaxSize = 1 << 20 }, mail: mail{to: []string{robertBAL}, body: big}, status: 552, code: "5.3.4", rule: tooLarge},
		"full for now":               {set: full, mail: mail{to: []string{robertBAL}}, status: 452, code: "4.2.2", rule: fullForNow},
		"full for good":              {change: func(c *Config) { c.Post.Sending.Full = "permanent" }, set: full, mail: mail{to: []string{robertBAL}}, status: 552, code: "5.2.2", rule: fullForGood},
		"greylisted":                 {change: func(c *Config) { c.Post.Greylist.Enabled = true }, mail: mail{to: []string{robertBAL}}, status: 451, code: "4.7.1", rule: greylisted},
		"no header":                  {mail: mail{to: []string{robertBAL}, raw: "\r\n"}, status: 554, code: "5.6.0", rule: unreadable},
		"forged From":                {change: func(c *Config) { c.Post.Sending.From = "refuse" }, mail: mail{to: []string{robertBAL}, raw: "From: <" + robertBAL + ">\r\nSubject: x\r\n\r\nx\r\n"}, status: 550, code: "5.7.1", rule: forgedFrom},
		"own From":                   {change: func(c *Config) { c.Post.Sending.From = "refuse" }, mail: mail{to: []string{robertBAL}}},
		"nobody":                     {mail: mail{}, status: 554, code: "5.5.1", rule: nobody},
		"patient unknown, at RCPT":   {change: func(c *Config) { c.Post.Patients.Refusals = "rcpt" }, mail: mail{to: []string{"255069999999955@patient.mssante.fr"}}, status: 553, code: "5.1.3", rule: mesKey},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t, c.change)
			if c.set != nil {
				c.set(d)
			}
			queue, x, refusal := d.submit(c.mail)
			if refusal == nil {
				refusal = &sim.Error{}
				if len(queue) != 12 {
					t.Errorf("queue id %q", queue)
				}
				if c.rule != "" && !slices.Contains(rules(x), "mss."+c.rule) {
					t.Errorf("rules = %v, want %s", rules(x), c.rule)
				}
			} else if got := refusal.Cause; got.Rule != "mss."+c.rule || got.Text.FR == "" || got.Text.EN == "" || strings.Contains(got.Text.FR+got.Text.EN, "%!") {
				t.Errorf("cause = %+v", got)
			}
			if refusal.Status != c.status || refusal.Code != c.code {
				t.Errorf("refusal = %d %s (%v), want %d %s", refusal.Status, refusal.Code, refusal, c.status, c.code)
			}
			if refusal.Status != 0 && c.set == nil && len(d.events()) > 0 {
				t.Errorf("events of a refused message: %v", d.events())
			}
		})
	}
}

// full fills robertBAL's BAL.
func full(d *desk) {
	d.t.Helper()
	d.send(mail{to: []string{robertBAL}})
	d.do("quota", map[string]any{"bal": robertBAL, "bytes": 10})
}

// TestDelivery: one message, several operators; what each mailbox gets.
func TestDelivery(t *testing.T) {
	t.Parallel()
	d := newDesk(t, nil)
	queue, x := d.send(mail{to: []string{robertBAL, strings.ToUpper(robertBAL), otherBAL, beyond, d.address(alice)}})
	want := "Return-Path: <" + kitBAL + ">\r\nReceived: from poste.test ([127.0.0.1])\r\n\tby smtp.mssante.segursim.test (segursim) with ESMTPSA id " + queue +
		";\r\n\tThu, 15 Jan 2026 09:00:00 +0000\r\nFrom: Dr_Kit_DOC <" + kitBAL + ">\r\n"
	for _, address := range []string{robertBAL, otherBAL, d.address(alice)} {
		got := d.inbox(address)
		if len(got) != 1 || !strings.HasPrefix(string(got[0].Raw), want) || !strings.HasSuffix(string(got[0].Raw), "\r\n\r\nBonjour.\r\n") {
			t.Errorf("%s: %d messages, first:\n%s\nwant it to begin with\n%s", address, len(got), got[0].Raw, want)
		}
	}
	if diff := cmp.Diff([]string{}, d.subjects(kitBAL)); diff != "" {
		t.Errorf("nothing failed, nothing was asked for (-want +got):\n%s", diff)
	}
	facts := x.Entry.Facts["delivery"].(map[string]any)
	if facts["delivered"] != int64(3) || facts["relayed"] != int64(1) || facts["recipients"] != int64(4) {
		t.Errorf("facts = %v", facts)
	}
	if diff := cmp.Diff([]string{opDelivery, opDelivery, opDelivery, opDelivery}, d.events()); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
	var row sent
	_ = d.w.Store.View(func(tx *store.Txn) error {
		row, _ = sents.Get(tx, queue)
		if b, _ := bal.BALs.Get(tx, d.address(alice)); b.Kind != bal.Patient || b.Patient != alice || b.State != bal.Active {
			t.Errorf("the patient's row = %+v", b)
		}
		return nil
	})
	if row.NIL != "NIL0001" || row.MessageID != "essai-1@logiciel.test" || row.Client != "lps-test" || len(row.Recipients) != 4 || row.Recipients[1].Remote != "mx.hopital.segursim.test" {
		t.Errorf("row = %+v", row)
	}
}

// TestKeep: the table of what was sent is bounded, the counters go on.
func TestKeep(t *testing.T) {
	t.Parallel()
	d := newDesk(t, func(c *Config) { c.Post.Keep = 3 })
	for range 5 {
		d.send(mail{to: []string{robertBAL}})
	}
	if got := d.do("sent", nil)["sent"].([]sent); len(got) != 3 || got[0].Order != 5 {
		t.Errorf("%d rows are kept, want the 3 newest", len(got))
	}
	if got := d.do("counters", nil)["total"].(tally); got.Pro != 5 {
		t.Errorf("counters = %+v", got)
	}
}

// TestGreylist: a second attempt passes once the time has gone by.
func TestGreylist(t *testing.T) {
	t.Parallel()
	d := newDesk(t, func(c *Config) { c.Post.Greylist.Enabled = true })
	for i, step := range []struct {
		advance string
		taken   bool
	}{{"0s", false}, {"4m59s", false}, {"1s", true}, {"1h", true}, {"24h", false}} {
		var wait Duration
		if err := wait.UnmarshalText([]byte(step.advance)); err != nil {
			t.Fatal(err)
		}
		d.w.Clock.Advance(timeOf(wait))
		if _, _, refusal := d.submit(mail{to: []string{robertBAL}}); (refusal == nil) != step.taken {
			t.Errorf("step %d: refusal %v", i, refusal)
		}
	}
}
