package e2e_test

import (
	"strings"
	"testing"
	"time"

	"github.com/segursim/segursim/mocks"
)

// pythonLetter sends one message with Python's own library, which opens the BAL by
// token; pythonAnswer then finds the answer by IMAP.
const pythonLetter = pythonMail + `
import email.message, email.utils
to, body, product = sys.argv[6:9]
m = email.message.EmailMessage()
m["From"] = "Dr_Kit_DOC0036624_Cabinet <%s>" % bal
m["To"], m["Subject"], m["Message-ID"] = to, "Message de test", "<watched@medecin.segursim.test>"
m["Date"] = email.utils.formatdate()
if product: m["X-MSS-NIL"] = product
m.set_content("Bonjour, ceci est un test.\n", subtype=body)
check("sent", send([to], m.as_bytes(policy=m.policy.clone(linesep="\r\n"))) == {})
`

const pythonAnswer = pythonMail + `
import email
m = box(); m.select("INBOX")
found = m.search(None, "HEADER", "In-Reply-To", "<watched@medecin.segursim.test>")[1][0].split()
check("one answer %r" % found, len(found) == 1)
got = email.message_from_bytes(m.fetch(found[0], "(BODY.PEEK[])")[1][0][1])
check("automatic", got["Auto-Submitted"] == "auto-replied" and got["References"].split()[-1] == "<watched@medecin.segursim.test>")
m.logout()
`

// TestMailWatched has the scenario of the test address watch Python's smtplib: the
// right message passes, and each wrong one fails with the cause that says so.
func TestMailWatched(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name              string
		to, body, product string
		ref, says         string // of the cause; empty where the run passes
	}{
		{"right", testAddress, "plain", "TEST0001", "", ""},
		{"HTML alone", testAddress, "html", "TEST0001", "MSS/va1.11, ECO.2.2.4", "HTML seul"},
		{"no X-MSS-NIL", testAddress, "plain", "", "MSS/CONF.16, ECO.2.4.3", "sans X-MSS-NIL"},
		{"another address", "reponse.automatique@patient.mssante.fr", "plain", "TEST0001", "VA : test MSS citoyenne", "attendu reponse.automatique-test@patient.mssante.fr"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := start(t, mocks.Options{})
			run := s.watch(t, "mss-citoyenne")
			token := s.bearer(t) // a run begins with nobody logged in
			s.confirm(t, run.ID)
			s.python(t, pythonLetter, s.ca, s.port(t, "smtp"), s.port(t, "imap"), bal, token, c.to, c.body, c.product)
			if c.ref == "" {
				s.passed(t, run.ID, "envoi")
				s.advance(t, 10*time.Second)
				s.passed(t, run.ID, "reponse")
				s.python(t, pythonAnswer, s.ca, s.port(t, "smtp"), s.port(t, "imap"), bal, token)
				s.confirm(t, run.ID)
			}
			end := s.until(t, run.ID, func(aRun) bool { return false })
			if end.Status != "ended" {
				t.Fatalf("the run goes on: %+v", end)
			}
			if c.ref == "" {
				if end.Verdict != "passed" {
					t.Errorf("verdict %s, cause %+v", end.Verdict, end.Cause)
				}
				s.evidence(t, run.ID)
				return
			}
			if end.Verdict != "failed" || end.Cause == nil || end.Cause.Ref != c.ref || !strings.Contains(end.Cause.Text.FR, c.says) || end.Cause.Text.EN == "" {
				t.Errorf("verdict %s, cause %+v; want %s and “%s”", end.Verdict, end.Cause, c.ref, c.says)
			}
		})
	}
}
