package mssante

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/segursim/segursim/internal/registre"
	"github.com/segursim/segursim/internal/sim"
	"github.com/segursim/segursim/internal/store"
)

// refusalCode is the code of an action's refusal, which must have a cause.
func refusalCode(t *testing.T, err error) string {
	t.Helper()
	var e *sim.Error
	if !errors.As(err, &e) {
		t.Fatalf("error %v: want a refusal", err)
	}
	if e.Cause.Text.FR == "" || e.Cause.Text.EN == "" {
		t.Errorf("%s: refused without a cause", e.Code)
	}
	return e.Code
}

// TestPatientBounces: what Mon espace santé gives back, and why.
func TestPatientBounces(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change  func(*Config)
		set     func(*desk)
		patient string // of the registre
		to      string
		status  string
		rule    string
		body    string
		remark  string
	}{
		"received":           {patient: alice},
		"in capitals":        {to: "2A"},
		"unknown":            {to: ghost, status: "5.1.1", rule: mesUnknown},
		"former matricule":   {to: "former", status: "5.1.1", rule: mesFormer},
		"no matricule":       {to: "jean.dupont@patient.mssante.fr", status: "5.1.3", rule: mesSyntax},
		"short":              {to: "2550699999999@patient.mssante.fr", status: "5.1.3", rule: mesSyntax},
		"wrong key":          {to: "255069999999900@patient.mssante.fr", status: "5.1.3", rule: mesKey},
		"opposed":            {patient: "segursim-oppose", status: "5.2.1", rule: mesOpposed},
		"dead":               {patient: "segursim-decede", status: "5.2.1", rule: mesClosed},
		"closed by action":   {patient: alice, set: func(d *desk) { d.do("mes.close", map[string]any{"patient": alice}) }, status: "5.2.1", rule: mesClosed},
		"opposed by action":  {patient: alice, set: func(d *desk) { d.do("mes.oppose", map[string]any{"patient": alice}) }, status: "5.2.1", rule: mesOpposed},
		"opened by action":   {patient: "segursim-oppose", set: func(d *desk) { d.do("mes.open", map[string]any{"patient": "segursim-oppose"}) }},
		"closed by settings": {change: func(c *Config) { c.Post.Patients.Closed = []string{alice} }, patient: alice, status: "5.2.1", rule: mesClosed},
		"other code":         {change: func(c *Config) { c.Post.Patients.Codes = map[string]string{mesUnknown: "5.1.6"} }, to: ghost, status: "5.1.6", rule: mesUnknown},
		"too large":          {change: func(c *Config) { c.Post.Patients.MaxSize = 1000 }, patient: alice, body: strings.Repeat("0123456789\r\n", 100), status: "5.3.4", rule: mesSize},
		"minor":              {patient: "segursim-enfant", remark: "mss.mes.minor"},
		"NIA":                {patient: "segursim-nia", remark: "mss.mes.nia"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t, c.change)
			if c.set != nil {
				c.set(d)
			}
			to := c.to
			switch {
			case c.patient != "":
				to = d.address(c.patient)
			case c.to == "2A":
				to = strings.ToUpper(d.address("segursim-corse-sud"))
				to = strings.Replace(to, "PATIENT.MSSANTE.FR", patientDomain, 1)
			case c.to == "former":
				to = d.former("segursim-histo")
			}
			_, x := d.send(mail{to: []string{to}, body: c.body})
			var status, rule string
			for _, m := range d.inbox(kitBAL) {
				got, ok := m.Delivery()
				if !ok || m.Header.Get("Subject") != "Undelivered Mail Returned to Sender" {
					t.Errorf("no bounce:\n%s", m.Raw)
				}
				status = got.Recipients[0].Status
			}
			for _, e := range d.w.Journal.Since(0, 0) {
				if e.Op == opDelivery && len(e.Causes) > 0 {
					rule = strings.TrimPrefix(e.Causes[0].Rule, "mss.")
				}
			}
			if status != c.status || rule != c.rule {
				t.Errorf("bounced with %q (%s), want %q (%s)", status, rule, c.status, c.rule)
			}
			if slices.Contains(d.events(), opBounce) != (c.status != "") {
				t.Errorf("events: %v", d.events())
			}
			if got := len(d.inbox(strings.ToLower(to))); (got == 1) != (c.status == "") {
				t.Errorf("the patient got %d messages", got)
			}
			if c.remark != "" && !slices.Contains(rules(x), c.remark) {
				t.Errorf("remarks = %v", rules(x))
			}
		})
	}
}

