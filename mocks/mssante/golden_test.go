package mssante

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/segursim/segursim/internal/need"
)

var update = flag.Bool("update", false, "write the goldens")

// golden compares the messages that the simulator wrote, to the byte, with those of
// testdata/<name>.txtar; line ends are LF there.
func golden(t *testing.T, name string, got ...[]byte) {
	t.Helper()
	path := filepath.Join("testdata", name+".txtar")
	a := &txtar.Archive{Comment: []byte("Messages as the simulator writes them. To write them anew: go test -update\n")}
	for i, raw := range got {
		text := strings.ReplaceAll(string(raw), "\r\n", "\n")
		if strings.Contains(text, "\r") {
			t.Errorf("%s: a bare CR", name)
		}
		a.Files = append(a.Files, txtar.File{Name: "message-" + string(rune('1'+i)) + ".eml", Data: []byte(text)})
	}
	if *update {
		if err := os.WriteFile(path, txtar.Format(a), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(txtar.Format(a))); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

// seenByPython is what Python's email package reads in a message.
type seenByPython struct {
	Subject, From, To, Report string
	Auto                      string              `json:"auto"`
	Defects                   []string            `json:"defects"`
	Types                     []string            `json:"types"`
	Fields                    []map[string]string `json:"fields"` // of the machine-readable part
	Text                      string              `json:"text"`
}

const pythonReader = `
import sys, json, email, email.policy
m = email.message_from_bytes(sys.stdin.buffer.read(), policy=email.policy.default)
defects, types, fields, text = [], [], [], ''
for p in m.walk():
    defects += [type(d).__name__ for d in p.defects]
    for v in p.values():
        defects += [type(d).__name__ for d in getattr(v, 'defects', ())]
    types.append(p.get_content_type())
    if p.get_content_type() == 'text/plain' and not text:
        text = p.get_content()
    if p.get_content_type() in ('message/delivery-status', 'message/disposition-notification'):
        body = p.get_payload()
        for g in (body if isinstance(body, list) else email.message_from_string(str(body))):
            fields.append({k.lower(): str(v) for k, v in g.items()})
print(json.dumps({'Subject': str(m['Subject']), 'From': str(m['From']), 'To': str(m['To']), 'Report': m.get_param('report-type') or '',
  'auto': str(m['Auto-Submitted']), 'defects': defects, 'types': types, 'fields': fields, 'text': text}))
`

// python reads a message with an independent parser.
func python(t *testing.T, raw []byte) seenByPython {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), need.Tool(t, "python3"), "-c", pythonReader)
	cmd.Stdin = bytes.NewReader(raw)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("python3: %v\n%s", err, stderr.Bytes())
	}
	var seen seenByPython
	if err := json.Unmarshal(out, &seen); err != nil {
		t.Fatal(err)
	}
	if len(seen.Defects) > 0 {
		t.Errorf("python3 finds defects: %v\n%s", seen.Defects, raw)
	}
	return seen
}
