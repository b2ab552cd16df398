package reading

import (
	"slices"
	"strings"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"

	"github.com/segursim/segursim/internal/store"
	"github.com/segursim/segursim/mocks/mssante/mailbox"
)

// maxPattern bounds a pattern of LIST, with its reference, in bytes.
const maxPattern = 1000

// List lists folders (RFC 9051 §6.3.9, RFC 5258, 6154, 5819), and answers LSUB
// (RFC 3501 §6.3.9).
func (s *session) List(w *imapserver.ListWriter, ref string, patterns []string, options *imap.ListOptions) error {
	if len(patterns) == 0 { // LIST "" "": the delimiter alone
		return w.WriteList(&imap.ListData{Attrs: []imap.MailboxAttr{imap.MailboxAttrNoSelect}, Delim: delimiter})
	}
	whole := make([]string, len(patterns))
	for i, p := range patterns {
		if whole[i] = ref + p; len(whole[i]) > maxPattern || len(patterns) > maxLiterals {
			return s.imapError(no("LIMIT", "The pattern is too long"))
		}
	}
	var rows []imap.ListData
	err := s.view(func(tx *store.Txn) error {
		l := newListing(s.srv.mail.Folders(tx, s.bal()), s.srv.mail.Subscriptions(tx, s.bal()), options)
		l.lsub = s.front.live.command == "LSUB"
		for i := range l.nodes {
			n := &l.nodes[i]
			at := slices.IndexFunc(whole, func(p string) bool { return matchName(n.name, p) })
			if at < 0 {
				continue
			}
			if row, ok := l.row(n, whole[at]); ok {
				if options.ReturnStatus != nil && n.exists {
					row.Status = s.status(tx, n.folder, options.ReturnStatus)
				}
				rows = append(rows, row)
			}
		}
		return nil
	})
	if err != nil {
		return s.imapError(err)
	}
	for i := range rows {
		if err := w.WriteList(&rows[i]); err != nil {
			return err
		}
	}
	return nil
}

// A listing is the tree of a BAL's folders, levels that are no folder included.
type listing struct {
	nodes   []node // INBOX first, then by name
	options *imap.ListOptions
	lsub    bool
}

// A node is a name in the tree.
type node struct {
	name       string
	exists     bool
	folder     mailbox.Folder
	subscribed bool // a subscription outlives its folder (RFC 9051 §6.3.7)
	// below tells whether there are folders below, and belowSubscribed whether one
	// of them is subscribed to.
	below, belowSubscribed bool
}

func newListing(folders []mailbox.Folder, subscriptions []string, options *imap.ListOptions) *listing {
	byName := map[string]*node{}
	at := func(name string) *node {
		n := byName[name]
		if n == nil {
			n = &node{name: name}
			byName[name] = n
		}
		return n
	}
	for _, f := range folders {
		n := at(f.Name)
		n.exists, n.folder = true, f
		for up := parentOf(f.Name); up != ""; up = parentOf(up) {
			at(up).below = true
		}
	}
	for _, name := range subscriptions {
		if byName[name] == nil && !options.SelectSubscribed {
			continue // what is not there any more shows where subscriptions are asked for
		}
		at(name).subscribed = true
		for up := parentOf(name); up != ""; up = parentOf(up) {
			at(up).belowSubscribed = true
		}
	}
	l := &listing{options: options}
	for _, n := range byName {
		l.nodes = append(l.nodes, *n)
	}
	slices.SortFunc(l.nodes, func(a, b node) int {
		switch {
		case a.name == mailbox.Inbox:
			return -1
		case b.name == mailbox.Inbox:
			return 1
		}
		return strings.Compare(a.name, b.name)
	})
	return l
}

func parentOf(name string) string { return name[:max(strings.LastIndexByte(name, delimiter), 0)] }

