package mailbox_test

import (
	"errors"
	"maps"
	"slices"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/segursim/segursim/internal/store"
	"github.com/segursim/segursim/mocks/mssante/mailbox"
)

// A model is what Marie's folders must hold: by name, UID and flags.
type model struct {
	w       *world
	folders map[string]*modelFolder
	// given are the UIDs ever given, by UIDVALIDITY and by name.
	given map[key]string
	// A session that follows one folder.
	id     string
	modseq uint64
	known  map[uint32][]string
}

type modelFolder struct {
	next     uint32
	messages map[uint32]modelMessage
}

type modelMessage struct {
	subject string
	flags   []string
}

type key struct {
	name     string
	validity uint32
	uid      uint32
}

func (m *model) drawFolder(t *rapid.T) string {
	return rapid.SampledFrom(slices.Sorted(maps.Keys(m.folders))).Draw(t, "folder")
}

func (m *model) drawUIDs(t *rapid.T) []uint32 {
	return rapid.SliceOfNDistinct(rapid.Uint32Range(1, 12), 0, 4, rapid.ID[uint32]).Draw(t, "uids")
}

func drawFlags(t *rapid.T) []string {
	flags := rapid.SliceOfDistinct(rapid.SampledFrom([]string{`\Seen`, `\Deleted`, `\Flagged`, "$Junk", "k"}), rapid.ID[string]).Draw(t, "flags")
	slices.Sort(flags)
	if len(flags) == 0 {
		return nil
	}
	return flags
}

func (m *model) update(t *rapid.T, f func(tx *store.Txn) error) {
	if err := m.w.mail.Update(f); err != nil {
		t.Fatal(err)
	}
}

// folderID is the id of a folder.
func (m *model) folderID(t *rapid.T, tx *store.Txn, name string) string {
	f, ok := m.w.mail.Folder(tx, marie, name)
	if !ok {
		t.Fatalf("no folder %s", name)
	}
	return f.ID
}

// give puts a message into a folder of the model.
func (m *model) give(t *rapid.T, tx *store.Txn, name string, uid uint32, msg modelMessage) {
	f := m.folders[name]
	if uid != f.next {
		t.Fatalf("UID %d in %s, want %d", uid, name, f.next)
	}
	f.next++
	f.messages[uid] = msg
	row, _ := m.w.mail.Folder(tx, marie, name)
	k := key{name, row.UIDValidity, uid}
	if was, ok := m.given[k]; ok {
		t.Fatalf("%+v was given before, to %s", k, was)
	}
	m.given[k] = msg.subject
}

// Append, Flag, … are the operations.

func (m *model) Append(t *rapid.T) {
	name, flags := m.drawFolder(t), drawFlags(t)
	subject := strconv.Itoa(rapid.IntRange(0, 5).Draw(t, "content"))
	m.update(t, func(tx *store.Txn) error {
		got, err := m.w.mail.Append(tx, marie, name, letter(subject), flags, noon())
		if err == nil {
			m.give(t, tx, name, got.UID, modelMessage{subject, flags})
		}
		return err
	})
}

func (m *model) Flag(t *rapid.T) {
	name, uids, flags := m.drawFolder(t), m.drawUIDs(t), drawFlags(t)
	op := rapid.SampledFrom([]mailbox.FlagOp{mailbox.ReplaceFlags, mailbox.AddFlags, mailbox.RemoveFlags}).Draw(t, "op")
	m.update(t, func(tx *store.Txn) error {
		_, err := m.w.mail.Flag(tx, m.folderID(t, tx, name), uids, op, flags)
		return err
	})
	for _, uid := range uids {
		msg, ok := m.folders[name].messages[uid]
		if !ok {
			continue
		}
		var set []string
		for _, f := range []string{"$Junk", `\Deleted`, `\Flagged`, `\Seen`, "k"} {
			had, given := slices.Contains(msg.flags, f), slices.Contains(flags, f)
			if op == mailbox.ReplaceFlags && given || op == mailbox.AddFlags && (had || given) || op == mailbox.RemoveFlags && had && !given {
				set = append(set, f)
			}
		}
		msg.flags = set
		m.folders[name].messages[uid] = msg
	}
}

func (m *model) Expunge(t *rapid.T) {
	name, uids := m.drawFolder(t), m.drawUIDs(t)
	m.update(t, func(tx *store.Txn) error { return m.w.mail.Expunge(tx, m.folderID(t, tx, name), uids) })
	for _, uid := range uids {
		delete(m.folders[name].messages, uid)
	}
}

func (m *model) Copy(t *rapid.T) { m.transfer(t, false) }
func (m *model) Move(t *rapid.T) { m.transfer(t, true) }

func (m *model) transfer(t *rapid.T, move bool) {
	from, to, uids := m.drawFolder(t), m.drawFolder(t), m.drawUIDs(t)
	messages := maps.Clone(m.folders[from].messages) // as they are before
	m.update(t, func(tx *store.Txn) error {
		do := m.w.mail.Copy
		if move {
			do = m.w.mail.Move
		}
		made, err := do(tx, m.folderID(t, tx, from), uids, m.folderID(t, tx, to))
		if err != nil {
			return err
		}
		for _, uid := range uids {
			msg, ok := messages[uid]
			if !ok {
				continue
			}
			if len(made) == 0 {
				t.Fatalf("message %d was left out", uid)
			}
			m.give(t, tx, to, made[0].UID, msg)
			made = made[1:]
			if move {
				delete(m.folders[from].messages, uid)
			}
		}
		if len(made) > 0 {
			t.Fatalf("%d messages too many", len(made))
		}
		return nil
	})
}

