package xdm_test

import (
	"bytes"
	"errors"
	"fmt"
	"hash/crc32"
	"runtime"
	"strings"
	"testing"

	"github.com/segursim/segursim/internal/xdm"
)

// A hostile archive, and what it must be refused for.
type hostile struct {
	b          []byte
	code, says string
}

func one(t testing.TB, it item) []byte {
	t.Helper()
	return forge(t, nil, it)
}

// hostiles are forged byte by byte.
func hostiles(t testing.TB) map[string]hostile {
	t.Helper()
	text := []byte(strings.Repeat("compte rendu ", 100))
	good := item{name: "A.XML", data: text, method: 8}
	after := func(it item, d ...uint32) item {
		it.flags |= 8
		it.local = func(h []byte) { put32(h, 14, 0); put32(h, 18, 0); put32(h, 22, 0) }
		it.after = append([]byte("PK\x07\x08"), le32(d...)...)
		return it
	}
	crc, packed := crc32.ChecksumIEEE(text), uint32(len(deflate(t, text)))
	sizes := func(at int, n uint32) func([]byte) { return func(h []byte) { put32(h, at, n) } }
	both := func(it item, localAt, recordAt int, n uint32) item {
		it.local, it.record = sizes(localAt, n), sizes(recordAt, n)
		return it
	}
	zeros := make([]byte, 2<<20) // 2 kB deflated
	bomb := deflate(t, zeros)
	all := map[string]hostile{
		"empty":           {nil, "zip", "empty"},
		"not a zip":       {[]byte("bonjour"), "zip", "not a ZIP"},
		"cut":             {one(t, good)[:60], "zip", "no end record"},
		"bytes after":     {append(one(t, good), 'x'), "zip", "no end record"},
		"bytes before":    {append([]byte("#!/bin/sh\n"), one(t, good)...), "zip", "must end at"},
		"directory gone":  {forge(t, func(b []byte) { put32(b, 12, 0) }, good), "zip", "must end at"},
		"directory far":   {forge(t, func(b []byte) { put32(b, 16, 1<<30) }, good), "zip", "directory"},
		"count too high":  {forge(t, func(b []byte) { put16(b, 8, 2); put16(b, 10, 2) }, good), "zip", "2 entries, and has 1"},
		"count too low":   {forge(t, func(b []byte) { put16(b, 8, 1); put16(b, 10, 1) }, good, item{name: "B"}), "zip", "1 entries, and has 2"},
		"count zero":      {forge(t, func(b []byte) { put16(b, 8, 0); put16(b, 10, 0) }, good), "zip", "0 entries, and has 1"},
		"several parts":   {forge(t, func(b []byte) { put16(b, 4, 1) }, good), "zip", "in several"},
		"in another part": {one(t, item{name: "A", record: func(r []byte) { put16(r, 34, 3) }}), "zip", "in several"},
		"two ends":        {twoEnds(t), "zip", "two end records"},
		"no zip64 end":    {forge(t, func(b []byte) { put32(b, 16, 0xFFFFFFFF) }, good), "zip", "zip64 end record is missing"},
		"method":          {one(t, item{name: "A", method: 12, packed: []byte{1}, data: []byte{1}}), "zip", "method 12"},
		"bad deflate":     {one(t, item{name: "A", method: 8, packed: []byte{0xFF, 0xFF}, data: []byte("x")}), "zip", "cannot be expanded"},
		"cut deflate":     {one(t, item{name: "A", method: 8, packed: deflate(t, text)[:10], data: text}), "zip", "cannot be expanded"},
		"crc":             {one(t, both(good, 14, 16, 1)), "zip", "damaged"},
		"crc in one":      {one(t, item{name: "A", data: text, local: sizes(14, 1)}), "zip", "different CRCs"},
		"no local header": {one(t, item{name: "A", data: text, local: func(h []byte) { h[3] = 9 }}), "zip", "no local header"},
		"header far":      {one(t, item{name: "A", record: func(r []byte) { put32(r, 42, 1<<30) }}), "zip", "no local header"},
		"other method":    {one(t, item{name: "A", data: text, local: func(h []byte) { put16(h, 8, 8) }}), "zip", "another compression"},
		"extra too long":  {one(t, item{name: "A", extra: [2][]byte{nil, {1, 0, 9, 0}}}), "zip", "extra field"},
		"name too long":   {one(t, item{name: "A", record: func(r []byte) { put16(r, 28, 60000) }}), "zip", "cut"},
		"folder of data":  {one(t, item{name: "A/", data: text}), "zip", "a folder holds"},

		"bomb":               {one(t, item{name: "B", method: 8, packed: bomb, data: zeros}), "bomb", "200 to one"},
		"bomb that says 1 G": {one(t, item{name: "B", method: 8, packed: bomb, data: zeros, size: 1 << 30}), "bomb", "200 to one"},
		"bomb that says 10":  {one(t, item{name: "B", method: 8, packed: bomb, data: zeros, size: 10}), "size-lies", "has more"},
		"many small bombs":   {forge(t, nil, small(t)...), "bomb", "the archive"},
		"overlap":            {overlap(t), "bomb", "overlaps"},
		"same data twice":    {forge(t, nil, good, item{name: "B.XML", data: text, method: 8, record: sizes(42, 0)}), "path", "local header names it"},
		"into the directory": {intoDirectory(t), "zip", "reach into"},

		"size too small":      {one(t, both(good, 22, 24, 5)), "size-lies", "said to have 5"},
		"size too large":      {one(t, both(good, 22, 24, 5000)), "size-lies", "said to have 5000 bytes, and has 1300"},
		"size of 4 GiB":       {one(t, both(good, 22, 24, 0xFFFFFFFE)), "size-lies", "has 1300"},
		"stored, too small":   {one(t, both(item{name: "A", data: text}, 22, 24, 5)), "size-lies", "said to have 5"},
		"packed beyond":       {one(t, item{name: "A", data: text, record: sizes(20, 1<<20)}), "size-lies", "beyond the archive"},
		"packed too long":     {one(t, item{name: "A", method: 8, packed: append(deflate(t, text), "reste"...), data: text}), "size-lies", "compressed, and takes"},
		"local size":          {one(t, item{name: "A", data: text, local: sizes(22, 7)}), "size-lies", "local header says 7"},
		"descriptor size":     {one(t, after(good, crc, packed, 7)), "size-lies", "descriptor"},
		"descriptor crc":      {one(t, after(good, crc+1, packed, uint32(len(text)))), "size-lies", "descriptor"},
		"descriptor missing":  {one(t, item{name: "A", data: text, flags: 8, local: func(h []byte) { put32(h, 14, 0) }}), "size-lies", "descriptor"},
		"zip64 missing":       {one(t, item{name: "A", data: text, record: sizes(24, 0xFFFFFFFF)}), "size-lies", "zip64 field is missing"},
		"zip64 short":         {one(t, item{name: "A", data: text, record: sizes(24, 0xFFFFFFFF), extra: [2][]byte{nil, field(1, []byte{1, 2})}}), "size-lies", "too short"},
		"zip64 twice":         {one(t, item{name: "A", data: text, record: sizes(24, 0xFFFFFFFF), extra: [2][]byte{nil, append(field(1, le64(1300)), field(1, le64(1300))...)}}), "size-lies", "two zip64"},
		"zip64 beyond 63 bit": {one(t, item{name: "A", data: text, record: sizes(24, 0xFFFFFFFF), extra: [2][]byte{nil, field(1, le64(1<<63))}}), "size-lies", "zip64 field says"},
		"zip64 huge":          {one(t, item{name: "A", data: text, record: sizes(24, 0xFFFFFFFF), extra: [2][]byte{nil, field(1, le64(1<<63-1))}}), "size-lies", "local header says"},
		"zip64 local missing": {one(t, item{name: "A", data: text, local: sizes(22, 0xFFFFFFFF)}), "size-lies", "its local header is missing"},
		"zip64 offset":        {one(t, item{name: "A", data: text, record: sizes(42, 0xFFFFFFFF), extra: [2][]byte{nil, field(1, le64(1<<63-1))}}), "zip", "no local header"},
		"zip64 ends disagree": {end64(t, func(b []byte) { b[24]++; b[32]++ }), "size-lies", "two end records"},
		"zip64 end length":    {end64(t, func(b []byte) { b[4]++ }), "zip", "wrong length"},
		"zip64 locator":       {end64(t, func(b []byte) { b[56+8]++ }), "zip", "locator"},
		"zip64 locator far":   {end64(t, func(b []byte) { b[56+15] = 0x80 }), "zip", "locator"},
		"zip64 parts":         {end64(t, func(b []byte) { b[56+4]++ }), "zip", "in several"},

		"encrypted":         {one(t, item{name: "A", flags: 1, data: text}), "encrypted", "it is encrypted"},
		"strong encryption": {one(t, item{name: "A", flags: 1 << 6, data: text}), "encrypted", "it is encrypted"},
		"masked headers":    {one(t, item{name: "A", flags: 1 << 13, data: text}), "encrypted", "it is encrypted"},
		"aes":               {one(t, item{name: "A", method: 99, packed: text, data: text}), "encrypted", "it is encrypted"},
		"encrypted locally": {one(t, item{name: "A", data: text, local: func(h []byte) { put16(h, 6, 1) }}), "encrypted", "local header"},

		"link":            {one(t, item{name: "A", data: []byte("/etc/passwd"), record: unix(0o120777)}), "path", "symbolic link"},
		"device":          {one(t, item{name: "A", record: unix(0o020666)}), "path", "neither"},
		"folder no slash": {one(t, item{name: "A", record: unix(0o040755)}), "path", "slash"},
		"local name":      {one(t, item{name: "A.XML", other: "B.XML", data: text}), "path", `"B.XML"`},
		"unicode name":    {one(t, item{name: "A.XML", extra: [2][]byte{nil, unicodeName("A.XML", "../B")}}), "path", `"../B"`},
		"unicode climbs":  {one(t, item{name: "\x82", extra: [2][]byte{nil, unicodeName("\x82", "../é")}}), "path", "climbs"},
		"unicode invalid": {one(t, item{name: "\x82", extra: [2][]byte{nil, unicodeName("\x82", "\xff")}}), "path", "UTF-8"},
		"said to be utf8": {one(t, item{name: "\x82", flags: 1 << 11}), "path", "UTF-8"},

		"same name":         {forge(t, nil, good, good), "duplicate", "this name"},
		"same but for case": {forge(t, nil, good, item{name: "a.xml"}), "duplicate", "other letters"},
		"same folder":       {forge(t, nil, item{name: "A/"}, item{name: "A/"}), "duplicate", "this name"},
		"file and folder":   {forge(t, nil, item{name: "A"}, item{name: "a/"}), "duplicate", "other letters"},
		"file as a folder":  {forge(t, nil, item{name: "A", data: text}, item{name: "a/b"}), "duplicate", "which is a file"},
		"folding accents":   {forge(t, nil, item{name: "É", flags: 1 << 11}, item{name: "é", flags: 1 << 11}), "duplicate", "other letters"},

		"too many":         {forge(t, nil, many(1001)...), "files", "1001 entries"},
		"too many, hidden": {forge(t, func(b []byte) { put16(b, 8, 1); put16(b, 10, 1) }, many(1001)...), "files", "more than 1000"},
		"65534 promised":   {forge(t, func(b []byte) { put16(b, 8, 65534); put16(b, 10, 65534) }, good), "files", "65534"},
	}
	for name, path := range map[string]string{
		"no name": "", "climbs": "../A", "climbs inside": "A/../../B", "climbs at the end": "A/..", "absolute": "/etc/passwd", "backslash": `A\B`, "climbs by backslash": `..\A`,
		"drive": "C:/A", "drive, relative": "C:A", "stream": "A.XML:B", "nul": "A\x00.XML", "newline": "A\nB", "delete": "A\x7f", "dot": "./A", "dots inside": "A/./B",
		"nothing between": "A//B", "only slashes": "//", "share": "//server/share", "dot at the end": "METADATA.XML.", "space at the end": "A /B", "space first": " A", "three dots": "A/...",
		"long": strings.Repeat("A", 256), "deep": strings.Repeat("A/", 17) + "B",
	} {
		all["name: "+name] = hostile{one(t, item{name: path, data: []byte("x")}), "path", ""}
	}
	return all
}

