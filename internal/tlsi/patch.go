package tlsi

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/beevik/etree"
)

// patchBody replaces parts of an answer: "CR.CodeCR" names an element by local
// names, from the answer's element or from inside it; a number picks one of
// several of the same name ("INDIVIDU.INSHISTO.1.OID", from 0); "@code" is an
// attribute. nil removes. An element that is not there is made, after its
// siblings and in their namespace.
func patchBody(body []byte, patch map[string]any) ([]byte, error) {
	doc := etree.NewDocument()
	if err := doc.ReadFromBytes(body); err != nil {
		return nil, fmt.Errorf("patch: the answer is not XML: %w", err)
	}
	root := doc.Root()
	if root == nil {
		return nil, fmt.Errorf("patch: the answer is empty")
	}
	for _, path := range slices.Sorted(maps.Keys(patch)) {
		parts := strings.Split(path, ".")
		if parts[0] == root.Tag {
			parts = parts[1:]
		}
		if err := patchOne(root, parts, patch[path]); err != nil {
			return nil, fmt.Errorf("patch %s: %w", path, err)
		}
	}
	return doc.WriteToBytes()
}

func patchOne(e *etree.Element, parts []string, value any) error {
	if len(parts) == 0 {
		return fmt.Errorf("names the whole answer")
	}
	for i := 0; i < len(parts); i++ {
		name := parts[i]
		if key, ok := strings.CutPrefix(name, "@"); ok {
			if i != len(parts)-1 || key == "" {
				return fmt.Errorf("an attribute ends a path")
			}
			return patchAttr(e, key, value)
		}
		nth := 0
		if i+1 < len(parts) {
			if n, err := strconv.Atoi(parts[i+1]); err == nil && n >= 0 {
				nth = n
				i++
			}
		}
		child := nthChild(e, name, nth)
		if child == nil {
			if value == nil {
				return nil
			}
			child = e.CreateElement(name)
			child.Space = e.Space
		}
		e = child
	}
	if value == nil {
		e.Remove()
		return nil
	}
	text, err := scalar(value)
	if err != nil {
		return err
	}
	e.Child = nil
	e.SetText(text)
	return nil
}

func patchAttr(e *etree.Element, key string, value any) error {
	if value == nil {
		e.RemoveAttr(key)
		return nil
	}
	text, err := scalar(value)
	if err != nil {
		return err
	}
	e.CreateAttr(key, text)
	return nil
}

func nthChild(e *etree.Element, name string, n int) *etree.Element {
	for c := range e.ChildElementsSeq() {
		if c.Tag == name {
			if n == 0 {
				return c
			}
			n--
		}
	}
	return nil
}

func scalar(v any) (string, error) {
	switch v := v.(type) {
	case string:
		return v, nil
	case bool, int, int64, uint64, float64:
		return fmt.Sprint(v), nil
	}
	return "", fmt.Errorf("want a text, a number or null, not %T", v)
}