func (m *model) CreateFolder(t *rapid.T) {
	name := rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "name")
	err := m.w.mail.Update(func(tx *store.Txn) error {
		_, err := m.w.mail.CreateFolder(tx, marie, name, "")
		return err
	})
	if _, there := m.folders[name]; there {
		if !errors.Is(err, mailbox.ErrExists) {
			t.Fatal(err)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	m.folders[name] = &modelFolder{next: 1, messages: map[uint32]modelMessage{}}
}

func (m *model) DeleteFolder(t *rapid.T) {
	name := m.drawFolder(t)
	if name == "INBOX" {
		t.Skip("INBOX stays")
	}
	m.update(t, func(tx *store.Txn) error { return m.w.mail.DeleteFolder(tx, marie, name) })
	delete(m.folders, name)
}

func (m *model) RenameFolder(t *rapid.T) {
	from, to := m.drawFolder(t), rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "to")
	if _, there := m.folders[to]; there {
		t.Skip("taken")
	}
	m.update(t, func(tx *store.Txn) error { return m.w.mail.RenameFolder(tx, marie, from, to) })
	if from != "INBOX" {
		m.folders[to] = m.folders[from]
		delete(m.folders, from)
		m.rename(t, to)
		return
	}
	m.folders[to] = &modelFolder{next: 1, messages: map[uint32]modelMessage{}}
	_ = m.w.db.View(func(tx *store.Txn) error {
		for _, uid := range slices.Sorted(maps.Keys(m.folders["INBOX"].messages)) {
			m.give(t, tx, to, m.folders[to].next, m.folders["INBOX"].messages[uid])
		}
		return nil
	})
	clear(m.folders["INBOX"].messages)
}

// rename notes that a folder's UIDs now go by another name, which must not have had
// them before.
func (m *model) rename(t *rapid.T, to string) {
	_ = m.w.db.View(func(tx *store.Txn) error {
		row, _ := m.w.mail.Folder(tx, marie, to)
		for uid, msg := range m.folders[to].messages {
			k := key{to, row.UIDValidity, uid}
			if was, ok := m.given[k]; ok && was != msg.subject {
				t.Fatalf("%+v was %s, is %s", k, was, msg.subject)
			}
			m.given[k] = msg.subject
		}
		return nil
	})
}

// Follow tells the session what happened since it last asked.
func (m *model) Follow(t *rapid.T) {
	err := m.w.db.View(func(tx *store.Txn) error {
		c, ok := m.w.mail.Since(tx, m.id, m.modseq)
		if !ok {
			return errors.New("the folder has forgotten")
		}
		m.modseq = c.ModSeq
		if !slices.IsSorted(c.Expunged) {
			t.Fatalf("expunged %v", c.Expunged)
		}
		for _, msg := range c.Changed {
			m.known[msg.UID] = msg.Flags
		}
		for _, uid := range c.Expunged {
			delete(m.known, uid)
		}
		there := map[uint32][]string{}
		for msg := range m.w.mail.Messages(tx, m.id) {
			there[msg.UID] = msg.Flags
		}
		if diff := cmp.Diff(there, m.known); diff != "" {
			t.Fatal("(-there +known)\n" + diff)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// check compares the store with the model.
func (m *model) check(t *rapid.T) {
	_ = m.w.db.View(func(tx *store.Txn) error {
		names := []string{}
		for _, f := range m.w.mail.Folders(tx, marie) {
			names = append(names, f.Name)
			want := m.folders[f.Name]
			if want == nil {
				t.Fatalf("a folder %s", f.Name)
			}
			if f.UIDNext != want.next {
				t.Fatalf("%s: UIDNEXT %d, want %d", f.Name, f.UIDNext, want.next)
			}
			got := map[uint32]modelMessage{}
			for msg := range m.w.mail.Messages(tx, f.ID) {
				got[msg.UID] = modelMessage{msg.Subject, msg.Flags}
			}
			if diff := cmp.Diff(want.messages, got, cmp.AllowUnexported(modelMessage{})); diff != "" {
				t.Fatalf("%s (-want +got)\n%s", f.Name, diff)
			}
		}
		if len(names) != len(m.folders) {
			t.Fatalf("folders %v", names)
		}
		return nil
	})
	audit(t, m.w)
}

// TestModel runs random operations on the store and on the model.
func TestModel(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		w := newWorld(t, mailbox.Options{Folders: [][2]string{}})
		w.update(t, func(tx *store.Txn) error { return w.mail.Create(tx, marie) })
		f := w.folder(t, "INBOX")
		m := &model{
			w: w, folders: map[string]*modelFolder{"INBOX": {next: 1, messages: map[uint32]modelMessage{}}},
			given: map[key]string{}, id: f.ID, modseq: f.ModSeq, known: map[uint32][]string{},
		}
		rt.Repeat(map[string]func(*rapid.T){
			"append": m.Append, "append more": m.Append, "flag": m.Flag, "expunge": m.Expunge, "copy": m.Copy, "move": m.Move,
			"create": m.CreateFolder, "delete": m.DeleteFolder, "rename": m.RenameFolder, "follow": m.Follow, "": m.check,
		})
	})
}