// former is the address of a patient's former matricule.
func (d *desk) former(patient string) (address string) {
	_ = d.w.Store.View(func(tx *store.Txn) error {
		p, _ := registre.GetPatient(tx, patient)
		address = patientAddress(p.History[0])
		return nil
	})
	return address
}

// TestBounceGolden: a bounce as it is written.
func TestBounceGolden(t *testing.T) {
	t.Parallel()
	d := newDesk(t, func(c *Config) { c.Post.Patients.BounceDelay = Duration(time.Minute) })
	d.send(mail{to: []string{d.address("segursim-oppose")}})
	if got := d.inbox(kitBAL); len(got) != 0 {
		t.Errorf("it came before its time")
	}
	d.w.Clock.Advance(time.Minute)
	got := d.inbox(kitBAL)
	if len(got) != 1 {
		t.Fatalf("%d messages", len(got))
	}
	golden(t, "bounce", got[0].Raw)
	p := python(t, got[0].Raw)
	want := []map[string]string{
		{"reporting-mta": "dns; smtp.mssante.segursim.test", "arrival-date": "Thu, 15 Jan 2026 09:00:00 +0000"},
		{
			"final-recipient": "rfc822; " + d.address("segursim-oppose"), "action": "failed", "status": "5.2.1", "remote-mta": "dns; " + patientServer,
			"diagnostic-code": p.Fields[1]["diagnostic-code"],
		},
	}
	if diff := cmp.Diff(want, p.Fields); diff != "" || !strings.HasPrefix(p.Fields[1]["diagnostic-code"], "smtp; 550 5.2.1 ") {
		t.Errorf("python reads (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"multipart/report", "text/plain", "message/delivery-status", "text/plain", "text/plain", "message/rfc822", "text/plain"}, p.Types); diff != "" {
		t.Errorf("python reads the parts (-want +got):\n%s", diff)
	}
}

// TestConversation: who may write to whom, and until when.
func TestConversation(t *testing.T) {
	t.Parallel()
	type step struct {
		send    mail   // of a professional to alice, when it has an id
		verb    string // else an action of alice
		message string
		to      string // mes.write
		refused string
		reaches string // BAL that the answer goes to
	}
	first := mail{id: "un@logiciel.test", subject: "Premier"}
	second := mail{id: "deux@logiciel.test", subject: "Second"}
	fin := func(m mail) mail { m.header = "X-MSS-MES: FIN\r\n"; return m }
	end := mail{id: "fin@logiciel.test", subject: "[FIN]"}
	near := mail{id: "presque@logiciel.test", subject: "[fin]"}
	to := func(m mail, reply string) mail { m.header = "Reply-To: <" + reply + ">\r\n"; return m }
	for name, steps := range map[string][]step{
		"nothing to answer":          {{verb: "mes.reply", refused: "no-folder"}},
		"nobody wrote":               {{verb: "mes.write", to: kitBAL, refused: "mes-no-contact"}},
		"an answer":                  {{send: first}, {verb: "mes.reply", reaches: kitBAL}, {verb: "mes.write", to: kitBAL, reaches: kitBAL}, {verb: "mes.write", to: robertBAL, refused: "mes-no-contact"}},
		"Reply-To":                   {{send: to(first, robertBAL)}, {verb: "mes.reply", reaches: robertBAL}, {verb: "mes.write", to: robertBAL, reaches: robertBAL}, {verb: "mes.write", to: kitBAL, refused: "mes-no-contact"}},
		"Reply-To outside":           {{send: to(first, outside)}, {verb: "mes.reply", reaches: kitBAL}},
		"X-MSS-MES ends one":         {{send: first}, {send: fin(second)}, {verb: "mes.reply", refused: "mes-fin-header"}, {verb: "mes.reply", message: first.id, reaches: kitBAL}},
		"[FIN] ends all before":      {{send: first}, {send: second}, {send: end}, {verb: "mes.reply", message: first.id, refused: "mes-fin-subject"}, {verb: "mes.reply", message: second.id, refused: "mes-fin-subject"}, {verb: "mes.reply", refused: "mes-fin-subject"}, {verb: "mes.write", to: kitBAL, refused: "mes-no-contact"}},
		"[FIN], then another":        {{send: first}, {send: end}, {send: second}, {verb: "mes.reply", message: first.id, refused: "mes-fin-subject"}, {verb: "mes.reply", message: second.id, reaches: kitBAL}},
		"[fin] ends nothing":         {{send: first}, {send: near}, {verb: "mes.reply", message: first.id, reaches: kitBAL}},
		"[FIN] of another":           {{send: first}, {send: mail{id: "x@y.test", subject: "[FIN]", from: robertBAL}}, {verb: "mes.reply", message: first.id, reaches: kitBAL}},
		"the mailbox closes":         {{send: first}, {verb: "mes.close"}, {verb: "mes.reply", refused: "mes-not-open"}, {verb: "mes.open"}, {verb: "mes.reply", reaches: kitBAL}},
		"no such message":            {{send: first}, {verb: "mes.reply", message: "autre@x.test", refused: "no-message"}},
		"an address without form":    {{send: first}, {verb: "mes.write", to: "kit", refused: "bad-address"}},
		"a report is not a question": {{send: mail{id: "r@x.test", from: "<>", as: kitBAL, header: "Auto-Submitted: auto-replied\r\n"}}, {verb: "mes.reply", refused: "mes-no-answer"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t, nil)
			for i, s := range steps {
				d.w.Clock.Advance(time.Minute)
				if s.send.id != "" {
					s.send.to = []string{d.address(alice)}
					d.send(s.send)
					continue
				}
				before := 0
				if s.reaches != "" {
					before = len(d.inbox(s.reaches))
				}
				_, err := d.try(s.verb, map[string]any{"patient": alice, "message": s.message, "to": s.to, "subject": "Question", "text": "Merci."})
				if s.refused != "" {
					if code := refusalCode(t, err); code != s.refused {
						t.Errorf("step %d: refused with %s, want %s", i, code, s.refused)
					}
					continue
				}
				if err != nil {
					t.Errorf("step %d: %v", i, err)
				}
				if s.reaches != "" && len(d.inbox(s.reaches)) != before+1 {
					t.Errorf("step %d: it did not reach %s", i, s.reaches)
				}
			}
		})
	}
}

