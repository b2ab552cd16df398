package submission

import (
	"slices"

	"github.com/segursim/segursim/internal/sim"
)

// A canned reply is what a fault's code stands for.
type canned struct {
	name string
	reply
	ops []string // of these operations; nil is all but smtp.connect, smtp.command and smtp.quit
}

// cannedReplies are the codes that faults may ask for, the more special first.
func cannedReplies() []canned {
	one := func(name string, code int, enhanced, text string, ops ...string) canned {
		return canned{name, reply{code, enhanced, []string{text}}, ops}
	}
	return []canned{
		one("421", 421, "4.3.2", "Service not available, closing transmission channel", opConnect, opAuth, opMail, opRcpt, opSend),
		one("454", 454, "4.7.0", "TLS not available due to temporary reason", opConnect), // RFC 3207 §4
		one("554", 554, "5.3.2", "No SMTP service here", opConnect),                      // RFC 5321 §3.1
		one("454", 454, "4.7.0", "Temporary authentication failure", opAuth),             // RFC 4954 §6
		one("535", 535, "5.7.8", "Authentication credentials invalid", opAuth),
		one("450", 450, "4.7.1", "Greylisted, please try again later", opMail, opRcpt, opSend), // RFC 6647
		one("greylist", 450, "4.7.1", "Greylisted, please try again in 300 seconds", opMail, opRcpt, opSend),
		one("451", 451, "4.3.0", "Requested action aborted: local error in processing", opMail, opRcpt, opSend),
		one("quota", 452, "4.2.2", "Mailbox full", opRcpt, opSend),
		one("452", 452, "4.3.1", "Insufficient system storage", opMail, opRcpt, opSend),
		one("550", 550, "5.1.1", "Mailbox unavailable: user unknown", opRcpt),
		one("550", 550, "5.7.1", "Message refused by policy", opMail, opSend),
		one("552", 552, "5.2.2", "Mailbox full", opRcpt),
		one("552", 552, "5.3.4", "Message size exceeds fixed limit", opMail, opSend),
		one("553", 553, "5.1.3", "Mailbox name not allowed", opRcpt),
		one("553", 553, "5.7.1", "Sender address rejected: not owned by user", opMail),
		one("554", 554, "5.7.1", "Transaction failed", opMail, opRcpt, opSend),
	}
}

// codes are the codes of an operation's faults.
func codes(op string) []string {
	var out []string
	for _, c := range cannedReplies() {
		if slices.Contains(c.ops, op) && !slices.Contains(out, c.name) {
			out = append(out, c.name)
		}
	}
	return out
}

// faultReply completes the refusal that a fault asks for.
func faultReply(op string, e *sim.Error) *sim.Error {
	out := *e
	r := reply{code: 451, enhanced: "4.3.0", lines: []string{"Requested action aborted: local error in processing"}}
	for _, c := range cannedReplies() {
		if c.name == e.Code && slices.Contains(c.ops, op) {
			r = c.reply
			break
		}
	}
	if e.Status >= 400 && e.Status <= 599 && e.Status != r.code { // the user's own
		r.code, r.enhanced = e.Status, ""
	}
	out.Status = r.code
	if enhanced, text, ok := cutEnhanced(r.code, e.Text); ok {
		r.enhanced, out.Text = enhanced, text
	}
	out.Code = r.enhanced
	if out.Text == "" {
		out.Text = r.lines[0]
	}
	switch { // what auth tells its refusals apart by
	case r.code == 535:
		out.Kind = sim.Unauthorized
	case r.code < 500:
		out.Kind = sim.Unavailable
	}
	return &out
}

// forAuth is the same for the mechanisms.
func forAuth(e *sim.Error) *sim.Error { return faultReply(opAuth, e) }
