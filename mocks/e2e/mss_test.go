package e2e_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/segursim/segursim/mocks"
)

// The mailboxes of the tests: the simulator's own.
const (
	bal         = "kit.doc0036624@medecin.segursim.test"
	colleague   = "robert.specialiste0021889@medecin.segursim.test"
	application = "lps.temoin@test-ci-sis.segursim.test" // opened by the certificate org-auth-cli
	testAddress = "reponse.automatique-test@patient.mssante.fr"
)

// mssAction runs an action of MSSanté and returns its result.
func (s *simulator) mssAction(tb testing.TB, verb string, in map[string]any) map[string]any {
	tb.Helper()
	status, body := s.control(tb, http.MethodPost, "/api/actions/mssante/"+verb, in)
	if status != http.StatusOK {
		tb.Fatalf("action %s: %d %s", verb, status, body)
	}
	return object(tb, body)
}

// bearer logs the doctor in by CIBA and returns an access token.
func (s *simulator) bearer(tb testing.TB) string {
	tb.Helper()
	asked := object(tb, s.post(tb, cibaPath, cibaForm()).body)
	s.act(tb, "approve", map[string]any{"login_hint": doctor})
	form := map[string][]string{
		"client_id": {clientID}, "client_secret": {clientSecret}, "grant_type": {cibaGrant}, "auth_req_id": {text(tb, asked, "auth_req_id")},
	}
	return text(tb, object(tb, s.post(tb, tokenPath, form).body), "access_token")
}

// port is the port of a listener: "smtp", "imaps".
func (s *simulator) port(tb testing.TB, listener string) string {
	tb.Helper()
	addr := s.Endpoints().Listeners[listener]
	_, port, ok := strings.Cut(addr, ":")
	if !ok {
		tb.Fatalf("listener %s: %q", listener, addr)
	}
	return port
}

// letter is a message to send, CRLF.
func letter(from, to, subject, id string, extra ...string) string {
	lines := []string{
		"From: Dr_Kit_DOC0036624_Cabinet <" + from + ">", "To: <" + to + ">", "Subject: " + subject,
		"Date: " + time.Now().Format(time.RFC1123Z), "Message-ID: <" + id + ">", "X-MSS-NIL: TEST0001", "MIME-Version: 1.0",
		"Content-Type: text/plain; charset=utf-8",
	}
	lines = append(append(lines, extra...), "", "Bonjour,", ".une ligne qui commence par un point", "", "Fin.", "")
	return strings.Join(lines, "\r\n")
}

// eml writes a message to a file.
func eml(tb testing.TB, content string) string {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), "message.eml")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		tb.Fatal(err)
	}
	return path
}

// subjects lists what a folder holds, the newest first.
func (s *simulator) subjects(tb testing.TB, bal, folder string) []string {
	tb.Helper()
	list, ok := s.mssAction(tb, "messages", map[string]any{"bal": bal, "folder": folder})["messages"].([]any)
	if !ok {
		tb.Fatalf("%s of %s: no list", folder, bal)
	}
	out := []string{}
	for _, m := range list {
		out = append(out, m.(map[string]any)["subject"].(string))
	}
	return out
}

// arrives waits until a folder holds a message with that subject.
func (s *simulator) arrives(tb testing.TB, bal, subject string) {
	tb.Helper()
	seq := uint64(0)
	for range 200 {
		for _, got := range s.subjects(tb, bal, "INBOX") {
			if got == subject {
				return
			}
		}
		last := s.JournalStats().Last
		if last == seq {
			if err := pause(tb, 50*time.Millisecond); err != nil {
				tb.Fatal(err)
			}
		}
		seq = last
	}
	tb.Fatalf("%q did not arrive in %s: %v", subject, bal, s.subjects(tb, bal, "INBOX"))
}

func pause(tb testing.TB, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-tb.Context().Done():
		return fmt.Errorf("the test ended: %w", tb.Context().Err())
	}
}

// startMail starts a simulator whose answers come at once.
func startMail(tb testing.TB, yaml string) *simulator {
	tb.Helper()
	return start(tb, mocks.Options{Sections: map[string][]byte{"mssante": []byte(yaml)}})
}

// read returns a file's content.
func read(tb testing.TB, path string) string {
	tb.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		tb.Fatal(err)
	}
	return string(b)
}