func unix(mode uint32) func([]byte) {
	return func(r []byte) { r[5] = 3; put32(r, 38, mode<<16) }
}

func unicodeName(raw, name string) []byte {
	return field(0x7075, append(append([]byte{1}, le32(crc32.ChecksumIEEE([]byte(raw)))...), name...))
}

func many(n int) []item {
	var items []item
	for i := range n {
		items = append(items, item{name: fmt.Sprintf("F%d", i)})
	}
	return items
}

// small makes files that are each below what the ratio looks at.
func small(t testing.TB) []item {
	zeros := make([]byte, 1<<20)
	packed := deflate(t, zeros)
	items := many(4)
	for i := range items {
		items[i].method, items[i].packed, items[i].data = 8, packed, zeros
	}
	return items
}

// overlap has one block of compressed data that two entries share: the data of the
// first hold the local header of the second, stored in front of it.
func overlap(t testing.TB) []byte {
	inner := []byte("quoted")
	b := forge(t, nil, item{name: "B", data: inner}) // its local header comes first
	whole := b[:30+1+len(inner)]
	out := forge(t, nil, item{name: "A", data: whole}, item{name: "B", data: inner})
	// The second record of the directory now points into the data of the first.
	at := bytes.LastIndex(out, []byte("PK\x01\x02"))
	put32(out, at+42, 30+1)
	return out
}

