package config

import (
	"bytes"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// section cuts a service's section out of the file, preceded by as many empty
// lines as stand before it, and with its key blanked: who decodes it reports
// problems at the lines and columns of the file. end is the line of the next
// key, 0 when there is none. A section that cannot be cut (the file is written
// in one flow mapping) is rendered anew, and loses its lines.
func section(src []byte, e *ast.MappingValueNode, end int, flow bool) []byte {
	if e.Value == nil || e.Value.Type() == ast.NullType {
		return nil
	}
	rendered := []byte(e.Value.String())
	if flow || e.Start == nil {
		return rendered
	}
	lines := bytes.SplitAfter(bytes.ReplaceAll(src, []byte("\r\n"), []byte("\n")), []byte("\n"))
	first := e.Start.Position.Line // the line of the colon
	if end <= 0 || end > len(lines) {
		end = len(lines) + 1
	}
	if first < 1 || first >= end {
		return rendered
	}
	column := bytes.IndexByte(lines[first-1], ':') // a service's name holds none
	if column < 0 {
		return rendered
	}
	var b bytes.Buffer
	for range first - 1 {
		b.WriteByte('\n')
	}
	for range column + 1 {
		b.WriteByte(' ')
	}
	b.Write(lines[first-1][column+1:])
	for _, l := range lines[first : end-1] {
		b.Write(l)
	}
	if !same(b.Bytes(), rendered) {
		return rendered
	}
	return b.Bytes()
}

// same tells whether two sources hold the same YAML, comments aside.
func same(a, b []byte) bool {
	x, err := parser.ParseBytes(a, 0)
	if err != nil || len(x.Docs) != 1 {
		return false
	}
	y, err := parser.ParseBytes(b, 0)
	return err == nil && x.String() == y.String()
}