// TestPatientAnswer: what a professional gets from a patient.
func TestPatientAnswer(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*Config)
		from   string
	}{
		"with the name": {nil, "Alice SEGURSIM-ORDINAIRE <"},
		"without":       {func(c *Config) { c.Post.Patients.FromName = "absent" }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t, c.change)
			d.send(mail{to: []string{d.address(alice)}, subject: "Vos resultats", header: "References: <zero@logiciel.test>\r\n"})
			out := d.do("mes.reply", map[string]any{
				"patient": d.address(alice), "text": "Merci, à bientôt.", "attachments": []any{map[string]any{"nom": "photo.jpg", "contenu": "AAEC"}},
			})
			got := d.inbox(kitBAL)
			if len(got) != 1 || out["outcome"] != delivered {
				t.Fatalf("%d messages, %v", len(got), out)
			}
			m := got[0]
			from, err := m.Header.Addresses("From")
			if err != nil || len(from) != 1 || from[0].Address != d.address(alice) {
				t.Fatalf("From = %v, %v", from, err)
			}
			if (c.from == "") != (from[0].Name == "") {
				t.Errorf("From = %+v", from[0])
			}
			if m.Header.Get("Subject") != "Re: Vos resultats" || !slices.Equal(m.Header.IDs("In-Reply-To"), []string{"essai-1@logiciel.test"}) ||
				!slices.Equal(m.Header.IDs("References"), []string{"zero@logiciel.test", "essai-1@logiciel.test"}) || m.Body() == "" || m.Header.Get("Return-Path") != "<"+d.address(alice)+">" {
				t.Errorf("the answer:\n%s", m.Raw)
			}
			files := m.Attachments()
			if len(files) != 1 || files[0].Filename != "photo.jpg" {
				t.Errorf("attachments: %v", files)
			}
			if p := python(t, m.Raw); p.Text == "" || !strings.Contains(p.Text, "à bientôt") {
				t.Errorf("python reads %+v", p)
			}
			seen := d.do("messages", map[string]any{"bal": d.address(alice)})["messages"].([]map[string]any)[0]["flags"].([]string)
			if !slices.Contains(seen, `\Answered`) || !slices.Contains(seen, `\Seen`) {
				t.Errorf("flags = %v", seen)
			}
			if sent := d.do("messages", map[string]any{"bal": d.address(alice), "folder": "Sent"})["messages"].([]map[string]any); len(sent) != 1 {
				t.Errorf("%d messages in Sent", len(sent))
			}
			view := d.do("mes", map[string]any{"patient": alice})
			if diff := cmp.Diff([]string{kitBAL}, view["contacts"]); diff != "" || view["state"] == nil || len(view["exchanges"].([]exchange)) != 1 {
				t.Errorf("view = %v", view)
			}
		})
	}
}
