package scenario

import (
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"

	"github.com/segursim/segursim/internal/sim"
)

// convert gives v the declared type. What is absent, or of another type, is the
// type's zero value.
func convert(v any, t sim.FactType) any {
	switch t {
	case sim.String:
		return toString(v)
	case sim.Int:
		return int(toFloat(v))
	case sim.Float:
		return toFloat(v)
	case sim.Bool:
		return toBool(v)
	case sim.Strings:
		return toStrings(v)
	}
	return v
}

func toString(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case []byte:
		return string(v)
	case []string:
		if len(v) > 0 {
			return v[0]
		}
		return ""
	case fmt.Stringer:
		return v.String()
	}
	switch rv := reflect.ValueOf(v); rv.Kind() {
	case reflect.String:
		return rv.String()
	case reflect.Map, reflect.Slice, reflect.Struct, reflect.Pointer, reflect.Func:
		return ""
	}
	return fmt.Sprint(v)
}

// toFloat reads any number, and a text that holds one. Whole numbers up to 2^53
// come through exactly.
func toFloat(v any) float64 {
	f := 0.0
	switch v := v.(type) {
	case nil:
	case float64:
		f = v
	case json.Number:
		f, _ = v.Float64()
	case string:
		f, _ = strconv.ParseFloat(v, 64)
	default:
		switch rv := reflect.ValueOf(v); {
		case rv.CanInt():
			f = float64(rv.Int())
		case rv.CanUint():
			f = float64(rv.Uint())
		case rv.CanFloat():
			f = rv.Float()
		}
	}
	if math.IsNaN(f) || math.IsInf(f, 0) || math.Abs(f) > 1<<53 {
		return 0
	}
	return f
}

func toBool(v any) bool {
	switch v := v.(type) {
	case bool:
		return v
	case string:
		b, _ := strconv.ParseBool(v)
		return b
	}
	return false
}

func toStrings(v any) []string {
	switch v := v.(type) {
	case []string:
		return v
	case string:
		return []string{v}
	case []any:
		out := make([]string, len(v))
		for i := range v {
			out[i] = toString(v[i])
		}
		return out
	}
	return []string{}
}

// stringMap reads any map with texts as keys; a list of values keeps its first.
func stringMap(v any) map[string]any {
	switch v := v.(type) {
	case nil:
		return nil
	case map[string]any:
		return v
	}
	rv := reflect.ValueOf(v)
	if rv.Kind() != reflect.Map || rv.Type().Key().Kind() != reflect.String {
		return nil
	}
	out := make(map[string]any, rv.Len())
	for it := rv.MapRange(); it.Next(); {
		out[it.Key().String()] = it.Value().Interface()
	}
	return out
}

// lookup finds a dotted path in facts, whose names may hold a dot themselves.
func lookup(facts map[string]any, path string) (any, bool) {
	if v, ok := facts[path]; ok {
		return v, true
	}
	for i := range len(path) {
		if path[i] != '.' {
			continue
		}
		if sub := stringMap(facts[path[:i]]); sub != nil {
			if v, ok := lookup(sub, path[i+1:]); ok {
				return v, true
			}
		}
	}
	return nil, false
}

// secret tells whether no explanation shows the value of a fact. The code of a
// refusal is none, unlike an authorization code.
func secret(path string) bool {
	switch path {
	case "error.code", "fault.code", "siram.code":
		return false
	}
	i := strings.LastIndexByte(path, '.')
	switch path[i+1:] {
	case "client_secret", "password", "code", "refresh_token", "access_token", "id_token", "id_token_hint",
		"assertion", "client_assertion", "subject_token", "actor_token", "code_verifier", "auth_req_id", "raw", "pin":
		return true
	}
	return false
}

// show writes a value for a person: short, quoted, and never a secret whole.
func show(path string, v any) string {
	var s string
	switch v := v.(type) {
	case string:
		s = v
	case nil:
		return "-"
	case float64:
		if r := math.Round(v*1000) / 1000; r != math.Trunc(r) {
			v = r // thousandths say enough, unless they would hide the difference
		}
		return "`" + strconv.FormatFloat(v, 'f', -1, 64) + "`"
	default:
		b, err := json.Marshal(v)
		if err != nil {
			return "?"
		}
		s = string(b)
	}
	limit := 60
	if secret(path) {
		limit = 6
	}
	if r := []rune(s); len(r) > limit {
		s = string(r[:limit]) + "…"
	}
	return "`" + strings.Map(printable, s) + "`"
}

func printable(r rune) rune {
	if r == '`' || r < ' ' || r == 0x7f {
		return '�'
	}
	return r
}
