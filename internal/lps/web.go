package lps

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/segursim/segursim/internal/lps/oidc"
)

// playWeb is the software's part of the evidence video of the modality
// PSC.01.01 (web): CGU, its PSC paragraph, login page, PSC's page, back in the
// service, logout, and PSC launched again, which must ask again.
func playWeb(ctx context.Context, s *session) error {
	hc, err := browser(s.http)
	if err != nil {
		return err
	}
	t := &tab{http: hc, lang: s.opt.Lang}
	if err := s.opening(ctx); err != nil {
		return err
	}
	req, err := s.launch(ctx, t)
	if err != nil {
		return err
	}
	if err := s.confirm(ctx, "page-psc"); err != nil {
		return err
	}
	if err := s.authenticate(ctx, t); err != nil {
		return err
	}
	if err := s.comeBack(ctx, req); err != nil {
		return err
	}
	if err := s.show(ctx, pageHome, s.person.SubjectNameID, "connecte"); err != nil {
		return err
	}
	if err := s.refresh(ctx); err != nil {
		return err
	}
	if err := s.closing(ctx); err != nil {
		return err
	}
	// The same browser, its cookies included: PSC must ask again.
	if _, err := s.launch(ctx, t); err != nil {
		return err
	}
	return s.confirm(ctx, "page-psc-encore")
}

// launch sends the browser to PSC, which must show its login page.
func (s *session) launch(ctx context.Context, t *tab) (oidc.CodeRequest, error) {
	req, err := s.rp.AuthorizeURL(ctx, s.site.base+"/"+pageReturn, s.opt.ACR)
	if err != nil {
		return req, err
	}
	if err := t.visit(ctx, req.URL); err != nil {
		return req, err
	}
	if t.page.Status != http.StatusOK {
		return req, fmt.Errorf("lps: the authorization endpoint answered HTTP %d", t.page.Status)
	}
	if _, err := t.page.login(); err != nil {
		return req, err
	}
	s.say("Page de connexion de PSC affichée : %s", "PSC's login page shown: %s", t.page.URL.Host+t.page.URL.Path)
	return req, nil
}

// authenticate types the identifier on PSC's page and follows it until the
// person has answered on their phone. A scenario without a "do" step leaves the
// person's gesture to the software, which asks the simulator to play it.
func (s *session) authenticate(ctx context.Context, t *tab) error {
	f, err := t.page.login()
	if err != nil {
		return err
	}
	f.fill(s.hint)
	if err := t.submit(ctx, f); err != nil {
		return err
	}
	if t.page.Refresh == "" {
		return fmt.Errorf("lps: PSC's page after the identifier (HTTP %d) waits for nobody", t.page.Status)
	}
	if err := s.approve(ctx); err != nil {
		return err
	}
	// What the page asks for: to look again, every two seconds.
	for t.page.Refresh != "" {
		if s.run.state().Over() {
			return errRunEnded
		}
		if err := t.visit(ctx, t.page.Refresh); err != nil {
			return err
		}
		if t.page.Refresh != "" {
			if err := s.between(ctx, 2*time.Second); err != nil {
				return err
			}
		}
	}
	return nil
}

// approve has the simulator play the person's gesture, unless the scenario does.
func (s *session) approve(ctx context.Context) error {
	if len(s.acts) > 0 {
		return nil
	}
	s.say("Accord donné sur le téléphone simulé", "Approval given on the simulated phone")
	return s.control.json(ctx, http.MethodPost, "/api/actions/psc/approve", map[string]string{"login_hint": s.hint}, nil)
}

// comeBack takes what the browser brought back and connects the person.
func (s *session) comeBack(ctx context.Context, req oidc.CodeRequest) error {
	select {
	case q := <-s.site.back:
		code, err := s.rp.Callback(ctx, req, q)
		if err != nil {
			return err
		}
		tokens, err := s.rp.Exchange(ctx, req, code)
		if err != nil {
			return err
		}
		return s.connect(ctx, tokens, oidc.Expect{ACR: s.opt.ACR, Nonce: req.Nonce})
	default:
		return errors.New("lps: the browser did not come back to the software")
	}
}
