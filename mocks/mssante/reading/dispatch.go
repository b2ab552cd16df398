package reading

// A state is what a command needs.
type state int

// The states of RFC 9051 §3, as far as our own commands tell them apart.
const (
	anyState state = iota
	authenticatedState
	selectedState
)

// A handler answers a command that the library does not, or not well enough. run
// writes the untagged answers; the tagged one follows, after the news of the
// mailbox.
type handler struct {
	state state
	run   func(*front, *command, *exchange) error
	// quiet has no news sent between the answers and the tagged one.
	quiet bool
}

// handlers are our own commands.
func handlers() map[string]handler {
	return map[string]handler{
		"ID":           {anyState, (*front).answerID, true},
		"STARTTLS":     {anyState, (*front).answerStartTLS, true},
		"APPEND":       {authenticatedState, (*front).answerAppend, false},
		"GETQUOTA":     {authenticatedState, (*front).answerGetQuota, false},
		"GETQUOTAROOT": {authenticatedState, (*front).answerGetQuotaRoot, false},
		"SETQUOTA":     {authenticatedState, (*front).answerSetQuota, true},
		"SEARCH":       {selectedState, (*front).answerSearch, false},
		"SORT":         {selectedState, (*front).answerSort, false},
		"THREAD":       {selectedState, (*front).answerThread, false},
	}
}

// libraryServes tells whether the library knows a command.
func libraryServes(c *command) bool {
	switch c.name {
	case "FETCH", "STORE", "COPY", "MOVE", "EXPUNGE":
		return true
	case "NOOP", "CHECK", "LOGOUT", "CAPABILITY", "AUTHENTICATE", "LOGIN", "ENABLE", "CREATE", "DELETE", "RENAME",
		"SUBSCRIBE", "UNSUBSCRIBE", "STATUS", "LIST", "LSUB", "NAMESPACE", "IDLE", "SELECT", "EXAMINE", "CLOSE", "UNSELECT":
		return !c.uid
	}
	return false
}

// uidForm tells whether a command of ours has a form with UIDs (RFC 9051 §6.4.9,
// RFC 5256 §3).
func uidForm(name string) bool { return name == "SEARCH" || name == "SORT" || name == "THREAD" }

// maxStrikes is how many commands may make no sense before authentication: whoever
// sends more speaks another protocol.
const maxStrikes = 10

// take has a command answered, or fed to the library. An error means that the
// connection is of no use any more.
func (f *front) take(c *command) error {
	x := f.live
	if c.early != nil {
		return f.turnDown(c, x, c.early)
	}
	own, isOwn := f.srv.own[c.name]
	isOwn = isOwn && (!c.uid || uidForm(c.name))
	if !isOwn && !libraryServes(c) {
		return f.turnDown(c, x, bad("Unknown command"))
	}
	if !f.checkAlive() {
		return nil // Read ends
	}
	x.describe(c)
	if c.name == "AUTHENTICATE" || c.name == "LOGIN" {
		return f.authenticate(c, x)
	}
	refusal, err := f.decide(x)
	switch {
	case err != nil:
		return err
	case refusal != nil:
		return f.turnDown(c, x, refusal)
	case !isOwn:
		return f.pass(c, x)
	}
	return f.answer(own, c, x)
}

// pass gives a command to the library.
func (f *front) pass(c *command, x *exchange) error {
	line, err := c.line()
	if err != nil {
		return f.turnDown(c, x, bad("Syntax error: "+err.Error()))
	}
	if f.sess != nil {
		f.sess.note = ""
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.cmd, f.answered, f.waiting = c, false, false
	f.feed = line
	return nil
}

// answer has a command of ours answered.
func (f *front) answer(h handler, c *command, x *exchange) error {
	switch {
	case h.state >= authenticatedState && !f.authenticated():
		return f.turnDown(c, x, bad("Not authenticated"))
	case h.state == selectedState && (f.sess == nil || f.sess.sel == nil):
		return f.turnDown(c, x, bad("No mailbox is selected"))
	}
	if f.sess != nil {
		f.sess.answer = ""
	}
	if err := h.run(f, c, x); err != nil {
		return f.turnDown(c, x, f.refusalFor(err))
	}
	if !h.quiet && f.sess != nil {
		// RFC 9051 §7.5.1: no EXPUNGE while a command by sequence numbers is answered.
		if err := f.sess.news(directNews{f}, c.uid || h.state != selectedState); err != nil {
			return err
		}
	}
	ok := "OK " + c.title() + " completed"
	if f.sess != nil && f.sess.answer != "" {
		ok, f.sess.answer = "OK ["+f.sess.answer+"] "+c.title()+" completed", ""
	}
	return f.reply(c.tag + " " + ok + "\r\n")
}

// turnDown answers with a refusal.
func (f *front) turnDown(c *command, x *exchange, r *refusal) error {
	x.refuseAs(r)
	if r.status == "BAD" && !f.authenticated() {
		if f.strikes++; f.strikes >= maxStrikes {
			defer f.endSoon(ending{text: "Too many invalid commands"})
		}
	}
	if r.status == "BYE" {
		f.endSoon(ending{code: r.code, text: r.text, cause: r.cause})
		return nil
	}
	if c.tag == "" { // nothing will be taken for the tagged answer
		x.heard([]byte(r.line("")))
		f.start(nil)
		f.settle(x, r.status)
	}
	return f.reply(r.line(c.tag))
}
