package reading

import (
	"strconv"

	"github.com/segursim/segursim/internal/store"
)

// quotaRoot is the one quota root of a BAL (RFC 9208 §3.2): all its folders share it.
const quotaRoot = ""

// answerGetQuota answers GETQUOTA (RFC 9208 §4.1.1).
func (f *front) answerGetQuota(c *command, _ *exchange) error {
	l := c.lexer()
	if err := l.space(); err != nil {
		return err
	}
	root, err := l.astring()
	if err != nil {
		return err
	}
	if err := l.end(); err != nil {
		return err
	}
	if root != quotaRoot {
		return no("NONEXISTENT", "No such quota root")
	}
	return f.reply(f.quotaLine())
}

// answerGetQuotaRoot answers GETQUOTAROOT (RFC 9208 §4.1.2).
func (f *front) answerGetQuotaRoot(c *command, _ *exchange) error {
	l := c.lexer()
	if err := l.space(); err != nil {
		return err
	}
	name, err := l.mailbox()
	if err != nil {
		return err
	}
	if err := l.end(); err != nil {
		return err
	}
	exists := false
	err = f.srv.world.Store.View(func(tx *store.Txn) error {
		_, exists = f.srv.mail.Folder(tx, f.id.BAL, name)
		return nil
	})
	switch {
	case err != nil:
		return err
	case !exists:
		return no("NONEXISTENT", "No such mailbox")
	}
	return f.reply("* QUOTAROOT " + f.encodedName(name) + " " + quote(quotaRoot) + "\r\n" + f.quotaLine())
}

// answerSetQuota refuses SETQUOTA: a limit is the operator's (RFC 9208 §4.1.3).
func (f *front) answerSetQuota(*command, *exchange) error {
	return no("NOPERM", "The quota is set by the operator")
}

// quotaLine tells use and limit, in units of 1024 octets (RFC 9208 §5.1).
func (f *front) quotaLine() string {
	var used int64
	_ = f.srv.world.Store.View(func(tx *store.Txn) error {
		used = f.srv.mail.Used(tx, f.id.BAL)
		return nil
	})
	limit := f.srv.keeper.Quota(f.id.BAL)
	return "* QUOTA " + quote(quotaRoot) + " (STORAGE " + strconv.FormatInt((used+1023)/1024, 10) + " " + strconv.FormatInt(limit/1024, 10) + ")\r\n"
}

// encodedName is the name of a folder as this client reads it.
func (f *front) encodedName(name string) string {
	if f.enabled("IMAP4rev2") || f.enabled("UTF8=ACCEPT") {
		return `"` + escapeQuoted(name) + `"`
	}
	return quote(encodeName(name))
}
