package mssante

import (
	"bytes"
	"strings"
	"testing"
	"time"
)

// FuzzAddress: what is taken for an address stays one, and hides no line end.
func FuzzAddress(f *testing.F) {
	for _, s := range []string{kitBAL, robotAddress, ghost, "a@b", "@x.test", "a@b..test", "é@exämple.test", "a b@x.test", "a@x.test\r\nRCPT", strings.Repeat("x", 70) + "@x.test", "2a@-x.test"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		address, ok := normal(s)
		if !ok {
			return
		}
		if strings.ContainsAny(address, " \r\n\t<>\"") || strings.Count(address, "@") != 1 {
			t.Errorf("%q is no address", address)
		}
		if again, ok := normal(address); !ok || again != address {
			t.Errorf("%q becomes %q, %v", address, again, ok)
		}
		if m, ok := matriculeOf(address); ok && len(m) != 15 {
			t.Errorf("matricule %q", m)
		}
	})
}

// FuzzUnstamped: what an MTA adds is taken off again, whatever it was put on.
func FuzzUnstamped(f *testing.F) {
	for _, s := range []string{"", "From: a\r\n\r\nx", "Received: from b\r\n\tby c\r\nFrom: a\r\n\r\n", "Return-Path: <x@y>\r\n", "\r\n", " \r\n"} {
		f.Add([]byte(s), "poste", kitBAL)
	}
	f.Fuzz(func(t *testing.T, raw []byte, helo, from string) {
		if _, ok := normal(from); !ok && from != "" {
			return
		}
		if len(raw) > 0 && (raw[0] == ' ' || raw[0] == '\t') {
			return // a line that goes on: no header begins so
		}
		l := &letter{From: from, Helo: helo, Raw: raw, Queue: "ABC", At: time.Unix(0, 0), Peer: helo}
		path, original := unstamped(l.stamp("smtp.test"))
		if path != from || !bytes.Equal(original, raw) {
			t.Errorf("return path %q, message %q", path, original)
		}
		unstamped(raw)
	})
}

// FuzzActions: no parameter brings an action down.
func FuzzActions(f *testing.F) {
	f.Add("raw", "From: a\n\nb", "document", "x")
	f.Add("to", kitBAL, "from", robertBAL)
	d := newDesk(f, nil)
	verbs := []string{"lint", "messages", "message", "sent", "mes", "mes.read", "mes.write", "mes.reply", "trace", "counters", "read", "receipts", "quota", "deposer"}
	f.Fuzz(func(t *testing.T, k1, v1, k2, v2 string) {
		for _, verb := range verbs {
			_, err := d.s.Actions()[verb].Do(t.Context(), map[string]any{k1: v1, k2: []any{v2, map[string]any{v1: v2}}})
			if err != nil {
				refusalCode(t, err)
			}
		}
	})
}
