package mailbox_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/segursim/segursim/mocks/mssante/mailbox"
)

// fataler is what audit needs of a test, of the rapid kind too.
type fataler interface {
	Helper()
	Errorf(string, ...any)
	Fatal(...any)
}

// audit counts everything anew, from the rows of a snapshot, and compares it with the
// counters that are kept along the way.
func audit(t fataler, w *world) {
	t.Helper()
	var b jsonState
	if err := w.db.Export(&b); err != nil {
		t.Fatal(err)
	}
	var state struct {
		Folders []struct {
			mailbox.Folder
			Logged   int
			Keywords []string
		} `json:"mssante_dossiers"`
		Messages []mailbox.Message `json:"mssante_messages"`
		Contents []struct {
			Hash string `json:"sha256"`
			Raw  []byte `json:"octets"`
			Refs int    `json:"references"`
		} `json:"mssante_contenus"`
		Departures []struct {
			Folder string
			UIDs   []uint32 `json:"uids"`
		} `json:"mssante_effaces"`
		Accounts []struct {
			BAL            string
			Used, Messages int64
			Folders        int
		} `json:"mssante_comptes"`
		Totals []struct{ Bytes int64 } `json:"mssante_stockage"`
	}
	if err := json.Unmarshal(b, &state); err != nil {
		t.Fatal(err)
	}

	type counters struct{ Count, Unseen, Deleted, Size int64 }
	refs, byFolder, balOf := map[string]int{}, map[string]counters{}, map[string]string{}
	used, count, dirs, stored := map[string]int64{}, map[string]int64{}, map[string]int{}, int64(0)
	for _, f := range state.Folders {
		balOf[f.ID] = f.BAL
		dirs[f.BAL]++
	}
	for _, m := range state.Messages {
		bal, ok := balOf[m.Folder]
		if !ok || m.ID != fmt.Sprintf("%s%08x", m.Folder, m.UID) {
			t.Errorf("message %s is of no folder", m.ID)
		}
		c := byFolder[m.Folder]
		c.Count++
		c.Size += m.Size
		if !slices.Contains(m.Flags, `\Seen`) {
			c.Unseen++
		}
		if slices.Contains(m.Flags, `\Deleted`) {
			c.Deleted++
		}
		byFolder[m.Folder] = c
		refs[m.Content]++
		used[bal] += m.Size
		count[bal]++
		stored += 1536
	}
	for _, f := range state.Folders {
		kept := counters{int64(f.Count), int64(f.Unseen), int64(f.Deleted), f.Size}
		if diff := cmp.Diff(byFolder[f.ID], kept); diff != "" {
			t.Errorf("counters of %s (-counted +kept)\n%s", f.Name, diff)
		}
		logged := 0
		for _, d := range state.Departures {
			if d.Folder == f.ID {
				logged += len(d.UIDs)
			}
		}
		if logged != f.Logged {
			t.Errorf("log of %s: %d, counted %d", f.Name, f.Logged, logged)
		}
	}
	for _, c := range state.Contents {
		stored += int64(len(c.Raw))
		if sum := sha256.Sum256(c.Raw); c.Refs != refs[c.Hash] || c.Refs == 0 || hex.EncodeToString(sum[:]) != c.Hash {
			t.Errorf("content %s: %d references, counted %d", c.Hash, c.Refs, refs[c.Hash])
		}
	}
	if len(refs) != len(state.Contents) {
		t.Errorf("%d contents for %d", len(state.Contents), len(refs))
	}
	for _, a := range state.Accounts {
		if a.Used != used[a.BAL] || a.Messages != count[a.BAL] || a.Folders != dirs[a.BAL] {
			t.Errorf("account %+v, counted %d bytes, %d messages, %d folders", a, used[a.BAL], count[a.BAL], dirs[a.BAL])
		}
	}
	if len(state.Totals) > 0 && state.Totals[0].Bytes != stored {
		t.Errorf("storage %d, counted %d", state.Totals[0].Bytes, stored)
	}
	for _, d := range state.Departures {
		if balOf[d.Folder] == "" {
			t.Errorf("a departure from %s, which is gone", d.Folder)
		}
	}
}

// jsonState takes an export.
type jsonState []byte

func (s *jsonState) Write(b []byte) (int, error) {
	*s = append(*s, b...)
	return len(b), nil
}

// TestAuditCatches shows that audit fails on a state that contradicts itself.
func TestAuditCatches(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(state map[string]any){
		"a count":     func(s map[string]any) { row(s, "mssante_dossiers")["count"] = 7 },
		"a reference": func(s map[string]any) { row(s, "mssante_contenus")["references"] = 7 },
		"bytes":       func(s map[string]any) { row(s, "mssante_contenus")["octets"] = "AAAA" },
		"used":        func(s map[string]any) { row(s, "mssante_comptes")["used"] = 7 },
		"storage":     func(s map[string]any) { row(s, "mssante_stockage")["bytes"] = 7 },
		"a log":       func(s map[string]any) { row(s, "mssante_dossiers")["logged"] = 7 },
	} {
		w := withMarie(t)
		w.append(t, "INBOX", "un")
		state := snapshot(t, w)
		spoil(state)
		b, err := json.Marshal(state)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.db.Import(bytes.NewReader(b)); err != nil {
			t.Fatal(err)
		}
		var c catcher
		if audit(&c, w); c == 0 {
			t.Errorf("%s went unnoticed", name)
		}
	}
}

func row(state map[string]any, table string) map[string]any {
	return state[table].([]any)[0].(map[string]any)
}

type catcher int

func (c *catcher) Helper()               {}
func (c *catcher) Errorf(string, ...any) { *c++ }
func (c *catcher) Fatal(...any)          { *c++ }
