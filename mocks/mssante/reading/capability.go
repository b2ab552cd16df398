package reading

import (
	"fmt"
	"slices"

	"github.com/emersion/go-imap/v2"

	"github.com/segursim/segursim/mocks/mssante/auth"
)

// libraryCaps are what the library is to serve. What clients are told is in
// capabilities.
func libraryCaps() imap.CapSet {
	return imap.CapSet{
		imap.CapIMAP4rev1: {}, imap.CapIMAP4rev2: {}, imap.CapLiteralPlus: {}, imap.CapBinary: {},
		imap.CapSpecialUse: {}, imap.CapCreateSpecialUse: {},
	}
}

// capabilities are what this connection may do in its present state (RFC 9051
// §7.2.2). LOGINDISABLED stays under TLS: no BAL has a password, but where PLAIN is
// offered beside a certificate.
func (f *front) capabilities() []string {
	caps := []string{"IMAP4rev1", "IMAP4rev2", "LITERAL+", "SASL-IR", "ID"}
	if f.authenticated() {
		return append(caps, "ENABLE", "IDLE", "NAMESPACE", "UIDPLUS", "ESEARCH", "SEARCHRES", "WITHIN", "LIST-EXTENDED", "LIST-STATUS",
			"STATUS=SIZE", "CHILDREN", "SPECIAL-USE", "CREATE-SPECIAL-USE", "MOVE", "UNSELECT", "BINARY", "UTF8=ACCEPT",
			"SORT", "THREAD=ORDEREDSUBJECT", "THREAD=REFERENCES", "QUOTA", "QUOTA=RES-STORAGE",
			fmt.Sprintf("APPENDLIMIT=%d", f.srv.keeper.MaxSize()))
	}
	if !f.Encrypted() {
		return append(caps, "STARTTLS", "LOGINDISABLED")
	}
	mechs := f.mechanisms()
	for _, m := range mechs {
		caps = append(caps, "AUTH="+m)
	}
	if !slices.Contains(mechs, auth.Plain) {
		caps = append(caps, "LOGINDISABLED")
	}
	return caps
}