// intoDirectory has an entry whose data are the directory itself.
func intoDirectory(t testing.TB) []byte {
	b := forge(t, nil, item{name: "A"})
	local, dir := b[:31], b[31:31+47]
	put32(dir, 20, 47)
	put32(dir, 24, 47)
	put32(local, 18, 47)
	put32(local, 22, 47)
	return b
}

// twoEnds hides an archive in the comment of another.
func twoEnds(t testing.TB) []byte {
	inner := forge(t, nil, item{name: "B"})
	outer := forge(t, func(b []byte) { put16(b, 20, len(inner)) }, item{name: "A"})
	return append(outer, inner...)
}

// end64 has a zip64 end record and its locator, 76 bytes that change changes.
func end64(t testing.TB, change func([]byte)) []byte {
	b := forge(t, nil, item{name: "A", data: []byte("x")})
	body, end := b[:len(b)-22], b[len(b)-22:]
	offset := uint64(30 + 1 + 1)
	var r []byte
	r = append(append(r, "PK\x06\x06"...), le64(44)...)
	r = append(append(append(r, 45, 0, 45, 0), le32(0, 0)...), le64(1, 1, uint64(len(body))-offset, offset)...)
	r = append(append(append(r, "PK\x06\x07"...), le32(0)...), le64(uint64(len(body)))...)
	r = append(r, le32(1)...)
	if change != nil {
		change(r)
	}
	return append(append(body[:len(body):len(body)], r...), end...)
}

