package console

import (
	"encoding"
	"encoding/json"
	"reflect"
	"strings"
	"time"
)

// A schemas turns Go types into JSON Schema 2020-12, the dialect of OpenAPI 3.1:
// named structs into components, everything else in place. A field's `doc` tag is
// its description.
type schemas struct {
	components map[string]any
	names      map[reflect.Type]string
}

func newSchemas() *schemas {
	return &schemas{components: map[string]any{}, names: map[reflect.Type]string{}}
}

func (s *schemas) of(t reflect.Type) map[string]any {
	text := reflect.TypeFor[encoding.TextMarshaler]()
	switch {
	case t == reflect.TypeFor[time.Time]():
		return map[string]any{"type": "string", "format": "date-time"}
	case t == reflect.TypeFor[time.Duration]():
		return map[string]any{"type": "integer", "description": "nanoseconds"}
	case t == reflect.TypeFor[json.RawMessage]():
		return map[string]any{}
	case t.Kind() != reflect.Interface && (t.Implements(text) || reflect.PointerTo(t).Implements(text)):
		return map[string]any{"type": "string"}
	}
	switch t.Kind() {
	case reflect.Pointer:
		return s.of(t.Elem())
	case reflect.String:
		return map[string]any{"type": "string"}
	case reflect.Bool:
		return map[string]any{"type": "boolean"}
	case reflect.Float32, reflect.Float64:
		return map[string]any{"type": "number"}
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return map[string]any{"type": "integer"}
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return map[string]any{"type": "integer", "minimum": 0}
	case reflect.Slice, reflect.Array:
		if t.Elem().Kind() == reflect.Uint8 {
			return map[string]any{"type": "string", "contentEncoding": "base64"}
		}
		return map[string]any{"type": "array", "items": s.of(t.Elem())}
	case reflect.Map:
		return map[string]any{"type": "object", "additionalProperties": s.of(t.Elem())}
	case reflect.Struct:
		return s.ref(t)
	}
	return map[string]any{} // any value
}

// ref describes a struct once, under its name.
func (s *schemas) ref(t reflect.Type) map[string]any {
	name, known := s.names[t]
	if !known {
		name = t.Name()
		if name == "" {
			return s.object(t)
		}
		for _, taken := s.components[name]; taken; _, taken = s.components[name] {
			name = strings.ToUpper(t.PkgPath()[strings.LastIndexByte(t.PkgPath(), '/')+1:]) + name
		}
		s.names[t] = name
		s.components[name] = nil // reserved: the type may hold itself
		s.components[name] = s.object(t)
	}
	return map[string]any{"$ref": "#/components/schemas/" + name}
}

func (s *schemas) object(t reflect.Type) map[string]any {
	props, required := map[string]any{}, []string{}
	for _, f := range reflect.VisibleFields(t) {
		tag, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if !f.IsExported() || f.Anonymous || tag == "-" || hidden(t, f) {
			continue
		}
		if tag == "" {
			tag = f.Name
		}
		p := s.of(f.Type)
		if doc := f.Tag.Get("doc"); doc != "" {
			p["description"] = doc
		}
		props[tag] = p
		if !strings.Contains(f.Tag.Get("json"), ",omit") {
			required = append(required, tag)
		}
	}
	out := map[string]any{"type": "object", "properties": props}
	if len(required) > 0 {
		out["required"] = required
	}
	return out
}

// hidden tells whether a promoted field is covered by one nearer to the surface.
func hidden(t reflect.Type, f reflect.StructField) bool {
	near, ok := t.FieldByName(f.Name)
	return ok && len(near.Index) < len(f.Index)
}
