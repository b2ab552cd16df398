package pdfa

import (
	"maps"
	"slices"
)

// walk visits every value that the catalog reaches, once.
func (r *report) walk(catalog dict) {
	visited := map[ref]bool{}
	todo := []any{catalog}
	for len(todo) > 0 {
		v := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		switch value := v.(type) {
		case ref:
			if !visited[value] {
				visited[value] = true
				todo = append(todo, r.doc.objects[value])
			}
		case list:
			todo = append(todo, value...)
		case stream:
			r.filters(value.dict)
			todo = append(todo, value.dict)
		case dict:
			r.dictionary(value)
			// In order, so that the same file gives the same report.
			for _, key := range slices.Sorted(maps.Keys(value)) {
				// The default resources of a form: fonts that nothing shows as such.
				if key != "DR" {
					todo = append(todo, value[key])
				}
			}
		}
	}
}

// dictionary looks at what one dictionary says that PDF/A-1 forbids.
func (r *report) dictionary(d dict) {
	if r.doc.resolve(d["Type"]) == name("Font") {
		r.font(d)
	}

	kind, _ := r.doc.resolve(d["S"]).(name)
	_, script := d["JS"]
	switch {
	case script, kind == "JavaScript": // §6.6.1
		r.add("script", "there is a JavaScript action")
	case d["P"] == nil && (kind == "Launch" || kind == "Sound" || kind == "Movie" || kind == "ResetForm" || kind == "ImportData"):
		// An element of the structure tree has an S of its own, and a parent P.
		r.add("action", "there is an action %s", kind)
	}
	if d["JavaScript"] != nil { // of the name dictionary
		r.add("script", "the document names scripts")
	}

	if r.doc.dict(d["EF"]) != nil || d["EmbeddedFiles"] != nil { // §6.1.11
		r.add("embedded-file", "there is an embedded file")
	}

	// §6.4
	if r.doc.dict(d["SMask"]) != nil {
		r.add("transparency", "there is a soft mask")
	}
	if group := r.doc.dict(d["Group"]); group != nil && r.doc.resolve(group["S"]) == name("Transparency") {
		r.add("transparency", "there is a transparency group")
	}
	for _, key := range []name{"ca", "CA"} {
		switch v := r.doc.resolve(d[key]).(type) {
		case int:
			if v != 1 {
				r.add("transparency", "an opacity is %d", v)
			}
		case float64:
			if v != 1 {
				r.add("transparency", "an opacity is %g", v)
			}
		}
	}
	if mode, ok := r.doc.resolve(d["BM"]).(name); ok && mode != "Normal" && mode != "Compatible" {
		r.add("transparency", "a blend mode is %s", mode)
	}
}

// filters looks at how a stream is compressed: LZW is not allowed (§6.1.10).
func (r *report) filters(d dict) {
	switch filter := r.doc.resolve(d["Filter"]).(type) {
	case name:
		if filter == "LZWDecode" {
			r.add("lzw", "a stream is compressed with LZW")
		}
	case list:
		for _, f := range filter {
			if f == name("LZWDecode") {
				r.add("lzw", "a stream is compressed with LZW")
			}
		}
	}
}

// font looks for the font's program in the file (§6.3.4). A Type 3 font is its own
// program, a Type 0 font has those of its descendants.
func (r *report) font(d dict) {
	kind, _ := r.doc.resolve(d["Subtype"]).(name)
	if kind == "Type0" || kind == "Type3" {
		return
	}
	descriptor := r.doc.dict(d["FontDescriptor"])
	for _, key := range []name{"FontFile", "FontFile2", "FontFile3"} {
		if s, ok := r.doc.resolve(descriptor[key]).(stream); ok && len(s.data) > 0 {
			return
		}
	}
	if r.fonts++; r.fonts > maxFonts {
		return
	}
	base, _ := r.doc.resolve(d["BaseFont"]).(name)
	r.add("font-not-embedded", "the font %q (%s) is not embedded", string(base), string(kind))
}
