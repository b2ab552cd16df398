package mssante

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestAutoReply: whom the test address answers, and what.
func TestAutoReply(t *testing.T) {
	t.Parallel()
	at := func(s string) func(*Config) {
		return func(c *Config) {
			d := new(Duration)
			if err := d.UnmarshalText([]byte(s)); err != nil {
				panic(err)
			}
			c.Post.AutoReply.Delay = d
		}
	}
	for name, c := range map[string]struct {
		change  func(*Config)
		mail    mail
		after   time.Duration
		to      string // who is answered, kit by default; "-" for nobody
		subject string
		early   time.Duration
	}{
		"after the default delay": {early: 4999 * time.Millisecond, after: 5 * time.Second, subject: "Re: Essai"},
		"at once":                 {change: at("0s"), subject: "Re: Essai"},
		"after an hour":           {change: at("1h"), early: 59 * time.Minute, after: time.Hour, subject: "Re: Essai"},
		"an answer already":       {change: at("0s"), mail: mail{subject: "Re: Essai"}, subject: "Re: Essai"},
		"accents":                 {change: at("0s"), mail: mail{subject: "=?utf-8?q?R=C3=A9sultats?="}, subject: "Re: Résultats"},
		"Reply-To":                {change: at("0s"), mail: mail{header: "Reply-To: <" + robertBAL + ">\r\n"}, to: robertBAL, subject: "Re: Essai"},
		"Reply-To outside":        {change: at("0s"), mail: mail{header: "Reply-To: <" + outside + ">\r\n"}, subject: "Re: Essai"},
		"to the return path":      {change: func(c *Config) { at("0s")(c); c.Post.AutoReply.To = "return-path" }, mail: mail{header: "Reply-To: <" + robertBAL + ">\r\n"}, subject: "Re: Essai"},
		"switched off":            {change: func(c *Config) { c.Post.AutoReply.Mode = "off" }, after: time.Hour, to: "-"},
		"null return path":        {change: at("0s"), mail: mail{from: "<>", as: kitBAL, header: "Auto-Submitted: auto-generated\r\n"}, to: "-"},
		"auto-replied":            {change: at("0s"), mail: mail{header: "Auto-Submitted: auto-replied\r\n"}, to: "-"},
		"auto-generated":          {change: at("0s"), mail: mail{header: "Auto-Submitted: auto-generated; x=y\r\n"}, to: "-"},
		"Auto-Submitted: no":      {change: at("0s"), mail: mail{header: "Auto-Submitted: no\r\n"}, subject: "Re: Essai"},
		"a list":                  {change: at("0s"), mail: mail{header: "Precedence: list\r\n"}, to: "-"},
		"a receipt": {change: at("0s"), mail: mail{raw: "From: <" + kitBAL + ">\r\nTo: <" + robotAddress + ">\r\nMessage-ID: <m@x.test>\r\nMIME-Version: 1.0\r\n" +
			"Content-Type: multipart/report; report-type=disposition-notification; boundary=b\r\n\r\n--b\r\n\r\nlu\r\n--b\r\nContent-Type: message/disposition-notification\r\n\r\n" +
			"Final-Recipient: rfc822;" + kitBAL + "\r\nOriginal-Message-ID: <z@x.test>\r\nDisposition: manual-action/MDN-sent-manually; displayed\r\n\r\n--b--\r\n"}, to: "-"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t, c.change)
			c.mail.to = []string{robotAddress}
			d.send(c.mail)
			if c.early > 0 {
				d.w.Clock.Advance(c.early)
				if got := d.subjects(kitBAL); len(got) != 0 {
					t.Errorf("answered too early: %v", got)
				}
			}
			d.w.Clock.Advance(c.after - c.early)
			to := c.to
			if to == "" {
				to = kitBAL
			}
			if to == "-" {
				if got := append(d.subjects(kitBAL), d.subjects(robertBAL)...); len(got) != 0 || slices.Contains(d.events(), opAutoReply) {
					t.Errorf("it answered: %v", got)
				}
				return
			}
			got := d.inbox(to)
			if len(got) != 1 {
				t.Fatalf("%d answers", len(got))
			}
			m := got[0]
			if m.Header.Get("Subject") != c.subject || m.Header.Get("From") != robotAddress || m.Header.Get("Auto-Submitted") != "auto-replied" ||
				m.Header.Get("Return-Path") != "<>" || !slices.Equal(m.Header.IDs("In-Reply-To"), []string{"essai-1@logiciel.test"}) ||
				!slices.Equal(m.Header.IDs("References"), []string{"essai-1@logiciel.test"}) {
				t.Errorf("the answer:\n%s", m.Raw)
			}
			if text := m.Body(); !strings.Contains(text, "simulateur") || !strings.Contains(text, "aucune personne réelle") {
				t.Errorf("it does not say that it is a simulator:\n%s", text)
			}
			if !slices.Contains(d.events(), opAutoReply) {
				t.Errorf("events: %v", d.events())
			}
		})
	}
}