// row is the answer about a node that has the form of a pattern; false when the
// options leave it out.
func (l *listing) row(n *node, pattern string) (imap.ListData, bool) {
	o := l.options
	row := imap.ListData{Delim: delimiter, Mailbox: n.name}
	subscribed := n.subscribed
	switch {
	case o.SelectSubscribed && !subscribed:
		switch {
		case o.SelectRecursiveMatch && n.belowSubscribed:
			row.ChildInfo = &imap.ListDataChildInfo{Subscribed: true}
		case l.lsub && n.belowSubscribed && strings.Contains(pattern, "%"): // RFC 3501 §6.3.9
			row.Attrs = append(row.Attrs, imap.MailboxAttrNoSelect)
			return row, true
		default:
			return row, false
		}
	case o.SelectSubscribed && o.SelectRecursiveMatch && n.belowSubscribed:
		row.ChildInfo = &imap.ListDataChildInfo{Subscribed: true}
	case o.SelectSpecialUse && n.folder.Special == "":
		return row, false
	}
	switch {
	case n.exists:
	case l.lsub:
		row.Attrs = append(row.Attrs, imap.MailboxAttrNoSelect)
	default:
		row.Attrs = append(row.Attrs, imap.MailboxAttrNonExistent, imap.MailboxAttrNoSelect)
	}
	if n.below {
		row.Attrs = append(row.Attrs, imap.MailboxAttrHasChildren)
	} else {
		row.Attrs = append(row.Attrs, imap.MailboxAttrHasNoChildren)
	}
	if subscribed && (o.SelectSubscribed && !l.lsub || o.ReturnSubscribed) {
		row.Attrs = append(row.Attrs, imap.MailboxAttrSubscribed)
	}
	if n.folder.Special != "" && !l.lsub {
		row.Attrs = append(row.Attrs, imap.MailboxAttr(n.folder.Special))
	}
	return row, true
}

// matchName tells whether a name has the form of a pattern: "*" is any text, "%" any
// text without a delimiter. It takes time in proportion to both lengths, whatever the
// pattern.
func matchName(name, pattern string) bool {
	if name == mailbox.Inbox {
		pattern = inboxCase(pattern)
	}
	// reach[i]: the pattern so far can stand for name[:i].
	reach := make([]bool, len(name)+1)
	reach[0] = true
	for i := range len(pattern) {
		switch p := pattern[i]; p {
		case '*', '%':
			for j := range len(name) {
				if reach[j] && (p == '*' || name[j] != delimiter) {
					reach[j+1] = true
				}
			}
		default:
			for j := len(name); j > 0; j-- {
				reach[j] = reach[j-1] && name[j-1] == p
			}
			reach[0] = false
		}
	}
	return reach[len(name)]
}

// inboxCase writes a pattern in upper case: INBOX has no case (RFC 9051 §5.1).
func inboxCase(pattern string) string { return strings.ToUpper(pattern) }

// Status answers STATUS (RFC 9051 §6.3.11).
func (s *session) Status(name string, options *imap.StatusOptions) (*imap.StatusData, error) {
	var data *imap.StatusData
	err := s.view(func(tx *store.Txn) error {
		folder, ok := s.srv.mail.Folder(tx, s.bal(), name)
		if !ok {
			return mailbox.ErrNoFolder
		}
		data = s.status(tx, folder, options)
		return nil
	})
	return data, s.imapError(err)
}

// status is the state of a folder. Nothing is \Recent here: RECENT is always 0.
func (s *session) status(tx *store.Txn, f mailbox.Folder, options *imap.StatusOptions) *imap.StatusData {
	var freed int64
	if options.DeletedStorage {
		for _, uid := range s.srv.mail.Deleted(tx, f.ID) {
			m, _ := s.srv.mail.Message(tx, f.ID, uid)
			freed += m.Size
		}
	}
	limit, recent := s.AppendLimit(), uint32(0)
	return &imap.StatusData{
		Mailbox: f.Name, NumMessages: &f.Count, UIDNext: imap.UID(f.UIDNext), UIDValidity: f.UIDValidity, NumUnseen: &f.Unseen,
		NumDeleted: &f.Deleted, Size: &f.Size, AppendLimit: &limit, DeletedStorage: &freed, NumRecent: &recent,
	}
}
