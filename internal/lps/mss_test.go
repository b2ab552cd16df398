package lps

import (
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// withMSS puts an automatic configuration beside the fake simulator; the servers that
// it names say goodbye.
func (s *simulator) withMSS(t *testing.T, script string, status int) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			_ = c.SetDeadline(time.Now().Add(time.Second))
			_, _ = io.WriteString(c, "421 4.3.2 closed\r\n")
			_ = c.Close()
		}
	}()
	t.Cleanup(func() { _ = l.Close(); <-done })
	host, port, _ := net.SplitHostPort(l.Addr().String())
	server := `<hostname>` + host + `</hostname><port>` + port + `</port><socketType>STARTTLS</socketType>`
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, `<clientConfig><emailProvider><incomingServer type="imap">`+server+`</incomingServer><outgoingServer type="smtp">`+server+`</outgoingServer></emailProvider></clientConfig>`)
	}))
	t.Cleanup(srv.Close)
	s.script, s.mss, s.card = script, srv.URL, specimen()
	s.requests = 100
	s.vars = map[string]string{
		"bal": "a@b.test", "intitule": "Test", "nom": "ADRUN", "prenoms": "ZOE", "sexe": "F", "date": "1975-12-31", "lieu": "63220",
	}
}

// What MSSanté, or the simulator, refuses stops the software with the reason.
func TestPlayMSSFails(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		script string
		status int
		change func(*simulator)
		reason string
	}{
		"no configuration": {"mss-pro-10", 404, nil, "HTTP 404"},
		"no certificate":   {"mss-pro-10", 200, func(s *simulator) { s.card = nil }, "HTTP 404"},
		"bad certificate":  {"mss-bal-app", 200, func(s *simulator) { s.card = []byte("x") }, "org-auth-cli"},
		"operator closed":  {"mss-citoyenne", 200, nil, "SMTP"},
		"many":             {"mss-pro-10", 200, nil, "SMTP"},
		"replacing":        {"mss-annule-remplace", 200, nil, "SMTP"},
		"applicative":      {"mss-bal-app", 200, nil, "SMTP"},
		"bad name":         {"mss-pro-10", 200, func(s *simulator) { s.vars["nom"] = "\x00" }, "mss:"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSimulator(t)
			s.limit = 1000 * time.Hour
			s.withMSS(t, tc.script, tc.status)
			if tc.change != nil {
				tc.change(s)
			}
			run, err := s.software(t, nil).Play(t.Context(), "essai")
			if err != nil || run.Verdict != Aborted || !strings.Contains(s.aborted, tc.reason) {
				t.Errorf("verdict %q, %v, aborted for %q; want %q", run.Verdict, err, s.aborted, tc.reason)
			}
		})
	}
}

// A scenario that lacks what a mail script needs is not begun.
func TestReadyMSS(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		change func(*simulator)
		want   string
		unfit  bool
	}{
		"no MSSanté": {func(s *simulator) { s.mss = "" }, "names no MSSanté", false},
		"no BAL":     {func(s *simulator) { s.vars = nil }, "names no BAL", true},
		"nobody":     {func(s *simulator) { s.script, s.hint = "mss-api-lps", "" }, "no professional", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSimulator(t)
			s.withMSS(t, "mss-citoyenne", 200)
			tc.change(s)
			_, err := s.software(t, nil).Play(t.Context(), "essai")
			if err == nil || !strings.Contains(err.Error(), tc.want) || errors.Is(err, ErrUnplayable) != tc.unfit {
				t.Errorf("%v, want %q", err, tc.want)
			}
		})
	}
}