func TestHostile(t *testing.T) {
	t.Parallel()
	for name, c := range hostiles(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a, err := xdm.Read(c.b, xdm.Limits{})
			var p *xdm.Problem
			if !errors.As(err, &p) || a != nil {
				t.Fatalf("got %v, %v; want a Problem", a, err)
			}
			if p.Code != c.code || !strings.Contains(p.Text, c.says) {
				t.Errorf("got %v; want %s: …%s…", p, c.code, c.says)
			}
			if len(p.Error()) > 500 {
				t.Errorf("a text of %d bytes", len(p.Error()))
			}
		})
	}
}

// TestForged: the forger's own archives are read when nothing in them lies.
func TestForged(t *testing.T) {
	t.Parallel()
	text := []byte(strings.Repeat("compte rendu ", 100))
	n, crc := uint32(len(deflate(t, text))), crc32.ChecksumIEEE(text)
	unknown := func(h []byte) { put32(h, 14, 0); put32(h, 18, 0); put32(h, 22, 0) }
	for name, b := range map[string][]byte{
		"plain":                 one(t, item{name: "A.XML", data: text, method: 8}),
		"descriptor":            one(t, item{name: "A.XML", data: text, method: 8, flags: 8, local: unknown, after: append([]byte("PK\x07\x08"), le32(crc, n, 1300)...)}),
		"descriptor, no mark":   one(t, item{name: "A.XML", data: text, method: 8, flags: 8, local: unknown, after: le32(crc, n, 1300)}),
		"descriptor of 64 bits": one(t, item{name: "A.XML", data: text, method: 8, flags: 8, local: unknown, after: append(le32(0x08074b50, crc), le64(uint64(n), 1300)...)}),
		"zip64 size":            one(t, item{name: "A.XML", data: text, record: func(r []byte) { put32(r, 24, 0xFFFFFFFF) }, extra: [2][]byte{nil, field(1, le64(1300))}}),
		"comment":               append(forge(t, func(b []byte) { put16(b, 20, 5) }, item{name: "A.XML", data: text}), "salut"...),
		"unix file":             one(t, item{name: "A.XML", data: text, record: unix(0o100644)}),
	} {
		a, err := xdm.Read(b, xdm.Limits{})
		if err != nil || len(a.Files) != 1 || !bytes.Equal(a.Files[0].Content, text) {
			t.Errorf("%s: %v, %v", name, a, err)
		}
	}
	if _, err := xdm.Read(end64(t, nil), xdm.Limits{}); err != nil {
		t.Errorf("zip64 end: %v", err)
	}
	// A name of the first PCs, one in UTF-8 without its flag, one with a second name.
	a := read(t, forge(t, nil, item{name: "CR\x82.PDF"}, item{name: "É.PDF"}, item{name: "\x90", extra: [2][]byte{nil, unicodeName("\x90", "Ê")}}))
	if got := strings.Join(names(a), " "); got != "CRé.PDF É.PDF Ê" {
		t.Errorf("names: %s", got)
	}
	// Bytes between entries and before the directory are told.
	hole := forge(t, nil, item{name: "A", data: text, after: []byte("caché")}, item{name: "B"})
	if a := read(t, hole); len(a.Problems) == 0 || a.Problems[0].Code != "zip" || !strings.Contains(a.Problems[0].Text, "6 bytes") {
		t.Errorf("hole: %v", a.Problems)
	}
}

