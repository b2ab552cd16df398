package reading

import (
	"context"
	"errors"

	"github.com/emersion/go-imap/v2/imapserver"
)

// Idle tells the news as they happen (RFC 9051 §6.3.13), until the client says DONE or
// leaves. A session whose identity ends is told so by the front.
func (s *session) Idle(w *imapserver.UpdateWriter, stop <-chan struct{}) error {
	defer s.idlers.Done()
	if s.sel == nil {
		<-stop
		return nil
	}
	for {
		if err := s.news(w, true); err != nil {
			return s.idleError(err)
		}
		err := s.srv.mail.Wait(s.front.ctx, s.sel.id, s.sel.modseq, stop)
		select {
		case <-stop:
			return nil
		case <-s.front.Gone():
			return nil
		default:
		}
		if err != nil {
			return s.idleError(err)
		}
	}
}

// idleError leaves out what a client that left makes fail.
func (s *session) idleError(err error) error {
	select {
	case <-s.front.Gone():
		return nil
	default:
	}
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return s.front.refusalFor(err).imap()
}