// TestAutoReplyGolden: the answer as it is written, and as Python reads it.
func TestAutoReplyGolden(t *testing.T) {
	t.Parallel()
	d := newDesk(t, nil)
	d.send(mail{to: []string{robotAddress}, header: "References: <zero@x.test>\r\n"})
	d.w.Clock.Advance(5 * time.Second)
	got := d.inbox(kitBAL)
	if len(got) != 1 {
		t.Fatalf("%d answers", len(got))
	}
	golden(t, "auto", got[0].Raw)
	if p := python(t, got[0].Raw); p.From != robotAddress || p.Auto != "auto-replied" || !strings.Contains(p.Text, "Numéro") {
		t.Errorf("python reads %+v", p)
	}
}

// TestAutoReplyReset: a reset in the middle of a delay forgets the answer; a snapshot
// keeps it, and it comes once.
func TestAutoReplyReset(t *testing.T) {
	t.Parallel()
	d := newDesk(t, nil)
	d.send(mail{to: []string{robotAddress}})
	d.w.Clock.Advance(2 * time.Second)
	var saved bytes.Buffer
	if err := d.w.Store.Export(&saved); err != nil {
		t.Fatal(err)
	}
	state := d.w.Clock.State()

	d.w.Store.Reset()
	d.s.Reset()
	d.w.Clock.Advance(time.Minute)
	if got := d.subjects(kitBAL); len(got) != 0 {
		t.Errorf("answered after a reset: %v", got)
	}
	if got := d.do("counters", nil)["total"].(tally); got != (tally{}) {
		t.Errorf("counters after a reset: %+v", got)
	}

	if err := d.w.Store.Import(bytes.NewReader(saved.Bytes())); err != nil {
		t.Fatal(err)
	}
	d.w.Clock.Restore(state)
	d.s.Reset()
	if w := d.do("waiting", nil)["waiting"].([]map[string]any); len(w) != 1 || w[0]["op"] != opAutoReply || w[0]["to"] != kitBAL {
		t.Errorf("waiting = %v", w)
	}
	d.w.Clock.Advance(2 * time.Second)
	if got := d.subjects(kitBAL); len(got) != 0 {
		t.Errorf("too early: %v", got)
	}
	d.w.Clock.Advance(time.Second)
	d.w.Clock.Advance(time.Hour)
	if diff := cmp.Diff([]string{"Re: Essai"}, d.subjects(kitBAL)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestAutoReplyBack: a clock moved back makes the answer wait for its time.
func TestAutoReplyBack(t *testing.T) {
	t.Parallel()
	d := newDesk(t, nil)
	d.send(mail{to: []string{robotAddress}})
	d.w.Clock.Advance(-time.Hour)
	d.w.Clock.Advance(time.Hour)
	if got := d.subjects(kitBAL); len(got) != 0 {
		t.Errorf("too early: %v", got)
	}
	d.w.Clock.Advance(5 * time.Second)
	if got := d.subjects(kitBAL); len(got) != 1 {
		t.Errorf("%d answers", len(got))
	}
}