// TestLimits: each bound holds where it is set, and not before.
func TestLimits(t *testing.T) {
	t.Parallel()
	b := forge(t, nil, item{name: "A", data: make([]byte, 1000)}, item{name: "B", data: make([]byte, 1000), method: 8})
	big := one(t, item{name: "C", data: make([]byte, 2<<20), method: 8})
	for name, c := range map[string]struct {
		b     []byte
		l     xdm.Limits
		wants string
	}{
		"files":          {b, xdm.Limits{Files: 1}, "files"},
		"files, just":    {b, xdm.Limits{Files: 2}, ""},
		"one file":       {b, xdm.Limits{File: 999}, "bomb"},
		"one file, just": {b, xdm.Limits{File: 1000}, ""},
		"total":          {b, xdm.Limits{Total: 1999}, "bomb"},
		"total, just":    {b, xdm.Limits{Total: 2000}, ""},
		"ratio":          {big, xdm.Limits{Ratio: 500}, "bomb"},
		"ratio, enough":  {big, xdm.Limits{Ratio: 5000}, ""},
	} {
		_, err := xdm.Read(c.b, c.l)
		var p *xdm.Problem
		if got := errors.As(err, &p); got != (c.wants != "") || got && p.Code != c.wants {
			t.Errorf("%s: got %v, want %q", name, err, c.wants)
		}
	}
}

// TestBombCostsLittle: gigabytes promised, or hidden, cost no more than the bounds.
func TestBombCostsLittle(t *testing.T) {
	// Not parallel: it counts what is allocated.
	bomb := deflate(t, make([]byte, 8<<20))
	b := one(t, item{name: "B", method: 8, packed: bomb, data: []byte("x"), size: 8 << 20})
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if _, err := xdm.Read(b, xdm.Limits{File: 1 << 20, Ratio: 5000}); err == nil {
		t.Fatal("a bomb was read")
	}
	runtime.ReadMemStats(&after)
	if n := after.TotalAlloc - before.TotalAlloc; n > 5<<20 {
		t.Errorf("%d bytes were allocated", n)
	}
	lie := one(t, item{name: "A", method: 8, data: []byte("x"), size: 0xFFFFFFFE})
	runtime.ReadMemStats(&before)
	if _, err := xdm.Read(lie, xdm.Limits{}); err == nil {
		t.Fatal("a lie was read")
	}
	runtime.ReadMemStats(&after)
	if n := after.TotalAlloc - before.TotalAlloc; n > 1<<20 {
		t.Errorf("%d bytes were allocated for a promise", n)
	}
}
