package reading

import (
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-sasl"

	"github.com/segursim/segursim/internal/store"
	"github.com/segursim/segursim/mocks/mssante/auth"
	"github.com/segursim/segursim/mocks/mssante/mailbox"
)

// A session is what the library asks for the commands that it serves.
type session struct {
	srv   *Server
	front *front
	sel   *selected // nil while no folder is open
	// note is a response code for the tagged OK of the library's command under way,
	// answer the same for a command of ours.
	note, answer string
	parsed       lastParsed // while a folder is open, outside of IDLE
	// idlers counts the goroutine that the library runs for IDLE, which it does not
	// always wait for.
	idlers sync.WaitGroup
}

var (
	_ imapserver.SessionIMAP4rev2 = (*session)(nil)
	_ imapserver.SessionSASL      = (*session)(nil)
)

// newSession begins a session on a connection that the queue handed over.
func (s *Server) newSession(c *imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
	f, ok := c.NetConn().(*front)
	if !ok {
		return nil, nil, errors.New("reading: the connection did not come through a front")
	}
	sess := &session{srv: s, front: f}
	f.conn, f.sess = c, sess
	return sess, nil, nil
}

// Close ends the session.
func (s *session) Close() error {
	s.idlers.Wait()
	s.sel, s.parsed = nil, lastParsed{}
	return nil
}

// bal is the open BAL.
func (s *session) bal() string { return s.front.id.BAL }

func (s *session) view(f func(tx *store.Txn) error) error { return s.srv.world.Store.View(f) }

// AuthenticateMechanisms are never shown: see front.capabilities.
func (s *session) AuthenticateMechanisms() []string { return s.front.mechanisms() }

// Authenticate begins a mechanism.
func (s *session) Authenticate(mech string) (sasl.Server, error) {
	return s.front.newSASL(mech, s.front.cmd.initial)
}

// Login is LOGIN (RFC 9051 §6.2.3): PLAIN in other clothes where that is offered, and
// no way in otherwise, since no BAL has a password.
func (s *session) Login(username, password string) error {
	f := s.front
	if !slices.Contains(f.mechanisms(), auth.Plain) {
		r := no("AUTHENTICATIONFAILED", "LOGIN is disabled: use AUTHENTICATE XOAUTH2").because("login-disabled",
			"LOGIN n'est pas offert (LOGINDISABLED) : une BAL s'ouvre par un jeton Pro Santé Connect (XOAUTH2) ou par un certificat.",
			"LOGIN is not offered (LOGINDISABLED): a BAL opens to a Pro Santé Connect token (XOAUTH2) or to a certificate.", "REM MSS/CONF.07")
		f.live.refuseAs(r)
		return r.imap()
	}
	server, err := f.newSASL(auth.Plain, true)
	if err != nil {
		return err
	}
	_, _, err = server.Next(fmt.Appendf(nil, "\x00%s\x00%s", username, password))
	return err
}

// Namespace says that everything is the BAL's own (RFC 2342).
func (s *session) Namespace() (*imap.NamespaceData, error) {
	return &imap.NamespaceData{Personal: []imap.NamespaceDescriptor{{Delim: delimiter}}}, nil
}

// AppendLimit is shown by STATUS (RFC 7889); capabilities has its own.
func (s *session) AppendLimit() uint32 { return uint32(min(s.srv.keeper.MaxSize(), 1<<32-1)) }

// Poll tells the news after a command.
func (s *session) Poll(w *imapserver.UpdateWriter, allowExpunge bool) error {
	s.idlers.Wait()
	return s.news(w, allowExpunge)
}

// Append is never called: the front answers APPEND, whose message it must see.
func (s *session) Append(string, imap.LiteralReader, *imap.AppendOptions) (*imap.AppendData, error) {
	return nil, bad("APPEND is answered by the front").imap()
}

// Search is never called: the front answers SEARCH, as it does SORT and THREAD, whose
// criteria are the same.
func (s *session) Search(imapserver.NumKind, *imap.SearchCriteria, *imap.SearchOptions) (*imap.SearchData, error) {
	return nil, bad("SEARCH is answered by the front").imap()
}

// imapError puts an error in the library's form.
func (s *session) imapError(err error) error {
	if err == nil {
		return nil
	}
	select {
	case <-s.front.Gone():
		return err // nobody is there to read a refusal
	default:
	}
	r := s.front.refusalFor(err)
	if x := s.front.live; x != nil {
		x.refuseAs(r)
	}
	return r.imap()
}

// refusalFor turns an error of a command into a refusal. What the store refuses has
// its response code; what nobody expected is a bug of the simulator, and is logged.
func (f *front) refusalFor(err error) *refusal {
	var r *refusal
	switch {
	case errors.As(err, &r):
		return r
	case errors.Is(err, errSyntax):
		return bad(err.Error())
	case errors.Is(err, mailbox.ErrNoFolder):
		return no("NONEXISTENT", "No such mailbox")
	case errors.Is(err, mailbox.ErrExists):
		return no("ALREADYEXISTS", "Mailbox already exists")
	case errors.Is(err, mailbox.ErrLimit):
		return no("LIMIT", "Too many of them")
	case errors.Is(err, mailbox.ErrFlag):
		return no("CANNOT", "A message cannot have this flag")
	case errors.Is(err, mailbox.ErrName):
		return no("CANNOT", "A mailbox cannot have this name")
	case errors.Is(err, mailbox.ErrForbidden):
		return no("CANNOT", "This cannot be done to this mailbox")
	case errors.Is(err, mailbox.ErrQuota):
		return no("OVERQUOTA", textOf("OVERQUOTA")).because("over-quota",
			"La BAL dépasserait son quota.", "The BAL would go over its quota.", "RFC 9208 §4.3.1")
	case errors.Is(err, mailbox.ErrFull):
		return no("LIMIT", "The simulator's storage is full").because("storage-full",
			"Le stockage du simulateur est plein.", "The simulator's storage is full.", "")
	case errors.Is(err, errVanished):
		return no("NONEXISTENT", "The selected mailbox is gone")
	}
	f.World().Log.Error("imap: a command failed", "command", f.live.command, "error", err)
	return no("SERVERBUG", textOf("SERVERBUG"))
}

// open returns the selected folder for a command that changes it, or refuses.
func (s *session) writable() (*selected, error) {
	switch {
	case s.sel == nil:
		return nil, bad("No mailbox is selected")
	case s.sel.readOnly:
		return nil, no("READ-ONLY", "The mailbox is open read-only").because("read-only",
			"Le dossier a été ouvert par EXAMINE : il ne se modifie pas.", "The folder was opened by EXAMINE: it is not to be changed.", "RFC 9051 §6.3.3")
	}
	return s.sel, nil
}
