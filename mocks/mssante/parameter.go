package mssante

import (
	"context"
	"fmt"
	"strings"

	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/internal/sim"
)

func action(fr, en string, params map[string]string, do func(context.Context, map[string]any) (any, error)) sim.Action {
	return sim.Action{Title: journal.Text{FR: fr, EN: en}, Params: params, Do: do}
}

// actionError is the refusal of an action.
func actionError(kind sim.Kind, code, fr, en string) *sim.Error {
	return &sim.Error{Kind: kind, Code: code, Text: en, Cause: journal.Cause{Rule: "mss." + code, Text: journal.Text{FR: fr, EN: en}}}
}

// text reads a field that is a string; a number stands for its digits, as a
// matricule in a scenario may be written.
func text(m map[string]any, name string) (string, *sim.Error) {
	switch v := m[name].(type) {
	case nil:
		return "", nil
	case string:
		return v, nil
	case float64:
		return fmt.Sprintf("%.0f", v), nil
	case int, int64, uint64:
		return fmt.Sprint(v), nil
	}
	return "", actionError(sim.BadRequest, "bad-value", name+" est un texte", name+" is a text")
}

// texts reads several fields.
func texts(m map[string]any, into map[string]*string) *sim.Error {
	for name, p := range into {
		v, refusal := text(m, name)
		if refusal != nil {
			return refusal
		}
		*p = v
	}
	return nil
}

// flags reads fields that are true or false; "true" and "oui" stand for true.
func flags(m map[string]any, into map[string]*bool) *sim.Error {
	for name, p := range into {
		switch v := m[name].(type) {
		case nil:
		case bool:
			*p = v
		case string:
			switch v {
			case "true", "oui", "on", "1":
				*p = true
			case "", "false", "non", "off", "0":
			default:
				return actionError(sim.BadRequest, "bad-value", name+" est true ou false", name+" is true or false")
			}
		default:
			return actionError(sim.BadRequest, "bad-value", name+" est true ou false", name+" is true or false")
		}
	}
	return nil
}

// number reads a field that is a whole number, 0 when it is not there.
func number(m map[string]any, name string) (int64, *sim.Error) {
	s, refusal := text(m, name)
	if refusal != nil || s == "" {
		return 0, refusal
	}
	var n int64
	if _, err := fmt.Sscanf(s, "%d", &n); err != nil || fmt.Sprint(n) != s {
		return 0, actionError(sim.BadRequest, "bad-value", name+" est un nombre entier", name+" is a whole number")
	}
	return n, nil
}

// list reads a field that is a list of texts, or one text with commas.
func list(m map[string]any, name string) ([]string, *sim.Error) {
	var out []string
	switch v := m[name].(type) {
	case nil:
	case string:
		for s := range strings.SplitSeq(v, ",") {
			if s = strings.TrimSpace(s); s != "" {
				out = append(out, s)
			}
		}
	case []string:
		out = v
	case []any:
		for _, x := range v {
			s, ok := x.(string)
			if !ok {
				return nil, actionError(sim.BadRequest, "bad-value", name+" est une liste de textes", name+" is a list of texts")
			}
			out = append(out, s)
		}
	default:
		return nil, actionError(sim.BadRequest, "bad-value", name+" est une liste de textes", name+" is a list of texts")
	}
	return out, nil
}
