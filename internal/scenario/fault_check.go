package scenario

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/segursim/segursim/internal/journal"
)

// maxDelay bounds a fault's delay: a peer has given up long before.
const maxDelay = time.Hour

// certificates are the bad server certificates that a tls fault may ask for.
func certificates() []string { return []string{"expired", "revoked", "unknown-ca", "wrong-host"} }

// A flaw is something wrong with a fault, at a key such as "effect.error.code".
type flaw struct {
	key  string
	text journal.Text
}

// checkFault checks a fault against the catalogue and compiles its condition.
// Without a catalogue only its form is checked.
func checkFault(c *catalogue, f Fault) (*condition, []flaw) {
	var flaws []flaw
	add := func(key string, t journal.Text) { flaws = append(flaws, flaw{key, t}) }
	if f.ID != "" && !identifier(f.ID) {
		add("id", text("identifiant « %s » invalide : lettres minuscules, chiffres, tirets", "invalid id %q: lower-case letters, digits, dashes", f.ID))
	}
	if f.Times < 0 {
		add("times", text("times vaut %d : il ne peut pas être négatif", "times is %d: it cannot be negative", f.Times))
	}
	if f.After < 0 {
		add("after", text("after vaut %d : il ne peut pas être négatif", "after is %d: it cannot be negative", f.After))
	}
	if !(f.Probability >= 0 && f.Probability <= 1) {
		add("probability", text("probability vaut %v : entre 0 et 1", "probability is %v: from 0 to 1", f.Probability))
	}
	checkEffect(f, add)
	if c == nil {
		return nil, flaws
	}
	cond := checkTarget(c, f, add)
	return cond, flaws
}

// checkTarget looks the operation up, compiles the condition, checks the code.
func checkTarget(c *catalogue, f Fault, add func(string, journal.Text)) *condition {
	if f.Effect.TLS != "" {
		if f.Op != "" || f.Where != "" || f.Service != "" {
			add("effect.tls", text("un défaut tls agit à la poignée de main, avant toute opération : ni service, ni op, ni where", "a tls fault acts at the handshake, before any operation: no service, op or where"))
		}
		return nil
	}
	if f.Service == "" {
		add("service", text("service manquant", "missing service"))
		return nil
	}
	op, key, t := c.op(f.Service, f.Op)
	if op == nil {
		add(key, t)
		return nil
	}
	if e := f.Effect.Error; e != nil {
		switch {
		case f.Op == "":
			add("op", text("un défaut error a besoin de op : les codes sont ceux d'une opération", "an error fault needs op: codes belong to an operation"))
		case !slices.Contains(op.op.Codes, e.Code):
			add("effect.error.code", unknown("code d'erreur de "+f.Service+"/"+f.Op, "error code of "+f.Service+"/"+f.Op, e.Code, slices.Clone(op.op.Codes)))
		}
	}
	cond, err := compile(f.Where, op.shape)
	if err != nil {
		add("where", conditionText(err, f.Where, op.shape))
		return nil
	}
	if cond != nil {
		for _, p := range cond.parts {
			for _, late := range []string{"status", "outcome", "fault"} {
				if slices.Contains(p.paths, late) {
					add("where", text("« %s » n'est pas encore connu quand un défaut se décide", "%q is not known yet when a fault is decided", late))
				}
			}
		}
	}
	return cond
}

func checkEffect(f Fault, add func(string, journal.Text)) {
	e := f.Effect
	names := e.names()
	switch {
	case len(names) == 0 && e.Delay == 0:
		add("effect", text("effet manquant : delay, error, http, drop, reset, truncate, garble, tls ou patch", "missing effect: delay, error, http, drop, reset, truncate, garble, tls or patch"))
	case len(names) > 1:
		add("effect", text("plusieurs effets (%[1]s) : un seul, avec delay au plus", "several effects (%[1]s): one only, with delay at most", strings.Join(names, ", ")))
	}
	if d := time.Duration(e.Delay); d < 0 || d > maxDelay {
		add("effect.delay", text("delay vaut %v : entre 0 et %v", "delay is %v: from 0 to %v", d, maxDelay))
	}
	if x := e.Error; x != nil {
		if x.Code == "" {
			add("effect.error.code", text("code manquant", "missing code"))
		}
		if x.Status != 0 && (x.Status < 200 || x.Status > 599) {
			add("effect.error.status", text("status vaut %d : entre 200 et 599", "status is %d: from 200 to 599", x.Status))
		}
	}
	if x := e.HTTP; x != nil {
		if x.Status < 200 || x.Status > 599 {
			add("effect.http.status", text("status vaut %d : entre 200 et 599", "status is %d: from 200 to 599", x.Status))
		}
		if x.RetryAfter < 0 {
			add("effect.http.retry_after", text("retry_after est négatif", "retry_after is negative"))
		}
	}
	if x := e.Truncate; x != nil && x.Bytes < 0 {
		add("effect.truncate.bytes", text("bytes vaut %d : il ne peut pas être négatif", "bytes is %d: it cannot be negative", x.Bytes))
	}
	if e.TLS != "" {
		if !slices.Contains(certificates(), e.TLS) {
			add("effect.tls", unknown("certificat", "certificate", e.TLS, certificates()))
		}
		if e.Delay != 0 {
			add("effect.delay", text("delay ne va pas avec tls", "delay does not go with tls"))
		}
	}
	for path := range e.Patch {
		if path == "" || strings.HasPrefix(path, ".") || strings.HasSuffix(path, ".") || strings.Contains(path, "..") {
			add("effect.patch", text("chemin « %s » invalide", "invalid path %q", path))
		}
	}
}

func identifier(s string) bool {
	if s == "" || len(s) > 100 || s[0] == '-' {
		return false
	}
	for _, c := range s {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
			return false
		}
	}
	return true
}

// faultProblems turns flaws into an error without a source.
func faultProblems(f Fault, flaws []flaw) Problems {
	var ps Problems
	for _, fl := range flaws {
		name := fl.key
		if f.ID != "" {
			name = f.ID + "." + fl.key
		}
		ps = append(ps, Problem{File: "fault", Text: journal.Text{
			FR: fmt.Sprintf("%s : %s", name, fl.text.FR), EN: fmt.Sprintf("%s: %s", name, fl.text.EN),
		}})
	}
	return ps
}
